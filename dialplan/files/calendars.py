"""`calendars.yaml`: opening hours under names.

    office-hours:
      title: Office hours
      open: [Mon-Fri 08:00-18:00]
      holidays: closed
      days:
        - {day: 12-24, hours: 08:00-12:00, title: Christmas Eve}
        - {day: 2027-07-12..2027-07-16, hours: closed, title: Works}
        - {day: easter-2, hours: closed, title: Good Friday}
        - {day: last Fri of every month, hours: 08:00-12:00}

    works:
      events:
        - {file: calendars/works.ics, category: Works}

    both-desks:
      open: Mon-Fri 08:00-18:00
      country: [BE, DE-BY]
      holidays: closed
      elsewhere:
        - {timezone: America/Denver, open: Mon-Fri 07:00-19:00, country: US}

Fields: `open` hours of the week (`Fri 22:00-06:00` ends on Saturday; `always`); `timezone` (default: the
desk's); `holidays` `closed`, `only` or `ignore` (the default), those of `country`, one or several, each with
a region of it where that matters (`DE-BY`), of the kinds in `holiday-kinds` (default `public`; a country may
have `bank`, `school` and others); `days` own days: a date, a run of dates, both with or without the year,
days counted from Easter, or a day of the week by its place in the month; `events` of iCal files that open
the calendar while they run, or close it (`then: closed`), all of a file's or those with a `category` or a
`summary` (with * for whatever); `elsewhere` more hours in other zones, with the same days and holidays unless
they name their own country; `window` the number by which contracts name these hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from dialplan.calendars import WHOLE_DAY, Calendar, OnHolidays, WeekWindow
from dialplan.days import PUBLIC, OwnDay, Region, Windows, categories_of, knows_holidays, subdivisions_of
from dialplan.faults import nearest_of
from dialplan.fields import identifier, member, timezone, title, whole
from dialplan.files.days import Days, parse_own_day
from dialplan.files.events import SUFFIX, read_events
from dialplan.reading import Section, Wrong, as_section
from dialplan.times import DAYS, parse_day, parse_days, parse_window_min, parse_windows_min

ALWAYS = WeekWindow(frozenset(range(7)), WHOLE_DAY[0])

_WEEK = re.compile(r"^(?P<days>\S.*?)\s+(?P<window>\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})$")
_PART = re.compile(
    r"(?:(?P<days>[A-Za-z][A-Za-z -]*?)\s+)?"
    r"(?P<start>\d{1,2}(?:[:hH]\d{2}|[hH])?)\s*-\s*(?P<end>\d{1,2}(?:[:hH]\d{2}|[hH])?)"
)
"""An opening time as people write it in haste: `Mon-Fri 08-12`, and after that `13h-17h30`."""
_FROM_DAY_TO_DAY = re.compile(
    r"(?P<first>[^\W\d]+)\s+(?P<start>\d{1,2}(?:[:hH]\d{2}|[hH])?)\s*-\s*"
    r"(?P<last>[^\W\d]+)\s+(?P<end>\d{1,2}(?:[:hH]\d{2}|[hH])?)"
)
"""A weekend as people say it: `Fri 19:00-Mon 07:00`."""
LONGEST_OVER_NEW_YEAR = 183
"""Days: what lasts longer was more likely meant the other way round."""
_REGION = re.compile(r"^([A-Z]{2})(?:-(.+))?$")


def read_calendars(root: Section, texts: Mapping[str, str] | None = None) -> dict[str, Calendar]:
    """Every calendar by its id. `texts`: the files of the configuration, for the iCal ones among them."""
    files = {name: text for name, text in (texts or {}).items() if name.endswith(SUFFIX)}
    calendars: dict[str, Calendar] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["calendar", name] = place
        if root.parsed_key(name, place, identifier) and section is not None:
            calendars[name] = _read_calendar(section, name, files)
            section.close()
    return calendars


def _read_calendar(section: Section, name: str, files: Mapping[str, str]) -> Calendar:
    reading = section.reading
    zone = section.get("timezone", timezone, reading.timezone)
    regions = _read_regions(section, (Region(reading.country),))
    calendar = Calendar(
        id=name,
        title=section.get("title", title, name),
        zone=zone,
        week=section.list_of("open", parse_week_window),
        on_holidays=section.get("holidays", member(OnHolidays), OnHolidays.IGNORE),
        country=regions[0].country,
        subdivision=section.get("subdivision", str, regions[0].subdivision),
        own_days=_read_days(section),
        window=section.get("window", whole(1, 99), 0),
        more_regions=regions[1:],
        holiday_kinds=section.list_of("holiday-kinds", str) or (PUBLIC,),
        events=read_events(section, zone, files),
    )
    _check_holidays(section, calendar)
    elsewhere = tuple(_read_elsewhere(row, calendar) for row in section.sections("elsewhere"))
    has_hours = section.has("open") or calendar.own_days or calendar.on_holidays is OnHolidays.ONLY
    if not has_hours and not calendar.events and not section.has("events") and not elsewhere:
        reading.fault(section.place, name, "is never open: it has no hours")
    return replace(calendar, elsewhere=elsewhere) if elsewhere else calendar


def _read_elsewhere(row: Section, calendar: Calendar) -> Calendar:
    """The hours of another zone; days out of the ordinary are the calendar's own."""
    zone = row.need("timezone", timezone, calendar.zone)
    regions = _read_regions(row, calendar.regions)
    part = replace(
        calendar,
        id=f"{calendar.id} in {zone}",
        zone=zone,
        week=row.list_of("open", parse_week_window, is_needed=True),
        on_holidays=row.get("holidays", member(OnHolidays), calendar.on_holidays),
        country=regions[0].country,
        subdivision=row.get("subdivision", str, regions[0].subdivision),
        more_regions=regions[1:],
        events=(),
        window=0,
    )
    if row.has("country") or row.has("holidays"):
        _check_holidays(row, part)
    row.close()
    return part


