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
from ivr.duty.hunt import Attempt, Exhausted, Move, Planned, Ring, Wait
from ivr.duty.moves import next_move
from ivr.duty.page import Acceptance, Outage, Page
from ivr.storage.states import AttemptState, PageState

OVERDUE_S = 15.0
"""A ring (or a conversation) that the switch says nothing of for so long after its time is lost."""
TALK_S = 120.0
"""The longest an engineer's leg is given to press a key."""
SIGN_OF_LIFE_S = 15.0
"""So often a page's row is told that it is being driven."""
SHORTEST_OUTAGE_S = 2.0

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

    async def keep_time(self, page: Page) -> None:
        """Write down that the page is driven, and its outages."""

    async def find_page(self, page_id: str) -> Page | None:
        """The page as it stands; None as well while nobody can say."""


class PhonesAwayError(Exception):
    """No phone can be rung at the moment; nothing was rung."""


class Phones(Protocol):
    """The telephone side of a page."""

    @property
    def is_ready(self) -> bool:
        """Whether phones can be rung."""

    async def wait_ready(self) -> None:
        """Until phones can be rung, however long that takes."""

    async def ring(self, page: Page, attempt: Attempt) -> None:
        """Originate the leg; how it ends is told to `PageRun.leg_ended`. PhonesAwayError."""

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

    # -- driving

    async def drive(self) -> None:
        """Until nobody is looked for any more and every leg is over."""
        while self.page.is_live:
            self._changed.clear()
            await self._lose_overdue()
            await self._show_life()
            await self._make(self._next_move())
        await self._end_other_legs()

    async def resume(self) -> None:
        """After a restart: the time in which nobody drove the page does not count."""
        now = self._clock.now()
        moments = [self.page.started, self.page.seen_at, *(one.planned_at for one in self._all())]
        last = max(moment for moment in moments if moment is not None)
        await self._note_outage(last, now)

    def _next_move(self) -> Move:
        page = self.page
        attempts = [
            replace(
                one,
                planned_at=page.hunting_time(one.planned_at),
                ended_at=page.hunting_time(one.ended_at) if one.ended_at else None,
            )
            for one in self._all()
        ]
        now = page.hunting_time(self._clock.now())
        return next_move(page.hunt, page.started, attempts, now)

    async def _make(self, move: Move) -> None:
        match move:
            case Ring(planned):
                await self._ring(planned)
            case Wait(until):
                due = None if until is None else self.page.real_time(until)
                moments = [one for one in (due, self._next_overdue(), self._next_sign()) if one is not None]
                await self._clock.wait(self._changed, min(moments))
            case Exhausted():
                await self._give_up()

    async def _ring(self, planned: tuple[Planned, ...]) -> None:
        if not self._phones.is_ready:
            await self._wait_for_phones()
            return
        now = self._clock.now()
        attempts = [_attempt(one, now) for one in planned]
        await self._ledger.add_attempts(self.page, attempts)
        self.page = replace(self.page, state=PageState.RINGING) if self.page.is_live else self.page
        self.attempts.update((attempt.id, attempt) for attempt in attempts)
        for attempt in attempts:
            self._tell(attempt)
        await asyncio.gather(*(self._ring_one(attempt) for attempt in attempts))

    async def _ring_one(self, attempt: Attempt) -> None:
        """Ring it; when no phone can be rung the attempt waits, and its time begins when it rings."""
        try:
            while self.page.is_live:
                try:
                    await self._phones.ring(self.page, attempt)
                    return
                except PhonesAwayError:
                    await self._wait_for_phones()
                    attempt = replace(attempt, planned_at=self._clock.now())
                    self.attempts[attempt.id] = attempt
        except Exception:
            log.exception("page.ring_failed", page=self.page.id, attempt=attempt.id)
            await self.leg_ended(attempt.id, AttemptState.LOST)

    async def _wait_for_phones(self) -> None:
        since = self._clock.now()
        log.error("page.no_phones", page=self.page.id)
        await self._phones.wait_ready()
        await self._note_outage(since, self._clock.now())

    async def _note_outage(self, start: datetime, end: datetime) -> None:
        if (end - start).total_seconds() >= SHORTEST_OUTAGE_S:
            outages = (*self.page.outages, Outage(start, end))
            self.page = replace(self.page, outages=outages, seen_at=end)
            await self._ledger.keep_time(self.page)

    async def _show_life(self) -> None:
        if self._next_sign() <= self._clock.now():
            self.page = replace(self.page, seen_at=self._clock.now())
            await self._ledger.keep_time(self.page)

    def _next_sign(self) -> datetime:
        return (self.page.seen_at or self.page.started) + timedelta(seconds=SIGN_OF_LIFE_S)

    async def _give_up(self) -> None:
        if await self._ledger.exhaust(self.page, self._clock.now()):
            self.page = replace(self.page, state=PageState.EXHAUSTED)
        elif found := await self._ledger.find_page(self.page.id):
            self.page = replace(self.page, state=found.state, acceptance=found.acceptance)
        self._tell(None)

    async def _end_other_legs(self) -> None:
        """Those that ring are silenced together; those in a conversation are told there."""
        await asyncio.gather(*(self._end_leg(attempt) for attempt in self._all() if attempt.is_open))

    async def _end_leg(self, attempt: Attempt) -> None:
        if attempt.state is AttemptState.ANSWERED:
            await self._phones.interrupt(attempt)
            return
        await self._phones.silence(attempt)
        if self.attempts[attempt.id].state is AttemptState.RINGING:
            await self._end(attempt.id, AttemptState.CANCELLED)

    # -- what happens on the legs

    async def answered(self, attempt_id: str) -> Attempt | None:
        """The leg was picked up, or has come back to us; None when no such attempt can be talked to."""
        attempt = self.attempts.get(attempt_id)
        if attempt is None or not (attempt.is_open or attempt.state in _MAY_COME_BACK):
            return None
        return await self._change(replace(attempt, ended_at=None), AttemptState.ANSWERED, picked_up=True)

    async def accept(self, attempt_id: str) -> Acceptance | None:
        """Key 1. Who has the page now, committed when this returns; None: it was withdrawn."""
        claim = asyncio.ensure_future(self._claim(self.attempts[attempt_id]))
        acceptance = await asyncio.shield(claim)
        attempt = self.attempts[attempt_id]
        await self._change(attempt, attempt.state, ended=True)
        return acceptance

    async def _claim(self, attempt: Attempt) -> Acceptance | None:
        """Shielded: what the database has decided, memory knows, whoever hangs up meanwhile."""
        async with self._claiming:
            if self.page.acceptance is None and self.page.is_open:
                given = await self._ledger.claim(self.page, attempt, self._clock.now())
                state = PageState.ACCEPTED if given else PageState.CANCELLED
                self.page = replace(self.page, state=state, acceptance=given)
                self._settle(attempt.id)
                self._tell(None)
        self._settle(attempt.id)
        return self.page.acceptance

    def _settle(self, attempt_id: str) -> None:
        """In memory at once, so that the leg that has the page is not told to stop listening."""
        acceptance, attempt = self.page.acceptance, self.attempts[attempt_id]
        has_won = acceptance is not None and acceptance.attempt_id == attempt_id
        state = AttemptState.ACCEPTED if has_won else AttemptState.TAKEN
        self.attempts[attempt_id] = replace(attempt, state=state)

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
            ended = AttemptState.SILENT if is_picked_up else state
            await self._change(attempt, ended, ended=True, cause=cause)

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
        picked_up: bool = False,
        cause: int = 0,
    ) -> Attempt:
        now = self._clock.now()
        attempt = replace(
            attempt,
            state=state,
            answered_at=now if picked_up else attempt.answered_at,
            ended_at=now if ended else attempt.ended_at,
        )
        self.attempts[attempt.id] = attempt
        self._changed.set()  # a slow write keeps nobody from being rung
        await self._ledger.change_attempt(attempt, cause)
        self._tell(attempt)
        return attempt

    def _tell(self, attempt: Attempt | None) -> None:
        self._changed.set()
        self._on_change(self, attempt)

    def _all(self) -> list[Attempt]:
        return list(self.attempts.values())

    # -- legs that nobody speaks of

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


_MAY_COME_BACK = frozenset({AttemptState.LOST, AttemptState.SILENT})
"""A leg that the switch held while we were away comes back, whatever we thought of it."""


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
