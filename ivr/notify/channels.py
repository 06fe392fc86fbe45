"""The ways to a person beside ringing, behind one interface: mail, SMS; a web push would be one more.

A channel says whether a person can be reached on it, and writes a message into the transaction of what it
tells. Delivering is another process's work: the courier for mails, the messenger for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import uuid4

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dialplan.model import Entry, PhoneLabel
from ivr.notify.letters import DEFAULT, TemplateFault, Templates, list_plainly
from ivr.notify.outbox import enqueue
from ivr.storage import MailState, Notice, announce

log = structlog.get_logger(__name__)
NOTICES: Final = "notices"
"""What `announce` calls a new message; the messenger listens for it."""
LONGEST_TEXT: Final = 300
"""Characters: two or three parts of an SMS."""
GOOD_FOR: Final = timedelta(minutes=30)
SHORT: Final = ".sms"
"""A template of that name beside the mail's own says it shortly; without one the mail's subject does."""


class ChannelName(StrEnum):
    """The channels there are."""

    MAIL = "mail"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Told:
    """What is told to one person. `language`: his own; `dedupe`: once only with those words."""

    entry: str
    address: str
    template: str
    language: str
    variables: Mapping[str, Any]
    dedupe: str
    now: datetime
    templates: Templates = DEFAULT


class Channel(Protocol):
    """One way to a person."""

    @property
    def name(self) -> ChannelName:
        """By which it is asked for."""

    def reach(self, person: Entry, *, is_asked: bool = False) -> str:
        """The person's address on it; empty: none. `is_asked`: it was named, and not only not ruled out."""

    def write(self, session: Session, told: Told) -> str | None:
        """Write the message down; its id, or None when it was there already."""


class MailChannel:
    """By the outbox."""

    name = ChannelName.MAIL

    def reach(self, person: Entry, *, is_asked: bool = False) -> str:
        """The mail address of the directory."""
        return person.mail

    def write(self, session: Session, told: Told) -> str | None:
        """A mail in the outbox."""
        return enqueue(
            session,
            template=told.template,
            language=told.language,
            to=(told.address,),
            variables=told.variables,
            dedupe=told.dedupe,
            now=told.now,
            templates=told.templates,
        )


class SmsChannel:
    """By the gateway of the settings."""

    name = ChannelName.SMS

    def reach(self, person: Entry, *, is_asked: bool = False) -> str:
        """The number under `sms` in the directory; where SMS was asked for, the first mobile phone too."""
        if person.sms or not is_asked:
            return person.sms
        return next((one.number for one in person.phones if one.label is PhoneLabel.MOBILE), "")

    def write(self, session: Session, told: Told) -> str | None:
        """A row for the messenger."""
        notice_id = uuid4().hex
        row = {
            "id": notice_id,
            "dedupe": f"{told.dedupe}:{self.name}",
            "channel": str(self.name),
            "entry": told.entry,
            "address": told.address,
            "template": told.template,
            "language": told.language,
            "text": shortly(told),
            "created": told.now,
            "next_at": told.now,
            "expires": told.now + GOOD_FOR,
            "state": MailState.WAITING,
            "tries": 0,
            "owner": "",
            "reference": "",
            "error": "",
        }
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        statement = dialect.insert(Notice).values(**row).on_conflict_do_nothing(index_elements=["dedupe"])
        if session.execute(statement.returning(Notice.id)).scalar() is None:
            return None
        announce(session, NOTICES)
        return notice_id


def shortly(told: Told) -> str:
    """The words of a short message: of the template's own short form, or the subject of its mail."""
    short = f"{told.template}{SHORT}"
    try:
        if short in told.templates.names():
            letter = told.templates.render(short, told.language, told.variables)
            text = " ".join(letter.body.split())
        else:
            text = told.templates.render(told.template, told.language, told.variables).subject
    except TemplateFault as fault:
        log.error("notice.without_template", template=told.template, reason=fault.why)
        text = list_plainly(told.template, told.variables).subject
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


CHANNELS: Final[tuple[Channel, ...]] = (MailChannel(), SmsChannel())
"""All of them, in the order they are written."""

__all__ = ["CHANNELS", "NOTICES", "Channel", "ChannelName", "MailChannel", "SmsChannel", "Told", "shortly"]
