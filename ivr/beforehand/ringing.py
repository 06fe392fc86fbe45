"""Rings one phone and sees how that ends: did it ring, who picked up after how long, was a key pressed.

The row is written before the phone rings and at every step. A leg that outlives the service comes back to us
(`talk`), and what it says then still counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import structlog

from dialplan.model import Configuration
from ivr.agi import AgiError, AgiSession
from ivr.ami import AmiError, AmiLink, write_caller_id
from ivr.beforehand.rings import OPEN, Ring, Skipped, find_ring, keep_ring
from ivr.beforehand.talk import LONGEST_S, NOT_HERE, Ear
from ivr.callbacks.legs import CallbackLegs, Leg
from ivr.clock import Clock
from ivr.feed import Feed
from ivr.outcome import attempt_state_of
from ivr.storage import Database, RingKind, RingState, StorageError

GLANCE_S: Final = 0.3
"""So often it is looked whether the phone rings, and whether a page wants it."""
GRACE_S: Final = 10.0
"""A leg of which the switch says nothing for so long after its time is lost."""
READY_LIMIT_S: Final = 30.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What ringing needs of the house.

    `cause_of`: the carrier's own cause for a number, asked with the switch's; `is_wanted`: whether a page has
    need of that phone; `learn`: told of a phone that was picked up, with a key or without.
    """

    database: Database
    link: AmiLink
    clock: Clock
    configuration: Callable[[], Configuration]
    feed: Feed
    cause_of: Callable[[str, datetime, int], Awaitable[int]]
    is_wanted: Callable[[str], Awaitable[bool]]
    learn: Callable[[Ring], Awaitable[None]]
    at_of: Callable[[Ring], Awaitable[str]]
    """The time that a handshake says: when the duty begins, `08:00`."""


