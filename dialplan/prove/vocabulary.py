"""What plans can tell apart: the variables that decide, the values they are compared with, rows of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from math import prod

from dialplan.keyed import ANY
from dialplan.lists import NumberList
from dialplan.model import Configuration, Plan
from dialplan.nodes.collect import Collect
from dialplan.nodes.destination import Destination
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.set import SetNode, Template
from dialplan.nodes.switch import Pattern, SwitchNode
from dialplan.numbers import display
from dialplan.prove.answers import Vocabulary
from dialplan.prove.callers import completed
from dialplan.prove.decisive import Sight
from dialplan.run import Node
from dialplan.tables import LookUpTable
from dialplan.variables import SYSTEM

PHONE = "0470000099"
"""A telephone number as it is keyed."""
OTHER = "other"
"""A value that nothing is compared with."""
MOST_ROWS = 1024
"""So many rows of a database are tried; where the plans tell more of them apart the proof says so."""
FEW_EXTENSIONS = 64

Values = Mapping[str, Sequence[str]]
"""Of each variable the values with which the plans compare it, whatever it is kept under meanwhile."""


def vocabulary_of(configuration: Configuration, plans: list[Plan], decisive: Iterable[str]) -> Vocabulary:
    """The values that input is compared with, the rows of databases, and how many telephones people have."""
    nodes = [node for plan in plans for node in plan.nodes.values()]
    sight = Sight(configuration, plans)
    compared = _compared_values(configuration, nodes, sight)
    inputs = {PHONE, *_extensions(configuration), *chain.from_iterable(compared.values())}
    for node in nodes:
        inputs.update(_forms(node))
    asked = {node.table for node in nodes if isinstance(node, LookupNode)}
    tables = [configuration.tables[name] for name in sorted(asked & configuration.tables.keys())]
    wanted, gaps = set(decisive), list(_put_together(plans, frozenset(decisive)))
    rows = {table.id: _rows(table, compared, wanted, sight, gaps) for table in tables}
    phones = {entry.id: len(entry.targets) for entry in configuration.directory.values()}
    return Vocabulary(configuration, frozenset(inputs), rows, phones, tuple(gaps))


def _compared_values(configuration: Configuration, nodes: Iterable[Node], sight: Sight) -> Values:
    """What each variable is compared with, also by the variables into which it is put."""
    found: dict[str, dict[str, None]] = {}
    for node in nodes:
        for variable, value in _compared(configuration, node, sight):
            found.setdefault(variable, {})[value] = None
    sets = [node for node in nodes if isinstance(node, SetNode)]
    grown = True
    while grown:
        before = sum(map(len, found.values()))
        for name, template in (item for node in sets for item in node.values.items()):
            for value in list(found.get(name, ())):
                for variable, own in _taken_apart(template, value):
                    found.setdefault(variable, {})[own] = None
        grown = sum(map(len, found.values())) > before
    return {variable: tuple(values) for variable, values in found.items()}


def _taken_apart(template: Template, value: str) -> Iterator[tuple[str, str]]:
    """What the variables of a template would have to be for it to be that value: of one the rest of the text,
    of several each the whole."""
    variables = [text for is_variable, text in template if is_variable]
    if len(variables) != 1:
        yield from ((variable, value) for variable in variables)
        return
    at = next(index for index, (is_variable, _) in enumerate(template) if is_variable)
    before, after = ("".join(text for _, text in part) for part in (template[:at], template[at + 1 :]))
    small = value.casefold()
    if small.startswith(before.casefold()) and small.endswith(after.casefold()):
        yield variables[0], value[len(before) : len(value) - len(after)]


def _put_together(plans: Iterable[Plan], decisive: frozenset[str]) -> Iterator[str]:
    """Values out of several variables, of which not every one that matters can be told beforehand; what the
    system knows of a call is, for every kind of call is tried."""
    for plan in plans:
        for name, node in plan.nodes.items():
            for variable, template in node.values.items() if isinstance(node, SetNode) else ():
                parts = [text for is_variable, text in template if is_variable]
                if variable in decisive and len(parts) > 1 and not SYSTEM.keys() >= set(parts):
                    many = [f"${text}" for text in parts]
                    yield (
                        f"the plan compares ${variable}, which {plan.id}.{name} puts together out of "
                        f"{' and '.join(many)}: not every value that these may make together is tried"
                    )


def _compared(configuration: Configuration, node: Node, sight: Sight) -> Iterator[tuple[str, str]]:
    """A variable that a node compares, and each value that makes a difference there: of cases, of lists, of
    keys of tables, people."""
    if isinstance(node, SwitchNode):
        for _, patterns in node.cases:
            yield from ((node.variable, value) for pattern in patterns for value in _examples(pattern))
    elif isinstance(node, ListNode):
        for found in (configuration.lists[name] for name in node.lists if name in configuration.lists):
            yield from ((node.variable, _keyed(key, configuration)) for key in _telling_entries(found))
    elif isinstance(node, LookupNode) and node.table in configuration.tables:
        keys = _telling_keys(configuration.tables[node.table], sight)
        yield from ((node.variable, _keyed(key, configuration)) for key in keys)
    elif isinstance(node, Destination):
        named = [who[1:] for who in node.people if who.startswith("$") and not who.startswith("$brand.")]
        yield from ((variable, entry) for variable in named for entry in _telling_people(configuration))


def _telling_people(configuration: Configuration) -> Iterable[str]:
    """One entry for each number of telephones that somebody has."""
    found: dict[tuple[int, int], str] = {}
    for entry in configuration.directory.values():
        found.setdefault((len(entry.targets), len(entry.all_targets)), entry.id)
    return found.values()


def _forms(node: Node) -> Iterator[str]:
    """An example of each form in which something may be keyed."""
    for form in node.forms if isinstance(node, Collect) else ():
        yield "".join("1" if sign == ANY else sign for sign in form.pattern if sign == ANY or sign.isdigit())


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
    for key in (*of.exact, *map(completed, of.prefixes)):
        found.setdefault(of.ends_of(key), key)
    return found.values()


def _extensions(configuration: Configuration) -> Iterable[str]:
    """All of them where they are few; of many one for each number of telephones that somebody has."""
    extensions = configuration.extensions
    if len(extensions) < FEW_EXTENSIONS:
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


def _rows(
    table: LookUpTable, compared: Values, decisive: set[str], sight: Sight, gaps: list[str]
) -> tuple[Mapping[str, str], ...]:
    """The rows of a database that make a difference: every value that a decisive column is compared with, one
    that it is not, and none. Of more than `MOST_ROWS` each value is there at least; `gaps` is told so."""
    if not table.is_database:
        return ()
    columns = [column for column, variable in table.variables.items() if variable in decisive]
    values = [_telling(table.variables[column], compared, sight) for column in columns]
    rows = prod(map(len, values))
    if rows > MOST_ROWS:
        gaps.append(
            f'the plans tell {rows:,} rows of the table "{table.id}" apart by {", ".join(columns)}: '
            f"{MOST_ROWS:,} of them are tried, and every value of each column at least once"
        )
    first = [each[0] for each in values]
    alone = (
        (*first[:at], value, *first[at + 1 :]) for at, of in enumerate(values) for value in of
    )  # every value is met even where not all of them together are
    wanted = islice(dict.fromkeys(chain(alone, islice(product(*values), MOST_ROWS))), MOST_ROWS)
    return tuple(dict(zip(columns, row, strict=True)) for row in wanted)


def _telling(variable: str, compared: Values, sight: Sight) -> list[str]:
    """Of values that the plans take for the same, the first."""
    found: dict[object, str] = {}
    for value in (*compared.get(variable, ()), OTHER, ""):
        found.setdefault(sight.of_value(variable, value), value)
    return list(found.values())
