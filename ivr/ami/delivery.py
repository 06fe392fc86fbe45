"""From the wire to the handlers: a bounded queue, so that reading never waits for anybody.

The switch drops a session that is not read, so events are taken off the socket at once and wait
here. Too many waiting means that a handler is too slow: then the queue is given up whole, the link
dropped, and the next sync tells the present state instead.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from ivr.ami.messages import AmiEvent, ChannelSnapshot

EventHandler = Callable[[AmiEvent], object]
SyncHandler = Callable[[list[ChannelSnapshot]], object]
Unsubscribe = Callable[[], None]
T = TypeVar("T")
H = TypeVar("H", bound=Callable[..., object])

EVERY_EVENT = "*"
SLICE_S = 0.005
"""Handlers run this long at a stretch before the loop may read the socket again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sync:
    """The state of the switch after a log-in; `done` is called when the handlers have had it."""

    channels: list[ChannelSnapshot]
    done: Callable[[], None]


class Delivery:
    """Queue and handlers. Handlers are plain functions, called one after the other in order of arrival."""

    def __init__(self, limit: int) -> None:
        self.delivered = 0
        self.handler_errors = 0
        self.limit = limit
        self._queue: deque[AmiEvent | Sync] = deque()
        self._wake = asyncio.Event()
        self._handlers: defaultdict[str, list[EventHandler]] = defaultdict(list)
        self._sync_handlers: list[SyncHandler] = []

    def __len__(self) -> int:
        return len(self._queue)

    def subscribe(self, name: str, handler: EventHandler) -> Unsubscribe:
        """Have `handler` called for each event of that name; the answer ends it."""
        return add_handler(self._handlers[name], handler)

    def on_sync(self, handler: SyncHandler) -> Unsubscribe:
        """Have `handler` called with the live channels after each log-in; the answer ends it."""
        return add_handler(self._sync_handlers, handler)

    def put(self, *items: AmiEvent | Sync) -> bool:
        """Queue items; False, and an empty queue, when they are more than it holds."""
        if len(self._queue) + len(items) > self.limit:
            self.clear()
            return False
        self._queue.extend(items)
        self._wake.set()
        return True

    def clear(self) -> None:
        """Give up what waits."""
        self._queue.clear()

    async def run(self) -> None:
        """Call the handlers, for ever. Lets the loop breathe between slices."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            until = loop.time() + SLICE_S
            while self._queue:
                self._handle(self._queue.popleft())
                if loop.time() > until:
                    await asyncio.sleep(0)
                    until = loop.time() + SLICE_S

    def _handle(self, item: AmiEvent | Sync) -> None:
        if isinstance(item, Sync):
            for on_sync in tuple(self._sync_handlers):
                self._call(on_sync, list(item.channels), "sync")
            item.done()
            return
        self.delivered += 1
        for handler in self._for(item.name):
            self._call(handler, item, item.name)

    def _for(self, name: str) -> Sequence[EventHandler]:
        """The handlers of an event: two look-ups, no matching of patterns."""
        own = self._handlers.get(name, ())
        every = self._handlers.get(EVERY_EVENT, ())
        return (*own, *every)

    def _call(self, handler: Callable[[T], object], argument: T, what: str) -> None:
        """One handler's fault is its own: it is logged, and everybody else still hears the event."""
        try:
            handler(argument)
        except Exception:
            self.handler_errors += 1
            log.exception("ami handler failed", ami_event=what, handler=_name_of(handler))


def add_handler(handlers: list[H], handler: H) -> Unsubscribe:
    """Append a plain function; the answer takes it out again. TypeError for a coroutine function."""
    if inspect.iscoroutinefunction(handler):
        raise TypeError(f"{_name_of(handler)} is a coroutine function; AMI handlers are called in order")
    handlers.append(handler)

    def remove() -> None:
        if handler in handlers:
            handlers.remove(handler)

    return remove


def _name_of(handler: object) -> str:
    return getattr(handler, "__qualname__", repr(handler))


__all__ = ["Delivery", "EventHandler", "Sync", "SyncHandler", "Unsubscribe", "add_handler"]
