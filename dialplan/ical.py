"""Events of an iCal file (RFC 5545): when they run, whatever their recurrences, exceptions and zones.

Whole days and floating times are those of the calendar's own zone. Cancelled events, and events without a
length, do not run. An event that begins or ends within a minute counts from the next one on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dialplan.patterns import is_like

MARGIN = timedelta(days=2)
"""Floating times are looked for so much further: no zone is farther from UTC."""
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
"""Recurrences that would take for ever to follow."""
_ZONE = re.compile(r';TZID=(?:"([^"]+)"|([^";:]+))[;:]')
_FOLD = re.compile(r"\r?\n[ \t]")


class Run(NamedTuple):
    """One time that an event runs: minutes since 1970 (UTC), the end not included."""

    start: int
    end: int
    title: str


class UnreadableEvents(ValueError):  # noqa: N818 - it says what is so
    """An iCal file that cannot be used; `line` counts from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        self.message, self.line = message, line
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Events:
    """Events of one file: those of any of the `categories` or whose summary is like one of `summaries`.

    Both empty: every event. `opens`: the calendar is open while one runs; otherwise it is closed.
    """

    file: str
    text: str = field(repr=False)
    zone: str
    categories: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    opens: bool = True

    def __str__(self) -> str:
        which = ", ".join((*self.categories, *(f'"{each}"' for each in self.summaries))) or "any event"
        return f"{'open' if self.opens else 'closed'} while {which} of {self.file} runs"

    def at(self, minute: int) -> Run | None:
        """The event that runs in a minute since 1970 (UTC)."""
        day = datetime.fromtimestamp(minute * 60, tz=UTC)
        return next(
            (run for run in _runs_of(self, day.year, day.month) if run.start <= minute < run.end), None
        )

    def running(self, minute: int) -> tuple[Run, ...]:
        """Every event that runs in a minute, the one that began first at the head."""
        day = datetime.fromtimestamp(minute * 60, tz=UTC)
        return tuple(run for run in _runs_of(self, day.year, day.month) if run.start <= minute < run.end)

    def edges(self, first: int, last: int) -> Iterator[int]:
        """The minutes, from the months of `first` to `last`, at which an event begins or ends."""
        day = datetime.fromtimestamp(first * 60, tz=UTC).date().replace(day=1)
        while datetime.combine(day, time(), UTC).timestamp() <= last * 60:
            for run in _runs_of(self, day.year, day.month):
                yield from (run.start, run.end)
            day = _next_month(day)

    def wants(self, event: Any) -> bool:
        """Whether it is one of these."""
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return False
        if not self.categories and not self.summaries:
            return True
        has = {each.casefold() for each in categories_of(event)}
        summary = str(event.get("SUMMARY", ""))
        return any(each.casefold() in has for each in self.categories) or any(
            is_like(summary, each) for each in self.summaries
        )


def check_events(text: str) -> None:
    """Raises UnreadableEvents for the first thing wrong with a file."""
    calendar = _parsed(text)
    _check_zones(text, calendar)
    for event in calendar.walk("VEVENT"):
        title = str(event.get("SUMMARY", "")) or "an event without a summary"
        for name, why in event.errors:
            raise UnreadableEvents(f"{title}: {name or 'a line'}: {why}", _line_of(text, name, event))
        if "DTSTART" not in event:
            raise UnreadableEvents(f"{title}: has no DTSTART", _line_of(text, "UID", event))
        if TOO_OFTEN & _frequencies(event):
            often = "recurs every minute or second; nothing is open so often"
            raise UnreadableEvents(f"{title}: {often}", _line_of(text, "RRULE", event))
        if isinstance(event["DTSTART"], list):
            raise UnreadableEvents(f"{title}: has DTSTART twice", _line_of(text, "DTSTART", event))
    starts = [_date_of(event["DTSTART"].dt) for event in calendar.walk("VEVENT")]
    if starts:
        _expand(text, min(starts), max(starts) + timedelta(days=400))


def _frequencies(event: Any) -> set[str]:
    """How often an event recurs, in the words of its rules."""
    rules = event.get("RRULE", [])
    each = rules if isinstance(rules, list) else [rules]
    return {str(word).upper() for rule in each for word in rule.get("FREQ", [])}


