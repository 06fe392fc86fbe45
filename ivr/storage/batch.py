"""Group commit for the hot path: rows of many calls in one transaction.

Rows are handed over as they come up and committed together a moment later. While the database is
locked or gone they are kept in memory, in order, and written when it is back. A row that the database
will not have (its data are at fault) is found by writing one by one, logged and dropped; its neighbours
are written. Since a batch may be tried twice, what is handed over must be safe to repeat: `upsert`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import structlog
from sqlalchemy import exc
from sqlalchemy.orm import Session

from ivr.storage.database import Database
from ivr.storage.errors import DatabaseUnavailable, is_retryable
from ivr.storage.upserts import Upsert

log = structlog.get_logger(__name__)
FLUSH_S: Final = 2.0
"""Limit on one commit; the next try comes after a pause, so that others get at the database too."""
LONGEST_PAUSE_S: Final = 2.0
SHORTEST_PAUSE_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for one statement; values in the order of `upsert.names`."""

    upsert: Upsert
    values: Sequence[Sequence[Any]]


Work: TypeAlias = Rows | Sequence[Rows] | Callable[[Session], object]


@dataclass(slots=True)
class Item:
    """What was handed over, and who waits for it."""

    work: tuple[Rows, ...] | Callable[[Session], object]
    done: asyncio.Future[None]


class BatchWriter:
    """Commits what is submitted, many at a time, at most `flush_s` later when the database is well."""

    def __init__(
        self, db: Database, flush_s: float = 0.05, most: int = 200, *, most_held: int = 20_000
    ) -> None:
        self._db = db
        self._flush_s, self._most, self._most_held = flush_s, most, most_held
        self._items: deque[Item] = deque()
        self._some, self._enough = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_closing = False
        self.alarm = False
        """The database is not taking rows; they are being held."""
        self.refused = 0
        """Handed over while the memory was full, and not kept."""
        self.dead = 0
        """Dropped because the database will never have them."""
        self.committed = 0
        self.commits = 0

    @property
    def held(self) -> int:
        """How many are waiting to be committed."""
        return len(self._items)

    def start(self) -> None:
        """Begin to commit, as a task of the running loop; again, should that ever have ended."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="batch-writer")

    def submit(self, work: Work) -> asyncio.Future[None]:
        """Hand over. The future is done once committed; it need not be awaited.

        DatabaseUnavailable when the memory is full or the writer was closed; what the database has
        against the row when that will never be written.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_forget)
        if self._is_closing or len(self._items) >= self._most_held:
            self._refuse(done)
            return done
        self.start()
        self._items.append(Item(_as_work(work), done))
        self._some.set()
        if len(self._items) >= self._most:
            self._enough.set()
        return done

    async def drain(self) -> None:
        """Wait until all that was handed over so far is committed (or dropped)."""
        if self._items:
            await asyncio.wait([item.done for item in self._items])

    async def close(self, *, timeout_s: float = 5.0) -> int:
        """Commit what is held, as far as the time allows. Returns how many could not be written."""
        self._is_closing = True
        self._enough.set()
        if self._items:
            self.start()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.drain(), timeout_s)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        return self._drop_rest()

    async def _write(self) -> None:
        pause_s = SHORTEST_PAUSE_S
        while True:
            await self._gather()
            batch = [self._items[i] for i in range(min(self._most, len(self._items)))]
            try:
                await self._commit(batch)
            except DatabaseUnavailable as error:
                self._sound(error)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            except Exception:
                # a fault of ours must not end the writer; the batch is tried again after a while
                log.exception("writing rows failed unexpectedly", held=self.held)
                self.alarm = True
                await asyncio.sleep(LONGEST_PAUSE_S)
            else:
                pause_s = SHORTEST_PAUSE_S
                self._clear()

    async def _gather(self) -> None:
        """Wait for the first item, then a moment for company."""
        await self._some.wait()
        if len(self._items) < self._most and not self._is_closing:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), self._flush_s)

    async def _commit(self, batch: list[Item]) -> None:
        """Write the batch and tell those who wait. DatabaseUnavailable: nothing was, try again."""
        try:
            await self._db.run(lambda session: _write_together(session, batch), timeout_s=FLUSH_S)
            faults: list[Exception | None] = [None] * len(batch)
        except DatabaseUnavailable:
            raise
        except Exception:
            faults = await self._db.run(lambda session: _write_singly(session, batch), timeout_s=30)
        self.commits += 1
        for item, fault in zip(batch, faults, strict=True):
            self._items.popleft()
            self._settle(item, fault)
        if not self._items:
            self._some.clear()
        if len(self._items) < self._most:
            self._enough.clear()

    def _settle(self, item: Item, fault: Exception | None) -> None:
        if fault is None:
            self.committed += 1
        else:
            self.dead += 1
            log.error("a row cannot be stored and is dropped", reason=_reason(fault), tables=_tables(item))
        if item.done.done():
            return
        if fault is None:
            item.done.set_result(None)
        else:
            item.done.set_exception(fault)

    def _sound(self, error: DatabaseUnavailable) -> None:
        if not self.alarm:
            log.error("rows are kept in memory", reason=str(error), held=self.held)
        self.alarm = True

    def _clear(self) -> None:
        if self.alarm:
            log.info("the database takes rows again", held=self.held)
        self.alarm = False

    def _refuse(self, done: asyncio.Future[None]) -> None:
        self.refused += 1
        why = "the writer has been closed" if self._is_closing else f"{self.held} rows are waiting already"
        done.set_exception(DatabaseUnavailable(self._db.where, why))

    def _drop_rest(self) -> int:
        lost = len(self._items)
        if lost:
            log.error("rows could not be written before the end", lost=lost)
        while self._items:
            item = self._items.popleft()
            if not item.done.done():
                item.done.set_exception(DatabaseUnavailable(self._db.where, "the service ended before"))
        return lost


