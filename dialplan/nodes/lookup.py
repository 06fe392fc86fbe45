"""`lookup`: ask a table for what belongs to a value, and keep it in variables.

    who:
      lookup: customers
      by: $customer
      exits: {found: known, not-found: unknown, unanswered: known}
      rest: unknown

Fields: `lookup` a table of `tables.yaml`; `by` the variable whose value is the key (default `$caller`).
Each column of the table that has a variable sets it; without a row they become empty, and a table that does
not answer in its time gives its default row. Exits: `found`; `not-found`; `unanswered` (the default, or
nothing, is set); `rest` for those that lead nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.commands import LookUp
from dialplan.events import Event, Found
from dialplan.fields import identifier
from dialplan.files.tables import TABLE
from dialplan.files.variables import read_variable
from dialplan.nodes.exits import read_exits
from dialplan.reading import Section
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.variables import value_of

FOUND: Final = "found"
NOT_FOUND: Final = "not-found"
UNANSWERED: Final = "unanswered"
EXITS: Final = (FOUND, NOT_FOUND, UNANSWERED)


@dataclass(frozen=True, slots=True)
class LookupNode:
    """A question to a table."""

    kind: ClassVar[str] = "lookup"
    exits: Mapping[str, str]
    table: str
    variable: str = "caller"

    def enter(self, run: Run) -> Move:
        """Ask. Without a value there is nothing to look for."""
        value = value_of(run, self.variable)
        if not value.strip():
            self._keep(run, {})
            return Go(NOT_FOUND, f"${self.variable} has no value to look for")
        return Ask(LookUp(self.table, value, run.configuration.tables[self.table].limit_s))

    def resume(self, run: Run, event: Event) -> Move:
        """Keep the row."""
        found = expect(event, Found)
        self._keep(run, found.row or {})
        name = f'the table "{self.table}"'
        if found.is_default:
            stands = "its default row stands" if found.row is not None else "it has no default row"
            return Go(UNANSWERED, f"{name} did not answer ({found.why}); {stands}")
        if found.row is None:
            return Go(NOT_FOUND, f"{name} has no row for ${self.variable}")
        return Go(FOUND, f"{name} has a row for ${self.variable}")

    def _keep(self, run: Run, row: Mapping[str, str]) -> None:
        columns = run.configuration.tables[self.table].variables
        values = {variable: row.get(column, "") for column, variable in columns.items()}
        run.variables = {**run.variables, **values}


def read(section: Section) -> LookupNode:
    """A lookup node as it is written."""
    table = section.name("lookup", TABLE, parse=identifier)
    variable = read_variable(section, "by", "caller")
    return LookupNode(read_exits(section, own=EXITS), table, variable)
