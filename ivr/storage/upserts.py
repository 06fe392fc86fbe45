"""Statements for many rows at once, compiled beforehand, with rows as plain tuples.

SQLAlchemy's own binding of a row costs several times what the database takes for it. For the hot path
the statement is compiled once, and each value is made ready for the driver by the one function its
column needs; the outcome is what the column types of `ivr.storage.types` would have made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Dialect, Enum, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from ivr.storage.types import Utc, Words, storable

Convert: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Upsert:
    """Insert rows of `table`, whose values stand in the order of `names`."""

    table: Table
    names: tuple[str, ...]
    sql: str
    rank: int
    """Parents before children."""
    _order: tuple[tuple[int, Convert | None], ...]
    """For each parameter of the SQL: which value of the row, and what makes it ready for the driver."""

    def execute(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Write those rows."""
        connection.exec_driver_sql(self.sql, [self._ready(row) for row in rows])

    def _ready(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            [row[i] if convert is None or row[i] is None else convert(row[i]) for i, convert in self._order]
        )


@lru_cache(maxsize=64)
def upsert(dialect: str, table: Table, *, replace: bool = True) -> Upsert:
    """Insert rows of `table`; those that are there are replaced as a whole, or left alone.

    Either way it can be repeated. `dialect`: "sqlite" or "postgresql".
    """
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    keys = list(table.primary_key.columns)
    fresh = {column.name: insert.excluded[column.name] for column in table.columns if column not in keys}
    statement = (
        insert.on_conflict_do_update(index_elements=keys, set_=fresh)
        if replace
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    names = tuple(column.name for column in table.columns)
    compiled = statement.compile(dialect=_driver(dialect), column_keys=list(names))
    order = tuple(
        (names.index(name), _converter(dialect, table.columns[name])) for name in compiled.positiontup or ()
    )
    return Upsert(table, names, str(compiled), table.metadata.sorted_tables.index(table), order)


def _driver(dialect: str) -> Dialect:
    if dialect == "sqlite":
        return SQLiteDialect_pysqlite(paramstyle="qmark")
    return PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]


def _converter(dialect: str, column: Column[Any]) -> Convert | None:
    if isinstance(column.type, Words):
        return storable
    if isinstance(column.type, Utc):
        return _utc_text if dialect == "sqlite" else _utc
    return str if isinstance(column.type, Enum) else None


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {value}")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _utc_text(value: datetime) -> str:
    """As SQLAlchemy keeps times in SQLite: `2026-11-22 03:08:27.719000`, without the zone."""
    return _utc(value).isoformat(" ", "microseconds")[:26]


__all__ = ["Upsert", "upsert"]
