"""Changes of the duty from the command line: made, agreed to, cancelled, listed."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from ivr.cli.duty_asking import AWAY, ask
from ivr.cli.duty_showing import stop_if_refused
from ivr.cli.duty_words import Words
from ivr.cli.shared import err, out, print_json
from ivr.settings import Settings


def run_change(settings: Settings, wish: Mapping[str, Any], *, as_json: bool) -> None:
    """Make a change, or with `dry_run` say what there is to know of it. Exit code 1: refused."""
    answer, is_live = ask(settings, "duty-change", {**wish, "by": getpass.getuser()})
    _end(answer, "kept" if answer.get("made") else "would be", is_live, as_json=as_json)


def run_answer(settings: Settings, action: str, id_: str, who: str, *, as_json: bool) -> None:
    """Agree to a request, or decline it."""
    answer, is_live = ask(settings, action, {"id": id_, "who": who, "by": getpass.getuser()})
    said = "agreed" if action == "duty-agree" else f"declined by {who.upper()}"
    _end(answer, said, is_live, as_json=as_json)


def run_cancel(settings: Settings, id_: str, *, as_json: bool) -> None:
    """End a change."""
    answer, is_live = ask(settings, "duty-cancel", {"id": id_, "by": getpass.getuser()})
    _end(answer, "cancelled", is_live, as_json=as_json)


def list_changes(settings: Settings, *, all_: bool, last: int, as_json: bool) -> None:
    """Those that hold or will, oldest first; with `all_` the last ones made, newest first."""
    answer, _ = ask(settings, "duty-changes", {"all": all_, "most": last})
    stop_if_refused(answer, as_json=as_json)
    if as_json:
        print_json(answer["changes"])
    elif not answer["changes"]:
        out.print("Nothing has been changed." if all_ else "Nothing is changed, and nothing is planned.")
    else:
        out.print(_table(answer))


def _end(answer: Mapping[str, Any], did: str, is_live: bool, *, as_json: bool) -> None:
    if as_json and "error" not in answer:
        print_json({**answer, "live": is_live})
        return
    stop_if_refused(answer, as_json=as_json)
    change = answer["change"]
    id_ = f" {change['id']}" if change["id"] else ""
    how = "live" if did == "kept" and is_live else did
    out.print(f"{how}{id_}: {change['what']}", markup=False)
    for warning in answer.get("warnings", ()):
        err.print(f"[bold yellow]warning:[/] {warning}")
    if change["state"] == "asked" and did == "kept":
        out.print(f"Whoever agrees says so with: dutyline duty agree {change['id']} WHO")
    if not is_live and did != "would be":
        out.print(AWAY)


def _table(answer: Mapping[str, Any]) -> Table:
    words = Words("en", answer["zone"], datetime.now(UTC))
    table = Table("id", "", "who", "layer", "from", "until", "why", "by", box=None, pad_edge=False)
    for one in answer["changes"]:
        state = "means nothing" if one["means_nothing"] else one["state"]
        why = one["means_nothing"] or one["title"]
        span = words.time(one["from"]), words.time(one["until"])
        table.add_row(one["id"], state, _who(one), one["layer"], *span, why, _by(one))
    return table


def _who(one: Mapping[str, Any]) -> str:
    people = one["people"]
    if one["kind"] == "leave":
        return f"{people[0]} on leave"
    if one["kind"] == "override":
        return f"{', '.join(people)} on duty"
    if len(people) == 1:
        of = f" of {', '.join(one['asked'])}" if one["asked"] else ""
        no = f", declined by {', '.join(one['declined'])}" if one["declined"] else ""
        return f"{people[0]} asks for a stand-in{of}{no}"
    return f"{people[0]} and {people[1]} swap" if one["kind"] == "swap" else f"{people[1]} for {people[0]}"


def _by(one: Mapping[str, Any]) -> str:
    more = f", agreed by {one['agreed_by']}" if one["agreed_by"] else ""
    ended = f", cancelled by {one['ended_by']}" if one["ended_at"] else ""
    return f"{one['by']}{more}{ended}"


__all__ = ["list_changes", "run_answer", "run_cancel", "run_change"]
