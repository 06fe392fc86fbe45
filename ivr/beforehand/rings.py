"""Rings of handshakes and drills in the database: functions of a session, and the ring as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.model import Engineer, Entry, Phone
from ivr.storage import Ring as Row
from ivr.storage import RingKind, RingState

OPEN = frozenset({RingState.RINGING, RingState.ANSWERED})


class Skipped(StrEnum):
    """Why a phone was not rung."""

    QUIET = "quiet"
    LEAVE = "leave"
    PAGE = "page"
    """A page looks for its owner, or he has just taken one."""
    NO_PHONE = "no-phone"
    CLOSED = "closed"
    """The calendar of the drill had closed meanwhile."""
    CALLED_OFF = "called-off"


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring of one phone, as its row says it. `id`: also its channel's."""

    id: str
    run_id: str
    kind: RingKind
    seq: int
    entry: str
    title: str
    number: str
    label: str = "mobile"
    language: str = "en"
    ring_s: float = 30.0
    turn: int = 0
    state: RingState = RingState.WAITING
    cause: int = 0
    planned_at: datetime | None = None
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    key: str = ""
    why: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in OPEN and self.state is not RingState.WAITING

    @property
    def is_well(self) -> bool:
        """Whether somebody was there."""
        return self.state in (RingState.KEYED, RingState.DECLINED)

    @property
    def answered_s(self) -> float | None:
        """Seconds from the first ringing until it was picked up."""
        since = self.rang_at or self.planned_at
        if since is None or self.answered_at is None:
            return None
        return max(0.0, (self.answered_at - since).total_seconds())

    def to_json(self) -> dict[str, Any]:
        """For the command line."""
        return {
            "id": self.id,
            "title": self.title,
            "entry": self.entry,
            "number": self.number,
            "label": self.label,
            "at": self.planned_at.isoformat() if self.planned_at else None,
            "state": str(self.state),
            "cause": self.cause,
            "rang": self.rang_at is not None,
            "answered_s": None if self.answered_s is None else round(self.answered_s, 1),
            "key": self.key,
            "why": self.why,
        }


def make_ring(
    run_id: str,
    kind: RingKind,
    seq: int,
    engineer: Engineer,
    entry: Entry,
    phone: Phone | None,
    ring_s: float,
) -> Ring:
    """A ring that is to be; without a phone it is one that cannot."""
    return Ring(
        id=f"{kind}-{uuid4().hex[:20]}",
        run_id=run_id,
        kind=kind,
        seq=seq,
        entry=entry.id,
        title=engineer.trigram,
        number=phone.number if phone else "",
        label=str(phone.label) if phone else "",
        language=engineer.languages[0] if engineer.languages else entry.language or "en",
        ring_s=ring_s,
        state=RingState.WAITING if phone else RingState.SKIPPED,
        why="" if phone else Skipped.NO_PHONE,
    )


def add_rings(session: Session, rings: Iterable[Ring]) -> None:
    """Write down rings that are to be."""
    session.add_all(Row(**{name: getattr(ring, name) for name in Ring.__slots__}) for ring in rings)


def keep_ring(session: Session, ring: Ring) -> None:
    """Write down how it stands now."""
    row = session.get(Row, ring.id)
    if row is None:
        add_rings(session, [ring])
        return
    for name in ("state", "cause", "planned_at", "rang_at", "answered_at", "ended_at", "key", "why"):
        setattr(row, name, getattr(ring, name))


def rings_of(session: Session, run_id: str) -> list[Ring]:
    """Those of a run, in order."""
    rows = session.scalars(select(Row).where(Row.run_id == run_id).order_by(Row.seq))
    return [read_ring(row) for row in rows]


def find_ring(session: Session, ring_id: str) -> Ring | None:
    """One of them."""
    row = session.get(Row, ring_id)
    return read_ring(row) if row is not None else None


def read_ring(row: Row) -> Ring:
    """A row as it stands."""
    return Ring(**{name: getattr(row, name) for name in Ring.__slots__})


__all__ = [
    "OPEN",
    "Ring",
    "Skipped",
    "add_rings",
    "find_ring",
    "keep_ring",
    "make_ring",
    "read_ring",
    "rings_of",
]
