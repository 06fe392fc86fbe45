"""One live page: rings whom the hunt names, hears how it went, stops when somebody accepted.

The run is the only one that changes its page's attempts, so what it holds in memory is what the
database holds. Every change is committed before anything that announces it: an attempt's row before
its phone rings, an acceptance before the engineer hears that the call is his.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog

from ivr.clock import Clock, SteadyClock
from ivr.duty.history import Event
from ivr.duty.hunt import Attempt, Exhausted, Hunt, Move, Planned, Ring, Wait
from ivr.duty.keeping import keep
from ivr.duty.keeping_up import keep_up, pass_over
from ivr.duty.lookout import Anew
from ivr.duty.moves import next_move
from ivr.duty.page import Acceptance, LivePage, Outage, Page
from ivr.duty.promise import AFTER, HANDOVER, without
from ivr.duty.steps import Step, call_off, transfer
from ivr.duty.talks import Talk
from ivr.storage import StorageError
from ivr.storage.states import AttemptState, PageState

OVERDUE_S = 15.0
"""A ring (or a conversation) that the switch says nothing of for so long after its time is lost."""
TALK_S = 300.0
"""The longest an engineer's leg is given to press a key; whoever presses none is let go long before."""
SIGN_OF_LIFE_S = 15.0
"""So often a page's row is told that it is being driven."""
SHORTEST_OUTAGE_S = 2.0
STEP_TRIES = 2
"""A step that cannot be written, for somebody else has moved the page, is tried from where it stands now."""
ELSEWHERE_S = 2.0
"""A ring on the switch of another box that says nothing for so long after its time is over."""
TALK_ELSEWHERE_S = 120.0
"""So long a conversation on another box may take before it counts as lost."""

log = structlog.get_logger(__name__)


class Ledger(Protocol):
    """Where pages are kept. Every method returns once it is committed."""

    async def add_attempts(self, page: Page, attempts: list[Attempt]) -> bool:
        """Write down phones that are about to ring; False: another box drives the page, or has ended it."""

    async def change_attempt(self, attempt: Attempt, cause: int = 0) -> None:
        """Write down how an attempt stands now."""

    async def press(self, attempt: Attempt, key: str, now: datetime) -> None:
        """Write down a key that was pressed on an engineer's leg."""

    async def move(self, before: Page, after: Page, step: Event) -> bool:
        """Take a page a step further; False when somebody else has moved it meanwhile."""

    async def claim(
        self, page: Page, attempt: Attempt, now: datetime, by: str = "", how: str = "key"
    ) -> Acceptance | None:
        """Give the page to this attempt unless somebody has it; who has it, then. None: withdrawn."""

    async def exhaust(self, page: Page, now: datetime) -> bool:
        """Write down that nobody accepted; False when somebody did meanwhile."""

    async def cancel(self, page: Page, now: datetime) -> bool:
        """Write down that nobody is looked for any more; False when the page was not live."""

    async def keep_time(self, page: Page) -> None:
        """Write down that the page is driven, and its outages."""

    async def find_page(self, page_id: str) -> Page | None:
        """The page as it stands; None as well while nobody can say."""

    async def attempts_of(self, page_id: str) -> list[Attempt]:
        """Its attempts so far. DatabaseUnavailable."""


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


class Elsewhere(Protocol):
    """What a page has to know of the others."""

    def faulty(self, page: Page) -> frozenset[str]:
        """Operators on whose network other pages have met a fault lately."""

    def engaged(self, page: Page) -> frozenset[str]:
        """Numbers that ring, or are talked to, for other pages."""

    def talking(self, page: Page) -> Mapping[str, Talk]:
        """Directory entries of those who have accepted another page, and talk on its leg."""

    def planned_anew(self, page: Page) -> Anew | None:
        """The page by the duty of now; None: that has not changed since it was asked last."""

    def forget_duty(self, page: Page) -> None:
        """What was asked last could not be followed: it is to be looked at again."""

    async def doubt(self, page: Page) -> None:
        """The database says that this box is not to ring for it: whoever drives it is found out."""


