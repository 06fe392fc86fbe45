"""What the command line, and later the console, may ask of the board: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from dialplan.overrides import Override, UnknownName
from ivr.clock import Clock
from ivr.overrides.board import Board, Wish, end_of
from ivr.storage import KeptOverride, StorageError

Act = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


def switching_actions(board: Board, clock: Clock) -> dict[str, Act]:
    """Actions by name."""

    async def switch(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            made, replaced = await board.switch(read_wish(asked, clock.now()))
        except (ValueError, StorageError) as refusal:
            return refused(refusal)
        return {"switched": as_json(made), "replaced": [as_json(one) for one in replaced]}

    async def switch_back(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            ended = await board.switch_back(str(asked.get("name", "")), str(asked.get("by", "")))
        except (ValueError, StorageError) as refusal:
            return refused(refusal)
        return {"ended": [as_json(one) for one in ended]}

    return {"switch": switch, "switch-back": switch_back}


def read_wish(asked: Mapping[str, Any], now: datetime) -> Wish:
    """What is wanted, out of JSON; ValueError for a time that is none."""
    start = datetime.fromisoformat(str(asked["from"])) if asked.get("from") else None
    return Wish(
        name=str(asked.get("name", "")),
        to=str(asked.get("to", "")),
        by=str(asked.get("by", "")),
        start=start,
        end=end_of(asked, start or now),
        why=str(asked.get("why", "")),
    )


def refused(refusal: Exception) -> dict[str, Any]:
    """Why nothing was done."""
    nearest = refusal.nearest if isinstance(refusal, UnknownName) else ""
    return {"error": str(refusal), "nearest": nearest}


def as_json(override: Override) -> dict[str, Any]:
    """An override for programs; times in ISO 8601."""
    return {
        "id": override.id,
        "kind": str(override.kind),
        "name": override.name,
        "to": override.to,
        "start": override.start.isoformat(timespec="seconds"),
        "end": override.end.isoformat(timespec="seconds") if override.end else None,
        "by": override.by,
        "why": override.why,
    }


def kept_as_json(row: KeptOverride, now: datetime) -> dict[str, Any]:
    """A kept one, with how it stands: `holds`, `planned` or `over`, and who ended it."""
    is_over = row.ended_at is not None or (row.ends is not None and row.ends <= now)
    state = "over" if is_over else "planned" if row.starts > now else "holds"
    return {
        "id": row.id,
        "state": state,
        "kind": str(row.kind),
        "name": row.name,
        "to": row.to,
        "start": row.starts.isoformat(timespec="seconds"),
        "end": row.ends.isoformat(timespec="seconds") if row.ends else None,
        "by": row.made_by,
        "why": row.why,
        "made_at": row.made_at.isoformat(timespec="seconds"),
        "ended_at": row.ended_at.isoformat(timespec="seconds") if row.ended_at else None,
        "ended_by": row.ended_by,
    }
