"""Pages and attempts in the database. Each method is one transaction, committed when it returns.

What a page announces (the mails) is written in the same transaction as the page itself, so neither
can exist without the other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.duty.history import Event, changed, pressed, rung, write
from ivr.duty.hunt import Attempt, Hunt, Move
from ivr.duty.page import (
    LIVE_STATES,
    Acceptance,
    LivePage,
    Page,
    PageRequest,
)
from ivr.duty.promise import AFTER
from ivr.duty.rows import (
    OUT,
    OUTAGES,
    attempt_row,
    moved_columns,
    page_row,
    read_attempt,
    read_page,
)
from ivr.storage import PageStep, tables
from ivr.storage.database import Database
from ivr.storage.leases import lease_end
from ivr.storage.news import tell_boxes
from ivr.storage.states import AttemptState, PageState

CALL_REF_DIGITS: Final = 3
SAME_REF_TRIES: Final = 3
"""Times another call ID is drawn, should another box give the same one in the same moment."""
SHORTEST_ID: Final = 6
"""So many of an id's characters tell it from all others."""
PAGES: Final = "dutyline_pages"
"""The channel on which boxes tell each other which page they have moved: `box page`."""
REST_FOR: Final = timedelta(hours=12)
"""A call ID is not given again so soon, as long as others are free."""

PageMail = Callable[[Session, Page, datetime], None]
"""Writes the mails that a page's step announces into the outbox, in the step's own transaction."""

StageMail = Callable[[Session, Page, str], None]
"""Writes the mail that announces a stage of the hunt, in the transaction of its first attempt."""

RingMail = Callable[[Session, Page, Sequence[Attempt]], None]
"""Writes what is told to those whose phones are about to ring: (session, page, attempts)."""

StepMail = Callable[[Session, Page, Page, Event], None]
"""Writes what a step after an acceptance announces: (session, page before, page after, the step)."""


