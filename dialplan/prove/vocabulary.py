"""What plans can tell apart: the variables that decide, the values they are compared with, rows of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from dialplan.keyed import ANY
from dialplan.lists import NumberList
from dialplan.model import Configuration, Plan
from dialplan.nodes.collect import Collect
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.switch import Pattern, SwitchNode
from dialplan.numbers import display
from dialplan.prove.answers import Vocabulary
from dialplan.prove.decisive import Sight
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
    sight = Sight(configuration, plans)
    inputs = {PHONE, *_extensions(configuration)}
    for node in nodes:
        inputs.update(_inputs(configuration, node, sight))
    asked = {node.table for node in nodes if isinstance(node, LookupNode)}
    tables = [configuration.tables[name] for name in sorted(asked & configuration.tables.keys())]
    wanted = set(decisive)
    rows = {table.id: tuple(_rows(table, nodes, wanted)) if table.is_database else () for table in tables}
    phones = {entry.id: len(entry.targets) for entry in configuration.directory.values()}
    return Vocabulary(configuration, frozenset(inputs), rows, phones)


def _inputs(configuration: Configuration, node: Node, sight: Sight) -> Iterator[str]:
    """What a caller may key that makes a difference: values of cases, of lists, of keys of tables."""
    if isinstance(node, SwitchNode):
        for _, patterns in node.cases:
            for pattern in patterns:
                yield from _examples(pattern)
    elif isinstance(node, ListNode):
        for name in node.lists:
            if name in configuration.lists:
                yield from (_keyed(key, configuration) for key in _telling_entries(configuration.lists[name]))
    elif isinstance(node, LookupNode) and node.table in configuration.tables:
        table = configuration.tables[node.table]
        yield from (_keyed(key, configuration) for key in _telling_keys(table, sight))
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


def _telling_keys(table: LookUpTable, sight: Sight) -> Iterable[str]:
    """One key for each row of a data file that the plans tell from the others."""
    found: dict[object, str] = {}
    for key, row in table.rows.items():
        found.setdefault(sight.of_row(table, row), key)
    return found.values()


def _telling_entries(of: NumberList) -> Iterable[str]:
    """One entry of a list for each time at which some end."""
    found: dict[object, str] = {}
    for key in of.exact:
        found.setdefault(of.ends_of(key), key)
    return found.values()


def _extensions(configuration: Configuration) -> Iterable[str]:
    """All of them where they are few; of many one for each number of telephones that somebody has."""
    extensions = configuration.extensions
    if len(extensions) < MOST_ROWS:
        return extensions
    found: dict[int, str] = {}
    for digits, entry in extensions.items():
        found.setdefault(len(configuration.directory[entry].all_targets), digits)
    return found.values()


def _keyed(key: str, configuration: Configuration) -> str:
    """A key as a caller keys it: numbers as they are dialled at home."""
    if not key.startswith("+"):
        return key
    shown = display(key, configuration.desk.country)
    return "".join(sign for sign in shown.replace("+", "00") if sign.isdigit())


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
