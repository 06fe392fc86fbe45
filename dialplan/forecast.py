"""The next days of a duty, looked through beforehand: what will go wrong, which nights are not like others.

Pure: the configuration with everything that is laid over it, a moment, and a number of days come in; items
with facts go out. `ivr.beforehand.words` says them in four languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.covering import firsts_of, joined, needed_parts, short_rests, silent_parts
from dialplan.days import holiday_name
from dialplan.handovers import handovers_between
from dialplan.model import Absence, Configuration, Cover, Duty, Swap
from dialplan.roster import Stretch, parts_at, stretches_between
from dialplan.rotations import Order, Span, moment_of

LOOK_BACK: Final = timedelta(days=3)
"""Rest is counted from duties that ended before the first day."""


class Concern(StrEnum):
    """What an item is about, the gravest first."""

    HOLE = "hole"
    """Nobody is on duty, though somebody has to be."""
    UNREACHABLE = "unreachable"
    """On duty, and no phone that may be rung."""
    SAME_PHONE = "same-phone"
    """Two people on duty at once have the same number."""
    DOUBLE = "double"
    """The first of a layer stands in one before it as well: that layer brings nobody new."""
    ON_LEAVE = "on-leave"
    """Somebody's turn falls into his leave, and nobody has agreed to stand in: others move up."""
    ASKED_ON_LEAVE = "asked-on-leave"
    """On leave, and named by an override or a cover: he would be rung all the same."""
    NOT_COVERED = "not-covered"
    """A cover was asked for, and nobody has agreed."""
    LITTLE_REST = "little-rest"
    CLOCK = "clock"
    """The clock is changed."""
    HOLIDAY = "holiday"


NOTES: Final = frozenset({Concern.CLOCK, Concern.HOLIDAY})
"""What is no fault, but worth knowing."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing about a time. `who`: the trigrams concerned. What else is given depends on the concern:
    `layer`; `number` (the phone); `instead` (who is first now); `seconds` (of rest; by which a night is
    shorter); `title` (of a holiday or a leave; the clock's time before it is changed); `other` (a layer; a
    country; the clock's time after it was changed)."""

    concern: Concern
    start: datetime
    end: datetime
    who: Order = ()
    layer: str = ""
    number: str = ""
    instead: str = ""
    seconds: float = 0.0
    title: str = ""
    other: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether somebody ought to do something."""
        return self.concern not in NOTES

    @property
    def key(self) -> str:
        """What makes it the same tomorrow: not when it begins, which may be the edge of the forecast."""
        parts = (self.concern, f"{self.end:%Y%m%dT%H%M}", *self.who, self.layer, self.number)
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """From `start` on these are rung, first to last."""

    start: datetime
    order: Order


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything about a time: items, the gravest and the earliest first; and who is on duty when."""

    start: datetime
    end: datetime
    items: tuple[Item, ...]
    turns: tuple[OnDuty, ...]

    @property
    def wrong(self) -> tuple[Item, ...]:
        """What somebody ought to see to."""
        return tuple(item for item in self.items if item.is_wrong)

    @property
    def notes(self) -> tuple[Item, ...]:
        """Nights and days that are not like others."""
        return tuple(item for item in self.items if not item.is_wrong)


def forecast(configuration: Configuration, start: datetime, days: int) -> Forecast:
    """What the next `days` from `start` (aware) bring."""
    look = _Look(configuration, Span(start, start + timedelta(days=days)))
    order = list(Concern)
    found = [item for part in _PARTS for item in part(look)]
    items = sorted(found, key=lambda item: (order.index(item.concern), item.start, item.who))
    return Forecast(look.span.start, look.span.end, tuple(items), tuple(_turns(look)))


