"""All pages of this installation: begins them, takes engineers' legs, goes on where a restart left off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import structlog

from dialplan.chains import choose
from dialplan.commands import StartPage
from dialplan.gathering import Wanted
from dialplan.model import Configuration, PagePolicy
from ivr.agi import AgiError, AgiSession
from ivr.clock import Clock
from ivr.duty.aftertalk import AfterEar
from ivr.duty.boxes import Boxes
from ivr.duty.connecting import write_beside
from ivr.duty.conversation import EngineersEar, ending_of, spoken, tell
from ivr.duty.done_links import make_key
from ivr.duty.hands import Hands
from ivr.duty.hunt import Attempt, Move
from ivr.duty.live import with_live_duty
from ivr.duty.lookout import Anew, Lookout
from ivr.duty.means import Means
from ivr.duty.moves import next_move
from ivr.duty.networks import LONGEST_MEMORY_S, Networks
from ivr.duty.page import Acceptance, Contacts, LivePage, Page, PageRequest, Promise
from ivr.duty.patient import PatientLedger
from ivr.duty.planning import plan_hunt
from ivr.duty.promise import AFTER
from ivr.duty.run import PageRun, Phones
from ivr.duty.talks import Talk, Talks
from ivr.duty.telling import DesksEar
from ivr.feed import Feed
from ivr.outcome import attempt_state_of
from ivr.storage import AttemptState, StorageError

FAULT_PAUSE_S = 1.0
OPENING_LIMIT_S = 3.0
ALARM = "alarm"
"""The category of a page that no caller began."""

log = structlog.get_logger(__name__)


class Watch(Protocol):
    """What the pager wants of the legs beside `Phones`."""

    def watch(self, attempts: list[Attempt]) -> None:
        """Attempts whose legs may be alive."""

    def look_again(self, attempt_id: str) -> None:
        """Have it said soon, if that leg is over."""


class Pager:
    """Keeps one `PageRun` for each live page."""

    def __init__(
        self,
        *,
        ledger: PatientLedger,
        phones: Phones,
        configuration: Callable[[], Configuration],
        feed: Feed,
        clock: Clock,
        has_rung: Callable[[str], bool] = lambda attempt_id: True,
        means: Means | None = None,
        caps: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        """`has_rung`: whether the switch's call records know the leg of that attempt; `means`: what an
        engineer's leg is helped by; `caps`: phone -> the longest it is to ring, seconds."""
        self.means, self._caps = means or Means(configuration), caps
        self._has_rung = has_rung
        self._ledger, self._phones, self._configuration = ledger, phones, configuration
        self._feed, self._clock = feed, clock
        self._runs: dict[str, PageRun] = {}
        self._driving: dict[str, asyncio.Task[None]] = {}
        self.boxes = Boxes(self, ledger, clock)
        """Who drives which page, where several boxes share the database."""
        self.networks = Networks(configuration)
        self.woken: Callable[[], Mapping[str, float]] = dict
        """How often each directory entry was woken lately: who was least is rung first of equals."""
        self.hands = Hands(ledger, self._runs, self.make_run, self._take_on, configuration, clock, caps)
        self.talks = Talks()
        self.line_left: Callable[[str], object] = self.leave_line
        """Told when a call of the engineers' number is not ours any more, be it over or not."""
        self.keep_talks: Callable[[], Awaitable[None]] = _keep_nothing
        """Writes down who talks."""
        self.lookout = Lookout(configuration, self._caps, lambda: self.woken())
        self._watch: Watch | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: set[asyncio.Task[None]] = set()

    @property
    def runs(self) -> Mapping[str, PageRun]:
        """Pages for which somebody is looked for, by id."""
        return {page_id: run for page_id, run in self._runs.items() if run.page.is_live}

    @property
    def driven(self) -> Mapping[str, PageRun]:
        """Those as well that somebody has accepted, until the caller is called back."""
        return self._runs

    async def resume(self, watch: Watch) -> int:
        """Go on with the pages that were live when the service ended; how many there are."""
        self._watch = watch
        for attempt in await self._ledger.attempts_since(
            self._clock.now() - timedelta(seconds=LONGEST_MEMORY_S)
        ):
            self.networks.note(attempt)
        pages = await self.boxes.resume(await self._ledger.live_pages())
        for live in pages:
            await self.take_up(live)
        return len(pages)

    async def take_up(self, live: LivePage) -> None:
        """Go on with a page that we, or another box, have driven before."""
        run = self.boxes.come_back(live.page.id) or self.make_run(live.page, [])
        run.read_again(live)
        self.watch(run)
        await run.resume()
        await run.resume_elsewhere()
        if live.page.id not in self._runs:
            self._drive_on(run)

    def watch(self, run: PageRun) -> None:
        """Its legs on our switch may be alive: what becomes of them is told to us."""
        if self._watch is not None:
            self._watch.watch(run.open_here())

    def give_up(self, run: PageRun) -> None:
        """Another box drives it now. Its legs on our switch are still ours."""
        self._runs.pop(run.page.id, None)
        if task := self._driving.pop(run.page.id, None):
            task.cancel()

    def begin(self, command: StartPage, call: Call) -> None:
        """A plan says so: the page begins, and the call does not wait for it."""
        request = PageRequest(
            policy=command.policy,
            brand=command.brand,
            call_id=call.record.id,
            dialled=call.record.dialled,
            caller=call.record.caller or "",
            caller_name=call.record.caller_name,
            customer=command.customer,
            release=call.record.release,
            severity=command.severity,
            category=command.category,
            language=command.language,
            words=command.words,
            chosen=command.chosen,
        )
        task = self._spawn(self._open(request, call.configuration, call.shift), f"page for {call.record.id}")
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def page(
        self,
        request: PageRequest,
        configuration: Configuration | None = None,
        shift: timedelta = timedelta(0),
    ) -> Page:
        """Begin a page; it is written down, with its first mail, when this returns.

        `shift` is the one of a test call's clock: who is on duty is asked for that moment.
        """
        live = self._configuration()
        configuration = with_live_duty(configuration or live, live)
        now = self._clock.now()
        brand = configuration.brands[request.brand]
        request = _with_policy(configuration, request)
        policy = _policy(configuration, request.policy)
        request = replace(
            request,
            policy=policy.id,
            spoken=brand.spoken,
            contacts=Contacts(brand.mailboxes, brand.accepted_to, brand.copy, brand.mail_language),
            promise=_promise(request, policy),
            link_key=make_key(),
        )
        hunt = plan_hunt(
            configuration,
            policy,
            now + shift,
            wanted=Wanted(request.brand, request.category, request.language, self.woken()),
            caps=self._caps(),
            chosen=request.chosen or "",
            shift=shift,
        )
        with self.boxes.beginning():
            first = self._first_move(Page("", "", request, brand.title, hunt, now))
            page = await self._ledger.open_page(request, brand.title, hunt, now, first)
            self.lookout.begin(page.id, now)
            self._start(page, [])
        return page

    def _first_move(self, page: Page) -> Move:
        """What a page does that begins now, as things stand with the others."""
        return next_move(
            page.hunt,
            page.started,
            [],
            page.started,
            at=page.hunt.wall_clock(page.started),
            faulty=self.faulty(page),
            engaged=self.engaged(page),
            talking=self.talking(page),
        )

    # -- what people do with a page beside pressing keys on a leg of it

    async def open_pages(self) -> list[Page]:
        """Pages of which something is still to come: somebody is looked for, or the caller is not called
        back yet; oldest first. One that nobody accepted is among them for a night."""
        return await self.hands.open_pages()

    async def accept_for(self, page_id: str, entry: str, by: str, how: str = "command") -> Acceptance | None:
        """Give the page to `entry` (of the directory) without ringing him, unless somebody has it.

        Who has it when this returns, committed; None: it is over. `by`: who says so, as history names him.
        PageRefused when there is no such page or person.
        """
        return await self.hands.accept_for(page_id, entry, by, how)

    async def pass_for(self, page_id: str, entry: str, by: str) -> bool:
        """`entry` does not want the page, or gives it back: he is rung no more for it, and the hunt goes on.

        False: it is not his to pass (somebody else has it, or it is over). PageRefused.
        """
        return await self.hands.pass_for(page_id, entry, by)

    async def hand_over(self, page_id: str, to_entry: str, by: str, *, forced: bool = False) -> None:
        """Give an accepted page to somebody else: he is rung and has to accept; `forced`: he has it at once.

        The former one keeps it until then, and is told how it ended. PageRefused when it cannot be.
        """
        await self.hands.hand_over(page_id, to_entry, by, forced=forced)

    async def mark_called_back(self, page_id: str, by: str, how: str) -> bool:
        """The caller was called back: the clock of the promise stops and nobody else is looked for.

        `how`: `call`, `connected`, `key`, `line`, `command`, `link`. False: that was known. PageRefused.
        """
        return await self.hands.mark_called_back(page_id, by, how)

    async def cancel(self, page_id: str, by: str) -> bool:
        """Nobody is looked for any more; False: there was nothing to call off. PageRefused."""
        return await self.hands.cancel(page_id, by)

    async def stand_down(self, page_id: str) -> bool:
        """What it was about is over: nobody is looked for any more.

        False: somebody has accepted, and keeps it, or it was over. PageRefused.
        """
        return await self.hands.stand_down(page_id)

    async def note(self, page_id: str, kind: str, facts: Mapping[str, object], by: str = "") -> None:
        """A line of the page's history."""
        await self.hands.note(page_id, kind, facts, by)

    async def close(self) -> None:
        """Stop driving; the pages stay as the database has them, and their legs ring on.

        A page that is just being written down is written down first.
        """
        await self.boxes.close()
        if self._opening:
            await asyncio.wait(set(self._opening), timeout=OPENING_LIMIT_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._ledger.close()

    async def talk(self, agi: AgiSession, attempt_id: str) -> None:
        """The handler of an engineer's leg that was picked up, or has come back after we were away.

        DatabaseUnavailable ends it without a last word: the switch holds the leg and asks again.
        """
        run = self._run_of(attempt_id) or await self._old_run(attempt_id)
        if run is not None:
            self.talks.begin(attempt_id, run)
            if self._watch is not None and not run.attempts[attempt_id].is_open:
                # it was given up for lost: from now on it is told to us when it is over
                self._watch.watch([run.attempts[attempt_id]])
            with self.boxes.talking(run):
                await self._talk_to(agi, run, attempt_id)
            if run.page.is_driven and run.page.id not in self._runs:
                await self._take_on(run)
        await self._hang_up(agi)

    async def _talk_to(self, agi: AgiSession, run: PageRun, attempt_id: str) -> None:
        known = run.attempts[attempt_id]
        is_after = known.stage in AFTER
        attempt = await run.answered(attempt_id) if run.page.is_open or is_after else None
        if attempt is not None and is_after:
            await AfterEar(agi, run, attempt).hold()
        elif attempt is not None:
            is_told = run.page.hunt.is_telling(known.stage)
            kind = DesksEar if is_told else EngineersEar
            ear = kind(agi, run, attempt, self.means, self)
            await ear.hold(attempt.answered_at if known.answered_at is None else None)
        elif run.page.is_held_by(attempt_id):
            await EngineersEar(agi, run, known, self.means, self).come_back()
        else:
            await self._tell_ending(agi, run, attempt_id)

    async def _old_run(self, attempt_id: str) -> PageRun | None:
        """A page that is no longer driven; one that was given up may still be accepted."""
        found = await self._ledger.page_of_attempt(attempt_id)
        if found is None:
            log.warning("page.unknown_leg", attempt=attempt_id[:40])
            return None
        page = found[0]
        return self.make_run(page, await self._ledger.attempts_of(page.id))

    async def _tell_ending(self, agi: AgiSession, run: PageRun, attempt_id: str) -> None:
        attempt = run.attempts[attempt_id]
        words = ending_of(run.page, attempt_id, spoken(attempt.language))
        try:
            await tell(agi, words)
        except AgiError as fault:
            log.info("page.leg_gone", why=str(fault))
        await run.hear_taken(attempt_id)

    def _free(self, attempt_id: str) -> None:
        """A leg is over: pages that have passed over whoever talked on it may ring him."""
        if self.talks.end(attempt_id):
            self.follow_duty()

    @contextmanager
    def on_the_line(self, entry: str, channel: str) -> Iterator[None]:
        """Somebody talks to us on the engineers' number: his phones would be rung in vain.

        Afterwards as well, as long as that call lasts (see `line_left`): he may have been put through."""
        self.talks.dial_in(channel, entry)
        try:
            yield
        finally:
            self.line_left(channel)

    def leave_line(self, channel: str) -> None:
        """That call is over: pages that have passed over whoever was on it may ring him."""
        if self.talks.leave_line(channel) or self.talks.end(channel):
            self.follow_duty()

    async def call_caller(self, channel: str, page_id: str) -> None:
        """From that call of the engineers' number the caller of this page is being called, which may outlive
        us; empty: no longer. Committed when this returns, unless the database is away."""
        self.talks.call_caller(channel, page_id)
        try:
            await self.keep_talks()
        except StorageError as fault:
            log.error("page.talk_not_kept", why=str(fault))

    def follow_duty(self) -> None:
        """Who is on duty has changed, or who is free: every page that looks for somebody looks at it now."""
        for run in self.runs.values():
            run.wake()

    def note_reached(self, attempt_id: str, how: str) -> None:
        """The switch says that an engineer's leg is in a talk: who has accepted talks with the caller."""
        write_beside(self._reach(attempt_id, how))

    async def _reach(self, attempt_id: str, how: str) -> None:
        found = await self._ledger.page_of_attempt(attempt_id)
        if found is not None and found[0].is_held_by(attempt_id):
            if how == "connected" and self._watch is not None and not self.talks.knows(attempt_id):
                # we were away: from now on it is told to us when the talk is over
                self.talks.begin(attempt_id, self._run_of(attempt_id) or self.make_run(found[0], [found[1]]))
                self._watch.watch([found[1]])
                self._watch.look_again(attempt_id)
            await self.mark_called_back(found[0].id, found[1].entry, how)

    async def leg_ended(self, attempt_id: str, cause: int) -> None:
        """The switch says a leg is over."""
        self._free(attempt_id)
        run = self._run_of(attempt_id)
        if run is not None:
            causes = run.page.hunt.network_causes
            await run.leg_ended(attempt_id, attempt_state_of(cause, causes), cause)

    async def leg_missing(self, attempt_id: str) -> None:
        """After a lost link or a restart the switch does not know a leg that we had written down.

        Its own call records tell whether it ever rang: if so it is over; if not it is rung now, as the
        same attempt, so that none is lost and none is doubled.
        """
        self._free(attempt_id)
        run = self._run_of(attempt_id)
        if run is None:
            return
        is_driven_here = run.page.id in self._runs
        if not is_driven_here or await asyncio.to_thread(self._has_rung, attempt_id):
            await run.leg_ended(attempt_id, AttemptState.LOST)
        else:
            await run.ring_again(attempt_id)

    async def _open(self, request: PageRequest, configuration: Configuration, shift: timedelta) -> None:
        await self.page(request, configuration, shift)

    def _start(self, page: Page, attempts: list[Attempt]) -> None:
        self._drive_on(self.make_run(page, attempts))

    @property
    def has_phones(self) -> bool:
        """Whether phones can be rung."""
        return self._phones.is_ready

    def make_run(self, page: Page, attempts: list[Attempt]) -> PageRun:
        """The run of a page, not driven yet."""
        return PageRun(
            page,
            attempts,
            ledger=self._ledger,
            phones=self._phones,
            clock=self._clock,
            on_change=self._tell,
            elsewhere=self,
            box=self._ledger.box,
        )

    # -- what one page has to know of the others (see `ivr.duty.run.Elsewhere`)

    def faulty(self, page: Page) -> frozenset[str]:
        """Operators on whose network any page has met a fault lately."""
        return self.networks.faulty(self._clock.now(), page.hunt.fault_memory_s)

    def engaged(self, page: Page) -> frozenset[str]:
        """Numbers that ring, or are talked to, for other pages."""
        others = (run for run in self._runs.values() if run.page.id != page.id)
        here = (one.number for run in others for one in run.attempts.values() if one.is_open)
        return frozenset(here) | self.boxes.engaged(page.id)

    async def doubt(self, page: Page) -> None:
        """The database says that this box is not to ring for it: whoever drives it is found out."""
        # in a task of its own: should another box drive the page, what asks is cancelled
        await asyncio.shield(self._spawn(self.boxes.look(), f"driver of page {page.call_ref}"))

    def talking(self, page: Page) -> Mapping[str, Talk]:
        """Who has accepted another page, and talks on its leg."""
        return self.talks.elsewhere(page)

    def planned_anew(self, page: Page) -> Anew | None:
        """The page by the duty of now; None: nothing has changed."""
        return self.lookout.look(page, self._clock.now())

    def forget_duty(self, page: Page) -> None:
        """It is to be looked at again."""
        self.lookout.forget(page.id)

    async def _take_on(self, run: PageRun) -> None:
        """Drive it from now on, unless another box does."""
        if await self.boxes.may_drive(run) and run.page.id not in self._runs:
            self.boxes.come_back(run.page.id)
            self._drive_on(run)

    def _drive_on(self, run: PageRun) -> None:
        self._runs[run.page.id] = run
        self._feed.publish("page", self._clock.now(), **_facts(run))
        self._driving[run.page.id] = self._spawn(self._drive(run), f"page {run.page.call_ref}")

    async def _drive(self, run: PageRun) -> None:
        """A fault of ours must not end the hunt: it is said, and the hunt goes on from its rows."""
        try:
            while True:
                try:
                    await run.drive()
                    return
                except Exception:
                    log.exception("page.fault", page=run.page.id)
                    await asyncio.sleep(FAULT_PAUSE_S)
        finally:
            if self._runs.get(run.page.id) is run:
                del self._runs[run.page.id]
                self._driving.pop(run.page.id, None)
                self.lookout.forget(run.page.id)

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("page.failed", task=task.get_name(), exc_info=fault)

    def attempt(self, attempt_id: str) -> Attempt | None:
        """An attempt of a live page."""
        run = self._run_of(attempt_id)
        return run.attempts[attempt_id] if run else None

    def _run_of(self, attempt_id: str) -> PageRun | None:
        here = next((run for run in self._runs.values() if attempt_id in run.attempts), None)
        return here or self.boxes.run_of(attempt_id)

    async def _hang_up(self, agi: AgiSession) -> None:
        try:
            await agi.hangup()
        except AgiError as fault:
            log.debug("page.leg_gone", why=str(fault))

    def _tell(self, run: PageRun, attempt: Attempt | None) -> None:
        facts: dict[str, object] = {}
        if attempt is not None:
            self.networks.note(attempt)
            facts = {
                "attempt": attempt.id,
                "who": attempt.title,
                "number": attempt.number,
                "attempt_state": str(attempt.state),
                "stage": attempt.stage,
            }
        self._feed.publish("page", self._clock.now(), **_facts(run), **facts)


class Call(Protocol):
    """What the pager wants to know of a call (see `ivr.calls.live.LiveCall`)."""

    @property
    def record(self) -> CallFacts:
        """The call's record so far."""

    @property
    def configuration(self) -> Configuration:
        """The release pinned to the call."""

    @property
    def shift(self) -> timedelta:
        """How far the call's clock is from the real one."""


class CallFacts(Protocol):
    """The part of a call record that a page is about."""

    id: str
    dialled: str
    caller: str | None
    caller_name: str
    release: str


async def _keep_nothing() -> None:
    """Where nobody asks for it."""


def _promise(request: PageRequest, policy: PagePolicy) -> Promise:
    """What the caller was promised; where nobody called, nobody waits to be called back."""
    is_alarm = request.category == ALARM and request.call_id is None
    return Promise() if is_alarm else Promise(policy.promise_s, policy.remind_s)


def _with_policy(configuration: Configuration, request: PageRequest) -> PageRequest:
    """The request with the policy that it follows, unless its plan has chosen already."""
    if request.chosen is not None:
        return request
    # where nobody named one it is the first, also for the rows that ask for it
    choices, policies = configuration.duty.choices, configuration.duty.policies
    asked = request.policy or next(iter(policies), "")
    policy, chosen = choose(choices, asked, request.brand, request.severity, request.category)
    return replace(request, policy=policy, chosen=chosen)


def _policy(configuration: Configuration, name: str) -> PagePolicy:
    policies = configuration.duty.policies
    return policies.get(name) or next(iter(policies.values()))


def _facts(run: PageRun) -> dict[str, object]:
    page = run.page
    return {
        "page": page.id,
        "call": page.request.call_id,
        "call_ref": page.call_ref,
        "brand": page.request.brand,
        "state": str(page.state),
        "accepted_by": page.acceptance.title if page.acceptance else None,
    }
