"""One SELECT on somebody else's database: read only, one parameter, one row. Blocking; runs in a thread."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.pool import QueuePool

from ivr.tables.memory import Row

MOST_AT_ONCE: Final = 4
"""Connections to one database, and so questions at the same moment."""


class NoAddressError(Exception):
    """The environment variable that should hold the URL is not set; it carries its name."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        super().__init__(f"the environment variable {variable} is not set")


def read_url(written: str, environment: Mapping[str, str] = os.environ) -> URL:
    """The URL of a table: as written, or out of the environment variable it names."""
    if written.startswith("$"):
        name = written.removeprefix("$")
        if not environment.get(name):
            raise NoAddressError(name)
        written = environment[name]
    return make_url(written)


def open_engine(url: URL, limit_s: float) -> Engine:
    """An engine that can only read. `limit_s`: the server's own limit for a statement, where it has one."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=MOST_AT_ONCE,
        max_overflow=0,
        pool_timeout=limit_s,
        pool_pre_ping=True,
        connect_args=_limits(url, limit_s),
        execution_options=_read_only(url),
    )
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _only_queries)
    return engine


def ask(engine: Engine, query: str, key: str) -> Row:
    """The first row for a key, every column as text; None when there is none. Nothing is ever committed."""
    with engine.connect() as connection:
        _begin_reading(connection)
        found = connection.execute(text(query), {"key": key}).mappings().first()
        connection.rollback()
    return None if found is None else {name: _text_of(value) for name, value in found.items()}


def _limits(url: URL, limit_s: float) -> dict[str, Any]:
    backend, whole_s = url.get_backend_name(), max(1, round(limit_s))
    if backend == "sqlite":
        return {"timeout": limit_s}
    if backend == "postgresql":
        options = f"-c statement_timeout={round(limit_s * 1000)} -c default_transaction_read_only=on"
        return {"connect_timeout": whole_s, "options": options}
    if backend in ("mysql", "mariadb"):
        return {"connect_timeout": whole_s}
    return {}


def _read_only(url: URL) -> dict[str, Any]:
    return {"postgresql_readonly": True} if url.get_backend_name() == "postgresql" else {}


def _only_queries(connection: Any, _record: object) -> None:
    """SQLite refuses every change on this connection."""
    connection.execute("PRAGMA query_only = ON")


def _begin_reading(connection: Connection) -> None:
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.execute(text("SET TRANSACTION READ ONLY"))


def _text_of(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