@dataclass
class _Look:
    """A duty and a time, with what several parts ask of them."""

    configuration: Configuration
    span: Span

    @property
    def duty(self) -> Duty:
        return self.configuration.duty

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.duty.roster.zone)

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        return stretches_between(self.duty, self.span.start, self.span.end)

    @cached_property
    def longer(self) -> tuple[Stretch, ...]:
        """With some days before."""
        return stretches_between(self.duty, self.span.start - LOOK_BACK, self.span.end)

    def spans(self, stretches: Iterable[Stretch]) -> list[Span]:
        return joined(Span(each.start, each.end) for each in stretches)

    def dates(self) -> Iterator[date]:
        """Every date that the time touches, by the clock of the roster."""
        day = self.span.start.astimezone(self.zone).date()
        while _midnight(day, self.zone) < self.span.end:
            yield day
            day += timedelta(days=1)


def _turns(look: _Look) -> Iterator[OnDuty]:
    last: Order | None = None
    for stretch in look.stretches:
        if stretch.order != last:
            yield OnDuty(stretch.start, stretch.order)
        last = stretch.order


def _holes(look: _Look) -> Iterator[Item]:
    empty = [Span(each.start, each.end) for each in look.stretches if not each.order]
    for span in joined(part for each in empty for part in needed_parts(look.duty, each)):
        yield Item(Concern.HOLE, span.start, span.end)


def _unreachable(look: _Look) -> Iterator[Item]:
    for engineer in look.duty.engineers:
        entry = look.configuration.directory[engineer.entry]
        for span in look.spans(each for each in look.stretches if engineer.trigram in each.order):
            for part in silent_parts(entry, span):
                yield Item(Concern.UNREACHABLE, part.start, part.end, (engineer.trigram,))


def _same_phones(look: _Look) -> Iterator[Item]:
    numbers = {
        engineer.trigram: {phone.number for phone in look.configuration.directory[engineer.entry].phones}
        for engineer in look.duty.engineers
    }
    for one, two in combinations(sorted(numbers), 2):
        for number in sorted(numbers[one] & numbers[two]):
            both = (each for each in look.stretches if {one, two} <= set(each.order))
            for span in look.spans(both):
                yield Item(Concern.SAME_PHONE, span.start, span.end, (one, two), number=number)


def _double(look: _Look) -> Iterator[Item]:
    found: dict[tuple[str, str, str], list[Span]] = {}
    for stretch in look.stretches:
        for place, part in enumerate(stretch.parts):
            for before in stretch.parts[:place]:
                if part.order and part.order[0] in before.order:
                    key = (part.order[0], part.layer, before.layer)
                    found.setdefault(key, []).append(Span(stretch.start, stretch.end))
                    break
    for (who, layer, other), spans in found.items():
        for span in joined(spans):
            yield Item(Concern.DOUBLE, span.start, span.end, (who,), layer, other=other)


def _on_leave(look: _Look) -> Iterator[Item]:
    """Whose turn it would be without his leave, and is not."""
    if not look.duty.leave:
        return
    present = replace(look.duty, leave=())
    found: dict[tuple[str, str, str], list[Span]] = {}
    for stretch in look.stretches:
        usual = {part.layer: part.order[:1] for part in parts_at(present, stretch.start)}
        for part in stretch.parts:
            first = usual.get(part.layer, ())
            if first and first != part.order[:1]:
                key = (first[0], part.layer, part.order[0] if part.order else "")
                found.setdefault(key, []).append(Span(stretch.start, stretch.end))
    for (who, layer, instead), spans in found.items():
        for span in joined(spans):
            yield Item(Concern.ON_LEAVE, span.start, span.end, (who,), layer, instead=instead)


def _asked_on_leave(look: _Look) -> Iterator[Item]:
    duty = look.duty
    naming: list[tuple[Order, Swap | Cover]] = [(each.order, each) for each in duty.overrides]
    naming += [((each.by,), each) for each in duty.covers if each.by]
    for names, each in naming:
        for leave in duty.leave:
            common = _common(look.span, Span(each.start, each.end), leave)
            if leave.trigram in names and common:
                yield Item(Concern.ASKED_ON_LEAVE, *common, who=(leave.trigram,), title=leave.title)


