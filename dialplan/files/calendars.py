"""`calendars.yaml`: opening hours under names.

office-hours:
  title: Office hours
  open: [Mon-Fri 08:00-18:00]
  holidays: closed
  days:
    - {day: 12-24, hours: 08:00-12:00, title: Christmas Eve}
    - {day: 2027-07-12..2027-07-16, hours: closed, title: Works}
"""

from __future__ import annotations

import re
from datetime import date

from dialplan.calendars import WHOLE_DAY, Calendar, OnHolidays, OwnDay, WeekWindow, Windows
from dialplan.days import knows_holidays
from dialplan.fields import country, identifier, member, timezone, title, whole
from dialplan.reading import Section, Wrong, as_section
from dialplan.times import parse_date, parse_days, parse_window_min, parse_windows_min

ALWAYS = WeekWindow(frozenset(range(7)), WHOLE_DAY[0])

_YEARLY = re.compile(r"^(\d{2})-(\d{2})$")
_WEEK = re.compile(r"^(?P<days>\S.*?)\s+(?P<window>\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})$")


def read_calendars(root: Section) -> dict[str, Calendar]:
    """Every calendar by its id."""
    calendars: dict[str, Calendar] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["calendar", name] = place
        if root.parsed_key(name, place, identifier) and section is not None:
            calendars[name] = _read_calendar(section, name)
            section.close()
    return calendars


def _read_calendar(section: Section, name: str) -> Calendar:
    reading = section.reading
    calendar = Calendar(
        id=name,
        title=section.get("title", title, name),
        zone=section.get("timezone", timezone, reading.timezone),
        week=section.list_of("open", parse_week_window),
        on_holidays=section.get("holidays", member(OnHolidays), OnHolidays.IGNORE),
        country=section.get("country", country, reading.country),
        subdivision=section.get("subdivision", str, ""),
        own_days=_read_days(section),
        window=section.get("window", whole(1, 99), 0),
    )
    _check_holidays(section, calendar)
    has_hours = section.has("open") or calendar.own_days or calendar.on_holidays is OnHolidays.ONLY
    if not has_hours:
        reading.fault(section.place, name, "is never open: it has no hours")
    return calendar


def _check_holidays(section: Section, calendar: Calendar) -> None:
    if calendar.on_holidays is OnHolidays.IGNORE:
        return
    if not knows_holidays(calendar.country, calendar.subdivision):
        region = f", {calendar.subdivision}" if calendar.subdivision else ""
        section.fault("holidays", f"the holidays of {calendar.country}{region} are not known")


def parse_week_window(text: str) -> WeekWindow:
    """`Mon-Fri 08:00-18:00` or `always`."""
    if text.strip().lower() == "always":
        return ALWAYS
    found = _WEEK.match(text.strip())
    if found is None:
        raise Wrong(f'"{text}" is no opening time; write it as in "Mon-Fri 08:00-18:00", or "always"')
    return WeekWindow(parse_days(found["days"]), parse_window_min(found["window"]))


def _read_days(section: Section) -> tuple[OwnDay, ...]:
    found: list[OwnDay] = []
    for row in section.sections("days"):
        first, last, yearly = row.need("day", parse_day_range, (date.min, date.min, False))
        closed: Windows = ()
        hours = row.need("hours", parse_windows_min, closed)
        found.append(OwnDay(first, last, hours, row.get("title", title, ""), yearly))
        row.close()
    return tuple(found)


def parse_day_range(text: str) -> tuple[date, date, bool]:
    """`2026-12-24`, `2026-12-24..2027-01-02`; without the year, every year: `12-24`, `12-24..01-02`."""
    first_text, dots, last_text = (part.strip() for part in text.partition(".."))
    first, first_yearly = _parse_day(first_text)
    last, last_yearly = _parse_day(last_text) if dots else (first, first_yearly)
    if first_yearly is not last_yearly:
        raise Wrong(f'"{text}" has a year on one side only')
    if not first_yearly and last < first:
        raise Wrong(f'"{text}" ends before it begins')
    return first, last, first_yearly


def _parse_day(text: str) -> tuple[date, bool]:
    found = _YEARLY.match(text)
    if found is None:
        return parse_date(text), False
    try:
        return date(2000, int(found[1]), int(found[2])), True
    except ValueError:
        raise Wrong(f'"{text}" is no day of the year; write month and day, as in "12-24"') from None
