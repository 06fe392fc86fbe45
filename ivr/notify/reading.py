"""Reads the outbox for people: `dutyline mails`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.storage import Delivery, DeliveryState, Mail, MailState


class AmbiguousMail(LookupError):  # noqa: N818 - it says what is so
    """A prefix that several mails share."""

    def __init__(self, prefix: str) -> None:
        super().__init__(f'several mails begin with "{prefix}"; give more of the id')
        self.prefix = prefix


@dataclass(frozen=True, slots=True)
class PostedMail:
    """A mail as it was read back, with what became of it at each address."""

    mail: Mail
    deliveries: tuple[Delivery, ...]

    def to_json(self, *, is_whole: bool = False) -> dict[str, Any]:
        """The form that `dutyline mails --json` prints; `is_whole`: text and addresses too."""
        mail = self.mail
        summary: dict[str, Any] = {
            "id": mail.id,
            "state": str(mail.state),
            "template": mail.template,
            "language": mail.language,
            "to": list(mail.to),
            "cc": list(mail.cc),
            "subject": mail.subject,
            "created": _iso(mail.created),
            "sent": _iso(mail.sent_at),
            "tries": mail.tries,
            "error": mail.error,
        }
        if not is_whole:
            return summary
        is_open = mail.state in (MailState.WAITING, MailState.SENDING)
        return summary | {
            "message_id": mail.message_id,
            "next": _iso(mail.next_at) if is_open else None,
            "deliveries": [_delivery(one) for one in self.deliveries],
            "body": mail.body,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """The outbox in numbers, for readiness, metrics and `doctor`."""

    waiting: int
    sent: int
    refused: int
    dead: int
    oldest: datetime | None
    """When the oldest waiting mail was written."""
    refused_addresses: int


def list_mails(session: Session, n: int = 50) -> list[PostedMail]:
    """The `n` mails written last, the newest first."""
    mails = session.scalars(select(Mail).order_by(Mail.created.desc(), Mail.id).limit(n)).all()
    return _with_deliveries(session, mails)


def show_mail(session: Session, wanted: str) -> PostedMail | None:
    """The mail of that id, or whose id begins so. AmbiguousMail."""
    if not wanted:
        return None
    found = session.scalars(select(Mail).where(Mail.id.startswith(wanted, autoescape=True)).limit(2)).all()
    if len(found) > 1:
        raise AmbiguousMail(wanted)
    return _with_deliveries(session, found)[0] if found else None


def count_mails(session: Session) -> Standing:
    """How the outbox stands."""
    by_state = session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    counted = {row[0]: row[1] for row in by_state}
    open_states = (MailState.WAITING, MailState.SENDING)
    return Standing(
        waiting=sum(counted.get(state, 0) for state in open_states),
        sent=counted.get(MailState.SENT, 0),
        refused=counted.get(MailState.REFUSED, 0),
        dead=counted.get(MailState.DEAD, 0),
        oldest=session.scalar(select(func.min(Mail.created)).where(Mail.state.in_(open_states))),
        refused_addresses=session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.REFUSED)
        )
        or 0,
    )


def _with_deliveries(session: Session, mails: Sequence[Mail]) -> list[PostedMail]:
    by_mail: defaultdict[str, list[Delivery]] = defaultdict(list)
    wanted = [mail.id for mail in mails]
    for first in range(0, len(wanted), 500):
        some = wanted[first : first + 500]
        for one in session.scalars(select(Delivery).where(Delivery.mail_id.in_(some))):
            by_mail[one.mail_id].append(one)
    return [PostedMail(mail, tuple(by_mail[mail.id])) for mail in mails]


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "address": one.address,
        "state": str(one.state),
        "code": one.code,
        "reply": one.reply,
        "at": _iso(one.at),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")


__all__ = ["AmbiguousMail", "PostedMail", "Standing", "count_mails", "list_mails", "show_mail"]
