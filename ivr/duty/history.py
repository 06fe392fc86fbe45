"""A page's history: what happened, in order, each line written in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ivr.duty.hunt import Attempt
from ivr.storage import PageEvent, PageStep
from ivr.storage.states import AttemptState


@dataclass(frozen=True, slots=True)
class Event:
    """One line. `by`: a directory entry, a user, or part of the service; `once`: what makes it the same line
    when it is written again (empty: it never is)."""

    kind: PageStep
    at: datetime
    by: str = ""
    attempt_id: str = ""
    facts: Mapping[str, Any] | None = None
    once: str = ""

    def to_json(self) -> dict[str, Any]:
        """For programs; the time in ISO 8601, UTC."""
        return {
            "at": self.at.isoformat(timespec="milliseconds"),
            "kind": str(self.kind),
            "by": self.by,
            "attempt": self.attempt_id,
            "facts": dict(self.facts or {}),
        }


def write(session: Session, page_id: str, event: Event) -> bool:
    """Add a line; False: it is there already."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {
        "page_id": page_id,
        "at": event.at,
        "kind": event.kind,
        "by": event.by,
        "attempt_id": event.attempt_id,
        "facts": dict(event.facts or {}),
        "dedupe": f"{page_id}:{event.once or uuid4().hex}",
    }
    statement = dialect.insert(PageEvent).values(**values).on_conflict_do_nothing(index_elements=["dedupe"])
    return session.execute(statement.returning(PageEvent.id)).scalar() is not None


def read_history(session: Session, page_id: str) -> list[Event]:
    """The lines of a page in the order in which they were written."""
    query = select(PageEvent).where(PageEvent.page_id == page_id).order_by(PageEvent.id)
    return [
        Event(row.kind, row.at, row.by, row.attempt_id, row.facts, row.dedupe)
        for row in session.scalars(query)
    ]


def rung(attempt: Attempt) -> Event:
    """A phone is about to ring."""
    facts = {
        "stage": attempt.stage,
        "turn": attempt.turn,
        "who": attempt.title,
        "number": attempt.number,
        "label": attempt.label,
        "backup": attempt.backup,
        "ring_s": round(attempt.ring_s, 1),
    }
    once = f"{attempt.id}:rung"
    return Event(PageStep.RUNG, attempt.planned_at, attempt.entry, attempt.id, facts, once)


def changed(attempt: Attempt, cause: int) -> Event | None:
    """What an attempt's new state says; None for one that says nothing new."""
    if attempt.state is AttemptState.ANSWERED and attempt.answered_at is not None:
        facts = {"who": attempt.title, "rang_s": _seconds(attempt.planned_at, attempt.answered_at)}
        once = f"{attempt.id}:answered:{attempt.answered_at.timestamp()}"
        return Event(PageStep.PICKED_UP, attempt.answered_at, attempt.entry, attempt.id, facts, once)
    if attempt.ended_at is None:
        return None
    return _ended(attempt, attempt.ended_at, cause)


def _ended(attempt: Attempt, at: datetime, cause: int) -> Event:
    answered = attempt.answered_at
    facts = {
        "who": attempt.title,
        "number": attempt.number,
        "state": str(attempt.state),
        "cause": cause,
        "rang_s": _seconds(attempt.planned_at, answered or at),
        "talked_s": _seconds(answered, at) if answered else 0.0,
    }
    once = f"{attempt.id}:{attempt.state}:{at.timestamp()}"
    return Event(PageStep.RING_ENDED, at, attempt.entry, attempt.id, facts, once)


def pressed(attempt: Attempt, key: str, at: datetime) -> Event:
    """A key on an engineer's leg."""
    after_s = _seconds(attempt.answered_at or attempt.planned_at, at)
    facts = {"key": key, "who": attempt.title, "after_s": after_s}
    once = f"{attempt.id}:key:{at.timestamp()}"
    return Event(PageStep.KEY, at, attempt.entry, attempt.id, facts, once)


def told(template: str, to: Iterable[str], at: datetime) -> Event:
    """A mail, or another message, was queued."""
    return Event(PageStep.TOLD, at, facts={"template": template, "to": list(to)})


def _seconds(start: datetime, end: datetime) -> float:
    return round(max(0.0, (end - start).total_seconds()), 1)


__all__ = ["Event", "changed", "pressed", "read_history", "rung", "told", "write"]
