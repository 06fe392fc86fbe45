"""Importing a bulk form into a configuration: what is done with each row, and the files as they are then.

The rows that can be done are kept in `numbers/bulk.csv`; the configuration with them is loaded and checked as
a whole, and a row that it has something against is refused with those words.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialplan.bulk import Action, BulkRow, Refusal, UnknownColumn, rows_of
from dialplan.faults import ConfigurationFaults, Fault, Place, fault_at, nearest_of
from dialplan.files.bulk import canonical
from dialplan.grids import Grid, read_grid
from dialplan.model import Configuration
from dialplan.numbers import display
from dialplan.reading import Reading
from dialplan.source import load_texts

STORE: Final = "numbers/bulk.csv"
HEADER: Final = ("number", "C/D", "destination", "brand", "group", "plan", "line", "carrier")
MOST_ROUNDS: Final = 20
"""A row that is refused may make others impossible; so often the rest is tried again."""
NOT_THERE: Final = "is not there"
GROUPED: Final = "it stands in groups.yaml and with no brand: take it away there"
ALONE: Final = "not done, because another row was refused"


@dataclass(frozen=True, slots=True)
class Choices:
    """`brand` and `group` of rows that name none. `all_or_nothing`: one refusal and nothing is done.
    `new_groups`: number groups that may be made, for a group that is not there is most often misspelt."""

    brand: str = ""
    group: str = ""
    all_or_nothing: bool = False
    new_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowReport:
    """What was done with one row of the form. `line` counts from 1, the header is the first."""

    line: int
    number: str
    action: str
    is_done: bool
    why: str


@dataclass(frozen=True, slots=True)
class Import:
    """What came of a form: a report for each row, and the files that change (none: nothing does)."""

    rows: tuple[RowReport, ...]
    files: Mapping[str, str]

    @property
    def refused(self) -> int:
        """How many rows were not done."""
        return sum(not row.is_done for row in self.rows)


def import_form(texts: Mapping[str, str], form: str, name: str, choices: Choices) -> Import:
    """Take in a form (`form`: its text, `name`: of its file) into a configuration's files.

    Raises ConfigurationFaults: the form cannot be read, or the configuration has faults of its own.
    """
    before = load_texts(texts).configuration
    wanted = list(_read_form(form, name, before.desk.country))
    good: list[BulkRow] = []
    refused: dict[int, str] = {}
    seen: dict[str, int] = {}
    for row in wanted:
        if isinstance(row, Refusal):
            refused[row.place.line] = str(row)
            continue
        row = replace(row, brand=row.brand or choices.brand, group=row.group or choices.group)
        why = _against(row, before, seen) or _unknown_group(row, before, choices.new_groups)
        if why:
            refused[row.place.line] = why
        else:
            seen[row.number] = row.place.line
            good.append(row)
    store, done = _settle(texts, good, refused, before.desk.country)
    if choices.all_or_nothing and refused:
        return _nothing(wanted, refused, before)
    said = {row.place.line: _say_done(row, before) for row in done}
    return Import(_reports(wanted, said, refused, before), {STORE: store} if done else {})


def _read_form(form: str, name: str, country: str) -> Iterator[BulkRow | Refusal]:
    grid = grid_of(form, name)
    try:
        for row in rows_of(grid, country):
            yield row if isinstance(row, Refusal) else canonical(row, country)
    except UnknownColumn as error:
        fault = fault_at(Place(name, 1, error.column), "", error.message, error.nearest)
        raise ConfigurationFaults([fault]) from None


def grid_of(form: str, name: str) -> Grid:
    """The rows of a form. Raises ConfigurationFaults."""
    reading = Reading()
    grid = read_grid(reading, name, form)
    if grid is None or reading.faults:
        raise ConfigurationFaults(reading.faults)
    return grid


def _against(row: BulkRow, before: Configuration, seen: Mapping[str, int]) -> str:
    """Why a row cannot be done, as far as the numbers that there are tell; empty: nothing is against it."""
    known = before.numbers.get(row.number)
    if row.number in seen:
        return f"the number stands on line {seen[row.number]} already"
    if row.action is Action.DELETE:
        return "" if known else "there is no such number"
    return f"the number is there already: {known.brand}, plan {known.plan}" if known else ""


def _unknown_group(row: BulkRow, before: Configuration, new_groups: Sequence[str]) -> str:
    """Why the group of a row cannot be meant; empty: it is there, or may be made."""
    known = (*before.groups, *before.brands, *new_groups)
    if row.action is Action.DELETE or not row.group or row.group in known:
        return ""
    near = nearest_of(row.group, known)
    return f'unknown number group "{row.group}"; ' + (
        f'did you mean "{near}"?' if near else f"--new-group {row.group} makes one"
    )


def _settle(
    texts: Mapping[str, str], good: list[BulkRow], refused: dict[int, str], country: str
) -> tuple[str, list[BulkRow]]:
    """The store with the rows that the whole configuration bears; the others are noted as refused."""
    for _ in range(MOST_ROUNDS):
        store, lines = _store(texts.get(STORE, ""), good)
        try:
            load_texts({**texts, STORE: store})
        except ConfigurationFaults as faults:
            ours = ((lines[fault.line], _words(fault)) for fault in faults.faults if _is_ours(fault, lines))
            blamed = {**_still_named(faults.faults, good, country), **dict(ours)}
            if not blamed:
                raise
            deleted = {row.place.line for row in good if row.action is Action.DELETE}
            for line, why in blamed.items():
                refused.setdefault(line, GROUPED if line in deleted and NOT_THERE in why else why)
            good = [row for row in good if row.place.line not in blamed]
        else:
            return store, good
    raise ConfigurationFaults([fault_at(Place(STORE), "", "the rows of the form contradict each other")])


def _still_named(faults: Sequence[Fault], rows: Sequence[BulkRow], country: str) -> Mapping[int, str]:
    """The rows that delete a number of which another file still speaks, and what that file says."""
    others = [fault for fault in faults if fault.file != STORE]
    return {
        row.place.line: f"the files still name it: {fault}"
        for row in rows
        for fault in others
        if row.action is Action.DELETE and display(row.number, country) in str(fault)
    }


def _is_ours(fault: Fault, lines: Mapping[int, int]) -> bool:
    return fault.file == STORE and fault.line in lines


def _words(fault: Fault) -> str:
    """A fault in the words of a form, whose cells have no room for what a file may say of a number."""
    where = f"{fault.where}: " if fault.where else ""
    message, meant, _ = fault.message.partition("; if that is meant, write {")
    message += "; if that is meant, give it a name in directory.yaml and write that" if meant else ""
    return f"{where}{message}" + (f'; did you mean "{fault.nearest}"?' if fault.nearest else "")


def _store(kept: str, rows: Sequence[BulkRow]) -> tuple[str, dict[int, int]]:
    """The store's text with these rows, and which of its lines came from which line of the form."""
    old = _kept_rows(kept)
    deleted = {row.number for row in rows if row.action is Action.DELETE}
    created_here = {cells[0] for cells in old if cells[1] == Action.CREATE}
    stay = [cells for cells in old if cells[0] not in deleted or cells[1] == Action.DELETE]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(stay)
    lines: dict[int, int] = {}
    for row in rows:
        if row.action is Action.DELETE and row.number in created_here:
            continue
        lines[len(stay) + len(lines) + 2] = row.place.line
        writer.writerow(_cells(row))
    return out.getvalue(), lines


