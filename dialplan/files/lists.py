"""`lists.yaml`: black and white lists under names, for the node `list`.

blocked:
  title: Callers we do not serve
  entries:
    - +32 470 00 00 98
    - {number: 0470 00 00 97, reason: abuse, until: 2027-01-31}
    - {prefix: 0900, reason: premium numbers never call}
    - anonymous
  file: tables/blocked.csv          # columns: number, and if wanted reason and until
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from dialplan.cells import Cell, Table
from dialplan.faults import Place
from dialplan.fields import any_phone, identifier, member, phone_prefix, title
from dialplan.files.data import data_file
from dialplan.grids import Grid
from dialplan.lists import Listing, ListKind, NumberList
from dialplan.reading import Reading, Section, Wrong, as_section
from dialplan.times import parse_clock_min, parse_date

LIST = "list"
"""What a reference to a list is called."""

ANONYMOUS = "anonymous"
FILE_COLUMNS = ("number", "reason", "until")


def read_lists(root: Section, texts: Mapping[str, str]) -> dict[str, NumberList]:
    """Every list by its id. `texts`: the files of the configuration."""
    lists: dict[str, NumberList] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["list", name] = place
        if root.parsed_key(name, place, identifier) and section is not None:
            lists[name] = _read_list(section, name, texts)
            section.close()
    return lists


End: TypeAlias = tuple[datetime, str]
"""When an entry ends (UTC), and how that was written."""


@dataclass(slots=True)
class _Entries:
    """A list being read: every entry at its place, each once."""

    reading: Reading
    kind: ListKind
    exact: dict[str, Listing] = field(default_factory=dict)
    prefixes: dict[str, Listing] = field(default_factory=dict)
    anonymous: Listing | None = None
    places: dict[str, Place] = field(default_factory=dict)

    def put(self, place: Place, where: str, text: str, reason: str, until: End | None) -> None:
        """Add what stands there: a number, `+32470*`, `anonymous`, a word. Raises ValueError."""
        end = until or (None, "")
        if text.strip().casefold() == ANONYMOUS:
            key, self.anonymous = ANONYMOUS, Listing("showing no number", reason, *end)
        elif self.kind is ListKind.WORDS:
            key = text.strip().casefold()
            self.exact[key] = Listing("its value", reason, *end)
        elif text.strip().endswith("*"):
            key = phone_prefix(self.reading.country)(text)
            self.prefixes[key] = Listing(f"the prefix {key}", reason, *end)
            key += "*"
        else:
            key = any_phone(self.reading.country)(text)
            self.exact[key] = Listing("its number", reason, *end)
        first = self.places.setdefault(key, place)
        if first != place:
            self.reading.fault(place, where, f'"{text}" stands twice; first at {first}')


def _read_list(section: Section, name: str, texts: Mapping[str, str]) -> NumberList:
    reading = section.reading
    # one fault, not one for each entry that is no number
    usual = ListKind.WORDS if section.has("kind") else ListKind.NUMBERS
    kind = section.get("kind", member(ListKind), usual)
    entries = _Entries(reading, kind)
    for where, cell in section.cells_of("entries"):
        _read_entry(section, entries, where, cell)
    grid = data_file(section, "file", texts) if section.has("file") else None
    if grid is not None:
        _read_rows(reading, entries, grid)
    return NumberList(
        id=name,
        title=section.get("title", title, name),
        kind=kind,
        country=reading.country,
        exact=entries.exact,
        prefixes=entries.prefixes,
        anonymous=entries.anonymous,
    )


def _read_entry(section: Section, entries: _Entries, where: str, cell: Cell) -> None:
    reading = section.reading
    if not isinstance(cell, Table):
        for text in section.parsed_one(cell, where, str):
            _put(entries, cell.place, where, text, "", None)
        return
    row = Section(reading, cell, where)
    what = next((key for key in ("number", "prefix", "value") if row.has(key)), "number")
    text = row.need(what, str, "")
    reason = row.get("reason", title, "")
    until = row.get("until", _end(reading.timezone), None)
    row.close()
    if text:
        star = "*" if what == "prefix" and not text.endswith("*") else ""
        _put(entries, row.place_of(what), row.path(what), text + star, reason, until)


def _put(entries: _Entries, place: Place, where: str, text: str, reason: str, until: End | None) -> None:
    try:
        entries.put(place, where, text, reason, until)
    except ValueError as error:
        entries.reading.fault(place, where, str(error))


def _read_rows(reading: Reading, entries: _Entries, grid: Grid) -> None:
    columns = {name: grid.column(name) for name in FILE_COLUMNS}
    at = columns["number"]
    if at is None:
        message = f'there is no column "number"; there are {", ".join(grid.header)}'
        reading.fault(Place(grid.file), "", message, grid.nearest("number"))
        return
    parse_end = _end(reading.timezone)
    for row in grid.rows:
        said = {name: row.cells[index] for name, index in columns.items() if index is not None}
        try:
            until = parse_end(said["until"]) if said.get("until") else None
        except ValueError as error:
            reading.fault(row.place._replace(column=(columns["until"] or 0) + 1), "until", str(error))
            continue
        place = row.place._replace(column=at + 1)
        if not said["number"]:
            reading.fault(place, "number", "is empty")
        else:
            _put(entries, place, "number", said["number"], said.get("reason", ""), until)


def _end(zone: str) -> Callable[[str], End | None]:
    """`2027-01-31`, to the end of that day, or `2027-01-31 18:00`, by the desk's clock -> UTC."""

    def parse(text: str) -> End | None:
        day_text, _, clock = text.strip().partition(" ")
        try:
            day = parse_date(day_text)
            minutes = parse_clock_min(clock) if clock else 24 * 60
        except ValueError:
            message = f'"{text}" is no end; write a day, "2027-01-31", or a moment, "2027-01-31 18:00"'
            raise Wrong(message) from None
        midnight = datetime.combine(day + timedelta(days=minutes // 1440), time(), ZoneInfo(zone))
        end = midnight.replace(hour=minutes % 1440 // 60, minute=minutes % 60)
        return end.astimezone(UTC), text.strip()

    return parse
