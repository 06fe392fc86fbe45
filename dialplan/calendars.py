"""Calendars: hours of a week, holidays, own days and events, judged at a moment and explained in a sentence.

Hours are wall-clock hours of the calendar's zone. In the night when the clock goes forward the hour that
is missing is simply never met; in the night when it goes back the repeated hour counts twice. A window
across midnight belongs to the day on which it starts: `Fri 22:00-06:00` ends on Saturday at 06:00 even
when Saturday is a holiday, and does not start on a Friday that is one.

What comes first: an override; an event that closes, then one that opens; own days (a dated one before a
yearly one); holidays; the week. A calendar may have hours in other zones as well: it is open when any are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialplan.days import PUBLIC, OwnDay, Region, Windows, adjective, holiday_name
from dialplan.ical import Events
from dialplan.overrides import CLOSED, OPEN, Override, say_override
from dialplan.times import DAY_MINUTES, DAY_NAMES, say_clock, say_date, say_days, say_window

__all__ = [
    "WHOLE_DAY", "Calendar", "OnHolidays", "OwnDay", "WeekWindow", "Windows", "changes_between", "hours_of",
    "is_open", "next_change",
]  # fmt: skip

LOOK_AHEAD_DAYS = 800
"""How far `next_change` looks: past every yearly day, and past the next leap day's neighbours."""
WHOLE_DAY: Windows = ((0, DAY_MINUTES),)


class OnHolidays(StrEnum):
    """What official holidays do to a calendar."""

    CLOSED = "closed"
    ONLY = "only"
    """Open on holidays and on no other day."""
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class WeekWindow:
    """Hours of some days of the week."""

    days: frozenset[int]
    window: tuple[int, int]

    def __str__(self) -> str:
        return f"{say_days(self.days)} {say_window(self.window)}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours under a name."""

    id: str
    title: str
    zone: str
    week: tuple[WeekWindow, ...]
    on_holidays: OnHolidays = OnHolidays.IGNORE
    country: str = "BE"
    subdivision: str = ""
    own_days: tuple[OwnDay, ...] = ()
    window: int = 0
    """The number by which customers' contracts name these hours; 0: none."""
    more_regions: tuple[Region, ...] = ()
    """Regions beside `country` and `subdivision` whose holidays are kept too."""
    holiday_kinds: tuple[str, ...] = (PUBLIC,)
    elsewhere: tuple[Calendar, ...] = ()
    """The same calendar's hours in other zones, each with that zone's own dates."""
    events: tuple[Events, ...] = ()
    overrides: tuple[Override, ...] = field(default=(), compare=False)
    """What holds for a while, the last one made first."""

    @property
    def is_always(self) -> bool:
        """Whether no moment is outside."""
        is_ruled = self.own_days or self.overrides or any(not events.opens for events in self.events)
        plain = self.on_holidays is OnHolidays.IGNORE and not is_ruled
        return plain and any(len(w.days) == 7 and w.window == WHOLE_DAY[0] for w in self.week)

    @property
    def is_plain(self) -> bool:
        """Whether nothing but its own hours of the day (`hours_of`) decides."""
        return not (self.elsewhere or self.events or self.overrides)

    @property
    def regions(self) -> tuple[Region, ...]:
        """Whose holidays are kept."""
        return (Region(self.country, self.subdivision), *self.more_regions)

    def __str__(self) -> str:
        if self.on_holidays is OnHolidays.ONLY:
            return f"{_say_regions(self)} holidays"
        said = "always" if self.is_always else "; ".join(str(window) for window in self.week)
        return "; ".join(each for each in (said, *(str(events) for events in self.events)) if each)


class _Day(NamedTuple):
    """The hours of one date, and the sentence about it when the week does not rule it."""

    hours: Windows
    reason: str


