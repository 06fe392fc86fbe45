"""`dutyline duty calendars`: the calendars that are given out, and those that are taken in."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from ivr.cli.duty_asking import ask
from ivr.cli.duty_showing import stop_if_refused
from ivr.cli.duty_words import Words
from ivr.cli.shared import check_language, out, print_json
from ivr.cli.sheet_words import CALENDARS, say_what
from ivr.notify.words import Language
from ivr.settings import Settings


def list_calendars(settings: Settings, language: str, *, as_json: bool) -> None:
    """Those that are given out, with when a program asked last."""
    spoken = check_language(language)
    answer, _ = ask(settings, "duty-calendars", {"language": spoken})
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json(answer)
        return
    words, never = Words(spoken, answer["zone"], datetime.now(UTC)), CALENDARS["never"][spoken]
    if answer["given"]:
        heads = ("of-head", "language-head", "by-head", "made-head", "asked-head")
        table = Table("id", *(CALENDARS[each][spoken] for each in heads), box=None, pad_edge=False)
        for one in answer["given"]:
            asked, made = words.time(one["asked_at"]) or never, words.time(one["made_at"])
            table.add_row(one["id"], say_what(one, spoken), one["language"], one["by"], made, asked)
        out.print(table)
    else:
        out.print(CALENDARS["none"][spoken])
    for one in answer["taken"]:
        fetched = words.time(one["fetched_at"]) or never
        why = CALENDARS["cannot-be-fetched"][spoken].format(why=one["why"]) if one["why"] else ""
        said = CALENDARS["taken"][spoken].format(layer=one["layer"], host=one["host"], at=fetched)
        out.print(f"{said}{why}", markup=False)


def make_calendar(settings: Settings, what: str, title: str, language: str, *, as_json: bool) -> None:
    """Give one out, and show its address. `language`: of the calendar, and of the answer."""
    spoken = check_language(language)
    wish = {"what": what, "title": title, "language": language, "by": getpass.getuser()}
    answer, is_live = ask(settings, "duty-calendar-make", wish)
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json({**answer, "live": is_live})
        return
    _print("made", answer["calendar"], spoken)
    out.print(answer["address"], markup=False)
    out.print(CALENDARS["shown-once"][spoken])


def revoke_calendar(settings: Settings, id_: str, language: str, *, as_json: bool) -> None:
    """Give one out no more."""
    spoken = check_language(language)
    wish = {"id": id_, "by": getpass.getuser(), "language": spoken}
    answer, _ = ask(settings, "duty-calendar-revoke", wish)
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json(answer)
    else:
        _print("revoked", answer["calendar"], spoken)


def _print(phrase: str, given: Mapping[str, Any], language: Language) -> None:
    said = CALENDARS[phrase][language].format(id=given["id"], what=say_what(given, language))
    out.print(said, markup=False)


__all__ = ["list_calendars", "make_calendar", "revoke_calendar"]
