"""What the engine asks of whoever drives a call.

A step of the engine yields any number of commands. All but the last are *told* (`StartPage`,
`SendMail`, `Leave`): the driver performs them and goes on. The last one is *asked* (`Play`, `Collect`,
`Dial`, `Admit`, `Record`, `LookUp`, `AskCallback`, `Hangup`): the driver performs it and gives the engine
the event that answers it (see `dialplan.events`). `Hangup` ends the call; it is answered by nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from dialplan.events import Keyed

Spoken: TypeAlias = Literal["nl", "fr", "de", "en"]


Speakable: TypeAlias = Literal[
    "digits", "number", "time", "phone", "position", "duration", "recording", "day", "weekday"
]
"""Ways to speak a value."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of the catalogue in one language (`bi` has been resolved already)."""

    id: str
    language: Spoken


@dataclass(frozen=True, slots=True)
class Say:
    """A value to be spoken from pieces: digits, number, time, phone (E.164), position, duration (s), day (a
    date), weekday (a date); or a recording of this call, by its name."""

    kind: Speakable
    value: str
    language: Spoken


Utterance: TypeAlias = Prompt | Say


@dataclass(frozen=True, slots=True)
class Play:
    """Speak, answering the call first when it is not answered yet. Answered by `Played`.

    `listens`: keys pressed meanwhile are kept for the next `Collect` (type-ahead). `stops`: a key ends the
    speaking, and is kept.
    """

    utterances: tuple[Utterance, ...]
    listens: bool = False
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Collect:
    """Speak, then read digits; a digit stops the speaking. Answered by `Keyed`.

    `first_s`: wait for the first digit after the speaking ended; `next_s`: between digits.
    Reading ends at `most` digits, at `terminator`, or when a wait runs out. Digits keyed before the
    speaking began (type-ahead) are read first, unless `fresh`: then they are thrown away.
    `secret`: what is keyed is a secret (a PIN), which nothing keeps. `choices`: reading also ends as soon as
    none of them begins with, and is longer than, what was keyed.
    """

    utterances: tuple[Utterance, ...]
    most: int
    first_s: float
    next_s: float
    terminator: str = ""
    fresh: bool = False
    secret: bool = False
    choices: frozenset[str] = frozenset()

    def is_complete(self, digits: str) -> bool:
        """Whether no further digit can belong to these."""
        if len(digits) >= self.most:
            return True
        if not self.choices or not digits:
            return False
        return not any(len(choice) > len(digits) and choice.startswith(digits) for choice in self.choices)

    def read(self, keyed: str) -> tuple[Keyed, str]:
        """What is read of keys that lie there already, and those that are left for the next question."""
        for at, key in enumerate(keyed):
            if key == self.terminator:
                return Keyed(keyed[:at], terminated=True), keyed[at + 1 :]
            if self.is_complete(keyed[:at]):
                return Keyed(keyed[:at]), keyed[at:]
        return Keyed(keyed), ""


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
    name: str = ""
    """Shown with it; empty: the title of the call's brand."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `at_once` calls together, and at most `starts` that begin within `within_s`; 0: no such limit.

    `key` says of what (`destination:night.desk`, `number:+3232055582`, `plan:night`, `caller:+32...`): calls
    with the same key share the places. `whole_call`: the place is kept until the call ends; without it
    until `Leave` or the end of the call, whichever comes first.
    """

    key: str
    at_once: int = 0
    starts: int = 0
    within_s: float = 0.0
    whole_call: bool = False


class AgentOrder(StrEnum):
    """Which free agent of a skills group is rung first."""

    IN_TURN = "in-turn"
    LONGEST_IDLE = "longest-idle"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Agents:
    """The agents of a skills group: each has one call at a time, and `wrap_up_s` of rest after it.

    One who did not answer is left alone for `aside_s`, so that the next caller does not ring in vain.
    """

    group: str
    people: tuple[Target, ...]
    order: AgentOrder = AgentOrder.IN_TURN
    wrap_up_s: float = 0.0
    aside_s: float = 0.0
    except_: tuple[str, ...] = ()
    """Directory ids that this caller has already rung in vain: not to be given to him again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a caller waits for a place. Utterances are spoken as they stand, but for a `Say` with an empty
    value: of kind `position` it is the caller's place in the queue, of kind `duration` the expected wait
    (left out, with the whole group of words it stands in, when nobody can tell).

    Callers of a queue are served by `priority` (higher first), then first come first served; who has waited
    `fair_s` longer than another goes before him whatever the priority. A caller who comes back to a queue
    he left without being served keeps the moment at which he first came.
    """

    queue: str
    longest: int = 0
    """At most so many wait; 0: no limit."""
    wait_s: float = 300.0
    """At most so long."""
    priority: int = 0
    fair_s: float = 120.0
    welcome: tuple[Utterance, ...] = ()
    first: tuple[Utterance, ...] = ()
    """Said once, on becoming the first of the queue."""
    periodic: tuple[tuple[Utterance, ...], ...] = ()
    """Groups of words, all said again every `every_s`: comfort, position, expected wait."""
    every_s: float = 30.0
    music: str = "default"
    """Class of music on hold."""
    keys: str = ""
    """Keys with which a caller leaves the queue."""
    late: bool = False
    """He has waited here before: no welcome again."""


