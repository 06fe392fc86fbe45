"""Calendars: weeks, holidays, own days, midnight, and the two nights when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper import BRUSSELS, at, shipped, small

from dialplan.calendars import Calendar, is_open


def calendar(text: str) -> Calendar:
    files = "used: {open: always}\n" + f"hours: {text}\n" if "\n" not in text else text
    plan = """
        start: c
        nodes:
          c: {calendar: [{when: hours, go: b}, {when: used, go: b}], rest: b}
          b: {hangup: normal}
    """
    return small(plan, calendars=files).calendars["hours"]


def is_open_at(hours: Calendar, when: str) -> bool:
    return is_open(hours, at(when))[0]


OFFICE = "{open: Mon-Fri 08:00-18:00, holidays: closed}"


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ("2026-11-23 07:59:59", False),
        ("2026-11-23 08:00:00", True),
        ("2026-11-23 17:59:59", True),
        ("2026-11-23 18:00:00", False),
        ("2026-11-21 12:00", False),
        ("2026-11-22 12:00", False),
        ("2026-11-11 12:00", False),
        ("2026-12-25 12:00", False),
        ("2028-02-29 12:00", True),
    ],
)
def test_office_hours(when: str, open_: bool) -> None:
    assert is_open_at(calendar(OFFICE), when) is open_


@pytest.mark.parametrize(
    "holiday",
    [
        "2026-01-01", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-07-21", "2026-08-15",
        "2026-11-01", "2026-11-11", "2026-12-25", "2027-03-29", "2027-05-06", "2027-05-17",
    ],
)  # fmt: skip
def test_belgian_holidays_of_two_years(holiday: str) -> None:
    daily = calendar("{open: every day 00:00-24:00, holidays: closed}")
    assert not is_open_at(daily, f"{holiday} 12:00")
    before = date.fromisoformat(holiday) - timedelta(days=1)
    if before.isoformat() not in ("2026-04-05", "2026-05-24", "2027-03-28", "2027-05-16"):
        assert is_open_at(daily, f"{before} 12:00")


def test_the_sentences() -> None:
    office = shipped().calendars["office-hours"]
    extended = shipped().calendars["extended-hours"]
    say = {
        (office, "2026-11-21 21:14"): "Saturday 21:14 is outside office-hours (Mon-Fri 08:00-18:00)",
        (office, "2026-11-23 10:00"): "Monday 10:00 is within office-hours (Mon-Fri 08:00-18:00)",
        (office, "2026-08-15 10:00"): "15 August is a Belgian holiday: Assumption Day",
        (extended, "2026-11-21 10:00"): "Saturday 10:00 is within extended-hours "
        "(Mon-Fri 07:30-21:00; Sat 09:00-18:00)",
        (shipped().calendars["always"], "2026-11-21 10:00"): "Saturday 10:00 is within always (always)",
    }
    for (hours, when), sentence in say.items():
        assert is_open(hours, at(when))[1] == sentence


def test_a_window_across_midnight_belongs_to_the_day_it_starts() -> None:
    nights = calendar("{open: Fri 22:00-06:00}")
    assert not is_open_at(nights, "2026-11-20 21:59")
    assert is_open_at(nights, "2026-11-20 22:00")
    assert is_open_at(nights, "2026-11-21 05:59")
    assert not is_open_at(nights, "2026-11-21 06:00")
    assert not is_open_at(nights, "2026-11-20 05:59"), "Thursday's night is not Friday's"
    assert is_open(nights, at("2026-11-21 05:59"))[1].endswith(", begun the day before")


def test_a_night_before_a_holiday_runs_to_its_end_and_a_holiday_begins_none() -> None:
    nights = calendar("{open: every day 22:00-06:00, holidays: closed}")
    assert is_open_at(nights, "2026-11-11 03:00"), "begun on the 10th"
    assert not is_open_at(nights, "2026-11-11 23:00")
    assert not is_open_at(nights, "2026-11-12 03:00")


def test_only_holidays() -> None:
    holidays = calendar("{holidays: only}")
    assert is_open(holidays, at("2026-11-11 00:00")) == (
        True,
        "11 November is a Belgian holiday: Armistice Day",
    )
    assert is_open(holidays, at("2026-11-12 00:00")) == (False, "12 November is no Belgian holiday")


def test_only_holidays_with_hours() -> None:
    mornings = calendar("{open: every day 08:00-12:00, holidays: only}")
    assert is_open_at(mornings, "2026-11-11 09:00") and not is_open_at(mornings, "2026-11-11 13:00")
    assert not is_open_at(mornings, "2026-11-12 09:00")


def test_own_days_come_before_holidays_and_a_dated_one_before_a_yearly_one() -> None:
    hours = calendar(
        "{open: Mon-Fri 08:00-18:00, holidays: closed, days: ["
        "{day: 12-24, hours: 08:00-12:00, title: Christmas Eve},"
        "{day: 2026-12-24, hours: closed},"
        "{day: 2026-11-11, hours: '10:00-12:00, 14:00-15:00'},"
        "{day: 12-30..01-02, hours: closed, title: Inventory}]}"
    )
    assert not is_open_at(hours, "2026-12-24 09:00")
    assert is_open(hours, at("2026-12-24 09:00"))[1] == "24 December is closed by hours"
    assert is_open_at(hours, "2027-12-24 09:00")
    assert is_open(hours, at("2027-12-24 13:00"))[1] == (
        "24 December (Christmas Eve) has its own hours in hours: 08:00-12:00; 13:00 is outside"
    )
    assert is_open_at(hours, "2026-11-11 10:30") and is_open_at(hours, "2026-11-11 14:59")
    assert not is_open_at(hours, "2026-11-11 13:00")
    assert not is_open_at(hours, "2026-12-30 09:00") and not is_open_at(hours, "2027-01-02 09:00")
    assert is_open_at(hours, "2027-01-04 09:00")


def test_a_day_that_is_open_though_the_week_is_closed() -> None:
    hours = calendar("{open: Mon-Fri 08:00-18:00, days: [{day: 2026-11-21, hours: 09:00-12:00}]}")
    assert is_open_at(hours, "2026-11-21 09:00") and not is_open_at(hours, "2026-11-28 09:00")


def test_missing_hour() -> None:
    """29 March 2026: at 02:00 the clock goes to 03:00."""
    hours = calendar("{open: every day 02:00-03:00}")
    night = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert not any(is_open(hours, night + timedelta(minutes=m))[0] for m in range(180))
    across = calendar("{open: every day 01:30-03:30}")
    opened = [m for m in range(180) if is_open(across, night + timedelta(minutes=m))[0]]
    assert (opened[0], opened[-1], len(opened)) == (30, 89, 60), "half an hour before, half an hour after"


def test_repeated_hour() -> None:
    """25 October 2026: at 03:00 the clock goes back to 02:00."""
    hours = calendar("{open: every day 02:00-03:00}")
    night = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    opened = [m for m in range(240) if is_open(hours, night + timedelta(minutes=m))[0]]
    assert (opened[0], opened[-1], len(opened)) == (60, 179, 120), "the hour counts twice"


def test_a_night_shift_on_the_nights_of_change_ends_by_the_clock() -> None:
    nights = calendar("{open: every day 22:00-06:00}")
    for evening, morning, hours in (("2026-03-28", "2026-03-29", 7), ("2026-10-24", "2026-10-25", 9)):
        begin, end = at(f"{evening} 22:00").astimezone(UTC), at(f"{morning} 06:00").astimezone(UTC)
        assert end - begin == timedelta(hours=hours)
        assert is_open(nights, begin)[0] and is_open(nights, end - timedelta(seconds=1))[0]
        assert not is_open(nights, end)[0] and not is_open(nights, begin - timedelta(seconds=1))[0]


def test_a_calendar_of_another_zone() -> None:
    denver = calendar("{open: Mon-Fri 07:00-19:00, timezone: America/Denver}")
    assert not is_open_at(denver, "2026-11-23 14:59")
    assert is_open_at(denver, "2026-11-23 15:00")
    assert is_open_at(denver, "2026-11-24 02:59")


def test_the_zone_of_the_question_does_not_matter() -> None:
    office = calendar(OFFICE)
    moment = at("2026-11-23 08:30")
    for zone in (UTC, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/St_Johns")):
        assert is_open(office, moment.astimezone(zone)) == is_open(office, moment)


def test_holidays_of_a_part_of_the_country() -> None:
    assert not is_open_at(
        calendar("{open: always, holidays: closed, country: DE, subdivision: BY}"), "2026-01-06 12:00"
    )
    assert is_open_at(
        calendar("{open: always, holidays: closed, country: DE, subdivision: BE}"), "2026-01-06 12:00"
    )


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        is_open(calendar(OFFICE), datetime(2026, 1, 1))


WEEKDAYS = st.sampled_from(range(7))


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31), timezones=st.just(BRUSSELS)),
    st.integers(0, 1439),
    st.integers(1, 1439),
)
def test_inside_and_outside_divide_the_day(moment: datetime, start: int, length: int) -> None:
    """A window and its complement: at any moment of a plain week exactly one of the two is open."""
    from dialplan.calendars import WeekWindow

    end = start + length
    every = frozenset(range(7))
    inside = Calendar("in", "in", "Europe/Brussels", (WeekWindow(every, (start, end)),))
    outside = Calendar(
        "out", "out", "Europe/Brussels", (WeekWindow(every, (end % 1440, end % 1440 + 1440 - length)),)
    )
    assert is_open(inside, moment)[0] is not is_open(outside, moment)[0]
