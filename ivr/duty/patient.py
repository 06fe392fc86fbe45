"""A ledger that outlives its database: while that is away pages go on from memory, and it catches up.

An engineer must be woken whether or not a disk is full. So a step that cannot be written is owed: it is
done in memory, the steps after it queue behind it, and all are written in order once the database is
back, with the mails that belong to them. Until then a restart would lose them; that is said in the log,
in `/readyz` and in the metrics.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import SystemRandom
from uuid import uuid4

import structlog
from sqlalchemy.exc import IntegrityError

from ivr.duty.history import Event
from ivr.duty.hunt import Attempt, Hunt, Move
from ivr.duty.ledger import DatabaseLedger, all_call_refs
from ivr.duty.page import Acceptance, LivePage, Page, PageRequest
from ivr.storage import DatabaseUnavailable, PageStep

ACCEPTED_IN_VAIN = "accepted-in-vain"
"""Kind of the line of history that tells of somebody who accepted while the database was away, too late."""
RETRY_S = 1.0
LAST_TRY_S = 2.0
Step = Callable[[], Awaitable[object]]
log = structlog.get_logger(__name__)


class PatientLedger:
    """Wraps the database's ledger (see `ivr.duty.run.Ledger`)."""

    def __init__(self, inner: DatabaseLedger) -> None:
        self._inner = inner
        self._owed: deque[Step] = deque()
        self._refs: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def box(self) -> str:
        """The name of this box where several share the database; empty where there is one."""
        return self._inner.box

    @property
    def owed(self) -> int:
        """Steps not yet in the database."""
        return len(self._owed)

    async def open_page(
        self,
        request: PageRequest,
        brand_title: str,
        hunt: Hunt,
        now: datetime,
        first: Move | None = None,
    ) -> Page:
        """Write down a new page; from memory when the database is away. `first`: what it does first."""
        page_id = uuid4().hex
        if not self._owed:
            try:
                page = await self._inner.open_page(request, brand_title, hunt, now, page_id, first)
            except DatabaseUnavailable as fault:
                log.error("page.owed", why=str(fault))
            else:
                self._refs.add(page.call_ref)
                return page
        page = Page(page_id, self._free_ref(), request, brand_title, hunt, now, first=first)
        self._owe(lambda: self._inner.insert_page(page, now))
        return page

    def _free_ref(self) -> str:
        free = [ref for ref in all_call_refs() if ref not in self._refs]
        ref = SystemRandom().choice(free or all_call_refs())
        self._refs.add(ref)
        return ref

    async def add_attempts(self, page: Page, attempts: list[Attempt]) -> bool:
        """Write down phones that are about to ring; False: another box drives the page, or has ended it."""
        if not self._owed:
            try:
                return await self._inner.add_attempts(page, attempts)
            except DatabaseUnavailable as fault:
                log.error("page.step_owed", why=str(fault))
        self._owe(lambda: self._inner.add_attempts(page, attempts, have_rung=True))
        return True

    async def change_attempt(self, attempt: Attempt, cause: int = 0) -> None:
        """Write down how an attempt stands now."""
        await self._write(lambda: self._inner.change_attempt(attempt, cause))

    async def press(self, attempt: Attempt, key: str, now: datetime) -> None:
        """Write down a key that was pressed on an engineer's leg."""
        await self._write(lambda: self._inner.press(attempt, key, now))

    async def note(self, page_id: str, event: Event) -> None:
        """A line of the page's history."""
        await self._write(lambda: self._inner.note(page_id, event))

    async def move(self, before: Page, after: Page, step: Event) -> bool:
        """Take a page from `before` to `after`; on one box memory decides as well."""
        if not after.is_driven:
            self._refs.discard(after.call_ref)
        if not self._owed:
            try:
                return await self._inner.move(before, after, step)
            except DatabaseUnavailable as fault:
                log.error("page.step_owed", step=str(step.kind), why=str(fault))
        self._owe(lambda: self._inner.move(before, after, step))
        return True

    async def find(self, wanted: str) -> Page | None:
        """The page of an id, the beginning of one, or a 3-digit call ID. DatabaseUnavailable."""
        return await self._inner.find(wanted)

    async def given_up(self, since: datetime) -> list[Page]:
        """Pages since then that nobody accepted. DatabaseUnavailable."""
        return await self._inner.given_up(since)

    async def attempts_since(self, since: datetime) -> list[Attempt]:
        """Attempts of any page that ended after that moment; none while nobody can say."""
        try:
            return await self._inner.attempts_since(since)
        except DatabaseUnavailable:
            return []

    async def attempts_of(self, page_id: str) -> list[Attempt]:
        """Its attempts so far. DatabaseUnavailable."""
        return await self._inner.attempts_of(page_id)

    async def claim(
        self, page: Page, attempt: Attempt, now: datetime, by: str = "", how: str = "key"
    ) -> Acceptance | None:
        """Give the page to this attempt unless somebody has it; on one box memory decides as well."""
        if not page.request.promise.within_s:
            self._refs.discard(page.call_ref)
        if not self._owed:
            try:
                return await self._inner.claim(page, attempt, now, by, how)
            except DatabaseUnavailable as fault:
                log.error("page.acceptance_owed", why=str(fault))
        self._owe(lambda: self._claim_late(page, attempt, now, by, how))
        return Acceptance(attempt.id, attempt.entry, attempt.title, attempt.number, now)

    async def _claim_late(self, page: Page, attempt: Attempt, now: datetime, by: str, how: str) -> None:
        """Where the database was away from this box alone, somebody may have the page on another by now."""
        given = await self._inner.claim(page, attempt, now, by, how)
        if given is None or given.attempt_id == attempt.id:
            return
        log.error("page.accepted_twice", page=page.id, attempt=attempt.id)
        facts = {"kind": ACCEPTED_IN_VAIN, "who": attempt.title, "other": given.title}
        event = Event(PageStep.NOTE, now, by or attempt.entry, attempt.id, facts, f"in-vain:{attempt.id}")
        await self._inner.note(page.id, event)

    async def keep_time(self, page: Page) -> None:
        """Write down that the page is driven; worth nothing later, so it is not owed."""
        if not self._owed:
            try:
                await self._inner.keep_time(page)
            except DatabaseUnavailable as fault:
                log.warning("page.time_not_kept", why=str(fault))

    async def find_page(self, page_id: str) -> Page | None:
        """The page as it stands; None as well while nobody can say, or the database lags behind."""
        if self._owed:
            return None
        try:
            return await self._inner.find_page(page_id)
        except DatabaseUnavailable:
            return None

    async def exhaust(self, page: Page, now: datetime) -> bool:
        """Write down that nobody accepted."""
        return await self._end(page, lambda: self._inner.exhaust(page, now))

    async def cancel(self, page: Page, now: datetime) -> bool:
        """Write down that nobody is looked for any more."""
        return await self._end(page, lambda: self._inner.cancel(page, now))

    async def _end(self, page: Page, step: Callable[[], Awaitable[bool]]) -> bool:
        self._refs.discard(page.call_ref)
        if not self._owed:
            try:
                return await step()
            except DatabaseUnavailable as fault:
                log.error("page.end_owed", why=str(fault))
        self._owe(step)
        return True

    async def live_pages(self, *ids: str) -> list[LivePage]:
        """As the database has them. DatabaseUnavailable."""
        pages = await self._inner.live_pages(*ids)
        self._refs.update(live.page.call_ref for live in pages)
        return pages

    async def page_of_attempt(self, attempt_id: str) -> tuple[Page, Attempt] | None:
        """The page an attempt was made for. DatabaseUnavailable while nobody can say."""
        return await self._inner.page_of_attempt(attempt_id)

    async def close(self) -> None:
        """Catch up for a last moment; what is owed then is lost, and said."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=LAST_TRY_S)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._owed:
            log.critical("page.steps_lost", steps=len(self._owed))

    async def _write(self, step: Step) -> None:
        if not self._owed:
            try:
                await step()
            except DatabaseUnavailable as fault:
                log.error("page.step_owed", why=str(fault))
            else:
                return
        self._owe(step)

    def _owe(self, step: Step) -> None:
        self._owed.append(step)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._catch_up(), name="pages catch up")

    async def _catch_up(self) -> None:
        """Write what is owed, in order, for as long as it takes."""
        while self._owed:
            try:
                await self._owed[0]()
            except DatabaseUnavailable:
                await asyncio.sleep(RETRY_S)
                continue
            except IntegrityError:
                log.warning("page.step_was_written_before")
            except Exception:
                log.exception("page.step_cannot_be_written")
            self._owed.popleft()
        log.info("page.caught_up")
