"""`set`: keep values under names for the rest of the call.

    note:
      set: {priority: 50, from: $caller, about: "$brand, rung by $caller_shown"}
      next: hours

Fields: `set` variable -> value: a text in which `$name` stands for another variable, of the plan or of the
system (see `dialplan.variables`), and `$$` for a dollar. All values are read before any is set. `next`;
`rest` (default: `next`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from dialplan.events import Event
from dialplan.fields import user_variable
from dialplan.files.variables import define_variable, refer_variable
from dialplan.importance import HIGHEST, PRIORITY
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.reading import Section, Wrong
from dialplan.run import Go, Move, Run, Unexpected
from dialplan.variables import value_of

LONGEST: Final = 500
_PIECE: Final = re.compile(r"\$\$|\$([a-z0-9]+(?:[-_][a-z0-9]+)*)|\$")

Piece: TypeAlias = tuple[bool, str]
"""Whether it is a variable, and its name; else the text itself."""
Template: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class SetNode:
    """Values to keep."""

    kind: ClassVar[str] = "set"
    exits: Mapping[str, str]
    values: Mapping[str, Template]

    def enter(self, run: Run) -> Move:
        """Set them, all at once."""
        values = {name: fill(run, template) for name, template in self.values.items()}
        run.variables = {**run.variables, **values}
        memo, key = run.configuration.memo, (id(self), "set")
        known: Go | None = memo.get(key)
        if known is None:
            known = memo[key] = Go(NEXT, _say(tuple(self.values.items())))
        return known

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def fill(run: Run, template: Template) -> str:
    """The text with the values in it."""
    if len(template) == 1:
        is_variable, text = template[0]
        return value_of(run, text) if is_variable else text
    return "".join([value_of(run, text) if is_variable else text for is_variable, text in template])


def _is_priority(template: Template) -> bool:
    """Whether a queue can heed it; what a variable holds nobody knows beforehand."""
    text = "".join(text for _, text in template)
    written = text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) <= HIGHEST
    return written or any(is_variable for is_variable, _ in template)


def parse_template(text: str) -> Template:
    """`to $brand` -> its pieces."""
    if len(text) > LONGEST:
        raise Wrong(f"is longer than {LONGEST} characters")
    pieces: list[Piece] = []
    at = 0
    for found in _PIECE.finditer(text):
        pieces.append((False, text[at : found.start()]))
        at = found.end()
        if found[0] == "$":
            raise Wrong(f'a "$" without a name stands in "{text[:60]}"; write "$$" for a dollar')
        pieces.append((True, found[1]) if found[1] else (False, "$"))
    pieces.append((False, text[at:]))
    return tuple((is_variable, piece) for is_variable, piece in pieces if piece)


def _say(values: tuple[tuple[str, Template], ...]) -> str:
    """Names, and the texts as they were written: values of callers stay out of the trace."""
    said = [
        f'{name} = "{"".join(f"${text}" if is_variable else text for is_variable, text in template)}"'
        for name, template in values
    ]
    return f"set {', '.join(said)}"


def read(section: Section) -> SetNode:
    """A set node as it is written."""
    values: dict[str, Template] = {}
    table = section.section("set", is_needed=True)
    for name, place, cell in table.entries() if table else ():
        where = f'{section.path("set")}["{name}"]'
        define_variable(section.reading, name, place)
        is_good = section.parsed_key(name, place, user_variable)
        for template in section.parsed_one(cell, where, parse_template):
            for is_variable, text in template:
                if is_variable:
                    refer_variable(section.reading, text, cell.place, where)
            if is_good:
                values[name] = template
            if name == PRIORITY and not _is_priority(template):
                message = f"no queue heeds it; write a whole number from 0 to {HIGHEST}"
                section.reading.warn(cell.place, where, message)
    if table is not None and not table.keys:
        section.fault("set", "sets nothing")
    return SetNode(read_exits(section, needs_next=True, rest_is_next=True), values)
