"""When calendars are open, as spans of minutes, and what is left when some are taken from others.

A span is a pair of minutes since 1970 (UTC), the end not included. Spans of a list are sorted and apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

from dialplan.calendars import Calendar, changes_between, hours_of, is_open
from dialplan.times import DAY_MINUTES

Span: TypeAlias = tuple[int, int]
Spans: TypeAlias = list[Span]


def open_spans(calendar: Calendar, first: date, days: int) -> Spans:
    """When a calendar is open from a date on (by its own clock), for so many days."""
    zone = ZoneInfo(calendar.zone)
    dates = [first + timedelta(days=number) for number in range(days + 1)]
    starts = [midnight(day, zone) for day in dates]
    if not calendar.is_plain:
        return joined(_judged(calendar, starts[0], starts[-1]))
    found: Spans = []
    for day, (start, end) in zip(dates, pairwise(starts), strict=False):
        is_usual = end - start == DAY_MINUTES
        found.extend(_usual_day(calendar, day, start) if is_usual else _judged(calendar, start, end))
    return joined(found)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The minute at which a date begins by a zone's clock."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) // 60


def _usual_day(calendar: Calendar, day: date, start: int) -> Iterator[Span]:
    """A day of 24 hours: its own hours until midnight, and what the day before left of its hours."""
    for first, last in hours_of(calendar, day):
        yield start + first, start + min(last, DAY_MINUTES)
    for first, last in hours_of(calendar, day - timedelta(days=1)):
        if last > DAY_MINUTES:
            yield start + max(first - DAY_MINUTES, 0), start + last - DAY_MINUTES


def _judged(calendar: Calendar, start: int, end: int) -> Iterator[Span]:
    """Asked of the calendar itself: a day on which the clock is changed, hours of several zones, events."""
    begun = [start, *(minute_of(each) for each in changes_between(calendar, moment(start), moment(end))), end]
    is_turn = is_open(calendar, moment(start))[0]
    for first, last in pairwise(begun):
        if is_turn:
            yield first, last
        is_turn = not is_turn  # it opens or closes at each change


def joined(spans: Iterable[Span]) -> Spans:
    """The same minutes in spans that are sorted and apart."""
    found: Spans = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def without(spans: Spans, others: Spans) -> Spans:
    """What is left of some spans when others are taken away."""
    found: Spans = []
    position = 0
    for start, end in spans:
        while position < len(others) and others[position][1] <= start:
            position += 1
        at = position
        while at < len(others) and others[at][0] < end:
            if others[at][0] > start:
                found.append((start, others[at][0]))
            start = max(start, others[at][1])
            at += 1
        if start < end:
            found.append((start, end))
    return found


def common(spans: Spans, others: Spans) -> Spans:
    """The minutes that are in both."""
    return without(spans, without(spans, others))


def moment(minute: int) -> datetime:
    """A minute as a moment (UTC)."""
    return datetime.fromtimestamp(minute * 60, tz=UTC)


def minute_of(at: datetime) -> int:
    """The minute of a moment."""
    return int(at.timestamp()) // 60
