"""What the engine asks of whoever drives a call.

A step of the engine yields any number of commands. All but the last are *told* (`StartPage`,
`SendMail`): the driver performs them and goes on. The last one is *asked* (`Play`, `Collect`, `Dial`,
`Hangup`): the driver performs it and gives the engine the event that answers it (see
`dialplan.events`). `Hangup` ends the call; it is answered by nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Spoken: TypeAlias = Literal["nl", "fr", "de", "en"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of the catalogue in one language (`bi` has been resolved already)."""

    id: str
    language: Spoken


@dataclass(frozen=True, slots=True)
class Say:
    """A value to be spoken from pieces: digits, number, time, phone (E.164), position, duration (s)."""

    kind: Literal["digits", "number", "time", "phone", "position", "duration"]
    value: str
    language: Spoken


Utterance: TypeAlias = Prompt | Say


@dataclass(frozen=True, slots=True)
class Play:
    """Speak, answering the call first when it is not answered yet. Answered by `Played`."""

    utterances: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class Collect:
    """Speak, then read digits; a digit stops the speaking. Answered by `Keyed`.

    `first_s`: wait for the first digit after the speaking ended; `next_s`: between digits.
    Reading ends at `most` digits, at `terminator`, or when a wait runs out.
    """

    utterances: tuple[Utterance, ...]
    most: int
    first_s: float
    next_s: float
    terminator: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One phone to ring. `entry` is the directory id, `label` what people call it, `number` E.164."""

    entry: str
    label: str
    number: str


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring `targets` (together when several) for at most `ring_s`. Answered by `Dialled`."""

    targets: tuple[Target, ...]
    ring_s: float
    show: str = ""
    """The number shown to the called phone, E.164; empty: the brand's own."""


@dataclass(frozen=True, slots=True)
class StartPage:
    """Begin the hunt for an engineer. Told, not asked: the page lives on without the call."""

    policy: str
    brand: str
    customer: str = ""


@dataclass(frozen=True, slots=True)
class SendMail:
    """Put a mail in the outbox. Told, not asked."""

    template: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    variables: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call with a Q.850 cause (16: normal clearing)."""

    cause: int = 16
    utterances: tuple[Utterance, ...] = ()
    """Said first, as early media and without answering, where the switch can; may be left out."""


Asked: TypeAlias = Play | Collect | Dial | Hangup
Told: TypeAlias = StartPage | SendMail
Command: TypeAlias = Asked | Told
