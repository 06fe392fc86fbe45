"""Who is on call: weeks, handovers, swaps, and the weeks when the clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from paper import at, shipped, small

from dialplan.model import Cover, Duty, Swap
from dialplan.roster import explain_duty, next_handover, on_call, on_duty, with_changes

ENGINEERS = (
    "engineers: {ENG: {title: e, entry: eng}, TWO: {title: t, entry: two}, ONE: {title: o, entry: one}}"
)
REST = "policies: {standard: {levels: [{title: boss, entry: boss}]}}\nbackup_phones: [spare]\n"


def duty(roster: str) -> Duty:
    return small(duty=f"{ENGINEERS}\nroster: {roster}\n{REST}").duty


def order(duty: Duty, when: str) -> str:
    return " ".join(engineer.trigram for engineer in on_duty(duty, at(when)))


def test_the_shipped_roster_turns_every_monday_at_eight() -> None:
    shipped_duty = shipped().duty
    assert order(shipped_duty, "2026-01-05 08:00") == "TSC ADU WTI MAB MSS SVO"
    assert order(shipped_duty, "2026-01-12 07:59:59") == "TSC ADU WTI MAB MSS SVO"
    assert order(shipped_duty, "2026-01-12 08:00") == "ADU WTI MAB MSS SVO TSC"
    assert order(shipped_duty, "2026-02-16 08:00") == "TSC ADU WTI MAB MSS SVO", (
        "after six weeks from the start"
    )
    assert explain_duty(shipped_duty, at("2026-01-13 03:00")) == (
        "ADU is on call: week 2 of 6, since Monday 12 January 08:00"
    )


def test_everybody_has_a_turn_and_nobody_is_left_out() -> None:
    weeks = [at("2026-01-05 09:00") + timedelta(weeks=week) for week in range(6)]
    firsts = [engineer.trigram for when in weeks if (engineer := on_call(shipped().duty, when))]
    assert sorted(firsts) == ["ADU", "MAB", "MSS", "SVO", "TSC", "WTI"]
    for when in weeks:
        assert len({engineer.trigram for engineer in on_duty(shipped().duty, when)}) == 6


def test_before_the_first_week_the_circle_runs_backwards() -> None:
    assert order(shipped().duty, "2026-01-04 12:00") == "SVO TSC ADU WTI MAB MSS"


def test_a_week_may_have_an_order_of_its_own() -> None:
    own = duty("{handover: Fri 17:00, first_week: 2026-01-02, weeks: [[TWO, ENG], ONE, 'ENG, ONE, TWO']}")
    assert order(own, "2026-01-02 17:00") == "TWO ENG"
    assert order(own, "2026-01-09 16:59") == "TWO ENG"
    assert order(own, "2026-01-09 17:00") == "ONE ENG TWO"
    assert order(own, "2026-01-16 17:00") == "ENG ONE TWO"


@pytest.mark.parametrize("change", ["2026-03-30", "2026-10-26"])
def test_the_handover_is_by_the_clock_in_weeks_of_change(change: str) -> None:
    before, after = order(shipped().duty, f"{change} 07:59"), order(shipped().duty, f"{change} 08:00")
    assert before != after


SWAPPED = (
    "{handover: Mon 08:00, first_week: 2026-01-05, weeks: [ENG, TWO, ONE], swaps: ["
    "{from: 2026-12-24 18:00, until: 2026-12-26 08:00, order: [TWO, ONE], title: Christmas},"
    "{from: 2026-12-25 00:00, until: 2026-12-25 12:00, order: ONE}]}"
)


def test_a_swap_holds_from_its_beginning_until_before_its_end() -> None:
    swapped = duty(SWAPPED)
    week = order(swapped, "2026-12-24 17:59")
    assert order(swapped, "2026-12-24 18:00") == "TWO ONE"
    assert order(swapped, "2026-12-25 11:59") == "ONE", "the later written one counts"
    assert order(swapped, "2026-12-25 12:00") == "TWO ONE"
    assert order(swapped, "2026-12-26 08:00") == week
    assert explain_duty(swapped, at("2026-12-25 20:00")) == (
        "TWO is on call by a swap (Christmas) until Saturday 26 December 08:00"
    )


def test_a_swap_in_the_repeated_hour_is_told_by_the_true_time() -> None:
    swapped = duty(
        "{handover: Mon 08:00, first_week: 2026-01-05, weeks: [ENG, TWO, ONE],"
        " swaps: [{from: 2026-10-25 01:00, until: 2026-10-25 02:30, order: ONE}]}"
    )
    first, second = (
        datetime(2026, 10, 25, hour, 15, tzinfo=UTC).astimezone(at("2026-01-01").tzinfo) for hour in (0, 1)
    )
    assert first.hour == second.hour == 2
    assert "by a swap" in explain_duty(swapped, first)
    assert "by a swap" not in explain_duty(swapped, second)


def test_the_next_handover() -> None:
    swapped = duty(SWAPPED)
    assert next_handover(swapped, at("2026-12-22 10:00")) == at("2026-12-24 18:00")
    assert next_handover(swapped, at("2026-12-24 18:00")) == at("2026-12-25 00:00")
    assert next_handover(swapped, at("2026-12-26 08:00")) == at("2026-12-28 08:00")


def test_a_cover_counts_within_an_override_of_the_whole_duty() -> None:
    start, end = datetime(2026, 12, 5, 17, tzinfo=UTC), datetime(2026, 12, 6, 17, tzinfo=UTC)
    storm = with_changes(
        shipped().duty, [Swap(start, end, ("SVO", "ADU"), "storm"), Cover(start, end, "SVO", "MSS")]
    )
    assert [one.trigram for one in on_duty(storm, start)] == ["MSS", "ADU"]
    assert explain_duty(storm, start) == (
        "SVO is on call by an override (storm) until Sunday 6 December 18:00; "
        "MSS stands in for SVO until Sunday 6 December 18:00"
    )
