"""Messages beside mail as the messenger sees them: claim one, write down each try. Functions of a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ivr.notify.channels import GOOD_FOR
from ivr.notify.verdicts import Verdict
from ivr.storage import MailState, Notice, NoticeTry

OPEN: Final = (MailState.WAITING, MailState.SENDING)
TOO_LATE: Final = "it came too late: nobody took it in its time"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message in hand."""

    id: str
    channel: str
    address: str
    text: str
    tries: int
    expires: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the gateway said. `reference`: what it calls the message; `wait_s`: how long it asks to wait."""

    verdict: Verdict
    code: int = 0
    reply: str = ""
    reference: str = ""
    wait_s: float = 0.0


def claim(
    session: Session, now: datetime, owner: str, most: int, lease_s: float
) -> tuple[list[Outgoing], datetime | None]:
    """Take what is due, and tell when the next is. What has come too late is given up."""
    due = (
        select(Notice)
        .where(Notice.state.in_(OPEN), Notice.next_at <= now)
        .order_by(Notice.next_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = [one for row in session.scalars(due).all() if (one := _take(row, now, owner, lease_s))]
    session.flush()
    return taken, session.scalar(select(func.min(Notice.next_at)).where(Notice.state.in_(OPEN)))


def _take(row: Notice, now: datetime, owner: str, lease_s: float) -> Outgoing | None:
    if row.expires <= now:
        row.state, row.error = MailState.DEAD, row.error or TOO_LATE
        return None
    row.state, row.owner = MailState.SENDING, owner
    row.tries += 1
    row.next_at = now + timedelta(seconds=lease_s)
    return Outgoing(row.id, row.channel, row.address, row.text, row.tries, row.expires)


def settle(
    session: Session, sent: Outgoing, receipt: Receipt, at: datetime, took_s: float, retry_at: datetime | None
) -> MailState:
    """Write down what a try brought. `retry_at` None: it is not tried again."""
    session.merge(
        NoticeTry(
            notice_id=sent.id,
            seq=sent.tries,
            at=at,
            took_ms=round(took_s * 1000),
            verdict=str(receipt.verdict),
            code=receipt.code,
            reply=receipt.reply,
        )
    )
    row = session.get_one(Notice, sent.id)
    row.owner, row.error = "", ""
    if receipt.verdict is Verdict.SENT:
        row.state, row.sent_at, row.reference = MailState.SENT, at, receipt.reference
        return row.state
    row.error = f"{receipt.code or ''} {receipt.reply}".strip()
    if receipt.verdict is Verdict.NEVER:
        row.state = MailState.REFUSED
    elif retry_at is None or retry_at >= sent.expires:
        row.state = MailState.DEAD
    else:
        row.state, row.next_at = MailState.WAITING, retry_at
    return row.state


def release(session: Session, owner: str, now: datetime) -> int:
    """After a restart: what this box was sending when it died is due at once. Returns how many."""
    mine = (Notice.state == MailState.SENDING) & or_(Notice.owner == owner, Notice.next_at <= now)
    found = list(session.scalars(select(Notice).where(mine)))
    for row in found:
        row.state, row.owner, row.next_at = MailState.WAITING, "", now
    return len(found)


def revive(session: Session, notice_id: str, now: datetime) -> bool:
    """Try again what was given up, in a time of its own; False when it was not."""
    row = session.get(Notice, notice_id)
    if row is None or row.state not in (MailState.DEAD, MailState.REFUSED):
        return False
    row.state, row.next_at, row.expires = MailState.WAITING, now, now + GOOD_FOR
    return True


def last_notices(session: Session, last: int, *, dead: bool = False) -> Sequence[Notice]:
    """The newest first. `dead`: those that were given up or refused alone."""
    query = select(Notice).order_by(Notice.created.desc()).limit(last)
    if dead:
        query = query.where(Notice.state.in_((MailState.DEAD, MailState.REFUSED)))
    return session.scalars(query).all()


def find_notices(session: Session, begins: str) -> Sequence[Notice]:
    """Those whose id begins so; two at most."""
    return session.scalars(select(Notice).where(Notice.id.startswith(begins, autoescape=True)).limit(2)).all()


def notice_json(session: Session, row: Notice, *, with_tries: bool = False) -> dict[str, Any]:
    """One as data."""
    found: dict[str, Any] = {
        "id": row.id,
        "channel": row.channel,
        "entry": row.entry,
        "address": row.address,
        "template": row.template,
        "text": row.text,
        "created": row.created.isoformat(),
        "state": str(row.state),
        "tries": row.tries,
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "reference": row.reference,
        "error": row.error,
    }
    if with_tries:
        query = select(NoticeTry).where(NoticeTry.notice_id == row.id).order_by(NoticeTry.seq)
        found["history"] = [
            {
                "at": one.at.isoformat(),
                "verdict": one.verdict,
                "code": one.code,
                "reply": one.reply,
                "took_ms": one.took_ms,
            }
            for one in session.scalars(query)
        ]
    return found


__all__ = [
    "Outgoing",
    "Receipt",
    "claim",
    "find_notices",
    "last_notices",
    "notice_json",
    "release",
    "revive",
    "settle",
]
