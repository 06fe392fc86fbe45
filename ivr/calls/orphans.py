"""Calls that outlived the service: found again after a restart, and closed when they really end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog

from ivr.ami import AmiEvent, AmiLink, ChannelSnapshot
from ivr.clock import Clock
from ivr.records import CallRecord, Recorder, close_orphans
from ivr.storage import Database, Disposition, HungBy, StorageError

log = structlog.get_logger(__name__)


class Orphans:
    """Adopts what the last run left behind, once, at the first sync with the switch."""

    def __init__(
        self,
        link: AmiLink,
        database: Database,
        recorder: Recorder,
        clock: Clock,
        own: Callable[[], Mapping[str, object]],
    ) -> None:
        self._database, self._recorder, self._clock, self._own = database, recorder, clock, own
        self._alive: dict[str, CallRecord] = {}
        self._is_done = False
        self._work: asyncio.Task[None] | None = None
        link.on_sync(self._take_sync)
        link.subscribe("Hangup", self._take_hangup)

    @property
    def alive(self) -> int:
        """Calls of an earlier run that still go on."""
        return len(self._alive)

    def _take_sync(self, channels: list[ChannelSnapshot]) -> None:
        live = {channel.unique_id for channel in channels}
        if not self._is_done:
            self._is_done = True
            self._work = asyncio.ensure_future(self._adopt(live | set(self._own())))
        for uniqueid in [one for one in self._alive if one not in live]:
            self._close(self._alive.pop(uniqueid), 0)

    async def _adopt(self, live: set[str]) -> None:
        now = self._clock.now()
        try:
            found = await self._database.run(lambda session: close_orphans(session, live, now))
        except StorageError as fault:
            self._is_done = False
            log.error("calls.orphans_not_closed", why=str(fault))
            return
        own = self._own()
        self._alive = {one.uniqueid: one for one in found if one.uniqueid not in own}
        if self._alive:
            log.info("calls.adopted", calls=len(self._alive))

    def _take_hangup(self, event: AmiEvent) -> None:
        record = self._alive.pop(event.get("Uniqueid"), None)
        if record is not None:
            cause = event.get("Cause")
            self._close(record, int(cause) if cause.isdecimal() else 0)

    def _close(self, record: CallRecord, cause: int) -> None:
        record.ended, record.cause = self._clock.now(), cause
        record.hung_by = HungBy.UNKNOWN
        has_talked = record.agent_at is not None
        record.disposition = Disposition.ANSWERED if has_talked else Disposition.UNKNOWN
        self._recorder.finish(record, [])