class Alone:
    """Where there are no others."""

    def faulty(self, page: Page) -> frozenset[str]:
        """None that is known."""
        return frozenset()

    def engaged(self, page: Page) -> frozenset[str]:
        """None."""
        return frozenset()

    def talking(self, page: Page) -> Mapping[str, Talk]:
        """Nobody."""
        return {}

    def planned_anew(self, page: Page) -> Anew | None:
        """Nothing changes."""
        return None

    def forget_duty(self, page: Page) -> None:
        """Nothing."""

    async def doubt(self, page: Page) -> None:
        """Nobody else drives it."""


class PageRun:
    """Drives one page until it is exhausted, or accepted and nothing more is to come of it."""

    def __init__(
        self,
        page: Page,
        attempts: list[Attempt],
        *,
        ledger: Ledger,
        phones: Phones,
        clock: Clock,
        on_change: Callable[[PageRun, Attempt | None], None] = lambda run, attempt: None,
        elsewhere: Elsewhere | None = None,
        box: str = "",
    ) -> None:
        """`box`: the name of this box where several share the database; each rings on its own switch."""
        self.page, self._box = page, box
        self.attempts = {attempt.id: attempt for attempt in attempts}
        self._ledger, self._phones = ledger, phones
        self._clock = SteadyClock(clock)
        self._on_change = on_change
        self.elsewhere: Elsewhere = elsewhere or Alone()
        self._changed = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._go_on_from_rows()

    def _go_on_from_rows(self) -> None:
        """Nobody would be rung until a clock that was set back is where it was when they were written."""
        page, over = self.page, (one.over_at for one in self.all_attempts())
        self._clock.go_on_from(page.started, page.seen_at or page.started, *over)

    # -- driving

    async def drive(self) -> None:
        """Until nothing is to come any more and every leg is over.

        Somebody is looked for until one has accepted; then the promise to the caller is kept, or somebody
        else is looked for.
        """
        while self.page.is_driven:
            await self._hunt()
            await self._end_legs(lambda attempt: attempt.stage not in AFTER)
            await keep(self)
            await self._end_legs(lambda attempt: attempt.stage in AFTER)
        await self._end_legs(lambda attempt: True)

    async def _hunt(self) -> None:
        while self.page.is_live:
            self.begin_look()
            await self.lose_overdue()
            await self._show_life()
            await keep_up(self)
            if self.page.is_live:
                await self._make(self._next_move())

    async def resume(self) -> None:
        """After a restart: the time in which nobody looked for somebody does not count."""
        now = self._clock.now()
        if not self.page.is_live:
            return
        moments = [self.page.started, self.page.seen_at, *(one.planned_at for one in self.all_attempts())]
        last = max(moment for moment in moments if moment is not None)
        await self._note_outage(last, now)

    def read_again(self, live: LivePage) -> None:
        """The page as the database has it; what we know of legs on our own switch is newer."""
        self.page = live.page
        known = {one.id: one for one in live.attempts}
        self.attempts = known | {one.id: one for one in self.all_attempts() if self.is_here(one)}
        self._go_on_from_rows()

    async def resume_elsewhere(self) -> None:
        """Taken up from a box that says nothing any more: whoever talks on its switch may come back to it,
        and is not waited for. A phone that rings there is left its time."""
        for attempt in self.all_attempts():
            if attempt.state is AttemptState.ANSWERED and not self.is_here(attempt):
                await self.leg_ended(attempt.id, AttemptState.LOST)

    def is_here(self, attempt: Attempt) -> bool:
        """Whether it rang on our own switch."""
        return attempt.box in ("", self._box)

    def open_here(self) -> list[Attempt]:
        """Legs on our own switch that ring or talk."""
        return [one for one in self.all_attempts() if one.is_open and self.is_here(one)]

    def hunted(self) -> tuple[Hunt, list[Attempt], datetime]:
        """What the next move is worked out from: hunt, attempts and moment, by the hunt's own clock."""
        page = self.page
        attempts = [
            replace(
                one,
                state=AttemptState.PASSED if one.state is AttemptState.ACCEPTED else one.state,
                planned_at=page.hunting_time(one.planned_at),
                ended_at=page.hunting_time(one.ended_at) if one.ended_at else None,
            )
            for one in self.all_attempts()
            if (one.stage not in AFTER and not self._is_of_before(one)) or one.is_open
        ]
        return without(page.hunt, page.out), attempts, page.hunting_time(self._clock.now())

    def _next_move(self) -> Move:
        page = self.page
        hunt, attempts, now = self.hunted()
        return next_move(
            hunt,
            page.started,
            attempts,
            now,
            at=self.on_the_wall(),
            faulty=self.elsewhere.faulty(page),
            engaged=self.elsewhere.engaged(page),
            talking=self.elsewhere.talking(page),
        )

    def _is_of_before(self, attempt: Attempt) -> bool:
        """Whether the desk was told so before somebody had the page for a while: it is told again."""
        gone_on = self.page.gone_on
        return (
            gone_on is not None
            and attempt.planned_at < gone_on.at
            and self.page.hunt.is_telling(attempt.stage)
        )

    async def _make(self, move: Move) -> None:
        match move:
            case Ring(planned, passed_over):
                await pass_over(self, passed_over)
                await self.ring(planned)
            case Wait(until, passed_over):
                await pass_over(self, passed_over)
                due = None if until is None else self.page.real_time(until)
                moments = [one for one in (due, self.next_overdue(), self._next_sign()) if one is not None]
                await self.wait(min(moments))
            case Exhausted():
                await self._give_up()

    async def ring(self, planned: tuple[Planned, ...]) -> None:
        """Write attempts down and ring them."""
        if not self._phones.is_ready:
            await self._wait_for_phones()
            return
        now = self._clock.now()
        attempts = [_attempt(one, now, self._box) for one in planned]
        if not await self._ledger.add_attempts(self.page, attempts):
            await self.elsewhere.doubt(self.page)
            await self.look_elsewhere()
            return
        self.page = replace(self.page, state=PageState.RINGING) if self.page.is_live else self.page
        self.attempts.update((attempt.id, attempt) for attempt in attempts)
        for attempt in attempts:
            self._tell(attempt)
        await asyncio.gather(*(self._ring_one(attempt) for attempt in attempts))

    async def _ring_one(self, attempt: Attempt) -> None:
        """Ring it; when no phone can be rung the attempt waits, and its time begins when it rings."""
        try:
            while self._is_wanted(attempt):
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

    def _is_wanted(self, attempt: Attempt) -> bool:
        """Whether it is still to ring: while somebody is looked for, or after the acceptance."""
        return self.page.state is PageState.ACCEPTED if attempt.stage in AFTER else self.page.is_live

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
            await self.look_elsewhere()

    def _next_sign(self) -> datetime:
        return (self.page.seen_at or self.page.started) + timedelta(seconds=SIGN_OF_LIFE_S)

    async def _give_up(self) -> None:
        if await self._ledger.exhaust(self.page, self._clock.now()):
            self.page = replace(self.page, state=PageState.EXHAUSTED)
        elif found := await self._ledger.find_page(self.page.id):
            self.page = replace(self.page, state=found.state, acceptance=found.acceptance)
        self._tell(None)

    async def look_elsewhere(self) -> bool:
        """Whether somebody has moved the page where we did not see it: another box, say."""
        has_news = await self._read_attempts() if self._box else False
        async with self._claiming:
            found = await self._ledger.find_page(self.page.id)
            is_moved = found is not None and _place(found) != _place(self.page)
            if found is not None and is_moved:
                log.info("page.moved_elsewhere", page=self.page.id, state=str(found.state))
                self.page = replace(found, seen_at=self.page.seen_at)
        if is_moved or has_news:
            self._tell(None)
        return is_moved

    async def _read_attempts(self) -> bool:
        """What became of the rings of other boxes, from the database; whether there was anything new."""
        try:
            kept = await self._ledger.attempts_of(self.page.id)
        except StorageError:
            return False
        new = [one for one in kept if not self.is_here(one) and self.attempts.get(one.id) != one]
        self.attempts.update((one.id, one) for one in new)
        return bool(new)

    async def end_unwanted(self) -> None:
        """Another box drives the page: legs on our own switch for which it has no use any more."""
        await asyncio.gather(*(self._end_leg(one) for one in self.open_here() if not self._is_wanted(one)))
        await self.drop_out()

    async def drop_out(self) -> None:
        """Whoever was passed over elsewhere is not rung here."""
        hunted = {one.entry for one in self.open_here() if one.stage not in AFTER}
        for entry in hunted & set(self.page.out):
            await self.drop(entry)

    # -- what goes on after an acceptance (see `ivr.duty.keeping`)

    def now(self) -> datetime:
        """The moment, aware, by which the page counts: it never goes back."""
        return self._clock.now()

    def on_the_wall(self) -> datetime:
        """What a clock on the wall shows, by which phones are quiet; on a test call, what it is told to."""
        return self.page.hunt.wall_clock(self._clock.wall)

    def begin_look(self) -> None:
        """What changes from here on wakes `wait`."""
        self._changed.clear()

    async def wait(self, until: datetime) -> None:
        """Until something changes, or that moment."""
        await self._clock.wait(self._changed, until)

    def wake(self) -> None:
        """Something has changed that the next move depends on."""
        self._changed.set()

    async def leave_in_peace(self, entries: Collection[str]) -> None:
        """Phones of these people that ring for the hunt fall silent; whoever has picked up is not cut off."""
        legs = [
            one
            for one in self.all_attempts()
            if one.state is AttemptState.RINGING and one.entry in entries and one.stage not in AFTER
        ]
        await asyncio.gather(*(self._end_leg(one) for one in legs))

    @property
    def has_phones(self) -> bool:
        """Whether phones can be rung."""
        return self._phones.is_ready

    async def step(self, take: Step) -> bool:
        """Take the page a step further; False when it cannot be taken from where the page stands."""
        is_taken = False
        for _ in range(STEP_TRIES):
            async with self._claiming:
                taken = take(self.page, self._clock.now())
                if taken is None:
                    return False
                after, event = taken
                is_taken = await self._ledger.move(self.page, after, event)
                if is_taken:
                    self.page = replace(after, seen_at=self.page.seen_at)
            if is_taken or not await self.look_elsewhere():
                break
        self._tell(None)
        return is_taken

    async def _end_legs(self, is_meant: Callable[[Attempt], bool]) -> None:
        """Those that ring are silenced together; those in a conversation are told there."""
        legs = [attempt for attempt in self.all_attempts() if attempt.is_open and is_meant(attempt)]
        await asyncio.gather(*(self._end_leg(attempt) for attempt in legs))

    async def _end_leg(self, attempt: Attempt) -> None:
        if not self.is_here(attempt):
            # its own box silences it, if it lives; here it is over
            if attempt.state is AttemptState.RINGING:
                await self._end(attempt.id, AttemptState.CANCELLED)
            return
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
        attempt = self.attempts[attempt_id]
        work = self._take_over(attempt) if attempt.stage == HANDOVER else self._claim(attempt)
        acceptance = await asyncio.shield(asyncio.ensure_future(work))
        attempt = self.attempts[attempt_id]
        await self._change(attempt, attempt.state, ended=True)
        return acceptance

    async def accept_as(self, stand_in: Attempt, by: str, how: str) -> Acceptance | None:
        """Somebody takes the page without having been rung: `stand_in` is written down nowhere."""
        return await asyncio.shield(asyncio.ensure_future(self._claim(stand_in, by, how)))

    async def _claim(self, attempt: Attempt, by: str = "", how: str = "key") -> Acceptance | None:
        """Shielded: what the database has decided, memory knows, whoever hangs up meanwhile."""
        async with self._claiming:
            if self.page.acceptance is None and self.page.is_open:
                given = await self._ledger.claim(self.page, attempt, self._clock.now(), by, how)
                state = PageState.ACCEPTED if given else PageState.CANCELLED
                number = self.page.acceptances + 1
                self.page = replace(self.page, state=state, acceptance=given, acceptances=number)
                self._settle(attempt.id)
                self._tell(None)
        self._settle(attempt.id)
        return self.page.acceptance

    async def _take_over(self, attempt: Attempt) -> Acceptance | None:
        """Key 1 of the one to whom an accepted page is handed over. Shielded, as `_claim`.

        Where nobody has the page any more in this moment he has it all the same.
        """
        if not await self.step(transfer(attempt, attempt.entry, "key")) and self.page.is_open:
            return await self._claim(attempt)
        self._settle(attempt.id)
        return self.page.acceptance

    def _settle(self, attempt_id: str) -> None:
        """In memory at once, so that the leg that has the page is not told to stop listening."""
        acceptance, attempt = self.page.acceptance, self.attempts.get(attempt_id)
        if attempt is None:
            return
        has_won = acceptance is not None and acceptance.attempt_id == attempt_id
        state = AttemptState.ACCEPTED if has_won else AttemptState.TAKEN
        self.attempts[attempt_id] = replace(attempt, state=state)

    async def press(self, attempt_id: str, key: str) -> None:
        """The one on that leg has pressed a key of ours: for the history."""
        attempt = self.attempts.get(attempt_id)
        if attempt is not None:
            await self._ledger.press(attempt, key, self._clock.now())

    async def hear(self, attempt_id: str) -> None:
        """A reminder was listened to: somebody pressed a key."""
        await self._end(attempt_id, AttemptState.HEARD)

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
        elif self._is_wanted(attempt):
            self.attempts[attempt_id] = attempt = replace(attempt, planned_at=self._clock.now())
            await self._ring_one(attempt)

    async def drop(self, entry: str) -> None:
        """Somebody does not want the page: he is not rung, or spoken to, any longer."""
        for attempt in self.open_here():
            if attempt.entry == entry:
                await self._end_leg(attempt)
                await self._end(attempt.id, AttemptState.PASSED)

    async def cancel(self, by: str = "") -> None:
        """An administrator takes the page back; who has it in hand hears that it is over."""
        await self.stand_down()
        await self.step(call_off(by))
        self._tell(None)

    async def stand_down(self) -> bool:
        """Nobody is looked for any more, unless somebody has accepted; whether that was so."""
        async with self._claiming:
            is_off = self.page.is_live and await self._ledger.cancel(self.page, self._clock.now())
            if is_off:
                self.page = replace(self.page, state=PageState.CANCELLED)
        if is_off:
            self._tell(None)
        return is_off

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

    def all_attempts(self) -> list[Attempt]:
        """Every ring so far, in order."""
        return list(self.attempts.values())

    # -- legs that nobody speaks of

    def _overdue_at(self, attempt: Attempt) -> datetime:
        if not self.is_here(attempt):
            since = attempt.answered_at or attempt.planned_at
            longest_s = attempt.ring_s + ELSEWHERE_S if since is attempt.planned_at else TALK_ELSEWHERE_S
            return since + timedelta(seconds=longest_s)
        if attempt.answered_at is not None:
            return attempt.answered_at + timedelta(seconds=TALK_S + OVERDUE_S)
        return attempt.planned_at + timedelta(seconds=attempt.ring_s + OVERDUE_S)

    def next_overdue(self) -> datetime | None:
        """When the next leg of which the switch says nothing counts as lost."""
        return min((self._overdue_at(one) for one in self.all_attempts() if one.is_open), default=None)

    async def lose_overdue(self) -> None:
        """Legs that the switch says nothing of are over."""
        now = self._clock.now()
        for attempt in self.all_attempts():
            if attempt.is_open and self._overdue_at(attempt) <= now:
                log.warning("page.attempt_lost", page=self.page.id, attempt=attempt.id)
                if self.is_here(attempt):
                    await self._phones.silence(attempt)
                await self.leg_ended(attempt.id, AttemptState.LOST)


def _place(page: Page) -> tuple[object, ...]:
    """What another box could have changed of a page."""
    return page.state, page.acceptances, page.called_back, page.handover, page.gone_on, page.out


_MAY_COME_BACK = frozenset({AttemptState.LOST, AttemptState.SILENT})
"""A leg that the switch held while we were away comes back, whatever we thought of it."""


def _attempt(planned: Planned, now: datetime, box: str) -> Attempt:
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
        box=box,
    )
