"""What a hunt for an engineer is made of: stages, people, phones, the attempts made, the moves to make.

A hunt is planned when its page starts, and kept with it; when the duty changes, `ivr.duty.following` puts
another in its place. Nothing is remembered beside it and the rows of the attempts: `ivr.duty.moves` derives
the next move from them, `ivr.duty.explaining` why a phone rang.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, TypeAlias

from pydantic import PlainSerializer, PlainValidator

from dialplan.quiet import Quiet, Unless
from dialplan.sentences import from_data, to_data
from ivr.storage.states import AttemptState

SHORTEST_RING_S = 5.0
"""A stage's limit, or what was learned of a phone, may shorten a ring, but never to less than this."""

OPEN_STATES = frozenset({AttemptState.RINGING, AttemptState.ANSWERED})
NETWORK_CAUSES = frozenset({27, 34, 38, 41, 42})
FAULT_MEMORY_S = 900.0

Words: TypeAlias = Annotated[str, PlainValidator(from_data), PlainSerializer(to_data)]
"""What can be said in several languages, and is kept so with its page."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One number of a person, E.164. `label`: mobile, fixed, private, or the title of a back-up phone.

    `operator`: whose network it is on, empty when nobody said; `only_if_needed`: rung when every other one of
    its owner has failed; `longest_s`: a voicemail answers after that, 0 when none is known.
    """

    number: str
    label: str = "mobile"
    operator: str = ""
    only_if_needed: bool = False
    quiet: Quiet | None = None
    longest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be rung: directory entry, trigram or title, phones in the order of ringing."""

    entry: str
    title: str
    phones: tuple[Phone, ...]
    language: str = "en"
    mail: str = ""
    name: str = ""
    """As the directory writes it; `title` is what is said aloud."""

    def phones_at(self, at: datetime, *, heeds_quiet: bool = True) -> tuple[list[Phone], list[Phone]]:
        """The phones to ring at `at` (aware), and those for when all of them have failed."""
        usual: list[Phone] = []
        kept: list[Phone] = []
        for phone in self.phones:
            quiet = phone.quiet if heeds_quiet and phone.quiet and phone.quiet.holds(at) else None
            if quiet is None or quiet.unless is Unless.NEEDED:
                (kept if phone.only_if_needed or quiet else usual).append(phone)
        return usual, kept


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody who is not rung though one might think he would be, and why, in words."""

    entry: str
    title: str
    why: Words


@dataclass(frozen=True, slots=True)
class Former:
    """The people of a stage until the duty changed at `until` (UTC), with what was said of them."""

    until: datetime
    people: tuple[Person, ...]
    why: tuple[Words, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of a hunt.

    `ring_s`: seconds of ringing; `rounds`: times everybody is tried (0: until `lasts_s` is over);
    `lasts_s`: seconds after which nobody new of this stage is rung (0: no limit);
    `pause_s`: rest between rounds; `together`: everybody at once instead of one after the other;
    `is_fair`: behind the first all are equals, and whoever was woken least comes first;
    `phones_together`: all phones of a person at once;
    `backup`: phones that are rung for a person whose own fails for a fault of the network;
    `heeds_quiet`: whether phones are left alone in their quiet hours;
    `is_announced`: the desk is told by mail that the hunt has come here;
    `is_telling`: nobody accepts here: people are told that nobody has accepted, until one has heard it.
    `who`, `why`, `skipped`: in words, who is rung here, by which duty, and who is not;
    `former`: whose it was before the duty changed, oldest first;
    `since`: it was put in at that moment, for people for whom the hunt had gone on too far already.
    """

    name: str
    people: tuple[Person, ...]
    ring_s: float = 30.0
    rounds: int = 1
    lasts_s: float = 0.0
    pause_s: float = 10.0
    together: bool = False
    is_fair: bool = False
    backup: tuple[Phone, ...] = ()
    phones_together: bool = False
    heeds_quiet: bool = True
    is_announced: bool = False
    is_telling: bool = False
    title: str = ""
    who: str = ""
    why: tuple[Words, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    former: tuple[Former, ...] = ()
    since: datetime | None = None

    @property
    def everybody(self) -> tuple[Person, ...]:
        """Its people, and those whose it was before."""
        return (*self.people, *(person for one in self.former for person in one.people))

    def as_of(self, at: datetime) -> Stage:
        """The stage as it stood at a moment."""
        was = next((one for one in self.former if at < one.until), None)
        return replace(self, people=was.people, why=was.why, skipped=was.skipped) if was else self


@dataclass(frozen=True, slots=True)
class Owed:
    """Somebody who was passed over at `at` (UTC) because he talked on the leg `leg` of another page."""

    entry: str
    at: datetime
    leg: str


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a page will do.

    `policy` and `chosen`: the page policy, and why that one; `shift_s`: how far the clock of a test call is
    from the real one; `network_causes`: causes of Q.850 that mean a fault of the network, which is held
    against an operator for `fault_memory_s`; `owed`: who is to be rung when he is free again.
    """

    stages: tuple[Stage, ...]
    policy: str = ""
    chosen: str = ""
    shift_s: float = 0.0
    network_causes: frozenset[int] = NETWORK_CAUSES
    fault_memory_s: float = FAULT_MEMORY_S
    owed: tuple[Owed, ...] = ()

    def stage(self, name: str) -> Stage | None:
        """The stage of a name."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def is_telling(self, stage: str) -> bool:
        """Whether at that stage people are only told that nobody has accepted."""
        found = self.stage(stage)
        return found is not None and found.is_telling

    def wall_clock(self, now: datetime) -> datetime:
        """What the clock on the wall shows at a moment; on a test call, another than the real one."""
        return now + timedelta(seconds=self.shift_s)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One ring of one phone, as its row says it. `turn`: number of the round, from 0."""

    id: str
    stage: str
    turn: int
    entry: str
    number: str
    state: AttemptState
    planned_at: datetime
    ring_s: float = 30.0
    backup: bool = False
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    label: str = "mobile"
    title: str = ""
    language: str = "en"
    box: str = ""
    """On whose switch, where several boxes share a database."""

    @property
    def is_open(self) -> bool:
        """Whether the phone rings or somebody is on it."""
        return self.state in OPEN_STATES

    @property
    def over_at(self) -> datetime:
        """When it ended; while nobody knows, when it began."""
        return self.ended_at or self.planned_at


@dataclass(frozen=True, slots=True)
class Planned:
    """A phone to ring now."""

    stage: str
    turn: int
    person: Person
    phone: Phone
    ring_s: float
    backup: bool


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring these now. `passed_over`: whose turn it was, and who talks for another page."""

    planned: tuple[Planned, ...]
    passed_over: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until an attempt changes, or until the moment `until` (None: only a change matters).

    `passed_over`: who is waited for, because he talks for another page and nobody else is left.
    """

    until: datetime | None = None
    passed_over: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Exhausted:
    """Everybody was tried and nobody accepted."""


Move: TypeAlias = Ring | Wait | Exhausted