def _read_regions(section: Section, default: tuple[Region, ...]) -> tuple[Region, ...]:
    return section.list_of("country", _region) or default


def _region(text: str) -> Region:
    found = _REGION.match(text.strip())
    if found is None:
        raise Wrong(f'"{text}" is not a country; write two capital letters, as in "BE"')
    return Region(found[1], found[2] or "")


def _check_holidays(section: Section, calendar: Calendar) -> None:
    if calendar.on_holidays is OnHolidays.IGNORE:
        return
    for region in calendar.regions:
        if knows_holidays(region.country, region.subdivision, calendar.holiday_kinds):
            continue
        if region.subdivision and knows_holidays(region.country, "", calendar.holiday_kinds):
            named = subdivisions_of(region.country)
            message = (
                f"the holidays of {region.country}, {region.subdivision} are not known; "
                f"those are known of {', '.join(named)}"
                if named
                else f"the holidays of {region.country} are known, and none of its regions"
            )
            section.fault("holidays", message, nearest_name(region.subdivision, named))
        elif knows_holidays(region.country, ""):
            _fault_kind(section, region, calendar.holiday_kinds)
        else:
            section.fault("holidays", f"the holidays of {region.country} are not known")


def _fault_kind(section: Section, region: Region, kinds: tuple[str, ...]) -> None:
    known = categories_of(region.country)
    wrong = next((kind for kind in kinds if kind not in known), kinds[0])
    message = f'{region.country} has no holidays of the kind "{wrong}"; it has {", ".join(known)}'
    section.fault("holiday-kinds", message, nearest_of(wrong, known))


def nearest_name(name: str, names: tuple[str, ...]) -> str:
    """The name most like another, whatever its capitals."""
    found = nearest_of(name, [each.lower() for each in names])
    return next((each for each in names if each.lower() == found), "")


def parse_week_window(text: str) -> WeekWindow:
    """`Mon-Fri 08:00-18:00` or `always`."""
    if text.strip().lower() == "always":
        return ALWAYS
    found = _WEEK.match(text.strip())
    if found is None or ("," in text and any(sign.isdigit() for sign in found["days"])):
        raise Wrong(f'"{text}" is no opening time; write {_example(text)}')
    return WeekWindow(parse_days(found["days"]), parse_window_min(found["window"]))


def _example(text: str) -> str:
    """How it is written; several opening times in one text as the list that they should be."""
    parts = _over_days(text)
    if parts:
        return _written(parts)
    for part in (part.strip() for part in text.split(",")):
        found = _PART.fullmatch(part)
        if found is None or not (found["days"] or parts):
            break
        days = found["days"] or parts[-1].rpartition(" ")[0]
        parts.append(f"{days.strip()} {_clock(found['start'])}-{_clock(found['end'])}")
    else:
        return _written(parts)
    return 'it as in "Mon-Fri 08:00-18:00", or "always"; several of them as a list'


def _written(parts: list[str]) -> str:
    return f"[{', '.join(parts)}], a list" if len(parts) > 1 else f'"{parts[0]}"'


def _over_days(text: str) -> list[str]:
    """`Fri 19:00-Mon 07:00` day by day; empty where it is nothing of the kind."""
    found = _FROM_DAY_TO_DAY.fullmatch(text.strip())
    try:
        first, last = (parse_day(found[day]) for day in ("first", "last")) if found else (0, 0)
    except ValueError:
        return []
    if found is None or first == last:
        return []
    start, end = _clock(found["start"]), _clock(found["end"])
    if (last - first) % 7 == 1 and end <= start:
        return [f"{DAYS[first]} {start}-{end}"]
    between = [(first + step) % 7 for step in range(1, (last - first) % 7)]
    parts = [f"{DAYS[first]} {start}-24:00"]
    if between:
        days = DAYS[between[0]] + (f"-{DAYS[between[-1]]}" if len(between) > 1 else "")
        parts.append(f"{days} 00:00-24:00")
    return parts if end == "00:00" else [*parts, f"{DAYS[last]} 00:00-{end}"]


def _clock(text: str) -> str:
    hour, _, minute = text.lower().replace("h", ":").partition(":")
    return f"{int(hour):02}:{int(minute or 0):02}"


def _warn_of_a_long_year(row: Section, days: Days) -> None:
    """`12-24..12-20` runs over New Year and leaves out four days: more likely a slip."""
    length = (days.last - days.first).days % 366 + 1
    if days.yearly and days.last < days.first and length > LONGEST_OVER_NEW_YEAR:
        first, last = (f"{day:%m-%d}" for day in (days.first, days.last))
        message = f'"{first}..{last}" runs over New Year and is {length} days long'
        row.reading.warn(row.place_of("day"), row.path("day"), message, f"{last}..{first}")


def _read_days(section: Section) -> tuple[OwnDay, ...]:
    found: list[OwnDay] = []
    for row in section.sections("days"):
        days = row.need("day", parse_own_day, Days())
        _warn_of_a_long_year(row, days)
        closed: Windows = ()
        hours = row.need("hours", parse_windows_min, closed)
        said = row.get("title", title, "")
        found.append(OwnDay(days.first, days.last, hours, said, days.yearly, days.rule))
        row.close()
    return tuple(found)
