"""The next two weeks of a duty: what is wrong with them is found beforehand, and each thing once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialplan.beforehand import DrillPlan, ForecastPlan, Night
from dialplan.calendars import WeekWindow
from dialplan.days import MonthDays
from dialplan.forecast import Concern, Forecast, forecast
from dialplan.handovers import handovers_between
from dialplan.model import Absence, Configuration, Cover, Duty, Phone, Swap
from dialplan.quiet import Quiet, Unless
from dialplan.source import load

BRUSSELS = ZoneInfo("Europe/Brussels")
ROOT = Path(__file__).parents[2]


def at(text: str) -> datetime:
    """A time of the desk's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    return load(ROOT / "config").configuration


def changed(configuration: Configuration, change: Callable[[Duty], Duty]) -> Configuration:
    return replace(configuration, duty=change(configuration.duty))


def told(found: Forecast) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(item.concern), item.who) for item in found.items]


def lone(duty: Duty) -> Duty:
    """A roster in which everybody is alone in his week."""
    weeks = tuple(week[:1] for week in duty.roster.weeks)
    return replace(duty, roster=replace(duty.roster, weeks=weeks))


def test_a_quiet_fortnight_says_who_is_on_duty_and_nothing_else(shipped: Configuration) -> None:
    found = forecast(shipped, at("2026-11-23T06:00"), 14)
    assert found.items == ()
    assert [(turn.start, turn.order[0]) for turn in found.turns] == [
        (at("2026-11-23T06:00"), "MAB"),
        (at("2026-11-23T08:00"), "MSS"),
        (at("2026-11-30T08:00"), "SVO"),
    ]


def test_leave_in_ones_own_week(shipped: Configuration) -> None:
    away = Absence("MSS", at("2026-11-25T00:00"), at("2026-11-27T00:00"), "holidays")
    found = forecast(changed(shipped, lambda d: replace(d, leave=(away,))), at("2026-11-23T06:00"), 14)
    (item,) = found.items
    assert (item.concern, item.who, item.instead) == (Concern.ON_LEAVE, ("MSS",), "SVO")
    assert (item.start, item.end) == (away.start, away.end)


def test_leave_that_leaves_nobody_is_a_hole(shipped: Configuration) -> None:
    away = Absence("MSS", at("2026-11-25T00:00"), at("2026-11-27T00:00"))
    alone = changed(shipped, lambda d: replace(lone(d), leave=(away,)))
    found = forecast(alone, at("2026-11-23T06:00"), 14)
    assert told(found) == [("hole", ()), ("on-leave", ("MSS",))]
    assert (found.items[0].start, found.items[0].end) == (away.start, away.end)


def test_leave_that_is_covered_is_well(shipped: Configuration) -> None:
    away = Absence("MSS", at("2026-11-25T00:00"), at("2026-11-27T00:00"))
    cover = Cover(away.start, away.end, "MSS", "ADU")
    well = changed(shipped, lambda d: replace(d, leave=(away,), covers=(cover,)))
    assert forecast(well, at("2026-11-23T06:00"), 14).wrong == ()


def test_a_cover_that_nobody_agreed_to(shipped: Configuration) -> None:
    asks = Cover(at("2026-11-25T18:00"), at("2026-11-26T08:00"), "MSS", title="a wedding")
    found = forecast(changed(shipped, lambda d: replace(d, covers=(asks,))), at("2026-11-23T06:00"), 14)
    (item,) = found.items
    assert (item.concern, item.who, item.title) == (Concern.NOT_COVERED, ("MSS",), "a wedding")


def test_somebody_on_leave_who_was_named_all_the_same(shipped: Configuration) -> None:
    away = Absence("ADU", at("2026-11-25T00:00"), at("2026-11-28T00:00"))
    swap = Swap(at("2026-11-26T18:00"), at("2026-11-27T08:00"), ("ADU", "WTI"))
    both = changed(shipped, lambda d: replace(d, leave=(away,), overrides=(swap,)))
    found = forecast(both, at("2026-11-23T06:00"), 14)
    assert ("asked-on-leave", ("ADU",)) in told(found)


def test_two_with_the_same_phone_and_one_whom_no_phone_reaches(shipped: Configuration) -> None:
    night = Quiet((WeekWindow(frozenset(range(7)), (22 * 60, 31 * 60)),), "Europe/Brussels", Unless.NEVER)
    directory = dict(shipped.directory)
    directory["svo"] = replace(directory["svo"], phones=directory["mss"].phones)
    directory["adu"] = replace(directory["adu"], phones=(Phone("+32470000002", quiet=night),))
    found = forecast(replace(shipped, directory=directory), at("2026-11-23T06:00"), 2)
    same = [item for item in found.items if item.concern is Concern.SAME_PHONE]
    assert [(item.who, item.number) for item in same] == [(("MSS", "SVO"), "+32470000005")]
    silent = [item for item in found.items if item.concern is Concern.UNREACHABLE]
    assert {item.who for item in silent} == {("ADU",)}
    assert [(item.start, item.end) for item in silent] == [
        (at("2026-11-23T06:00"), at("2026-11-23T07:00")),
        (at("2026-11-23T22:00"), at("2026-11-24T07:00")),
        (at("2026-11-24T22:00"), at("2026-11-25T06:00")),
    ]


