"""Pages and attempts in the database. Each method is one transaction, committed when it returns.

What a page announces (the mails) is written in the same transaction as the page itself, so neither
can exist without the other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.duty.hunt import Attempt, Hunt
from ivr.duty.page import LIVE_STATES, Acceptance, LivePage, Outage, Page, PageRequest
from ivr.storage import tables
from ivr.storage.database import Database
from ivr.storage.states import AttemptState, PageState

REST_FOR: Final = timedelta(hours=12)
"""A call ID is not given again so soon, as long as others are free."""

_HUNT = TypeAdapter(Hunt)
_REQUEST = TypeAdapter(PageRequest)
_OUTAGES = TypeAdapter(tuple[Outage, ...])

PageMail = Callable[[Session, Page, datetime], None]
"""Writes the mails that a page's step announces into the outbox, in the step's own transaction."""

StageMail = Callable[[Session, Page, str], None]
"""Writes the mail that announces a stage of the hunt, in the transaction of its first attempt."""


class NoCallIdFreeError(RuntimeError):
    """A thousand pages are live: no 3-digit call ID is left."""

    def __init__(self) -> None:
        super().__init__("all 1,000 call IDs belong to live pages")


class DatabaseLedger:
    """The ledger of pages (see `ivr.duty.run.Ledger`)."""

    def __init__(
        self,
        database: Database,
        mails: Mapping[PageState, PageMail],
        announce_stage: StageMail = lambda session, page, stage: None,
        draw: random.Random | None = None,
    ) -> None:
        """`announce_stage` is called when the first phone of a stage is about to ring."""
        self._database = database
        self._mails, self._announce_stage = mails, announce_stage
        self._draw = draw or random.SystemRandom()

    async def open_page(
        self, request: PageRequest, brand_title: str, hunt: Hunt, now: datetime, page_id: str = ""
    ) -> Page:
        """Write down a new page with a free call ID, and its first mail."""
        page_id = page_id or uuid4().hex

        def work(session: Session) -> Page:
            call_ref = self._free_call_ref(session, now)
            page = Page(page_id, call_ref, request, brand_title, hunt, now)
            session.add(_page_row(page))
            session.flush()
            self._write_mails(session, page, now)
            return page

        return await self._database.run(work)

    async def insert_page(self, page: Page, now: datetime) -> None:
        """Write down a page that has begun already, with its first mail."""

        def work(session: Session) -> None:
            query = select(tables.Page.id).where(tables.Page.live, tables.Page.call_ref == page.call_ref)
            row = _page_row(page)
            row.live = session.scalars(query).first() is None
            session.add(row)
            session.flush()
            self._write_mails(session, page, now)

        await self._database.run(work)

    def _free_call_ref(self, session: Session, now: datetime) -> str:
        rows = session.execute(
            select(tables.Page.call_ref, tables.Page.live).where(
                tables.Page.live | (tables.Page.started > now - REST_FOR)
            )
        ).all()
        taken = {row.call_ref for row in rows if row.live}
        used = {row.call_ref for row in rows}
        rested = [ref for ref in all_call_refs() if ref not in used]
        free = rested or [ref for ref in all_call_refs() if ref not in taken]
        if not free:
            raise NoCallIdFreeError
        return self._draw.choice(free)

    def _write_mails(self, session: Session, page: Page, now: datetime) -> None:
        if writer := self._mails.get(page.state):
            writer(session, page, now)

    async def add_attempts(self, page: Page, attempts: list[Attempt]) -> None:
        """Write down phones that are about to ring."""

        def work(session: Session) -> None:
            row = session.get_one(tables.Page, page.id)
            if row.state in LIVE_STATES:
                row.state = PageState.RINGING
            for stage in {attempt.stage for attempt in attempts} - _stages(session, page.id):
                self._announce_stage(session, page, stage)
            for seq, attempt in enumerate(attempts, start=row.rung):
                session.add(_attempt_row(page.id, seq, attempt))
            row.rung += len(attempts)

        await self._database.run(work)

    async def change_attempt(self, attempt: Attempt, cause: int = 0, key: str = "") -> None:
        """Write down how an attempt stands now."""
        values: dict[str, object] = {
            "state": attempt.state,
            "answered_at": attempt.answered_at,
            "ended_at": attempt.ended_at,
        }
        if cause:
            values["cause"] = cause
        if key:
            values["key"] = key
        query = update(tables.Attempt).where(tables.Attempt.id == attempt.id).values(values)
        await self._database.run(lambda session: session.execute(query))

    async def claim(self, page: Page, attempt: Attempt, now: datetime) -> Acceptance | None:
        """Give the page to this attempt unless somebody has it; who has it, then. None: it was withdrawn.

        A page that was given up a moment ago may still be accepted: better late than nobody.
        """
        open_states = [*LIVE_STATES, PageState.EXHAUSTED]

        def work(session: Session) -> Acceptance | None:
            won = session.execute(
                update(tables.Page)
                .where(tables.Page.id == page.id, tables.Page.state.in_(open_states))
                .values(
                    state=PageState.ACCEPTED,
                    live=False,
                    ended=now,
                    accepted_by=attempt.entry,
                    accepted_title=attempt.title,
                    accepted_number=attempt.number,
                    accepted_attempt=attempt.id,
                    accepted_at=now,
                )
            )
            session.expire_all()
            found = _read_page(session.get_one(tables.Page, page.id))
            if won.rowcount:  # type: ignore[attr-defined]
                values = {"state": AttemptState.ACCEPTED, "ended_at": now}
                session.execute(update(tables.Attempt).where(tables.Attempt.id == attempt.id).values(values))
                self._write_mails(session, found, now)
            return found.acceptance

        return await self._database.run(work)

    async def exhaust(self, page: Page, now: datetime) -> bool:
        """Write down that nobody accepted, and the mail that says so; False when somebody did meanwhile."""
        return await self._end(page, PageState.EXHAUSTED, now)

    async def cancel(self, page: Page, now: datetime) -> bool:
        """Write down that nobody is looked for any more; False when the page was not live."""
        return await self._end(page, PageState.CANCELLED, now)

    async def _end(self, page: Page, state: PageState, now: datetime) -> bool:
        """End a live page in `state`, with the mail that announces it, if any."""

        def work(session: Session) -> bool:
            done = session.execute(
                update(tables.Page)
                .where(tables.Page.id == page.id, tables.Page.state.in_(LIVE_STATES))
                .values(state=state, live=False, ended=now)
            )
            if not done.rowcount:  # type: ignore[attr-defined]
                return False
            session.expire_all()
            self._write_mails(session, _read_page(session.get_one(tables.Page, page.id)), now)
            return True

        return await self._database.run(work)

    async def keep_time(self, page: Page) -> None:
        """Write down that the page is driven, and its outages."""
        values = {"seen_at": page.seen_at, "outages": _OUTAGES.dump_json(page.outages).decode()}
        query = update(tables.Page).where(tables.Page.id == page.id).values(values)
        await self._database.run(lambda session: session.execute(query))

    async def find_page(self, page_id: str) -> Page | None:
        """The page as it stands."""

        def work(session: Session) -> Page | None:
            row = session.get(tables.Page, page_id)
            return _read_page(row) if row else None

        return await self._database.read(work)

    async def live_pages(self) -> list[LivePage]:
        """Pages that were looking for somebody when the service ended, oldest first."""

        def work(session: Session) -> list[LivePage]:
            query = select(tables.Page).where(tables.Page.state.in_(LIVE_STATES))
            rows = session.scalars(query.order_by(tables.Page.started)).all()
            return [LivePage(_read_page(row), tuple(read_attempts(session, row.id))) for row in rows]

        return await self._database.read(work)

    async def page_of_attempt(self, attempt_id: str) -> tuple[Page, Attempt] | None:
        """The page an attempt was made for, whatever its state."""

        def work(session: Session) -> tuple[Page, Attempt] | None:
            row = session.get(tables.Attempt, attempt_id)
            if row is None:
                return None
            return _read_page(session.get_one(tables.Page, row.page_id)), _read_attempt(row)

        return await self._database.read(work)


def read_attempts(session: Session, page_id: str) -> list[Attempt]:
    """Attempts of a page in the order they were made."""
    query = select(tables.Attempt).where(tables.Attempt.page_id == page_id).order_by(tables.Attempt.seq)
    return [_read_attempt(row) for row in session.scalars(query)]


def _stages(session: Session, page_id: str) -> set[str]:
    query = select(tables.Attempt.stage).where(tables.Attempt.page_id == page_id).distinct()
    return set(session.scalars(query))


def all_call_refs() -> list[str]:
    """`000` to `999`."""
    return [f"{number:03}" for number in range(1000)]


def _page_row(page: Page) -> tables.Page:
    request = page.request
    return tables.Page(
        id=page.id,
        call_ref=page.call_ref,
        live=True,
        call_id=request.call_id,
        brand=request.brand,
        policy=request.policy,
        customer=request.customer,
        caller=request.caller or None,
        dialled=request.dialled,
        state=page.state,
        started=page.started,
        release=request.release,
        hunt=_HUNT.dump_json(page.hunt).decode(),
        request=_REQUEST.dump_json(request).decode(),
        brand_title=page.brand_title,
    )


def _read_page(row: tables.Page) -> Page:
    acceptance = None
    if row.accepted_at is not None:
        acceptance = Acceptance(
            row.accepted_attempt, row.accepted_by, row.accepted_title, row.accepted_number, row.accepted_at
        )
    return Page(
        id=row.id,
        call_ref=row.call_ref,
        request=_REQUEST.validate_json(row.request),
        brand_title=row.brand_title,
        hunt=_HUNT.validate_json(row.hunt),
        started=row.started,
        state=row.state,
        acceptance=acceptance,
        outages=_OUTAGES.validate_json(row.outages),
        seen_at=row.seen_at,
    )


def _attempt_row(page_id: str, seq: int, attempt: Attempt) -> tables.Attempt:
    return tables.Attempt(
        id=attempt.id,
        page_id=page_id,
        seq=seq,
        stage=attempt.stage,
        turn=attempt.turn,
        entry=attempt.entry,
        title=attempt.title,
        language=attempt.language,
        label=attempt.label,
        number=attempt.number,
        backup=attempt.backup,
        ring_s=attempt.ring_s,
        state=attempt.state,
        planned_at=attempt.planned_at,
    )


def _read_attempt(row: tables.Attempt) -> Attempt:
    return Attempt(
        id=row.id,
        stage=row.stage,
        turn=row.turn,
        entry=row.entry,
        number=row.number,
        state=row.state,
        planned_at=row.planned_at,
        ring_s=row.ring_s,
        backup=row.backup,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        label=row.label,
        title=row.title,
        language=row.language,
    )
