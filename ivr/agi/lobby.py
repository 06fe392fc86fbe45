"""Connections that have not said who they are yet."""

import asyncio

from ivr.agi.connection import Connection
from ivr.agi.metrics import AgiMetrics, RejectReason

_TURNS = 4
"""Turns of the event loop within which bytes that have arrived on a new connection are read: it is
accepted in the first, watched from the second, read in the third."""


class Lobby:
    """Holds those who wait, the oldest first. When there are too many the oldest make room, but only once
    the loop has read what they may have sent: the switch speaks at once, so a call never suffers."""

    def __init__(self, room: int, metrics: AgiMetrics) -> None:
        self._room = room
        self._metrics = metrics
        self._waiting: dict[Connection, None] = {}
        self._is_thinning = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, connection: Connection) -> None:
        """A connection came."""
        self._waiting[connection] = None
        self._metrics.waiting = len(self._waiting)
        if not self._is_thinning:
            self._watch()

    def remove(self, connection: Connection) -> None:
        """A connection has said who it is, or is gone. May be repeated."""
        self._waiting.pop(connection, None)
        self._metrics.waiting = len(self._waiting)

    def empty(self, reason: RejectReason) -> None:
        """Turn all away."""
        for connection in list(self._waiting):
            connection.reject(reason)

    def _watch(self) -> None:
        self._is_thinning = len(self._waiting) > self._room
        if self._is_thinning:
            self._thin_out(list(self._waiting), _TURNS)

    def _thin_out(self, suspects: list[Connection], turns: int) -> None:
        if turns > 0:
            asyncio.get_running_loop().call_soon(self._thin_out, suspects, turns - 1)
            return
        for connection in suspects:
            if len(self._waiting) > self._room and connection in self._waiting:
                connection.reject(RejectReason.CROWDED)
        self._watch()  # others may have come meanwhile
