"""Data files: CSV and XLSX text -> a header and rows of texts, each row with the line it stands on.

A text that begins with `base64,` is a workbook (see `dialplan.source`). CSV may be separated by commas,
semicolons or tabs: spreadsheets of this country write semicolons.
"""

from __future__ import annotations

import binascii
import csv
import io
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from dialplan.faults import Place, nearest_of
from dialplan.reading import Reading

WORKBOOK: Final = "base64,"  # `BINARY` of dialplan.source, which reads this module
SEPARATORS: Final = (";", "\t", ",")
_NAMED_SEPARATOR: Final = re.compile(r"sep=([;,\t|])\s*$", re.IGNORECASE | re.MULTILINE)
_QUOTED: Final = re.compile(r'"[^"]*"')
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `cells` are as many as the header has."""

    place: Place
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """What stands in a file."""

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, name: str) -> int | None:
        """The index of a column, capitals or not; None when there is none."""
        small = name.strip().casefold()
        return next((at for at, each in enumerate(self.header) if each.casefold() == small), None)

    def nearest(self, name: str) -> str:
        """The column most like a name."""
        found = nearest_of(name, [each.lower() for each in self.header])
        return next((each for each in self.header if each.lower() == found), "")


class _Unreadable(Exception):  # noqa: N818 - says what is wrong
    """Says why, and on which line."""

    def __init__(self, message: str, line: int = 1) -> None:
        self.message = message
        self.line = line
        super().__init__(message)


def read_grid(reading: Reading, file: str, text: str, sheet: str = "") -> Grid | None:
    """The grid of a data file; None, with faults, when there is none. `sheet`: of a workbook; its first."""
    try:
        lines = _read_workbook(text, sheet) if text.startswith(WORKBOOK) else _read_csv(text)
    except _Unreadable as why:
        reading.fault(Place(file, why.line), "", why.message)
        return None
    filled = [(number, cells) for number, cells in lines if any(cells)]
    if not filled:
        reading.fault(Place(file), "", "the file is empty; its first row names the columns")
        return None
    return _build(reading, file, filled)


def _build(reading: Reading, file: str, lines: list[tuple[int, list[str]]]) -> Grid | None:
    number, names = lines[0]
    while names and not names[-1]:
        names.pop()
    if not _check_header(reading, Place(file, number), names):
        return None
    rows: list[Row] = []
    for line, cells in lines[1:]:
        if any(cells[len(names) :]):
            message = f"has {len(cells)} cells where the header has {len(names)}"
            reading.fault(Place(file, line, len(names) + 1), "", message)
            continue
        padded = (*cells, *[""] * len(names))[: len(names)]
        rows.append(Row(Place(file, line), tuple(padded)))
    return Grid(file, tuple(names), tuple(rows))


def _check_header(reading: Reading, place: Place, names: list[str]) -> bool:
    seen: dict[str, int] = {}
    good = True
    for column, name in enumerate(names, 1):
        here = place._replace(column=column)
        if not name:
            reading.fault(here, "", f"column {column} has no name")
            good = False
        elif name.casefold() in seen:
            reading.fault(
                here, "", f'two columns are called "{name}"; the first is column {seen[name.casefold()]}'
            )
            good = False
        seen.setdefault(name.casefold(), column)
    return good


def _read_csv(text: str) -> list[tuple[int, list[str]]]:
    text = text.lstrip("\ufeff")
    separator, is_named = _separator_of(text)
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if line == 1 and is_named:
                cells = []  # says the separator, and is no row
            found.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
            _check_size(len(found), len(cells), line)
    except csv.Error as error:
        raise _Unreadable(f"not CSV: {error}", line) from None
    return found


def _separator_of(text: str) -> tuple[str, bool]:
    """What separates the cells, and whether the first line says so, `sep=;`, as Excel writes it.

    Otherwise what the header has most of; what stands within quotes counts for nothing.
    """
    head = text.lstrip("\r\n").partition("\n")[0]
    named = _NAMED_SEPARATOR.match(text)
    if named:
        return named[1], True
    bare = _QUOTED.sub("", head)
    return max(SEPARATORS, key=lambda sign: (bare.count(sign), sign == ",")), False


def _read_workbook(text: str, sheet: str) -> list[tuple[int, list[str]]]:
    # imported here: it takes a tenth of a second, which only folders with a workbook should pay
    from openpyxl import load_workbook

    try:
        content = b64decode(text.removeprefix(WORKBOOK), validate=True)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (binascii.Error, ValueError, KeyError, OSError, EOFError) as error:
        raise _Unreadable(f"not an XLSX workbook: {error}") from None
    except Exception as error:  # a damaged archive or XML: openpyxl raises what its parts raise
        raise _Unreadable(f"not an XLSX workbook: {type(error).__name__}") from None
    if sheet and sheet not in book.sheetnames:
        raise _Unreadable(f'the workbook has no sheet "{sheet}"; there are {", ".join(book.sheetnames)}')
    found: list[tuple[int, list[str]]] = []
    page = book[sheet] if sheet else book.worksheets[0]
    for line, cells in enumerate(page.iter_rows(values_only=True), 1):
        _check_size(line, 0, line)
        found.append((line, [_text_of(cell) for cell in cells]))
    book.close()
    return found


def _check_size(rows: int, columns: int, line: int) -> None:
    if rows > MOST_ROWS:
        raise _Unreadable(f"has more than {MOST_ROWS:,} rows", line)
    if columns > MOST_COLUMNS:
        raise _Unreadable(f"has more than {MOST_COLUMNS} columns", line)


def _text_of(value: object) -> str:
    """A cell of a workbook as somebody reads it: 465.0 is 465, a day is 2026-12-24."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).strip()
