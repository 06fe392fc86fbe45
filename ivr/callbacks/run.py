"""One call back, driven until it is done or given up.

Every step is committed before it is taken: a leg's id before it is rung, the agent's key before he hears that
the caller is rung, that the caller has picked up as the switch says so. So a service that dies in between
neither loses a call back nor makes it twice: the one that starts next looks for the leg.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from dialplan.commands import Target
from dialplan.events import Outcome
from dialplan.model import Configuration
from ivr.agi import AgiError, AgiSession
from ivr.ami import write_caller_id
from ivr.callbacks.around import Around
from ivr.callbacks.legs import CallbackLegs, Leg
from ivr.callbacks.mails import write_failure
from ivr.callbacks.model import Callback
from ivr.callbacks.seat import Seat, key_of
from ivr.callbacks.store import change, find_callback
from ivr.callbacks.talk import ACCEPT, PASS, AgentsEar
from ivr.calls.places import Places
from ivr.clock import Clock
from ivr.storage import CallbackState, Database, StorageError

WAITING, RINGING_AGENT = CallbackState.WAITING, CallbackState.RINGING_AGENT
RINGING_CALLER, DONE = CallbackState.RINGING_CALLER, CallbackState.DONE
RETRY_S: Final = 1.0
HANDLER_S: Final = 5.0
"""So long what an agent did is waited for when his leg is over."""
TALK_S: Final = 120.0
"""The longest an agent is given to press a key."""
ENDING_S: Final = 15.0
UNSURE_S: Final = 120.0
"""So long a box that has died may come back and say whether it has connected the two."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What every call back is made with. `has_talked`: whether, by the switch's own call records, the
    caller was on that leg. `box`: our name, where several share the database."""

    database: Database
    places: Places
    legs: CallbackLegs
    clock: Clock
    configuration: Callable[[], Configuration]
    has_talked: Callable[[str], bool]
    told: Callable[[Callback], None]
    box: str = ""


class CallbackRun:
    """One call back."""

    def __init__(self, callback: Callback, means: Means) -> None:
        self.callback = callback
        self._means = means
        self._stop, self._reaching = asyncio.Event(), asyncio.Lock()
        self._handling: asyncio.Event | None = None
        """Set when the agent's leg has been talked to; None while it has not come to us."""
        # before the next sync, which says whether it still lives
        self._found = means.legs.watch(callback.leg) if callback.leg and self._is_here else None
        """The leg of an earlier run."""
        self._outcome: Outcome | None = None
        """How ringing the caller ended."""
        self._is_left = False
        """Another box sees to it."""

    async def drive(self) -> None:
        """Until nothing is owed any more and the leg is over."""
        try:
            if self.callback.state is DONE:
                await self._go_on()
            while self.callback.is_open and not self._is_left:
                await (self._wait_and_try() if self.callback.state is WAITING else self._go_on())
        finally:
            self._means.places.end(key_of(self.callback))

    async def cancel(self, why: str) -> bool:
        """Take it back; False when an agent has it by now."""
        while self.callback.state in (WAITING, RINGING_AGENT):
            leg = self.callback.leg
            # lost when the drive took a step in the same moment: then once more
            if await self._step(CallbackState.CANCELLED, why=why, ended=self._now()):
                self._stop.set()
                if leg:
                    await self._means.legs.hang_up(self._means.legs.watch(leg))
                return True
        return False

    async def look_elsewhere(self) -> bool:
        """It is ours no more, by the database, or over: see what is so. False: another box sees to it.

        DatabaseUnavailable.
        """
        before = self.callback
        found = await self._means.database.read(lambda session: find_callback(session, before.id))
        is_cancelled = found is not None and found.state is CallbackState.CANCELLED
        if found is not None and before.is_open and self.callback is before and is_cancelled:
            self.callback = found
            await self._let_go(before)
        is_ours = found is None or found.owner in ("", self._means.box) or not found.is_open
        if found is None or is_ours or (found.leg and found.leg == self.callback.leg and self._is_here):
            return True
        self._is_left = True
        await self._let_go(before)
        return False

    async def _let_go(self, before: Callback) -> None:
        """Nobody is to be rung for it by us."""
        self._stop.set()
        if before.state is RINGING_AGENT and before.leg and self._is_here:
            await self._means.legs.hang_up(self._means.legs.watch(before.leg))

    @property
    def _is_here(self) -> bool:
        """Whether the agent's leg is on our switch."""
        return self.callback.box in ("", self._means.box)

    # -- waiting and trying

    async def _wait_and_try(self) -> None:
        callback, now = self.callback, self._now()
        if callback.tries >= callback.most_tries or now >= callback.gives_up_at:
            await self._give_up()
        elif self._around.refusal:
            await self._fail("rules")
        elif callback.due_at > now:
            await self._means.clock.wait(self._stop, min(callback.due_at, callback.gives_up_at))
        else:
            await self._try()

    async def _try(self) -> None:
        people = await self._seat.people(self._means.configuration(), self._now())
        if not self.callback.is_open:
            return
        if not people:
            await self._later("nobody of ours was free", tries=self.callback.tries + 1)
            return
        try:
            await self._ring_in_turn(people, self.callback.tries + 1)
        finally:
            self._seat.give_back()

    async def _ring_in_turn(self, people: tuple[Target, ...], tries: int) -> None:
        for target in people:
            if not await self._ring(target, tries) or self.callback.state is not RINGING_AGENT:
                return
            if not await self._step(WAITING, leg="", why=f"{target.label} did not take it"):
                return
        await self._later(self.callback.why)

    async def _ring(self, target: Target, tries: int) -> bool:
        """Ring an agent and see his leg through; False when the call back is somebody else's by now."""
        leg_id = f"callback-{uuid4().hex[:20]}"
        agent = {"agent_entry": target.entry, "agent_number": target.number}
        if not await self._step(RINGING_AGENT, leg=leg_id, box=self._means.box, tries=tries, **agent):
            return False
        self._handling, self._outcome = None, None
        leg = self._means.legs.watch(leg_id)
        brand = self._around.brand_title
        ring_s = self._around.rules.ring_s
        await self._means.legs.ring(leg, target.number, write_caller_id(brand, self._around.shown), ring_s)
        await self._see_through(leg, ring_s + TALK_S + ENDING_S)
        return True

    async def _see_through(self, leg: Leg, limit_s: float) -> None:
        """Until the leg is over. `limit_s`: while nobody has accepted."""
        while not leg.over.is_set():
            try:
                async with asyncio.timeout(limit_s):
                    await leg.over.wait()
            except TimeoutError:
                if self.callback.state is RINGING_AGENT:
                    log.warning("callback.leg_lost", leg=leg.id)
                    await self._means.legs.hang_up(leg)
                    return
        if self._handling is not None:
            try:
                async with asyncio.timeout(HANDLER_S):
                    await self._handling.wait()
            except TimeoutError:
                log.warning("callback.handler_late", leg=leg.id)
        await self._after(leg.id)

    async def _after(self, leg_id: str) -> None:
        """The leg is over: what became of the call back."""
        if self.callback.state is RINGING_CALLER:
            if self._outcome is None and await asyncio.to_thread(self._means.has_talked, leg_id):
                await self.note_reached()
            else:
                await self._later("the caller was not reached")
        if self.callback.state is DONE:
            await self._step(DONE, ended=self._now())

    async def _go_on(self) -> None:
        """After a restart: the leg may live, or be over, or never have come to be."""
        if not self._is_here:
            await self._leave_its_time()
            return
        await self._seat.hold_again()
        found, self._found = self._found, None
        leg = found or self._means.legs.watch(self.callback.leg)
        await self._see_through(leg, self._around.rules.ring_s + TALK_S + ENDING_S)
        if self.callback.state is RINGING_AGENT:
            await self._step(WAITING, leg="", due_at=self._now(), why="the service was started anew")

    async def _leave_its_time(self) -> None:
        """The agent's leg is on the switch of a box that has died: what becomes of it is not seen from here.

        Its phone is left the time to ring. An agent who had pressed 1 may talk with the caller by now; that
        box, started again, says so. When it has not for a while the caller is called rather than forgotten.
        """
        is_unsure = self.callback.state is RINGING_CALLER
        until = self._now() + timedelta(seconds=self._around.rules.ring_s + is_unsure * UNSURE_S)
        while self.callback.state is not DONE and not self._stop.is_set() and self._now() < until:
            await self._means.clock.wait(self._stop, until)
        if self._stop.is_set():
            return
        if self.callback.state is RINGING_AGENT:
            await self._step(WAITING, leg="", due_at=self._now(), why="the box that rang somebody has died")
        elif self.callback.state is RINGING_CALLER:
            await self._later("the box has died that called the caller")
        elif self.callback.state is DONE:
            await self._step(DONE, ended=self._now())

    # -- the agent's leg

    async def talk(self, agi: AgiSession) -> None:
        """The leg was picked up, or has come back to us after we were away."""
        handling = self._handling = asyncio.Event()
        ear = AgentsEar(agi, self.callback, self._around.language, self._around.spoken_brand)
        try:
            if await self._is_accepted(ear):
                await self._connect(ear)
            await ear.hang_up()
        except (AgiError, TimeoutError) as fault:
            log.info("callback.leg_gone", callback=self.callback.id, why=str(fault))
        finally:
            handling.set()

    async def _is_accepted(self, ear: AgentsEar) -> bool:
        """Whether the agent takes it; one who did so before we were away has."""
        if self.callback.state is RINGING_CALLER:
            return True
        if self.callback.state is not RINGING_AGENT:
            return False
        async with asyncio.timeout(TALK_S):
            key = await ear.ask()
        if key != ACCEPT:
            await ear.tell("page-passed" if key == PASS else "page-goodbye")
            return False
        claim = asyncio.ensure_future(self._step(RINGING_CALLER, accepted_at=self._now()))
        if not await asyncio.shield(claim):
            await ear.tell("page-cancelled")
            return False
        self._means.places.talk(key_of(self.callback))
        await ear.tell("callback-ringing")
        return True

    async def _connect(self, ear: AgentsEar) -> None:
        """Ring the caller, unless that was done while we were away."""
        if refused := self._around.refusal:
            log.error("callback.not_allowed", callback=self.callback.id, why=refused)
            return
        status = await ear.has_dialled()
        if not status:
            self._outcome = await ear.dial(self._around.rules.ring_s, self._around.brand_title)
            status = "ANSWER" if self._outcome is Outcome.ANSWERED else str(self._outcome)
        if status == "ANSWER":
            await self.note_reached()
        else:
            await ear.tell("callback-not-reached")

    async def note_reached(self) -> None:
        """The caller has picked up: nothing is owed any more, whatever dies now."""
        async with self._reaching:
            if self.callback.state is RINGING_CALLER:
                await self._step(DONE, reached_at=self._now(), why="")

    # -- steps

    async def _later(self, why: str, **values: Any) -> None:
        """Again after a pause, unless this was the last try."""
        due = self._now() + timedelta(seconds=self._around.rules.pause_s)
        await self._step(WAITING, leg="", due_at=due, why=why, **values)

    async def _give_up(self) -> None:
        reason = "caller" if self.callback.accepted_at else "agents"
        await self._step(CallbackState.GIVEN_UP, reason, ended=self._now())

    async def _fail(self, reason: str) -> None:
        await self._step(CallbackState.FAILED, reason, ended=self._now(), why=self._around.refusal)

    async def _step(self, to: CallbackState, reason: str = "", **values: Any) -> bool:
        """Commit a step, however long the database is away; False when it stands elsewhere by now.

        `reason`: of the mail that goes with it; empty: none does.
        """
        before = self.callback

        def work(session: Session) -> bool:
            box = self._means.box
            done = change(session, before, to, values, before.leg, box=box, now=self._now())
            brand = self._around.brand
            if done and reason and brand is not None:
                write_failure(session, before, brand, reason, self._now())
            return done

        while True:
            try:
                done = await self._means.database.run(work)
                break
            except StorageError as fault:
                log.error("callback.step_held", callback=before.id, why=str(fault))
                await asyncio.sleep(RETRY_S)
        if done:
            self.callback = replace(self.callback, state=to, owner=self._means.box, **values)
            self._means.told(self.callback)
        else:
            log.warning("callback.step_lost", callback=before.id, to=str(to))
            await self._look_again(before)
        return done

    async def _look_again(self, before: Callback) -> None:
        """Somebody else has moved it on, a command or another box: what stands in the database is so."""
        found = await self._means.database.read(lambda session: find_callback(session, before.id))
        self.callback = found or replace(before, state=CallbackState.CANCELLED)
        if found is not None and found.is_open and found.owner not in ("", self._means.box):
            self._is_left = True

    # -- what it goes by

    def _now(self) -> datetime:
        return self._means.clock.now()

    @property
    def _around(self) -> Around:
        return Around(self.callback, self._means.configuration())

    @property
    def _seat(self) -> Seat:
        return Seat(self.callback, self._means.places, self._stop)


__all__ = ["CallbackRun", "Means"]
