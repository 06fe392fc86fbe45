"""The bulk form: rows of service numbers, `C` to create and `D` to delete, each with an optional destination.

    number;C/D;destination;brand;group;plan;line;carrier
    03 205 55 82;C;agent-1;fuzer;;;;
    03 205 55 83;C;;fuzer;alarm-lines;;sip;Telenet
    03 205 55 84;D;;;;;;

With a destination (a directory entry, an extension, a skills group, a telephone number) a simple plan
to it is made: it rings there, then at the brand's last person; numbers with the same destination share it.
Columns may come in any order; only `number` is needed. A row without a brand is of its group's, or of the
only one there is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialplan.faults import Place, nearest_of
from dialplan.fields import identifier, phone
from dialplan.files.numbers import WrittenNumber
from dialplan.grids import Grid
from dialplan.model import LineType
from dialplan.reading import Wrong

NUMBER, ACTION, DESTINATION = "number", "c/d", "destination"
BRAND, GROUP, PLAN, LINE, CARRIER = "brand", "group", "plan", "line", "carrier"
COLUMNS: Final = (NUMBER, ACTION, DESTINATION, BRAND, GROUP, PLAN, LINE, CARRIER)
ALSO: Final = {"cd": ACTION, "action": ACTION, "type": LINE, "line type": LINE, "dest": DESTINATION}
SIMPLE: Final = "to-"
"""How the id of a simple plan begins."""


class Action(StrEnum):
    """What a row wants."""

    CREATE = "C"
    DELETE = "D"


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A row that can be understood. `destination` as it is written; `number` E.164."""

    place: Place
    action: Action
    number: str
    destination: str = ""
    brand: str = ""
    group: str = ""
    plan: str = ""
    line: LineType | None = None
    carrier: str = ""

    def written(self, brand: str) -> WrittenNumber:
        """The number to be made, of this brand."""
        plan = simple_plan_id(self.destination) if self.destination else self.plan
        return WrittenNumber(
            self.number, brand, plan, self.group, self.place, carrier=self.carrier, line=self.line
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be understood, or done: why, and the nearest right name."""

    place: Place
    number: str
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        return self.message + (f'; did you mean "{self.nearest}"?' if self.nearest else "")


class UnknownColumn(ValueError):  # noqa: N818 - it says what is so
    """A sheet that has a column nobody knows, or lacks the numbers."""

    def __init__(self, message: str, column: int, nearest: str = "") -> None:
        self.message, self.column, self.nearest = message, column, nearest
        super().__init__(message)


def rows_of(grid: Grid, country: str) -> Iterator[BulkRow | Refusal]:
    """The rows of a sheet, in order. Raises UnknownColumn."""
    columns = _columns_of(grid)
    parse_phone = phone(country)
    for row in grid.rows:
        cells = {name: row.cells[at] for name, at in columns.items()}
        yield _row(row.place, cells, columns, parse_phone)


def _columns_of(grid: Grid) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, title in enumerate(grid.header):
        small = " ".join(title.casefold().split())
        name = ALSO.get(small, small)
        if name not in COLUMNS:
            near = nearest_of(small, COLUMNS)
            raise UnknownColumn(f'unknown column "{title}"', at + 1, near)
        if name in found:
            raise UnknownColumn(f'the column "{name}" stands twice', at + 1)
        found[name] = at
    if NUMBER not in found:
        raise UnknownColumn('there is no column "number"', 1)
    return found


def _row(
    place: Place, cells: Mapping[str, str], columns: Mapping[str, int], parse_phone: Callable[[str], str]
) -> BulkRow | Refusal:
    """One row, or the first thing wrong with it."""
    at = NUMBER
    try:
        number = parse_phone(cells[NUMBER])
        at = ACTION
        action = _action(cells.get(ACTION, ""))
        at = LINE
        line = _line(cells.get(LINE, ""))
        for name in (BRAND, GROUP, PLAN):
            at = name
            if cells.get(name):
                identifier(cells[name])
    except ValueError as error:
        nearest = error.nearest if isinstance(error, Wrong) else ""
        message = str(error) if cells.get(at) else f'"{at}" is empty'
        return Refusal(place._replace(column=columns.get(at, 0) + 1), cells[NUMBER], message, nearest)
    row = BulkRow(
        place, action, number, cells.get(DESTINATION, ""), cells.get(BRAND, ""), cells.get(GROUP, ""),
        cells.get(PLAN, ""), line, cells.get(CARRIER, ""),
    )  # fmt: skip
    return _contradiction(row, columns) or row


def _contradiction(row: BulkRow, columns: Mapping[str, int]) -> Refusal | None:
    if row.action is Action.DELETE and (row.destination or row.plan):
        at, said = DESTINATION if row.destination else PLAN, "a number that is deleted goes nowhere"
    elif row.destination and row.plan:
        at, said = PLAN, "has a destination and a plan; a destination makes a plan of its own"
    elif row.action is Action.CREATE and not (row.destination or row.plan or row.group):
        at, said = NUMBER, "goes nowhere: write a destination, a plan, or a group that has one"
    else:
        return None
    return Refusal(row.place._replace(column=columns[at] + 1), row.number, said)


def _action(text: str) -> Action:
    small = text.strip().upper()
    if small in ("", "C", "D"):
        return Action(small or "C")
    raise Wrong(f'"{text}" is neither C (create) nor D (delete)')


def _line(text: str) -> LineType | None:
    if not text:
        return None
    small = text.strip().lower()
    if small not in tuple(LineType):
        raise Wrong(f'"{text}" is none of {", ".join(LineType)}', nearest_of(small, list(LineType)))
    return LineType(small)


def simple_plan_id(destination: str) -> str:
    """The id of the simple plan to a destination: `to-agent-1`, `to-32470000021`."""
    return SIMPLE + re.sub(r"[^a-z0-9]+", "-", destination.lower()).strip("-")[:60]
