"""A duty as an iCal calendar (RFC 5545), for the calendars of those who are on duty.

Each event is a time in which one order holds; its summary is the order (`ADU, WTI`), so that a layer that
reads the file gives the same duty again. A calendar of one engineer has his own turns: the times in which he
is the first of a layer. Times are in UTC, which every calendar program shows by its own clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from dialplan.model import Duty
from dialplan.roster import Part, Stretch, stretches_between, whole_order
from dialplan.rotations import Order
from dialplan.sentences import said_in

ASKED_EVERY: Final = timedelta(hours=1)
"""So often calendar programs should look again."""
_TITLES: Final[Mapping[str, str]] = {"nl": "Wacht", "fr": "Garde", "de": "Bereitschaft", "en": "On duty"}
_FIRST: Final[Mapping[str, str]] = {
    "nl": "eerst te bellen", "fr": "appelé en premier", "de": "zuerst anzurufen", "en": "rung first",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a calendar is about: one layer, one team, one engineer (`only`), or with none of them all."""

    layer: str = ""
    team: str = ""
    only: str = ""
    language: str = "en"

    @property
    def name(self) -> str:
        """What it is about, in one word; empty: everything."""
        return self.only or self.layer or self.team


class Held(NamedTuple):
    """An order that holds from `start` until before `end` (UTC), and why: sentences."""

    start: datetime
    end: datetime
    order: Order
    why: tuple[str, ...] = ()


def held_between(
    duty: Duty, start: datetime, end: datetime, layer: str = "", *, team: str = "", only: str = ""
) -> tuple[Held, ...]:
    """Who is on duty in a period (aware), first to last; `layer`, `team`: by these alone. Gaps are left out.

    `only`: the times at which this trigram is the first of a layer, with the layer's order.
    """
    wanted = Wanted(layer, team, only)
    return tuple(_joined(_held(duty, stretches_between(duty, start, end), wanted)))


def write_feed(
    duty: Duty,
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    layer: str = "",
    team: str = "",
    only: str = "",
    language: str = "en",
    title: str = "",
) -> str:
    """The iCal text of a period (aware). `title`: the calendar's name; `now`: aware."""
    from icalendar import Calendar  # slow to import

    wanted = Wanted(layer, team, only, language if language in _TITLES else "en")
    feed = Calendar()
    feed.add("prodid", "-//Dutyline//Duty//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    name = title or f"{_TITLES[wanted.language]}{f': {wanted.name}' if wanted.name else ''}"
    for key in ("name", "x-wr-calname"):
        feed.add(key, name)
    feed.add("x-wr-timezone", duty.roster.zone)
    feed.add("refresh-interval", ASKED_EVERY, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    for held in held_between(duty, start, end, layer, team=team, only=only):
        feed.add_component(_event(held, wanted, now))
    text: bytes = feed.to_ical()
    return text.decode()


def _event(held: Held, wanted: Wanted, now: datetime) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{held.start:%Y%m%dT%H%M%SZ}-{wanted.name or 'duty'}@dutyline")
    event.add("dtstamp", now)
    event.add("dtstart", held.start)
    event.add("dtend", held.end)
    event.add("summary", _summary(held, wanted))
    if held.why:
        event.add("description", "\n".join(said_in(each, wanted.language) for each in held.why))
    # nobody is busy all night because he may be rung
    event.add("transp", "TRANSPARENT")
    return event


def _summary(held: Held, wanted: Wanted) -> str:
    if not wanted.only:
        return ", ".join(held.order)
    return f"{_TITLES[wanted.language]}: {wanted.only}, {_FIRST[wanted.language]}"


def _held(duty: Duty, stretches: Iterable[Stretch], wanted: Wanted) -> Iterator[Held]:
    for stretch in stretches:
        parts = [part for part in stretch.parts if _is_of(duty, part, wanted)]
        order = _order(duty, parts, wanted)
        if order:
            why = tuple(sentence for part in parts for sentence in part.why)
            yield Held(stretch.start, stretch.end, order, why)


def _is_of(duty: Duty, part: Part, wanted: Wanted) -> bool:
    """An override of the whole duty belongs to each of its layers."""
    if wanted.only:
        return part.order[:1] == (wanted.only,)
    if wanted.layer:
        return part.layer in ("", wanted.layer)
    own = _layers_of(duty, wanted.team)
    return not own or part.layer in ("", *own)


def _order(duty: Duty, parts: Iterable[Part], wanted: Wanted) -> Order:
    """Of a team without a layer of its own its members, wherever they stand."""
    order = whole_order(parts)
    if not wanted.team or _layers_of(duty, wanted.team):
        return order
    team = duty.teams.get(wanted.team)
    return tuple(name for name in order if team is not None and name in team.members)


def _layers_of(duty: Duty, team: str) -> list[str]:
    return [layer.id for layer in duty.layers if team and layer.team == team]


def _joined(held: Iterable[Held]) -> Iterator[Held]:
    last: Held | None = None
    for each in held:
        if last is not None and (last.end, last.order) == (each.start, each.order):
            last = last._replace(end=each.end, why=tuple(dict.fromkeys((*last.why, *each.why))))
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
