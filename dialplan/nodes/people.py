"""Whom a destination rings: entries, numbers, extensions, the brand's people, a skills group.

    destination: agent-1
    destination: [agent-1, $brand.office, 101, +32 470 00 00 21]
    destination: [{entry: agent-1, ring: 15 s}, {number: +33 1 99 00 00 01, title: Paris, allow: foreign}]
    destination: night-desk

A name is an entry of directory.yaml or a group of skills.yaml; a short number an extension. `$extension` is
the extension that the caller was allowed to key, any other `$variable` one that holds the name of an entry.
Only what stands in the configuration is ever dialled, whatever a variable holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dialplan.cells import Cell, Table
from dialplan.commands import Target
from dialplan.extensions import EXTENSION, extension, resolve_extension
from dialplan.faults import nearest_of
from dialplan.fields import duration, identifier, title
from dialplan.numbers import NumberKind, country_of, display, is_valid, kind_of, to_e164
from dialplan.reading import Section, Wrong

if TYPE_CHECKING:
    from dialplan.model import Entry
    from dialplan.run import Run

ENTRY: Final = "directory entry"
"""What a reference to a directory entry is called."""

GROUP: Final = "skills group"
"""What a reference to a skills group is called."""

ENTRY_OR_GROUP: Final = f"{ENTRY} or {GROUP}"

BRAND_PEOPLE: Final = {"$brand.office": "office", "$brand.failsafe": "failsafe"}
ALLOWED: Final = ("foreign", "premium")
SHORTEST_RING_S, LONGEST_RING_S = 1, 600

_NUMBER: Final = re.compile(r"^[+0-9][0-9\s./()-]*$")


@dataclass(frozen=True, slots=True)
class People:
    """Who is rung: what stands there, each person's own ring time, and the numbers that no entry has."""

    who: tuple[str, ...] = ()
    ring_each: Mapping[str, float] = field(default_factory=dict)
    numbers: Mapping[str, Target] = field(default_factory=dict)
    group: str = ""


def is_fixed(people: tuple[str, ...]) -> bool:
    """Whether these are the same phones on every call of a brand."""
    return all(who[0] != "$" or who in BRAND_PEOPLE for who in people)


def targets_of(run: Run, who: str, numbers: Mapping[str, Target], all_phones: bool) -> tuple[Target, ...]:
    """The phones of one of the people; none when a variable names nobody."""
    if who in numbers:
        return (numbers[who],)
    entry = _entry_of(run, who)
    if entry is None:
        return ()
    return entry.all_targets if all_phones else entry.targets


def _entry_of(run: Run, who: str) -> Entry | None:
    directory = run.configuration.directory
    if who in BRAND_PEOPLE:
        return directory[getattr(run.brand, BRAND_PEOPLE[who])]
    if who[0] == "$":
        return _named_by(run, who[1:])
    if who not in directory and who.isdecimal():
        return resolve_extension(run.configuration, who)
    return directory[who]


def _named_by(run: Run, variable: str) -> Entry | None:
    """Digits are an extension, and only where the plan says so: what a caller keys is no name."""
    value = run.variables.get(variable, "")
    if variable == EXTENSION:
        return resolve_extension(run.configuration, value)
    return None if value.isdecimal() else run.configuration.directory.get(value)


def read_people(section: Section) -> People:
    """The people under `destination`, every name noted as a reference."""
    found: list[str] = []
    ring_each: dict[str, float] = {}
    numbers: dict[str, Target] = {}
    groups: list[tuple[str, Cell, str]] = []
    for where, cell in section.cells_of("destination", is_needed=True):
        who = _read_one(section, where, cell, ring_each, numbers)
        if who and _is_group(section, who):
            groups.append((where, cell, who))
        if who in found:
            section.reading.fault(
                cell.place, where, f'"{_shown(who, numbers)}" is rung twice by the same node'
            )
        elif who:
            found.append(who)
    if not groups:
        return People(tuple(found), ring_each, numbers)
    where, cell, group = groups[0]
    section.reading.refer(GROUP, group, cell.place, where)
    if len(found) > 1:
        message = f'"{group}" is a skills group, which is rung alone; give the others a node of their own'
        section.reading.fault(cell.place, where, message)
    return People(group=group)


def _is_group(section: Section, who: str) -> bool:
    return ("skills", who) in section.reading.places