log = structlog.get_logger(__name__)


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
        announce_step: StepMail = lambda session, before, after, step: None,
        announce_rings: RingMail = lambda session, page, attempts: None,
        box: str = "",
    ) -> None:
        """`announce_stage` is called when the first phone of a stage is about to ring, `announce_rings` for
        all phones of the hunt. `box`: the name of this box where several share the database: it drives the
        pages that are opened here."""
        self.box = box
        self._announce_rings = announce_rings
        self._announce_step = announce_step
        self._database = database
        self._mails, self._announce_stage = mails, announce_stage
        self._draw = draw or random.SystemRandom()

    async def open_page(
        self,
        request: PageRequest,
        brand_title: str,
        hunt: Hunt,
        now: datetime,
        page_id: str = "",
        first: Move | None = None,
    ) -> Page:
        """Write down a new page with a free call ID, and its first mail. `first`: what it does first."""
        page_id = page_id or uuid4().hex

        def work(session: Session) -> Page:
            call_ref = self._free_call_ref(session, now)
            page = Page(page_id, call_ref, request, brand_title, hunt, now, first=first)
            session.add(self._driven_row(session, page, now))
            session.flush()
            self._write_opening(session, page, now)
            return page

        for _ in range(SAME_REF_TRIES):
            try:
                return await self._database.run(work)
            except IntegrityError:
                log.info("page.call_id_given_elsewhere", page=page_id)
        return await self._database.run(work)

    async def insert_page(self, page: Page, now: datetime) -> None:
        """Write down a page that has begun already, with its first mail."""

        def work(session: Session) -> None:
            query = select(tables.Page.id).where(tables.Page.live, tables.Page.call_ref == page.call_ref)
            row = self._driven_row(session, page, now)
            row.live = session.scalars(query).first() is None
            session.add(row)
            session.flush()
            self._write_opening(session, page, now)

        await self._database.run(work)

    def _driven_row(self, session: Session, page: Page, now: datetime) -> tables.Page:
        row = page_row(page)
        if self.box:
            row.driver, row.driven_until = self.box, lease_end(session, now)
        return row

    def _tell(self, session: Session, page_id: str) -> None:
        """Other boxes hear of it once it is committed."""
        if self.box:
            tell_boxes(session, PAGES, f"{self.box} {page_id}")

    def _write_opening(self, session: Session, page: Page, now: datetime) -> None:
        request = page.request
        facts: dict[str, object] = {"policy": request.policy, "call": request.call_id}
        facts["stages"] = [stage.name for stage in page.hunt.stages]
        write(session, page.id, Event(PageStep.OPENED, page.started, facts=facts, once="opened"))
        if within_s := request.promise.within_s:
            until = page.started + timedelta(seconds=within_s)
            facts = {"until": until.isoformat(timespec="seconds"), "within_s": within_s}
            write(session, page.id, Event(PageStep.PROMISED, page.started, facts=facts, once="promised"))
        self._write_mails(session, page, now)

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

    async def add_attempts(self, page: Page, attempts: list[Attempt], *, have_rung: bool = False) -> bool:
        """Write down phones that are about to ring.

        False, and nothing is written: where several boxes share the database, another drives the page, or
        somebody has it by now. `have_rung`: they rang while the database was away, so they stand in it.
        """

        def work(session: Session) -> bool:
            row = session.get_one(tables.Page, page.id, with_for_update=bool(self.box))
            if self.box and not have_rung and not self._may_ring(row, attempts):
                return False
            if row.state in LIVE_STATES:
                row.state = PageState.RINGING
            for stage in {attempt.stage for attempt in attempts} - _begun(session, page):
                self._announce_stage(session, page, stage)
                self._note_stage(session, page, stage, attempts[0].planned_at)
            for seq, attempt in enumerate(attempts, start=row.rung):
                session.add(attempt_row(page.id, seq, attempt))
                write(session, page.id, rung(attempt))
            row.rung += len(attempts)
            hunted = [attempt for attempt in attempts if attempt.stage not in AFTER]
            self._announce_rings(session, page, hunted)
            self._tell(session, page.id)
            return True

        return await self._database.run(work)

    def _may_ring(self, row: tables.Page, attempts: list[Attempt]) -> bool:
        is_wanted = row.state in LIVE_STATES or all(attempt.stage in AFTER for attempt in attempts)
        return is_wanted and row.driver in ("", self.box)

    def _note_stage(self, session: Session, page: Page, stage: str, at: datetime) -> None:
        """The hunt has left its first part."""
        names = [one.name for one in page.hunt.stages]
        if stage in names[1:]:
            # the desk is told anew when somebody had the page in between
            again = page.acceptances if page.hunt.is_telling(stage) else 0
            once = f"stage:{stage}:{again}" if again else f"stage:{stage}"
            write(session, page.id, Event(PageStep.ESCALATED, at, facts={"stage": stage}, once=once))

    async def change_attempt(self, attempt: Attempt, cause: int = 0) -> None:
        """Write down how an attempt stands now."""
        values: dict[str, object] = {
            "state": attempt.state,
            "answered_at": attempt.answered_at,
            "ended_at": attempt.ended_at,
        }
        if cause:
            values["cause"] = cause

        def work(session: Session) -> None:
            row = session.get(tables.Attempt, attempt.id)
            event = changed(attempt, cause)
            if row is None or _is_cancelled_before(row, attempt):
                return
            for name, value in values.items():
                setattr(row, name, value)
            if event is not None:
                write(session, row.page_id, event)
            self._tell(session, row.page_id)

        await self._database.run(work)

    async def press(self, attempt: Attempt, key: str, now: datetime) -> None:
        """Write down a key that was pressed on an engineer's leg."""

        def work(session: Session) -> None:
            row = session.get(tables.Attempt, attempt.id)
            if row is not None:
                row.key = key
                write(session, row.page_id, pressed(attempt, key, now))

        await self._database.run(work)

    async def note(self, page_id: str, event: Event) -> None:
        """A line of the page's history."""
        await self._database.run(lambda session: write(session, page_id, event))

    async def move(self, before: Page, after: Page, step: Event) -> bool:
        """Take a page from `before` to `after`, with the step's line and mails; False when it is not there
        any more: somebody else has moved it."""

        def work(session: Session) -> bool:
            here = (
                tables.Page.id == before.id,
                tables.Page.state == before.state,
                tables.Page.acceptances == before.acceptances,
                tables.Page.called_back_at.is_(None),
                tables.Page.out == OUT.dump_json(before.out).decode(),
                (tables.Page.handover == "") if before.handover is None else (tables.Page.handover != ""),
            )
            moved = session.execute(
                update(tables.Page).where(*here).values(moved_columns(before, after, step.at))
            )
            if not moved.rowcount:  # type: ignore[attr-defined]
                return False
            write(session, before.id, step)
            self._announce_step(session, before, after, step)
            self._tell(session, before.id)
            return True

        return await self._database.run(work)

    async def claim(
        self, page: Page, attempt: Attempt, now: datetime, by: str = "", how: str = "key"
    ) -> Acceptance | None:
        """Give the page to this attempt unless somebody has it; who has it, then. None: it was withdrawn.

        A page that was given up a moment ago may still be accepted: better late than nobody. `by` and `how`:
        who did it and by what means, where it was not he himself by a key.
        """
        open_states = [*LIVE_STATES, PageState.EXHAUSTED]

        def work(session: Session) -> Acceptance | None:
            won = session.execute(
                update(tables.Page)
                .where(tables.Page.id == page.id, tables.Page.state.in_(open_states))
                .values(
                    state=PageState.ACCEPTED,
                    live=and_(tables.Page.live, tables.Page.promise_s > 0),
                    ended=now,
                    acceptances=tables.Page.acceptances + 1,
                    accepted_by=attempt.entry,
                    accepted_title=attempt.title,
                    accepted_number=attempt.number,
                    accepted_attempt=attempt.id,
                    accepted_at=now,
                )
            )
            session.expire_all()
            found = read_page(session.get_one(tables.Page, page.id))
            if won.rowcount:  # type: ignore[attr-defined]
                values = {"state": AttemptState.ACCEPTED, "ended_at": now}
                session.execute(update(tables.Attempt).where(tables.Attempt.id == attempt.id).values(values))
                write(session, page.id, _accepted(found, attempt, by, how))
                self._write_mails(session, found, now)
                self._tell(session, page.id)
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
            found = read_page(session.get_one(tables.Page, page.id))
            write(session, page.id, Event(_ENDINGS[state], now, once=f"{state}:{found.acceptances}"))
            self._write_mails(session, found, now)
            self._tell(session, page.id)
            return True

        return await self._database.run(work)

    async def keep_time(self, page: Page) -> None:
        """Write down that the page is driven, and its outages."""
        values = {"seen_at": page.seen_at, "outages": OUTAGES.dump_json(page.outages).decode()}
        query = update(tables.Page).where(tables.Page.id == page.id).values(values)
        await self._database.run(lambda session: session.execute(query))

    async def find_page(self, page_id: str) -> Page | None:
        """The page as it stands."""

        def work(session: Session) -> Page | None:
            row = session.get(tables.Page, page_id)
            return read_page(row) if row else None

        return await self._database.read(work)

    async def live_pages(self, *ids: str) -> list[LivePage]:
        """Pages of which something was still to come when the service ended, oldest first; of these `ids`
        alone, if there are any."""

        def work(session: Session) -> list[LivePage]:
            query = select(tables.Page).where(driven(), *([tables.Page.id.in_(ids)] if ids else []))
            rows = session.scalars(query.order_by(tables.Page.started)).all()
            return [LivePage(read_page(row), tuple(read_attempts(session, row.id))) for row in rows]

        return await self._database.read(work)

    async def find(self, wanted: str) -> Page | None:
        """The page of an id, the beginning of one, or a 3-digit call ID."""
        return await self._database.read(lambda session: find_page(session, wanted))

    async def attempts_since(self, since: datetime) -> list[Attempt]:
        """Attempts of any page that ended after that moment, in the order in which they ended."""

        def work(session: Session) -> list[Attempt]:
            query = select(tables.Attempt).where(tables.Attempt.ended_at > since)
            return [read_attempt(row) for row in session.scalars(query.order_by(tables.Attempt.ended_at))]

        return await self._database.read(work)

    async def attempts_of(self, page_id: str) -> list[Attempt]:
        """Its attempts so far, in the order they were made."""
        return await self._database.read(lambda session: read_attempts(session, page_id))

    async def given_up(self, since: datetime) -> list[Page]:
        """Pages since then that nobody accepted, and of which nobody has said that the caller was called."""
        query = select(tables.Page).where(
            tables.Page.state == PageState.EXHAUSTED, tables.Page.started > since
        )
        return await self._database.read(lambda session: [read_page(row) for row in session.scalars(query)])

    async def page_of_attempt(self, attempt_id: str) -> tuple[Page, Attempt] | None:
        """The page an attempt was made for, whatever its state."""

        def work(session: Session) -> tuple[Page, Attempt] | None:
            row = session.get(tables.Attempt, attempt_id)
            if row is None:
                return None
            return read_page(session.get_one(tables.Page, row.page_id)), read_attempt(row)

        return await self._database.read(work)


