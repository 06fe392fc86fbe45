"""A mail as bytes, whatever is in it, as an alarm. Pure, and never at a loss: hostile mails are alarms too.

What is read is the header alone, of a bounded size; the mail itself is kept as it came.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parseaddr, parsedate_to_datetime
from typing import Final

from ivr.alarms.model import LONGEST_WORDS, Incoming
from ivr.notify.words import one_line
from ivr.storage import AlarmSource

MOST_HEADER: Final = 256 * 1024
MOST_HOPS: Final = 50
"""`Received` lines of a mail that goes in a circle; RFC 5321, 6.3 asks for at least 100 or a better sign."""
MARK: Final = "X-Dutyline"
"""Stands in every mail of ours."""
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
_REPORTS: Final = ("delivery-status", "disposition-notification")
_DAEMONS: Final = ("mailer-daemon", "postmaster")


@dataclass(frozen=True, slots=True)
class Headers:
    """What the header of a mail says. `loop`: why the mail may ring nobody; empty: it may."""

    sender: str
    subject: str
    message_id: str
    sent: datetime | None
    loop: str


def read_headers(raw: bytes, own_address: str = "", envelope_sender: str | None = None) -> Headers:
    """The header of a mail. `own_address`: the sender of our mails; `envelope_sender`: of SMTP, if known."""
    fields = _fields(raw)
    path = envelope_sender if envelope_sender is not None else _first(fields, "return-path").strip("<> ")
    sender = _address(_first(fields, "from")) or path.lower()
    return Headers(
        sender=sender[:320],
        subject=_tidy(_first(fields, "subject")),
        message_id=one_line(_first(fields, "message-id")).strip()[:998],
        sent=_date(_first(fields, "date")),
        loop=_loop(fields, sender, path, own_address.lower()),
    )


def read_mail(
    raw: bytes,
    source: AlarmSource,
    *,
    own_address: str = "",
    envelope_sender: str | None = None,
    size: int | None = None,
    place: str = "",
) -> Incoming:
    """A mail as an alarm. `size`: of the whole, when `raw` is only its beginning.

    Its key is its Message-ID with what it says, so that the same mail by two ways, or twice by one, is one
    alarm. `place`: tells mails without a Message-ID apart (a mailbox's UID); without it they are told by
    all of their bytes.
    """
    headers = read_headers(raw, own_address, envelope_sender)
    digest = _digest(raw, headers.message_id)
    key = digest if headers.message_id or not place else f"{digest}:{place}"
    facts = {"loop": headers.loop} if headers.loop else {}
    return Incoming(
        source=source,
        key=key,
        digest=digest,
        sender=headers.sender,
        subject=headers.subject,
        raw=raw,
        size=len(raw) if size is None else size,
        message_id=headers.message_id,
        sent=headers.sent,
        once=bool(headers.message_id or place),
        facts=facts,
    )


def _digest(raw: bytes, message_id: str) -> str:
    """Of all bytes, or of the Message-ID and the text: the lines above it grow on the way."""
    if not message_id:
        return hashlib.sha256(raw).hexdigest()
    split = _BLANK.search(raw)
    body = raw[split.end() :] if split else b""
    canonical = body.replace(b"\r\n", b"\n").rstrip()
    return hashlib.sha256(message_id.encode() + b"\n" + canonical).hexdigest()


def _fields(raw: bytes) -> Sequence[tuple[str, str]]:
    """Every header with its text. Broken ones are read as far as they can be."""
    split = _BLANK.search(raw, 0, MOST_HEADER)
    head = raw[: split.start() if split else MOST_HEADER]
    message = BytesHeaderParser(policy=compat32).parsebytes(head + b"\n\n")
    return [(name.lower(), _decoded(value)) for name, value in message.raw_items()]


def _first(fields: Sequence[tuple[str, str]], name: str) -> str:
    return next((value for known, value in fields if known == name), "")


def _decoded(value: object) -> str:
    """A header's text: RFC 2047 where it is kept to, otherwise bytes as UTF-8, or else Latin-1."""
    text = _as_text(str(value).encode("utf-8", "surrogateescape"))
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(part if isinstance(part, str) else _as_text(part, charset) for part, charset in parts)


def _as_text(octets: bytes, charset: str | None = None) -> str:
    for known in (charset, "utf-8"):
        try:
            if known:
                return octets.decode(known)
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")


def _tidy(text: str) -> str:
    return " ".join(one_line(text.replace("\n", " ").replace("\r", " ")).split())[:LONGEST_WORDS]


def _address(text: str) -> str:
    found = parseaddr(text[:2000])[1]
    return " ".join(one_line(found).split()).lower()


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _loop(fields: Sequence[tuple[str, str]], sender: str, path: str, own: str) -> str:
    """Why a mail is no alarm: ours come back, or a machine's answer to a mail.

    `Auto-Submitted: auto-generated` is no reason: that is what monitoring writes, as it should
    (RFC 3834, 5). An empty return path alone is none either.
    """
    submitted = _first(fields, "auto-submitted").lower()
    kind = " ".join(_first(fields, "content-type").lower().split())
    daemon = sender.partition("@")[0] in _DAEMONS
    if _first(fields, MARK.lower()) or (own and sender == own):
        return "a mail of our own that came back"
    if kind.startswith("multipart/report") and any(word in kind for word in _REPORTS):
        return "a report about a mail that could not be delivered, or was read"
    if daemon and (not path or path == sender):
        return "a report of a mail server"
    if submitted.startswith("auto-replied") or _answers_by_itself(fields):
        return "an automatic reply"
    if sum(name == "received" for name, _ in fields) > MOST_HOPS:
        return "a mail that goes in a circle"
    return ""


def _answers_by_itself(fields: Sequence[tuple[str, str]]) -> bool:
    named = {name for name, _ in fields}
    if named & {"x-autoreply", "x-autorespond", "x-auto-reply"}:
        return True
    return _first(fields, "precedence").strip().lower() == "auto_reply"


__all__ = ["MARK", "Headers", "read_headers", "read_mail"]