def _read_one(
    section: Section, where: str, cell: Cell, ring_each: dict[str, float], numbers: dict[str, Target]
) -> str:
    """One of the people; empty with a fault."""
    if isinstance(cell, Table):
        return _read_table(Section(section.reading, cell, where), ring_each, numbers)
    text = section.parsed(cell, where, str, "").strip()
    if not _NUMBER.match(text) or ("directory", text) in section.reading.places:
        who = section.parsed(cell, where, _person, "")
        _refer(section, who, cell, where)
        return who
    if text.isdecimal() and len(text) <= 6 and not text.startswith("0"):
        return _read_extension(section, where, cell)
    return _read_number(section, where, cell, (), "", numbers)


def _refer(section: Section, who: str, cell: Cell, where: str) -> None:
    """Note a name. One that nobody has yet may be a misspelt group, where there are groups."""
    reading = section.reading
    if not who or who.startswith("$") or _is_group(section, who):
        return
    may_be_group = reading.has_groups and "directory.yaml" not in reading.broken
    is_known = ("directory", who) in reading.places
    reading.refer(ENTRY_OR_GROUP if may_be_group and not is_known else ENTRY, who, cell.place, where)


def _read_table(table: Section, ring_each: dict[str, float], numbers: dict[str, Target]) -> str:
    kinds = [key for key in ("entry", "number", EXTENSION) if table.has(key)]
    who = ""
    if len(kinds) != 1:
        table.reading.fault(
            table.place, table.where, 'names nobody: write one of "entry", "number", "extension"'
        )
        for key in kinds:
            table.cell(key)
    elif kinds[0] == "entry":
        who = table.need("entry", _person, "")
        cell = table.cell("entry")
        if cell is not None:
            _refer(table, who, cell, table.path("entry"))
    elif kinds[0] == "number":
        allow = tuple(table.list_of("allow", _allowed))
        cell = table.cell("number")
        if cell is not None:
            who = _read_number(
                table, table.path("number"), cell, allow, table.get("title", title, ""), numbers
            )
    else:
        cell = table.cell(EXTENSION)
        if cell is not None:
            who = _read_extension(table, table.path(EXTENSION), cell)
    ring_s = table.get("ring", duration(SHORTEST_RING_S, LONGEST_RING_S), 0.0)
    if who and ring_s:
        ring_each[who] = ring_s
    table.close()
    return who


def _read_extension(section: Section, where: str, cell: Cell) -> str:
    digits = section.parsed(cell, where, extension, "")
    if digits:
        section.reading.refer(EXTENSION, digits, cell.place, where)
    return digits


def _read_number(
    section: Section, where: str, cell: Cell, allow: tuple[str, ...], label: str, numbers: dict[str, Target]
) -> str:
    """A number that no entry has, checked: nobody is to pay for a number that was not meant."""
    home = section.reading.country
    number = section.parsed(cell, where, lambda text: _external(text, home, allow), "")
    if not number:
        return ""
    if ("number", number) in section.reading.places:
        section.reading.fault(cell.place, where, "is a number of this desk: the call would come back here")
    if kind_of(number) is NumberKind.SHARED_COST:
        section.reading.warn(cell.place, where, f"{display(number, home)} is a number with shared cost")
    numbers[number] = Target(number, label or display(number, home), number)
    return number


def _external(text: str, home: str, allow: tuple[str, ...]) -> str:
    found = to_e164(text, home)
    if found is None or not is_valid(found):
        raise Wrong(f'"{text[:60]}" is not a telephone number')
    shown = display(found, home)
    if kind_of(found) is NumberKind.PREMIUM and "premium" not in allow:
        raise Wrong(
            f"{shown} is a premium number: calls to it cost money by the minute; "
            f"if that is meant, write {{number: {text.strip()}, allow: premium}}"
        )
    if country_of(found) not in (home, "") and "foreign" not in allow:
        raise Wrong(
            f"{shown} is a foreign number; if that is meant, write {{number: {text.strip()}, allow: foreign}}"
        )
    return found


def _allowed(text: str) -> str:
    if text not in ALLOWED:
        raise Wrong(f'"{text}" is none of {", ".join(ALLOWED)}', nearest_of(text, ALLOWED))
    return text


def _person(text: str) -> str:
    if text in BRAND_PEOPLE:
        return text
    if not text.startswith("$"):
        return identifier(text)
    name = text[1:]
    if name.startswith("brand.") or not name.replace("-", "").replace("_", "").isalnum():
        raise Wrong(
            f'"{text}" is nobody; a brand has {", ".join(BRAND_PEOPLE)}', nearest_of(text, BRAND_PEOPLE)
        )
    return text


def _shown(who: str, numbers: Mapping[str, Target]) -> str:
    return numbers[who].label if who in numbers else who