def driven() -> ColumnElement[bool]:
    """The pages of which something is still to come (see `Page.is_driven`)."""
    page = tables.Page
    is_promised = and_(
        page.state == PageState.ACCEPTED,
        or_(page.promise_s > 0, page.handover != ""),
        page.called_back_at.is_(None),
    )
    return or_(page.state.in_(LIVE_STATES), is_promised)


def find_page(session: Session, wanted: str) -> Page | None:
    """The page of that id, beginning of an id, or 3-digit call ID (the newest that has it)."""
    if len(wanted) == CALL_REF_DIGITS and wanted.isdecimal():
        query = select(tables.Page).where(tables.Page.call_ref == wanted)
    elif len(wanted) < SHORTEST_ID:
        return None
    else:
        query = select(tables.Page).where(tables.Page.id.startswith(wanted, autoescape=True))
    row = session.scalars(query.order_by(tables.Page.started.desc()).limit(1)).first()
    return read_page(row) if row else None


def last_pages(session: Session, n: int, *, is_open: bool = False) -> list[Page]:
    """The newest pages, newest first; `is_open`: only those of which something is still to come."""
    query = select(tables.Page).order_by(tables.Page.started.desc()).limit(n)
    return [read_page(row) for row in session.scalars(query.where(driven()) if is_open else query)]


