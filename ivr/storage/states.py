"""The words that stand in state columns."""

from __future__ import annotations

from enum import StrEnum


class Disposition(StrEnum):
    """How a call ended, in one word."""

    IN_PROGRESS = "in-progress"
    ANSWERED = "answered"
    """A person spoke with the caller."""
    ANNOUNCED = "announced"
    """The caller heard what the plan had to say, and the plan ended the call."""
    ABANDONED = "abandoned"
    """The caller hung up before a person or the end of the plan was reached."""
    REJECTED = "rejected"
    """Not taken: unknown number, or refused by the plan."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The service was not there when it ended."""


class HungBy(StrEnum):
    """Who ended a call."""

    CALLER = "caller"
    AGENT = "agent"
    SERVICE = "service"
    SWITCH = "switch"
    UNKNOWN = "unknown"


class PageState(StrEnum):
    """Where the hunt for an engineer stands."""

    PAGED = "paged"
    RINGING = "ringing"
    ACCEPTED = "accepted"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    """What became of one ring of one phone."""

    RINGING = "ringing"
    ANSWERED = "answered"
    """Picked up; no key yet."""
    ACCEPTED = "accepted"
    PASSED = "passed"
    SILENT = "silent"
    """Picked up and keyed nothing: voicemail, most often."""
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    REJECTED = "rejected"
    NETWORK = "network"
    UNKNOWN_NUMBER = "unknown-number"
    TAKEN = "taken"
    """Somebody else accepted first."""
    CANCELLED = "cancelled"
    LOST = "lost"
    """The switch forgot it: restart, or connection lost."""


class MailState(StrEnum):
    """Where a mail of the outbox stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    """Every address was refused for good."""
    DEAD = "dead"
    """Tried until the limit; a person must look."""


class DeliveryState(StrEnum):
    """Where a mail stands with one of its addresses."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    DEAD = "dead"


__all__ = ["AttemptState", "DeliveryState", "Disposition", "HungBy", "MailState", "PageState"]
