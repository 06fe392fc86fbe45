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
from dialplan.roster import ROSTER, Change, Stretch, in_brackets, stretches_between, with_changes
from dialplan.rotations import Span
from dialplan.sentences import Fact, Moment, Sentence

LONGEST: Final = timedelta(days=400)


class ChangeRefused(ValueError):  # noqa: N818 - it says what is so
    """A change that cannot be made; the sentence says why. `nearest`: the right name, where one is near."""

    def __init__(self, message: str, nearest: str = "") -> None:
        self.nearest = nearest
        more = Sentence("did-you-mean", nearest=nearest) if nearest else ""
        self.said = Sentence("refused", why=message, more=more) if more else message
        super().__init__(self.said)


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
        raise ChangeRefused(Sentence("cannot-stand-in", who=change.by))
    if isinstance(change, Swap) and not change.order:
        raise ChangeRefused(Sentence("nobody-named"))


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


def say_change(change: Change, zone: str) -> Sentence:
    """What a change is, in words: `WTI stands in for ADU from Friday 1 January 18:00 until ...`."""
    layer = "" if isinstance(change, Absence) else change.layer
    where = Sentence("in-layer", layer=layer) if layer else ""
    span = _say_span(Span(change.start, change.end), zone)
    what, title = _say_what(change), in_brackets(change.title)
    return Sentence("change", what=what, where=where, span=span, title=title)


def _say_what(change: Change) -> Sentence:
    if isinstance(change, Absence):
        return Sentence("is-on-leave", who=change.trigram)
    if isinstance(change, Swap):
        return Sentence("is-on-duty" if len(change.order) == 1 else "are-on-duty", who=change.order)
    if not change.by:
        return Sentence("asks-to-exchange" if change.is_exchange else "asks-for-cover", who=change.absent)
    return Sentence("exchange" if change.is_exchange else "stand-in", who=change.absent, by=change.by)


def warnings_of(duty: Duty, change: Change, now: datetime) -> tuple[Sentence, ...]:
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


def _nobody(duty: Duty, was: Iterable[Stretch], within: Iterable[Stretch]) -> Iterator[Sentence]:
    before = {each.start for each in was if not each.order}
    empty = [each for each in within if not each.order and each.start not in before]
    if empty:
        spans = joined(Span(each.start, each.end) for each in empty)
        span, more = _say_span(spans[0], duty.roster.zone), _say_more(len(spans) - 1)
        yield Sentence("nobody-on-duty", span=span, more=more)


def _on_leave(duty: Duty, change: Change, start: datetime) -> Iterator[Sentence]:
    """Whom the change puts on duty is asked, and rung though he is on leave."""
    coming = _coming(change)
    for leave in duty.leave:
        if leave.trigram in coming and leave.start < change.end and start < leave.end:
            title, until = in_brackets(leave.title), Moment(leave.end, duty.roster.zone)
            yield Sentence("rung-on-leave", who=leave.trigram, title=title, until=until)


def _coming(change: Change) -> tuple[str, ...]:
    """Whom a change puts on duty."""
    if isinstance(change, Absence):
        return ()
    if isinstance(change, Swap):
        return change.order
    return (change.by, change.absent) if change.is_exchange else (change.by,)


def _alone(duty: Duty, was: Iterable[Stretch], within: Iterable[Stretch]) -> Iterator[Sentence]:
    """One alone where others followed before."""
    before = max((len(each.order) for each in was), default=0)
    lone = next((each for each in within if len(each.order) == 1), None)
    if lone is not None and before > 1:
        yield Sentence("alone-from", who=lone.order[0], since=Moment(lone.start, duty.roster.zone))


def _double(was: Iterable[Stretch], within: Iterable[Stretch]) -> Iterator[Sentence]:
    before = {pair for stretch in was for pair in _doubles(stretch)}
    for who, layer, other in dict.fromkeys(pair for stretch in within for pair in _doubles(stretch)):
        if (who, layer, other) not in before:
            yield Sentence("double-duty", who=who, layer=layer, other=other)


def _doubles(stretch: Stretch) -> Iterator[tuple[str, str, str]]:
    for place, part in enumerate(stretch.parts):
        for before in stretch.parts[:place]:
            if part.order and part.order[0] in before.order:
                yield part.order[0], part.layer, before.layer
                break


def _rest(duty: Duty, was: Iterable[Stretch], is_: Iterable[Stretch], change: Change) -> Iterator[Sentence]:
    """Who comes on duty by it; whoever it relieves for an hour is not worn out by that."""
    before, coming = set(_short_rests(duty, was)), _coming(change)
    for who, end, rest_s in _short_rests(duty, is_):
        is_coming = who in coming or (isinstance(change, Absence) and who != change.trigram)
        if is_coming and (who, end, rest_s) not in before:
            hours: dict[str, Fact] = {"hours": rest_s / 3600, "least": duty.rest_s / 3600}
            yield Sentence("little-rest", who=who, since=Moment(end, duty.roster.zone), **hours)


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


def _nothing(
    duty: Duty, change: Change, was: tuple[Stretch, ...], is_: tuple[Stretch, ...]
) -> Iterator[Sentence]:
    """A change that changes nothing: the wrong week, mostly."""
    if isinstance(change, Cover) and not change.by:
        who = {name for each in was for name in each.order if each.start < change.end}
        if change.absent not in who:
            yield Sentence("nothing-to-cover", who=change.absent)
    elif _orders(was) == _orders(is_):
        yield Sentence("changes-nothing")


def _orders(stretches: Iterable[Stretch]) -> list[tuple[datetime, tuple[str, ...]]]:
    found: list[tuple[datetime, tuple[str, ...]]] = []
    for each in stretches:
        if not found or found[-1][1] != each.order:
            found.append((each.start, each.order))
    return found


def _fault_of_times(change: Change, now: datetime, zone: str) -> ChangeRefused | None:
    if change.end <= change.start:
        start, end = Moment(change.start, zone), Moment(change.end, zone)
        return ChangeRefused(Sentence("ends-before-it-begins", start=start, end=end))
    if change.end <= now:
        return ChangeRefused(Sentence("over-already", end=Moment(change.end, zone)))
    if change.end - change.start > LONGEST:
        days = (change.end - change.start).days
        return ChangeRefused(Sentence("too-long", days=days, most=LONGEST.days))
    return None


def _unknown(what: str, name: str, known: Iterable[str]) -> ChangeRefused:
    names = list(known)
    nearest = nearest_of(name, names)
    more = "" if nearest else Sentence("there-are", names=", ".join(names))
    return ChangeRefused(Sentence(f"no-{what}", name=name, more=more), nearest)


def _say_span(span: Span, zone: str) -> Sentence:
    return Sentence("span", start=Moment(span.start, zone), end=Moment(span.end, zone))


def _say_more(times: int) -> str:
    if times > 1:
        return Sentence("times-more", times=times)
    return Sentence("once-more") if times else ""


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
