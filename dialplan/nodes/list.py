"""`list`: is the caller, or another value, in a black or white list?

    blocked: {list: blocked, exits: {listed: refused}, next: welcome}
    known: {list: [vip, partners], value: $customer, exits: {listed: vip}, next: welcome}

Fields: `list` one of `lists.yaml`, or several, asked in turn; `value` the variable that is looked for
(default `$caller`; a caller who shows no number is in a list that says `anonymous`); `next` when no entry
holds now. Exits: `listed`; `next`; `rest` (default: `next`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.events import Event
from dialplan.fields import identifier
from dialplan.files.lists import LIST
from dialplan.files.variables import read_variable
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.reading import Section
from dialplan.run import Go, Move, Run, Unexpected
from dialplan.variables import value_of

LISTED: Final = "listed"
CALLER: Final = "caller"


@dataclass(frozen=True, slots=True)
class ListNode:
    """Lists in the order in which they are asked."""

    kind: ClassVar[str] = "list"
    exits: Mapping[str, str]
    lists: tuple[str, ...]
    variable: str = CALLER

    def enter(self, run: Run) -> Move:
        """Ask each list in turn."""
        value = value_of(run, self.variable)
        for name in self.lists:
            listing = run.configuration.lists[name].find(value, run.now)
            if listing is not None:
                return Go(LISTED, f'{self._who} is in the list "{name}" by {listing}')
        memo = run.configuration.memo
        known: Go | None = memo.get((id(self), LIST))
        if known is None:
            names = " or ".join(f'"{name}"' for name in self.lists)
            known = memo[id(self), LIST] = Go(NEXT, f"{self._who} is not in the list {names}")
        return known

    @property
    def _who(self) -> str:
        return "the caller" if self.variable == CALLER else f"${self.variable}"

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def read(section: Section) -> ListNode:
    """A list node as it is written."""
    lists = section.names("list", LIST, is_needed=True, parse=identifier)
    variable = read_variable(section, "value", CALLER)
    exits = read_exits(section, own=(LISTED,), needs_next=True, rest_is_next=True)
    if LISTED not in exits and not section.has("exits"):
        section.reading.fault(
            section.place, section.where, '"exits" is missing: where does who is listed go?'
        )
    return ListNode(exits, lists, variable)