def _common(span: Span, other: Span, leave: Absence) -> Span | None:
    start, end = max(span.start, other.start, leave.start), min(span.end, other.end, leave.end)
    return Span(start, end) if start < end else None


def _not_covered(look: _Look) -> Iterator[Item]:
    """Asked for, nobody agreed, and he stands in the order at that time."""
    for cover in look.duty.covers:
        if cover.by:
            continue
        his = [
            Span(max(each.start, cover.start), min(each.end, cover.end))
            for each in look.stretches
            if cover.absent in each.order and each.start < cover.end and cover.start < each.end
        ]
        for span in joined(his):
            yield Item(
                Concern.NOT_COVERED, span.start, span.end, (cover.absent,), cover.layer, title=cover.title
            )


def _little_rest(look: _Look) -> Iterator[Item]:
    least_s = look.duty.rest_s
    for engineer in look.duty.engineers if least_s else ():
        on = look.spans(each for each in look.longer if engineer.trigram in firsts_of(each))
        for one, two in short_rests(on, least_s):
            if two.start >= look.span.start:
                rest_s = (two.start - one.end).total_seconds()
                yield Item(Concern.LITTLE_REST, one.end, two.start, (engineer.trigram,), seconds=rest_s)


def _clock_changes(look: _Look) -> Iterator[Item]:
    """The nights in which the clock is changed: who is on duty, by how much his night is longer, and the
    handovers that fall into the hour that comes twice, or not at all (`layer`: their clock times)."""
    for day in look.dates():
        at = _change_on(day, look.zone)
        if at is None or not look.span.start <= at < look.span.end:
            continue
        before, after = at - timedelta(seconds=1), at
        shift_s = (_offset(after, look.zone) - _offset(before, look.zone)).total_seconds()
        stretch = next(each for each in look.stretches if each.start <= at < each.end)
        near = handovers_between(
            look.duty, at - timedelta(seconds=abs(shift_s) + 1), at + timedelta(seconds=abs(shift_s))
        )
        clocks = ", ".join(f"{each.at.astimezone(look.zone):%H:%M} {each.who}" for each in near)
        was = (at + _offset(before, look.zone)).strftime("%H:%M")
        then = f"{at.astimezone(look.zone):%H:%M}"
        who = tuple(sorted(firsts_of(stretch), key=stretch.order.index)) if stretch.order else ()
        yield Item(Concern.CLOCK, at, at, who, layer=clocks, seconds=shift_s, title=was, other=then)


def _change_on(day: date, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) of a date at which the offset changes."""
    first, last = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    if _offset(first, zone) == _offset(last, zone):
        return None
    while last - first > timedelta(seconds=1):
        middle = first + (last - first) / 2
        if _offset(middle, zone) == _offset(first, zone):
            first = middle
        else:
            last = middle
    return last.replace(microsecond=0)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _holidays(look: _Look) -> Iterator[Item]:
    country = look.configuration.desk.country
    for day in look.dates():
        title = holiday_name(country, "", day)
        if title is None:
            continue
        start, end = (_midnight(each, look.zone) for each in (day, day + timedelta(days=1)))
        first = (each for each in look.stretches if each.start < end and start < each.end)
        who = dict.fromkeys(name for each in first for name in each.order if name in firsts_of(each))
        yield Item(Concern.HOLIDAY, start, end, tuple(who), title=title, other=country)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return moment_of(datetime.combine(day, time()), zone.key)


_PARTS: Final = (
    _holes, _unreachable, _same_phones, _double, _on_leave, _asked_on_leave, _not_covered, _little_rest,
    _clock_changes, _holidays,
)  # fmt: skip

__all__ = ["Concern", "Forecast", "Item", "OnDuty", "forecast"]
