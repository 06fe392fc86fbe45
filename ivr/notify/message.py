"""A mail of the outbox as the message that goes over the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from ivr.notify.enclosed import read_enclosed
from ivr.notify.forwarding import WHOLE_MAIL, enclose_mail
from ivr.notify.outbox import Attached, is_address
from ivr.notify.words import one_line, pick_language


@dataclass(frozen=True, slots=True)
class Posting:
    """What the courier has in hand: a claimed mail and the addresses that have not got it yet."""

    id: str
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    body: str
    language: str
    created: datetime
    tries: int
    message_id: str
    waiting: tuple[str, ...]
    enclosed: tuple[Attached, ...] = ()


def name_message(mail_id: str, sender: str) -> str:
    """The Message-ID of a mail: the same for every try, so that a repeat is recognised as one."""
    host = sender.rpartition("@")[2] or "localhost"
    return f"<{mail_id}@{host}>"


def compose(posting: Posting, folder: Path | None = None) -> EmailMessage:
    """The message. Headers are made by the library from clean values; auto-replies are asked not to come.

    `folder`: where enclosed files lie. One that is not there, or too large, costs the mail a file and not the
    reader his mail: a line says so.
    """
    parts, missing = read_enclosed(posting.enclosed, folder, pick_language(posting.language))
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name="Dutyline", addr_spec=posting.sender)
    _address(message, "To", posting.to)
    _address(message, "Cc", posting.cc)
    message["Subject"] = one_line(posting.subject)
    message["Date"] = posting.created
    message["Message-ID"] = posting.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Dutyline"] = posting.id
    message["Content-Language"] = one_line(posting.language)
    message.set_content(posting.body + missing, cte="quoted-printable")
    for one, content in parts:
        if one.kind == WHOLE_MAIL:
            enclose_mail(message, content, one_line(one.title))
            continue
        kind, _, form = one.kind.partition("/")
        message.add_attachment(content, maintype=kind, subtype=form, filename=one_line(one.title))
    return message


def _address(message: EmailMessage, header: str, addresses: Sequence[str]) -> None:
    good = [Address(addr_spec=address) for address in addresses if is_address(address)]
    if good:
        message[header] = good


__all__ = ["Posting", "compose", "name_message"]
