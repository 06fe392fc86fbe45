"""Turns that follow the openings of a calendar: each holiday is the next one's, and nobody has them all.

Counted by the calendar's own hours: that somebody switches it open or closed for a while moves nobody's turn.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from dialplan.calendars import Calendar, changes_between, is_open


class Opening(NamedTuple):
    """The last opening that has begun: how many began since the first, which is 0; when it began (UTC)."""

    number: int
    start: datetime


def opening_at(calendar: Calendar, first: datetime, at: datetime) -> Opening | None:
    """The opening that has begun last at `at`, counted from the first one at `first` or later (both aware).

    None: none has begun in the year of `at` or the one before.
    """
    own = replace(calendar, overrides=())
    begin, now = first.astimezone(UTC), at.astimezone(UTC)
    recent = _begun(own, now.year - 1) + _begun(own, now.year)
    place = bisect_right(recent, now)
    if not place:
        return None
    years = range(min(begin.year, now.year - 1), now.year + 1)
    before = sum(bisect_right(_begun(own, year), now) for year in years)
    skipped = sum(
        sum(start < begin for start in _begun(own, year)) for year in range(years[0], begin.year + 1)
    )
    return Opening(before - skipped - 1, recent[place - 1])


@lru_cache(maxsize=512)
def _begun(calendar: Calendar, year: int) -> tuple[datetime, ...]:
    """When it opens in a year (UTC)."""
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    before = start - timedelta(minutes=1)
    edges = changes_between(calendar, before, end)
    return tuple(edge for edge in edges if is_open(calendar, edge)[0])


__all__ = ["Opening", "opening_at"]
