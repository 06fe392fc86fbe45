"""Several boxes on one database: which pages this box drives, and what it hears of those of the others.

Each page is driven by one box, by a lease (`ivr.duty.leases`). What a box does with a page, the others hear
at once (`ivr.storage.news`): an acceptance on one silences the phones that ring on another. A page that
another box drives may have a leg on our switch, from before we were restarted; it is kept aside, so that
whoever picks it up is talked to. Where there is one box, none of this does anything.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

import structlog

from ivr.clock import Clock
from ivr.duty.engaged import NEWS, Engaged
from ivr.duty.hunt import Attempt
from ivr.duty.leases import RENEW_S, Held, PageLeases
from ivr.duty.networks import Networks
from ivr.duty.page import LivePage, Page
from ivr.duty.patient import PatientLedger
from ivr.duty.run import PageRun
from ivr.storage import StorageError
from ivr.storage.leases import Calm
from ivr.storage.news import BoxNews

ENGAGED_FOR = timedelta(minutes=3)
"""So long a phone that another box rings counts as engaged, should nobody say that it is over."""

log = structlog.get_logger(__name__)


class Pages(Protocol):
    """What this wants of the pager."""

    networks: Networks

    @property
    def driven(self) -> Mapping[str, PageRun]:
        """Pages that this box drives."""

    @property
    def has_phones(self) -> bool:
        """Whether phones can be rung."""

    def make_run(self, page: Page, attempts: list[Attempt]) -> PageRun:
        """The run of a page, not driven yet."""

    async def take_up(self, live: LivePage) -> None:
        """Drive a page from now on."""

    def give_up(self, run: PageRun) -> None:
        """Drive it no more."""

    def watch(self, run: PageRun) -> None:
        """Hear what becomes of its legs on our switch."""

    def follow_duty(self) -> None:
        """Who is free has changed, maybe."""


class Boxes:
    """The part of this box in the pages of all."""

    def __init__(self, pages: Pages, ledger: PatientLedger, clock: Clock) -> None:
        self._pages, self._ledger, self._clock = pages, ledger, clock
        self._leases: PageLeases | None = None
        self._engaged: Engaged | None = None
        """Who talks, here and on the other boxes."""
        self._news: BoxNews | None = None
        self._aside: dict[str, PageRun] = {}
        self._talks: Counter[str] = Counter()
        self._elsewhere: dict[str, tuple[Attempt, ...]] = {}
        """Phones that other boxes ring, by page."""
        self._begun = 0
        self._calm = Calm()
        self._heard: dict[str, None] = {}
        self._has_heard = asyncio.Event()
        self._looking = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.taken_up = 0
        """Pages taken up from other boxes since the start."""

    def share(
        self, leases: PageLeases, url: str = "", channel: str = "", engaged: Engaged | None = None
    ) -> None:
        """There are other boxes, or may be. Without `url` nothing is heard of them: a test calls `look`."""
        self._leases, self._engaged = leases, engaged
        if url:
            self._news = BoxNews(url, channel, self.hear, self._look_at_all)

    @property
    def standing(self) -> str:
        """For the health of the service; empty where there is one box."""
        if self._leases is None:
            return ""
        hears = self._news is None or self._news.is_up
        news = "the others are heard" if hears else "the others are asked every few seconds: nothing is heard"
        return f"this is {self._leases.box}, which drives {len(self._pages.driven)} pages; {news}"

    # -- starting and ending

    async def resume(self, pages: list[LivePage]) -> list[LivePage]:
        """Of the pages of which something is still to come those that this box goes on with.

        DatabaseUnavailable.
        """
        if self._leases is None:
            return pages
        own = await self._leases.take_own()
        for live in pages:
            if live.page.id not in own:
                self._set_aside(self._pages.make_run(live.page, list(live.attempts)))
                self._note(live.page.id, live.attempts)
        if self._news is not None:
            self._news.start()
            self._spawn(self._keep_looking(), "leases of pages")
            self._spawn(self._keep_following(), "pages of other boxes")
        return [live for live in pages if live.page.id in own]

    async def close(self) -> None:
        """Stop. The leases stay: whoever is started again soon goes on with his pages."""
        if self._news is not None:
            await self._news.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what the pager asks

    @contextmanager
    def beginning(self) -> Iterator[None]:
        """A page is being written down: it is in the database before it is driven."""
        self._begun += 1
        try:
            yield
        finally:
            self._begun -= 1

    @contextmanager
    def talking(self, run: PageRun) -> Iterator[None]:
        """Somebody talks on a leg of ours: he is told what becomes of the page, whoever drives it."""
        page_id = run.page.id
        if self._leases is not None and page_id not in self._pages.driven:
            self._aside.setdefault(page_id, run)
        self._talks[page_id] += 1
        try:
            yield
        finally:
            self._talks[page_id] -= 1
            self._forget()

    async def may_drive(self, run: PageRun) -> bool:
        """Whether we drive it from now on: always, where there is one box."""
        if self._leases is None:
            return True
        try:
            return await self._leases.take(run.page.id)
        except StorageError as fault:
            log.warning("page.lease_unknown", page=run.page.id, why=str(fault))
            return False  # once it is known, `look` finds that it is ours

    def come_back(self, page_id: str) -> PageRun | None:
        """What was kept aside of a page that we drive from now on."""
        return self._aside.pop(page_id, None)

    def run_of(self, attempt_id: str) -> PageRun | None:
        """The page that was kept aside for a leg on our switch."""
        return next((run for run in self._aside.values() if attempt_id in run.attempts), None)

    def engaged(self, page_id: str) -> frozenset[str]:
        """Numbers that other boxes, or legs of pages kept aside, ring for other pages."""
        since = self._clock.now() - ENGAGED_FOR
        rings = [(one, ring) for one, rings in self._elsewhere.items() for ring in rings]
        rings += [(one, ring) for one, run in self._aside.items() for ring in run.open_here()]
        return frozenset(
            ring.number
            for one, ring in rings
            if one != page_id and (ring.answered_at or ring.planned_at) > since
        )

    # -- leases

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("page.leases_fault")
            await asyncio.sleep(RENEW_S)

    async def look(self) -> None:
        """Renew our leases, take up what dead boxes have left, leave what another has taken."""
        if self._leases is None:
            return
        async with self._looking:
            await self._look(self._leases)

    async def _look(self, leases: PageLeases) -> None:
        driven = dict(self._pages.driven)
        try:
            held = await leases.renew(is_able=self._pages.has_phones, may_take=self._may_take())
            self._calm.note_well(self._clock.now())
            await self._leave(driven, held)
            for page_id in held.kept | held.taken:
                await self._go_on_with(page_id, is_new=page_id in held.taken)
            if self._engaged is not None and await self._engaged.look():
                self._pages.follow_duty()
        except StorageError as fault:
            self._calm.note_away()
            log.warning("page.leases_not_kept", why=str(fault))
        self._forget()
        if self._news is not None and not self._news.is_up:
            self._look_at_all()

    def _may_take(self) -> bool:
        """Not while we could not ring anybody; nor when the database was away a moment ago."""
        return self._calm.is_long_enough(self._clock.now()) and self._pages.has_phones

    async def _leave(self, driven: Mapping[str, PageRun], held: Held) -> None:
        """Pages that we believe to drive, and do not by the database."""
        assert self._leases is not None
        doubtful = {
            page_id: run
            for page_id, run in driven.items()
            if page_id not in held.kept | held.taken and run.page.is_driven
        }
        if not doubtful:
            return
        drivers = await self._leases.drivers(doubtful)
        for page_id, run in doubtful.items():
            driver = drivers.get(page_id, "")
            if driver in ("", self._leases.box) or self._pages.driven.get(page_id) is not run:
                await run.look_elsewhere()  # it has just ended, or is owed to the database
                continue
            log.warning("page.left_to_another", page=page_id, box=driver)
            self._pages.give_up(run)
            self._set_aside(run)
            self.hear(f"{driver} {page_id}")

    async def _go_on_with(self, page_id: str, *, is_new: bool) -> None:
        """A page that is ours by the database; should nobody drive it, we do."""
        self.taken_up += is_new
        if page_id in self._pages.driven or self._begun or self._ledger.owed:
            return
        pages = await self._ledger.live_pages(page_id)
        if pages and page_id not in self._pages.driven:
            log.warning("page.taken_up", page=page_id)
            self._elsewhere.pop(page_id, None)
            await self._pages.take_up(pages[0])

    def _set_aside(self, run: PageRun) -> None:
        if run.open_here():
            self._aside[run.page.id] = run
            self._pages.watch(run)

    def _forget(self) -> None:
        """What nobody needs any more: no leg of ours rings or talks."""
        for page_id in [one for one, run in self._aside.items() if not run.open_here()]:
            if not self._talks[page_id]:
                del self._aside[page_id]
        self._talks = +self._talks

    # -- news

    def hear(self, line: str) -> None:
        """A box has done something with a page: `box page`."""
        box, _, page_id = line.partition(" ")
        is_ours = self._leases is not None and box == self._leases.box
        if page_id and (not is_ours or page_id in self._aside):
            self._heard[page_id] = None
            self._has_heard.set()

    def _look_at_all(self) -> None:
        for page_id in (*self._pages.driven, *self._aside, *self._elsewhere):
            self._heard[page_id] = None
        self._has_heard.set()

    async def _keep_following(self) -> None:
        while True:
            await self._has_heard.wait()
            try:
                await self.follow()
            except Exception:
                log.exception("page.news_fault")

    async def follow(self) -> None:
        """Look at the pages of which something was heard."""
        self._has_heard.clear()
        if self._heard:
            # first: whoever has accepted elsewhere talks there
            await self._look_who_talks()
        while self._heard:
            page_id = next(iter(self._heard))
            del self._heard[page_id]
            if page_id != NEWS:
                await self._follow(page_id)

    async def _look_who_talks(self) -> None:
        try:
            if self._engaged is not None and await self._engaged.read():
                self._pages.follow_duty()
        except StorageError as fault:
            log.warning("page.talks_not_read", why=str(fault))

    async def _follow(self, page_id: str) -> None:
        if run := self._pages.driven.get(page_id):
            await run.look_elsewhere()
            await run.drop_out()
            return
        if aside := self._aside.get(page_id):
            await aside.look_elsewhere()
            self._spawn(aside.end_unwanted(), f"legs of page {page_id}")
        try:
            self._note(page_id, await self._ledger.attempts_of(page_id))
        except StorageError as fault:
            log.warning("page.news_not_read", page=page_id, why=str(fault))

    def _note(self, page_id: str, attempts: Iterable[Attempt]) -> None:
        """What the rings of other boxes tell: of networks, and which phones are engaged."""
        others = [one for one in attempts if one.box not in ("", self._ledger.box)]
        for one in others:
            self._pages.networks.note(one)
        if ringing := tuple(one for one in others if one.is_open):
            self._elsewhere[page_id] = ringing
        else:
            self._elsewhere.pop(page_id, None)

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("page.news_failed", task=task.get_name(), exc_info=fault)


__all__ = ["Boxes", "Pages"]
