"""Duties that are kept elsewhere: an on-call calendar (iCal) or the rows of a spreadsheet.

from,until,trigram
2026-12-24 18:00,2026-12-25 08:00,ADU
2026-12-25,2026-12-25,"WTI, MAB"        a day alone counts in full
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from dialplan.faults import Place, nearest_of
from dialplan.fields import title, trigram
from dialplan.files.events import SUFFIX
from dialplan.files.moments import day_or_moment_in
from dialplan.files.orders import ENGINEER
from dialplan.grids import Grid, Row, read_grid
from dialplan.ical import Events, UnreadableEvents, check_events, named_in
from dialplan.model import Swap
from dialplan.reading import Reading, Section, Wrong

FOLDER: Final = "rosters/"
SUFFIXES: Final = (".csv", ".xlsx")
ICAL: Final = "iCal file of a layer"
"""Under which word the iCal files that layers name are kept."""
DATA: Final = "roster file"
COLUMNS: Final = ("from", "until", "trigram")
T = TypeVar("T")
_TRIGRAM = re.compile(r"\b[A-Z]{3}\b")


def read_watches(row: Section, zone: str, texts: Mapping[str, str]) -> Events | None:
    """The events under `calendar`, those of `category` or `summary` where one is given."""
    file = row.get("calendar", str, "")
    categories, summaries = row.list_of("category", title), row.list_of("summary", title)
    if not file:
        return None
    files = [name for name in texts if name.endswith(SUFFIX)]
    if file not in files:
        message = f'there is no iCal file "{file}"; they are calendars/*.ics'
        row.fault("calendar", message, nearest_of(file, files))
        return None
    row.reading.places[ICAL, file] = row.place_of("calendar")
    events = Events(file, texts[file], zone, categories, summaries)
    try:
        check_events(events.text)
    except UnreadableEvents:
        return None  # said at its own place, once, whoever names the file
    _warn_of_unnamed(row, events)
    return events


def _warn_of_unnamed(row: Section, events: Events) -> None:
    """A summary without a known trigram leaves nobody on duty while its event runs."""
    engineers = {key[1] for key in row.reading.places if key[0] == ENGINEER}
    for summary in sorted(named_in(events.text)[1]):
        if not set(_TRIGRAM.findall(summary)) & engineers and _is_wanted(events, summary):
            message = f'the event "{summary}" names no engineer: nobody is on duty by it'
            row.reading.warn(Place(events.file, _line_of(events.text, summary)), row.where, message)


def _is_wanted(events: Events, summary: str) -> bool:
    if events.categories:
        return False  # which of them have the category is not known by the summary
    return events.wants({"SUMMARY": summary})


def _line_of(text: str, summary: str) -> int:
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.startswith("SUMMARY") and summary in line), 1)


def read_rows(row: Section, zone: str, texts: Mapping[str, str]) -> tuple[Swap, ...]:
    """The rows of the spreadsheet under `file`."""
    file, sheet = row.get("file", str, ""), row.get("sheet", title, "")
    if not file:
        return ()
    if file not in texts or not is_roster_file(file):
        files = [name for name in texts if is_roster_file(name)]
        message = f'there is no roster file "{file}"; they are rosters/*.csv and rosters/*.xlsx'
        row.fault("file", message, nearest_of(file, files))
        return ()
    row.reading.places[DATA, file] = row.place_of("file")
    grid = read_grid(row.reading, file, texts[file], sheet)
    return _rows_of(row.reading, grid, zone) if grid is not None else ()


def is_roster_file(name: str) -> bool:
    """Whether this is the name of a file that layers may read."""
    return name.startswith(FOLDER) and name.endswith(SUFFIXES)


def warn_of_unread_rosters(reading: Reading, texts: Mapping[str, str]) -> None:
    """Roster files that no layer names."""
    for name in texts:
        if is_roster_file(name) and (DATA, name) not in reading.places:
            reading.warn(Place(name), "", "no layer reads this file")


def _rows_of(reading: Reading, grid: Grid, zone: str) -> tuple[Swap, ...]:
    columns = [grid.column(name) for name in COLUMNS]
    for name, at in zip(COLUMNS, columns, strict=True):
        if at is None:
            reading.fault(Place(grid.file), "", f'has no column "{name}"', grid.nearest(name))
    if any(at is None for at in columns):
        return ()
    found = [_read_row(reading, each, [at for at in columns if at is not None], zone) for each in grid.rows]
    return tuple(each for each in found if each is not None)


def _read_row(reading: Reading, row: Row, columns: list[int], zone: str) -> Swap | None:
    values = [row.cells[at] for at in columns]
    parsers: tuple[Callable[[str], datetime], ...] = (
        day_or_moment_in(zone),
        day_or_moment_in(zone, is_end=True),
    )
    moments = [
        _parsed(reading, row, name, text, parse)
        for name, text, parse in zip(COLUMNS, values, parsers, strict=False)
    ]
    order = _parsed(reading, row, "trigram", values[2], _trigrams) or ()
    for name in order:
        reading.refer(ENGINEER, name, row.place, "trigram")
    start, end = moments
    if start is None or end is None or not order:
        return None
    if end <= start:
        reading.fault(row.place, "until", "does not lie after its beginning")
        return None
    return Swap(start, end, order)


def _parsed(reading: Reading, row: Row, name: str, text: str, parse: Callable[[str], T]) -> T | None:
    if not text:
        reading.fault(row.place, name, "is empty")
        return None
    try:
        return parse(text)
    except Wrong as wrong:
        reading.fault(row.place, name, wrong.message, wrong.nearest)
    except ValueError as error:
        reading.fault(row.place, name, str(error))
    return None


def _trigrams(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(trigram(part) for part in re.split(r"[\s,;+/]+", text.strip())))
