"""A night in virtual time: a pager on a real database, and phones that are told what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.model import Configuration
from dialplan.roster import Change, with_changes
from ivr.clock import VirtualClock
from ivr.duty.after_mails import StepMails
from ivr.duty.engaged import Engaged
from ivr.duty.hunt import Attempt
from ivr.duty.leases import PageLeases
from ivr.duty.ledger import PAGES, DatabaseLedger
from ivr.duty.mails import PageMails
from ivr.duty.page import Page, PageRequest
from ivr.duty.pager import Pager
from ivr.duty.patient import PatientLedger
from ivr.duty.run import PhonesAwayError
from ivr.duty.texts import PageTexts
from ivr.feed import Feed
from ivr.storage import Database, Mail

T = TypeVar("T")
NIGHT = datetime(2026, 11, 21, 22, 15, tzinfo=UTC)
REQUEST = PageRequest(policy="standard", brand="fuzer", dialled="+3232055582", caller="+32470009999")


Reaction = Callable[["FakePhones", Attempt], None]


@dataclass
class FakePhones:
    """Phones by number: what happens when they ring. Silence means that they ring until the ring is over."""

    clock: VirtualClock
    rung: list[tuple[float, str]] = field(default_factory=list)
    silenced: list[str] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    reactions: dict[str, Reaction] = field(default_factory=dict)
    pager: Pager | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    watched: list[Attempt] = field(default_factory=list)
    away: asyncio.Event = field(default_factory=asyncio.Event)
    back: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_ready(self) -> bool:
        return not self.away.is_set()

    async def wait_ready(self) -> None:
        await self.back.wait()
        self.away.clear()

    async def ring(self, page: Page, attempt: Attempt) -> None:
        if self.away.is_set():
            raise PhonesAwayError
        self.rung.append(((self.clock.now() - NIGHT).total_seconds(), attempt.number))
        reaction = self.reactions.get(attempt.number)
        if reaction:
            reaction(self, attempt)
        else:
            self.later(attempt.ring_s, lambda: self.end(attempt, 0))

    async def silence(self, attempt: Attempt) -> None:
        self.silenced.append(attempt.number)

    async def interrupt(self, attempt: Attempt) -> None:
        self.interrupted.append(attempt.number)

    def watch(self, attempts: list[Attempt]) -> None:
        self.watched.extend(attempts)

    def look_again(self, attempt_id: str) -> None:
        """Every leg is told to be over by the test."""

    def later(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do it when the time has come; what the test ends before is not even begun."""

        async def run() -> None:
            await self.clock.wait(asyncio.Event(), self.clock.now() + timedelta(seconds=seconds))
            await work()

        task = asyncio.ensure_future(run())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def end(self, attempt: Attempt, cause: int) -> None:
        assert self.pager is not None
        await self.pager.leg_ended(attempt.id, cause)

    async def accept(self, attempt: Attempt) -> None:
        assert self.pager is not None
        run = self.pager._run_of(attempt.id)
        assert run is not None
        await run.answered(attempt.id)
        await run.accept(attempt.id)


def fails(cause: int, after_s: float = 0.5) -> Reaction:
    return lambda phones, attempt: phones.later(after_s, lambda: phones.end(attempt, cause))


def accepts(after_s: float = 5) -> Reaction:
    return lambda phones, attempt: phones.later(after_s, lambda: phones.accept(attempt))


def hears(after_s: float = 5) -> Reaction:
    """Somebody at the desk picks up, and says that he has heard that nobody has accepted."""

    async def work(phones: FakePhones, attempt: Attempt) -> None:
        assert phones.pager is not None
        run = phones.pager._run_of(attempt.id)
        assert run is not None
        await run.answered(attempt.id)
        await run.hear(attempt.id)

    return lambda phones, attempt: phones.later(after_s, lambda: work(phones, attempt))


class BusyDatabase(Database):
    """A database that tells how many pieces of work it has in hand."""

    busy = 0

    async def run(self, fn: Callable[[Session], T], *, timeout_s: float = 5.0) -> T:
        self.busy += 1
        try:
            return await super().run(fn, timeout_s=timeout_s)
        finally:
            self.busy -= 1

    async def read(self, fn: Callable[[Session], T], *, timeout_s: float = 5.0) -> T:
        self.busy += 1
        try:
            return await super().read(fn, timeout_s=timeout_s)
        finally:
            self.busy -= 1


@dataclass
class Night:
    """One pager on one database, its clock in our hands."""

    pager: Pager
    phones: FakePhones
    clock: VirtualClock
    database: BusyDatabase
    ledger: PatientLedger
    configuration: Configuration

    async def change_duty(self, *changes: Change) -> None:
        """Lay these over the duty; the pages hear of it."""
        duty = with_changes(self.configuration.duty, changes)
        self.configuration = replace(self.configuration, duty=duty, memo={})
        self.pager.follow_duty()
        await self.settle()

    async def mails(self) -> list[str]:
        rows = await self.database.read(
            lambda session: list(session.scalars(select(Mail).order_by(Mail.created)))
        )
        return [row.template for row in rows]

    async def page(self) -> Page:
        page = await self.pager.page(REQUEST)
        await self.settle()
        return page

    async def settle(self) -> None:
        """Until whoever was woken has read and written what there was: several steps, each on a thread."""
        quiet = 0
        while quiet < 3:
            for _ in range(10):
                await asyncio.sleep(0)
            quiet = 0 if self.database.busy else quiet + 1
            if self.database.busy:
                await asyncio.sleep(0.0005)


@asynccontextmanager
async def the_night(
    path: Path, configuration: Configuration, clock: VirtualClock | None = None, box: str = ""
) -> AsyncIterator[Night]:
    """`box`: its name where several share the database; what they hear of each other is up to the test."""
    clock = clock or VirtualClock(NIGHT)
    database = BusyDatabase(f"sqlite:///{path / 'pages.db'}")
    await database.open()
    phones = FakePhones(clock)
    mails = PageMails(clock.now, PageTexts(lambda: configuration))
    steps = StepMails(lambda: configuration)
    inner = DatabaseLedger(
        database,
        mails.writers(),
        mails.announce_stage,
        announce_step=steps.announce,
        announce_rings=mails.announce_rings,
        box=box,
    )
    ledger = PatientLedger(inner)

    def live() -> Configuration:
        return night.configuration

    pager = Pager(ledger=ledger, phones=phones, configuration=live, feed=Feed(), clock=clock)
    if box:
        engaged = Engaged(database, box, clock, pager.talks, PAGES)
        pager.boxes.share(PageLeases(database, box, clock), engaged=engaged)
        pager.keep_talks = engaged.keep
        await engaged.start()
    phones.pager = pager
    night = Night(pager, phones, clock, database, ledger, configuration)
    clock.settle = night.settle
    try:
        yield night
    finally:
        await pager.close()
        for task in phones.tasks:
            task.cancel()
        await database.close()
