"""What is kept of a call: its record, and the hops it took through the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.storage import Disposition, HungBy


@dataclass(slots=True)
class CallRecord:
    """One call, filled in as it goes on. Times are aware; None: that did not happen (yet).

    The fields are the columns of `calls`, where their meaning stands.
    """

    id: str
    uniqueid: str
    channel: str
    dialled: str
    caller: str | None
    started: datetime
    caller_name: str = ""
    brand: str = ""
    plan: str = ""
    release: str = ""
    clock_at: datetime | None = None
    answered: datetime | None = None
    prompt_at: datetime | None = None
    queued_at: datetime | None = None
    queue_left_at: datetime | None = None
    agent_rang_at: datetime | None = None
    agent_at: datetime | None = None
    agent_entry: str = ""
    agent_number: str = ""
    ended: datetime | None = None
    disposition: Disposition = Disposition.IN_PROGRESS
    cause: int = 0
    hung_by: HungBy = HungBy.UNKNOWN
    places: str = ""


@dataclass(frozen=True, slots=True)
class HopRecord:
    """One step: which node was entered, by which exit it was left, and why."""

    plan: str
    node: str
    kind: str
    exit: str
    why: str
    at: datetime
    release: str = ""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call as it was read back."""

    record: CallRecord
    hops: tuple[HopRecord, ...]

    def to_json(self) -> dict[str, Any]:
        """The form that `dutyline calls --json` prints; times in ISO 8601, UTC."""
        record = self.record
        return {
            "id": record.id,
            "to": record.dialled,
            "from": record.caller,
            "brand": record.brand,
            "plan": record.plan,
            "started": _iso(record.started),
            "answered": _iso(record.answered),
            "ended": _iso(record.ended),
            "disposition": str(record.disposition),
            "steps": [_step(hop) for hop in self.hops],
        }


def _step(hop: HopRecord) -> dict[str, Any]:
    return {
        "plan": hop.plan,
        "node": hop.node,
        "kind": hop.kind,
        "exit": hop.exit,
        "why": hop.why,
        "at": _iso(hop.at),
        "release": hop.release,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")


__all__ = ["CallRecord", "HopRecord", "RecordedCall"]
