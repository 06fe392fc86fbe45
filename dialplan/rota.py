"""A duty out of a spreadsheet, and into one: a row for each time, `from`, `until`, `trigram`, `layer`, `why`.

from;until;trigram;layer;why
2026-12-24 18:00;2026-12-25 08:00;ADU, WTI;nights;Christmas
25/12/2026;25/12/2026;MAB                     a day alone counts in full

Each row is an override: of its layer, or without one of the whole duty. Every fault of every row is found at
once, and each row keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.changes import ChangeRefused, check_change
from dialplan.faults import ConfigurationFaults, Fault
from dialplan.grids import Grid, Row, read_grid
from dialplan.model import Duty, Swap
from dialplan.reading import Reading
from dialplan.roster import stretches_between
from dialplan.rotations import Order
from dialplan.sentences import Sentence
from dialplan.when import parse_when

NEEDED: Final = ("from", "until", "trigram")
COLUMNS: Final = (*NEEDED, "layer", "why")
_APART = re.compile(r"[\s,;+/]+")


class Fate(StrEnum):
    """What becomes of a row."""

    GOOD = "good"
    KNOWN = "known"
    """It was taken in before."""
    OVER = "over"
    """It lies in the past."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class RotaRow:
    """One row: its line (from 1), what stands in it, what it means, and what there is to say of it."""

    line: int
    text: str
    fate: Fate
    change: Swap | None = None
    says: tuple[str, ...] = ()


def read_rota(
    text: str, file: str, duty: Duty, now: datetime, known: Iterable[Swap] = ()
) -> tuple[RotaRow, ...]:
    """The rows of a spreadsheet at `now` (aware). `known`: overrides that hold already.

    ConfigurationFaults: it is none, or lacks a column.
    """
    reading = Reading(timezone=duty.roster.zone)
    grid = read_grid(reading, file, text)
    if grid is not None:
        reading.faults.extend(_faults_of_header(grid))
    if grid is None or reading.faults:
        raise ConfigurationFaults(reading.faults)
    held = {(each.start, each.end, each.order, each.layer) for each in known}
    rows = [_read_row(row, grid, duty, now, held) for row in grid.rows]
    return tuple(_with_overlaps(rows))


def write_rows(duty: Duty, start: datetime, end: datetime, layer: str = "") -> list[tuple[str, ...]]:
    """A period (aware) as rows of a spreadsheet, its header first, layer by layer, by the roster's clock.

    Taken in again they give the same duty.
    """
    zone = ZoneInfo(duty.roster.zone)
    rows: dict[str, list[tuple[datetime, datetime, Order]]] = {}
    for stretch in stretches_between(duty, start, end):
        for part in stretch.parts:
            if not part.order or layer not in ("", part.layer):
                continue
            held = rows.setdefault(part.layer, [])
            if held and held[-1][1:] == (stretch.start, part.order):
                held[-1] = (held[-1][0], stretch.end, part.order)
            else:
                held.append((stretch.start, stretch.end, part.order))
    found = [(each, name) for name, held in rows.items() for each in held]
    return [
        COLUMNS[:4],
        *((_say(a, zone), _say(b, zone), ", ".join(order), name) for (a, b, order), name in sorted(found)),
    ]


def _say(at: datetime, zone: ZoneInfo) -> str:
    """By the clock; in an hour that comes twice with its zone."""
    local = at.astimezone(zone)
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.isoformat(timespec="minutes") if is_twice else f"{local:%Y-%m-%d %H:%M}"


def _faults_of_header(grid: Grid) -> Iterator[Fault]:
    for name in NEEDED:
        if grid.column(name) is None:
            there = ", ".join(grid.header)
            message = Sentence("no-column", name=name, names=there)
            yield Fault(grid.file, 1, 1, "", message, grid.nearest(name))
    for name in grid.header:
        if name and name.casefold() not in COLUMNS:
            message = Sentence("strange-column", name=name, names=", ".join(COLUMNS))
            yield Fault(grid.file, 1, 1, "", message)


def _read_row(
    row: Row, grid: Grid, duty: Duty, now: datetime, held: set[tuple[datetime, datetime, Order, str]]
) -> RotaRow:
    cells = {name: _cell(row, grid, name) for name in COLUMNS}
    text = " | ".join(cells[name] for name in COLUMNS if cells[name])
    faults: list[str] = [Sentence("is-empty", name=name) for name in NEEDED if not cells[name]]
    zone = duty.roster.zone
    start = _moment(cells["from"], now, zone, faults)
    end = _moment(cells["until"], start or now, zone, faults, is_end=True)
    order = tuple(dict.fromkeys(name.upper() for name in _APART.split(cells["trigram"]) if name))
    if start is None or end is None or not order:
        return RotaRow(row.place.line, text, Fate.BAD, says=tuple(faults))
    change = Swap(start, end, order, cells["why"], cells["layer"])
    if start < end <= now:
        return RotaRow(row.place.line, text, Fate.OVER, change, (Sentence("it-is-over"),))
    try:
        check_change(duty, change, now)
    except ChangeRefused as refusal:
        return RotaRow(row.place.line, text, Fate.BAD, says=(*faults, refusal.said))
    fate = Fate.KNOWN if (start, end, order, cells["layer"]) in held else Fate.GOOD
    says = (Sentence("is-there-already"),) if fate is Fate.KNOWN else ()
    return RotaRow(row.place.line, text, fate, change, says)


def _cell(row: Row, grid: Grid, name: str) -> str:
    at = grid.column(name)
    return row.cells[at].strip() if at is not None else ""


def _moment(
    text: str, base: datetime, zone: str, faults: list[str], *, is_end: bool = False
) -> datetime | None:
    if not text:
        return None
    try:
        return parse_when(text, base, zone, is_end=is_end)
    except ValueError as fault:
        faults.append(fault.args[0])
        return None


def _with_overlaps(rows: list[RotaRow]) -> Iterator[RotaRow]:
    """A row that holds while an earlier one of the same layer does: it counts, and that is said."""
    before: list[RotaRow] = []
    for row in rows:
        if row.fate is Fate.GOOD and row.change is not None:
            other = next((each for each in before if each.change and _overlap(each.change, row.change)), None)
            if other is not None:
                said = Sentence("holds-with-line", number=other.line)
                before.append(row)
                yield replace(row, says=(*row.says, said))
                continue
            before.append(row)
        yield row


def _overlap(one: Swap, other: Swap) -> bool:
    return one.layer == other.layer and one.start < other.end and other.start < one.end


__all__ = ["COLUMNS", "Fate", "RotaRow", "read_rota", "write_rows"]
