"""What the check of a year and the forecast of two weeks both ask about a duty. Spans are in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise

from dialplan.calendars import changes_between, is_open
from dialplan.model import Duty, Entry
from dialplan.quiet import phones_at
from dialplan.roster import Stretch
from dialplan.rotations import Span, moment_of


def firsts_of(stretch: Stretch) -> set[str]:
    """Whoever is the first of a layer."""
    return {part.order[0] for part in stretch.parts if part.order}


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as it takes; they come in order."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].end == span.start:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return found


def needed_parts(duty: Duty, span: Span) -> Iterator[Span]:
    """The parts of a time in which somebody has to be on duty."""
    if duty.needed not in duty.calendars:
        yield span
        return
    calendar = duty.calendars[duty.needed]
    edges = (span.start, *changes_between(calendar, span.start, span.end), span.end)
    for start, end in pairwise(edges):
        if is_open(calendar, start)[0]:
            yield Span(start, end)


def short_rests(on_duty: Iterable[Span], least_s: float) -> list[tuple[Span, Span]]:
    """Two duties of the same person with less than that between them."""
    return [(one, two) for one, two in pairwise(on_duty) if (two.start - one.end).total_seconds() < least_s]


def silent_parts(entry: Entry, span: Span) -> list[Span]:
    """The parts of a time in which a page has no phone of somebody to ring."""
    edges = [*_quiet_edges(entry, span), span.end]
    return joined(Span(start, end) for start, end in pairwise(edges) if not _can_ring(entry, start))


def _can_ring(entry: Entry, at: datetime) -> bool:
    return any(phones_at(entry.phones, at))


def _quiet_edges(entry: Entry, span: Span) -> Iterator[datetime]:
    """The moments of a time at which a phone may become quiet or loud, its beginning first, in order."""
    quiets = [phone.quiet for phone in entry.phones if phone.quiet is not None]
    day, edges = span.start - timedelta(days=2), {span.start}
    while quiets and day < span.end:
        midnight = datetime.combine(day.date(), time())
        edges |= {
            moment_of(midnight + timedelta(minutes=minute), quiet.zone)
            for quiet in quiets
            for each in quiet.hours
            for minute in each.window
        }
        day += timedelta(days=1)
    yield from sorted(each for each in edges if span.start <= each < span.end)


__all__ = ["firsts_of", "joined", "needed_parts", "short_rests", "silent_parts"]