def pages_of_call(session: Session, call_id: str) -> list[Page]:
    """The pages of a call, oldest first."""
    query = select(tables.Page).where(tables.Page.call_id == call_id).order_by(tables.Page.started)
    return [read_page(row) for row in session.scalars(query)]


def read_rings(session: Session, page_id: str) -> list[Rung]:
    """Attempts of a page with what only their rows say, in the order they were made."""
    query = select(tables.Attempt).where(tables.Attempt.page_id == page_id).order_by(tables.Attempt.seq)
    return [Rung(read_attempt(row), row.cause, row.key) for row in session.scalars(query)]


@dataclass(frozen=True, slots=True)
class Rung:
    """An attempt, the Q.850 cause of its end (0: none told) and the last key that was pressed."""

    attempt: Attempt
    cause: int
    key: str


def read_attempts(session: Session, page_id: str) -> list[Attempt]:
    """Attempts of a page in the order they were made."""
    query = select(tables.Attempt).where(tables.Attempt.page_id == page_id).order_by(tables.Attempt.seq)
    return [read_attempt(row) for row in session.scalars(query)]


def _is_cancelled_before(row: tables.Attempt, attempt: Attempt) -> bool:
    """Two boxes silence a phone together: one says so, where it rings no more."""
    is_both = row.state is attempt.state is AttemptState.CANCELLED
    return is_both and row.ended_at is not None and attempt.ended_at is not None


def _begun(session: Session, page: Page) -> set[str]:
    """The stages that have begun. The desk is told again after somebody had the page for a while: what it was
    told before does not count."""
    query = select(tables.Attempt.stage, func.max(tables.Attempt.planned_at))
    rows = session.execute(query.where(tables.Attempt.page_id == page.id).group_by(tables.Attempt.stage))
    since = page.gone_on.at if page.gone_on else None
    return {
        stage for stage, last in rows if since is None or last >= since or not page.hunt.is_telling(stage)
    }


def all_call_refs() -> list[str]:
    """`000` to `999`."""
    return [f"{number:03}" for number in range(1000)]


def _accepted(page: Page, attempt: Attempt, by: str, how: str) -> Event:
    facts = {"who": attempt.title, "number": attempt.number, "how": how}
    once = f"accepted:{page.acceptances}"
    assert page.acceptance is not None
    at, ring = page.acceptance.at, attempt.id if how == "key" else ""
    return Event(PageStep.ACCEPTED, at, by or attempt.entry, ring, facts, once)


_ENDINGS: Final = {PageState.EXHAUSTED: PageStep.EXHAUSTED, PageState.CANCELLED: PageStep.CANCELLED}
