"""One live page: rings whom the hunt names, hears how it went, stops when somebody accepted.

The run is the only one that changes its page's attempts, so what it holds in memory is what the
database holds. Every change is committed before anything that announces it: an attempt's row before
its phone rings, an acceptance before the engineer hears that the call is his.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog

from ivr.clock import Clock
from ivr.duty.hunt import Attempt, Exhausted, Planned, Ring, Wait, next_move
from ivr.duty.page import Acceptance, Page
from ivr.storage.states import AttemptState, PageState

OVERDUE_S = 15.0
"""A ring (or a conversation) that the switch says nothing of for so long after its time is lost."""
TALK_S = 120.0
"""The longest an engineer's leg is given to press a key."""

log = structlog.get_logger(__name__)


class Ledger(Protocol):
    """Where pages are kept. Every method returns once it is committed."""

    async def add_attempts(self, page: Page, attempts: list[Attempt]) -> None:
        """Write down phones that are about to ring."""

    async def change_attempt(self, attempt: Attempt, cause: int = 0) -> None:
        """Write down how an attempt stands now."""

    async def claim(self, page: Page, attempt: Attempt, now: datetime) -> Acceptance | None:
        """Give the page to this attempt unless somebody has it; who has it, then. None: withdrawn."""

    async def exhaust(self, page: Page, now: datetime) -> bool:
        """Write down that nobody accepted; False when somebody did meanwhile."""

    async def cancel(self, page: Page, now: datetime) -> bool:
        """Write down that nobody is looked for any more; False when the page was not live."""


class Phones(Protocol):
    """The telephone side of a page."""

    async def ring(self, page: Page, attempt: Attempt) -> None:
        """Originate the leg; how it ends is told to `PageRun.leg_ended`."""

    async def silence(self, attempt: Attempt) -> None:
        """End a leg that rings; harmless when it is over."""

    async def interrupt(self, attempt: Attempt) -> None:
        """Stop what an answered leg is listening to, so that it can be told something else."""


