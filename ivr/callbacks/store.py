"""Call-backs in the database: functions of a session. A step is taken only from the state it starts in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from dialplan.dial_rules import CallBackRules
from ivr.callbacks.model import OPEN, Callback, read_row
from ivr.storage import Callback as Row
from ivr.storage import CallbackState
from ivr.storage.leases import lease_end

HOUR: Final = timedelta(hours=1)
MOST_LISTED: Final = 500
ADDING: Final = 0x63616C6C
"""The lock of whoever writes a wish down."""


@dataclass(frozen=True, slots=True)
class Added:
    """What came of a wish: the call back that is owed now and its place, or why there is none."""

    callback: Callback | None
    position: int = 0
    refused: str = ""
    limit: str = ""
    """Which limit it was, `number` or `hour`."""


def add(session: Session, wish: Callback, rules: CallBackRules) -> Added:
    """Write a wish down. Who is owed one already keeps that, and his place."""
    if wish.owner:
        # of two boxes that are asked for the same, one finds what the other has written
        session.execute(select(func.pg_advisory_xact_lock(ADDING)) if _is_postgres(session) else select(1))
    known = session.scalars(
        select(Row).where(Row.number == wish.number, Row.queue == wish.queue, Row.state.in_(OPEN)).limit(1)
    ).first()
    if known is not None:
        return Added(read_row(known), _position(session, read_row(known)))
    refused, limit = _refusal(session, wish, rules)
    if refused:
        return Added(None, refused=refused, limit=limit)
    row = wish.to_row()
    row.owned_until = lease_end(session, wish.asked_at) if wish.owner else None
    session.add(row)
    session.flush()
    return Added(wish, _position(session, wish))


def _is_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _refusal(session: Session, wish: Callback, rules: CallBackRules) -> tuple[str, str]:
    """Whoever has call-backs made at our expense comes to an end of it soon."""
    lately = select(func.count()).select_from(Row).where(Row.asked_at > wish.asked_at - HOUR)
    if (session.scalar(lately.where(Row.number == wish.number)) or 0) >= rules.per_number:
        return f"this number has asked for {rules.per_number} within an hour", "number"
    if (session.scalar(lately) or 0) >= rules.per_hour:
        return f"{rules.per_hour} were asked for within an hour", "hour"
    return "", ""


def _position(session: Session, callback: Callback) -> int:
    before = (
        select(func.count())
        .select_from(Row)
        .where(Row.queue == callback.queue, Row.state.in_(OPEN), Row.waits_since <= callback.waits_since)
    )
    return session.scalar(before) or 1


def change(
    session: Session,
    callback: Callback,
    to: CallbackState,
    values: Mapping[str, Any],
    leg: str = "",
    *,
    box: str = "",
    now: datetime | None = None,
) -> bool:
    """Take a step from the state that `callback` is in; False when it stands elsewhere by now.

    `leg`: only as long as it is still that leg's. `box`, where there are several: whoever takes a step sees
    to it from then on; one that nobody is rung for is its owner's alone.
    """
    where = (Row.id == callback.id) & (Row.state == callback.state)
    if leg:
        where &= Row.leg == leg
    elif box:
        where &= Row.owner.in_(("", box))
    if box:
        assert now is not None
        values = {**values, "owner": box, "owned_until": lease_end(session, now)}
    done = session.execute(update(Row).where(where).values(state=to, **values).returning(Row.id))
    return done.scalar() is not None


def take_back(session: Session, callback_id: str, why: str, now: datetime) -> bool:
    """Cancel one that another box sees to, unless an agent has it; its owner finds that out."""
    where = (Row.id == callback_id) & Row.state.in_((CallbackState.WAITING, CallbackState.RINGING_AGENT))
    values = {"state": CallbackState.CANCELLED, "why": why, "ended": now}
    return session.execute(update(Row).where(where).values(values).returning(Row.id)).scalar() is not None


def open_callbacks(session: Session) -> list[Callback]:
    """All that are owed, those who wait longest first; and those whose two still talk."""
    talking = (Row.state == CallbackState.DONE) & Row.ended.is_(None)
    rows = select(Row).where(or_(Row.state.in_(OPEN), talking)).order_by(Row.waits_since, Row.id)
    return [read_row(row) for row in session.scalars(rows)]


def find_callback(session: Session, wanted: str) -> Callback | None:
    """The call back of that id, or of which the id begins so when only one does."""
    rows = session.scalars(select(Row).where(Row.id.startswith(wanted, autoescape=True)).limit(2)).all()
    return read_row(rows[0]) if len(rows) == 1 else None


def last_callbacks(session: Session, n: int = 50) -> list[Callback]:
    """The `n` asked for last, the newest first."""
    rows = select(Row).order_by(Row.asked_at.desc(), Row.id).limit(min(n, MOST_LISTED))
    return [read_row(row) for row in session.scalars(rows)]


__all__ = ["Added", "add", "change", "find_callback", "last_callbacks", "open_callbacks", "take_back"]
