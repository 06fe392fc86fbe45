"""Reading cells into typed values: every field is asked for by name, every fault kept with its place.

A `Section` is a table being read. What nobody asked for is a fault when it is closed; so are missing,
doubled and ill-typed values. Reading goes on after a fault: all of them come out at once. Names of other
things (`references`) are looked up at the end, when everything has been read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from dialplan.cells import Cell, Items, Scalar, Table
from dialplan.faults import Fault, Place, fault_at, nearest_of

T = TypeVar("T")
MERGE: Final = "<<"
"""The key by which YAML 1.1 copies other keys; here every key stands where it counts."""


class Wrong(ValueError):  # noqa: N818 - it reads as a sentence where it is raised
    """A value that cannot stand there; `nearest` is what may have been meant."""

    def __init__(self, message: str, nearest: str = "") -> None:
        self.message = message
        self.nearest = nearest
        super().__init__(message)


class Reference(NamedTuple):
    """A name that must exist. `of`: what it names, for instance `directory entry`, `node of fuzer`."""

    of: str
    name: str
    place: Place
    where: str


@dataclass(slots=True)
class Reading:
    """What one load has found so far."""

    country: str = "BE"
    timezone: str = "Europe/Brussels"
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    places: dict[tuple[str, ...], Place] = field(default_factory=dict)
    """Where things were defined: ("plan", id), ("plan", id, "node", id), ("directory", id) ..."""
    has_groups: bool = False
    """Whether there are skills groups."""
    broken: set[str] = field(default_factory=set)
    """Files that could not be read as a whole: names that would stand there are not called unknown."""

    def fault(self, place: Place, where: str, message: str, nearest: str = "", rule: str = "") -> None:
        """Keep a fault. `rule`: the rule of `dialplan.checks` that found it."""
        self.faults.append(fault_at(place, where, message, nearest, rule))

    def warn(self, place: Place, where: str, message: str, nearest: str = "", rule: str = "") -> None:
        """Keep a warning: the configuration can be used, but somebody should look."""
        self.warnings.append(fault_at(place, where, message, nearest, rule))

    def refer(self, of: str, name: str, place: Place, where: str) -> None:
        """Note a name to be looked up once everything has been read."""
        self.references.append(Reference(of, name, place, where))


class Section:
    """A table being read, with the words that lead to it (`fuzer numbers[2]`)."""

    __slots__ = ("_asked", "_looked", "_table", "reading", "where")

    def __init__(self, reading: Reading, table: Table, where: str) -> None:
        self.reading = reading
        self.where = where
        self._table = table
        self._asked: set[str] = set()
        self._looked: set[str] = set()

    @property
    def place(self) -> Place:
        """Where the table begins."""
        return self._table.place

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that stand there."""
        return tuple(self._table.cells)

    def has(self, key: str) -> bool:
        """Whether the key stands there; one that does not may have been meant by another one that does."""
        if key in self._table.cells:
            return True
        self._looked.add(key)
        return False

    def place_of(self, key: str) -> Place:
        """Where the value of a key stands; without one, the table."""
        cell = self._table.cells.get(key)
        return cell.place if cell else self._table.place

    def path(self, key: str) -> str:
        """The words that lead to a key."""
        return f"{self.where} {key}".strip()

    def cell(self, key: str) -> Cell | None:
        """The cell under a key; asking for it makes the key a known one."""
        self._asked.add(key)
        return self._table.cells.get(key)

    def fault(self, key: str, message: str, nearest: str = "") -> None:
        """Keep a fault at the value of a key."""
        self.reading.fault(self.place_of(key), self.path(key), message, nearest)

    def need(self, key: str, parse: Callable[[str], T], fallback: T) -> T:
        """A value that must stand there; the fallback only serves to go on reading after the fault."""
        if key not in self._table.cells:
            self._asked.add(key)
            self.reading.fault(self.place, self.where, f'"{key}" is missing')
            return fallback
        return self.get(key, parse, fallback)

    def get(self, key: str, parse: Callable[[str], T], default: T) -> T:
        """A value that may stand there."""
        self._asked.add(key)
        cell = self._table.cells.get(key)
        if cell is None:
            return default
        if type(cell) is Scalar and cell.text:
            try:
                return parse(cell.text)
            except ValueError:
                pass  # it is read again, to say what is wrong and where
        return self.parsed(cell, self.path(key), parse, default)

    def parsed(self, cell: Cell, where: str, parse: Callable[[str], T], default: T) -> T:
        """The text of a cell, typed."""
        if not isinstance(cell, Scalar):
            self.reading.fault(cell.place, where, f"one value is expected here, not {_shape(cell)}")
            return default
        if not cell.text and not cell.is_quoted:
            self.reading.fault(cell.place, where, "has no value")
            return default
        try:
            return parse(cell.text)
        except Wrong as wrong:
            self.reading.fault(cell.place, where, wrong.message, wrong.nearest)
        except ValueError as error:
            self.reading.fault(cell.place, where, str(error))
        return default

    def parsed_one(self, cell: Cell, where: str, parse: Callable[[str], T]) -> list[T]:
        """The typed value alone in a list; an empty list when there is a fault."""
        nothing: list[T] = []
        return self.parsed(cell, where, lambda text: [parse(text)], nothing)

    def list_of(self, key: str, parse: Callable[[str], T], is_needed: bool = False) -> tuple[T, ...]:
        """Several values, or one without the list around it."""
        found: list[T] = []
        for where, cell in self.cells_of(key, is_needed):
            found.extend(self.parsed_one(cell, where, parse))
        return tuple(found)

    def cells_of(self, key: str, is_needed: bool = False) -> list[tuple[str, Cell]]:
        """The cells of a list with the words that lead to each; a single value counts as a list of one."""
        cell = self.cell(key)
        if cell is None or (isinstance(cell, Items) and not cell.cells):
            if is_needed:
                place = cell.place if cell else self.place
                self.reading.fault(place, self.where, f'"{key}" is {"missing" if cell is None else "empty"}')
            return []
        if isinstance(cell, Items):
            return [(f"{self.path(key)}[{index}]", item) for index, item in enumerate(cell.cells, 1)]
        return [(self.path(key), cell)]

    def name(self, key: str, of: str, is_needed: bool = True, parse: Callable[[str], str] = str) -> str:
        """The name of something else, to be looked up later; empty when none stands there."""
        found = self.need(key, parse, "") if is_needed else self.get(key, parse, "")
        if found:
            self.reading.refer(of, found, self.place_of(key), self.path(key))
        return found

    def names(
        self, key: str, of: str, is_needed: bool = False, parse: Callable[[str], str] = str
    ) -> tuple[str, ...]:
        """Names of other things, to be looked up later."""
        found: list[str] = []
        for where, cell in self.cells_of(key, is_needed):
            name = self.parsed(cell, where, parse, "")
            if name:
                self.reading.refer(of, name, cell.place, where)
                found.append(name)
        return tuple(found)

    def section(self, key: str, is_needed: bool = False) -> Section | None:
        """The table under a key."""
        cell = self.cell(key)
        if cell is None:
            if is_needed:
                self.reading.fault(self.place, self.where, f'"{key}" is missing')
            return None
        return as_section(self.reading, cell, self.path(key))

    def sections(self, key: str, is_needed: bool = False) -> list[Section]:
        """The tables of a list under a key."""
        found = [as_section(self.reading, cell, where) for where, cell in self.cells_of(key, is_needed)]
        return [section for section in found if section is not None]

    def entries(self) -> Iterator[tuple[str, Place, Cell]]:
        """Every key with its place and cell, for tables whose keys are names."""
        for key, cell in self._table.cells.items():
            self._asked.add(key)
            yield key, self._table.keys[key], cell

    def parsed_key(self, key: str, place: Place, parse: Callable[[str], str]) -> bool:
        """Whether a key that is a name is a good one; a fault stands there when it is not."""
        try:
            parse(key)
        except ValueError as error:
            self.reading.fault(place, self.where, str(error))
            return False
        return True

    def close(self) -> None:
        """Whatever nobody asked for does not belong here."""
        for key, place in self._table.keys.items():
            if key not in self._asked:
                nearest = nearest_of(key, (self._asked | self._looked) - set(self._table.cells))
                message = (
                    f'unknown key "{key}"'
                    if key != MERGE
                    else 'keys are not merged by "<<" here; write them out'
                )
                self.reading.fault(place, self.where, message, nearest)


def as_section(reading: Reading, cell: Cell, where: str) -> Section | None:
    """A cell as a section; None, with a fault, when it is no table."""
    if isinstance(cell, Table):
        return Section(reading, cell, where)
    reading.fault(cell.place, where, f"keys and values are expected here, not {_shape(cell)}")
    return None


def _shape(cell: Cell) -> str:
    if isinstance(cell, Items):
        return "a list"
    return "keys and values" if isinstance(cell, Table) else "a single value"
