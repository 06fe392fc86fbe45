"""The hunt for an engineer, pure: from what has happened so far, who is rung next.

Nothing is remembered here: `next_move` derives everything from the planned hunt and the attempts made so far,
which are rows of the database. So a restart goes on where it was by reading the rows, and a test lets hours
pass by handing in another `now`. A person's turn in a round is worked out in `ivr.duty.turns`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from ivr.duty.hunt import (
    SHORTEST_RING_S,
    Attempt,
    Exhausted,
    Hunt,
    Move,
    Person,
    Phone,
    Planned,
    Ring,
    Stage,
    Wait,
)
from ivr.duty.networks import faulty_operators, operators_of
from ivr.duty.turns import Turn
from ivr.storage.states import AttemptState

SHORTEST_ROUND_S = 5.0
TALK_PATIENCE_S = 60.0
"""So long a stage waits for somebody who talks, when it has nobody else to ring: he may only have to hear
that the call is his. Then the next stage is rung, and he when he is free."""
ENGAGED_LOOK_S = 2.0
"""Where everybody's phone rings for another page it is looked so often whether one is free."""


def next_move(
    hunt: Hunt,
    started: datetime,
    attempts: Sequence[Attempt],
    now: datetime,
    *,
    at: datetime | None = None,
    faulty: Collection[str] = (),
    engaged: Collection[str] = (),
    talking: Collection[str] = (),
) -> Move:
    """What a page that nobody has accepted yet does at `now`.

    `started`, `now` and the attempts' moments are by the hunt's clock, which stands still in an outage; `at`
    (default: `now`) is what the clock on the wall shows, by which phones are quiet. `faulty`: operators on
    whose network other pages have met a fault lately; `engaged`: numbers that ring for other pages;
    `talking`: directory entries of those who talk for another page: they are passed over until they are free.
    """
    night = _Night(hunt, attempts, now, at or now, frozenset(faulty), frozenset(engaged), frozenset(talking))
    passed_over: dict[str, Person] = {}
    for _, outlook in _outlooks(night, started):
        move = outlook.move()
        if isinstance(move, Ring):
            passed_over.update((one.entry, one) for one in move.passed_over)
            return Ring(move.planned, tuple(passed_over.values()))
        if move is not None:
            return move
        passed_over.update((one.entry, one) for one in outlook.talkers())
    is_over = not passed_over or night.is_heard
    return Exhausted() if is_over else Wait(passed_over=tuple(passed_over.values()))


def place_of(
    hunt: Hunt,
    started: datetime,
    attempts: Sequence[Attempt],
    now: datetime,
    *,
    at: datetime | None = None,
) -> int:
    """How far the hunt has come at `now`: the place of the first stage that has the time to ring somebody
    more, be it somebody whom it does not know yet. The parameters are those of `next_move`."""
    night = _Night(hunt, attempts, now, at or now, frozenset(), frozenset(), frozenset())
    for place, outlook in _outlooks(night, started):
        if outlook.move() is not None and outlook.has_time():
            return place
    return len(hunt.stages)


def _outlooks(night: _Night, started: datetime) -> Iterator[tuple[int, _Outlook]]:
    """The stages seen from now, each beginning when the one before it was over."""
    begins = started
    for place, (stage, own) in enumerate(night.stages()):
        first = min((begins, *(one.planned_at for one in own)))
        is_left = stage.since is None and night.last_stage > place
        outlook = _Outlook(night, stage, own, begins=first, is_left=is_left)
        yield place, outlook
        begins = outlook.over_at()


