"""The telephone side of a page: engineers' legs on the switch, by AMI.

A leg bears the attempt's id as its channel id, so the switch and the row share a name: after a lost
link or a restart the leg is looked up by it, and the switch refuses a second one while it lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable

import structlog

from ivr.ami import (
    AmiDisconnected,
    AmiError,
    AmiEvent,
    AmiFailed,
    AmiLink,
    AmiUncertain,
    ChannelSnapshot,
    LinkState,
)
from ivr.contract import Context, Variable, dial_string
from ivr.duty.hunt import Attempt
from ivr.duty.page import Page
from ivr.duty.run import PhonesAwayError
from ivr.duty.speaking import STOP_KEY
from ivr.storage.states import AttemptState

READY_LIMIT_S = 10.0
SILENCE_AGAIN_S = (0.2, 0.5, 1.0)
"""A leg that is being made cannot be hung up yet: tried again after so long."""
SECOND_LOOK_S = 1.0
ON_ITS_WAY_S = 2.0
REFUSED_S = 0.5

log = structlog.get_logger(__name__)

LegEnded = Callable[[str, int], Coroutine[object, object, None]]
"""Told (attempt id, Q.850 cause) when the switch says that a leg is over."""
LegMissing = Callable[[str], Coroutine[object, object, None]]
"""Told (attempt id) when the switch, asked after a lost link, does not know the leg."""


class SwitchLegs:
    """Originates, silences and interrupts engineers' legs (see `ivr.duty.run.Phones`)."""

    def __init__(
        self, link: AmiLink, caller_id: Callable[[Page], str], ended: LegEnded, missing: LegMissing
    ) -> None:
        self._link, self._caller_id = link, caller_id
        self._ended, self._missing = ended, missing
        self._channels: dict[str, str] = {}
        self._picked_up: dict[str, float] = {}
        """Leg -> when it was picked up (`loop.time()`); it comes to us at once."""
        self._telling: set[asyncio.Task[None]] = set()
        link.subscribe("OriginateResponse", self._take_response)
        link.subscribe("Hangup", self._take_hangup)
        link.on_sync(self._take_sync)

    async def ring(self, page: Page, attempt: Attempt) -> None:
        """Originate the leg; once answered it comes to us as an AGI session of its own."""
        if not self.is_ready:
            raise PhonesAwayError
        self._channels[attempt.id] = ""
        try:
            await self._link.originate(
                channel=dial_string(attempt.number),
                channel_id=attempt.id,
                context=Context.PAGE,
                caller_id=self._caller_id(page),
                timeout_ms=max(1000, round(attempt.ring_s * 1000)),
                variables={Variable.ATTEMPT: attempt.id},
            )
        except AmiUncertain:
            log.warning("page.ring_uncertain", attempt=attempt.id)
        except AmiDisconnected as fault:
            self._channels.pop(attempt.id, None)
            raise PhonesAwayError from fault
        except AmiFailed as fault:
            # refused: most likely because a leg of that id lives, which is as good
            log.warning("page.ring_refused", attempt=attempt.id, why=str(fault))
            asyncio.get_running_loop().call_later(REFUSED_S, self.look_again, attempt.id)

    async def silence(self, attempt: Attempt) -> None:
        """Hang up a leg, ringing or answered; harmless when it is over.

        One that has been picked up in this moment is on its way to us, and hears why it rang for nothing.
        """
        since = asyncio.get_running_loop().time() - self._picked_up.get(attempt.id, 0.0)
        if attempt.state is AttemptState.RINGING and since < ON_ITS_WAY_S:
            return
        for pause_s in SILENCE_AGAIN_S:
            try:
                await self._link.hangup(attempt.id)
                return
            except AmiError as fault:
                log.debug("page.silence_failed", attempt=attempt.id, why=str(fault))
            await asyncio.sleep(pause_s)
            if attempt.id not in self._channels:
                return

    async def interrupt(self, attempt: Attempt) -> None:
        """Have the leg receive a key of ours, which stops what is being said to it."""
        try:
            await self._link.play_dtmf(attempt.id, STOP_KEY, receive=True)
        except AmiError as fault:
            log.debug("page.interrupt_failed", attempt=attempt.id, why=str(fault))

    @property
    def is_ready(self) -> bool:
        """Whether the link to the switch is ready."""
        return self._link.state is LinkState.READY

    async def wait_ready(self) -> None:
        """Until the link to the switch is ready, however long that takes."""
        while not self.is_ready:
            try:
                await self._link.wait_ready(READY_LIMIT_S)
            except AmiError:
                await asyncio.sleep(1)

    def watch(self, attempts: Iterable[Attempt]) -> None:
        """Open attempts found in the database at a start: the next sync says whether their legs live."""
        self._channels.update((attempt.id, "") for attempt in attempts)

    def _take_response(self, event: AmiEvent) -> None:
        """A leg that was never made has no Hangup: its failure is here alone."""
        attempt_id = event.get("Uniqueid")
        if attempt_id in self._channels and event.get("Response") == "Success":
            self._picked_up[attempt_id] = asyncio.get_running_loop().time()
        elif attempt_id in self._channels:
            asyncio.get_running_loop().call_later(0.3, self._end, attempt_id, 0)

    def _take_hangup(self, event: AmiEvent) -> None:
        attempt_id = event.get("Uniqueid")
        if attempt_id in self._channels:
            cause = event.get("Cause")
            self._end(attempt_id, int(cause) if cause.isdecimal() else 0)

    def _take_sync(self, channels: list[ChannelSnapshot]) -> None:
        """After a lost link: legs that are no longer there are over, and nobody said how."""
        live = {channel.unique_id for channel in channels}
        for attempt_id in [one for one in self._channels if one not in live]:
            self._tell(self._look_twice(attempt_id))

    def look_again(self, attempt_id: str) -> None:
        """Ask the switch whether it knows the leg: it may have ended before it was watched."""
        self._tell(self._look_twice(attempt_id))

    async def _look_twice(self, attempt_id: str) -> None:
        """A switch that was frozen carries out an Originate late: look once more before it counts."""
        await asyncio.sleep(SECOND_LOOK_S)
        try:
            live = {channel.unique_id for channel in await self._link.core_show_channels()}
        except AmiError:
            return  # the next sync looks again
        if attempt_id not in live and self._channels.pop(attempt_id, None) is not None:
            await self._missing(attempt_id)

    def _end(self, attempt_id: str, cause: int) -> None:
        self._picked_up.pop(attempt_id, None)
        if self._channels.pop(attempt_id, None) is not None:
            self._tell(self._ended(attempt_id, cause))

    def _tell(self, telling: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._told)

    def _told(self, task: asyncio.Task[None]) -> None:
        self._telling.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("page.leg_news_lost", exc_info=fault)
