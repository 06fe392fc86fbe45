"""What the protocol tells: each event is one thing that Asterisk said, or did not."""

from dataclasses import dataclass

from ivr.agi.answers import Answer
from ivr.agi.faults import Fault
from ivr.agi.request import Request


@dataclass(frozen=True, slots=True)
class Started:
    """The header is complete."""

    request: Request


@dataclass(frozen=True, slots=True)
class Answered:
    """The command with this ticket got its answer."""

    ticket: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Asterisk will not answer this command: it broke it off for a later line."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Synced:
    """Nothing that was sent before the last synchronising line can be answered any more."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller is gone; the connection is not."""


@dataclass(frozen=True, slots=True)
class Interim:
    """A 1xx line: the command is under way."""

    text: str


@dataclass(frozen=True, slots=True)
class Stray:
    """A line that answers nothing we asked."""

    line: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """The connection must be closed; nothing more is read."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Ended:
    """The switch closed its end; `is_midline` when it broke off inside a line or a block."""

    is_midline: bool


Event = Started | Answered | Unanswered | Synced | HungUp | Interim | Stray | Failed | Ended
