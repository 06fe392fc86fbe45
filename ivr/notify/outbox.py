"""The outbox: mails as rows, written in the same transaction as what they announce.

Whatever is committed together cannot be had apart: there is no acceptance without its mail, and no mail
of an acceptance that did not happen. The courier takes it from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import structlog
from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ivr.notify.letters import DEFAULT, LONGEST_SUBJECT, Letter, TemplateFault, Templates, list_plainly
from ivr.notify.words import one_line
from ivr.storage import Delivery, DeliveryState, Enclosure, Mail, MailState, announce

log = structlog.get_logger(__name__)
MAILS: Final = "mails"
"""What `announce` calls a new mail; the courier listens for it."""
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a mail. `path`: below the folder of recordings; `kind`: its MIME type.

    `content`: what is in it, of one that is kept in the database and not as a file.
    """

    path: str
    title: str
    kind: str
    content: bytes | None = None


def enqueue(
    session: Session,
    *,
    template: str,
    language: str,
    to: Iterable[str],
    cc: Iterable[str] = (),
    variables: Mapping[str, Any],
    dedupe: str,
    now: datetime,
    templates: Templates = DEFAULT,
    subject: str = "",
    attached: Iterable[Attached] = (),
) -> str | None:
    """Write a mail into the outbox; its id, or None when one with the same `dedupe` is there already.

    A template that fails costs the mail its form, not the desk its notice, and not the transaction
    its commit: everything known is then listed plainly. An address that is none is shown as refused.
    `subject`: instead of the template's.
    """
    to, cc = tuple(to), tuple(cc)
    letter, error = _write(templates, template, language, variables)
    addresses = _unique((*to, *cc))
    good = [address for address in addresses if is_address(address)]
    mail_id = uuid4().hex
    row = {
        "id": mail_id,
        "dedupe": dedupe,
        "template": template,
        "language": language,
        "to": list(to),
        "cc": list(cc),
        "subject": " ".join(one_line(subject).split())[:LONGEST_SUBJECT] or letter.subject,
        "body": letter.body,
        "created": now,
        "next_at": now,
        "state": MailState.WAITING if good else MailState.REFUSED,
        "error": error or ("" if good else "no address to send it to"),
    }
    if not _insert(session, row):
        return None
    _add_deliveries(session, mail_id, addresses, now)
    _enclose(session, mail_id, attached)
    if not good:
        log.error("a mail has no address to go to", mail=mail_id, template=template)
    announce(session, MAILS)
    return mail_id


def is_address(text: str) -> bool:
    """Whether a mail can be sent there: `name@host`, plain ASCII, nothing around it."""
    return _ADDRESS.fullmatch(text) is not None and ".." not in text


def _write(
    templates: Templates, name: str, language: str, variables: Mapping[str, Any]
) -> tuple[Letter, str]:
    try:
        return templates.render(name, language, variables), ""
    except TemplateFault as fault:
        log.error("a mail is sent without its template", template=name, language=language, reason=fault.why)
        return list_plainly(name, variables), str(fault)


def _insert(session: Session, row: Mapping[str, Any]) -> bool:
    """Whether the row is new. Decided by the database, so that two at once cannot both be."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Mail).values(**row).on_conflict_do_nothing(index_elements=["dedupe"])
    return session.execute(statement.returning(Mail.id)).scalar() is not None


def _add_deliveries(session: Session, mail_id: str, addresses: Iterable[str], now: datetime) -> None:
    rows = [_delivery(mail_id, address, now) for address in addresses]
    if rows:
        session.execute(insert(Delivery), rows)


def _enclose(session: Session, mail_id: str, attached: Iterable[Attached]) -> None:
    rows = [
        {"mail_id": mail_id, "seq": seq, "path": one.path, "title": one.title, "kind": one.kind}
        for seq, one in enumerate(attached)
    ]
    if rows:
        session.execute(insert(Enclosure), rows)


def _delivery(mail_id: str, address: str, now: datetime) -> dict[str, Any]:
    is_good = is_address(address)
    return {
        "mail_id": mail_id,
        "address": address,
        "state": DeliveryState.WAITING if is_good else DeliveryState.REFUSED,
        "reply": "" if is_good else "this is not a mail address",
        "at": None if is_good else now,
    }


def _unique(addresses: Iterable[str]) -> list[str]:
    """Each address once, whatever its letters' case, in order."""
    return list({address.lower(): address for address in reversed(tuple(addresses))}.values())[::-1]


__all__ = ["MAILS", "Attached", "enqueue", "is_address"]
