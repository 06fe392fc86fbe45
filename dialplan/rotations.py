"""Rotations: whose turn it is at a moment, by weeks, by days or by shifts.

Handovers and the edges of shifts are times of a clock. On the nights when the clock is changed they mean
what RFC 5545 (3.3.5) says: in the repeated hour the first of the two, in the missing hour as long after
midnight as on any other day. So every handover happens exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from dialplan.times import DAY_MINUTES

Order: TypeAlias = tuple[str, ...]
"""Trigrams, first to last."""
WEEK_MINUTES = 7 * DAY_MINUTES
OPENING = -1
"""The `days` of a rotation whose turns are the openings of a calendar."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of every week, in minutes since Monday 00:00 by the clock; the end may lie in the next week."""

    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """Turns that follow one another; after the last one the first comes again.

    The first begins on `first` at `clock_min` by the clock of `zone`. Each lasts `days`; 0: each shift that
    begins on `first` or later is a turn; `OPENING`: each opening of a calendar (`dialplan.openings`). With
    `shifts` (sorted, apart) nobody has a turn outside of them.
    """

    turns: tuple[Order, ...]
    first: date
    clock_min: int
    days: int
    zone: str
    shifts: tuple[Shift, ...] = ()
    hours: str = ""
    """The shifts as they are written; for people."""


class Turn(NamedTuple):
    """A turn: its place among the turns, from 0; when it began, in UTC; who is rung."""

    number: int
    start: datetime
    order: Order


class Span(NamedTuple):
    """From, and until before, in UTC."""

    start: datetime
    end: datetime


def turn_at(rotation: Rotation, at: datetime) -> Turn | None:
    """Whose turn it is at `at` (aware); None: nobody's."""
    if not rotation.turns or (rotation.shifts and _shift_at(rotation, at) is None):
        return None
    count = _count_at(rotation, at)
    number = count % len(rotation.turns)
    return Turn(number, _start_of(rotation, count), rotation.turns[number])


def edges_of(rotation: Rotation, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every moment (UTC) of a period at which a turn or a shift begins or ends, and perhaps more."""
    if rotation.days > 0:
        yield from _until(end, (_start_of(rotation, n) for n in _counting(_count_at(rotation, start))))
    if rotation.shifts:
        for number in _counting(_shift_number(rotation, start)):
            span = _shift(rotation, number)
            if span.start > end:
                return
            yield from span


def moment_of(wall: datetime, zone: str) -> datetime:
    """What a clock shows, without a zone, as a moment (UTC)."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def _counting(number: int) -> Iterator[int]:
    while True:
        yield number
        number += 1


def _until(end: datetime, moments: Iterator[datetime]) -> Iterator[datetime]:
    for moment in moments:
        if moment > end:
            return
        yield moment


def _count_at(rotation: Rotation, at: datetime) -> int:
    """How many turns have begun since the first, which is turn 0; negative before it."""
    if not rotation.days:
        return _shift_number(rotation, at) - _shifts_before(rotation)
    wall = at.astimezone(ZoneInfo(rotation.zone)).replace(tzinfo=None)
    guess = (wall.date() - rotation.first).days // rotation.days + 1
    return next(n for n in _back_from(guess) if _start_of(rotation, n) <= at)


def _start_of(rotation: Rotation, count: int) -> datetime:
    if not rotation.days:
        return _shift(rotation, count + _shifts_before(rotation)).start
    day = datetime.combine(rotation.first, time()) + timedelta(days=count * rotation.days)
    return moment_of(day + timedelta(minutes=rotation.clock_min), rotation.zone)


def _shift_at(rotation: Rotation, at: datetime) -> Span | None:
    span = _shift(rotation, _shift_number(rotation, at))
    return span if at < span.end else None


def _shift_number(rotation: Rotation, at: datetime) -> int:
    """The last shift that has begun, counted from the Monday of the week of the first turn."""
    wall = at.astimezone(ZoneInfo(rotation.zone)).replace(tzinfo=None)
    guess = ((wall.date() - _monday(rotation)).days // 7 + 1) * len(rotation.shifts)
    return next(n for n in _back_from(guess) if _shift(rotation, n).start <= at)


def _shift(rotation: Rotation, number: int) -> Span:
    week, place = divmod(number, len(rotation.shifts))
    monday = datetime.combine(_monday(rotation), time()) + timedelta(weeks=week)
    shift = rotation.shifts[place]
    return Span(
        *(moment_of(monday + timedelta(minutes=m), rotation.zone) for m in (shift.start_min, shift.end_min))
    )


def _shifts_before(rotation: Rotation) -> int:
    """The shifts of the first week that begin before its first turn."""
    begun_min = rotation.first.weekday() * DAY_MINUTES + rotation.clock_min
    return sum(shift.start_min < begun_min for shift in rotation.shifts)


def _monday(rotation: Rotation) -> date:
    return rotation.first - timedelta(days=rotation.first.weekday())


def _back_from(number: int) -> Iterator[int]:
    while True:
        yield number
        number -= 1
