"""Calls that outlived the service: found again after a restart, and closed when they really end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from ivr.ami import AmiEvent, AmiLink, ChannelSnapshot
from ivr.calls.departures import Departures
from ivr.calls.places import Usher, read_kept
from ivr.clock import Clock
from ivr.contract import Context
from ivr.records import CallRecord, Recorder, close_orphans
from ivr.records.places import find_places
from ivr.storage import Database, Disposition, HungBy, StorageError

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
LONGEST_WINDOW: Final = timedelta(hours=1)
"""Calls that began earlier count in no window after a restart."""
log = structlog.get_logger(__name__)


class Orphans:
    """Adopts what the last run left behind, once, after the first sync with the switch."""

    def __init__(
        self,
        link: AmiLink,
        database: Database,
        recorder: Recorder,
        clock: Clock,
        own: Callable[[], Mapping[str, object]],
        places: Usher | None = None,
        departures: Departures | None = None,
    ) -> None:
        """`departures`: which channels have left the switch: a place is free when its telephone has."""
        self._places, self._departures = places or Usher(), departures or Departures()
        self._partners: dict[str, set[str]] = {}
        """Linked id -> names of the channels that the last sync found with it."""
        self._endings: set[asyncio.Task[None]] = set()
        self._reserved: set[str] = set()
        """Calls whose places are taken until it is known whether they live."""
        self._database, self._recorder, self._clock, self._own = database, recorder, clock, own
        self._alive: dict[str, CallRecord] = {}
        self._channels: set[str] = set()
        """Until the adoption: channels of the switch at the last sync that have not been hung up since."""
        self._causes: dict[str, int] = {}
        """Until the adoption: how channels were hung up meanwhile."""
        self._talking: set[str] = set()
        """Until the adoption: channels that are in a conversation."""
        self._at_failsafe: set[str] = set()
        """Until the adoption: callers who had come to the failsafe at a sync."""
        self._adopting: asyncio.Task[None] | None = None
        link.on_sync(self._take_sync)
        link.subscribe("DialEnd", self._take_dial_end)
        link.subscribe("Hangup", self._take_hangup)

    @property
    def alive(self) -> int:
        """Calls of an earlier run that still go on."""
        return len(self._alive)

    def find(self, call_id: str) -> str | None:
        """The switch's unique id of that call, when it still goes on."""
        return next((one for one, record in self._alive.items() if record.id == call_id), None)

    async def reserve(self) -> None:
        """Before the first call is taken: what the calls of the last run had is still theirs.

        Those that live no more give it back as soon as the switch has been asked.
        """
        try:
            found = await self._database.read(partial(find_places, since=self._clock.now() - LONGEST_WINDOW))
        except StorageError as fault:
            log.error("calls.places_not_known", why=str(fault))
            return
        for call, (text, is_over) in found.items():
            if is_over:
                self._places.note_starts(call, read_kept(text))
            else:
                self._places.adopt(call, read_kept(text))
                self._reserved.add(call)
        if self._reserved:
            log.info("calls.places_reserved", calls=len(self._reserved))

    def close(self) -> None:
        """Adopt no more; the next run will."""
        for task in (self._adopting, *self._endings):
            if task is not None:
                task.cancel()

    def _take_sync(self, channels: list[ChannelSnapshot]) -> None:
        live = {channel.unique_id for channel in channels}
        self._partners.clear()
        for channel in channels:
            if channel.unique_id != channel.linked_id:
                self._partners.setdefault(channel.linked_id, set()).add(channel.channel)
        if self._adopting is None:
            self._adopting = asyncio.create_task(self._adopt(), name="orphans")
        if not self._adopting.done():
            self._channels = live
            self._talking |= {channel.unique_id for channel in channels if _is_talking(channel)}
            self._at_failsafe |= {one.unique_id for one in channels if one.context == Context.FAILSAFE}
        for uniqueid in [one for one in self._alive if one not in live]:
            self._close(self._alive.pop(uniqueid), 0)

    def _take_dial_end(self, event: AmiEvent) -> None:
        uniqueid = event.get("Uniqueid")
        if event.get("DialStatus") != "ANSWER":
            self._note_in_vain(uniqueid)
            return
        if (record := self._alive.get(uniqueid)) is not None:
            self._note_talk(record)
        elif uniqueid in self._channels:
            self._talking.add(uniqueid)

    def _note_in_vain(self, uniqueid: str) -> None:
        """An agent has not picked up for this caller, who goes to the failsafe: he is free again."""
        record = self._alive.get(uniqueid)
        if record is not None and record.agent_at is None and read_kept(record.places).agent:
            self._places.give_back(record.id, "")

    def _note_talk(self, record: CallRecord) -> None:
        """Somebody talks with this caller; since when exactly, nobody was there to see."""
        record.agent_at = record.agent_at or self._clock.now()
        self._recorder.note(record)

    def _take_hangup(self, event: AmiEvent) -> None:
        uniqueid, cause = event.get("Uniqueid"), event.get("Cause")
        number = int(cause) if cause.isdecimal() else 0
        if (record := self._alive.pop(uniqueid, None)) is not None:
            self._close(record, number)
        elif uniqueid in self._channels:
            self._channels.discard(uniqueid)
            self._causes[uniqueid] = number

    async def _adopt(self) -> None:
        """Tried until the database takes it; the switch goes on meanwhile, and so do hang-ups."""
        pause_s = FIRST_PAUSE_S
        while (found := await self._find()) is None:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        for record in found:
            if record.uniqueid in self._talking:
                self._note_talk(record)
            if record.uniqueid in self._channels:
                self._alive[record.uniqueid] = record
                if record.id not in self._reserved:
                    self._places.adopt(record.id, read_kept(record.places))
                if record.uniqueid in self._at_failsafe:
                    self._places.give_back(record.id, "")
            else:
                self._close(record, self._causes.get(record.uniqueid, 0))
        for call in self._reserved - {record.id for record in self._alive.values()}:
            self._places.end(call)
        for kept in (self._channels, self._causes, self._talking, self._reserved, self._at_failsafe):
            kept.clear()
        if self._alive:
            log.info("calls.adopted", calls=len(self._alive))

    async def _find(self) -> list[CallRecord] | None:
        """The calls of the last run that the switch still has; the others are ended in the database.

        None: the database is away. Calls hung up since the last sync count as had: they are closed
        afterwards, with their cause.
        """
        now, own = self._clock.now(), set(self._own())
        live = self._channels | self._causes.keys() | own
        try:
            found = await self._database.run(lambda session: close_orphans(session, live, now))
        except StorageError as fault:
            log.error("calls.orphans_not_closed", why=str(fault))
            return None
        own |= self._own().keys()
        return [one for one in found if one.uniqueid not in own]

    def _end_places(self, record: CallRecord) -> None:
        partners = self._partners.pop(record.uniqueid, None)
        if not partners:
            self._places.end(record.id)
            return
        task = asyncio.create_task(self._end_when_gone(record.id, partners), name="places of an orphan")
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def _end_when_gone(self, call: str, channels: set[str]) -> None:
        await self._departures.wait_gone(channels)
        self._places.end(call)

    def _close(self, record: CallRecord, cause: int) -> None:
        self._end_places(record)
        record.ended, record.cause = self._clock.now(), cause
        record.hung_by, record.places = HungBy.UNKNOWN, ""
        has_talked = record.agent_at is not None
        record.disposition = Disposition.ANSWERED if has_talked else Disposition.UNKNOWN
        self._recorder.finish(record, [])


def _is_talking(channel: ChannelSnapshot) -> bool:
    """Whether it is in a bridge with somebody, not waiting in one."""
    return bool(channel.bridge_id) and channel.application != "BridgeWait"
