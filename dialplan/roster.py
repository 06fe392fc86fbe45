"""Who is on duty at a moment, in the order of ringing, and why.

A duty is the roster, and then its layers, one after the other; who stands in two of them is rung once. In
each layer: whose turn it is, or an override (of two, the later written); then leave, which skips people; then
covers and exchanges, one after the other, as they are written. Whoever an override or a cover names was
asked: that holds through leave. An override of the whole duty takes the place of every layer; covers and
exchanges count within it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialplan.calendars import changes_between as calendar_changes
from dialplan.calendars import is_open
from dialplan.model import Absence, Cover, Duty, Engineer, Layer, Roster, Swap
from dialplan.openings import opening_at
from dialplan.rotations import OPENING, Order, Rotation, Turn, edges_of, moment_of, turn_at
from dialplan.sentences import Moment, Sentence

ROSTER = "roster"
"""What the layer is called that is the roster."""
LOOK_AHEAD_DAYS = 800
_TRIGRAM = re.compile(r"\b[A-Z]{3}\b")


class Part(NamedTuple):
    """Who is on duty by one layer, first to last, and why: sentences (see `dialplan.sentences`) without their
    full stops."""

    layer: str
    order: Order
    why: tuple[str, ...]


class Stretch(NamedTuple):
    """From `start` until before `end` (UTC), between two moments at which anything may change."""

    start: datetime
    end: datetime
    parts: tuple[Part, ...]

    @property
    def order(self) -> Order:
        """Who is rung, first to last."""
        return whole_order(self.parts)


Change = Swap | Cover | Absence
"""What is laid over a duty for a while."""


def on_duty(duty: Duty, now: datetime) -> tuple[Engineer, ...]:
    """The engineers to ring, first to last; empty when nobody is on duty. `now` is aware."""
    return tuple(duty.engineer(trigram) for trigram in whole_order(parts_at(duty, now)))


def explain_duty(duty: Duty, now: datetime) -> str:
    """Why these are on duty, in sentences: layers, turns, exchanges, and who was skipped."""
    return "; ".join(sentence for part in parts_at(duty, now) for sentence in part.why)


def on_call(duty: Duty, now: datetime) -> Engineer | None:
    """The one who is on call: the first to be rung."""
    people = on_duty(duty, now)
    return people[0] if people else None


def next_handover(duty: Duty, now: datetime) -> datetime | None:
    """When the order changes next (or may: a handover to the same engineer counts), in the roster's zone.

    None: not within `LOOK_AHEAD_DAYS`.
    """
    for days in (8, 60, LOOK_AHEAD_DAYS):
        found = edges_between(duty, now, now + timedelta(days=days))
        if found:
            return found[0].astimezone(ZoneInfo(duty.roster.zone))
    return None


def changes_between(duty: Duty, start: datetime, end: datetime) -> tuple[datetime, ...]:
    """Every moment (UTC) after `start` and before `end`, both aware, at which the order changes.

    Complete: between two of these moments, and up to the first, `on_duty` gives one answer.
    """
    stretches = stretches_between(duty, start, end)
    return tuple(after.start for before, after in pairwise(stretches) if before.order != after.order)


def stretches_between(duty: Duty, start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """A period in stretches, first to last, in each of which the same is said of the duty."""
    edges = (start.astimezone(UTC), *edges_between(duty, start, end), end.astimezone(UTC))
    return tuple(
        Stretch(first, last, parts_at(duty, first)) for first, last in pairwise(edges) if first < last
    )


def edges_between(duty: Duty, start: datetime, end: datetime) -> list[datetime]:
    """Every moment (UTC) after `start` and before `end` at which anything about the duty may change."""
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    return sorted({edge for edge in _edges(duty, first, last) if first < edge < last})


def with_changes(duty: Duty, changes: Iterable[Change]) -> Duty:
    """A duty with overrides, covers and leave in addition to its own, oldest first.

    What names an engineer or a layer that this duty does not have is left out.
    """
    known = [each for each in changes if _is_known(duty, each)]
    return replace(
        duty,
        overrides=(*duty.overrides, *(each for each in known if isinstance(each, Swap))),
        covers=(*duty.covers, *(each for each in known if isinstance(each, Cover))),
        leave=(*duty.leave, *(each for each in known if isinstance(each, Absence))),
    )


def whole_order(parts: Iterable[Part]) -> Order:
    """Everybody of some layers, each once."""
    return _once(trigram for part in parts for trigram in part.order)


def parts_at(duty: Duty, now: datetime) -> tuple[Part, ...]:
    """What each layer says at a moment (aware), first to last."""
    at = now.astimezone(UTC)
    whole = _holding([each for each in duty.overrides if not each.layer], at)
    if whole is not None:
        zone = duty.roster.zone
        sentence = _say_swap("by-override", "", whole, zone)
        return (_worked_out(duty, _Base("", whole.order, zone, lambda _: sentence, is_asked=True), at),)
    found = [_worked_out(duty, base, at) for base in _bases(duty, at)]
    return tuple(_without_repeats(found))


def trigrams_in(text: str) -> Order:
    """The trigrams that a text names: `On call: ADU, then WTI`."""
    return _once(_TRIGRAM.findall(text))


@dataclass(slots=True)
class _Base:
    """Whose turn it is in a layer, before anything is laid over it."""

    layer: str
    order: Order
    zone: str
    say: Callable[[str], Sentence]
    """The sentence; given by which phrase, which depends on whether anything is laid over the turn."""
    is_asked: bool = False
    """Whether somebody chose these people for this time."""
    more: list[Sentence] = field(default_factory=list)


def _bases(duty: Duty, at: datetime) -> Iterator[_Base]:
    if duty.roster.weeks or not duty.layers:
        yield _overridden(duty, _roster_base(duty.roster, at), at)
    for layer in duty.layers:
        yield _overridden(duty, _layer_base(duty, layer, at), at)


def _overridden(duty: Duty, base: _Base, at: datetime) -> _Base:
    swap = _holding([each for each in duty.overrides if each.layer == base.layer], at)
    if swap is None:
        return base
    sentence = _say_swap("by-override", _prefix(duty, base.layer), swap, base.zone)
    return _Base(base.layer, swap.order, base.zone, lambda _: sentence, is_asked=True)


def _roster_base(roster: Roster, at: datetime) -> _Base:
    swap = _holding(roster.swaps, at)
    if swap is not None:
        sentence = _say_swap("by-swap", "", swap, roster.zone)
        return _Base(ROSTER, swap.order, roster.zone, lambda _: sentence, is_asked=True)
    turn = turn_at(rotation_of(roster), at)
    if turn is None:
        return _Base(ROSTER, (), roster.zone, lambda _: Sentence("no-weeks"))
    how = _say_turn("week-of", turn, len(roster.weeks), roster.zone)
    return _Base(ROSTER, turn.order, roster.zone, lambda begin: _begun(begin, "", turn.order, how))


def rotation_of(roster: Roster) -> Rotation:
    """The weeks of a roster as a rotation."""
    return Rotation(roster.weeks, roster.first_week, roster.clock_min, 7, roster.zone)


def _layer_base(duty: Duty, layer: Layer, at: datetime) -> _Base:
    order, how = _closed_by(duty, layer, at) or _turn_in(duty, layer, at)
    prefix = f"{layer.id}: "
    if not order:
        nobody = Sentence("nobody-by", prefix=prefix, how=how)
        return _Base(layer.id, (), layer.zone, lambda _: nobody)
    return _Base(layer.id, order, layer.zone, lambda begin: _begun(begin, prefix, order, how))


def _closed_by(duty: Duty, layer: Layer, at: datetime) -> tuple[Order, Sentence] | None:
    for name, wanted in ((layer.during, True), (layer.outside, False)):
        if name in duty.calendars:
            calendar = duty.calendars[name]
            is_now, why = is_open(calendar, at)
            if is_now is not wanted:
                key, then = "is-open" if is_now else "is-closed", Moment(at, layer.zone)
                state = Sentence(key, why=why, at=then, calendar=name, hours=str(calendar))
                return (), Sentence("for-reason", why=state)
    return None


def _turn_in(duty: Duty, layer: Layer, at: datetime) -> tuple[Order, Sentence]:
    if layer.rotation is not None:
        turn = _turn_of_layer(duty, layer, layer.rotation, at)
        if turn is None:
            hours = layer.rotation.hours
            return (), Sentence("outside-hours", hours=hours) if hours else Sentence("no-turns")
        return turn.order, _say_turn("turn-of", turn, len(layer.rotation.turns), layer.zone)
    if layer.events is not None:
        return _by_events(duty, layer, at)
    if layer.remote is not None:
        why = Sentence("never-fetched", calendar=layer.remote.said)
        default = layer.remote.default
        return default, Sentence("by-default" if default else "for-reason", why=why)
    rows = [row for row in layer.rows if row.start <= at < row.end]
    if not rows:
        return (), Sentence("no-row")
    until = Moment(min(row.end for row in rows), layer.zone)
    return _once(each for row in rows for each in row.order), Sentence("by-file", until=until)


def _turn_of_layer(duty: Duty, layer: Layer, rotation: Rotation, at: datetime) -> Turn | None:
    if rotation.days != OPENING:
        return turn_at(rotation, at)
    calendar = duty.calendars.get(layer.during)
    first = datetime.combine(rotation.first, time()) + timedelta(minutes=rotation.clock_min)
    opening = (
        opening_at(calendar, moment_of(first, rotation.zone), at) if calendar and rotation.turns else None
    )
    if opening is None:
        return None
    number = opening.number % len(rotation.turns)
    return Turn(number, opening.start, rotation.turns[number])


def _by_events(duty: Duty, layer: Layer, at: datetime) -> tuple[Order, Sentence]:
    assert layer.events is not None
    known = {engineer.trigram for engineer in duty.engineers}
    runs = layer.events.running(int(at.timestamp() // 60))
    order = _once(each for run in runs for each in trigrams_in(run.title) if each in known)
    calendar = layer.remote.said if layer.remote else layer.events.file
    if not order:
        return (), Sentence("no-event", calendar=calendar)
    until = Moment(datetime.fromtimestamp(min(run.end for run in runs) * 60, tz=UTC), layer.zone)
    return order, Sentence("by-calendar", calendar=calendar, until=until)


def _worked_out(duty: Duty, base: _Base, at: datetime) -> Part:
    """Leave, then covers and exchanges, over whose turn it is."""
    order = base.order if base.is_asked else _without_absent(duty, base, at)
    for cover in duty.covers:
        if cover.start <= at < cover.end and cover.layer in ("", base.layer):
            order = _covered(duty, base, order, cover)
    begin = "is-whose-turn" if order[:1] != base.order[:1] else "is-on-call"
    return Part(base.layer, order, (base.say(begin), *base.more))


def _without_absent(duty: Duty, base: _Base, at: datetime) -> Order:
    away = {each.trigram: each for each in duty.leave if each.start <= at < each.end}
    standing = [each for each in duty.covers if _stands(each, base, at)]
    covered = {name for each in standing for name in (each.absent, each.by)[: 1 + each.is_exchange]}
    for trigram in base.order:
        if trigram in away and trigram not in covered:
            base.more.append(_say_over("skipped-on-leave", duty, base, away[trigram], who=trigram))
    return tuple(each for each in base.order if each not in away or each in covered)


def _stands(cover: Cover, base: _Base, at: datetime) -> bool:
    """Whether somebody stands in for the absent one in this layer now."""
    return bool(cover.by) and cover.start <= at < cover.end and cover.layer in ("", base.layer)


def _covered(duty: Duty, base: _Base, order: Order, cover: Cover) -> Order:
    places = {cover.absent: cover.by, **({cover.by: cover.absent} if cover.is_exchange else {})}
    if not any(each in places for each in order):
        return order
    if not cover.by:
        base.more.append(_say_over("not-covered", duty, base, cover, who=cover.absent))
        return order
    key = "have-exchanged" if cover.is_exchange else "stands-in"
    base.more.append(_say_over(key, duty, base, cover, who=cover.absent, by=cover.by))
    return _once(places.get(each, each) for each in order)


def _say_over(key: str, duty: Duty, base: _Base, change: Cover | Absence, **names: str) -> Sentence:
    prefix, until = _prefix(duty, base.layer), Moment(change.end, base.zone)
    return Sentence(key, prefix=prefix, title=in_brackets(change.title), until=until, **names)


def _without_repeats(parts: list[Part]) -> Iterator[Part]:
    """The parts as they are, each told of those who were rung before."""
    seen: dict[str, str] = {}
    for part in parts:
        again = [
            Sentence("rung-already", layer=part.layer, who=each, other=seen[each])
            for each in part.order
            if each in seen
        ]
        yield part._replace(why=(*part.why, *again)) if again else part
        for each in part.order:
            seen.setdefault(each, part.layer)


def _begun(begin: str, prefix: str, order: Order, how: Sentence) -> Sentence:
    return Sentence(begin, prefix=prefix, who=order[0], how=how)


def _say_turn(key: str, turn: Turn, of: int, zone: str) -> Sentence:
    return Sentence(key, number=turn.number + 1, of=of, since=Moment(turn.start, zone))


def _prefix(duty: Duty, layer: str) -> str:
    return f"{layer}: " if layer and layer != ROSTER else ""


def _holding(swaps: Iterable[Swap], at: datetime) -> Swap | None:
    """Aware times of one zone compare by their clocks, wrongly in a repeated hour: `at` is in UTC."""
    for swap in reversed(list(swaps)):
        if swap.order and swap.start <= at < swap.end:
            return swap
    return None


def _edges(duty: Duty, start: datetime, end: datetime) -> Iterator[datetime]:
    if duty.roster.weeks or not duty.layers:
        yield from edges_of(rotation_of(duty.roster), start, end)
    for layer in duty.layers:
        yield from _layer_edges(duty, layer, start, end)
    laid_over: tuple[Change, ...] = (*duty.roster.swaps, *duty.overrides, *duty.covers, *duty.leave)
    for each in laid_over:
        yield from (each.start, each.end)


def _layer_edges(duty: Duty, layer: Layer, start: datetime, end: datetime) -> Iterator[datetime]:
    if layer.rotation is not None:
        yield from edges_of(layer.rotation, start, end)
    if layer.events is not None:
        minutes = layer.events.edges(int(start.timestamp() // 60), int(end.timestamp() // 60))
        yield from (datetime.fromtimestamp(minute * 60, tz=UTC) for minute in minutes)
    for row in layer.rows:
        yield from (row.start, row.end)
    for name in {layer.during, layer.outside} & duty.calendars.keys():
        yield from calendar_changes(duty.calendars[name], start, end)


def _is_known(duty: Duty, change: Change) -> bool:
    engineers = {engineer.trigram for engineer in duty.engineers}
    layers = {"", ROSTER, *(layer.id for layer in duty.layers)}
    if isinstance(change, Absence):
        return change.trigram in engineers
    if isinstance(change, Cover):
        return change.layer in layers and {change.absent, change.by} - {""} <= engineers
    return change.layer in layers and bool(change.order) and set(change.order) <= engineers


def _once(trigrams: Iterable[str]) -> Order:
    return tuple(dict.fromkeys(trigrams))


def _say_swap(key: str, prefix: str, swap: Swap, zone: str) -> Sentence:
    title, until = in_brackets(swap.title), Moment(swap.end, zone)
    return Sentence(key, prefix=prefix, who=swap.order[0], title=title, until=until)


def in_brackets(title: str) -> str:
    """A title behind what it is the title of."""
    return f" ({title})" if title else ""
