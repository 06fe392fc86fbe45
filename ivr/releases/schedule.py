"""Planned activations, each at its time, once; and what another service on the same database made live."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from ivr.clock import Clock
from ivr.releases.shelf import Releases
from ivr.storage import StorageError

LOOK_S: Final = 15.0
"""How often the database is asked what others have planned or made live."""
log = structlog.get_logger(__name__)


class Schedule:
    """Runs beside the calls from `start` to `close`."""

    def __init__(self, releases: Releases, clock: Clock) -> None:
        self._releases, self._clock = releases, clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="release schedule")

    async def close(self) -> None:
        """Look no more; what is planned is in the database."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        is_well = True
        while True:
            self._releases.changed.clear()
            until = self._clock.now() + timedelta(seconds=LOOK_S)
            try:
                await self._releases.follow()
                due_at = await self._releases.catch_up()
                is_well = True
            except StorageError as fault:
                if is_well:
                    log.error("release.schedule_waits", why=str(fault))
                due_at, is_well = None, False
            except Exception:
                log.exception("release.schedule_failed")
                due_at = None
            await self._clock.wait(self._releases.changed, min(until, due_at) if due_at else until)


__all__ = ["Schedule"]
