"""The agents' legs of call-backs on the switch, by AMI. A leg's id is its channel id.

A leg is known from before it is rung until the switch says that it is over; after a restart or a lost
link the sync says which ones still live.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

import structlog

from ivr.ami import AmiDisconnected, AmiError, AmiEvent, AmiFailed, AmiLink, AmiUncertain, ChannelSnapshot
from ivr.contract import Context, Variable, dial_string

SECOND_LOOK_S = 1.0
RESPONSE_GRACE_S = 0.3
"""The hang-up of a leg that failed may trail behind its response, and it bears the cause."""
READY_LIMIT_S = 10.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Leg:
    """One leg. `cause`: of its end, Q.850."""

    id: str
    cause: int = 0
    is_talking: bool = False
    """The caller is on it too."""
    over: asyncio.Event = field(default_factory=asyncio.Event)


class CallbackLegs:
    """Rings agents and tells how their legs end."""

    def __init__(self, link: AmiLink, reached: Callable[[str], Coroutine[object, object, None]]) -> None:
        """`reached` is told the leg's id as the caller picks up."""
        self._link, self._reached = link, reached
        self._legs: dict[str, Leg] = {}
        self._telling: set[asyncio.Task[None]] = set()
        link.subscribe("OriginateResponse", self._take_response)
        link.subscribe("Hangup", self._take_hangup)
        link.subscribe("DialEnd", self._take_dial_end)
        link.on_sync(self._take_sync)

    def watch(self, leg_id: str) -> Leg:
        """A leg that is about to be rung, or that an earlier run has rung."""
        return self._legs.setdefault(leg_id, Leg(leg_id))

    async def ring(self, leg: Leg, number: str, caller_id: str, ring_s: float) -> None:
        """Originate; once answered it comes to us as an AGI session. Waits for a switch that is away."""
        await self._wait_ready()
        try:
            await self._link.originate(
                channel=dial_string(number),
                channel_id=leg.id,
                context=Context.PAGE,
                caller_id=caller_id,
                timeout_ms=max(1000, round(ring_s * 1000)),
                variables={Variable.ATTEMPT: leg.id},
            )
        except AmiUncertain:
            log.warning("callback.ring_uncertain", leg=leg.id)
        except AmiDisconnected:
            self._end(leg.id, 0)
        except AmiFailed as fault:
            log.warning("callback.ring_refused", leg=leg.id, why=str(fault))
            self._tell(self._look_twice(leg.id))

    async def hang_up(self, leg: Leg) -> None:
        """End a leg, ringing or answered."""
        try:
            await self._link.hangup(leg.id)
        except AmiError as fault:
            log.debug("callback.hang_up_failed", leg=leg.id, why=str(fault))

    async def _wait_ready(self) -> None:
        while True:
            try:
                await self._link.wait_ready(READY_LIMIT_S)
                return
            except AmiError:
                await asyncio.sleep(1)

    def _take_response(self, event: AmiEvent) -> None:
        leg_id = event.get("Uniqueid")
        if leg_id in self._legs and event.get("Response") != "Success":
            asyncio.get_running_loop().call_later(RESPONSE_GRACE_S, self._end, leg_id, 0)

    def _take_hangup(self, event: AmiEvent) -> None:
        cause = event.get("Cause")
        self._end(event.get("Uniqueid"), int(cause) if cause.isdecimal() else 0)

    def _take_dial_end(self, event: AmiEvent) -> None:
        if event.get("DialStatus") == "ANSWER":
            self._note_reached(event.get("Uniqueid"))

    def _note_reached(self, leg_id: str) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None and not leg.is_talking:
            leg.is_talking = True
            self._tell(self._reached(leg_id))

    def _take_sync(self, channels: list[ChannelSnapshot]) -> None:
        live = {channel.unique_id: channel for channel in channels}
        for leg_id in list(self._legs):
            if leg_id not in live:
                self._tell(self._look_twice(leg_id))
            elif live[leg_id].bridge_id:
                self._note_reached(leg_id)

    async def _look_twice(self, leg_id: str) -> None:
        """A switch that was stuck may carry out an Originate late."""
        await asyncio.sleep(SECOND_LOOK_S)
        try:
            live = {channel.unique_id for channel in await self._link.core_show_channels()}
        except AmiError:
            return  # the next sync looks again
        if leg_id not in live:
            self._end(leg_id, 0)

    def _end(self, leg_id: str, cause: int) -> None:
        leg = self._legs.pop(leg_id, None)
        if leg is not None:
            leg.cause = cause
            leg.over.set()

    def _tell(self, telling: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._told)

    def _told(self, task: asyncio.Task[None]) -> None:
        self._telling.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("callback.news_lost", exc_info=fault)


__all__ = ["CallbackLegs", "Leg"]
