"""`important` of a brand: the customers whose calls want particular care, and by what they are known.

    important: [Colruyt, {name: Croix-Rouge, numbers: [02 555 01 00], ids: [465]}]

A name alone is known by the variable `customer_name`; `numbers` are those such a customer calls from, `ids`
what he may key as his customer number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dialplan.cells import Cell, Table
from dialplan.fields import title
from dialplan.numbers import is_valid, to_e164
from dialplan.reading import Section, Wrong


def read_important(section: Section) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names, and every key by which one of these customers may be known."""
    names: list[str] = []
    keys: set[str] = set()
    for where, cell in section.cells_of("important"):
        for name, known_by in _read_one(section, where, cell):
            if name.casefold() in {other.casefold() for other in names}:
                section.reading.fault(cell.place, where, f'"{name}" stands here twice')
            names.append(name)
            keys |= {name.casefold(), *known_by}
    return tuple(names), frozenset(keys)


def _read_one(section: Section, where: str, cell: Cell) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not isinstance(cell, Table):
        yield from ((name, ()) for name in section.parsed_one(cell, where, title))
        return
    table = Section(section.reading, cell, where)
    name = table.need("name", title, "")
    numbers = table.list_of("numbers", _number(section.reading.country))
    ids = tuple(one.casefold() for one in table.list_of("ids", title))
    table.close()
    if name:
        yield name, (*numbers, *ids)


def _number(home: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        found = to_e164(text, home)
        if found is None or not is_valid(found):
            raise Wrong(f'"{text[:60]}" is not a telephone number')
        return found

    return parse
