"""Time as the service sees it, so that tests can let hours pass in milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits for it."""

    def now(self) -> datetime:
        """The moment, aware, UTC."""

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        """Until `event` is set (True) or the moment `until` has come (False); None: no limit."""


class SystemClock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        if until is None:
            await event.wait()
            return True
        left_s = (until - self.now()).total_seconds()
        try:
            async with asyncio.timeout(max(0.0, left_s)):
                await event.wait()
        except TimeoutError:
            return event.is_set()
        return True


class SteadyClock:
    """Another clock, for one who counts by it: when that is set back, this one goes on from where it was."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._ahead = clock, timedelta(0)
        self._last: datetime | None = None

    def go_on_from(self, *moments: datetime) -> None:
        """These have been already: it goes on from the last of them."""
        known = moments if self._last is None else (*moments, self._last)
        self._last = max(known, default=None)

    @property
    def wall(self) -> datetime:
        """What the other clock shows: what is decided by the hour of the day goes by it."""
        return self._clock.now()

    def now(self) -> datetime:
        moment = self._clock.now() + self._ahead
        if self._last is not None and moment < self._last:
            self._ahead += self._last - moment
            moment = self._last
        self._last = moment
        return moment

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        return await self._clock.wait(event, until - self._ahead if until is not None else None)


class VirtualClock:
    """A clock that stands still until `pass_time` moves it; waiters wake in the order of their times.

    `settle` is awaited at each stop: it returns when those that were woken have done their work, whose
    threads (a database's, say) live in real time.
    """

    def __init__(self, start: datetime, settle: Callable[[], Awaitable[object]] | None = None) -> None:
        self._now = start.astimezone(UTC)
        self.settle = settle or _breathe
        self._alarms: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        if until is None:
            await event.wait()
            return True
        if until <= self._now:
            return event.is_set()
        alarm = (until, asyncio.Event())
        self._alarms.append(alarm)
        tasks = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(alarm[1].wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self._alarms.remove(alarm)
        return event.is_set()

    def next_alarm(self) -> datetime | None:
        """The earliest moment somebody waits for."""
        return min((until for until, event in self._alarms if not event.is_set()), default=None)

    async def pass_time(self, seconds: float) -> None:
        """Let `seconds` pass, stopping at each moment that somebody waits for."""
        end = self._now + timedelta(seconds=seconds)
        await self.settle()
        while (due := self.next_alarm()) is not None and due <= end:
            self._now = max(self._now, due)
            for until, event in self._alarms:
                if until <= self._now:
                    event.set()
            await self.settle()
        self._now = end


async def _breathe() -> None:
    await asyncio.sleep(0.01)
