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
    DONE = "done"
    """The caller was called back."""


class AttemptState(StrEnum):
    """What became of one ring of one phone."""

    RINGING = "ringing"
    ANSWERED = "answered"
    """Picked up; no key yet."""
    ACCEPTED = "accepted"
    PASSED = "passed"
    SILENT = "silent"
    """Picked up and keyed nothing: voicemail, most often."""
    HEARD = "heard"
    """A reminder that was listened to: a key was pressed."""
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


class ActivationState(StrEnum):
    """Where the activation of a release stands."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    OVER = "over"
    """Another release has taken its place."""
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """When its time came the release was not in order."""


class ActivationSource(StrEnum):
    """Where an activation comes from: decides what a restart makes live."""

    FOLDER = "folder"
    """The configuration folder, at a start or by `dutyline reload`."""
    PUBLISHED = "published"
    CHOSEN = "chosen"
    """`dutyline releases activate`."""
    ROLLED_BACK = "rolled-back"


class Verdict(StrEnum):
    """What another configuration would have done with a call, compared with what was done."""

    SAME = "same"
    OTHER_WAY = "other-way"
    """The same for the caller, by other nodes or exits."""
    DIFFERS = "differs"
    UNTOLD = "untold"
    """Cannot be told from what happened on the call."""


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


class RecordingState(StrEnum):
    """What became of a caller's message."""

    RECORDING = "recording"
    KEPT = "kept"
    EMPTY = "empty"
    """Nothing was said."""
    REPLACED = "replaced"
    """The caller said it again, and this one is gone."""
    LOST = "lost"
    """It could not be kept; `why` says what went wrong."""
    EXPIRED = "expired"
    """Its time of being kept is over; the sound is gone."""


class CallbackState(StrEnum):
    """Where a promised call back stands."""

    WAITING = "waiting"
    RINGING_AGENT = "ringing-agent"
    RINGING_CALLER = "ringing-caller"
    """An agent has taken it, and the caller's phone is rung."""
    DONE = "done"
    FAILED = "failed"
    """It may not or cannot be made, whatever the number of tries."""
    GIVEN_UP = "given-up"
    """Tried until the limit; a person must look."""
    CANCELLED = "cancelled"


__all__ = [
    "AttemptState",
    "CallbackState",
    "DeliveryState",
    "Disposition",
    "HungBy",
    "MailState",
    "PageState",
    "RecordingState",
]
