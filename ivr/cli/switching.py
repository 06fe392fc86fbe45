"""`dutyline switch`: a number group to another plan for a while, and back; `audit` beside it."""

from __future__ import annotations

import asyncio
import getpass
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
import typer
from rich.table import Table

from dialplan.counts import say_count
from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration
from dialplan.source import load
from dialplan.times import parse_duration_s
from ivr.cli.client import ServiceAwayError, ServiceClient, ServiceError
from ivr.cli.home import shown
from ivr.cli.shared import give_up, out, print_json
from ivr.cli.showing import ZONE, read
from ivr.clock import SystemClock
from ivr.overrides.board import Board
from ivr.overrides.control import as_json as as_data
from ivr.overrides.control import kept_as_json, read_wish, refused
from ivr.overrides.kept import list_audit, list_overrides
from ivr.settings import Settings
from ivr.storage import Database, StorageError

LONGEST_S = 400 * 86_400.0
AWAY = "The service is not running; it holds as soon as it does."


def run_switch(
    settings: Settings, name: str, to: str, times: Mapping[str, str | None], why: str, *, as_json: bool
) -> None:
    """Switch something. `times`: `for`, `until` and `from` as they were typed. Exit code 1: refused."""
    asked = {"name": name, "to": to, "why": why, "by": getpass.getuser(), **_read_times(times)}
    answer, is_live = _ask(settings, "switch", asked)
    if as_json:
        print_json({**answer, "live": is_live})
    elif "error" not in answer:
        for one in answer["replaced"]:
            out.print(f"no more: {_say(one)}", markup=False)
        out.print(f"{'live' if is_live else 'kept'}: {_say(answer['switched'])}", markup=False)
        out.print("Calls in progress keep their plan." if is_live else AWAY)
    _end(answer, as_json=as_json)


def run_switch_back(settings: Settings, name: str, *, as_json: bool) -> None:
    """End what was switched. Exit code 1: refused."""
    answer, is_live = _ask(settings, "switch-back", {"name": name, "by": getpass.getuser()})
    if as_json:
        print_json({**answer, "live": is_live})
    elif "error" not in answer:
        for one in answer["ended"]:
            out.print(f"ended: {_say(one)}", markup=False)
        out.print(f"{name} is as its configuration says." if answer["ended"] else f"{name} was not switched.")
    _end(answer, as_json=as_json)


def run_switch_list(settings: Settings, last: int, *, as_json: bool) -> None:
    """The last ones made, newest first."""
    now = datetime.now(UTC)
    rows = [kept_as_json(row, now) for row in read(settings, lambda session: list_overrides(session, last))]
    if as_json:
        print_json(rows)
    elif not rows:
        out.print("Nothing has been switched.")
    else:
        table = Table("", "what", "to", "from", "until", "by", "why", box=None, pad_edge=False)
        for row in rows:
            what = f"{row['kind']} {shown(row['name']) if row['kind'] == 'number' else row['name']}"
            end = _time(row["ended_at"] or row["end"]) or "switched back"
            by = row["by"] + (f", ended by {row['ended_by']}" if row["ended_by"] else "")
            table.add_row(row["state"], what, row["to"], _time(row["start"]), end, by, row["why"])
        out.print(table)


def run_audit(settings: Settings, last: int, *, as_json: bool) -> None:
    """Who did what, newest first."""
    rows = read(settings, lambda session: list_audit(session, last))
    if as_json:
        print_json(
            [
                {
                    "at": row.at, "actor": row.actor, "action": str(row.action), "object": row.object,
                    "detail": row.detail, "call": row.call_id,
                }
                for row in rows
            ]
        )  # fmt: skip
        return
    table = Table("when", "who", "did", "with", "", box=None, pad_edge=False)
    for row in rows:
        table.add_row(_time(row.at.isoformat()), row.actor, str(row.action), row.object, row.detail)
    out.print(table if rows else "Nothing has been done yet.")


def _ask(settings: Settings, action: str, asked: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The answer of the running service, or, without one, of the database; and whether it is live."""
    try:
        return asyncio.run(ServiceClient(settings).ask(action, asked)), True
    except ServiceAwayError:
        return asyncio.run(_do_without_service(settings, action, asked)), False
    except ServiceError as fault:
        give_up(fault)


async def _do_without_service(settings: Settings, action: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    # what the service would log is said by the answer
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    configuration = _configuration(settings.config)
    database, clock = Database(settings.database_url), SystemClock()
    try:
        await database.open()
        board = Board(database, clock, lambda: configuration, lambda overrides: None)
        await board.start()
        if action == "switch":
            made, replaced = await board.switch(read_wish(asked, clock.now()))
            return {"switched": as_data(made), "replaced": [as_data(one) for one in replaced]}
        return {"ended": [as_data(one) for one in await board.switch_back(asked["name"], asked["by"])]}
    except (ValueError, StorageError) as refusal:
        return refused(refusal)
    finally:
        await database.close()


def _configuration(folder: Path) -> Configuration:
    try:
        return load(folder).configuration
    except ConfigurationFaults as faults:
        give_up(f"The service does not answer, and {folder} has {say_count(len(faults.faults), 'fault')}.")


def _read_times(times: Mapping[str, str | None]) -> dict[str, Any]:
    """Typed times, for the service: seconds, and ISO 8601 with a zone."""
    found: dict[str, Any] = {}
    if times.get("for") and times.get("until"):
        give_up("Write --for or --until, not both.")
    if length := times.get("for"):
        try:
            found["for_s"] = parse_duration_s(length)
        except ValueError as fault:
            give_up(f"--for: {fault}")
        if not 1 <= found["for_s"] <= LONGEST_S:
            give_up(f"--for {length!r} is not between 1 s and 400 days.")
    for key in ("until", "from"):
        if text := times.get(key):
            found[key] = _moment(text, f"--{key}").isoformat()
    return found


def _moment(text: str, option: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        give_up(f"{option} {text!r} is no ISO 8601 time; write for instance 2026-11-21T23:15.")
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def _say(one: Mapping[str, Any]) -> str:
    name = shown(one["name"]) if one["kind"] == "number" else one["name"]
    until = f"until {_time(one['end'])}" if one["end"] else "until it is switched back"
    return f"{one['kind']} {name} -> {one['to']}, from {_time(one['start'])} {until}"


def _time(text: str | None) -> str:
    return (
        datetime.fromisoformat(text).astimezone(ZoneInfo(ZONE.key)).strftime("%a %d %b %H:%M") if text else ""
    )


def _end(answer: Mapping[str, Any], *, as_json: bool) -> None:
    if "error" in answer:
        if not as_json:
            give_up(answer["error"])
        raise typer.Exit(1)
