"""The outbox as the courier sees it: claim a mail, write down what came of it. Functions of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from ivr.notify.enclosed import ALARM_FILE
from ivr.notify.message import Posting, name_message
from ivr.notify.outbox import Attached
from ivr.notify.transport import Reply
from ivr.notify.verdicts import Verdict, judge_code
from ivr.storage import Delivery, DeliveryState, Enclosure, KeptAlarm, Mail, MailState

OPEN: Final = (MailState.WAITING, MailState.SENDING)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try brought: an answer for each address, or one error for all."""

    replies: Mapping[str, Reply] = field(default_factory=dict)
    error: str = ""
    verdict: Verdict = Verdict.LATER
    """On those without a reply."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms mails are claimed."""

    now: datetime
    most: int
    owner: str
    sender: str
    lease_s: float
    in_hand: frozenset[str] = frozenset()
    """Mails that this courier is still busy with, should their lease run out meanwhile."""


def claim(session: Session, terms: Terms) -> tuple[list[Posting], datetime | None]:
    """Take due mails, and tell when the next one is due.

    While a mail is being sent its `next_at` is the end of the lease: should this process die, it is due
    again then, for whichever courier lives.
    """
    is_open = (Mail.state.in_(OPEN)) & (Mail.id.not_in(terms.in_hand))
    due = (
        select(Mail)
        .where(is_open, Mail.next_at <= terms.now)
        .order_by(Mail.next_at, Mail.created)
        .limit(terms.most)
        .with_for_update(skip_locked=True)
    )
    taken = [_take(session, mail, terms) for mail in session.scalars(due).all()]
    session.flush()
    return taken, session.scalar(select(func.min(Mail.next_at)).where(is_open))


def _take(session: Session, mail: Mail, terms: Terms) -> Posting:
    mail.state, mail.owner = MailState.SENDING, terms.owner
    mail.tries += 1
    mail.next_at = terms.now + timedelta(seconds=terms.lease_s)
    mail.message_id = mail.message_id or name_message(mail.id, terms.sender)
    waiting = select(Delivery.address).where(
        Delivery.mail_id == mail.id, Delivery.state == DeliveryState.WAITING
    )
    return Posting(
        id=mail.id,
        sender=terms.sender,
        to=tuple(mail.to),
        cc=tuple(mail.cc),
        subject=mail.subject,
        body=mail.body,
        language=mail.language,
        created=mail.created,
        tries=mail.tries,
        message_id=mail.message_id,
        waiting=tuple(session.scalars(waiting)),
        enclosed=_enclosed(session, mail.id),
    )


def _enclosed(session: Session, mail_id: str) -> tuple[Attached, ...]:
    rows = select(Enclosure).where(Enclosure.mail_id == mail_id).order_by(Enclosure.seq)
    return tuple(
        Attached(one.path, one.title, one.kind, _content(session, one.path)) for one in session.scalars(rows)
    )


def _content(session: Session, path: str) -> bytes | None:
    """What is in a file that the database keeps."""
    if not path.startswith(ALARM_FILE):
        return None
    return session.scalar(select(KeptAlarm.raw).where(KeptAlarm.id == path.removeprefix(ALARM_FILE)))


def settle(
    session: Session, posting: Posting, outcome: Outcome, *, now: datetime, retry_at: datetime | None
) -> MailState:
    """Write down what a try brought. `retry_at` None: those still waiting are given up."""
    deliveries = list(session.scalars(select(Delivery).where(Delivery.mail_id == posting.id)))
    for delivery in deliveries:
        if delivery.address in posting.waiting:
            _record(delivery, outcome, now, is_last=retry_at is None)
    mail = session.get(Mail, posting.id)
    if mail is None:
        return MailState.DEAD
    states = {delivery.state for delivery in deliveries}
    mail.state = _sum_up(states)
    mail.owner = ""
    mail.next_at = retry_at or now
    if any(delivery.state is DeliveryState.SENT and delivery.at == now for delivery in deliveries):
        mail.sent_at = now
    mail.error = _explain(deliveries, outcome) or ("" if mail.state is MailState.SENT else mail.error)
    return mail.state


def _record(delivery: Delivery, outcome: Outcome, now: datetime, *, is_last: bool) -> None:
    reply = outcome.replies.get(delivery.address)
    verdict = outcome.verdict if reply is None else judge_code(reply.code)
    delivery.at = now
    delivery.code, delivery.reply = (reply.code, reply.text) if reply else (0, outcome.error)
    if verdict is Verdict.SENT:
        delivery.state = DeliveryState.SENT
    elif verdict is Verdict.NEVER:
        delivery.state = DeliveryState.REFUSED
    elif is_last:
        delivery.state = DeliveryState.DEAD


def _sum_up(states: set[DeliveryState]) -> MailState:
    """The mail's state from those of its addresses."""
    for one, whole in (
        (DeliveryState.WAITING, MailState.WAITING),
        (DeliveryState.DEAD, MailState.DEAD),
        (DeliveryState.SENT, MailState.SENT),
    ):
        if one in states:
            return whole
    return MailState.REFUSED


def _explain(deliveries: list[Delivery], outcome: Outcome) -> str:
    """What is not well, in words: the error of the whole, or each address that was not served."""
    if outcome.error:
        return outcome.error
    return "; ".join(
        f"{one.address}: {one.code or ''} {one.reply}".replace(":  ", ": ")
        for one in deliveries
        if one.state is not DeliveryState.SENT
    )


def release(session: Session, owner: str, now: datetime) -> int:
    """After a restart: what this courier was sending when it died is due at once. Returns how many."""
    mine = (Mail.state == MailState.SENDING) & or_(Mail.owner == owner, Mail.next_at <= now)
    found = list(session.scalars(select(Mail).where(mine)))
    for mail in found:
        mail.state, mail.owner, mail.next_at = MailState.WAITING, "", now
    return len(found)


def hurry(session: Session, trouble: str, now: datetime) -> int:
    """Mails whose last try failed as a whole with words that begin so are due at once. Returns how many."""
    waits = (Mail.state == MailState.WAITING) & (Mail.next_at > now)
    found = session.scalars(select(Mail).where(waits, Mail.error.startswith(trouble, autoescape=True))).all()
    for mail in found:
        mail.next_at = now
    return len(found)


def revive(session: Session, mail_id: str, now: datetime) -> bool:
    """Try a dead mail again, from the beginning of its time; False when it is not dead."""
    mail = session.get(Mail, mail_id)
    if mail is None or mail.state is not MailState.DEAD:
        return False
    session.execute(
        update(Delivery)
        .where(Delivery.mail_id == mail_id, Delivery.state == DeliveryState.DEAD)
        .values(state=DeliveryState.WAITING)
    )
    mail.state, mail.next_at, mail.tries = MailState.WAITING, now, 0
    return True


__all__ = ["Outcome", "Terms", "claim", "hurry", "release", "revive", "settle"]
