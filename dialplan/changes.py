"""A change of the duty, judged before it is made: whether it means something, and what people should know.

Changes are no part of a configuration's files: `dialplan.roster.with_changes` lays them over a live duty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from dialplan.covering import joined
from dialplan.faults import nearest_of
from dialplan.model import Absence, Cover, Duty, Swap
from dialplan.roster import ROSTER, Change, Stretch, say_moment, stretches_between, with_changes
from dialplan.rotations import Span

LONGEST: Final = timedelta(days=400)


class ChangeRefused(ValueError):  # noqa: N818 - it says what is so
    """A change that cannot be made; the sentence says why. `nearest`: the right name, where one is near."""

    def __init__(self, message: str, nearest: str = "") -> None:
        self.nearest = nearest
        super().__init__(message + (f'; did you mean "{nearest}"?' if nearest else ""))


def fault_of_change(duty: Duty, change: Change) -> ChangeRefused | None:
    """What in a change means nothing to this duty; None: nothing."""
    trigrams = [engineer.trigram for engineer in duty.engineers]
    for name in people_of(change):
        if name not in trigrams:
            return _unknown("engineer", name, trigrams)
    layers = [layer.id for layer in duty.layers]
    known = [ROSTER, *layers] if duty.roster.weeks or not layers else layers
    layer = "" if isinstance(change, Absence) else change.layer
    if layer and layer not in known:
        return _unknown("layer", layer, known)
    return None


def check_change(duty: Duty, change: Change, now: datetime) -> None:
    """Raises ChangeRefused for one that cannot be made at `now` (aware)."""
    fault = fault_of_change(duty, change) or _fault_of_times(change, now, duty.roster.zone)
    if fault is not None:
        raise fault
    if isinstance(change, Cover) and change.by == change.absent:
        raise ChangeRefused(f"{change.by} cannot stand in for {change.by}")
    if isinstance(change, Swap) and not change.order:
        raise ChangeRefused("nobody is named who would be on duty")


def change_of(
    kind: str, people: Sequence[str], start: datetime, end: datetime, layer: str = "", title: str = ""
) -> Change:
    """A change by its kind, `override`, `cover`, `swap` or `leave`: who is on duty in which order, who is
    absent and who stands in (nobody yet: a request), or who is on leave."""
    names = tuple(str(each) for each in people)
    if kind == "leave":
        return Absence(names[0], start, end, title)
    if kind == "override":
        return Swap(start, end, names, title, layer)
    by = names[1] if len(names) > 1 else ""
    return Cover(start, end, names[0], by, kind == "swap", layer, title)


def effective(
    change: Change, made_at: datetime, agreed_at: datetime | None = None, ended_at: datetime | None = None
) -> Iterator[Change]:
    """What a change did and will do to a duty: from when it was made until it was cancelled (`ended_at`).

    A request that was agreed to is a request until `agreed_at`, and then a cover.
    """
    end = min(change.end, ended_at) if ended_at else change.end
    start = max(change.start, made_at)
    if agreed_at is not None and isinstance(change, Cover):
        until = min(end, agreed_at)
        if start < until:
            yield replace(change, by="", is_exchange=False, start=start, end=until)
        start = max(start, agreed_at)
    if start < end:
        yield replace(change, start=start, end=end)


def people_of(change: Change) -> tuple[str, ...]:
    """The trigrams that a change names."""
    if isinstance(change, Absence):
        return (change.trigram,)
    if isinstance(change, Cover):
        return tuple(name for name in (change.absent, change.by) if name)
    return change.order


def say_change(change: Change, zone: str) -> str:
    """What a change is, in words: `WTI stands in for ADU from Friday 1 January 18:00 until ...`."""
    where = f" in {change.layer}" if not isinstance(change, Absence) and change.layer else ""
    when = f"from {say_moment(change.start, zone)} until {say_moment(change.end, zone)}"
    title = f" ({change.title})" if change.title else ""
    return f"{_say_what(change)}{where} {when}{title}"


def _say_what(change: Change) -> str:
    if isinstance(change, Absence):
        return f"{change.trigram} is on leave"
    if isinstance(change, Swap):
        return f"{', then '.join(change.order)} {'is' if len(change.order) == 1 else 'are'} on duty"
    if not change.by:
        return f"{change.absent} asks {'to exchange' if change.is_exchange else 'to be covered'}"
    if change.is_exchange:
        return f"{change.absent} and {change.by} exchange"
    return f"{change.by} stands in for {change.absent}"


def warnings_of(duty: Duty, change: Change, now: datetime) -> tuple[str, ...]:
    """What people should know of a change before it holds: sentences, the gravest first.

    `duty`: without the change. Only what the change itself brings is told. `now`: aware.
    """
    after = with_changes(duty, [change])
    start = max(change.start, now)
    if start >= change.end:
        return ()
    around = Span(start - timedelta(seconds=duty.rest_s), change.end + timedelta(seconds=duty.rest_s))
    was, is_ = (stretches_between(each, *around) for each in (duty, after))
    within = [stretch for stretch in is_ if stretch.start < change.end and start < stretch.end]
    return (
        *_nobody(duty, was, within),
        *_on_leave(duty, change, start),
        *_alone(duty, was, within),
        *_double(was, within),
        *_rest(duty, was, is_, change),
        *_nothing(duty, change, was, is_),
    )


def _nobody(duty: Duty, was: Iterable[Stretch], within: Iterable[Stretch]) -> Iterator[str]:
    before = {each.start for each in was if not each.order}
    empty = [each for each in within if not each.order and each.start not in before]
    if empty:
        spans = joined(Span(each.start, each.end) for each in empty)
        yield f"nobody is on duty {_say_span(spans[0], duty.roster.zone)}{_say_more(len(spans) - 1)}"


def _on_leave(duty: Duty, change: Change, start: datetime) -> Iterator[str]:
    """Whom the change puts on duty is asked, and rung though he is on leave."""
    coming = _coming(change)
    for leave in duty.leave:
        if leave.trigram in coming and leave.start < change.end and start < leave.end:
            title = f" ({leave.title})" if leave.title else ""
            until = say_moment(leave.end, duty.roster.zone)
            yield f"{leave.trigram} is on leave{title} until {until}, and would be rung all the same"


def _coming(change: Change) -> tuple[str, ...]:
    """Whom a change puts on duty."""
    if isinstance(change, Absence):
        return ()
    if isinstance(change, Swap):
        return change.order
    return (change.by, change.absent) if change.is_exchange else (change.by,)


def _alone(duty: Duty, was: Iterable[Stretch], within: Iterable[Stretch]) -> Iterator[str]:
    """One alone where others followed before."""
    before = max((len(each.order) for each in was), default=0)
    lone = next((each for each in within if len(each.order) == 1), None)
    if lone is not None and before > 1:
        since = say_moment(lone.start, duty.roster.zone)
        yield f"{lone.order[0]} is alone from {since} on: nobody is rung after"


def _double(was: Iterable[Stretch], within: Iterable[Stretch]) -> Iterator[str]:
    before = {pair for stretch in was for pair in _doubles(stretch)}
    for who, layer, other in dict.fromkeys(pair for stretch in within for pair in _doubles(stretch)):
        if (who, layer, other) not in before:
            yield f'{who} would be first in "{layer}" and stand in "{other}" at the same time'


def _doubles(stretch: Stretch) -> Iterator[tuple[str, str, str]]:
    for place, part in enumerate(stretch.parts):
        for before in stretch.parts[:place]:
            if part.order and part.order[0] in before.order:
                yield part.order[0], part.layer, before.layer
                break


def _rest(duty: Duty, was: Iterable[Stretch], is_: Iterable[Stretch], change: Change) -> Iterator[str]:
    """Who comes on duty by it; whoever it relieves for an hour is not worn out by that."""
    before, coming = set(_short_rests(duty, was)), _coming(change)
    for who, end, rest_s in _short_rests(duty, is_):
        is_coming = who in coming or (isinstance(change, Absence) and who != change.trigram)
        if is_coming and (who, end, rest_s) not in before:
            hours, least = f"{rest_s / 3600:g} h", f"{duty.rest_s / 3600:g} h"
            since = say_moment(end, duty.roster.zone)
            yield f"{who} rests {hours} only, from {since} on; the least is {least}"


def _short_rests(duty: Duty, stretches: Iterable[Stretch]) -> Iterator[tuple[str, datetime, float]]:
    found = list(stretches)
    firsts = [{part.order[0] for part in each.parts if part.order} for each in found]
    for who in sorted(set().union(*firsts)) if duty.rest_s else ():
        on = joined(
            Span(each.start, each.end) for each, names in zip(found, firsts, strict=True) if who in names
        )
        for one, two in pairwise(on):
            rest_s = (two.start - one.end).total_seconds()
            if rest_s < duty.rest_s:
                yield who, one.end, rest_s


def _nothing(duty: Duty, change: Change, was: tuple[Stretch, ...], is_: tuple[Stretch, ...]) -> Iterator[str]:
    """A change that changes nothing: the wrong week, mostly."""
    if isinstance(change, Cover) and not change.by:
        who = {name for each in was for name in each.order if each.start < change.end}
        if change.absent not in who:
            yield f"{change.absent} is not on duty then: there is nothing to cover"
    elif _orders(was) == _orders(is_):
        yield "this changes nothing: the same people are rung in the same order"


def _orders(stretches: Iterable[Stretch]) -> list[tuple[datetime, tuple[str, ...]]]:
    found: list[tuple[datetime, tuple[str, ...]]] = []
    for each in stretches:
        if not found or found[-1][1] != each.order:
            found.append((each.start, each.order))
    return found


def _fault_of_times(change: Change, now: datetime, zone: str) -> ChangeRefused | None:
    if change.end <= change.start:
        return ChangeRefused(
            f"it would end on {say_moment(change.end, zone)}, and begins on {say_moment(change.start, zone)}"
        )
    if change.end <= now:
        return ChangeRefused(f"it would be over already: it ends on {say_moment(change.end, zone)}")
    if change.end - change.start > LONGEST:
        return ChangeRefused(
            f"it would last {(change.end - change.start).days} days; the most is {LONGEST.days}"
        )
    return None


def _unknown(what: str, name: str, known: Iterable[str]) -> ChangeRefused:
    names = list(known)
    nearest = nearest_of(name, names)
    if nearest:
        return ChangeRefused(f'there is no {what} "{name}"', nearest)
    return ChangeRefused(f'there is no {what} "{name}"; there are {", ".join(names)}')


def _say_span(span: Span, zone: str) -> str:
    return f"from {say_moment(span.start, zone)} until {say_moment(span.end, zone)}"


def _say_more(times: int) -> str:
    return f", and {times} times more" if times > 1 else ", and once more" if times else ""


__all__ = [
    "LONGEST",
    "ChangeRefused",
    "change_of",
    "check_change",
    "effective",
    "fault_of_change",
    "people_of",
    "say_change",
    "warnings_of",
]
