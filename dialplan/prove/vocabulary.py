"""What plans can tell apart: what may be keyed, the variables that decide, rows of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice, product
from math import prod

from dialplan.extensions import EXTENSION
from dialplan.keyed import ANY, write_phone
from dialplan.model import Configuration, Plan
from dialplan.nodes.collect import Collect
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.set import SetNode
from dialplan.prove.answers import Vocabulary
from dialplan.prove.callers import candidates_of_everybody
from dialplan.prove.decisive import Sight
from dialplan.prove.marks import (
    Marks,
    keyed,
    marks_of,
    telling_digits,
    telling_forms,
    telling_numbers,
    telling_texts,
)
from dialplan.tables import LookUpTable
from dialplan.variables import SYSTEM

PHONE = "0470000099"
"""A telephone number as it is keyed."""
CALLBACK = "callback-number"
MOST_ROWS = 1024
"""So many rows of a database are tried; where the plans tell more of them apart the proof says so."""
NOT_TOLD: Mapping[str, str] = {
    "call": "the id of a call, which is made by chance",
    "caller_name": "the name that a line shows, which may be any",
    "waited": "how long somebody waited",
    "position": "a place in a queue",
    "wait": "a wait that is expected",
    "message": "the name of a recording",
    "recordings": "the names of recordings",
}
"""Variables that no one can tell beforehand; that they are empty, or not, is tried."""


def vocabulary_of(configuration: Configuration, plans: list[Plan], decisive: Iterable[str]) -> Vocabulary:
    """What may be keyed, the rows of databases, and how many telephones people have: one value for each that
    the plans tell from the others."""
    nodes = [node for plan in plans for node in plan.nodes.values()]
    sight, wanted = Sight(configuration, plans), frozenset(decisive)
    marks = marks_of(configuration, nodes)
    told = {
        id(node): _keyed_at(configuration, node, marks, sight) for node in nodes if isinstance(node, Collect)
    }
    asked = {node.table for node in nodes if isinstance(node, LookupNode)}
    tables = [configuration.tables[name] for name in sorted(asked & configuration.tables.keys())]
    gaps = [*_put_together(plans, wanted), *_untold(marks)]
    rows = {table.id: _rows(table, marks, wanted, sight, gaps) for table in tables}
    phones = {entry.id: len(entry.targets) for entry in configuration.directory.values()}
    inputs = frozenset(
        (PHONE, *_extensions(configuration, sight), *_called_back(configuration, marks, sight))
    )
    return Vocabulary(configuration, inputs, rows, phones, tuple(gaps), told)


def _keyed_at(
    configuration: Configuration, node: Collect, marks: Mapping[str, Marks], sight: Sight
) -> tuple[str, ...]:
    """What may be keyed at a node: of all that it takes, one for each kind that the plans tell apart."""
    own = marks.get(node.into, Marks())
    if node.is_phone:
        return _phones(configuration, node.into, own, sight)
    if not node.forms:
        plain = _DIGITS[: node.least], _DIGITS[: node.most]
        return _one_of_each(sight, node.into, (*plain, *telling_digits(own, node.least, node.most)), str)
    found = dict.fromkeys(
        digits for form in node.forms for digits in (_example(form.pattern), *telling_forms(own, form))
    )

    def written(digits: str) -> str:
        return next((text for form in node.forms if (text := form.write(digits))), "")

    return _one_of_each(sight, node.into, found, written)


_DIGITS = "1234567890" * 4


def _example(pattern: str) -> str:
    return "".join("1" if sign == ANY else sign for sign in pattern if sign == ANY or sign.isdigit())


def _phones(configuration: Configuration, variable: str, marks: Marks, sight: Sight) -> tuple[str, ...]:
    """Telephone numbers as they are keyed."""
    country = configuration.desk.country
    known = filter(None, candidates_of_everybody(configuration)) if sight.tells(variable) else ()
    numbers = chain(telling_numbers(marks), known)
    forms = (form for number in numbers for form in (keyed(number, country), f"00{number[1:]}"))
    taken = (form for form in chain((PHONE,), forms, marks.values) if write_phone(form, country))
    return _one_of_each(sight, variable, taken, lambda digits: write_phone(digits, country))


def _one_of_each(
    sight: Sight, variable: str, values: Iterable[str], kept: Callable[[str], str]
) -> tuple[str, ...]:
    """Of values that are kept as what the plans take for the same, the first."""
    found: dict[object, str] = {}
    for value in values:
        found.setdefault(sight.of_value(variable, kept(value)), value)
    return tuple(found.values())


def _called_back(configuration: Configuration, marks: Mapping[str, Marks], sight: Sight) -> tuple[str, ...]:
    """Other numbers to be called back at, where the plans tell them apart."""
    own = marks.get(CALLBACK)
    return _phones(configuration, CALLBACK, own, sight) if own else ()


def _untold(marks: Mapping[str, Marks]) -> Iterator[str]:
    """What is compared though no one can tell it beforehand."""
    for name, says in NOT_TOLD.items():
        compared = marks.get(name, Marks())
        if any(compared.values) or any(compared.beginnings) or compared.spans:
            yield f"the plan compares ${name}, {says}: not every value of it is tried"


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


def _rows(
    table: LookUpTable, marks: Mapping[str, Marks], decisive: frozenset[str], sight: Sight, gaps: list[str]
) -> tuple[Mapping[str, str], ...]:
    """The rows of a database that make a difference: every value that a decisive column is compared with, one
    that it is not, and none. Of more than `MOST_ROWS` each value is there at least; `gaps` is told so."""
    if not table.is_database:
        return ()
    columns = [column for column, variable in table.variables.items() if variable in decisive]
    values = [_telling(table.variables[column], marks, sight) for column in columns]
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


def _telling(variable: str, marks: Mapping[str, Marks], sight: Sight) -> list[str]:
    """Of values that the plans take for the same, the first."""
    return list(_one_of_each(sight, variable, telling_texts(marks.get(variable, Marks())), str))


def _extensions(configuration: Configuration, sight: Sight) -> Iterable[str]:
    """One for each number of telephones that somebody has, and for whatever else the plans tell apart."""
    found: dict[object, str] = {}
    for digits, entry in configuration.extensions.items():
        phones = len(configuration.directory[entry].all_targets)
        found.setdefault((phones, sight.of_value(EXTENSION, digits)), digits)
    return found.values()
