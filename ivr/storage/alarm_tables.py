"""The tables of alarms that came in, of the storms they make, and of messages beside mail."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.storage.states import MailState
from ivr.storage.tables import Base
from ivr.storage.types import code


class AlarmSource(StrEnum):
    """How an alarm came in."""

    IMAP = "imap"
    SMTP = "smtp"
    WEBHOOK = "webhook"
    COMMAND = "command"


class AlarmState(StrEnum):
    """What became of an alarm."""

    RECEIVED = "received"
    """Committed; nobody has looked at it yet."""
    PAGING = "paging"
    """It is to be a page of its own, which is being made."""
    PAGED = "paged"
    JOINED = "joined"
    """It belongs to the page of one like it."""
    KEPT = "kept"
    """It rings nobody: `why` says why."""
    RESOLVED = "resolved"
    """It says that an earlier one is over."""


class KeptAlarm(Base):
    """One alarm, as it came in. Committed before the sender is told that we have it."""

    __tablename__ = "alarms"
    __table_args__ = (Index("ix_alarms_state_due", "state", "due"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """What makes it this one: the same again is not another alarm."""
    digest: Mapped[str] = mapped_column(index=True)
    """SHA-256 of what came in."""
    source: Mapped[AlarmSource] = mapped_column(code(AlarmSource))
    name: Mapped[str] = mapped_column(default="")
    """The webhook it came by; the row that took it."""
    state: Mapped[AlarmState] = mapped_column(code(AlarmState), default=AlarmState.RECEIVED)
    received: Mapped[datetime] = mapped_column(index=True)
    sent: Mapped[datetime | None]
    """When its sender says it was sent, or when the mailbox got it."""
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    """What is read aloud."""
    message_id: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(Integer, default=0)
    """Bytes, as it came; more than is kept when it was too large."""
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The mail, or the body of the webhook, byte by byte; null once it has been kept long enough."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What else it says: brand, policy, customer, severity, fingerprint."""
    fingerprint: Mapped[str] = mapped_column(default="", index=True)
    """By which the sender knows it: firing and resolved carry the same."""
    group_key: Mapped[str] = mapped_column(default="", index=True)
    page_id: Mapped[str] = mapped_column(default="", index=True)
    why: Mapped[str] = mapped_column(default="")
    repeats: Mapped[int] = mapped_column(Integer, default=0)
    """How often the same came again."""
    tries: Mapped[int] = mapped_column(Integer, default=0)
    due: Mapped[datetime]
    """Not looked at before; while `paging`: another box may take over after this."""
    owner: Mapped[str] = mapped_column(default="")


class AlarmGroup(Base):
    """Alarms that are alike, and are one page."""

    __tablename__ = "alarm_groups"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    row: Mapped[str] = mapped_column(default="", index=True)
    """The row, or webhook, that took them."""
    alarm_id: Mapped[str] = mapped_column(default="")
    """The first of them, which paged."""
    page_id: Mapped[str] = mapped_column(default="")
    opened: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    """End of the window."""
    counted: Mapped[int] = mapped_column(Integer, default=1)
    forwarded: Mapped[int] = mapped_column(Integer, default=0)
    told: Mapped[int] = mapped_column(Integer, default=1)
    """How many of them people have been told of."""


class Mailbox(Base):
    """How far a mailbox has been read."""

    __tablename__ = "mailboxes"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    validity: Mapped[int] = mapped_column(BigInteger, default=0)
    """UIDVALIDITY: with another one, the numbers of mails mean nothing any more (RFC 3501, 2.3.1.1)."""
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    """Up to this one all mails are committed here."""


class Notice(Base):
    """One message to one person beside mail: an SMS, later a web push."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_state_next_at", "state", "next_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    dedupe: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    entry: Mapped[str] = mapped_column(default="", index=True)
    """Whom it is for, in the directory."""
    address: Mapped[str]
    """A telephone number, or whatever the channel needs."""
    template: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    created: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[MailState] = mapped_column(default=MailState.WAITING)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime]
    """Not tried before; while `sending`: another box may take over after this."""
    expires: Mapped[datetime]
    """Not tried after: news of the night is of no use in the morning."""
    owner: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    reference: Mapped[str] = mapped_column(default="")
    """What the provider calls it."""
    error: Mapped[str] = mapped_column(default="")


class NoticeTry(Base):
    """One try to deliver a message, and what came of it."""

    __tablename__ = "notice_tries"

    notice_id: Mapped[str] = mapped_column(
        Text, ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    took_ms: Mapped[int] = mapped_column(Integer, default=0)
    verdict: Mapped[str]
    """sent, later or never."""
    code: Mapped[int] = mapped_column(Integer, default=0)
    """The gateway's answer; 0: none came."""
    reply: Mapped[str] = mapped_column(default="")


__all__ = [
    "AlarmGroup",
    "AlarmSource",
    "AlarmState",
    "KeptAlarm",
    "Mailbox",
    "Notice",
    "NoticeTry",
]
