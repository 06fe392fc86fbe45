"""Calendars behind one another: the first that is open wins, so a later one may never have its turn.

Exact within `YEARS` from the day of the check: the open minutes of every calendar are laid over each other.
An entry that is found to have a minute of its own is done with at once, so most need two months only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dialplan.calendars import Calendar, OnHolidays
from dialplan.checks.spans import Span, Spans, common, joined, midnight, moment, open_spans, without
from dialplan.checks.survey import Finding, Survey
from dialplan.nodes.calendar import CALENDAR, CalendarNode
from dialplan.times import say_clock, say_date

YEARS = 6
STEPS_DAYS = (62, 366, YEARS * 366)
"""Looked at in turn, until a calendar has a minute of its own."""
YEAR_DAYS = STEPS_DAYS[1]
DAY = timedelta(days=1)


def check_shadowed_hours(survey: Survey) -> Iterator[Finding]:
    """A calendar that is never reached, because those asked before it are open whenever it is."""
    for at, names, overlay in _overlays(survey):
        for number in range(1, len(names)):
            said = overlay.hidden(number)
            if said:
                place, where = survey.place_named(at, CALENDAR, names[number])
                yield Finding(place, where, f'"{names[number]}" is never reached: {said}')


def check_special_days_first(survey: Survey) -> Iterator[Finding]:
    """Holidays or own days asked after the hours of the week: on those days the week often wins."""
    for at, names, overlay in _overlays(survey):
        for number in range(1, len(names)):
            said = overlay.overtaken(number)
            if said:
                place, where = survey.place_named(at, CALENDAR, names[number])
                yield Finding(place, where, f'"{names[number]}" comes too late: {said}; put it first')


def check_closed_for_good(survey: Survey) -> Iterator[Finding]:
    """A calendar whose days have all passed."""
    for calendar in survey.configuration.calendars.values():
        if not any(open_spans(calendar, survey.from_day, days) for days in STEPS_DAYS):
            message = f"is never open from {_say_day(survey.from_day)} on"
            yield Finding(survey.place("calendar", calendar.id), calendar.id, message)


def _overlays(survey: Survey) -> Iterator[tuple[tuple[str, str], tuple[str, ...], Overlay]]:
    """Each calendar node with several calendars; nodes that ask the same ones share what is worked out."""
    calendars = survey.configuration.calendars
    for at, node in survey.nodes():
        if isinstance(node, CalendarNode) and len(node.calendars) > 1:
            overlay = survey.memo.get(("overlay", *node.calendars))
            if overlay is None:
                zone = ZoneInfo(survey.configuration.desk.timezone)
                asked = [calendars[name] for name in node.calendars]
                overlay = Overlay(asked, survey.from_day, zone, survey.memo)
                survey.memo["overlay", *node.calendars] = overlay
            yield at, node.calendars, overlay


@dataclass(slots=True)
class Overlay:
    """Calendars in the order in which they are asked, laid over each other."""

    calendars: Sequence[Calendar]
    today: date
    zone: ZoneInfo
    memo: dict[tuple[str, ...], Any] = field(default_factory=dict)
    """What is worked out for a calendar serves every node that asks it."""

    def hidden(self, number: int) -> str:
        """Which calendars hide one for good, in words with an example of each; empty: it has its turn."""
        always = next((each for each in self.calendars[:number] if each.is_always), None)
        if always:
            return f'"{always.id}" before it is always open'
        for days in STEPS_DAYS:
            own = self._spans(number, days)
            before = joined(span for earlier in range(number) for span in self._spans(earlier, days))
            if without(own, before):
                return ""
        return self._say_first_matches(self._first_matches(number, days))

    def overtaken(self, number: int) -> str:
        """Which hours of the week come before special days that have another turn, in words."""
        calendar = self.calendars[number]
        if not _is_special(calendar) or self.hidden(number):
            return ""
        matches = self._first_matches(number, YEAR_DAYS)
        usual = {name: span for name, span in matches.items() if not _is_special(self._named(name))}
        return self._say_first_matches(usual)

    def _first_matches(self, number: int, days: int) -> Mapping[str, Span]:
        """For each earlier calendar that wins when this one is open too: the first time."""
        found: dict[str, Span] = {}
        left = self._spans(number, days)
        for earlier in range(number):
            won = common(left, self._spans(earlier, days))
            left = without(left, won)
            if won:
                found[self.calendars[earlier].id] = won[0]
        return found

    def _say_first_matches(self, matches: Mapping[str, Span]) -> str:
        """`on 21 July 2027 at 10:00 "opening-hours" has already matched, at 18:00 "closing-hours"`."""
        said: list[str] = []
        day = date.min
        for name, (start, _) in sorted(matches.items(), key=lambda each: each[1]):
            at = moment(start).astimezone(self.zone)
            on = "" if at.date() == day else f"on {_say_day(at.date())} "
            has = "" if said else " has already matched"
            said.append(f'{on}at {say_clock(at.hour * 60 + at.minute)} "{name}"{has}')
            day = at.date()
        return ", ".join(said)

    def _named(self, name: str) -> Calendar:
        return next(calendar for calendar in self.calendars if calendar.id == name)

    def _spans(self, number: int, days: int) -> Spans:
        """Within the same time for all of them: a day begins elsewhere hours before or after it does here."""
        calendar = self.calendars[number]
        key = ("spans", calendar.id, str(days))
        known: Spans | None = self.memo.get(key)
        if known is None:
            first, last = midnight(self.today, self.zone), midnight(self.today + days * DAY, self.zone)
            found = open_spans(calendar, self.today - DAY, days + 2)
            known = [
                (max(start, first), min(end, last)) for start, end in found if end > first and start < last
            ]
            self.memo[key] = known
        return known


def _is_special(calendar: Calendar) -> bool:
    """Whether it is about single days: holidays, or days of its own, and no hours of every week."""
    return calendar.on_holidays is OnHolidays.ONLY or not (calendar.week or calendar.elsewhere)


def _say_day(day: date) -> str:
    return f"{say_date(day)} {day.year}"
