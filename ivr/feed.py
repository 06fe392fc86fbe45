"""The live feed: what happens now, to whoever listens (the command line, later the console).

A listener that does not keep up loses the oldest lines and is told how many; it never slows a call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

MOST_HELD = 1000


class Feed:
    """Publishes small JSON-ready mappings: `kind`, `at`, and what belongs to the kind."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()

    @property
    def has_listeners(self) -> bool:
        """Whether anybody would see what is published now."""
        return bool(self._listeners)

    def publish(self, kind: str, at: datetime, **facts: object) -> None:
        """Tell all listeners; costs next to nothing when there are none."""
        if not self._listeners:
            return
        line = {"kind": kind, "at": at.isoformat(timespec="milliseconds"), **facts}
        for listener in self._listeners:
            listener.put(line)

    async def listen(self) -> AsyncIterator[Mapping[str, object]]:
        """Everything published from now on, in order."""
        listener = _Listener()
        self._listeners.add(listener)
        try:
            while True:
                yield await listener.get()
        finally:
            self._listeners.discard(listener)


class _Listener:
    def __init__(self) -> None:
        self._held: deque[Mapping[str, object]] = deque()
        self._filled = asyncio.Event()
        self._lost = 0

    def put(self, line: Mapping[str, object]) -> None:
        if len(self._held) >= MOST_HELD:
            self._held.popleft()
            self._lost += 1
        self._held.append(line)
        self._filled.set()

    async def get(self) -> Mapping[str, object]:
        while not self._held:
            self._filled.clear()
            await self._filled.wait()
        if self._lost:
            lost, self._lost = self._lost, 0
            return {"kind": "lost", "lines": lost}
        return self._held.popleft()
