"""Single decisions of a hunt: networks, quiet hours, several phones at once, an end that is no silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialplan.calendars import WeekWindow
from dialplan.quiet import Quiet, Unless
from ivr.duty.hunt import Attempt, Exhausted, Hunt, Person, Phone, Ring, Stage, Wait
from ivr.duty.moves import next_move
from ivr.storage.states import AttemptState
from tests.duty.test_hunt import T0, Night

OWN_A, OWN_B, OWN_C = "+32470000001", "+32470000002", "+32470000003"
FIXED_A, PRIVATE_A = "+32470000011", "+32470000012"
SPARE_1, SPARE_2 = Phone("+32477110105", "spare 1", "beta"), Phone("+32474981211", "spare 2", "gamma")
ANN = Person("ann", "ANN", (Phone(OWN_A, operator="alpha"),))
BOB = Person("bob", "BOB", (Phone(OWN_B, operator="alpha"),))
CIS = Person("cis", "CIS", (Phone(OWN_C, operator="beta"),))
TEN_TO_SEVEN = (WeekWindow(frozenset(range(7)), (22 * 60, 31 * 60)),)


def stage(*people: Person, **more: object) -> Stage:
    usual = Stage("duty", people, ring_s=30, rounds=2, pause_s=20, backup=(SPARE_1, SPARE_2))
    return replace(usual, **more)  # type: ignore[arg-type]


def numbers(hunt: Hunt, ends: dict[str, AttemptState], until_s: float = 3600) -> list[str]:
    night = Night(hunt, ends)
    night.run(until_s)
    return [number for _, number in night.rung]


# -- networks


def test_a_fault_on_one_engineers_network_sends_the_next_ring_to_another_network_first() -> None:
    hunt = Hunt((stage(ANN, BOB, CIS, rounds=1),))
    assert numbers(hunt, {OWN_A: AttemptState.NETWORK}) == [
        OWN_A,
        SPARE_1.number,  # instead of ANN's own
        SPARE_2.number,  # BOB is with the same operator: another network first, and not the phone just rung
        OWN_B,
        OWN_C,  # CIS is with another operator
    ]


def test_the_own_phone_waits_for_the_back_up_phone() -> None:
    night = Night(Hunt((stage(ANN, BOB, rounds=1),)), {OWN_A: AttemptState.NETWORK})
    night.run()
    assert night.rung == [(0, OWN_A), (30, SPARE_1.number), (60, SPARE_2.number), (90, OWN_B)]


def test_it_is_held_against_the_operator_for_a_while_only() -> None:
    hunt = Hunt((stage(ANN, BOB, rounds=1),), fault_memory_s=20)
    assert numbers(hunt, {OWN_A: AttemptState.NETWORK}) == [OWN_A, SPARE_1.number, OWN_B]


def test_a_phone_that_was_reached_clears_its_operator() -> None:
    hunt = Hunt((stage(ANN, BOB, rounds=2),))
    ends = {OWN_A: AttemptState.NETWORK, OWN_B: AttemptState.BUSY}
    second_round = numbers(hunt, ends)[4:]
    assert second_round[0] == OWN_A, "BOB's phone was busy, so the network carries calls again"


def test_no_answer_proves_nothing_of_a_network() -> None:
    hunt = Hunt((stage(ANN, BOB, rounds=2),))
    assert numbers(hunt, {OWN_A: AttemptState.NETWORK})[4:6] == [SPARE_1.number, OWN_A]


def test_nothing_is_guessed_where_no_operator_is_known() -> None:
    people = [replace(one, phones=(replace(one.phones[0], operator=""),)) for one in (ANN, BOB)]
    hunt = Hunt((stage(*people, rounds=1),))
    assert numbers(hunt, {OWN_A: AttemptState.NETWORK}) == [OWN_A, SPARE_1.number, OWN_B]


def test_a_spare_of_the_faulty_network_is_the_last_to_be_tried() -> None:
    on_alpha = replace(SPARE_1, operator="alpha")
    hunt = Hunt((stage(ANN, BOB, rounds=1, backup=(on_alpha, SPARE_2)),))
    ends = {OWN_A: AttemptState.NETWORK, SPARE_2.number: AttemptState.NETWORK}
    assert numbers(hunt, ends)[:3] == [OWN_A, SPARE_2.number, on_alpha.number]


def test_a_fault_that_another_page_has_met_counts_here_too() -> None:
    hunt = Hunt((stage(ANN),))
    move = next_move(hunt, T0, [], T0, faulty={"alpha"})
    assert isinstance(move, Ring)
    assert [(one.phone.number, one.backup) for one in move.planned] == [(SPARE_1.number, True)]


# -- quiet hours, judged at each ring


def test_a_phone_becomes_quiet_in_the_middle_of_a_hunt() -> None:
    never = Quiet(TEN_TO_SEVEN, "UTC", Unless.NEVER)
    shy = Person("ann", "ANN", (Phone(OWN_A, quiet=never), Phone(FIXED_A)))
    hunt = Hunt((stage(shy, rounds=4),))
    night = Night(hunt)
    start = T0 - timedelta(seconds=70)  # 21:58:50: the second round is at 22:00:10
    night.now = start
    while not isinstance(move := next_move(hunt, start, night.attempts, night.now), Exhausted):
        if isinstance(move, Ring):
            night._ring(move)
        else:
            night._pass_time(move)
    assert [one.number for one in night.attempts] == [OWN_A, FIXED_A, FIXED_A, FIXED_A, FIXED_A]


def test_a_test_call_asks_the_clock_that_it_was_given() -> None:
    never = Quiet(TEN_TO_SEVEN, "UTC", Unless.NEVER)
    hunt = Hunt((stage(Person("ann", "ANN", (Phone(OWN_A, quiet=never),))),), shift_s=-3600)
    assert next_move(hunt, T0, [], T0) == Exhausted()
    assert isinstance(next_move(hunt, T0, [], T0, at=hunt.wall_clock(T0)), Ring), "it is 21:00 there"


def test_a_stage_whose_phones_are_all_quiet_is_gone_past_and_not_come_back_to() -> None:
    until_ten_past = Quiet((WeekWindow(frozenset(range(7)), (22 * 60, 22 * 60 + 1)),), "UTC", Unless.NEVER)
    shy = Person("ann", "ANN", (Phone(OWN_A, quiet=until_ten_past),))
    hunt = Hunt((stage(shy), replace(stage(CIS), name="then")))
    assert numbers(hunt, {}) == [OWN_C, OWN_C]


# -- phones


def test_all_phones_of_one_person_at_once_and_the_private_one_when_they_failed() -> None:
    phones = (Phone(OWN_A), Phone(PRIVATE_A, "private", only_if_needed=True), Phone(FIXED_A, "fixed"))
    hunt = Hunt((stage(Person("ann", "ANN", phones), CIS, rounds=1, phones_together=True),))
    night = Night(hunt)
    night.run()
    assert night.rung == [(0, OWN_A), (0, FIXED_A), (30, PRIVATE_A), (60, OWN_C)]


def test_everybody_on_all_phones_at_once() -> None:
    phones = (Phone(OWN_A), Phone(FIXED_A, "fixed"))
    hunt = Hunt((stage(Person("ann", "ANN", phones), CIS, rounds=1, together=True, phones_together=True),))
    assert Night(hunt).hunt == hunt
    night = Night(hunt)
    night.run()
    assert night.rung == [(0, OWN_A), (0, FIXED_A), (0, OWN_C)]


def test_a_ring_ends_before_the_voicemail_that_was_learned() -> None:
    short = Person("ann", "ANN", (Phone(OWN_A, longest_s=17.5), Phone(FIXED_A, longest_s=1)))
    night = Night(Hunt((stage(short, rounds=1),)))
    night.run()
    assert [one.ring_s for one in night.attempts] == [17.5, 5], "and never less than five seconds"


def test_busy_phones_are_not_rung_a_hundred_times_a_minute() -> None:
    hunt = Hunt((stage(ANN, rounds=0, lasts_s=60, pause_s=0),))
    night = Night(hunt, {OWN_A: AttemptState.BUSY})
    moves = 0
    while not isinstance(move := next_move(hunt, T0, night.attempts, night.now), Exhausted):
        moves += 1
        if isinstance(move, Ring):
            night._ring(move)
            night.attempts = [
                replace(one, state=AttemptState.BUSY, ended_at=night.now) if one.is_open else one
                for one in night.attempts
            ]
        else:
            night._pass_time(move)
    assert 10 <= len(night.attempts) <= 12


# -- several pages


def test_a_phone_that_rings_for_another_page_is_left_for_the_next_person_and_come_back_to() -> None:
    hunt = Hunt((stage(ANN, CIS, rounds=1),))
    first = next_move(hunt, T0, [], T0, engaged={OWN_A})
    assert isinstance(first, Ring)
    assert [one.phone.number for one in first.planned] == [OWN_C]
    rang = Attempt("1", "duty", 0, "cis", OWN_C, AttemptState.NO_ANSWER, T0, ended_at=T0)
    then = next_move(hunt, T0, [rang], T0)
    assert isinstance(then, Ring)
    assert [one.phone.number for one in then.planned] == [OWN_A]
    waits = next_move(hunt, T0, [rang], T0, engaged={OWN_A})
    assert isinstance(waits, Wait)
    assert waits.until == T0 + timedelta(seconds=2), "it looks again soon"


# -- never silence

DESK = Person("desk", "Night desk", (Phone("+32470000061", quiet=Quiet(TEN_TO_SEVEN, "UTC", Unless.NEVER)),))
TELLING = Stage("last-resort", (DESK,), rounds=3, pause_s=60, heeds_quiet=False, is_telling=True)


def test_the_desk_is_rung_until_somebody_has_heard() -> None:
    hunt = Hunt((stage(ANN, rounds=1, backup=()), TELLING))
    desk = DESK.phones[0].number
    assert numbers(hunt, {}) == [OWN_A, desk, desk, desk]
    assert numbers(hunt, {desk: AttemptState.SILENT}) == [OWN_A, desk, desk, desk], (
        "a voicemail has not heard"
    )
    assert numbers(hunt, {desk: AttemptState.HEARD}) == [OWN_A, desk]


def test_the_desk_is_told_where_there_is_nobody_to_ring_at_all() -> None:
    assert numbers(Hunt((stage(), TELLING)), {}) == [DESK.phones[0].number] * 3


def test_whoever_passed_as_an_engineer_is_told_at_the_desk_all_the_same() -> None:
    both = replace(DESK, entry="ann")
    hunt = Hunt((stage(ANN, rounds=1), replace(TELLING, people=(both,), rounds=1)))
    assert numbers(hunt, {OWN_A: AttemptState.PASSED}) == [OWN_A, both.phones[0].number]
