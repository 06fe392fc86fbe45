"""What plans can tell apart: the variables that decide, the values they are compared with, rows of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from dialplan.keyed import ANY
from dialplan.model import Configuration, Plan
from dialplan.nodes.collect import Collect
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.switch import Pattern, SwitchNode
from dialplan.prove.answers import Vocabulary
from dialplan.run import Node
from dialplan.tables import LookUpTable

PHONE = "0470000099"
"""A telephone number as it is keyed."""
OTHER = "other"
"""A value that nothing is compared with."""
MOST_ROWS = 64


def vocabulary_of(configuration: Configuration, plans: list[Plan], decisive: Iterable[str]) -> Vocabulary:
    """The values that input is compared with, the rows of databases, and how many telephones people have."""
    nodes = [node for plan in plans for node in plan.nodes.values()]
    inputs = {PHONE, *configuration.extensions} if len(configuration.extensions) < MOST_ROWS else {PHONE}
    for node in nodes:
        inputs.update(_inputs(configuration, node))
    asked = {node.table for node in nodes if isinstance(node, LookupNode)}
    tables = [configuration.tables[name] for name in sorted(asked & configuration.tables.keys())]
    wanted = set(decisive)
    rows = {table.id: tuple(_rows(table, nodes, wanted)) if table.is_database else () for table in tables}
    phones = {entry.id: len(entry.targets) for entry in configuration.directory.values()}
    return Vocabulary(configuration, frozenset(inputs), rows, phones)


def _inputs(configuration: Configuration, node: Node) -> Iterator[str]:
    """What a caller may key that makes a difference: values of cases, of lists, of keys of tables."""
    if isinstance(node, SwitchNode):
        for _, patterns in node.cases:
            for pattern in patterns:
                yield from _examples(pattern)
    elif isinstance(node, ListNode):
        for name in node.lists:
            if name in configuration.lists:
                yield from list(configuration.lists[name].exact)[:MOST_ROWS]
    elif isinstance(node, LookupNode) and node.table in configuration.tables:
        table = configuration.tables[node.table]
        for key, _row in _telling_rows(table):
            yield key
    elif isinstance(node, Collect):
        for form in node.forms:
            yield "".join(
                "1" if sign == ANY else sign for sign in form.pattern if sign == ANY or sign.isdigit()
            )


def _examples(pattern: Pattern) -> Iterator[str]:
    if pattern.span is not None:
        yield from (str(pattern.span[0]), str(pattern.span[1]))
    elif pattern.prefix is not None:
        yield from (pattern.prefix, pattern.prefix + "1")
    elif pattern.value:
        yield pattern.value


def _telling_rows(table: LookUpTable) -> list[tuple[str, Mapping[str, str]]]:
    """One key for each different row of a data file, as far as its variables go."""
    found: dict[tuple[str, ...], tuple[str, Mapping[str, str]]] = {}
    for key, row in table.rows.items():
        found.setdefault(tuple(row.get(column, "") for column in table.variables), (key, row))
        if len(found) >= MOST_ROWS:
            break
    return list(found.values())


def _rows(table: LookUpTable, nodes: Iterable[Node], decisive: set[str]) -> Iterator[dict[str, str]]:
    """The rows of a database that make a difference: every value that a decisive column is compared with, and
    one that it is not."""
    columns = [column for column, variable in table.variables.items() if variable in decisive]
    values = [[*_values(table.variables[column], nodes), OTHER, ""] for column in columns]
    for number, row in enumerate(product(*values)):
        if number >= MOST_ROWS:
            return
        yield dict(zip(columns, row, strict=True))


def _values(variable: str, nodes: Iterable[Node]) -> list[str]:
    found: dict[str, None] = {}
    for node in nodes:
        if isinstance(node, SwitchNode) and node.variable == variable:
            for _, patterns in node.cases:
                for pattern in patterns:
                    found.update(dict.fromkeys(_examples(pattern)))
    return list(found)
