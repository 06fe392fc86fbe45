"""The moments of a period as stretches between which nothing that a plan asks of the clock changes.

Between two consecutive changes (a calendar opens or closes, the roster hands over, the clock of a zone is
put forward or back) every decision is the same: one moment stands for the whole stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dialplan.calendars import Calendar, changes_between, is_open
from dialplan.model import Configuration, ServiceNumber
from dialplan.prove.clock import Clock
from dialplan.roster import edges_between, on_duty

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without changes. `opened`: the calendars that are open in it; `has_duty`: somebody is on call;
    `facts`: whatever else the plans ask of the clock."""

    start: datetime
    end: datetime
    opened: frozenset[str]
    has_duty: bool
    facts: tuple[object, ...] = ()

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start


def stretches_of(
    configuration: Configuration, clock: Clock, number: ServiceNumber, start: datetime, end: datetime
) -> list[Stretch]:
    """The stretches of a period, first to last; `start` and `end` are aware. In the desk's zone."""
    asked = [configuration.calendars[name] for name in sorted(clock.calendars)]
    edges = {start.astimezone(UTC), end.astimezone(UTC), *_changes(configuration, asked, start, end)}
    edges |= set(clock.changes(start, end, configuration.desk.timezone))
    zone = ZoneInfo(configuration.desk.timezone)
    found: list[Stretch] = []
    for first, last in pairwise(sorted(edges)):
        at = first.astimezone(zone)
        open_ = frozenset(calendar.id for calendar in asked if is_open(calendar, at)[0])
        facts = clock.facts(configuration, number, at)
        found.append(Stretch(at, last.astimezone(zone), open_, has_duty(configuration, at), facts))
    return found


def has_duty(configuration: Configuration, at: datetime) -> bool:
    """Whether a page that begins now has somebody with a telephone to ring."""
    people = on_duty(configuration.duty, at)
    return any(configuration.directory[engineer.entry].all_targets for engineer in people)


def _changes(
    configuration: Configuration, calendars: Iterable[Calendar], start: datetime, end: datetime
) -> Iterator[datetime]:
    """Every change inside the period, in UTC."""
    zones = {configuration.desk.timezone}
    for calendar in calendars:
        zones.add(calendar.zone)
        yield from (moment.astimezone(UTC) for moment in changes_between(calendar, start, end))
    yield from edges_between(configuration.duty, start, end)
    for zone in zones:
        yield from _clock_changes(zone, start, end)


def _clock_changes(zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """When the clock of a zone is put forward or back, to the minute."""
    tz = ZoneInfo(zone)
    first = start.astimezone(UTC).replace(second=0, microsecond=0)
    while first < end:
        last = first + DAY
        if first.astimezone(tz).utcoffset() != last.astimezone(tz).utcoffset():
            change = _bisected(tz, first, last)
            if start < change < end:
                yield change
        first = last


def _bisected(tz: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = before.astimezone(tz).utcoffset()
    while after - before > MINUTE:
        middle = before + (after - before) // 2
        middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
        if middle <= before:
            break
        if middle.astimezone(tz).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
