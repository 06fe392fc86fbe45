"""A duty as an iCal calendar (RFC 5545), for the calendars of those who are on duty.

Each event is a time in which one order holds; its summary is the order (`ADU, WTI`), so that a layer that
reads the file gives the same duty again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from dialplan.model import Duty
from dialplan.roster import stretches_between
from dialplan.rotations import Order


class Held(NamedTuple):
    """An order that holds from `start` until before `end` (UTC)."""

    start: datetime
    end: datetime
    order: Order


def held_between(duty: Duty, start: datetime, end: datetime, layer: str = "") -> tuple[Held, ...]:
    """Who is on duty in a period (aware), first to last; `layer`: by that layer alone. Gaps are left out."""
    return tuple(_joined(_held(duty, start, end, layer)))


def write_feed(
    duty: Duty, start: datetime, end: datetime, now: datetime, *, layer: str = "", only: str = ""
) -> str:
    """The iCal text of a period (aware). `only`: the times at which this trigram is on duty; `now`: aware."""
    from icalendar import Calendar, Event  # slow to import

    feed = Calendar()
    feed.add("prodid", "-//Dutyline//Duty//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", f"On duty: {only}" if only else "On duty")
    for held in held_between(duty, start, end, layer):
        if only and only not in held.order:
            continue
        event = Event()
        event.add("uid", f"{held.start:%Y%m%dT%H%M%SZ}-{layer or 'duty'}@dutyline")
        event.add("dtstamp", now)
        event.add("dtstart", held.start)
        event.add("dtend", held.end)
        event.add("summary", ", ".join(held.order))
        feed.add_component(event)
    text: bytes = feed.to_ical()
    return text.decode()


def _held(duty: Duty, start: datetime, end: datetime, layer: str) -> Iterator[Held]:
    for stretch in stretches_between(duty, start, end):
        parts = [part for part in stretch.parts if part.layer == layer]
        order = stretch.order if not layer else tuple(name for part in parts for name in part.order)
        if order:
            yield Held(stretch.start, stretch.end, order)


def _joined(held: Iterable[Held]) -> Iterator[Held]:
    last: Held | None = None
    for each in held:
        if last is not None and (last.end, last.order) == (each.start, each.order):
            last = last._replace(end=each.end)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
