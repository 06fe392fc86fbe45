"""What boxes that share a PostgreSQL tell each other: a line of text, heard by all once it is committed.

Each box keeps one connection that only listens. While it is away nothing is heard, and `is_up` says so:
whoever needs to know looks for himself meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.storage.engines import CONNECT_S, parse_url

AGAIN_S: Final = 1.0
PROBE_S: Final = 5.0
"""So often the connection is asked whether it lives, while nothing is heard."""

log = structlog.get_logger(__name__)


def tell_boxes(session: Session, channel: str, line: str) -> None:
    """Have every box that listens hear `line` when this is committed. Where there is one box: nothing."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(channel, line)))


class BoxNews:
    """Hears what is told on one channel."""

    def __init__(
        self,
        url: str,
        channel: str,
        hear: Callable[[str], object],
        connected: Callable[[], object] = lambda: None,
    ) -> None:
        """`hear`: given each line; `connected`: called whenever lines are heard from now on, and some may
        have been missed before."""
        self._url, self._channel = parse_url(url), channel
        self._hear, self._connected = hear, connected
        self._task: asyncio.Task[None] | None = None
        self.is_up = False
        """Whether lines are heard now."""

    def start(self) -> None:
        """Listen, and go on trying while there is no connection."""
        if self._url.get_backend_name() == "postgresql":
            self._task = asyncio.get_running_loop().create_task(self._keep(), name="news of other boxes")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        from psycopg import Error

        while True:
            try:
                await self._listen()
            except (Error, OSError, TimeoutError) as fault:
                if self.is_up:
                    log.warning("news.lost", why=" ".join(str(fault).split()) or type(fault).__name__)
            finally:
                self.is_up = False
            await asyncio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        from psycopg import AsyncConnection
        from psycopg.sql import SQL, Identifier

        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        line = await AsyncConnection.connect(
            address, autocommit=True, connect_timeout=CONNECT_S, application_name="dutyline news"
        )
        async with line:
            await line.execute(SQL("LISTEN {}").format(Identifier(self._channel)))
            self.is_up = True
            self._connected()
            while True:
                async for told in line.notifies(timeout=PROBE_S):
                    self._hear(told.payload)
                async with asyncio.timeout(CONNECT_S):
                    await line.execute("SELECT 1")


__all__ = ["BoxNews", "tell_boxes"]
