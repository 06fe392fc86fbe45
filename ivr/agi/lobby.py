"""Connections that have not said who they are yet."""

from functools import partial

from ivr.agi.connection import Connection
from ivr.agi.metrics import AgiMetrics, RejectReason
from ivr.agi.turns import after_reading


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
            after_reading(partial(self._thin_out, list(self._waiting)))

    def _thin_out(self, suspects: list[Connection]) -> None:
        for connection in suspects:
            if len(self._waiting) > self._room and connection in self._waiting:
                connection.reject(RejectReason.CROWDED)
        self._watch()  # others may have come meanwhile