def is_open(calendar: Calendar, now: datetime) -> tuple[bool, str]:
    """Whether the calendar is open at `now` (aware), and why, in a plain sentence."""
    if now.tzinfo is None:
        raise ValueError("a calendar is judged at an aware time")
    return _judge_minute(_Same(calendar), int(now.timestamp() // 60))


def changes_between(calendar: Calendar, start: datetime, end: datetime) -> tuple[datetime, ...]:
    """Every moment (UTC) after `start` and before `end`, both aware, at which the calendar opens or closes.

    Complete: between two of these moments, and up to the first, `is_open` gives one answer.
    """
    first, limit_s = _minute_of(start), end.timestamp()
    found: list[int] = []
    before = _is_open_in(calendar, first)
    for minute in sorted({m for m in _candidates(calendar, start, end) if first < m and m * 60 < limit_s}):
        after = _is_open_in(calendar, minute)
        if after is not before:
            found.append(minute)
        before = after
    return tuple(_moment(minute) for minute in found)


def hours_of(calendar: Calendar, day: date) -> Windows:
    """The hours that begin on a date, in minutes of its clock; beyond 1440 they reach into the next day."""
    return _plan_hours(calendar, day)


def next_change(calendar: Calendar, after: datetime) -> datetime | None:
    """The first moment (UTC) after `after` at which the calendar opens or closes.

    None when it does neither within `LOOK_AHEAD_DAYS`.
    """
    start = after
    for days in (8, 30, 90, LOOK_AHEAD_DAYS):
        end = after + timedelta(days=days)
        found = changes_between(calendar, start, end)
        if found:
            return found[0]
        start = end - timedelta(minutes=1)
    return None


def _candidates(calendar: Calendar, start: datetime, end: datetime) -> Iterator[int]:
    """Every minute at which anything about the calendar may change: a superset of the changes.

    The hours of the day before reach into today; a clock that jumps changes everything at once.
    """
    for events in calendar.events:
        yield from events.edges(_minute_of(start), _minute_of(end))
    for override in calendar.overrides:
        yield from (_minute_of(override.start), _ceiling_of(override.end or override.start))
    for part in calendar.elsewhere:
        yield from _candidates(part, start, end)
    zone = _zone(calendar.zone)
    day, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date()
    while day <= last:
        yield from _moments_of(zone, day, 0)
        yield from _jumps_of(calendar.zone, day)
        for window in _plan_hours(calendar, day):
            for clock in window:
                yield from _moments_of(zone, day, clock)
        day += timedelta(days=1)


def _moments_of(zone: ZoneInfo, day: date, clock: int) -> Iterator[int]:
    """The minutes at which the clock shows this: two in the repeated hour, in the missing one its edges."""
    extra, minutes = divmod(clock, DAY_MINUTES)
    date_ = day + timedelta(days=extra)
    for fold in (0, 1):
        shown = datetime(
            date_.year, date_.month, date_.day, minutes // 60, minutes % 60, tzinfo=zone, fold=fold
        )
        yield _minute_of(shown)


@lru_cache(maxsize=4096)
def _jumps_of(zone_name: str, day: date) -> tuple[int, ...]:
    """The minutes within a day (of UTC, and its neighbours' edges) at which the zone's clock is changed."""
    zone = _zone(zone_name)
    first = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // 60
    return tuple(_jumps_within(zone, first, first + DAY_MINUTES))


def _jumps_within(zone: ZoneInfo, first: int, last: int) -> Iterator[int]:
    """By halves: no zone changes its clock twice within six hours."""
    for start in range(first, last, 360):
        low, high = start, start + 360
        offset = _offset(zone, low)
        if _offset(zone, high) == offset:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
        yield high


def _offset(zone: ZoneInfo, minute: int) -> timedelta | None:
    return datetime.fromtimestamp(minute * 60, tz=zone).utcoffset()


def _minute_of(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def _ceiling_of(moment: datetime) -> int:
    return -int(-moment.timestamp() // 60)


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, tz=UTC)


class _Same:
    """A calendar as a cache key: compared by identity: comparing fields costs more than judging."""

    __slots__ = ("calendar",)

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return id(self.calendar)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.calendar is self.calendar


@lru_cache(maxsize=1024)
def _judge_minute(key: _Same, minute: int) -> tuple[bool, str]:
    return _judge(key.calendar, minute)


def _judge(calendar: Calendar, minute: int) -> tuple[bool, str]:
    ruled = _overridden(calendar, minute) or _during_event(calendar, minute)
    if ruled:
        return ruled
    open_, why = _judge_hours(calendar, minute)
    for part in calendar.elsewhere if not open_ else ():
        open_, why_there = _judge_hours(part, minute)
        if open_:
            return True, why_there
        why = f"{why}; {why_there}"
    return open_, why


def _is_open_in(calendar: Calendar, minute: int) -> bool:
    """What `_judge` says, without the sentence: that takes twice as long as the answer."""
    ruled = _overridden(calendar, minute) or _during_event(calendar, minute)
    return ruled[0] if ruled else any(_has_hours(part, minute) for part in (calendar, *calendar.elsewhere))


def _has_hours(calendar: Calendar, minute: int) -> bool:
    local = datetime.fromtimestamp(minute * 60, tz=_zone(calendar.zone))
    today, clock = local.date(), local.hour * 60 + local.minute
    return _covers(_plan_hours(calendar, today), clock) or _covers(
        _plan_hours(calendar, today - timedelta(days=1)), clock + DAY_MINUTES
    )


def _plan_hours(calendar: Calendar, day: date) -> Windows:
    """What `_plan_of` says, without the sentence."""
    own = _own_day(calendar, day)
    if own is not None:
        return own.hours
    if calendar.on_holidays is OnHolidays.IGNORE:
        return _week_hours(calendar, day)
    is_holiday = _holiday(calendar, day)[0] is not None
    if calendar.on_holidays is OnHolidays.ONLY:
        return (_week_hours(calendar, day) if calendar.week else WHOLE_DAY) if is_holiday else ()
    return () if is_holiday else _week_hours(calendar, day)


def _overridden(calendar: Calendar, minute: int) -> tuple[bool, str] | None:
    """In whole minutes: one that begins or ends within a minute holds in it."""
    for one in calendar.overrides:
        if _minute_of(one.start) <= minute and (one.end is None or minute < _ceiling_of(one.end)):
            return one.to == OPEN, say_override(one, calendar.zone)
    return None


def _during_event(calendar: Calendar, minute: int) -> tuple[bool, str] | None:
    for opens in (False, True):
        for events in calendar.events:
            run = events.at(minute) if events.opens is opens else None
            if run is not None:
                title = f'"{run.title}"' if run.title else "an event"
                return (
                    opens,
                    f"{calendar.id} is {OPEN if opens else CLOSED} while {title} of {events.file} runs",
                )
    return None


def _judge_hours(calendar: Calendar, minute: int) -> tuple[bool, str]:
    local = datetime.fromtimestamp(minute * 60, tz=_zone(calendar.zone))
    today, clock = local.date(), local.hour * 60 + local.minute
    plan = _plan_of(calendar, today)
    if _covers(plan.hours, clock):
        return True, plan.reason or _sentence(calendar, local, "within")
    eve = _plan_of(calendar, today - timedelta(days=1))
    if _covers(eve.hours, clock + DAY_MINUTES):
        return True, f"{_sentence(calendar, local, 'within')}, begun the day before"
    if plan.reason and plan.hours:
        return False, f"{plan.reason}; {say_clock(clock)} is outside"
    return False, plan.reason or _closed_sentence(calendar, local)


def _plan_of(calendar: Calendar, day: date) -> _Day:
    own = _own_day(calendar, day)
    if own is not None:
        return _Day(own.hours, _say_own_day(calendar, own, day))
    if calendar.on_holidays is OnHolidays.IGNORE:
        return _Day(_week_hours(calendar, day), "")
    holiday, region = _holiday(calendar, day)
    if holiday is None:
        is_only = calendar.on_holidays is OnHolidays.ONLY
        return _Day(() if is_only else _week_hours(calendar, day), "")
    reason = f"{say_date(day)} is a {adjective(region.country)} holiday: {holiday}"
    if calendar.on_holidays is OnHolidays.CLOSED:
        return _Day((), reason)
    return _Day(_week_hours(calendar, day) if calendar.week else WHOLE_DAY, reason)


def _holiday(calendar: Calendar, day: date) -> tuple[str | None, Region]:
    """The holiday that is kept on a day, and where."""
    for region in calendar.regions:
        name = holiday_name(region.country, region.subdivision, day, calendar.holiday_kinds)
        if name is not None:
            return name, region
    return None, region


def _own_day(calendar: Calendar, day: date) -> OwnDay | None:
    for yearly in (False, True):
        for own in calendar.own_days:
            if own.yearly is yearly and own.has(day):
                return own
    return None


def _say_own_day(calendar: Calendar, own: OwnDay, day: date) -> str:
    name = f" ({own.title})" if own.title else ""
    if not own.hours:
        return f"{say_date(day)}{name} is closed by {calendar.id}"
    hours = ", ".join(say_window(window) for window in own.hours)
    return f"{say_date(day)}{name} has its own hours in {calendar.id}: {hours}"


def _week_hours(calendar: Calendar, day: date) -> Windows:
    weekday = day.weekday()
    return tuple(window.window for window in calendar.week if weekday in window.days)


def _covers(hours: Windows, clock: int) -> bool:
    return any(start <= clock < end for start, end in hours)


def _sentence(calendar: Calendar, local: datetime, word: str) -> str:
    clock = say_clock(local.hour * 60 + local.minute)
    return f"{DAY_NAMES[local.weekday()]} {clock} is {word} {calendar.id} ({calendar})"


def _closed_sentence(calendar: Calendar, local: datetime) -> str:
    if calendar.on_holidays is OnHolidays.ONLY:
        return f"{say_date(local.date())} is no {_say_regions(calendar)} holiday"
    return _sentence(calendar, local, "outside")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _say_regions(calendar: Calendar) -> str:
    return " or ".join(dict.fromkeys(adjective(region.country) for region in calendar.regions))
