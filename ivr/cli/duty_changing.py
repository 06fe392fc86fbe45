"""Changes of the duty from the command line: made, agreed to, cancelled, listed."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from ivr.cli.duty_asking import ask
from ivr.cli.duty_showing import stop_if_refused
from ivr.cli.duty_words import Words
from ivr.cli.shared import check_language, err, out, print_json
from ivr.settings import Settings


def run_change(settings: Settings, wish: Mapping[str, Any], language: str, *, as_json: bool) -> None:
    """Make a change, or with `dry_run` say what there is to know of it. Exit code 1: refused."""
    answer, is_live = _asked(settings, "duty-change", wish, language)
    _end(answer, "kept" if answer.get("made") else "would-be", is_live, language, as_json=as_json)


def run_answer(settings: Settings, action: str, id_: str, who: str, language: str, *, as_json: bool) -> None:
    """Agree to a request, or decline it."""
    answer, is_live = _asked(settings, action, {"id": id_, "who": who}, language)
    did = "agreed" if action == "duty-agree" else "declined"
    _end(answer, did, is_live, language, who.upper(), as_json=as_json)


def run_cancel(settings: Settings, id_: str, language: str, *, as_json: bool) -> None:
    """End a change."""
    answer, is_live = _asked(settings, "duty-cancel", {"id": id_}, language)
    _end(answer, "cancelled", is_live, language, as_json=as_json)


def list_changes(settings: Settings, language: str, *, all_: bool, last: int, as_json: bool) -> None:
    """Those that hold or will, oldest first; with `all_` the last ones made, newest first."""
    answer, _ = _asked(settings, "duty-changes", {"all": all_, "most": last}, language)
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json(answer["changes"])
        return
    words = Words(language, answer["zone"], datetime.now(UTC))
    if not answer["changes"]:
        out.print(words.say("never-changed" if all_ else "unchanged"))
    else:
        out.print(_table(answer, words))


def _asked(
    settings: Settings, action: str, wish: Mapping[str, Any], language: str
) -> tuple[dict[str, Any], bool]:
    return ask(settings, action, {**wish, "by": getpass.getuser(), "language": check_language(language)})


def _end(
    answer: Mapping[str, Any], did: str, is_live: bool, language: str, who: str = "", *, as_json: bool
) -> None:
    if as_json and "error" not in answer:
        print_json({**answer, "live": is_live})
        return
    stop_if_refused(answer, as_json=as_json)
    change, words = answer["change"], Words(language, answer["zone"], datetime.now(UTC))
    id_ = f" {change['id']}" if change["id"] else ""
    how = words.say("live" if did == "kept" and is_live else did, who=who)
    out.print(f"{how}{id_}: {change['what']}", markup=False)
    for warning in answer.get("warnings", ()):
        err.print(f"[bold yellow]{words.say('warning')}:[/] {warning}")
    if change["state"] == "asked" and did == "kept":
        out.print(words.say("agree-with", id=change["id"]))
    if not is_live and did != "would-be":
        out.print(words.say("away"))


def _table(answer: Mapping[str, Any], words: Words) -> Table:
    heads = ("who-head", "layer-head", "from-head", "until-head", "why-head", "by-head")
    table = Table("id", "", *(words.say(each) for each in heads), box=None, pad_edge=False)
    for one in answer["changes"]:
        state = words.say("means-nothing") if one["means_nothing"] else words.state(one["state"])
        why = one["means_nothing"] or one["title"]
        span = words.time(one["from"]), words.time(one["until"])
        who, by = _who(one, words), _by(one, words)
        table.add_row(one["id"], state, who, one["layer"], *span, why, by)
    return table


def _who(one: Mapping[str, Any], words: Words) -> str:
    people = one["people"]
    if one["kind"] == "leave":
        return words.say("who-leave", who=people[0])
    if one["kind"] == "override":
        return words.say("who-override", who=", ".join(people))
    if len(people) == 1:
        of = words.say("asked-of", who=", ".join(one["asked"])) if one["asked"] else ""
        no = words.say("declined-by", who=", ".join(one["declined"])) if one["declined"] else ""
        return f"{words.say('who-asks', who=people[0])}{of}{no}"
    return words.say("who-swap" if one["kind"] == "swap" else "who-cover", who=people[0], by=people[1])


def _by(one: Mapping[str, Any], words: Words) -> str:
    more = words.say("agreed-by", who=one["agreed_by"]) if one["agreed_by"] else ""
    ended = words.say("cancelled-by", who=one["ended_by"]) if one["ended_at"] else ""
    return f"{one['by']}{more}{ended}"


__all__ = ["list_changes", "run_answer", "run_cancel", "run_change"]
