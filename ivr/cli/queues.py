"""`dutyline queues`: who waits where, what the agents do, which limits are how full."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from dialplan.times import say_duration
from ivr.cli.client import ServiceClient, ServiceError
from ivr.cli.home import shown
from ivr.cli.shared import give_up, out, print_json
from ivr.settings import Settings

ZONE = ZoneInfo("Europe/Brussels")


def show_queues(settings: Settings, *, as_json: bool) -> None:
    """Asked of the running service; exit code 1 when it does not answer."""
    try:
        found = asyncio.run(ServiceClient(settings).ask("queues"))
    except ServiceError as fault:
        give_up(fault)
    if as_json:
        print_json(found)
        return
    _print_waiting(found["queues"])
    _print_agents(found["agents"])
    _print_places(found["places"])


def say_waiting(line: Mapping[str, Any]) -> str:
    """What the live feed says of somebody who waits, in words: `waits in crew, place 2`."""
    queue = line.get("queue", "")
    match line.get("what"):
        case "joined":
            return f"waits in {queue}, place {line.get('position')}"
        case "left":
            how = {"in": "served", "queue-timeout": "out of time", "key": "by a key"}
            after = f" after {say_duration(round(line['waited_s']))}" if "waited_s" in line else ""
            return f"leaves {queue}{after}: {how.get(str(line.get('by')), line.get('by'))}"
    return f"is told his place in {queue}: {line.get('position')}"


def _print_waiting(queues: list[Mapping[str, Any]]) -> None:
    if not any(queue["waiting"] for queue in queues):
        out.print("Nobody waits.")
        return
    table = _table("queue", "place", "caller", "since", "waits", "priority", "call")
    for queue in queues:
        for one in queue["waiting"]:
            table.add_row(
                queue["queue"],
                str(one["position"]),
                shown(one["caller"]) if one["caller"] else "withheld",
                f"{datetime.fromisoformat(one['since']).astimezone(ZONE):%H:%M:%S}",
                _lasting(one["waited_s"]),
                str(one["priority"]),
                one["call"],
            )
    out.print(table)


def _print_agents(agents: list[Mapping[str, Any]]) -> None:
    if not agents:
        return
    table = _table("agent", "group", "does", "for", "free in", "call")
    for one in agents:
        table.add_row(
            one["name"],
            one["group"] or "-",
            one["state"],
            _lasting(one["for_s"]),
            _lasting(one["free_in_s"]),
            one["call"] or "-",
        )
    out.print()
    out.print(table)


def _print_places(places: list[Mapping[str, Any]]) -> None:
    if not places:
        return
    table = _table("limit", "taken", "of")
    for one in places:
        table.add_row(one["limit"], str(one["taken"]), str(one["of"] or "-"))
    out.print()
    out.print(table)


def _lasting(seconds: float | None) -> str:
    return "-" if seconds is None else say_duration(round(seconds))


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False)


__all__ = ["say_waiting", "show_queues"]
