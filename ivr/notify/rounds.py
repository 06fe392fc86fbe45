"""Looking at what waits in the database, again and again: at once when something is written, when the next is
due, and now and then unasked.

What waits is claimed by whoever looks (a committed row), so that several boxes do not deliver the same. What
this one had in hand when it died is released by its first look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy.orm import Session

from ivr.storage import Database, DatabaseUnavailable

log = structlog.get_logger(__name__)
LOOK_S: Final = 30.0
"""How often it is looked unasked: other boxes and commands write too."""
SHORTEST: Final = timedelta(seconds=0.1)
"""Least time between two looks: what is due may be in another's hands."""
PAUSE_S: Final = 2.0
"""Wait after the database, or one of us, failed."""


class Rounds:
    """One table's. Clock and sleep are given from outside."""

    def __init__(
        self,
        database: Database,
        news: str,
        *,
        release: Callable[[Session], object],
        look: Callable[[], Awaitable[datetime | None]],
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`news`: what `announce` calls something new; `look`: take what is due; when the next one is."""
        self._database, self._news = database, news
        self._release, self._look, self._now, self._sleep = release, look, now, sleep
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, as a task of the running loop."""
        if self._task is None:
            self._database.listen(self._news, self.wake)
            self._task = asyncio.create_task(self._run(), name=f"rounds: {self._news}")

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        is_released = False
        while True:
            self._wake.clear()
            try:
                if not is_released:
                    await self._database.run(self._release)
                    is_released = True
                began = self._now()
                due = await self._look()
            except DatabaseUnavailable as fault:
                log.warning("notify.unread", news=self._news, why=str(fault))
                await self._sleep(PAUSE_S)
            except Exception:
                # a fault of ours must not end it: what waits is still there
                log.exception("notify.fault", news=self._news)
                await self._sleep(PAUSE_S)
            else:
                await self._rest(due and max(due, began + SHORTEST))

    async def _rest(self, due: datetime | None) -> None:
        """Sleep until something is due, something was written, or a while has passed."""
        wait_s = LOOK_S if due is None else min(LOOK_S, (due - self._now()).total_seconds())
        waits: set[asyncio.Future[Any]] = {
            asyncio.ensure_future(self._wake.wait()),
            asyncio.ensure_future(self._sleep(max(0.0, wait_s))),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()


__all__ = ["LOOK_S", "PAUSE_S", "Rounds"]
