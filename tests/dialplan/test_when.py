"""Moments as people say them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.when import UnknownMoment, parse_when

ZONE = "Europe/Brussels"
BASE = datetime(2026, 11, 21, 22, 15, tzinfo=UTC)
"""Saturday 21 November 2026, 23:15 in Brussels."""


def say(text: str, *, is_end: bool = False, base: datetime = BASE) -> str:
    return f"{parse_when(text, base, ZONE, is_end=is_end).astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", "2026-11-21 23:15"),
        ("friday 18:00", "2026-11-27 18:00"),
        ("Fri 18:00", "2026-11-27 18:00"),
        ("saturday 23:30", "2026-11-21 23:30"),
        ("saturday 18:00", "2026-11-28 18:00"),
        ("next saturday", "2026-11-28 00:00"),
        ("monday", "2026-11-23 00:00"),
        ("tomorrow", "2026-11-22 00:00"),
        ("tomorrow at 8:00", "2026-11-22 08:00"),
        ("tomorrow 8", "2026-11-22 08:00"),
        ("today 18:00", "2026-11-21 18:00"),
        ("yesterday 20:00", "2026-11-20 20:00"),
        ("08:00", "2026-11-22 08:00"),
        ("23:30", "2026-11-21 23:30"),
        ("midnight", "2026-11-22 00:00"),
        ("noon", "2026-11-22 12:00"),
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("2026-12-24T18:00", "2026-12-24 18:00"),
        ("2026-12-24T18:00:00", "2026-12-24 18:00"),
        ("2026-12-24T18:00:00+00:00", "2026-12-24 19:00"),
        ("2026-12-24T18:00:00Z", "2026-12-24 19:00"),
        ("2026-12-24", "2026-12-24 00:00"),
        ("24/12 18:00", "2026-12-24 18:00"),
        ("24-12-2026 18h30", "2026-12-24 18:30"),
        ("3/1", "2027-01-03 00:00"),
        ("24 december 18:00", "2026-12-24 18:00"),
        ("24 december 2027 8h", "2027-12-24 08:00"),
        ("29 february", "2028-02-29 00:00"),
        ("in 2 h", "2026-11-22 01:15"),
        ("in 30 min", "2026-11-21 23:45"),
        ("+3 days", "2026-11-24 23:15"),
        ("in 2 weeks", "2026-12-05 23:15"),
        ("vrijdag 18u", "2026-11-27 18:00"),
        ("morgen om 8 uur", "2026-11-22 08:00"),
        ("demain à 18h", "2026-11-22 18:00"),
        ("le 24 décembre à 18h30", "2026-12-24 18:30"),
        ("mardi 8:00", "2026-11-24 08:00"),
        ("3 mars", "2027-03-03 00:00"),
        ("3 mar 18:00", "2027-03-03 18:00"),
        ("mar 8:00", "2026-11-24 08:00"),
        ("1er décembre 8h", "2026-12-01 08:00"),
        ("Freitag um 18 Uhr", "2026-11-27 18:00"),
        ("übermorgen", "2026-11-23 00:00"),
        ("24.12. 18:00", "2026-12-24 18:00"),
    ],
)
def test_what_people_say(text: str, moment: str) -> None:
    assert say(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-26", "2026-12-27 00:00"),
        ("monday", "2026-11-24 00:00"),
        ("today", "2026-11-22 00:00"),
        ("saturday", "2026-11-22 00:00"),
        ("monday 8:00", "2026-11-23 08:00"),
        ("24:00", "2026-11-22 00:00"),
    ],
)
def test_an_end_on_a_day_alone_counts_the_day(text: str, moment: str) -> None:
    assert say(text, is_end=True) == moment


def test_an_end_is_the_next_one_after_its_beginning() -> None:
    start = parse_when("friday 18:00", BASE, ZONE)
    assert say("08:00", is_end=True, base=start) == "2026-11-28 08:00"
    assert say("monday 8:00", is_end=True, base=start) == "2026-11-30 08:00"


def test_the_nights_when_the_clock_is_changed() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert parse_when("tomorrow 2:30", spring, ZONE) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert say("in 1 day", base=spring) == "2026-03-29 13:00"
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert parse_when("tomorrow 2:30", autumn, ZONE) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("fryday 18:00", "friday"),
        ("tomorow", "tomorrow"),
        ("24 nowember", "november"),
        ("2026-13-01", ""),
        ("31/2", ""),
        ("25:00", ""),
        ("friday 18:70", ""),
        ("december", ""),
        ("", ""),
        ("18", ""),
        ("in 99999999999999999999 weeks", ""),
        ("2026-12-24 18:00 19", ""),
        ("9999-12-31", ""),
        ("0001-01-01", ""),
        ("29/2/2027", ""),
    ],
)
def test_what_is_no_time_is_said_with_the_nearest_right_word(text: str, nearest: str) -> None:
    with pytest.raises(UnknownMoment) as unknown:
        parse_when(text, BASE, ZONE)
    assert str(unknown.value).startswith(f'"{text}" is no time; write it as in "friday 18:00"')
    assert unknown.value.nearest == nearest


SAID = (
    "friday vr di mar 24 24. december 2027 18:00 8h in 2 h tomorrow t noon next at +3 days 2026-12-24 24/12 "
    "24/12/2027 2026-12-24T18:00 9999-12-31"
)
WORDS = st.sampled_from(SAID.split())


@given(
    st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=5).map(" ".join)),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.booleans(),
)
def test_whatever_is_written_is_a_moment_or_is_said_to_be_none(
    text: str, base: datetime, is_end: bool
) -> None:
    try:
        moment = parse_when(text, base, ZONE, is_end=is_end)
    except UnknownMoment:
        return
    assert moment.tzinfo is UTC
