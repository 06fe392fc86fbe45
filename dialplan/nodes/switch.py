"""`switch`: branch on the value of a variable; the first case that fits wins.

    which:
      switch: $customer
      cases:
        "465": fuzer
        100..199: small
        "32*": belgian
        gold, silver: important
        "": unknown
      rest: general

Fields: `switch` a variable of the plan or of the system (see `dialplan.variables`); `cases` pattern -> node.
A pattern is a value, capitals or not; `32*`, what begins so; `100..199`, a whole number in that range; `""`,
no value; `*`, any value; or several of these with commas between them. Exits: one for each case, named after
its pattern; `rest` when none fits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, TypeAlias

from dialplan.events import Event
from dialplan.faults import Place
from dialplan.fields import identifier
from dialplan.files.variables import read_variable
from dialplan.nodes.exits import REST, node_of, read_exits
from dialplan.reading import Section, Wrong
from dialplan.run import Go, Move, Run, Unexpected
from dialplan.variables import value_of

_RANGE: Final = re.compile(r"([0-9]{1,15})\s*\.\.\s*([0-9]{1,15})")


class Pattern(NamedTuple):
    """One pattern: a value, a beginning, or a range of whole numbers (both ends belong to it)."""

    value: str = ""
    prefix: str | None = None
    span: tuple[int, int] | None = None

    def fits(self, value: str) -> bool:
        """Whether a value, small and without blanks around it, is meant."""
        if self.prefix is not None:
            return bool(value) and value.startswith(self.prefix)
        if self.span is not None:
            return value.isdecimal() and value.isascii() and self.span[0] <= int(value[:18]) <= self.span[1]
        return value == self.value

    def hides(self, other: Pattern) -> bool:
        """Whether everything that fits the other fits this one too."""
        if other.prefix is not None:
            return self.prefix is not None and other.prefix.startswith(self.prefix)
        if other.span is not None:
            within = self.span is not None and self.span[0] <= other.span[0] and other.span[1] <= self.span[1]
            return within or self.prefix == ""
        return self.fits(other.value)


Case: TypeAlias = tuple[str, tuple[Pattern, ...]]
"""As it is written, and what it means."""


@dataclass(frozen=True, slots=True)
class SwitchNode:
    """Cases in the order in which they are tried."""

    kind: ClassVar[str] = "switch"
    exits: Mapping[str, str]
    variable: str
    cases: tuple[Case, ...]

    def enter(self, run: Run) -> Move:
        """Try each case in turn."""
        value = value_of(run, self.variable).strip().casefold()
        for written, patterns in self.cases:
            for pattern in patterns:
                if pattern.fits(value):
                    return Go(written, f"${self.variable} {_say(written)}")
        if not value:
            return Go(REST, f"${self.variable} has no value")
        return Go(
            REST, f"${self.variable} fits none of {', '.join(name or chr(34) * 2 for name, _ in self.cases)}"
        )

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def _say(written: str) -> str:
    return f'fits "{written}"' if written else "has no value"


def parse_pattern(text: str) -> Pattern:
    """A pattern as it is written."""
    small = text.strip().strip("\"'").casefold()
    found = _RANGE.fullmatch(small)
    if found:
        first, last = int(found[1]), int(found[2])
        if last < first:
            raise Wrong(f'"{text}" ends before it begins')
        return Pattern(span=(first, last))
    if "*" in small.removesuffix("*"):
        raise Wrong(f'"{text}": a star stands at the end only')
    return Pattern(prefix=small[:-1]) if small.endswith("*") else Pattern(small)


def parse_patterns(text: str) -> tuple[Pattern, ...]:
    """Several patterns with commas between them."""
    return tuple(parse_pattern(part) for part in text.split(","))


def read(section: Section) -> SwitchNode:
    """A switch node as it is written."""
    variable = read_variable(section, "switch")
    table = section.section("cases", is_needed=True)
    cases: list[Case] = []
    exits: dict[str, str] = {}
    for written, place, cell in table.entries() if table else ():
        where = f'{section.path("cases")}["{written}"]'
        target = section.parsed(cell, where, identifier, "")
        if target:
            section.reading.refer(node_of(section), target, cell.place, where)
            exits[written] = target
        _read_case(section, cases, written, place, where)
    if table is not None and not table.keys:
        section.fault("cases", "a switch without cases")
    return SwitchNode({**exits, **read_exits(section)}, variable, tuple(cases))


def _read_case(section: Section, cases: list[Case], written: str, place: Place, where: str) -> None:
    if written == REST:
        section.reading.fault(place, where, '"rest" is no case; write it beside "cases"')
        return
    try:
        patterns = parse_patterns(written)
    except Wrong as wrong:
        section.reading.fault(place, where, wrong.message)
        return
    hidden = _hidden_by(patterns, cases)
    if hidden is not None:
        section.reading.fault(place, where, f'is never reached: "{hidden}" before it fits the same')
    cases.append((written, patterns))


def _hidden_by(patterns: tuple[Pattern, ...], cases: list[Case]) -> str | None:
    """The earlier case that takes every call which these patterns want."""
    for written, earlier in cases:
        if all(any(one.hides(pattern) for one in earlier) for pattern in patterns):
            return written
    return None
