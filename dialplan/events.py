"""What happened on the call: the answers that a driver gives the engine."""

from __future__ import annotations

from collections.abc import Mapping
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

    __hash__ = str.__hash__  # what an enumeration has of its own is a call of Python's


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


class Admission(StrEnum):
    """How asking for a place ended."""

    IN = "in"
    LIMIT = "limit"
    """There is no place, and no waiting."""
    FULL = "queue-full"
    TIMEOUT = "queue-timeout"
    KEY = "key"
    """The caller left the queue by a key."""
    NOBODY = "nobody"
    """No agent of the group can be had at all: all have been rung in vain or are left alone."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """An `Admit` is over. `agent`: the directory id of the agent who is held for this caller."""

    admission: Admission
    agent: str = ""
    key: str = ""
    limit: str = ""
    """The key of the limit that was full."""
    position: int = 0
    """The caller's place when he began to wait; 0: he did not wait."""
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """A `Record` is over. `name` of the recording; empty when nothing was said."""

    name: str
    length_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """A `LookUp` is over. `row`: column -> text; None when there is none. `why`: in a sentence."""

    row: Mapping[str, str] | None
    why: str = ""
    is_default: bool = False
    """The table did not answer, and this is what stands for it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An `AskCallback` is in the database; or was refused, and `refused` says why in a sentence."""

    position: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class PinChecked:
    """A `CheckPin` is over. `who`: the directory entry whose PIN it is; empty: nobody's."""

    who: str = ""
    is_blocked: bool = False
    """There were too many wrong PINs: this one was not looked at."""


@dataclass(frozen=True, slots=True)
class Switched:
    """A `SwitchPlan` is in the database and live; or was refused, and `refused` says why in a sentence."""

    refused: str = ""


class LineEnd(StrEnum):
    """How a call to the engineers' number ended."""

    DONE = "done"
    """He has said goodbye, or nothing more."""
    DESK = "desk"
    """He wants to talk with the desk."""
    NOT_KNOWN = "not-known"
    """It was not shown who it is."""


@dataclass(frozen=True, slots=True)
class EngineerServed:
    """A `ServeEngineer` is over. `who`: directory entry, empty for somebody who is not known; `why`: a
    sentence."""

    end: LineEnd
    who: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """An engineer has taken the caller out of whatever was asked, and they have talked. `entry`: of the
    directory; `title`: how he is called; `talked_s`: seconds of conversation."""

    entry: str
    title: str = ""
    talked_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """The command could not be performed; the node goes to its `rest`."""

    reason: str


Event: TypeAlias = (
    TakenOver
    | Played
    | Keyed
    | Dialled
    | Admitted
    | Recorded
    | Found
    | Kept
    | PinChecked
    | Switched
    | EngineerServed
    | Failed
)
