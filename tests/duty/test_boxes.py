"""Two boxes on one database, in virtual time: who drives a page, and what each hears of the other.

Both are pagers on the same database and clock; each has phones of its own. `tests/stories/test_two_boxes.py`
does it with real ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dialplan.model import Configuration
from dialplan.roster import on_duty
from dialplan.source import load
from ivr.clock import SystemClock, VirtualClock
from ivr.duty.history import read_history
from ivr.duty.leases import LEASE_S, RENEW_S, TAKEN_UP, PageLeases
from ivr.duty.ledger import PAGES
from ivr.duty.page import Page
from ivr.settings import ROOT
from ivr.storage import AttemptState, Database, DatabaseUnavailable, PageState, PageStep
from ivr.storage import Page as PageRow
from ivr.storage.news import BoxNews, tell_boxes
from tests.databases import POSTGRES, database, postgres_url, url
from tests.duty.night import NIGHT, Night, accepts, the_night
from tests.duty.test_races import write_pages

__all__ = ["database", "postgres_url", "url"]
DEAD_S = LEASE_S + RENEW_S


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


@dataclass
class Two:
    """Both boxes."""

    one: Night
    two: Night
    clock: VirtualClock

    async def pass_time(self, seconds: float, *living: Night) -> None:
        """Time in which those that live say so, and hear at once what the others do."""
        for _ in range(round(seconds / RENEW_S)):
            await self.clock.pass_time(RENEW_S)
            for night in living:
                await night.pager.boxes.look()
            await self.hear(*living)

    async def hear(self, *living: Night) -> None:
        """What one has done with a page, the other hears."""
        await self.settle()
        rows = await self.two.database.read(lambda session: list(session.scalars(select(PageRow.id))))
        for night in living:
            other = self.two if night is self.one else self.one
            for page_id in rows:
                night.pager.boxes.hear(f"{other.ledger.box} {page_id}")
            await night.pager.boxes.follow()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(2):
            await self.one.settle()
            await self.two.settle()

    async def taken_up(self, page: Page) -> list[tuple[str, str]]:
        events = await self.two.database.read(lambda session: read_history(session, page.id))
        facts = [event.facts or {} for event in events if event.kind is PageStep.NOTE]
        return [(one["from"], one["box"]) for one in facts if one["kind"] == TAKEN_UP]


@asynccontextmanager
async def two_boxes(path: Path, configuration: Configuration) -> AsyncIterator[Two]:
    """Both have been up for a while."""
    clock = VirtualClock(NIGHT)
    async with AsyncExitStack() as stack:
        nights = [
            await stack.enter_async_context(the_night(path, configuration, clock, box))
            for box in ("one", "two")
        ]
        made = Two(*nights, clock)
        clock.settle = made.settle
        for night in nights:
            await night.pager.resume(night.phones)
        await made.pass_time(DEAD_S, *nights)
        yield made


def order(configuration: Configuration) -> list[str]:
    directory = configuration.directory
    return [directory[each.entry].phones[0].number for each in on_duty(configuration.duty, NIGHT)]


def numbers(night: Night) -> list[str]:
    return [number for _, number in night.phones.rung]


def rings_on(night: Night, *phones: str) -> None:
    """Nothing is said of how these rings end: their box is dead, or they ring on."""
    for number in phones:
        night.phones.reactions[number] = lambda phones, attempt: None


async def test_a_page_belongs_to_the_box_on_which_it_began(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with two_boxes(tmp_path, configuration) as both:
        page = await both.one.page()
        await both.pass_time(120, both.one, both.two)
        assert list(both.one.pager.driven) == [page.id]
        assert not both.two.pager.driven
        assert not both.two.phones.rung
        assert [one.id for one in await both.two.pager.open_pages()] == [page.id], "it is known on both"


async def test_the_page_of_a_dead_box_is_taken_up_and_its_ring_is_left_its_time(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, second, *_ = order(configuration)
    async with two_boxes(tmp_path, configuration) as both:
        rings_on(both.one, first)
        page = await both.one.page()
        await both.one.pager.close()
        await both.pass_time(LEASE_S - RENEW_S, both.two)
        assert not both.two.pager.driven, "it may still live"
        await both.pass_time(2 * RENEW_S, both.two)
        assert list(both.two.pager.driven) == [page.id]
        assert await both.taken_up(page) == [("one", "two")]
        assert not both.two.phones.rung, "the phone of the first may still ring on the other switch"
        both.two.phones.reactions[second] = accepts()
        await both.pass_time(30, both.two)
        assert numbers(both.two) == [second]
        attempts = await both.two.ledger.attempts_of(page.id)
        assert [(one.number, one.box, one.state) for one in attempts] == [
            (first, "one", AttemptState.LOST),
            (second, "two", AttemptState.ACCEPTED),
        ]
        assert await both.two.mails() == ["call-in", "call-accepted"]


async def test_a_box_that_comes_back_leaves_the_page_where_it_is_and_takes_its_own_at_once(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with two_boxes(tmp_path, configuration) as both:
        page = await both.one.page()
        await both.one.pager.close()
        async with the_night(tmp_path, configuration, both.clock, "one") as soon:
            assert await soon.pager.resume(soon.phones) == 1, "at once, without waiting for its own lease"
            await soon.pager.close()
        await both.pass_time(DEAD_S, both.two)
        assert list(both.two.pager.driven) == [page.id]
        async with the_night(tmp_path, configuration, both.clock, "one") as late:
            assert await late.pager.resume(late.phones) == 0
            await late.pager.boxes.look()
            assert not late.pager.driven


async def test_a_box_that_said_nothing_for_a_while_leaves_its_page_and_tells_of_its_own_leg(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, second, *_ = order(configuration)
    async with two_boxes(tmp_path, configuration) as both:
        rings_on(both.one, first)
        page = await both.one.page()
        leg = next(iter(both.one.pager.driven.values())).all_attempts()[0]
        await both.pass_time(DEAD_S, both.two)
        assert list(both.two.pager.driven) == [page.id]
        await both.one.pager.boxes.look()
        assert not both.one.pager.driven
        assert both.one.phones.watched == [leg]
        both.two.phones.reactions[second] = accepts(2)
        await both.one.phones.end(leg, 17)
        await both.hear(both.two)
        assert numbers(both.two) == [second], "it is over on the other switch, so the next one rings"
        await both.pass_time(6, both.one, both.two)
        attempts = await both.two.ledger.attempts_of(page.id)
        assert [one.state for one in attempts] == [AttemptState.BUSY, AttemptState.ACCEPTED]


async def test_who_picks_up_on_the_box_that_has_left_the_page_still_has_it(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, second, *_ = order(configuration)
    async with two_boxes(tmp_path, configuration) as both:
        rings_on(both.one, first)
        rings_on(both.two, second)
        page = await both.one.page()
        leg = next(iter(both.one.pager.driven.values())).all_attempts()[0]
        await both.pass_time(DEAD_S, both.two)
        await both.one.pager.boxes.look()
        await both.pass_time(15, both.one, both.two)
        assert numbers(both.two) == [second]
        await both.one.phones.accept(leg)
        await both.hear(both.one, both.two)
        assert both.two.phones.silenced == [second]
        found = await both.two.ledger.find_page(page.id)
        assert found is not None
        assert found.is_held_by(leg.id)
        assert [run.page.state for run in both.two.pager.driven.values()] == [PageState.ACCEPTED]
        assert not both.one.pager.driven, "the promise is kept by the box that drives the page"


async def test_a_box_that_stood_still_for_a_minute_rings_nobody_for_a_page_that_another_drives(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, second, *_ = order(configuration)
    async with two_boxes(tmp_path, configuration) as both:
        rings_on(both.one, first)
        rings_on(both.two, second)
        page = await both.one.page()
        leg = next(iter(both.one.pager.driven.values())).all_attempts()[0]
        await both.pass_time(DEAD_S, both.two)
        assert list(both.two.pager.driven) == [page.id]
        # it has not looked at its leases yet, and hears that its ring is over
        await both.one.phones.end(leg, 17)
        await both.settle()
        assert numbers(both.one) == [first]
        assert not both.one.pager.driven
        await both.hear(both.two)
        assert numbers(both.two) == [second]


async def test_nobody_is_rung_for_a_page_that_was_accepted_elsewhere_a_moment_ago(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, *_ = order(configuration)
    async with two_boxes(tmp_path, configuration) as both:
        rings_on(both.one, first)
        page = await both.one.page()
        leg = next(iter(both.one.pager.driven.values())).all_attempts()[0]
        assert await both.two.pager.accept_for(page.id, "tsc", "somebody")
        # the news is still on its way
        await both.one.phones.end(leg, 17)
        await both.settle()
        assert numbers(both.one) == [first]
        assert [run.page.state for run in both.one.pager.driven.values()] == [PageState.ACCEPTED]


async def test_what_is_done_on_another_box_silences_the_phone_here(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, second, *_ = order(configuration)
    async with two_boxes(tmp_path, configuration) as both:
        rings_on(both.one, first, second)
        page = await both.one.page()
        entry = next(iter(both.one.pager.driven.values())).all_attempts()[0].entry
        assert await both.two.pager.pass_for(page.id, entry, "somebody")
        await both.hear(both.one)
        assert both.one.phones.silenced == [first]
        assert numbers(both.one) == [first, second]
        assert await both.two.pager.accept_for(page.id, "tsc", "somebody")
        await both.hear(both.one)
        assert both.one.phones.silenced == [first, second]
        assert not both.two.pager.driven
        assert not both.two.phones.rung
        assert await both.two.pager.mark_called_back(page.id, "tsc", "command")
        await both.hear(both.one)
        assert not both.one.pager.driven


async def test_a_page_that_nobody_drives_any_more_is_driven_where_it_is_accepted_late(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with two_boxes(tmp_path, configuration) as both:
        page = await both.one.page()
        run = next(iter(both.one.pager.driven.values()))
        await run._ledger.exhaust(run.page, both.clock.now())
        await both.hear(both.one)
        assert not both.one.pager.driven
        await both.one.pager.close()
        await both.pass_time(DEAD_S, both.two)
        assert await both.two.pager.accept_for(page.id, "tsc", "somebody")
        assert list(both.two.pager.driven) == [page.id], "somebody keeps the promise"


async def test_nothing_is_taken_just_after_the_database_was_away(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with two_boxes(tmp_path, configuration) as both:
        page = await both.one.page()
        both.two.pager.boxes._calm.note_away()
        await both.clock.pass_time(3 * LEASE_S)
        await both.two.pager.boxes.look()
        assert not both.two.pager.driven, "the other could not say that it lives, either"
        await both.pass_time(LEASE_S, both.one, both.two)
        assert list(both.one.pager.driven) == [page.id]
        assert not both.two.pager.driven


async def test_a_box_that_cannot_ring_anybody_leaves_its_page_to_one_that_can(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, *_ = order(configuration)
    async with two_boxes(tmp_path, configuration) as both:
        both.one.phones.away.set()
        page = await both.one.page()
        await both.pass_time(DEAD_S + RENEW_S, both.one, both.two)
        assert list(both.two.pager.driven) == [page.id]
        assert numbers(both.two)[:1] == [first]
        assert not both.one.pager.driven


async def test_faults_of_networks_and_engaged_phones_are_known_on_every_box(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, second, *_ = order(configuration)
    entries = {each.entry for each in configuration.duty.engineers}
    directory = {
        name: replace(entry, phones=tuple(replace(phone, operator="orange") for phone in entry.phones))
        if name in entries
        else entry
        for name, entry in configuration.directory.items()
    }
    on_orange = replace(configuration, directory=directory)
    async with two_boxes(tmp_path, on_orange) as both:
        rings_on(both.one, first)
        await both.one.page()
        await both.hear(both.two)
        await both.two.page()
        assert numbers(both.two) == [second], "the first one is rung by the other box"
        leg = next(iter(both.one.pager.driven.values())).all_attempts()[0]
        await both.one.phones.end(leg, 38)
        await both.hear(both.two)
        run = next(iter(both.two.pager.driven.values()))
        assert both.two.pager.faulty(run.page) == {"orange"}


async def test_who_accepts_while_the_database_is_away_is_told_of_in_the_history_when_he_was_too_late(
    tmp_path: Path, configuration: Configuration
) -> None:
    first, second, *_ = order(configuration)
    async with two_boxes(tmp_path, configuration) as both:
        rings_on(both.one, first)
        rings_on(both.two, second)
        page = await both.one.page()
        leg = next(iter(both.one.pager.driven.values())).all_attempts()[0]
        real, both.one.ledger._inner._database = both.one.database, Gone(both.one.database)
        await both.one.phones.accept(leg)
        await both.pass_time(DEAD_S, both.two)
        assert await both.two.pager.accept_for(page.id, "tsc", "somebody")
        both.one.ledger._inner._database = real
        async with asyncio.timeout(10):
            while both.one.ledger.owed:
                await asyncio.sleep(0.05)
        events = await both.two.database.read(lambda session: read_history(session, page.id))
        facts = [dict(event.facts or {}) for event in events if event.kind is PageStep.NOTE]
        assert [one["other"] for one in facts if one["kind"] == "accepted-in-vain"] == ["TSC"]
        assert sum(event.kind is PageStep.ACCEPTED for event in events) == 1


class Gone:
    """A database that this box does not reach."""

    def __init__(self, database: Database) -> None:
        self.dialect = database.dialect

    async def run(self, work: object) -> None:
        raise DatabaseUnavailable("the server", "no answer")

    read = run


async def test_of_two_boxes_that_take_the_same_pages_up_each_page_goes_to_one(
    url: str, database: Database
) -> None:
    pages = await write_pages(database, 300)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    gone = update(PageRow).values(driver="dead", driven_until=long_ago)
    await database.run(lambda session: session.execute(gone))
    others = [Database(url), Database(url)]
    for other in others:
        await other.open()
    leases = [PageLeases(other, name, SystemClock()) for other, name in zip(others, "ab", strict=True)]
    held = await asyncio.gather(*(one.renew(is_able=True, may_take=True) for one in leases))
    assert held[0].taken | held[1].taken == set(pages)
    assert not held[0].taken & held[1].taken
    again = await asyncio.gather(*(one.renew(is_able=True, may_take=True) for one in leases))
    assert [one.kept for one in again] == [one.taken for one in held]
    for other in others:
        await other.close()


@pytest.mark.skipif(not POSTGRES, reason="DUTYLINE_TEST_POSTGRES names no server")
async def test_news_is_heard_once_it_is_committed_and_again_after_the_line_was_lost(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)
    await database.open()
    heard: asyncio.Queue[str] = asyncio.Queue()
    connected = asyncio.Event()
    news = BoxNews(postgres_url, PAGES, heard.put_nowait, connected.set)
    news.start()
    try:
        for line in ("two page-1", "two page-2"):
            async with asyncio.timeout(10):
                await connected.wait()
            connected.clear()
            await database.run(lambda session, line=line: tell_boxes(session, PAGES, line))
            async with asyncio.timeout(5):
                assert await heard.get() == line
            await database.run(cut_lines)
    finally:
        await news.close()
        await database.close()


def cut_lines(session: object) -> None:
    """As a server that restarts does."""
    from sqlalchemy import text
    from sqlalchemy.orm import Session

    assert isinstance(session, Session)
    session.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'dutyline news'"
        )
    )
