"""The hunt, told as a night: who is rung, when, and what comes after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.duty.hunt import (
    Attempt,
    Exhausted,
    Hunt,
    Person,
    Phone,
    Ring,
    Stage,
    Wait,
)
from ivr.duty.moves import next_move
from ivr.storage.states import AttemptState

T0 = datetime(2026, 7, 18, 22, 0, tzinfo=UTC)
TSC = Person("tsc", "TSC", (Phone("+32470000001"),))
ADU = Person("adu", "ADU", (Phone("+32470000002"),))
P1, P2 = Phone("+32477110105", "back-up"), Phone("+32474981211", "back-up")
ROSTER = Stage("roster", (TSC, ADU), ring_s=30, rounds=0, lasts_s=600, pause_s=20, backup=(P1, P2))
DIRECT = Stage("direct", (TSC,), ring_s=30, rounds=2, lasts_s=300, pause_s=60, backup=(P1, P2))
LEVELS = tuple(
    Stage(
        f"level-{n}",
        (
            Person(
                f"boss-{n}",
                f"Level {n}",
                (
                    Phone(f"+3247000001{n}", "fixed"),
                    Phone(f"+3247000002{n}", "mobile"),
                    Phone(f"+3247000003{n}", "private"),
                ),
            ),
        ),
    )
    for n in (1, 2, 3)
)
NIGHT = Hunt((ROSTER, DIRECT, *LEVELS))


class Night:
    """Plays a hunt against phones that behave: `ends` says how the ring of a number ends."""

    def __init__(self, hunt: Hunt, ends: dict[str, AttemptState] | None = None) -> None:
        self.hunt, self.ends, self.now = hunt, ends or {}, T0
        self.attempts: list[Attempt] = []
        self.rung: list[tuple[float, str]] = []

    def run(self, until_s: float = 3600) -> None:
        end = T0 + timedelta(seconds=until_s)
        while self.now <= end:
            move = next_move(self.hunt, T0, self.attempts, self.now)
            if isinstance(move, Exhausted):
                return
            if isinstance(move, Ring):
                self._ring(move)
            else:
                self._pass_time(move)

    def _ring(self, move: Ring) -> None:
        for planned in move.planned:
            self.rung.append(((self.now - T0).total_seconds(), planned.phone.number))
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

    def _pass_time(self, move: Wait) -> None:
        ends = [a.planned_at + timedelta(seconds=a.ring_s) for a in self.attempts if a.is_open]
        moments = [m for m in (move.until, min(ends, default=None)) if m is not None]
        assert moments, "the hunt waits for nothing"
        self.now = max(self.now, min(moments))
        self.attempts = [
            replace(a, state=self.ends.get(a.number, AttemptState.NO_ANSWER), ended_at=self.now)
            if a.is_open and a.planned_at + timedelta(seconds=a.ring_s) <= self.now
            else a
            for a in self.attempts
        ]


def test_engineers_are_rung_one_after_the_other() -> None:
    night = Night(NIGHT)
    night.run(59)
    assert night.rung == [(0, "+32470000001"), (30, "+32470000002")]


def test_after_ten_minutes_the_person_on_the_calendar_is_rung_twice_then_the_levels() -> None:
    night = Night(NIGHT)
    night.run()
    after = [(t, n) for t, n in night.rung if t >= 600]
    assert after[:2] == [(600, "+32470000001"), (690, "+32470000001")]
    levels = [number for _, number in after[2:]]
    assert levels == [f"+324700000{kind}{n}" for n in (1, 2, 3) for kind in (1, 2, 3)]
    assert after[2][0] <= 900, "two tries within five minutes"


def test_network_fault_rings_the_back_up_phones() -> None:
    night = Night(NIGHT, {"+32470000001": AttemptState.NETWORK, P1.number: AttemptState.NETWORK})
    night.run(100)
    assert [n for _, n in night.rung] == ["+32470000001", P1.number, P2.number, "+32470000002"]


def test_no_answer_and_voicemail_are_no_network_fault() -> None:
    night = Night(NIGHT, {"+32470000001": AttemptState.SILENT})
    night.run(59)
    assert [n for _, n in night.rung] == ["+32470000001", "+32470000002"]


def test_who_passed_is_left_alone_and_when_all_passed_the_next_stage_begins_at_once() -> None:
    night = Night(NIGHT, {"+32470000001": AttemptState.PASSED})
    night.run(200)
    assert [n for _, n in night.rung].count("+32470000001") == 1
    both = Night(NIGHT, {"+32470000001": AttemptState.PASSED, "+32470000002": AttemptState.PASSED})
    both.run(60)
    assert both.rung[:3] == [(0, "+32470000001"), (30, "+32470000002"), (60, "+32470000011")]
    assert both.attempts[2].stage == "level-1", "nobody else is on the calendar"


def test_together_rings_everybody_at_once_and_shares_no_back_up_phone() -> None:
    stage = replace(ROSTER, together=True, backup=(P1,))
    ends = {"+32470000001": AttemptState.NETWORK, "+32470000002": AttemptState.NETWORK}
    night = Night(Hunt((stage,)), ends)
    night.run(89)
    assert night.rung == [
        (0, "+32470000001"),
        (0, "+32470000002"),
        (30, P1.number),
        (60, P1.number),
    ]


def test_a_ring_ends_when_its_stage_does_and_the_next_begins_on_time() -> None:
    stage = replace(ROSTER, lasts_s=45)
    night = Night(Hunt((stage, DIRECT)))
    night.run(50)
    assert night.rung == [(0, "+32470000001"), (30, "+32470000002"), (45, "+32470000001")]


def test_nobody_at_all_is_exhausted_at_once() -> None:
    assert next_move(Hunt(()), T0, [], T0) == Exhausted()
    assert next_move(Hunt((replace(ROSTER, people=()),)), T0, [], T0) == Exhausted()


states = st.sampled_from([s for s in AttemptState if s not in (AttemptState.RINGING, AttemptState.ANSWERED)])


@given(
    st.dictionaries(
        st.sampled_from(
            [p.number for s in NIGHT.stages for x in s.people for p in x.phones] + [P1.number, P2.number]
        ),
        states,
    ),
    st.booleans(),
)
def test_a_hunt_always_ends_and_never_rings_one_phone_twice_at_a_time(
    ends: dict[str, AttemptState], together: bool
) -> None:
    stages = tuple(replace(stage, together=together) for stage in NIGHT.stages)
    night = Night(Hunt(stages), ends)
    night.run(7200)
    assert next_move(night.hunt, T0, night.attempts, night.now) == Exhausted()
    for one in night.attempts:
        clash = [
            other
            for other in night.attempts
            if other is not one
            and other.number == one.number
            and one.planned_at <= other.planned_at
            and other.planned_at < (one.ended_at or one.planned_at)
        ]
        assert not clash


@given(st.integers(0, 2000))
def test_asking_later_does_not_move_the_past(extra_s: int) -> None:
    night = Night(NIGHT)
    night.run(650)
    direct_ends = T0 + timedelta(seconds=900)
    later = night.now + timedelta(seconds=extra_s)
    move = next_move(NIGHT, T0, night.attempts, later)
    if isinstance(move, Wait):
        assert move.until == direct_ends, "too little is left of the stage for a ring"
    else:
        assert isinstance(move, Ring)
        assert {one.stage for one in move.planned} == {"direct" if later < direct_ends else "level-1"}
