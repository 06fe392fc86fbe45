"""When a calendar opens and closes next: exact to the minute, complete over any span."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import at, small

from dialplan.calendars import Calendar, changes_between, is_open, next_change

OFFICE = "{open: Mon-Fri 08:00-18:00, holidays: closed}"


def calendar(text: str) -> Calendar:
    return small(calendars=f"work: {text}").calendars["work"]


def changes(text: str, start: str, end: str) -> list[str]:
    found = changes_between(calendar(text), at(start), at(end))
    return [moment.astimezone(ZoneInfo("Europe/Brussels")).strftime("%m-%d %H:%M") for moment in found]


def test_a_week_of_office_hours_with_a_holiday_in_it() -> None:
    """Wednesday 11 November 2026 is Armistice Day."""
    assert changes(OFFICE, "2026-11-09 00:00", "2026-11-16 00:00") == [
        "11-09 08:00", "11-09 18:00", "11-10 08:00", "11-10 18:00",
        "11-12 08:00", "11-12 18:00", "11-13 08:00", "11-13 18:00",
    ]  # fmt: skip


def test_the_span_has_open_ends() -> None:
    assert changes(OFFICE, "2026-11-09 08:00", "2026-11-09 18:00") == []
    assert changes(OFFICE, "2026-11-09 07:59", "2026-11-09 18:01") == ["11-09 08:00", "11-09 18:00"]


def test_windows_that_meet_at_midnight_change_nothing_there() -> None:
    hours = "{open: [Mon 20:00-24:00, Tue 00:00-06:00]}"
    assert changes(hours, "2026-11-23 00:00", "2026-11-25 00:00") == ["11-23 20:00", "11-24 06:00"]


def test_a_night_that_begins_on_the_eve_of_a_holiday_ends_in_the_morning() -> None:
    nights = "{open: every day 22:00-06:00, holidays: closed}"
    assert changes(nights, "2026-11-10 12:00", "2026-11-12 12:00") == ["11-10 22:00", "11-11 06:00"]


def test_missing_hour() -> None:
    """29 March 2026: at 02:00 the clock goes to 03:00; a window within the hour never opens."""
    assert changes("{open: every day 02:00-03:00}", "2026-03-28 12:00", "2026-03-30 12:00") == [
        "03-30 02:00", "03-30 03:00",
    ]  # fmt: skip
    across = changes_between(
        calendar("{open: every day 02:30-03:30}"), at("2026-03-29 00:00"), at("2026-03-29 12:00")
    )
    assert across == (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)), (
        "it opens as the clock jumps over 02:30"
    )


def test_repeated_hour() -> None:
    """25 October 2026: at 03:00 the clock goes back to 02:00; half past two comes twice."""
    found = changes_between(
        calendar("{open: every day 02:30-02:45}"), at("2026-10-25 00:00"), at("2026-10-25 12:00")
    )
    assert [f"{moment:%H:%M}" for moment in found] == ["00:30", "00:45", "01:30", "01:45"]
    until = changes_between(
        calendar("{open: every day 02:30-03:00}"), at("2026-10-25 00:00"), at("2026-10-25 12:00")
    )
    assert [f"{moment:%H:%M}" for moment in until] == ["00:30", "01:00", "01:30", "02:00"]


def test_next_change() -> None:
    office = calendar(OFFICE)
    assert next_change(office, at("2026-11-20 18:00")) == at("2026-11-23 08:00")
    assert next_change(office, at("2026-11-23 07:59")) == at("2026-11-23 08:00")
    assert next_change(office, at("2026-11-23 08:00")) == at("2026-11-23 18:00")
    assert next_change(calendar("{open: always}"), at("2026-11-23 08:00")) is None


def test_next_change_finds_a_day_that_comes_once_a_year() -> None:
    yearly = calendar("{days: [{day: 02-29, hours: 10:00-11:00}]}")
    assert next_change(yearly, at("2026-11-23 08:00")) == at("2028-02-29 10:00")


@pytest.mark.parametrize(
    "zone", ["Europe/Brussels", "America/Denver", "Australia/Lord_Howe", "Africa/Casablanca"]
)
@settings(max_examples=15, deadline=None)
@given(
    first=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),
    start=st.integers(0, 1439),
    length=st.integers(1, 1439),
    days=st.sets(st.integers(0, 6), min_size=1),
)
def test_no_change_is_left_out(zone: str, first: datetime, start: int, length: int, days: set[int]) -> None:
    """Three days, minute by minute, against the changes that were found."""
    from dialplan.calendars import OnHolidays, WeekWindow

    window = WeekWindow(frozenset(days), (start, start + length))
    hours = Calendar("x", "x", zone, (window,), OnHolidays.CLOSED)
    last = first + timedelta(days=3)
    minutes = [first.replace(second=0, microsecond=0) + timedelta(minutes=n) for n in range(1, 3 * 1440)]
    states = [is_open(hours, moment)[0] for moment in [first, *minutes]]
    expected = [m for m, before, now in zip(minutes, states, states[1:], strict=False) if before is not now]
    assert list(changes_between(hours, first, last)) == expected
