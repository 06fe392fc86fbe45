"""iCal files of a configuration (`calendars/*.ics`), and which of their events a calendar heeds."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dialplan.calendars import Calendar
from dialplan.faults import Place, nearest_of
from dialplan.fields import choice, title
from dialplan.ical import Events, UnreadableEvents, check_events, named_in
from dialplan.reading import Reading, Section

SUFFIX = ".ics"


def read_events(section: Section, zone: str, files: Mapping[str, str]) -> tuple[Events, ...]:
    """The events of a calendar in `zone`; `files`: iCal texts by name."""
    found: list[Events] = []
    for row in section.sections("events"):
        file = row.need("file", str, "")
        events = Events(
            file=file,
            text=files.get(file, ""),
            zone=zone,
            categories=row.list_of("category", title),
            summaries=row.list_of("summary", title),
            opens=row.get("then", choice(("open", "closed")), "open") == "open",
        )
        if file and file not in files:
            message = f'there is no iCal file "{file}"; they are calendars/*.ics'
            row.fault("file", message, nearest_of(file, files))
        elif file and _can_be_read(row, events.text):
            _warn_of_unknown(row, events)
            found.append(events)
        row.close()
    return tuple(found)


def _can_be_read(row: Section, text: str) -> bool:
    """Whether a file is in order; what is wrong with it is said once, at its own place."""
    try:
        check_events(text)
    except UnreadableEvents:
        return False
    return True


def _warn_of_unknown(row: Section, events: Events) -> None:
    """An event that is to come may have the name: it is no fault that none has it now."""
    categories, _ = named_in(events.text)
    small = {each.casefold(): each for each in categories}
    for name in events.categories:
        if name.casefold() not in small:
            near = nearest_of(name.casefold(), small)
            hint = f'; did you mean "{small[near]}"?' if near else ""
            message = f'no event of {events.file} has the category "{name}" now{hint}'
            row.reading.warn(row.place_of("category"), row.path("category"), message)


def judge_files(
    reading: Reading, calendars: Mapping[str, Calendar], texts: Mapping[str, str], named: Collection[str] = ()
) -> None:
    """Each iCal file once, whoever names it. `named`: files that something other than a calendar names."""
    files = {name: text for name, text in texts.items() if name.endswith(SUFFIX)}
    named = {*named, *(events.file for calendar in calendars.values() for events in calendar.events)}
    for name, text in files.items():
        try:
            check_events(text)
        except UnreadableEvents as error:
            reading.fault(Place(name, error.line), "", error.message)
            continue
        if name not in named:
            reading.warn(Place(name), "", "no calendar and no layer names this file")
