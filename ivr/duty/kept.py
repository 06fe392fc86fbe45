"""Changes of the duty in the database: functions of a session, and a row as people and the roster take it."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dialplan.changes import change_of, effective
from dialplan.model import Absence, Cover, Swap
from dialplan.roster import Change
from ivr.storage import Audit, AuditAction, DutyChangeKind, KeptDutyChange

ID_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
ID_LENGTH: Final = 5
_count = itertools.count()


class Standing(StrEnum):
    """How a change stands at a moment."""

    HOLDS = "holds"
    PLANNED = "planned"
    ASKED = "asked"
    """A request that nobody has agreed to yet."""
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Kept:
    """A change of the duty as it is kept. Times are UTC; `asked` and `declined`: trigrams."""

    id: str
    change: Change
    made_at: datetime
    made_by: str
    asked: tuple[str, ...] = ()
    """Who were asked to stand in; empty: anybody."""
    declined: tuple[str, ...] = ()
    agreed_at: datetime | None = None
    agreed_by: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def kind(self) -> DutyChangeKind:
        """What it is."""
        if isinstance(self.change, Absence):
            return DutyChangeKind.LEAVE
        if isinstance(self.change, Swap):
            return DutyChangeKind.OVERRIDE
        return DutyChangeKind.SWAP if self.change.is_exchange else DutyChangeKind.COVER

    @property
    def is_request(self) -> bool:
        """Whether somebody is still looked for."""
        return isinstance(self.change, Cover) and not self.change.by

    def standing(self, now: datetime) -> Standing:
        """How it stands at `now` (aware)."""
        if self.ended_at is not None:
            return Standing.CANCELLED
        if self.change.end <= now:
            return Standing.OVER
        if self.is_request:
            return Standing.ASKED
        return Standing.PLANNED if self.change.start > now else Standing.HOLDS

    def effective(self) -> Iterator[Change]:
        """What it did and will do to the duty."""
        return effective(self.change, self.made_at, self.agreed_at, self.ended_at)


def add_change(session: Session, kept: Kept, place: int = 0) -> Kept:
    """Keep a new one under an id that is free; it is given back with that id."""
    id_ = new_id()
    while session.get(KeptDutyChange, id_) is not None:
        id_ = new_id()
    kept = replace(kept, id=id_)
    session.add(_row(kept, place))
    session.flush()
    return kept


def read_changes(session: Session, since: datetime, until: datetime | None = None) -> tuple[Kept, ...]:
    """Those that have done, or will do, anything after `since` (and before `until`), oldest first."""
    query = select(KeptDutyChange).where(KeptDutyChange.ends > since)
    query = query.where(or_(KeptDutyChange.ended_at.is_(None), KeptDutyChange.ended_at > since))
    if until is not None:
        query = query.where(KeptDutyChange.starts < until)
    order = (KeptDutyChange.made_at, KeptDutyChange.place, KeptDutyChange.id)
    return tuple(as_kept(row) for row in session.scalars(query.order_by(*order)))


def list_changes(session: Session, most: int) -> tuple[Kept, ...]:
    """The last ones made, newest first."""
    order = (KeptDutyChange.made_at.desc(), KeptDutyChange.place.desc(), KeptDutyChange.id)
    rows = session.scalars(select(KeptDutyChange).order_by(*order).limit(most))
    return tuple(as_kept(row) for row in rows)


def find_rows(session: Session, id_: str) -> Sequence[KeptDutyChange]:
    """Those whose id begins so, locked until the transaction ends."""
    begins = KeptDutyChange.id.startswith(id_.strip().lower(), autoescape=True)
    return session.scalars(select(KeptDutyChange).where(begins).limit(2).with_for_update()).all()


def as_kept(row: KeptDutyChange) -> Kept:
    """A row as the roster takes it."""
    return Kept(
        row.id,
        change_of(str(row.kind), row.people, row.starts, row.ends, row.layer, row.title),
        row.made_at,
        row.made_by,
        tuple(row.asked),
        tuple(row.declined),
        row.agreed_at,
        row.agreed_by,
        row.ended_at,
        row.ended_by,
    )


def note_change(
    session: Session, at: datetime, actor: str, action: AuditAction, subject: str, detail: str
) -> None:
    """One row of the audit."""
    id_ = f"{int(at.timestamp() * 1_000_000):015x}{next(_count) & 0xFFFF:04x}{secrets.token_hex(3)}"
    session.add(Audit(id=id_, at=at, actor=actor, action=action, object=subject, detail=detail, call_id=""))


def _row(kept: Kept, place: int) -> KeptDutyChange:
    change = kept.change
    if isinstance(change, Absence):
        people, layer = [change.trigram], ""
    elif isinstance(change, Swap):
        people, layer = list(change.order), change.layer
    else:
        people, layer = [change.absent, *([change.by] if change.by else [])], change.layer
    return KeptDutyChange(
        id=kept.id,
        kind=kept.kind,
        layer=layer,
        people=people,
        starts=change.start,
        ends=change.end,
        title=change.title,
        made_at=kept.made_at,
        place=place,
        made_by=kept.made_by,
        asked=list(kept.asked),
        declined=[],
    )


def new_id() -> str:
    """An id that people can type."""
    return "".join(secrets.choice(ID_SIGNS) for _ in range(ID_LENGTH))


__all__ = [
    "Kept",
    "Standing",
    "add_change",
    "as_kept",
    "find_rows",
    "list_changes",
    "new_id",
    "note_change",
    "read_changes",
]
