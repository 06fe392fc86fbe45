"""Calls of the engineers' number as the switch sees them: when they are over, and whether a caller who was
called from one was reached, though nobody here was there to hear it.

A service that was started anew knows them by their rows (see `ivr.duty.engaged`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Final, Protocol

import structlog

from ivr.ami import AmiError, AmiEvent, AmiLink, ChannelSnapshot
from ivr.duty.line.calls import HOW
from ivr.duty.page import PageRefused
from ivr.duty.talks import Leg, Talks
from ivr.storage import StorageError

RECORD_S: Final = 1.0
"""The switch's record of a call is there so soon after its end."""
RETRY_S: Final = 2.0

log = structlog.get_logger(__name__)


class Pages(Protocol):
    """What is done with pages (see `ivr.duty.pager.Pager`)."""

    talks: Talks

    def leave_line(self, channel: str) -> None:
        """That call is over."""

    async def mark_called_back(self, page_id: str, by: str, how: str) -> bool:
        """The caller was called back; False: that was known. PageRefused."""

    async def note(self, page_id: str, kind: str, facts: Mapping[str, object], by: str = "") -> None:
        """A line of the page's history."""


class LineCalls:
    """All of them. `has_talked`: whether somebody picked up whom that channel has called, by the switch's own
    call records."""

    def __init__(self, link: AmiLink, pages: Pages, has_talked: Callable[[str], bool]) -> None:
        self._link, self._pages, self._has_talked = link, pages, has_talked
        self._reached: set[str] = set()
        """Channels from which the caller was reached."""
        self._tasks: set[asyncio.Task[None]] = set()
        link.on_sync(self._take_sync)
        link.subscribe("DialEnd", self._take_dial_end)
        link.subscribe("Hangup", self._take_hangup)

    async def close(self) -> None:
        """Stop; what was not written down yet is by the next run."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def look_at(self, channel: str) -> None:
        """We do not talk on it any more: is it over, or has he been put through?"""
        self._spawn(self._look_at(channel))

    async def _look_at(self, channel: str) -> None:
        await asyncio.sleep(RECORD_S)
        try:
            live = {one.unique_id for one in await self._link.core_show_channels()}
        except AmiError:
            return  # the next sync says so
        if channel not in live:
            self._end(channel)

    def _take_sync(self, channels: list[ChannelSnapshot]) -> None:
        live = {one.unique_id: one for one in channels}
        for channel in self._pages.talks.channels:
            if channel not in live:
                self._end(channel)
            elif live[channel].bridge_id:
                self._note_reached(channel)

    def _take_dial_end(self, event: AmiEvent) -> None:
        if event.get("DialStatus") == "ANSWER":
            self._note_reached(event.get("Uniqueid"))

    def _take_hangup(self, event: AmiEvent) -> None:
        self._end(event.get("Uniqueid"))

    def _note_reached(self, channel: str) -> None:
        leg = self._pages.talks.line(channel)
        if leg is not None and leg.caller_of:
            self._reached.add(channel)
            self._spawn(self._mark(leg))

    def _end(self, channel: str) -> None:
        leg = self._pages.talks.line(channel)
        if leg is not None and leg.caller_of and channel not in self._reached:
            self._spawn(self._find_out(channel, leg))
        self._reached.discard(channel)
        self._pages.leave_line(channel)

    async def _find_out(self, channel: str, leg: Leg) -> None:
        """He has hung up, and nobody was there to see whether the caller had picked up."""
        await asyncio.sleep(RECORD_S)
        if await asyncio.to_thread(self._has_talked, channel):
            await self._mark(leg)
        else:
            await self._persist(lambda: self._pages.note(leg.caller_of, "caller-not-reached", {}, leg.entry))

    async def _mark(self, leg: Leg) -> None:
        await self._persist(lambda: self._pages.mark_called_back(leg.caller_of, leg.entry, HOW))

    async def _persist(self, write: Callable[[], Coroutine[object, object, object]]) -> None:
        """However long the database is away."""
        while True:
            try:
                await write()
                return
            except PageRefused as fault:
                log.warning("line.not_marked", why=str(fault))
                return
            except StorageError as fault:
                log.error("line.mark_held", why=str(fault))
                await asyncio.sleep(RETRY_S)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="call of the engineers' number")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("line.call_fault", exc_info=fault)


__all__ = ["LineCalls"]
