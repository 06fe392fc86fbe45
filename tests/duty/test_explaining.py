"""Why did my phone ring? The rule, the clocks, who was tried before and who was skipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialplan.calendars import WeekWindow
from dialplan.quiet import Quiet, Unless
from ivr.duty.explaining import Because, Explanation, StageEnd, explain
from ivr.duty.hunt import Hunt, Person, Phone, Skipped, Stage
from ivr.storage.states import AttemptState
from tests.duty.test_hunt import T0, Night
from tests.duty.test_moves import ANN, BOB, CIS, DESK, OWN_A, OWN_B, OWN_C, SPARE_1, SPARE_2, TELLING, stage


def explained(hunt: Hunt, ends: dict[str, AttemptState], place: int) -> Explanation:
    """Why the attempt of that place was made."""
    night = Night(hunt, ends)
    night.run()
    found = explain(hunt, T0, night.attempts, night.attempts[place])
    assert found is not None
    return found


def test_it_was_somebodys_turn_after_another_had_not_answered() -> None:
    away = Skipped("mab", "MAB", "on leave until Tuesday")
    first = stage(ANN, CIS, rounds=2, title="Everybody", who="duty", why=("ANN is on call",), skipped=(away,))
    hunt = Hunt((first,), policy="urgent", chosen="choose[1], severity 1", shift_s=-60)
    why = explained(hunt, {}, 3)
    assert (why.policy, why.chosen) == ("urgent", "choose[1], severity 1")
    assert (why.stage, why.title, why.who, why.duty) == ("duty", "Everybody", "duty", ("ANN is on call",))
    assert (why.turn, why.rounds, why.because) == (2, 2, Because.TURN)
    assert why.number == OWN_C
    assert [(one.number, str(one.state)) for one in why.before] == [(OWN_A, "no-answer")]
    assert why.skipped == (away,)
    assert why.wall == why.at - timedelta(minutes=1), "a test call has a clock of its own"
    assert not why.is_cut


def test_a_back_up_phone_rings_for_a_fault_and_before_one() -> None:
    hunt = Hunt((stage(ANN, BOB, rounds=1),))
    ends = {OWN_A: AttemptState.NETWORK}
    instead, before = explained(hunt, ends, 1), explained(hunt, ends, 2)
    assert (instead.number, instead.because) == (SPARE_1.number, Because.NETWORK)
    assert (before.number, before.because) == (SPARE_2.number, Because.NETWORK_BEFORE)
    assert instead.fault is not None
    assert before.fault is not None
    assert instead.fault.number == before.fault.number == OWN_A


def test_who_passed_and_whose_phones_are_quiet_were_skipped() -> None:
    always = Quiet((WeekWindow(frozenset(range(7)), (0, 24 * 60)),), "UTC", Unless.NEVER)
    shy = Person("shy", "SHY", (Phone("+32470000099", quiet=always),))
    hunt = Hunt((stage(ANN, shy, BOB, CIS, rounds=1),))
    why = explained(hunt, {OWN_A: AttemptState.PASSED}, 2)
    assert why.number == OWN_C
    assert [(one.title, one.why) for one in why.skipped] == [
        ("ANN", "has passed"),
        ("SHY", "every phone is quiet"),
    ]


def test_a_phone_for_need_rings_because_the_others_failed_and_rings_for_less() -> None:
    phones = (Phone(OWN_A), Phone(OWN_B, "private", only_if_needed=True, longest_s=12))
    hunt = Hunt((stage(Person("ann", "ANN", phones), rounds=1),))
    why = explained(hunt, {}, 1)
    assert (why.number, why.because) == (OWN_B, Because.NEEDED)
    assert why.is_cut
    assert why.ring_s == 12


def test_the_stages_before_are_told_with_why_they_were_over() -> None:
    hunt = Hunt(
        (
            replace(stage(), name="fiber", who="duty"),
            replace(stage(ANN, rounds=0, lasts_s=60), name="roster"),
            replace(stage(CIS, rounds=1), name="direct"),
            replace(stage(CIS, rounds=1), name="level-1"),
            TELLING,
        )
    )
    why = explained(hunt, {OWN_C: AttemptState.PASSED}, -1)
    assert why.because is Because.TELLING
    assert why.number == DESK.phones[0].number
    assert [(one.name, one.rings, one.end) for one in why.over] == [
        ("fiber", 0, StageEnd.NOBODY),
        ("roster", 2, StageEnd.TIME),
        ("direct", 1, StageEnd.PASSED),
        ("level-1", 0, StageEnd.PASSED),
    ]


def test_a_reminder_is_explained_elsewhere() -> None:
    night = Night(Hunt((Stage("duty", (ANN,)),)))
    night.run()
    assert explain(Hunt(()), T0, night.attempts, night.attempts[0]) is None