@dataclass(frozen=True, slots=True)
class Admit:
    """Take a place in every one of `limits` at once, and a free agent of `agents`; or in none of them.

    Without a place: wait as `waiting` says; without that, at once refused. Answered by `Admitted`.
    """

    limits: tuple[Limit, ...]
    agents: Agents | None = None
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Give back the places that are not for the whole call, and the agent. Told, not asked.

    `outcome`: how ringing the agent ended (an `Outcome`), which decides between wrap-up and being left alone.
    """

    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Speak, then record the caller until a key of `stop_keys`, `silence_s` of silence or `longest_s`.

    Answered by `Recorded`. Less than `least_s` of speech is nothing.
    """

    utterances: tuple[Utterance, ...]
    longest_s: float = 120.0
    silence_s: float = 4.0
    least_s: float = 1.0
    stop_keys: str = "#"
    beep: bool = True
    replaces: str = ""
    """The recording that this one is to take the place of, once something has been said."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Look for the row of `table` whose key is `value`. Answered by `Found`; never fails: a table that does
    not answer within `limit_s` is answered for by its default."""

    table: str
    value: str
    limit_s: float = 2.0


@dataclass(frozen=True, slots=True)
class AskCallback:
    """Keep the wish to be called back at `number` (E.164): durable before it is answered by `Kept`.

    The call back rings `agents` or `targets`, tells them who waits, and then the caller; `queue` and
    `since_s` (seconds already waited) keep his place.
    """

    number: str
    queue: str
    targets: tuple[Target, ...]
    agents: Agents | None = None
    limits: tuple[Limit, ...] = ()
    show: str = ""
    priority: int = 0
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Whose PIN was keyed, of these people (directory entries). Answered by `PinChecked`.

    Tries are counted over all calls; `digits` are kept nowhere.
    """

    digits: str = field(repr=False)
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SwitchPlan:
    """Switch a number group to another plan, or back to its own when `plan` is empty. Answered by `Switched`.

    `for_s`: it ends by itself after so many seconds; 0: when somebody switches it back. `by`: who does it.
    """

    group: str
    plan: str
    by: str
    for_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ServeEngineer:
    """Find out who has dialled the engineers' number, and do what he asks for. Answered by `EngineerServed`.

    `people`: who may come in, directory entries and `engineers`; `languages`: spoken until it is known who it
    is; `ring_s`: each phone that is rung for him; `hours`: for which duty may be taken or given at most.
    """

    people: tuple[str, ...]
    languages: tuple[Spoken, ...]
    ring_s: float = 30.0
    hours: int = 24
    is_known_phones_only: bool = False


@dataclass(frozen=True, slots=True)
class StartPage:
    """Begin the hunt for an engineer. Told, not asked: the page lives on without the call.

    `severity`: 1 (the worst) to 9, `category`: what it is about; empty where nobody said. `language`: the
    caller's. `words`: recordings of this call so far. `chosen`: why the policy is not the one that the plan
    names.
    """

    policy: str
    brand: str
    customer: str = ""
    severity: str = ""
    category: str = ""
    language: str = ""
    words: tuple[str, ...] = ()
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class SendMail:
    """Put a mail in the outbox. Told, not asked."""

    template: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    variables: Mapping[str, str] | None = None
    recordings: tuple[str, ...] = ()
    """Names of recordings of this call (`Recorded.name`) to attach."""
    subject: str = ""
    """Instead of the template's own."""
    text: str = ""
    """Words of the plan's for the mail, where its template has room for them."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call with a Q.850 cause (16: normal clearing)."""

    cause: int = 16
    utterances: tuple[Utterance, ...] = ()
    """Said first, as early media and without answering, where the switch can; may be left out."""


Asked: TypeAlias = (
    Play
    | Collect
    | Dial
    | Admit
    | Record
    | LookUp
    | AskCallback
    | CheckPin
    | SwitchPlan
    | ServeEngineer
    | Hangup
)
Told: TypeAlias = StartPage | SendMail | Leave
Command: TypeAlias = Asked | Told
