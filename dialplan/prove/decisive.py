"""The variables on which some decision of a plan depends, and what the plan tells of their values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from dialplan.extensions import EXTENSION, resolve_extension
from dialplan.model import Configuration, Plan
from dialplan.nodes.destination import Destination
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.set import SetNode, Template
from dialplan.nodes.switch import SwitchNode
from dialplan.run import Node
from dialplan.tables import LookUpTable, find_row


def decisive_of(plans: Iterable[Plan]) -> tuple[str, ...]:
    """The variables on which some decision depends, by name: those that are compared, and those that are
    put into them."""
    nodes = [node for plan in plans for node in plan.nodes.values()]
    found = {name for node in nodes for name in _compared(node)}
    grown = True
    while grown:
        more = {name for node in nodes for name in _feeding(node, found)} - found
        found |= more
        grown = bool(more)
    return tuple(sorted(found))


def _compared(node: Node) -> Iterator[str]:
    if isinstance(node, SwitchNode | ListNode | LookupNode):
        yield node.variable
    elif isinstance(node, Destination):
        yield from (who[1:] for who in node.people if who.startswith("$") and not who.startswith("$brand."))


def _feeding(node: Node, decisive: set[str]) -> Iterator[str]:
    if isinstance(node, SetNode):
        for name, template in node.values.items():
            if name in decisive:
                yield from (text for is_variable, text in template if is_variable)


class Sight:
    """What some plans tell apart of the values of variables: rows of a table that look alike are one."""

    def __init__(self, configuration: Configuration, plans: Iterable[Plan]) -> None:
        plans = list(plans)
        self.decisive = frozenset(decisive_of(plans))
        self._configuration = configuration
        self._lists = configuration.lists
        self._readers: dict[str, list[Node]] = {}
        for node in (node for plan in plans for node in plan.nodes.values()):
            for name in {*_compared(node), *_feeding(node, set(self.decisive))}:
                self._readers.setdefault(name, []).append(node)

    def tells(self, variable: str) -> bool:
        """Whether the plans tell values of a variable apart."""
        return variable in self._readers

    def of_row(self, table: LookUpTable, row: Mapping[str, str]) -> tuple[object, ...]:
        """What is told of a row."""
        return tuple(
            self.of_value(variable, row.get(column, ""))
            for column, variable in table.variables.items()
            if variable in self.decisive
        )

    def of_value(self, variable: str, value: str, put: frozenset[str] = frozenset()) -> tuple[object, ...]:
        """What each node makes of a value: the case of a switch, entries of a list, the row of a table, or
        itself. `put`: the variables through which it has come here."""
        return tuple(self._seen(node, value, variable, put) for node in self._readers.get(variable, ()))

    def _seen(self, node: Node, value: str, variable: str, put: frozenset[str]) -> object:
        if isinstance(node, SwitchNode):
            small = value.strip().casefold()
            return next((name for name, patterns in node.cases if any(p.fits(small) for p in patterns)), None)
        if isinstance(node, ListNode):
            return self.ends_of(node, value)
        if isinstance(node, LookupNode):
            return self._of_key(node, value)
        if isinstance(node, Destination):
            return self._of_person(variable, value)
        if isinstance(node, SetNode):
            return tuple(
                self._of_text(name, template, variable, value, put)
                for name, template in node.values.items()
                if name in self.decisive and (True, variable) in template
            )
        return value

    def _of_key(self, node: LookupNode, value: str) -> object:
        """The row of a data file; of a database only that there is something to ask for."""
        table = self._configuration.tables.get(node.table)
        if table is None or table.is_database or not value.strip():
            return bool(value.strip())
        row = find_row(table, value).row
        return None if row is None else self.of_row(table, row)

    def _of_person(self, variable: str, value: str) -> object:
        """How many telephones there are to ring: what becomes of each is tried anyway."""
        entry = (
            resolve_extension(self._configuration, value)
            if variable == EXTENSION
            else None
            if value.isdecimal()
            else self._configuration.directory.get(value)
        )
        return None if entry is None else (len(entry.targets), len(entry.all_targets))

    def _of_text(
        self, name: str, template: Template, variable: str, value: str, put: frozenset[str]
    ) -> object:
        """What is made of the text into which a value is put; put together with others, itself."""
        if name in put or any(is_variable and text != variable for is_variable, text in template):
            return value
        text = "".join(value if is_variable else text for is_variable, text in template)
        return self.of_value(name, text, put | {name})

    def ends_of(self, node: ListNode, value: str) -> tuple[tuple[datetime | None, ...], ...]:
        """When each entry ends by which a value stands in the lists of a node."""
        return tuple(self._lists[name].ends_of(value) for name in node.lists if name in self._lists)
