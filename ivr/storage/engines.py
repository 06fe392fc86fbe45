"""Engines of SQLAlchemy as this product wants them: one way to open SQLite, one for PostgreSQL.

SQLite is opened in WAL mode with `synchronous=NORMAL`. What must survive is the death of the process
(`kill -9`, a crash): a commit in WAL mode has handed its pages to the kernel, which writes them out
whether or not the process lives. `FULL` adds an fsync per commit, which matters only when the *machine*
loses power; then the switch, the calls and the engineers' legs are gone too, and NORMAL still leaves a
whole database, short of its last moments. The cost is 2 to 10 ms per commit on the hot path.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import QueuePool

from ivr.storage.errors import DatabaseUnusable

BUSY_S: Final = 0.5
"""SQLite's own waiting for a lock; `Database` tries again until the caller's limit."""
CONNECT_S: Final = 3
"""Longest wait for a PostgreSQL server to take a connection."""
SILENT_S: Final = 5
"""Longest silence of a PostgreSQL server in the middle of something."""


def parse_url(url: str) -> URL:
    """The address of the store; DatabaseUnusable with a sentence when it is not one of ours."""
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise DatabaseUnusable(
            "address", "it wants the form sqlite:////path/file or postgresql://..."
        ) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        if find_spec("psycopg") is None:
            raise DatabaseUnusable(show_url(parsed), 'PostgreSQL wants "pip install dutyline[postgres]"')
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise DatabaseUnusable(show_url(parsed), "only SQLite and PostgreSQL are known")
    if parsed.database in (None, "", ":memory:"):
        raise DatabaseUnusable(show_url(parsed), "SQLite wants a file, for what it holds must survive")
    return parsed


def show_url(url: URL) -> str:
    """The address for people: the path of a file, or the URL without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)


def make_engine(url: URL, *, connections: int, is_reader: bool, may_create: Callable[[], bool]) -> Engine:
    """An engine with that many connections. `may_create`: whether a missing SQLite file may be made."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(Path(url.database or ""), connections, is_reader, may_create)
    return _postgres(url, connections, is_reader)


def _postgres(url: URL, connections: int, is_reader: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=SILENT_S,
        connect_args={
            "connect_timeout": CONNECT_S,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "tcp_user_timeout": SILENT_S * 1000,
            "application_name": "dutyline",
            "options": f"-c statement_timeout={SILENT_S}s -c lock_timeout={SILENT_S}s -c timezone=UTC",
        },
    )
    return engine.execution_options(postgresql_readonly=True) if is_reader else engine


def _sqlite(path: Path, connections: int, is_reader: bool, may_create: Callable[[], bool]) -> Engine:
    def connect() -> sqlite3.Connection:
        if may_create():
            _touch(path)
        # mode=rw: a database that was moved away is an error, not a fresh empty one
        address = f"file:{quote(str(path))}?mode=rw"
        return sqlite3.connect(
            address, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )

    engine = create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=SILENT_S,
    )
    _listen(engine, path, is_reader)
    return engine


def _listen(engine: Engine, path: Path, is_reader: bool) -> None:
    """Set up each connection, and give up those whose file is no longer the one at `path`."""
    begin = "BEGIN" if is_reader else "BEGIN IMMEDIATE"  # IMMEDIATE: never a deadlock on upgrading a lock

    def set_up(connection: sqlite3.Connection, record: Any) -> None:
        record.info["file"] = _identity(path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        if is_reader:
            connection.execute("PRAGMA query_only=ON")

    def check(_connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
        # Linux lets one write to a deleted file: everything would seem well and be lost
        if record.info.get("file") != _identity(path):
            raise exc.DisconnectionError("the database file is no longer where it was")

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", set_up)
    event.listen(engine, "checkout", check)
    event.listen(engine, "begin", start)


def _touch(path: Path) -> None:
    """Make the file, readable by its owner only: callers' numbers stand in it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


__all__ = ["make_engine", "parse_url", "show_url"]
