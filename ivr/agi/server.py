"""The FastAGI server: accepts calls from the switch and runs a handler for each."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import structlog

from ivr.agi.connection import Connection
from ivr.agi.errors import AgiClosed, AgiHungUp
from ivr.agi.faults import Fault
from ivr.agi.limits import Limits
from ivr.agi.lobby import Lobby
from ivr.agi.metrics import AgiMetrics, RejectReason
from ivr.agi.request import Request
from ivr.agi.session import AgiSession

Handler = Callable[[AgiSession], Awaitable[None]]

_log = structlog.get_logger(__name__)
_READ_BYTES = 65_536
_QUIET = {RejectReason.SILENT, RejectReason.DRAINING}


class AgiServer:
    """Runs `handler` for each call. When it returns the connection is closed and the extensions go on;
    when it raises or is cancelled, AGISTATUS is FAILURE besides, and the error is logged."""

    def __init__(
        self, handler: Handler, host: str = "127.0.0.1", port: int = 4573, *, limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.metrics = AgiMetrics()
        self.buffer = memoryview(bytearray(_READ_BYTES))
        self._handler = handler
        self._host = host
        self._port = port
        self._listener: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._lobby = Lobby(self.limits.waiting, self.metrics)
        self._tasks: dict[asyncio.Task[None], Connection] = {}
        self._is_draining = False
        self._change = asyncio.Event()

    @property
    def port(self) -> int:
        """The port that is listened on, also when 0 was asked for."""
        if self._listener is None or not self._listener.sockets:
            return self._port
        return int(self._listener.sockets[0].getsockname()[1])

    @property
    def sessions(self) -> int:
        """Calls whose handler is at work."""
        return len(self._tasks)

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: Connection(self), self._host, self._port, backlog=512
        )
        self._port = self.port

    async def drain(self, limit_s: float | None = None) -> bool:
        """Take no new call and let the others end by themselves; true when all have within `limit_s`."""
        self._stop_listening()
        self._lobby.empty(RejectReason.DRAINING)
        return await self._wait_until(lambda: not self._tasks, limit_s)

    async def close(self, grace_s: float = 5.0) -> None:
        """Take no new call, cancel every handler, and give them `grace_s` to end. May be repeated."""
        self._stop_listening()
        self._lobby.empty(RejectReason.DRAINING)
        for task in list(self._tasks):
            task.cancel()
        if not await self._wait_until(lambda: not self._tasks, grace_s):
            _log.error("agi.handlers_ignore_cancellation", sessions=len(self._tasks), grace_s=grace_s)
        for connection in self._tasks.values():
            connection.finish(is_failed=True)
        if not await self._wait_until(lambda: not self._connections, self.limits.linger_s):
            for connection in list(self._connections):
                connection.abort()
            await self._wait_until(lambda: not self._connections, self.limits.linger_s)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # What a connection tells.

    def connected(self, connection: Connection) -> None:
        """A connection came."""
        self.metrics.accepted += 1
        self._connections.add(connection)
        if self._is_draining:
            connection.reject(RejectReason.DRAINING)
        else:
            self._lobby.add(connection)

    def started(self, connection: Connection, request: Request) -> None:
        """A header is complete: run the handler, if there is room."""
        if self._is_draining or len(self._tasks) >= self.limits.sessions:
            connection.reject(RejectReason.DRAINING if self._is_draining else RejectReason.FULL)
            return
        self._lobby.remove(connection)
        self.metrics.started += 1
        number = self.metrics.started
        session = AgiSession(number, request, connection.open_exchange(), self.limits, connection.peer)
        task = asyncio.get_running_loop().create_task(self._run(session, connection), name=f"agi-{number}")
        session.run_by(task)
        self._tasks[task] = connection
        self.metrics.open = len(self._tasks)
        task.add_done_callback(self._ended)

    def rejected(self, connection: Connection, reason: RejectReason) -> None:
        """A connection ends before it became a session."""
        self._lobby.remove(connection)
        self.metrics.rejected[reason] += 1
        say = _log.info if reason in _QUIET else _log.warning
        say("agi.rejected", reason=reason.value, peer=connection.peer, times=self.metrics.rejected[reason])

    def broken(self, connection: Connection, fault: Fault) -> None:
        """A session's connection is cut for what came over it."""
        self.metrics.broken += 1
        _log.warning("agi.broken", fault=fault.value, peer=connection.peer, times=self.metrics.broken)

    def disconnected(self, connection: Connection) -> None:
        """A connection is gone for good."""
        self._lobby.remove(connection)
        self._connections.discard(connection)
        self._change.set()

    async def _run(self, session: AgiSession, connection: Connection) -> None:
        is_failed = True
        try:
            await self._handler(session)
            is_failed = False
            self.metrics.finished += 1
        except (AgiClosed, AgiHungUp) as gone:
            # The caller left and the handler had nothing to add: an ordinary end.
            self.metrics.finished += 1
            _log.info("agi.ended_by_hangup", session=session.number, why=type(gone).__name__)
            is_failed = not session.hung_up.is_set()
        except asyncio.CancelledError:
            self.metrics.cancelled += 1
            raise
        except Exception:
            self.metrics.failed += 1
            _log.exception("agi.handler_failed", session=session.number, peer=session.peer)
        finally:
            self._count_end(session, connection)
            connection.finish(is_failed=is_failed)

    def _count_end(self, session: AgiSession, connection: Connection) -> None:
        self.metrics.hung_up += session.hung_up.is_set()
        strays = connection.exchange.strays if connection.exchange else 0
        if strays:
            _log.warning("agi.stray_lines", session=session.number, lines=strays)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self.metrics.open = len(self._tasks)
        self._change.set()

    def _stop_listening(self) -> None:
        self._is_draining = True
        if self._listener is not None:
            self._listener.close()

    async def _wait_until(self, is_done: Callable[[], bool], limit_s: float | None) -> bool:
        try:
            async with asyncio.timeout(limit_s):
                while not is_done():
                    self._change.clear()
                    await self._change.wait()
        except TimeoutError:
            return is_done()
        return True
