"""Orders of ringing as files write them: `ADU`, or `ADU, WTI`, or a list of trigrams."""

from __future__ import annotations

from dialplan.cells import Cell, Items
from dialplan.fields import trigram
from dialplan.reading import Section

ENGINEER = "engineer"
"""What a reference to an engineer is called."""


def read_turns(
    table: Section, key: str, others_follow: bool, turn: str = "turn"
) -> tuple[tuple[str, ...], ...]:
    """A list of orders. With `others_follow` a single trigram is followed by the others, in their order."""
    rows = [_read_turn(table, where, cell, turn) for where, cell in table.cells_of(key, is_needed=True)]
    firsts = list(dict.fromkeys(row[0] for row in rows if row))
    return tuple(_whole_order(row, firsts) if others_follow else row for row in rows if row)


def read_order(row: Section, key: str, is_needed: bool = True) -> tuple[str, ...]:
    """One order, over all the cells of a key."""
    cells = row.cells_of(key, is_needed)
    return tuple(dict.fromkeys(name for where, cell in cells for name in parse_order(row, where, cell)))


def parse_order(table: Section, where: str, cell: Cell) -> tuple[str, ...]:
    """`ADU` or `ADU, WTI, MAB` (a list of trigrams is as good)."""
    cells = cell.cells if isinstance(cell, Items) else (cell,)
    found: list[str] = []
    nobody: tuple[str, ...] = ()
    for each in cells:
        for name in table.parsed(each, where, _trigrams, nobody):
            table.reading.refer(ENGINEER, name, each.place, where)
            if name in found:
                table.reading.fault(each.place, where, f"{name} is rung twice in the same round")
            found.append(name)
    return tuple(found)


def _whole_order(row: tuple[str, ...], firsts: list[str]) -> tuple[str, ...]:
    if len(row) > 1:
        return row
    start = firsts.index(row[0])
    return tuple(firsts[start:] + firsts[:start])


def _read_turn(table: Section, where: str, cell: Cell, turn: str) -> tuple[str, ...]:
    if isinstance(cell, Items) and not cell.cells:
        table.reading.fault(cell.place, where, f"nobody is on call in this {turn}")
    return parse_order(table, where, cell)


def _trigrams(text: str) -> tuple[str, ...]:
    return tuple(trigram(part.strip()) for part in text.split(","))