@dataclass(frozen=True)
class _Night:
    """What all stages see alike."""

    hunt: Hunt
    attempts: Sequence[Attempt]
    now: datetime
    at: datetime
    seen_elsewhere: frozenset[str]
    engaged: frozenset[str]
    talking: frozenset[str]

    def stages(self) -> Iterator[tuple[Stage, list[Attempt]]]:
        """Each stage with its attempts."""
        rows: dict[str, list[Attempt]] = {}
        for one in self.attempts:
            rows.setdefault(one.stage, []).append(one)
        for stage in self.hunt.stages:
            yield stage, rows.get(stage.name, [])

    @cached_property
    def passed(self) -> frozenset[str]:
        """Who does not want the page: not rung for it again, whatever comes."""
        return frozenset(one.entry for one in self.attempts if one.state is AttemptState.PASSED)

    @cached_property
    def ringing(self) -> frozenset[str]:
        """Numbers that this page rings or talks to."""
        return frozenset(one.number for one in self.attempts if one.is_open)

    @cached_property
    def looked_for(self) -> frozenset[str]:
        """Who is rung or talked to, that he may accept."""
        stages = {stage.name for stage in self.hunt.stages if not stage.is_telling}
        return frozenset(one.entry for one in self.attempts if one.is_open and one.stage in stages)

    @cached_property
    def is_heard(self) -> bool:
        """Whether somebody has heard that nobody has accepted."""
        return any(
            one.state is AttemptState.HEARD and self.hunt.is_telling(one.stage) for one in self.attempts
        )

    @cached_property
    def faulty(self) -> frozenset[str]:
        """Operators whose network has failed lately, for this page or another one."""
        known = operators_of(self.hunt)
        own = faulty_operators(self.attempts, known, self.now, self.hunt.fault_memory_s)
        return self.seen_elsewhere | own

    @cached_property
    def last_stage(self) -> int:
        """How far the hunt has come: the place of the last stage that has an attempt."""
        places = {stage.name: place for place, stage in enumerate(self.hunt.stages)}
        return max((places.get(one.stage, -1) for one in self.attempts), default=-1)


