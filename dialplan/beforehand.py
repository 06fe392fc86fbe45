"""What is done before anybody calls: the forecast, the handshake, the drill; and when each of it is due.

    forecast: {at: 06:00, days: 14, to: [desk@example.com]}
    handshake: {before: 30 min, by: phone, tries: 2, to: [desk@example.com]}
    drill: {monthly: first Tue 10:00, during: office-hours, to: [desk@example.com]}
    nights: 22:00-07:00

Times are those of the roster's clock. Pure: dues are worked out from two moments that are handed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.calendars import Calendar, is_open
from dialplan.days import MonthDays
from dialplan.rotations import moment_of
from dialplan.sentences import Sentence
from dialplan.times import DAY_MINUTES, DAY_NAMES, say_clock, say_duration, say_window

USUAL_NIGHT: Final = (22 * 60, 31 * 60)
"""22:00 to 07:00, in minutes of a day."""
LONGEST_WAIT_DAYS: Final = 14
"""So far a drill is put off while its calendar is closed."""


class AskedBy(StrEnum):
    """How an engineer is asked whether he is there."""

    PHONE = "phone"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class ForecastPlan:
    """Each day at `at_min`: the next `days`, to whom.

    `well_on`: the day of the week (Monday is 0) on which it is written though nothing is wrong; -1: never.
    """

    to: tuple[str, ...]
    at_min: int = 6 * 60
    days: int = 14
    language: str = "en"
    well_on: int = 0

    def said(self) -> Sentence:
        """When, in any language."""
        return Sentence("every-day-ahead", at=say_clock(self.at_min), days=self.days)

    def __str__(self) -> str:
        return str(self.said())

    def due(self, zone: str, after: datetime, until: datetime) -> Iterator[datetime]:
        """When it is due after a moment and until another (both aware)."""
        for day in _days(zone, after, until):
            at = _at(day, self.at_min, zone)
            if after < at <= until:
                yield at


@dataclass(frozen=True, slots=True)
class HandshakePlan:
    """`before_s` before a handover whoever comes on duty is asked whether he is there, `tries` times with
    `pause_s` between them. `to`: who is told when he is not. `in_quiet_hours`: rings his quiet phones too."""

    to: tuple[str, ...]
    before_s: float = 1800.0
    by: AskedBy = AskedBy.PHONE
    tries: int = 2
    pause_s: float = 300.0
    ring_s: float = 30.0
    in_quiet_hours: bool = False
    language: str = "en"

    def said(self) -> Sentence:
        """When and how, in any language."""
        by, span = Sentence(f"by-{self.by}"), say_duration(self.before_s)
        return Sentence("before-each-handover", span=span, by=by, times=self.tries)

    def __str__(self) -> str:
        return str(self.said())


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """Rings each phone of the engineers to see whether it works. `monthly`: by itself on that day at
    `at_min`; None: only by command. `during`: the calendar in whose open hours alone it rings; while it
    is closed the drill is put off by days. `team`: whose phones; empty: everybody's."""

    to: tuple[str, ...]
    monthly: MonthDays | None = None
    at_min: int = 10 * 60
    during: str = ""
    team: str = ""
    ring_s: float = 30.0
    language: str = "en"

    def said(self) -> str:
        """When and whom, in any language; empty: by command only."""
        if self.monthly is None:
            return ""
        who = Sentence("drill-of-team", name=self.team) if self.team else ""
        during = Sentence("drill-during", calendar=self.during) if self.during else ""
        at, day = say_clock(self.at_min), self.monthly.said()
        return Sentence("drill-on", day=day, at=at, who=who, during=during)

    def __str__(self) -> str:
        return str(self.said())

    def due(
        self, zone: str, calendar: Calendar | None, after: datetime, until: datetime
    ) -> Iterator[datetime]:
        """When it is due after a moment and until another (both aware)."""
        if self.monthly is None:
            return
        first = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=LONGEST_WAIT_DAYS + 1)
        last = until.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        for day in _dates(first, last):
            at = self._put_off(day, zone, calendar) if self.monthly.has(day) else None
            if at is not None and after < at <= until:
                yield at

    def _put_off(self, day: date, zone: str, calendar: Calendar | None) -> datetime | None:
        """That time on that day, or on the first after it on which the calendar is open."""
        for later in range(LONGEST_WAIT_DAYS + 1):
            at = _at(day + timedelta(days=later), self.at_min, zone)
            if calendar is None or is_open(calendar, at)[0]:
                return at
        return None


@dataclass(frozen=True, slots=True)
class Night:
    """What counts as night, for the ledger of who was woken: minutes of a day, the end after 24:00."""

    start_min: int = USUAL_NIGHT[0]
    end_min: int = USUAL_NIGHT[1]

    def __str__(self) -> str:
        return say_window((self.start_min, self.end_min))

    def holds(self, at: datetime, zone: str) -> bool:
        """Whether it is night at a moment (aware) by the clock of a zone."""
        local = at.astimezone(ZoneInfo(zone))
        clock = local.hour * 60 + local.minute
        return self.start_min <= clock < self.end_min or clock + DAY_MINUTES < self.end_min

    def of(self, day: date, zone: str) -> tuple[datetime, datetime]:
        """The night that begins on a day, as moments (UTC)."""
        return _at(day, self.start_min, zone), _at(day, self.end_min, zone)


@dataclass(frozen=True, slots=True)
class Beforehand:
    """All of it; None: not done."""

    forecast: ForecastPlan | None = None
    handshake: HandshakePlan | None = None
    drill: DrillPlan | None = None
    night: Night = Night()


def say_day(number: int) -> str:
    """A day of the week; empty for none."""
    return DAY_NAMES[number] if 0 <= number < len(DAY_NAMES) else ""


def _at(day: date, at_min: int, zone: str) -> datetime:
    return moment_of(datetime.combine(day, time()) + timedelta(minutes=at_min), zone)


def _days(zone: str, after: datetime, until: datetime) -> Iterator[date]:
    there = ZoneInfo(zone)
    return _dates(after.astimezone(there).date(), until.astimezone(there).date() + timedelta(days=1))


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