def _kept_rows(kept: str) -> list[tuple[str, ...]]:
    """The rows of the store, each as the store writes them."""
    if not kept.strip():
        return []
    rows = rows_of(grid_of(kept, STORE), "BE")
    return [_cells(row) for row in rows if isinstance(row, BulkRow)]


def _cells(row: BulkRow) -> tuple[str, ...]:
    line = row.line or ""
    return (
        row.number, str(row.action), row.destination, row.brand, row.group, row.plan, str(line), row.carrier,
    )  # fmt: skip


def _say_done(row: BulkRow, before: Configuration) -> str:
    if row.action is Action.DELETE:
        return "deleted"
    if row.destination:
        who = display(row.destination, before.desk.country) if row.destination[0] == "+" else row.destination
        return f"created, with a simple plan to {who}"
    return f"created, with the plan {row.plan}" if row.plan else f"created, with the plan of {row.group}"


def _nothing(
    wanted: Sequence[BulkRow | Refusal], refused: Mapping[int, str], before: Configuration
) -> Import:
    others = {row.place.line: ALONE for row in wanted if row.place.line not in refused}
    return Import(_reports(wanted, {}, {**refused, **others}, before), {})


def _reports(
    wanted: Sequence[BulkRow | Refusal],
    done: Mapping[int, str],
    refused: Mapping[int, str],
    before: Configuration,
) -> tuple[RowReport, ...]:
    found = []
    for row in wanted:
        line = row.place.line
        shown = display(row.number, before.desk.country) if row.number[:1] == "+" else row.number
        action = str(row.action) if isinstance(row, BulkRow) else ""
        found.append(RowReport(line, shown, action, line in done, done.get(line) or refused.get(line, "")))
    return tuple(found)
