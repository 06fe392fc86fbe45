"""Moments as files write them, by the clock of a zone: `2026-12-24 18:00`, `2026-12-24`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from dialplan.reading import Section, Wrong
from dialplan.rotations import moment_of
from dialplan.times import parse_clock_min, parse_date

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands for a moment that could not be read, while reading goes on."""


def parse_wall(text: str) -> datetime:
    """A day and a time of day, or a day alone (its beginning): what a clock shows, without a zone."""
    day, _, clock = text.strip().replace("T", " ", 1).partition(" ")
    minutes = parse_clock_min(clock[:5] if clock.endswith(":00") and len(clock) == 8 else clock or "00:00")
    if minutes == 24 * 60:
        raise Wrong(f'"{text}" is no moment; write the next day and 00:00')
    return datetime.combine(parse_date(day), time(minutes // 60, minutes % 60))


def moment_in(zone: str) -> Callable[[str], datetime]:
    """A day and a time of day."""

    def parse(text: str) -> datetime:
        if not text.strip().replace("T", " ", 1).partition(" ")[2]:
            raise Wrong(f'"{text}" is no moment; write it as in "2026-12-24 18:00"')
        return moment_of(parse_wall(text), zone)

    return parse


def day_or_moment_in(zone: str, is_end: bool = False) -> Callable[[str], datetime]:
    """A day and a time of day, or a day alone: its beginning, or its end with `is_end`."""

    def parse(text: str) -> datetime:
        wall = parse_wall(text)
        is_day = is_end and len(text.strip()) == len(date.min.isoformat())
        return moment_of(wall + timedelta(days=is_day), zone)

    return parse


def read_span(row: Section, zone: str, days: bool = False) -> tuple[datetime, datetime]:
    """`from` and `until`, as moments (UTC). `days`: a day alone is good too, and counts in full."""
    parse_start = day_or_moment_in(zone) if days else moment_in(zone)
    parse_end = day_or_moment_in(zone, is_end=True) if days else moment_in(zone)
    start, end = row.need("from", parse_start, EPOCH), row.need("until", parse_end, EPOCH)
    if end < start and row.has("from") and row.has("until"):
        row.fault("until", "lies before its beginning")
    return start, end
