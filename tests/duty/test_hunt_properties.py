"""What holds of every hunt, however its stages, phones and networks are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from dialplan.calendars import WeekWindow
from dialplan.quiet import Quiet, Unless
from ivr.duty.hunt import Attempt, Exhausted, Hunt, Person, Phone, Ring, Stage, Wait
from ivr.duty.moves import next_move
from ivr.storage.states import AttemptState

T0 = datetime(2026, 7, 18, 22, 0, tzinfo=UTC)
"""A Saturday, midnight in Brussels."""
NEVER_RUNG = (WeekWindow(frozenset(range(7)), (0, 30)),)
"""Quiet for the first half hour of each day: the first half hour of the hunt."""
ENDS = [state for state in AttemptState if state not in (AttemptState.RINGING, AttemptState.ANSWERED)]
OVER = [state for state in ENDS if state not in (AttemptState.ACCEPTED, AttemptState.HEARD)]
HUNT = TypeAdapter(Hunt)


def number(n: int) -> str:
    return f"+32470{n:06}"


@st.composite
def phones(draw: st.DrawFn) -> Phone:
    """Few numbers and few operators, so that they are shared."""
    quiet = draw(st.sampled_from([None, None, Unless.NEEDED, Unless.NEVER]))
    return Phone(
        number(draw(st.integers(1, 9))),
        operator=draw(st.sampled_from(["", "alpha", "beta"])),
        only_if_needed=draw(st.booleans()),
        quiet=Quiet(NEVER_RUNG, "Europe/Brussels", quiet) if quiet else None,
        longest_s=draw(st.sampled_from([0.0, 2.0, 12.0])),
    )


@st.composite
def people(draw: st.DrawFn) -> Person:
    entry = draw(st.sampled_from("abcdef"))
    own = draw(st.lists(phones(), min_size=0, max_size=3, unique_by=lambda one: one.number))
    return Person(entry, entry.upper(), tuple(own))


@st.composite
def stages(draw: st.DrawFn, name: str) -> Stage:
    rounds = draw(st.integers(0, 3))
    within = [30.0, 90.0, 600.0] if rounds == 0 else [0.0, 60.0, 600.0]
    backup = st.lists(phones(), max_size=2, unique_by=lambda one: one.number)
    return Stage(
        name,
        tuple(draw(st.lists(people(), max_size=4, unique_by=lambda one: one.entry))),
        ring_s=draw(st.sampled_from([5.0, 30.0])),
        rounds=rounds,
        lasts_s=draw(st.sampled_from(within)),
        pause_s=draw(st.sampled_from([0.0, 20.0])),
        together=draw(st.booleans()),
        backup=tuple(draw(backup)),
        phones_together=draw(st.booleans()),
        heeds_quiet=draw(st.booleans()),
        is_telling=name == "last-resort",
    )


@st.composite
def hunts(draw: st.DrawFn) -> Hunt:
    found = [draw(stages(f"stage-{place}")) for place in range(draw(st.integers(1, 4)))]
    if draw(st.booleans()):
        found.append(replace(draw(stages("last-resort")), rounds=2, lasts_s=0, backup=()))
    return Hunt(tuple(found), fault_memory_s=draw(st.sampled_from([0.0, 60.0, 900.0])))


ends = st.dictionaries(
    st.integers(1, 9).map(number), st.tuples(st.sampled_from(OVER), st.sampled_from([0.01, 4.0, 1000.0]))
)
"""Number -> how its rings end, and after how long at most."""


class Night:
    """Plays a hunt to its end, and keeps what it looked like at each move."""

    def __init__(self, hunt: Hunt, ends: dict[str, tuple[AttemptState, float]]) -> None:
        self.hunt, self.ends, self.now = hunt, ends, T0
        self.attempts: list[Attempt] = []
        self.moves: list[tuple[tuple[Attempt, ...], datetime, object]] = []

    def run(self) -> None:
        for _ in range(5000):
            move = next_move(self.hunt, T0, self.attempts, self.now)
            self.moves.append((tuple(self.attempts), self.now, move))
            if isinstance(move, Exhausted):
                return
            if isinstance(move, Ring):
                self._ring(move)
            elif isinstance(move, Wait):
                self._pass_time(move)
        raise AssertionError("the hunt does not end")

    def _ring(self, move: Ring) -> None:
        assert move.planned
        for planned in move.planned:
            self.attempts.append(
                Attempt(
                    str(len(self.attempts)),
                    planned.stage,
                    planned.turn,
                    planned.person.entry,
                    planned.phone.number,
                    AttemptState.RINGING,
                    self.now,
                    planned.ring_s,
                    planned.backup,
                )
            )

    def _end_of(self, one: Attempt) -> tuple[datetime, AttemptState]:
        state, after_s = self.ends.get(one.number, (AttemptState.NO_ANSWER, 1000.0))
        return one.planned_at + timedelta(seconds=min(after_s, one.ring_s)), state

    def _pass_time(self, move: Wait) -> None:
        open_ends = [self._end_of(one)[0] for one in self.attempts if one.is_open]
        moments = [one for one in (move.until, min(open_ends, default=None)) if one is not None]
        assert moments, "the hunt waits for nothing"
        assert min(moments) > self.now or open_ends, "the hunt waits for a moment that is gone"
        self.now = max(self.now, min(moments))
        self.attempts = [
            replace(one, state=self._end_of(one)[1], ended_at=self.now)
            if one.is_open and self._end_of(one)[0] <= self.now
            else one
            for one in self.attempts
        ]


def played(hunt: Hunt, ends: dict[str, tuple[AttemptState, float]]) -> Night:
    night = Night(hunt, ends)
    night.run()
    return night


@settings(deadline=None)
@given(hunts(), ends)
def test_every_hunt_ends_and_no_number_rings_twice_at_a_time(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]]
) -> None:
    night = played(hunt, ends)
    by_number: dict[str, list[Attempt]] = {}
    for one in night.attempts:
        by_number.setdefault(one.number, []).append(one)
    for rings in by_number.values():
        for before, after in pairwise(rings):
            assert before.over_at <= after.planned_at


@settings(deadline=None)
@given(hunts(), ends)
def test_nobody_is_rung_after_he_has_passed(hunt: Hunt, ends: dict[str, tuple[AttemptState, float]]) -> None:
    passed: dict[str, datetime] = {}
    for one in played(hunt, ends).attempts:
        if not hunt.is_telling(one.stage):
            assert passed.get(one.entry, one.planned_at) >= one.planned_at
        if one.state is AttemptState.PASSED and one.ended_at:
            passed.setdefault(one.entry, one.ended_at)


@settings(deadline=None)
@given(hunts(), ends)
def test_a_phone_is_rung_in_its_quiet_hours_only_when_it_may_be(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]]
) -> None:
    for one in played(hunt, ends).attempts:
        stage = hunt.stage(one.stage)
        assert stage is not None
        person = next(each for each in stage.people if each.entry == one.entry)
        phone = next((each for each in person.phones if each.number == one.number), None)
        if one.backup or phone is None or phone.quiet is None or not stage.heeds_quiet:
            continue
        assert phone.quiet.unless is Unless.NEEDED or not phone.quiet.holds(one.planned_at)


@settings(deadline=None)
@given(hunts(), ends, st.data())
def test_a_restart_at_any_moment_makes_the_same_move(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], data: st.DataObject
) -> None:
    """From nothing but the rows, in whatever order they are read, and the hunt as it was written down."""
    night = played(hunt, ends)
    rows, now, move = data.draw(st.sampled_from(night.moves))
    kept = HUNT.validate_json(HUNT.dump_json(hunt))
    assert kept == hunt
    assert next_move(kept, T0, data.draw(st.permutations(rows)), now) == move


@settings(deadline=None)
@given(hunts(), ends)
def test_everybody_of_a_stage_without_a_limit_gets_his_tries(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]]
) -> None:
    """Unless somebody passes, or hears that nobody has accepted; phones that are not quiet."""
    stages = tuple(
        replace(stage, rounds=max(1, stage.rounds), lasts_s=0, heeds_quiet=False) for stage in hunt.stages
    )
    calm = {name: (state, s) for name, (state, s) in ends.items() if state is not AttemptState.PASSED}
    night = played(replace(hunt, stages=stages), calm)
    rung = Counter((one.stage, one.entry, one.number) for one in night.attempts if not one.backup)
    for stage in stages:
        for person in stage.people:
            for phone in person.phones:
                assert rung[stage.name, person.entry, phone.number] == stage.rounds


@settings(deadline=None)
@given(hunts(), ends)
def test_phones_for_need_are_rung_after_the_others_of_their_owner(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]]
) -> None:
    stages = tuple(replace(stage, heeds_quiet=False) for stage in hunt.stages)
    first: dict[tuple[str, int, str], set[str]] = {}
    for one in played(replace(hunt, stages=stages), ends).attempts:
        if one.backup:
            continue
        stage = next(each for each in stages if each.name == one.stage)
        person = next(each for each in stage.people if each.entry == one.entry)
        rung = first.setdefault((one.stage, one.turn, one.entry), set())
        if next(each for each in person.phones if each.number == one.number).only_if_needed:
            assert {each.number for each in person.phones if not each.only_if_needed} <= rung
        rung.add(one.number)


@settings(deadline=None)
@given(hunts(), ends, st.sets(st.integers(1, 9).map(number)))
def test_a_number_that_rings_for_another_page_is_left_alone(
    hunt: Hunt, ends: dict[str, tuple[AttemptState, float]], engaged: set[str]
) -> None:
    for rows, now, _ in played(hunt, ends).moves:
        move = next_move(hunt, T0, rows, now, engaged=engaged)
        if isinstance(move, Ring):
            assert not {one.phone.number for one in move.planned} & engaged
        elif isinstance(move, Wait) and not any(one.is_open for one in rows):
            assert move.until is not None, "it looks again"


@settings(deadline=None)
@given(hunts(), ends)
def test_in_turn_one_phone_rings_at_a_time(hunt: Hunt, ends: dict[str, tuple[AttemptState, float]]) -> None:
    stages = tuple(replace(stage, together=False, phones_together=False) for stage in hunt.stages)
    for before, after in pairwise(played(replace(hunt, stages=stages), ends).attempts):
        assert before.over_at <= after.planned_at
