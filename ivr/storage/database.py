"""The store: work given as a function of a session, done in one transaction on a thread of its own.

    record = await database.run(lambda session: session.get(Page, page_id))

A function may be called again when the database was locked the first time, so it changes nothing but
the session. When the wait runs out before the commit has begun, the work is rolled back and the caller
may rely on that: nothing was written.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from typing import Any, Final, Generic, Literal, TypeVar

import structlog
from sqlalchemy import Engine, exc, text
from sqlalchemy.orm import Session

from ivr.storage.engines import make_engine, parse_url, show_url
from ivr.storage.errors import DatabaseUnavailable, is_retryable
from ivr.storage.schema import bring_up_to_date

T = TypeVar("T")
RETRY_S: Final = 0.05
COMMIT_S: Final = 6.0
"""How much longer a caller waits for a commit that had begun when its time ran out."""
_TOPICS: Final = "dutyline-topics"

log = structlog.get_logger(__name__)


class Stage(Enum):
    """How far a piece of work is."""

    OPEN = auto()
    COMMITTING = auto()
    ABANDONED = auto()


class Job(Generic[T]):
    """One piece of work, and the one decision whether it is still wanted when it comes to the commit."""

    __slots__ = ("_lock", "deadline", "fn", "stage", "timeout_s")

    def __init__(self, fn: Callable[[Session], T], timeout_s: float) -> None:
        self.fn = fn
        self.timeout_s = timeout_s
        self.deadline = time.monotonic() + timeout_s
        self.stage = Stage.OPEN
        self._lock = threading.Lock()

    def move(self, stage: Stage) -> bool:
        """Go to that stage; False when the other side was first."""
        with self._lock:
            if self.stage is Stage.OPEN:
                self.stage = stage
            return self.stage is stage

    def reopen(self) -> None:
        """The commit failed for certain: the work may be tried again, or abandoned."""
        with self._lock:
            if self.stage is Stage.COMMITTING:
                self.stage = Stage.OPEN


def announce(session: Session, topic: str) -> None:
    """Have those who `listen` for `topic` called once this transaction is committed."""
    session.info.setdefault(_TOPICS, set()).add(topic)


class Database:
    """The store of one installation, SQLite or PostgreSQL by its URL."""

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self.where = show_url(self._url)
        """The address for people, without a password."""
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if self._url.get_backend_name() == "sqlite" else "postgresql"
        )
        self.is_well = False
        """Whether the last piece of work found the database in order."""
        self._is_open = False
        self._listeners: defaultdict[str, list[Callable[[], object]]] = defaultdict(list)
        writers = 1 if self.dialect == "sqlite" else 4
        self._writer = self._engine(writers, is_reader=False)
        self._reader = self._engine(2, is_reader=True)
        self._writing = ThreadPoolExecutor(writers, thread_name_prefix="dutyline-writer")
        self._reading = ThreadPoolExecutor(2, thread_name_prefix="dutyline-reader")

    async def open(self, *, timeout_s: float = 30.0) -> None:
        """Make or bring up to date the tables. DatabaseTooNew, DatabaseUnavailable."""
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._writing, self._migrate, time.monotonic() + timeout_s)
        try:
            await asyncio.wait_for(asyncio.shield(work), timeout_s + COMMIT_S)
        except TimeoutError:
            work.add_done_callback(_forget)
            raise self._unavailable(f"no answer within {timeout_s:g} s") from None
        self._is_open = self.is_well = True

    async def run(self, fn: Callable[[Session], T], *, timeout_s: float = 5.0) -> T:
        """Do `fn` in one transaction and commit it. DatabaseUnavailable; errors of `fn` come as they are."""
        result, topics = await self._do(self._writing, self._writer, fn, timeout_s)
        for topic in topics:
            for listener in self._listeners[topic]:
                listener()
        return result

    async def read(self, fn: Callable[[Session], T], *, timeout_s: float = 5.0) -> T:
        """Do `fn`, which only reads, on one snapshot, beside the writing."""
        result, _ = await self._do(self._reading, self._reader, fn, timeout_s)
        return result

    async def probe(self, *, timeout_s: float = 1.0) -> bool:
        """Whether the database can be written this moment; `is_well` says the same afterwards."""
        try:
            await self.run(
                lambda session: session.execute(text("SELECT 1 FROM calls LIMIT 1")).all(),
                timeout_s=timeout_s,
            )
        except (DatabaseUnavailable, exc.SQLAlchemyError):
            self.is_well = False
        return self.is_well

    def listen(self, topic: str, listener: Callable[[], object]) -> None:
        """Call `listener`, on the event loop, after each commit whose work announced `topic`."""
        self._listeners[topic].append(listener)

    async def close(self) -> None:
        """Finish what has been begun, and let go."""
        self._is_open = self.is_well = False
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        for pool in (self._writing, self._reading):
            pool.shutdown(wait=True, cancel_futures=True)
        for engine in (self._writer, self._reader):
            engine.dispose()

    def _engine(self, connections: int, *, is_reader: bool) -> Engine:
        return make_engine(
            self._url,
            connections=connections,
            is_reader=is_reader,
            may_create=lambda: not (self._is_open or is_reader),
        )

    def _migrate(self, deadline: float) -> None:
        is_told = False
        while True:
            try:
                return bring_up_to_date(self._writer, self.where)
            except (exc.DBAPIError, OSError) as error:
                if time.monotonic() + RETRY_S >= deadline or not _is_worth_waiting_for(error):
                    raise self._unavailable(_reason(error)) from error
                if not is_told:
                    is_told = True
                    log.warning("database.waited_for", database=self.where, why=_reason(error))
                time.sleep(RETRY_S)

    async def _do(
        self, pool: ThreadPoolExecutor, engine: Engine, fn: Callable[[Session], T], timeout_s: float
    ) -> tuple[T, frozenset[str]]:
        job = Job(fn, timeout_s)
        try:
            work = asyncio.wrap_future(pool.submit(self._perform, engine, job))
        except RuntimeError:
            raise self._unavailable("it has been closed") from None
        work.add_done_callback(_forget)
        try:
            done, _ = await asyncio.wait({work}, timeout=timeout_s)
            if not done and not job.move(Stage.ABANDONED):
                done, _ = await asyncio.wait({work}, timeout=COMMIT_S)
        except asyncio.CancelledError:
            job.move(Stage.ABANDONED)
            raise
        if not done:
            is_certain = job.stage is Stage.ABANDONED
            raise self._unavailable(f"no answer within {timeout_s:g} s", is_certain=is_certain)
        if work.cancelled():
            raise self._unavailable("it has been closed")
        return work.result()

    def _perform(self, engine: Engine, job: Job[T]) -> tuple[T, frozenset[str]]:
        """On the thread: the work, again and again while the database is at fault and there is time."""
        while True:
            try:
                result = self._transact(engine, job)
            except Exception as error:
                if not is_retryable(error):
                    raise
                self.is_well = False
                self._give_up_or_wait(job, error)
            else:
                self.is_well = self._is_open
                return result

    def _transact(self, engine: Engine, job: Job[T]) -> tuple[T, frozenset[str]]:
        if job.stage is Stage.ABANDONED or time.monotonic() >= job.deadline:
            raise self._unavailable(f"no answer within {job.timeout_s:g} s")
        with Session(engine, expire_on_commit=False) as session:
            result = job.fn(session)
            session.flush()
            if not job.move(Stage.COMMITTING):
                raise self._unavailable(f"no answer within {job.timeout_s:g} s")
            session.commit()
            return result, frozenset(session.info.get(_TOPICS, ()))

    def _give_up_or_wait(self, job: Job[Any], error: Exception) -> None:
        if isinstance(error, DatabaseUnavailable):
            raise error
        if job.stage is Stage.COMMITTING and getattr(error, "connection_invalidated", False):
            # PostgreSQL may have committed before the line broke
            raise self._unavailable(_reason(error), is_certain=False) from error
        job.reopen()
        if job.stage is Stage.ABANDONED or time.monotonic() + RETRY_S >= job.deadline:
            raise self._unavailable(_reason(error)) from error
        time.sleep(RETRY_S)

    def _unavailable(self, why: str, *, is_certain: bool = True) -> DatabaseUnavailable:
        return DatabaseUnavailable(self.where, why, is_certain=is_certain)


def _is_worth_waiting_for(error: Exception) -> bool:
    """At the start: a lock or a server that is coming up, not a folder that cannot be written."""
    return is_retryable(error) and not isinstance(error, OSError) and "unable to open" not in str(error)


def _reason(error: BaseException) -> str:
    """The database's own words, on one line, without the statement and its values."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split()) or type(cause).__name__


def _forget(work: asyncio.Future[Any]) -> None:
    """Mark an outcome as seen: whoever waited for it may have gone."""
    if not work.cancelled():
        work.exception()


__all__ = ["Database", "announce"]
