"""Somebody who talks with the caller of one page is passed over by the others until he is free again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from dialplan.model import Configuration, Swap
from dialplan.source import load
from ivr.duty.change_words import say_change
from ivr.duty.history import read_history
from ivr.duty.hunt import Attempt
from ivr.duty.page import Page
from ivr.settings import ROOT
from ivr.storage import PageState, PageStep
from tests.duty.night import NIGHT, FakePhones, Night, accepts, fails, the_night

MAB, MSS, SVO = "+32470000004", "+32470000005", "+32470000006"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


@pytest_asyncio.fixture
async def night(tmp_path: Path, configuration: Configuration) -> AsyncIterator[Night]:
    async with the_night(tmp_path, configuration) as night:
        yield night


def talks(phones: FakePhones, attempt: Attempt) -> None:
    """Accepts with key 4, and stays on the line with the caller until the test ends the leg."""
    assert phones.pager is not None
    run = phones.pager._run_of(attempt.id)
    assert run is not None
    phones.pager.talks.begin(attempt.id, run)
    phones.later(2, lambda: phones.accept(attempt))


async def in_talk(night: Night) -> tuple[Page, Attempt]:
    """A page whose caller MAB talks with, and his leg."""
    night.phones.reactions[MAB] = talks
    page = await night.page()
    await night.clock.pass_time(5)
    assert await night.pager.mark_called_back(page.id, "mab", "connected")
    await night.clock.pass_time(1)
    assert night.pager.driven == {}, "the page itself is over"
    (attempt,) = await night.ledger.attempts_of(page.id)
    night.phones.reactions.pop(MAB)
    night.phones.rung.clear()
    return page, attempt


async def said(night: Night, page: Page) -> list[str]:
    def work(session: Session) -> list[str]:
        events = read_history(session, page.id)
        return [told for one in events if (told := say_change(one.kind, one.facts or {}, "en"))]

    return await night.database.read(work)


def rung(night: Night) -> list[str]:
    return [number for _, number in night.phones.rung]


async def test_he_is_passed_over_and_the_history_says_why(night: Night) -> None:
    first, _ = await in_talk(night)
    night.phones.reactions[MSS] = accepts()
    page = await night.page()
    await night.clock.pass_time(30)
    assert rung(night) == [MSS]
    assert await said(night, page) == [f"MAB was not rung: is talking to call {first.call_ref}"]


async def test_when_he_is_free_he_is_rung_if_nobody_else_has_accepted(night: Night) -> None:
    _, leg = await in_talk(night)
    page = await night.page()
    await night.clock.pass_time(10)
    await night.phones.end(leg, 16)
    await night.clock.pass_time(22)
    assert rung(night) == [MSS, MAB], "in his turn of this round, once the phone that rings has ended"
    assert len(await said(night, page)) == 1


async def test_he_holds_nothing_up_and_is_rung_after_all_though_the_hunt_has_gone_on(night: Night) -> None:
    """He is the only one on duty: the levels are rung meanwhile."""
    await night.change_duty(Swap(NIGHT, NIGHT + timedelta(hours=9), ("MAB",), layer="roster"))
    first, leg = await in_talk(night)
    page = await night.page()
    await night.clock.pass_time(58)
    assert rung(night) == [], "for a minute: most have only to hear that it is theirs"
    await night.clock.pass_time(70)
    assert MAB not in rung(night) and len(rung(night)) >= 2, "the levels"
    await night.phones.end(leg, 16)
    night.phones.reactions[MAB] = accepts()
    await night.clock.pass_time(70)
    assert rung(night)[-1] == MAB
    found = await night.ledger.find_page(page.id)
    assert found is not None and found.state is PageState.ACCEPTED
    assert await said(night, page) == [
        f"MAB was not rung: is talking to call {first.call_ref}",
        "MAB is free again, and is rung after all",
    ]


async def test_that_he_was_passed_over_outlives_the_service(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        await night.change_duty(Swap(NIGHT, NIGHT + timedelta(hours=9), ("MAB",), layer="roster"))
        await in_talk(night)
        page = await night.page()
        await night.clock.pass_time(100)
        clock, live = night.clock, night.configuration
    async with the_night(tmp_path, live, clock) as night:
        await night.pager.resume(night.phones)
        for attempt in night.phones.watched:
            await night.phones.end(attempt, 19)
        await night.clock.pass_time(5)
        assert rung(night) == [MAB], "nobody knows of a talk: he is rung after all"
        attempts = await night.ledger.attempts_of(page.id)
        assert attempts[-1].stage == "free again"


async def test_a_talk_that_is_found_after_a_restart_counts(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        _, leg = await in_talk(night)
        clock = night.clock
    async with the_night(tmp_path, configuration, clock) as night:
        await night.pager.resume(night.phones)
        night.pager.note_reached(leg.id, "connected")
        await night.settle()
        assert [one.id for one in night.phones.watched] == [leg.id], "its end will be told"
        page = await night.page()
        await night.clock.pass_time(5)
        assert rung(night) == [MSS]
        await night.phones.end(leg, 16)
        await night.clock.pass_time(27)
        assert rung(night) == [MSS, MAB]
        assert (await night.ledger.find_page(page.id)) is not None


async def test_whoever_is_alone_on_duty_is_waited_for_while_he_hears_that_it_is_his(night: Night) -> None:
    await night.change_duty(Swap(NIGHT, NIGHT + timedelta(hours=9), ("MAB",), layer="roster"))
    first, leg = await in_talk(night)
    page = await night.page()
    await night.clock.pass_time(4)
    await night.phones.end(leg, 16)
    night.phones.reactions[MAB] = accepts(1)
    await night.clock.pass_time(3)
    assert rung(night) == [MAB]
    assert await said(night, page) == [f"MAB was not rung: is talking to call {first.call_ref}"]


async def test_who_is_on_the_engineers_number_is_rung_when_he_has_hung_up(night: Night) -> None:
    with night.pager.on_the_line("mab", "1700000000.7"):
        page = await night.page()
        await night.clock.pass_time(10)
        assert rung(night) == [MSS]
    await night.clock.pass_time(22)
    assert rung(night) == [MSS, MAB]
    assert await said(night, page) == ["MAB was not rung: is on the engineers' number"]


async def test_the_one_who_accepts_with_key_1_is_free_as_soon_as_he_hangs_up(night: Night) -> None:
    page, leg = await in_talk(night)
    await night.phones.end(leg, 16)
    night.phones.reactions[MAB] = fails(17)
    await night.page()
    await night.clock.pass_time(1)
    assert rung(night)[0] == MAB
    events = await night.database.read(lambda session: read_history(session, page.id))
    assert PageStep.PASSED_OVER not in [event.kind for event in events]