def _as_work(work: Work) -> tuple[Rows, ...] | Callable[[Session], object]:
    if isinstance(work, Rows):
        return (work,)
    return work if callable(work) else tuple(work)


def _write_together(session: Session, batch: Sequence[Item]) -> None:
    """All rows, one statement each kind: parents before children, otherwise in the order of arrival."""
    groups: dict[Upsert, list[Sequence[Any]]] = {}
    others: list[Callable[[Session], object]] = []
    for item in batch:
        if callable(item.work):
            others.append(item.work)
            continue
        for rows in item.work:
            groups.setdefault(rows.upsert, []).extend(rows.values)
    if groups:
        connection = session.connection()
        for upsert in sorted(groups, key=lambda one: one.rank):
            upsert.execute(connection, groups[upsert])
    for other in others:
        other(session)


def _write_singly(session: Session, batch: Sequence[Item]) -> list[Exception | None]:
    """Each item under a savepoint of its own; what is wrong with it, or None."""
    return [_try(session, item) for item in batch]


def _try(session: Session, item: Item) -> Exception | None:
    try:
        with session.begin_nested():
            _write_together(session, [item])
    except Exception as error:
        if is_retryable(error):
            raise
        return error
    return None


def _reason(fault: Exception) -> str:
    """The database's own words, without the values (they may hold callers' numbers)."""
    cause = fault.orig if isinstance(fault, exc.StatementError) and fault.orig else fault
    return f"{type(cause).__name__}: {cause}" if isinstance(fault, exc.DBAPIError) else type(cause).__name__


def _tables(item: Item) -> str:
    return (
        ", ".join(rows.upsert.table.name for rows in item.work)
        if isinstance(item.work, tuple)
        else "function"
    )


def _forget(done: asyncio.Future[None]) -> None:
    """Mark the outcome as seen: nobody is obliged to await it."""
    if not done.cancelled():
        done.exception()


__all__ = ["BatchWriter", "Rows", "Work"]
