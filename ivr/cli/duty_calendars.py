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
from ivr.cli.shared import out, print_json
from ivr.settings import Settings


def list_calendars(settings: Settings, *, as_json: bool) -> None:
    """Those that are given out, with when a program asked last."""
    answer, _ = ask(settings, "duty-calendars", {})
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json(answer)
        return
    words = Words("en", answer["zone"], datetime.now(UTC))
    if answer["given"]:
        table = Table("id", "of", "language", "by", "made", "asked for", box=None, pad_edge=False)
        for one in answer["given"]:
            asked = words.time(one["asked_at"]) or "never"
            made = words.time(one["made_at"])
            table.add_row(one["id"], _say(one), one["language"], one["by"], made, asked)
        out.print(table)
    else:
        out.print("No calendar is given out. Make one: dutyline duty calendars make ADU")
    for one in answer["taken"]:
        fetched = words.time(one["fetched_at"]) or "never"
        why = f"; it cannot be fetched: {one['why']}" if one["why"] else ""
        out.print(f"{one['layer']} is taken in from {one['host']}, last on {fetched}{why}", markup=False)


def make_calendar(settings: Settings, what: str, title: str, language: str, *, as_json: bool) -> None:
    """Give one out, and show its address."""
    wish = {"what": what, "title": title, "language": language, "by": getpass.getuser()}
    answer, is_live = ask(settings, "duty-calendar-make", wish)
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json({**answer, "live": is_live})
        return
    out.print(f"{answer['calendar']['id']}: the calendar of {_say(answer['calendar'])}", markup=False)
    out.print(answer["address"], markup=False)
    out.print("Whoever has this address can read it. It is shown only now; `revoke` ends it.")


def revoke_calendar(settings: Settings, id_: str, *, as_json: bool) -> None:
    """Give one out no more."""
    answer, _ = ask(settings, "duty-calendar-revoke", {"id": id_, "by": getpass.getuser()})
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json(answer)
    else:
        given = answer["calendar"]
        out.print(f"revoked {given['id']}: the calendar of {_say(given)}", markup=False)


def _say(given: Mapping[str, Any]) -> str:
    what = given["what"].replace(":", " ") or "the whole duty"
    return f"{what} ({given['title']})" if given["title"] else what


__all__ = ["list_calendars", "make_calendar", "revoke_calendar"]