class Ringer:
    """One for the service."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._legs = CallbackLegs(means.link, _nobody_cares)
        self._live: dict[str, Ring] = {}

    @property
    def live(self) -> int:
        """Phones that ring, or are picked up."""
        return len(self._live)

    async def ring(self, ring: Ring) -> Ring:
        """Ring it to its end; how it stands then. One that rang before a restart is lost, or heard out."""
        if ring.is_over:
            return ring
        if ring.state in OPEN:
            return await self._hear_out(ring)
        if await self._means.is_wanted(ring.number):
            ring = replace(ring, state=RingState.GAVE_WAY, why=Skipped.PAGE, ended_at=self._now())
            await self._keep(ring)
            return ring
        leg = self._legs.watch(ring.id)
        self._live[ring.id] = ring = replace(ring, state=RingState.RINGING, planned_at=self._now())
        try:
            await self._keep(ring)
            await self._legs.ring(leg, ring.number, self._shown(ring), ring.ring_s)
            await self._watch(leg, ring.ring_s + GRACE_S)
            return await self._end(ring.id, leg)
        finally:
            self._live.pop(ring.id, None)

    async def _hear_out(self, ring: Ring) -> Ring:
        """A ring of which the last box told no end: its leg may still live in the switch."""
        leg = self._legs.watch(ring.id)
        ring = self._live.setdefault(ring.id, ring)
        try:
            is_there = await self._is_there(ring.id)
            if is_there:
                await self._watch(leg, ring.ring_s + GRACE_S)
            return await self._end(ring.id, leg, is_lost=not is_there)
        finally:
            self._live.pop(ring.id, None)

    async def _is_there(self, leg_id: str) -> bool:
        try:
            await self._means.link.wait_ready(READY_LIMIT_S)
            return bool(await self._means.link.get_var("CHANNEL(state)", leg_id))
        except AmiError:
            return False

    async def _watch(self, leg: Leg, limit_s: float) -> None:
        """Until the leg is over: when it rings is noted, and it gives way to a page."""
        waited_s = 0.0
        while not await _over(leg, GLANCE_S):
            ring = self._live[leg.id]
            waited_s += GLANCE_S
            if ring.state is RingState.RINGING:
                if ring.rang_at is None and await self._is_ringing(leg.id):
                    await self._step(leg.id, rang_at=self._now())
                if await self._means.is_wanted(ring.number):
                    await self._step(leg.id, state=RingState.GAVE_WAY, why=Skipped.PAGE)
                    await self._legs.hang_up(leg)
            if waited_s > limit_s + (LONGEST_S if ring.answered_at else 0.0):
                log.warning("ring.lost", ring=leg.id)
                await self._legs.hang_up(leg)
                return

    async def _is_ringing(self, leg_id: str) -> bool:
        try:
            return await self._means.link.get_var("CHANNEL(state)", leg_id) in ("Ringing", "Up")
        except AmiError:
            return False

    async def _end(self, ring_id: str, leg: Leg, *, is_lost: bool = False) -> Ring:
        ring = self._live[ring_id]
        if ring.state not in OPEN:
            return await self._step(ring_id, ended_at=ring.ended_at or self._now())
        if ring.state is RingState.ANSWERED:
            return await self._silent(ring_id, leg.cause)
        if is_lost:
            return await self._step(ring_id, state=RingState.LOST, ended_at=self._now())
        cause = await self._means.cause_of(ring.number, ring.planned_at or self._now(), leg.cause)
        policies = self._means.configuration().duty.policies.values()
        faults = {each for policy in policies for each in policy.network_fault_causes}
        state = RingState(attempt_state_of(cause, faults).value)
        return await self._step(ring_id, state=state, cause=cause, ended_at=self._now())

    async def _silent(self, ring_id: str, cause: int = 0) -> Ring:
        """Picked up, and no key: most often a voicemail, whose second is learned."""
        ring = await self._step(ring_id, state=RingState.SILENT, cause=cause, ended_at=self._now())
        await self._means.learn(ring)
        return ring

    # -- the picked-up leg

    async def talk(self, agi: AgiSession, ring_id: str) -> None:
        """The handler of the leg of a ring that was picked up, or has come back after we were away."""
        if ring_id in self._live:
            await self._converse(agi, self._live[ring_id])
            return
        ring = await self._means.database.read(lambda session: find_ring(session, ring_id))
        if ring is None or ring.state not in (*OPEN, RingState.LOST, RingState.SILENT):
            log.warning("ring.unknown_leg", leg=ring_id[:40])
            await agi.hangup()
            return
        self._live[ring_id] = ring
        try:
            await self._converse(agi, ring)
            if self._live[ring_id].state is RingState.ANSWERED:
                await self._silent(ring_id)
        finally:
            self._live.pop(ring_id, None)

    async def _converse(self, agi: AgiSession, ring: Ring) -> None:
        answered_at = ring.answered_at or self._now()
        rang_at, ring_id = ring.rang_at or answered_at, ring.id
        await self._step(
            ring_id, state=RingState.ANSWERED, answered_at=answered_at, rang_at=rang_at, ended_at=None
        )
        ear = Ear(agi, ring.kind, ring.language, await self._means.at_of(ring))
        try:
            async with asyncio.timeout(LONGEST_S):
                key = await ear.ask()
                if key:
                    now, state = self._now(), _state_of(ring, key)
                    await self._means.learn(await self._step(ring_id, state=state, key=key, ended_at=now))
                await ear.end(key)
        except (TimeoutError, AgiError) as fault:
            log.info("ring.conversation_over", ring=ring_id, why=str(fault) or "too long")
        try:
            await ear.hang_up()
        except AgiError as fault:
            log.debug("ring.leg_gone", why=str(fault))

    # -- what is kept

    async def _step(self, ring_id: str, **changes: Any) -> Ring:
        ring = self._live[ring_id] = replace(self._live[ring_id], **changes)
        await self._keep(ring)
        return ring

    async def _keep(self, ring: Ring) -> None:
        """A database that is away costs the history a line, not the drill its course."""
        try:
            await self._means.database.run(lambda session: keep_ring(session, ring))
        except StorageError as fault:
            log.error("ring.not_kept", ring=ring.id, why=str(fault))
        tell(self._means.feed, ring, self._now())

    def _shown(self, ring: Ring) -> str:
        desk = self._means.configuration().desk
        name = "Drill" if ring.kind is RingKind.DRILL else "On duty?"
        return write_caller_id(f"{desk.title} {name}"[:40], desk.shown_number)

    def _now(self) -> datetime:
        return self._means.clock.now()


def tell(feed: Feed, ring: Ring, now: datetime) -> None:
    """The live feed hears how a ring stands."""
    facts = {name: value for name, value in ring.to_json().items() if name != "at"}
    feed.publish(str(ring.kind), now, run=ring.run_id, **facts)


def _state_of(ring: Ring, key: str) -> RingState:
    is_declined = ring.kind is RingKind.HANDSHAKE and key == NOT_HERE
    return RingState.DECLINED if is_declined else RingState.KEYED


async def _over(leg: Leg, limit_s: float) -> bool:
    try:
        async with asyncio.timeout(limit_s):
            await leg.over.wait()
    except TimeoutError:
        return False
    return True


async def _nobody_cares(_leg_id: str) -> None:
    """Nobody is dialled on these legs."""


__all__ = ["Means", "Ringer", "tell"]
