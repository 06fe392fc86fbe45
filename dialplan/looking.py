"""Asking a table on paper: data files as they are, databases as an administrator supposes.

The words of a supposition: `found` (the row that is supposed, else the default), `not-found`, `unanswered`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from dialplan.commands import LookUp
from dialplan.events import Found
from dialplan.faults import nearest_of
from dialplan.model import Configuration
from dialplan.nodes.lookup import FOUND, NOT_FOUND, UNANSWERED
from dialplan.suppositions import UnknownDestination
from dialplan.tables import default_row, find_row

LOOK_WORDS: Final = f"{FOUND}, {NOT_FOUND} or {UNANSWERED}"

Rows: TypeAlias = Mapping[str, Mapping[str, str] | None]
"""Table -> the row that it is supposed to have for any key; None: it has none."""


def read_rows(configuration: Configuration, rows: Rows) -> Rows:
    """The rows, each of a table that is there, with columns that it has; raises UnknownDestination."""
    for name, row in rows.items():
        if name not in configuration.tables:
            raise UnknownDestination(name, nearest_of(name, configuration.tables), "table")
        columns = configuration.tables[name].columns
        for column in row or ():
            if column not in columns:
                raise UnknownDestination(column, nearest_of(column, columns), f'column of the table "{name}"')
    return rows


def look_up_on_paper(configuration: Configuration, asked: LookUp, rows: Rows, word: str = "") -> Found | None:
    """The answer of a table; None when `word` is no answer."""
    table = configuration.tables[asked.table]
    if word == UNANSWERED:
        return default_row(table, "as supposed")
    if word == NOT_FOUND:
        return Found(None, "as supposed")
    if asked.table in rows:
        return Found(rows[asked.table], "as supposed")
    if word == FOUND:
        return Found(table.default or {}, "as supposed")
    if word:
        return None
    if table.is_database:
        return default_row(table, "no database is asked on paper")
    return find_row(table, asked.value)