class _Outlook:
    """One stage seen from now."""

    def __init__(
        self, night: _Night, stage: Stage, own: list[Attempt], *, begins: datetime, is_left: bool
    ) -> None:
        """`is_left`: a later stage was begun; this one is over, even if somebody could be rung again."""
        self.night, self.stage, self.own, self.begins, self.is_left = night, stage, own, begins, is_left
        self.is_busy = any(one.is_open for one in own)
        self.limit = begins + timedelta(seconds=stage.lasts_s) if stage.lasts_s else None
        self.present = [person for person in stage.people if self._can_be_rung(person)]
        self.people = [person for person in self.present if not self._talks(person)]

    def move(self) -> Move | None:
        """The stage's move; None when the stage is over and the next one takes its turn."""
        if self._is_over() or self._is_late():
            return Wait() if self.is_busy else self._patience()
        turn = self._turn()
        if turn is None:
            return None
        resume = self._pause_over(turn) if turn else self.begins
        return self._wait_until(resume) if resume > self.night.now else self._move_in(turn)

    def _patience(self) -> Wait | None:
        """Where all of them talk, a moment's wait; None: it is over."""
        talkers, until = self.talkers(), self.over_at() + self._seconds(TALK_PATIENCE_S)
        if self.people or not talkers or until <= self.night.now:
            return None
        return Wait(self._wait_until(until).until, tuple(talkers))

    def has_time(self) -> bool:
        """Whether there is time for a whole ring, and for the one before it to end."""
        return self.limit is None or self.night.now + 2 * self._seconds(self.stage.ring_s) <= self.limit

    def talkers(self) -> list[Person]:
        """Who would be rung here, and talks for another page."""
        if self.is_left or self._is_late():
            return []
        number = max((one.turn for one in self.own), default=0)
        turn = self._round(number)
        is_open = not self.own or number + 1 < self._rounds()
        return [one for one in self.present if self._talks(one) and (is_open or turn.of(one).wanted)]

    def over_at(self) -> datetime:
        """When the stage ended, given that `move` said None: the next one begins then.

        It depends on what happened, not on when one asks, so that the stages after it stand still.
        """
        last = max((one.over_at for one in self.own), default=self.begins)
        is_done = self._is_over() or self._turn() is None
        return last if is_done or self.limit is None else max(self.limit, last)

    def _is_over(self) -> bool:
        """Whether nobody is left to ring, the news was heard, or the hunt has gone on already."""
        is_heard = self.stage.is_telling and any(one.state is AttemptState.HEARD for one in self.own)
        return not self.people or is_heard or self.is_left

    def _is_late(self) -> bool:
        return self.limit is not None and self.night.now >= self.limit

    def _can_be_rung(self, person: Person) -> bool:
        if person.entry in self.night.passed and not self.stage.is_telling:
            return False
        return any(self._phones(person))

    def _talks(self, person: Person) -> bool:
        return person.entry in self.night.talking and not self.stage.is_telling

    def _phones(self, person: Person) -> tuple[list[Phone], list[Phone]]:
        return person.phones_at(self.night.at, heeds_quiet=self.stage.heeds_quiet)

    def _turn(self) -> int | None:
        """The round that is rung now: the last that was begun, or the one after it; None: all are over."""
        last = max((one.turn for one in self.own), default=0)
        turn = last + 1 if self.own and self._round_is_over(last) else last
        return turn if turn < self._rounds() else None

    def _rounds(self) -> float:
        return self.stage.rounds or (float("inf") if self.stage.lasts_s else 1)

    def _round_is_over(self, number: int) -> bool:
        turn = self._round(number)
        return all(turn.of(person).is_over for person in self.people)

    def _round(self, number: int) -> Turn:
        return Turn(
            self.stage,
            number,
            [one for one in self.own if one.turn == number],
            self.night.at,
            self.night.faulty,
        )

    def _pause_over(self, turn: int) -> datetime:
        """When round `turn` may begin: the pause after the last attempt of the round before.

        Not at once where every phone was busy: it would be rung a hundred times a minute.
        """
        before = [one for one in self.own if one.turn == turn - 1]
        pause = max((one.over_at for one in before), default=self.begins) + self._seconds(self.stage.pause_s)
        first = min((one.planned_at for one in before), default=self.begins)
        return max(pause, first + self._seconds(min(SHORTEST_ROUND_S, self.stage.ring_s)))

    @staticmethod
    def _seconds(seconds: float) -> timedelta:
        return timedelta(seconds=seconds)

    def _wait_until(self, moment: datetime) -> Wait:
        return Wait(moment if self.limit is None else min(moment, self.limit))

    def _move_in(self, number: int) -> Move:
        """The move within a round that is not over."""
        planned: list[Planned] = []
        passed_over: list[Person] = []
        is_engaged = False
        turn = self._round(number)
        for lane in self._lanes():
            for person in lane:
                outlook = turn.of(person)
                if self._talks(person):
                    passed_over += [person] if outlook.wanted else []
                    continue
                free = [one for one in outlook.wanted if not self._is_taken(one.phone.number, planned)]
                planned += [self._cut(one) for one in free]
                blocked = not free and any(one.phone.number in self.night.engaged for one in outlook.wanted)
                is_engaged |= blocked
                if not outlook.is_over and not blocked:
                    break  # it is this person's turn
        if planned:
            is_next = self._can_ring() and not self._is_another_rung(planned[0].person)
            return Ring(tuple(planned), tuple(passed_over)) if is_next else Wait(self.limit)
        if is_engaged:
            return self._wait_until(self.night.now + timedelta(seconds=ENGAGED_LOOK_S))
        return Wait(None)

    def _lanes(self) -> Iterator[Sequence[Person]]:
        if self.stage.together:
            yield from ([person] for person in self.present)
        else:
            yield self.present

    def _is_another_rung(self, person: Person) -> bool:
        """Whether the phone of somebody else rings, whom the duty had before, say: one after the other."""
        return not (self.stage.together or self.stage.is_telling) and bool(
            self.night.looked_for - {person.entry}
        )

    def _is_taken(self, number: str, planned: Sequence[Planned]) -> bool:
        """Whether that phone rings already, for any page or in the same breath."""
        if number in self.night.ringing or number in self.night.engaged:
            return True
        return any(one.phone.number == number for one in planned)

    def _cut(self, one: Planned) -> Planned:
        """With the seconds that the stage's limit, and what was learned of the phone, leave for the ring."""
        ring_s = self._ring_s()
        if one.phone.longest_s:
            ring_s = min(ring_s, max(one.phone.longest_s, SHORTEST_RING_S))
        return Planned(one.stage, one.turn, one.person, one.phone, max(0.0, ring_s), one.backup)

    def _ring_s(self) -> float:
        if self.limit is None:
            return self.stage.ring_s
        return min(self.stage.ring_s, (self.limit - self.night.now).total_seconds())

    def _can_ring(self) -> bool:
        return self._ring_s() >= min(SHORTEST_RING_S, self.stage.ring_s)