def named_in(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The categories and the summaries of a file's events."""
    events = list(_parsed(text).walk("VEVENT"))
    categories = frozenset(each for event in events for each in categories_of(event))
    return categories, frozenset(str(event.get("SUMMARY", "")) for event in events)


def categories_of(event: Any) -> list[str]:
    """The categories of an event, which may stand on several lines."""
    found = event.get("CATEGORIES")
    groups = found if isinstance(found, list) else [found] if found is not None else []
    return [str(each) for group in groups for each in getattr(group, "cats", ())]


def _check_zones(text: str, calendar: Any) -> None:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    own = {str(each.get("TZID", "")) for each in calendar.walk("VTIMEZONE")}
    for line, content in _unfolded(text):
        for quoted, bare in _ZONE.findall(content):
            name = quoted or bare
            if name not in own and name not in WINDOWS_TO_OLSON and not _is_zone(name):
                raise UnreadableEvents(
                    f'"{name}" is no time zone, and the file does not say what it is', line
                )


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, whole (RFC 5545, 3.1): long names of zones go over two."""
    number = 1
    for content in re.split(r"\r?\n(?![ \t])", text):
        yield number, _FOLD.sub("", content)
        number += content.count("\n") + 1


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name.lstrip("/"))
    except (ValueError, OSError, KeyError):
        return False
    return True


def _line_of(text: str, name: str | None, event: Any) -> int:
    """The line of a property of an event, as near as the library lets us tell."""
    lines = text.splitlines()
    uid = str(event.get("UID", ""))
    begin = 0
    for number, line in enumerate(lines):
        if line.startswith("BEGIN:VEVENT"):
            begin = number
        elif line.startswith("UID") and line.rpartition(":")[2].strip() == uid:
            break
    for number in range(begin, len(lines)):
        if name and lines[number].startswith(name):
            return number + 1
        if lines[number].startswith("END:VEVENT"):
            break
    return begin + 1


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    import icalendar  # slow to import, and only a folder with such files should pay for it

    try:
        found: Any = icalendar.Calendar.from_ical(text)
    except ValueError as error:
        content = str(error).partition("'")[2].partition("'")[0]
        line = next((n for n, each in enumerate(text.splitlines(), 1) if content and each == content), 1)
        raise UnreadableEvents(f"not an iCal file: {str(error).splitlines()[0]}", line) from None
    if not isinstance(found, icalendar.Calendar):
        raise UnreadableEvents("not an iCal file: it does not begin with BEGIN:VCALENDAR")
    return found


@lru_cache(maxsize=64)
def _query(text: str) -> Any:
    import recurring_ical_events

    return recurring_ical_events.of(_parsed(text), components=["VEVENT"])


def _expand(text: str, first: date, last: date) -> list[Any]:
    """The events that run between two dates, each time that they do."""
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last))
    try:
        return list(_query(text).between(start - MARGIN, end + MARGIN))
    except UnreadableEvents:
        raise
    except Exception as error:  # a file may be wrong in more ways than the library has classes for
        raise UnreadableEvents(f"cannot be followed: {error}") from None


@lru_cache(maxsize=512)
def _runs_of(events: Events, year: int, month: int) -> tuple[Run, ...]:
    """What runs within a month (UTC), in order."""
    first = date(year, month, 1)
    zone = ZoneInfo(events.zone)
    low, high = (
        int(datetime.combine(day, time(), UTC).timestamp()) // 60 for day in (first, _next_month(first))
    )
    found = (
        _run(event, zone) for event in _expand(events.text, first, _next_month(first)) if events.wants(event)
    )
    return tuple(sorted(run for run in found if run.start < run.end and run.start < high and low < run.end))


def _run(event: Any, zone: ZoneInfo) -> Run:
    return Run(_minute(event.start, zone), _minute(event.end, zone), str(event.get("SUMMARY", "")))


def _minute(moment: date | datetime, zone: ZoneInfo) -> int:
    """A date or a time of the file as a minute; one within a minute counts as the next."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return -int(-moment.timestamp() // 60)


def _date_of(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
