"""Open hours as spans of minutes: the same answer as asking a calendar minute by minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.calendars import WHOLE_DAY, Calendar, OnHolidays, WeekWindow, changes_between, is_open
from dialplan.checks.hours import STEPS_DAYS, Overlay
from dialplan.checks.spans import common, joined, moment, open_spans, without
from dialplan.days import OwnDay
from dialplan.times import DAY_MINUTES

MINUTES = st.integers(0, 200)
SPANS = st.lists(st.tuples(MINUTES, MINUTES).map(lambda pair: (min(pair), max(pair))), max_size=8).map(joined)
WINDOWS = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda w: (w[0], w[0] + w[1]))
DAYS = st.frozensets(st.integers(0, 6), min_size=1)


def minutes_of(spans: list[tuple[int, int]]) -> set[int]:
    return {minute for start, end in spans for minute in range(start, end)}


@given(SPANS, SPANS)
def test_spans_are_sets_of_minutes(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    assert minutes_of(without(one, other)) == minutes_of(one) - minutes_of(other)
    assert minutes_of(common(one, other)) == minutes_of(one) & minutes_of(other)
    assert minutes_of(joined([*one, *other])) == minutes_of(one) | minutes_of(other)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.builds(WeekWindow, DAYS, WINDOWS), min_size=1, max_size=3),
    st.sampled_from(OnHolidays),
    st.sampled_from([date(2027, 3, 26), date(2027, 10, 29), date(2026, 12, 30), date(2028, 2, 27)]),
    st.sampled_from(["Europe/Brussels", "America/New_York", "Asia/Kathmandu"]),
    st.lists(st.integers(0, 6 * DAY_MINUTES), min_size=20, max_size=40),
)
def test_open_spans_say_what_the_calendar_says(
    week: list[WeekWindow], on_holidays: OnHolidays, first: date, zone: str, asked: list[int]
) -> None:
    own = OwnDay(first + timedelta(days=1), first + timedelta(days=1), ((1200, 1700),))
    calendar = Calendar("c", "c", zone, tuple(week), on_holidays, own_days=(own,))
    spans = open_spans(calendar, first, 6)
    start = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    last = first + timedelta(days=6)
    end = datetime(last.year, last.month, last.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for each in asked:
        at = start + timedelta(minutes=each)
        minute = int(at.timestamp()) // 60
        if at < end:
            assert any(a <= minute < b for a, b in spans) is is_open(calendar, at)[0], at
    assert all(start <= moment(a) and moment(b) <= end for a, b in spans)


CALENDARS = st.builds(
    lambda week, mode, first, length: Calendar(
        "c", "c", "Europe/Brussels", tuple(week), mode,
        own_days=(OwnDay(first, first + timedelta(days=length), WHOLE_DAY),) if length >= 0 else (),
    ),
    st.lists(st.builds(WeekWindow, DAYS, WINDOWS), max_size=2),
    st.sampled_from(OnHolidays),
    st.dates(date(2027, 1, 1), date(2027, 2, 20)),
    st.integers(-1, 3),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.lists(CALENDARS, min_size=2, max_size=4))
def test_a_calendar_is_called_hidden_when_no_moment_is_its_own(calendars: list[Calendar]) -> None:
    """Every moment of two months at which anything changes, asked of the calendars themselves."""
    first = date(2027, 1, 1)
    named = [replace(each, id=f"c{number}") for number, each in enumerate(calendars)]
    overlay = Overlay(named, first, ZoneInfo("Europe/Brussels"))
    start = datetime(2027, 1, 1, tzinfo=ZoneInfo("Europe/Brussels")).astimezone(UTC)
    end = start + timedelta(days=62)
    moments = {start, *(change for each in named for change in changes_between(each, start, end))}
    winners = {
        next((number for number, each in enumerate(named) if is_open(each, at)[0]), None) for at in moments
    }
    for number in range(1, len(named)):
        if overlay.hidden(number):
            assert number not in winners
        elif any(is_open(named[number], at)[0] for at in moments):
            assert number in winners or _wins_later(overlay, number)


def _wins_later(overlay: Overlay, number: int) -> bool:
    """Within six years, when not within two months."""
    own = open_spans(overlay.calendars[number], overlay.today, STEPS_DAYS[-1])
    before = [
        span
        for each in overlay.calendars[:number]
        for span in open_spans(each, overlay.today, STEPS_DAYS[-1])
    ]
    return bool(without(own, joined(before)))


def test_hours_of_another_zone_are_hidden_as_any_others() -> None:
    """A day begins elsewhere at another time: what lies before today here, or after the last day that is
    looked at, is no turn of a calendar."""
    every_day = frozenset(range(7))
    day_and_night = (WeekWindow(every_day, (0, 720)), WeekWindow(every_day, (720, DAY_MINUTES)))
    here = Calendar("here", "here", "Europe/Brussels", day_and_night)
    for zone in ("America/Denver", "Pacific/Chatham", "Asia/Kathmandu"):
        there = Calendar("there", "there", zone, (WeekWindow(every_day, (60, 1380)),))
        for today in (date(2026, 11, 22), date(2026, 11, 25), date(2027, 3, 27)):
            overlay = Overlay([here, there], today, ZoneInfo("Europe/Brussels"))
            assert '"here" has already matched' in overlay.hidden(1), (zone, today)
