"""Asks tables for calls, each within its time limit, whatever the database does.

A question runs in a thread of its own, at most a few for each table: a database that hangs holds those
threads and no others. While all of them hang, and for a while after failures in a row, the table's default
answers at once. An answer that comes after its call has gone on is kept all the same.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from dialplan.commands import LookUp
from dialplan.events import Found
from dialplan.model import Configuration
from dialplan.tables import LookUpTable, default_row, find_row
from dialplan.times import say_duration
from ivr.tables.circuit import Circuit
from ivr.tables.database import MOST_AT_ONCE, NoAddressError, ask, open_engine, read_url
from ivr.tables.memory import Memory, Row

log = structlog.get_logger(__name__)

FOUND: Final = "the database says so"
REMEMBERED: Final = "the database said so a moment ago"


@dataclass(slots=True)
class _Source:
    """One table of a database, as it is configured now."""

    table: LookUpTable
    memory: Memory = field(default_factory=Memory)
    circuit: Circuit = field(default_factory=Circuit)
    engine: Engine | None = None
    opening: threading.Lock = field(default_factory=threading.Lock)
    running: int = 0
    asked: dict[str, asyncio.Future[Row]] = field(default_factory=dict)
    """Questions under way, by key: two calls with the same key ask once."""


class Tables:
    """One for the whole service. `clock_s`: a steady clock."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._sources: dict[str, _Source] = {}
        self.unanswered = 0
        """Questions that a default stood for."""

    async def find(self, table: LookUpTable, asked: LookUp) -> Found:
        """The row for a value; never raises, and takes at most the question's limit."""
        if not table.is_database:
            return find_row(table, asked.value)
        source, key = self._source_of(table), table.key_of(asked.value)
        if not key:
            return Found(None, "it can be no key")
        is_known, row = source.memory.find(key, self._clock_s())
        if is_known:
            return Found(row, REMEMBERED)
        found = await self._ask(source, key, asked.limit_s)
        self.unanswered += found.is_default
        return found

    async def check(self, configuration: Configuration) -> None:
        """Say which tables of a configuration have no address; forget what has gone."""
        for table in configuration.tables.values():
            if table.is_database:
                try:
                    read_url(table.url)
                except (NoAddressError, SQLAlchemyError) as fault:
                    log.error("table.no_address", table=table.id, why=_say(fault))
        for name in [name for name in self._sources if name not in configuration.tables]:
            _close(self._sources.pop(name))

    def close(self) -> None:
        """Let every connection go."""
        for source in self._sources.values():
            _close(source)
        self._sources.clear()

    def _source_of(self, table: LookUpTable) -> _Source:
        source = self._sources.get(table.id)
        if source is None or source.table != table:
            if source is not None:
                _close(source)
            source = self._sources[table.id] = _Source(table)
        return source

    async def _ask(self, source: _Source, key: str, limit_s: float) -> Found:
        under_way = source.asked.get(key)
        if under_way is None:
            if source.running >= MOST_AT_ONCE:
                return default_row(source.table, "every connection to it is busy")
            if source.circuit.is_open(self._clock_s()):
                return default_row(source.table, "it has failed again and again")
            under_way = self._start(source, key)
        try:
            return Found(await asyncio.wait_for(asyncio.shield(under_way), limit_s), FOUND)
        except TimeoutError:
            source.circuit.note(False, self._clock_s())
            return default_row(source.table, f"it was silent for {say_duration(limit_s)}")
        except Exception as fault:
            return default_row(source.table, _say(fault))

    def _start(self, source: _Source, key: str) -> asyncio.Future[Row]:
        """Ask in a thread that nobody has to wait for: a daemon, so that a hanging one never keeps us up."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Row] = loop.create_future()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        source.asked[key] = future
        source.running += 1

        def work() -> None:
            row: Row = None
            fault: Exception | None = None
            try:
                row = _read(source, key)
            except Exception as why:
                fault = why
            try:
                loop.call_soon_threadsafe(self._finish, source, key, future, row, fault)
            except RuntimeError:  # the service is gone
                return

        threading.Thread(target=work, name=f"table {source.table.id}", daemon=True).start()
        return future

    def _finish(
        self, source: _Source, key: str, future: asyncio.Future[Row], row: Row, fault: Exception | None
    ) -> None:
        source.running -= 1
        source.asked.pop(key, None)
        source.circuit.note(fault is None, self._clock_s())
        if fault is not None:
            log.error("table.unanswered", table=source.table.id, why=_say(fault))
            future.set_exception(fault)
            return
        source.memory.keep(key, row, self._clock_s() + source.table.keep_s)
        future.set_result(row)


def _read(source: _Source, key: str) -> Row:
    table = source.table
    with source.opening:
        if source.engine is None:
            source.engine = open_engine(read_url(table.url), table.limit_s)
    return _columns(table.variables, ask(source.engine, table.query, key))


def _columns(variables: Mapping[str, str], row: Row) -> Row:
    """The columns that are wanted, capitals or not: databases write their names as they like."""
    if row is None:
        return None
    small = {name.casefold(): value for name, value in row.items()}
    return {column: small.get(column.casefold(), "") for column in variables}


def _say(fault: Exception) -> str:
    """The kind of the fault: its text may hold the key, an address or a password."""
    if isinstance(fault, NoAddressError):
        return str(fault)
    cause: Any = getattr(fault, "orig", None)
    return f"{type(fault).__name__}{f' ({type(cause).__name__})' if cause is not None else ''}"


def _close(source: _Source) -> None:
    if source.engine is not None:
        source.engine.dispose()
