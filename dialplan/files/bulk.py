"""`numbers/*.csv` and `numbers/*.xlsx`: many numbers, in the bulk form (see `dialplan.bulk`).

Files are read in the order of their names, after brands.yaml, and may delete what was created before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from dialplan.bulk import DESTINATION, Action, BulkRow, Refusal, UnknownColumn, rows_of, simple_plan_id
from dialplan.cells import Cell, Scalar, Table
from dialplan.faults import Place, nearest_of
from dialplan.files.numbers import Numbers
from dialplan.grids import read_grid
from dialplan.last_resort import NOBODY
from dialplan.model import Brand, Plan
from dialplan.nodes import KINDS
from dialplan.nodes.exits import node_of
from dialplan.nodes.goto import PLAN
from dialplan.numbers import display, to_e164
from dialplan.reading import Reading, Section
from dialplan.run import Node

FOLDER: Final = "numbers/"
SUFFIXES: Final = (".csv", ".xlsx")
RING: Final = "ring"
_SIMPLE: Final[Mapping[str, Mapping[str, str]]] = {
    RING: {"destination": "", "ring": "30 s", "rest": "still-trying"},
    "still-trying": {"announce": "still-trying", "next": "last-person"},
    "last-person": {"destination": "$brand.failsafe", "ring": "30 s", "rest": "nobody"},
    "nobody": {"announce": NOBODY, "next": "bye"},
    "bye": {"hangup": "normal"},
}
"""The simple plan to a destination, as it would be written."""


def read_bulk(
    reading: Reading, texts: Mapping[str, str], numbers: Numbers, brands: Mapping[str, Brand]
) -> dict[str, Plan]:
    """The simple plans of all bulk files; their numbers join `numbers`."""
    plans: dict[str, Plan] = {}
    groups = {written.group: written.brand for written in numbers.found.values() if written.group}
    for name in sorted(texts):
        if is_bulk_file(name):
            for row in _rows(reading, name, texts[name]):
                _take(reading, row, numbers, brands, groups)
                if row.destination and row.action is Action.CREATE:
                    _read_simple_plan(reading, row, plans)
    return plans


def is_bulk_file(name: str) -> bool:
    """Whether this is the name of a bulk file."""
    return name.startswith(FOLDER) and name.endswith(SUFFIXES)


def _rows(reading: Reading, name: str, text: str) -> list[BulkRow]:
    grid = read_grid(reading, name, text)
    found: list[BulkRow] = []
    if grid is None:
        return found
    try:
        for row in rows_of(grid, reading.country):
            if isinstance(row, Refusal):
                reading.fault(row.place, "", row.message, row.nearest)
            else:
                found.append(canonical(row, reading.country))
    except UnknownColumn as error:
        reading.fault(Place(name, 1, error.column), "", error.message, error.nearest)
    return found


def canonical(row: BulkRow, country: str) -> BulkRow:
    """The row with its destination in one form: a telephone number in E.164."""
    if not row.destination or row.destination[0] not in "+0123456789" or len(row.destination) < 7:
        return row
    return replace(row, destination=to_e164(row.destination, country) or row.destination)


def _take(
    reading: Reading,
    row: BulkRow,
    numbers: Numbers,
    brands: Mapping[str, Brand],
    groups: dict[str, str],
) -> None:
    """Create or delete one number."""
    if row.action is Action.DELETE:
        if numbers.found.pop(row.number, None) is None:
            shown = display(row.number, reading.country)
            reading.fault(row.place, "", f"{shown} is not there, so it cannot be deleted")
        reading.places.pop(("number", row.number), None)
        return
    brand = row.brand or groups.get(row.group) or (row.group if row.group in brands else "")
    if not brand and len(brands) == 1:
        brand = next(iter(brands))
    if brand not in brands:
        said = f'unknown brand "{brand}"' if brand else "has no brand, and there are several"
        reading.fault(row.place, "", said, nearest_of(brand, brands) if brand else "")
        return
    if row.plan:
        reading.refer(PLAN, row.plan, row.place, "plan")
    if numbers.add(row.written(brand)) and row.group:
        groups.setdefault(row.group, brand)


def _read_simple_plan(reading: Reading, row: BulkRow, plans: dict[str, Plan]) -> None:
    """The simple plan to the row's destination, made when it is the first to go there."""
    plan = simple_plan_id(row.destination)
    if plan in plans:
        return
    if ("plan", plan) in reading.places:
        message = f'the plan "{plan}" stands in plans/ already: name it under plan instead'
        reading.fault(row.place, DESTINATION, message)
        return
    shared = next(iter(plans.values())).nodes if plans else {}
    nodes: dict[str, Node] = {}
    for name in _SIMPLE:
        nodes[name] = shared[name] if name != RING and shared else _read_node(reading, row, plan, name)
        reading.places["plan", plan, "node", name] = row.place
    reading.places["plan", plan] = row.place
    plans[plan] = Plan(plan, f"To {row.destination}", RING, nodes)


def _read_node(reading: Reading, row: BulkRow, plan: str, name: str) -> Node:
    """One node of a simple plan. What is wrong with the destination is said at its row."""
    place = Place(f"plans/{plan}.yaml")
    cells: dict[str, Cell] = {key: Scalar(place, text, True) for key, text in _SIMPLE[name].items()}
    if name == RING:
        cells["destination"] = Scalar(place, row.destination, True)
    quiet = Reading(reading.country, reading.timezone, places=reading.places, broken=reading.broken)
    section = Section(quiet, Table(place, cells, dict.fromkeys(cells, place)), name)
    kind = next(key for key in cells if key in KINDS)
    node = KINDS[kind](section)
    for fault in quiet.faults:
        reading.fault(row.place, DESTINATION, fault.message, fault.nearest)
    for reference in quiet.references:
        if reference.of != node_of(section):
            reading.refer(reference.of, reference.name, row.place, DESTINATION)
    return node