class PageRun:
    """Drives one page until it is accepted or exhausted."""

    def __init__(
        self,
        page: Page,
        attempts: list[Attempt],
        *,
        ledger: Ledger,
        phones: Phones,
        clock: Clock,
        on_change: Callable[[PageRun, Attempt | None], None] = lambda run, attempt: None,
    ) -> None:
        self.page = page
        self.attempts = {attempt.id: attempt for attempt in attempts}
        self._ledger, self._phones, self._clock = ledger, phones, clock
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._claiming = asyncio.Lock()

    async def drive(self) -> None:
        """Until nobody is looked for any more and every leg is over."""
        while self.page.is_live:
            self._changed.clear()
            await self._lose_overdue()
            await self._make(next_move(self.page.hunt, self.page.started, self._all(), self._clock.now()))
        await self._end_other_legs()

    async def _make(self, move: Ring | Wait | Exhausted) -> None:
        match move:
            case Ring(planned):
                await self._ring(planned)
            case Wait(until):
                moments = [moment for moment in (until, self._next_overdue()) if moment is not None]
                await self._clock.wait(self._changed, min(moments, default=None))
            case Exhausted():
                await self._give_up()

    async def answered(self, attempt_id: str) -> Attempt | None:
        """The leg was picked up; None when no such attempt is open."""
        attempt = self.attempts.get(attempt_id)
        if attempt is None or not attempt.is_open:
            return None
        return await self._change(attempt, AttemptState.ANSWERED, answered_at=self._clock.now())

    async def accept(self, attempt_id: str) -> Acceptance | None:
        """Key 1. Who has the page now, committed when this returns; None: it was withdrawn."""
        async with self._claiming:
            attempt = self.attempts[attempt_id]
            if self.page.acceptance is None:
                given = await self._ledger.claim(self.page, attempt, self._clock.now())
                state = PageState.ACCEPTED if given else PageState.CANCELLED
                self.page = replace(self.page, state=state, acceptance=given)
        acceptance = self.page.acceptance
        has_won = acceptance is not None and acceptance.attempt_id == attempt_id
        await self._end(attempt_id, AttemptState.ACCEPTED if has_won else AttemptState.TAKEN)
        return acceptance

    async def pass_on(self, attempt_id: str) -> None:
        """Key 2: the next one is rung at once."""
        await self._end(attempt_id, AttemptState.PASSED)

    async def stay_silent(self, attempt_id: str) -> None:
        """Picked up, and no key: a voicemail or a pocket, not an acceptance."""
        await self._end(attempt_id, AttemptState.SILENT)

    async def hear_taken(self, attempt_id: str) -> None:
        """The leg was told that somebody else has the call."""
        await self._end(attempt_id, AttemptState.TAKEN)

    async def leg_ended(self, attempt_id: str, state: AttemptState, cause: int = 0) -> None:
        """The switch says the leg is over. Picked up without a key counts as silence."""
        attempt = self.attempts.get(attempt_id)
        if attempt is not None and attempt.is_open:
            is_picked_up = attempt.state is AttemptState.ANSWERED
            await self._change(
                attempt, AttemptState.SILENT if is_picked_up else state, ended=True, cause=cause
            )

    async def ring_again(self, attempt_id: str) -> None:
        """A leg that was written down and never came to be: it is rung now, as the same attempt."""
        attempt = self.attempts.get(attempt_id)
        if attempt is None or attempt.state is not AttemptState.RINGING:
            await self.leg_ended(attempt_id, AttemptState.LOST)
        elif self.page.is_live:
            self.attempts[attempt_id] = attempt = replace(attempt, planned_at=self._clock.now())
            await self._ring_one(attempt)

    async def cancel(self) -> None:
        """An administrator takes the page back; who has it in hand hears that it is over."""
        async with self._claiming:
            if self.page.is_live and await self._ledger.cancel(self.page, self._clock.now()):
                self.page = replace(self.page, state=PageState.CANCELLED)
        self._tell(None)

    async def _ring(self, planned: tuple[Planned, ...]) -> None:
        now = self._clock.now()
        attempts = [_attempt(one, now) for one in planned]
        await self._ledger.add_attempts(self.page, attempts)
        self.page = replace(self.page, state=PageState.RINGING) if self.page.is_live else self.page
        self.attempts.update((attempt.id, attempt) for attempt in attempts)
        for attempt in attempts:
            self._tell(attempt)
        await asyncio.gather(*(self._ring_one(attempt) for attempt in attempts))

    async def _ring_one(self, attempt: Attempt) -> None:
        try:
            await self._phones.ring(self.page, attempt)
        except Exception:
            log.exception("page.ring_failed", page=self.page.id, attempt=attempt.id)
            await self.leg_ended(attempt.id, AttemptState.LOST)

    async def _give_up(self) -> None:
        if await self._ledger.exhaust(self.page, self._clock.now()):
            self.page = replace(self.page, state=PageState.EXHAUSTED)
            self._tell(None)

    async def _end_other_legs(self) -> None:
        for attempt in self._all():
            if attempt.state is AttemptState.RINGING:
                await self._phones.silence(attempt)
                await self._end(attempt.id, AttemptState.CANCELLED)
            elif attempt.state is AttemptState.ANSWERED:
                await self._phones.interrupt(attempt)

    async def _end(self, attempt_id: str, state: AttemptState) -> None:
        attempt = self.attempts.get(attempt_id)
        if attempt is not None and attempt.is_open:
            await self._change(attempt, state, ended=True)

    async def _change(
        self,
        attempt: Attempt,
        state: AttemptState,
        *,
        ended: bool = False,
        answered_at: datetime | None = None,
        cause: int = 0,
    ) -> Attempt:
        now = self._clock.now()
        attempt = replace(
            attempt,
            state=state,
            answered_at=answered_at or attempt.answered_at,
            ended_at=now if ended else attempt.ended_at,
        )
        self.attempts[attempt.id] = attempt
        await self._ledger.change_attempt(attempt, cause)
        self._tell(attempt)
        return attempt

    def _tell(self, attempt: Attempt | None) -> None:
        self._changed.set()
        self._on_change(self, attempt)

    def _all(self) -> list[Attempt]:
        return list(self.attempts.values())

    def _overdue_at(self, attempt: Attempt) -> datetime:
        if attempt.answered_at is not None:
            return attempt.answered_at + timedelta(seconds=TALK_S + OVERDUE_S)
        return attempt.planned_at + timedelta(seconds=attempt.ring_s + OVERDUE_S)

    def _next_overdue(self) -> datetime | None:
        return min((self._overdue_at(one) for one in self._all() if one.is_open), default=None)

    async def _lose_overdue(self) -> None:
        now = self._clock.now()
        for attempt in self._all():
            if attempt.is_open and self._overdue_at(attempt) <= now:
                log.warning("page.attempt_lost", page=self.page.id, attempt=attempt.id)
                await self._phones.silence(attempt)
                await self.leg_ended(attempt.id, AttemptState.LOST)


def _attempt(planned: Planned, now: datetime) -> Attempt:
    return Attempt(
        id=f"page-{uuid4().hex[:20]}",
        stage=planned.stage,
        turn=planned.turn,
        entry=planned.person.entry,
        number=planned.phone.number,
        state=AttemptState.RINGING,
        planned_at=now,
        ring_s=planned.ring_s,
        backup=planned.backup,
        label=planned.phone.label,
        title=planned.person.title,
        language=planned.person.language,
    )
