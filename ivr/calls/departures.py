"""Which channels have left the switch: a place is free when the telephone is, not when the caller is told so.

When a Dial is over, the caller's channel goes on at once while the switch still takes the other one down
beside it. A place that is given to the next caller in that moment would ring one telephone too many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

import structlog

from ivr.ami import AmiEvent, AmiLink, ChannelSnapshot

LIMIT_S: Final = 1.0
"""A channel of which nothing is heard for so long counts as gone: the link may be down."""
_REMEMBERED: Final = 2048

log = structlog.get_logger(__name__)


class Departures:
    """Hears every hang-up on the switch."""

    def __init__(self, link: AmiLink | None = None) -> None:
        """`link`: None where there is no switch to listen to; then nobody is waited for."""
        self._has_link = link is not None
        self._gone: dict[str, None] = {}
        """Names of channels that left lately, the oldest first: one may be asked for after it has left."""
        self._awaited: dict[str, asyncio.Future[None]] = {}
        self._rung: dict[str, list[str]] = {}
        """Unique id of a live caller -> names of the channels that were rung for him and are over."""
        if link is not None:
            link.subscribe("Hangup", self._take_hangup)
            link.subscribe("DialEnd", self._take_dial_end)
            link.on_sync(self._take_sync)

    async def wait_gone(self, channels: Collection[str], limit_s: float = LIMIT_S) -> None:
        """Until these channels (by name) have left; after the limit it is said in the log, and gone on."""
        if not self._has_link:
            return
        awaited = [self._await(name) for name in channels if name not in self._gone]
        if not awaited:
            return
        _, staying = await asyncio.wait(awaited, timeout=limit_s)
        if staying:
            log.warning("calls.channel_stays", channels=list(channels), after_s=limit_s)

    async def see_off(self, caller: str, channel: str = "", limit_s: float = LIMIT_S) -> None:
        """Until all that rang for a caller (by unique id) has left. `channel`: who answered, if anybody."""
        rung = {*self._rung.pop(caller, ()), channel} - {""}
        await self.wait_gone(rung, limit_s)

    def _await(self, name: str) -> asyncio.Future[None]:
        future = self._awaited.get(name)
        if future is None:
            future = self._awaited[name] = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(2 * LIMIT_S, self._awaited.pop, name, None)
        return future

    def _take_hangup(self, event: AmiEvent) -> None:
        self._note(event.get("Channel"))
        self._rung.pop(event.get("Uniqueid"), None)

    def _take_dial_end(self, event: AmiEvent) -> None:
        """Not of legs that nobody called for: those have no caller. Some leave before this is said."""
        caller, rung = event.get("Uniqueid"), event.get("DestChannel")
        if caller and rung not in self._gone:
            self._rung.setdefault(caller, []).append(rung)

    def _take_sync(self, channels: list[ChannelSnapshot]) -> None:
        """What left while the link was down, left."""
        live = {channel.channel for channel in channels}
        callers = {channel.unique_id for channel in channels}
        self._rung = {caller: rung for caller, rung in self._rung.items() if caller in callers}
        for name in [one for one in self._awaited if one not in live]:
            self._note(name)

    def _note(self, name: str) -> None:
        self._gone[name] = None
        if len(self._gone) > _REMEMBERED:
            del self._gone[next(iter(self._gone))]
        future = self._awaited.pop(name, None)
        if future is not None and not future.done():
            future.set_result(None)


__all__ = ["Departures"]
