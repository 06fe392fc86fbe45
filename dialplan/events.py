"""What happened on the call: the answers that a driver gives the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Outcome(StrEnum):
    """How ringing a destination ended: the six of VMS, and the call that was answered and is over."""

    ANSWERED = "answered"
    NO_ANSWER = "no-answer"
    NOT_REACHED = "not-reached"
    BUSY = "busy"
    CONGESTED = "congested"
    CAUSE_31 = "cause-31"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Played:
    """The speaking of a `Play` is over."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """Digits read by a `Collect`; empty when the caller keyed nothing in time."""

    digits: str
    terminated: bool = False
    """Whether the terminator ended the reading."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """A `Dial` is over. `cause`: Q.850 hang-up cause of the leg; `talked_s`: seconds of conversation."""

    outcome: Outcome
    cause: int = 0
    entry: str = ""
    talked_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """The command could not be performed; the node goes to its `rest`."""

    reason: str


Event: TypeAlias = Played | Keyed | Dialled | Failed
