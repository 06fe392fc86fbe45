"""The hunt for an engineer, pure: from what has happened so far, who is rung next.

A hunt is a list of stages (the roster, the person on the calendar directly, the escalation levels).
Nothing is remembered here: `next_move` derives everything from the frozen hunt and the attempts made
so far, which are rows of the database. So a restart goes on where it was by reading the rows, and a
test lets hours pass by handing in another `now`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeAlias

from ivr.storage.states import AttemptState

SHORTEST_RING_S = 5.0
"""A stage's limit may shorten a ring, but a phone is not rung for less than this."""


OPEN_STATES = frozenset({AttemptState.RINGING, AttemptState.ANSWERED})


@dataclass(frozen=True, slots=True)
class Phone:
    """One number of a person, E.164. `label`: mobile, fixed, private, back-up ..."""

    number: str
    label: str = "mobile"


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


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of a hunt.

    `ring_s`: seconds of ringing; `rounds`: times everybody is tried (0: until `lasts_s` is over);
    `lasts_s`: seconds after which nobody new of this stage is rung (0: no limit);
    `pause_s`: rest between rounds; `together`: everybody at once instead of one after the other;
    `backup`: phones that are rung for a person whose own fails for a fault of the network.
    """

    name: str
    people: tuple[Person, ...]
    ring_s: float = 30.0
    rounds: int = 1
    lasts_s: float = 0.0
    pause_s: float = 10.0
    together: bool = False
    backup: tuple[Phone, ...] = ()


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a page will do, frozen when it starts."""

    stages: tuple[Stage, ...]


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

    @property
    def is_open(self) -> bool:
        """Whether the phone rings or somebody is on it."""
        return self.state in OPEN_STATES


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
    """Ring these now."""

    planned: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until an attempt changes, or until the moment `until` (None: only a change matters)."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exhausted:
    """Everybody was tried and nobody accepted."""


Move: TypeAlias = Ring | Wait | Exhausted


def next_move(hunt: Hunt, started: datetime, attempts: Sequence[Attempt], now: datetime) -> Move:
    """What a page that nobody has accepted yet does at `now`."""
    begins = started
    for stage in hunt.stages:
        own = [attempt for attempt in attempts if attempt.stage == stage.name]
        outlook = _Outlook(stage, begins, own, now)
        move = outlook.move()
        if move is not None:
            return move
        begins = outlook.over_at()
    return Exhausted()


@dataclass(slots=True)
class _Outlook:
    """One stage seen from `now`."""

    stage: Stage
    begins: datetime
    attempts: list[Attempt]
    now: datetime
    passed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.passed = frozenset(a.entry for a in self.attempts if a.state is AttemptState.PASSED)

    def move(self) -> Move | None:
        """The stage's move; None when the stage is over and the next one takes its turn."""
        if self._is_done():
            return None
        if self._is_late() or not self._people():
            return Wait() if any(a.is_open for a in self.attempts) else None
        turn = next(turn for turn in count() if not self._round_is_over(turn))
        resume = self._pause_over(turn) if turn else self.begins
        return self._wait_until(resume) if resume > self.now else self._move_in(turn)

    def over_at(self) -> datetime:
        """When the stage ended, given that `move` said None: the next one begins then.

        It depends on what happened, not on when one asks, so that the stages after it stand still.
        """
        last = max((a.ended_at or a.planned_at for a in self.attempts), default=self.begins)
        limit = self._limit()
        return last if self._is_done() or limit is None else max(limit, last)

    def _is_done(self) -> bool:
        """Whether everybody passed, or all rounds were rung to their end."""
        if not self._people():
            return not any(a.is_open for a in self.attempts)
        return self.stage.rounds > 0 and all(self._round_is_over(turn) for turn in range(self.stage.rounds))

    def _round_is_over(self, turn: int) -> bool:
        return all(self._next_slot(lane, turn) is None for lane in self._lanes())

    def _limit(self) -> datetime | None:
        return self.begins + timedelta(seconds=self.stage.lasts_s) if self.stage.lasts_s else None

    def _is_late(self) -> bool:
        limit = self._limit()
        return limit is not None and self.now >= limit

    def _people(self) -> list[Person]:
        return [person for person in self.stage.people if person.entry not in self.passed and person.phones]

    def _ring_s(self) -> float:
        limit = self._limit()
        return (
            self.stage.ring_s if limit is None else min(self.stage.ring_s, (limit - self.now).total_seconds())
        )

    def _can_ring(self) -> bool:
        return self._ring_s() >= min(SHORTEST_RING_S, self.stage.ring_s)

    def _wait_until(self, moment: datetime) -> Wait:
        limit = self._limit()
        return Wait(moment if limit is None else min(moment, limit))

    def _pause_over(self, turn: int) -> datetime:
        """When round `turn` may begin: the pause after the last attempt of the round before."""
        ends = [a.ended_at or a.planned_at for a in self.attempts if a.turn == turn - 1]
        return max(ends, default=self.begins) + timedelta(seconds=self.stage.pause_s)

    def _move_in(self, turn: int) -> Move:
        """The move within a round that is not over."""
        planned: list[Planned] = []
        for lane in self._lanes():
            slot = self._next_slot(lane, turn)
            if isinstance(slot, Planned) and not self._is_taken(slot.phone.number, planned):
                planned.append(slot)
        if not planned:
            return Wait(None)
        return Ring(tuple(planned)) if self._can_ring() else Wait(self._limit())

    def _lanes(self) -> Iterator[Sequence[Person]]:
        people = self._people()
        if self.stage.together:
            yield from ([person] for person in people)
        else:
            yield people

    def _is_taken(self, number: str, planned: Iterable[Planned]) -> bool:
        """Whether that phone rings already, here or in the same breath."""
        return any(a.number == number for a in self.attempts if a.is_open) or any(
            p.phone.number == number for p in planned
        )

    def _next_slot(self, lane: Sequence[Person], turn: int) -> Planned | Wait | None:
        """The first phone of the lane without an attempt in this round; Wait: one is open; None: all done."""
        for person in lane:
            for phone in person.phones:
                slot = self._slot(person, phone, turn)
                if slot is not None:
                    return slot
        return None

    def _slot(self, person: Person, phone: Phone, turn: int) -> Planned | Wait | None:
        attempt = self._made(person, phone, turn, backup=False)
        if attempt is None:
            return self._plan(person, phone, turn, backup=False)
        for spare in self.stage.backup:
            if attempt.is_open or attempt.state is not AttemptState.NETWORK:
                break
            made = self._made(person, spare, turn, backup=True)
            if made is None:
                return self._plan(person, spare, turn, backup=True)
            attempt = made
        return Wait() if attempt.is_open else None

    def _plan(self, person: Person, phone: Phone, turn: int, *, backup: bool) -> Planned:
        return Planned(self.stage.name, turn, person, phone, max(0.0, self._ring_s()), backup)

    def _made(self, person: Person, phone: Phone, turn: int, *, backup: bool) -> Attempt | None:
        for attempt in self.attempts:
            if (
                attempt.turn == turn
                and attempt.entry == person.entry
                and attempt.number == phone.number
                and attempt.backup is backup
            ):
                return attempt
        return None
