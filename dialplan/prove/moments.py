"""The moments of a period as stretches between which nothing that a plan asks of the clock changes.

Between two consecutive changes (a calendar opens or closes, the roster hands over, the clock of a zone is
put forward or back) every decision is the same: one moment stands for the whole stretch.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dialplan.calendars import Calendar, changes_between, is_open
from dialplan.gathering import people_seen
from dialplan.model import Configuration, ServiceNumber
from dialplan.prove.clock import Clock
from dialplan.roster import edges_between

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without changes. `opened`: the calendars that are open in it; `duty`: what pages find
    of it; `facts`: whatever else the plans ask of the clock."""

    start: datetime
    end: datetime
    opened: frozenset[str]
    duty: tuple[object, ...]
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
    duty = _duty_of(configuration, clock, start, end)
    found: list[Stretch] = []
    for first, last in pairwise(sorted(edges)):
        at = first.astimezone(zone)
        open_ = frozenset(calendar.id for calendar in asked if is_open(calendar, at)[0])
        facts = clock.facts(configuration, number, at)
        found.append(Stretch(at, last.astimezone(zone), open_, duty(first), facts))
    return found


def _duty_of(
    configuration: Configuration, clock: Clock, start: datetime, end: datetime
) -> Callable[[datetime], tuple[object, ...]]:
    """Tells what pages of some plans find of the duty at a moment (UTC): the same between two edges."""
    edges = edges_between(configuration.duty, start, end)
    policies = [configuration.duty.policies[name] for name in sorted(clock.policies)]
    known: dict[int, tuple[object, ...]] = {}

    def duty_at(at: datetime) -> tuple[object, ...]:
        turn = bisect_right(edges, at)
        if turn not in known:
            known[turn] = tuple(people_seen(configuration, policy, at) for policy in policies)
        return known[turn]

    return duty_at


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