def test_the_night_in_which_an_hour_comes_twice(shipped: Configuration) -> None:
    found = forecast(shipped, at("2026-10-20T06:00"), 14)
    (clock,) = [item for item in found.items if item.concern is Concern.CLOCK]
    assert (clock.start, clock.seconds) == (datetime(2026, 10, 25, 1, tzinfo=UTC), -3600)
    assert (clock.title, clock.other, clock.who) == ("03:00", "02:00", ("SVO",))
    assert found.wrong == ()


def test_the_night_in_which_an_hour_is_missing_and_a_handover_falls_into_it(shipped: Configuration) -> None:
    swap = Swap(at("2027-03-28T01:30"), datetime(2027, 3, 28, 1, tzinfo=UTC), ("ADU", "WTI"))
    found = forecast(changed(shipped, lambda d: replace(d, overrides=(swap,))), at("2027-03-20T06:00"), 14)
    (clock,) = [item for item in found.items if item.concern is Concern.CLOCK]
    assert (clock.seconds, clock.title, clock.other) == (3600, "02:00", "03:00")
    assert clock.layer == "01:30 ADU, 03:00 MAB"


def test_holidays_are_told_with_who_serves_them(shipped: Configuration) -> None:
    found = forecast(shipped, at("2026-12-20T06:00"), 14)
    assert [(item.title, item.who) for item in found.notes] == [
        ("Christmas Day", ("WTI",)),
        ("New Year's Day", ("MAB",)),
    ]


def test_an_item_is_the_same_tomorrow(shipped: Configuration) -> None:
    away = Absence("MSS", at("2026-11-20T00:00"), at("2026-11-27T00:00"))
    with_leave = changed(shipped, lambda d: replace(d, leave=(away,)))
    keys = [
        {item.key for item in forecast(with_leave, at(f"2026-11-{day}T06:00"), 14).items} for day in (24, 25)
    ]
    assert keys[0] == keys[1] != set()


def test_a_handover_tells_who_comes_after_whom_and_who_is_next(shipped: Configuration) -> None:
    (one,) = handovers_between(shipped.duty, at("2026-11-22T00:00"), at("2026-11-24T00:00"))
    assert (one.at, one.who, one.before, one.backup) == (at("2026-11-23T08:00"), "MSS", "MAB", "SVO")


def test_whoever_comes_back_night_after_night_was_not_relieved(shipped: Configuration) -> None:
    """Two nights covered by another, and back: both are handovers; a gap alone is none."""
    cover = Cover(at("2026-11-25T18:00"), at("2026-11-26T08:00"), "MSS", "ADU")
    duty = replace(shipped.duty, covers=(cover,))
    found = list(handovers_between(duty, at("2026-11-24T00:00"), at("2026-11-29T00:00")))
    assert [(each.who, each.before) for each in found] == [("ADU", "MSS"), ("MSS", "ADU")]


def test_the_forecast_is_due_once_a_day_also_when_the_clock_is_changed() -> None:
    plan = ForecastPlan(("a@example.com",), at_min=2 * 60 + 30)
    found = list(plan.due("Europe/Brussels", at("2026-10-24T12:00"), at("2026-10-26T12:00")))
    assert found == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]
    spring = list(plan.due("Europe/Brussels", at("2027-03-27T12:00"), at("2027-03-29T12:00")))
    assert spring == [datetime(2027, 3, 28, 1, 30, tzinfo=UTC), datetime(2027, 3, 29, 0, 30, tzinfo=UTC)]


def test_a_drill_on_a_holiday_is_put_off_to_the_next_open_day(shipped: Configuration) -> None:
    """The first Friday of January 2027 is New Year's Day: the office opens again on Monday."""
    plan = DrillPlan(("a@example.com",), MonthDays(1, 4), 10 * 60, "office-hours")
    office = shipped.calendars["office-hours"]
    found = list(plan.due("Europe/Brussels", office, at("2026-12-01T00:00"), at("2027-02-10T00:00")))
    assert found == [at("2026-12-04T10:00"), at("2027-01-04T10:00"), at("2027-02-05T10:00")]


def test_a_drill_that_was_put_off_is_due_though_its_own_day_is_over(shipped: Configuration) -> None:
    plan = DrillPlan(("a@example.com",), MonthDays(1, 4), 10 * 60, "office-hours")
    office = shipped.calendars["office-hours"]
    after = at("2027-01-04T09:59")
    assert list(plan.due("Europe/Brussels", office, after, after + timedelta(minutes=2))) == [
        at("2027-01-04T10:00")
    ]


def test_what_counts_as_night() -> None:
    night = Night()
    assert [night.holds(at(f"2026-11-21T{clock}"), "Europe/Brussels") for clock in ("21:59", "22:00")] == [
        False,
        True,
    ]
    assert [night.holds(at(f"2026-11-21T{clock}"), "Europe/Brussels") for clock in ("06:59", "07:00")] == [
        True,
        False,
    ]
