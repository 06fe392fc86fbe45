"""Overrides and the audit in the database: functions of a session."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dialplan.overrides import Override, OverrideKind
from ivr.storage import Audit, AuditAction, KeptOverride

_count = itertools.count()


def new_id(now: datetime) -> str:
    """An id that sorts by time, and by order within one moment."""
    return f"{int(now.timestamp() * 1_000_000):015x}{next(_count) & 0xFFFF:04x}{secrets.token_hex(3)}"


def read_overrides(session: Session, now: datetime) -> tuple[Override, ...]:
    """Those that hold now or later, oldest first."""
    rows = session.scalars(
        select(KeptOverride)
        .where(KeptOverride.ended_at.is_(None))
        .where(or_(KeptOverride.ends.is_(None), KeptOverride.ends > now))
        .order_by(KeptOverride.made_at, KeptOverride.id)
    )
    return tuple(as_override(row) for row in rows)


def overrides_known_at(session: Session, since: datetime, until: datetime) -> list[KeptOverride]:
    """Those that anybody could have met between two moments, oldest first."""
    rows = select(KeptOverride).where(KeptOverride.made_at <= until)
    rows = rows.where(or_(KeptOverride.ended_at.is_(None), KeptOverride.ended_at > since))
    rows = rows.where(or_(KeptOverride.ends.is_(None), KeptOverride.ends > since))
    return list(session.scalars(rows.order_by(KeptOverride.made_at, KeptOverride.id)))


def met_by(rows: Sequence[KeptOverride], at: datetime) -> tuple[Override, ...]:
    """Of those, what lay over the configuration at a moment."""
    return tuple(
        as_override(row) for row in rows if row.made_at <= at and (row.ended_at is None or at < row.ended_at)
    )


def list_overrides(session: Session, most: int) -> Sequence[KeptOverride]:
    """The last ones made, newest first."""
    rows = select(KeptOverride).order_by(KeptOverride.made_at.desc(), KeptOverride.id.desc()).limit(most)
    return session.scalars(rows).all()


def list_audit(session: Session, most: int) -> Sequence[Audit]:
    """What was done last, newest first."""
    return session.scalars(select(Audit).order_by(Audit.at.desc(), Audit.id.desc()).limit(most)).all()


def keep_override(session: Session, override: Override, now: datetime, call_id: str = "") -> list[Override]:
    """Keep a new one. One that begins at once takes the place of those that hold for the same thing: they
    are ended, and given back."""
    replaced: list[Override] = []
    if override.start <= now:
        replaced = end_overrides(session, override.kind, override.name, override.by, now, call_id, note=False)
    session.add(
        KeptOverride(
            id=override.id,
            kind=override.kind,
            name=override.name,
            to=override.to,
            starts=override.start,
            ends=override.end,
            made_at=now,
            made_by=override.by,
            why=override.why,
        )
    )
    detail = str(override) + (f": {override.why}" if override.why else "")
    note(session, now, override.by, AuditAction.SWITCHED, f"{override.kind} {override.name}", detail, call_id)
    return replaced


def end_overrides(
    session: Session,
    kind: OverrideKind,
    name: str,
    by: str,
    now: datetime,
    call_id: str = "",
    *,
    note: bool = True,
) -> list[Override]:
    """End those that hold for something, or are to begin when `note`; they are given back."""
    query = (
        select(KeptOverride)
        .where(KeptOverride.kind == kind, KeptOverride.name == name, KeptOverride.ended_at.is_(None))
        .where(or_(KeptOverride.ends.is_(None), KeptOverride.ends > now))
    )
    if not note:
        query = query.where(KeptOverride.starts <= now)
    ended = []
    for row in session.scalars(query):
        row.ended_at, row.ended_by = now, by
        ended.append(as_override(row))
    if note and ended:
        said = "; ".join(str(one) for one in ended)
        _note(session, now, by, AuditAction.SWITCHED_BACK, f"{kind} {name}", said, call_id)
    return ended


def note(
    session: Session,
    at: datetime,
    actor: str,
    action: AuditAction,
    subject: str = "",
    detail: str = "",
    call_id: str = "",
) -> None:
    """One row of the audit."""
    session.add(
        Audit(
            id=new_id(at), at=at, actor=actor, action=action, object=subject, detail=detail, call_id=call_id
        )
    )


_note = note


def count_actions(session: Session, action: AuditAction, since: datetime, actor: str = "") -> int:
    """How often something was done since then, by somebody or by anybody."""
    query = select(func.count()).select_from(Audit).where(Audit.action == action, Audit.at > since)
    if actor:
        query = query.where(Audit.actor == actor)
    return session.scalar(query) or 0


def as_override(row: KeptOverride) -> Override:
    """A row as the engine takes it."""
    return Override(row.id, row.kind, row.name, row.to, row.starts, row.ends, row.made_by, row.why)
