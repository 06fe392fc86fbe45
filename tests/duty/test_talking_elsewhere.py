"""An engineer who talks on a call of one box is engaged for the pages of another, until he has hung up."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from dialplan.model import Configuration
from dialplan.source import load
from ivr.duty.history import read_history
from ivr.duty.hunt import Attempt
from ivr.duty.leases import LEASE_S, RENEW_S
from ivr.duty.page import Page
from ivr.settings import ROOT
from ivr.storage import EngagedLeg, PageStep
from tests.duty.night import Night, accepts, fails, the_night
from tests.duty.test_boxes import Two, numbers, two_boxes
from tests.duty.test_talking import MAB, MSS, talks

DEAD_S = LEASE_S + 2 * RENEW_S


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


async def in_talk(both: Two) -> tuple[Page, Attempt]:
    """On box one MAB has accepted a page with key 4, and talks with its caller."""
    both.one.phones.reactions[MAB] = talks
    page = await both.one.page()
    await both.pass_time(2 * RENEW_S, both.one, both.two)
    assert await both.one.pager.mark_called_back(page.id, "mab", "connected")
    await both.pass_time(RENEW_S, both.one, both.two)
    (leg,) = await both.one.ledger.attempts_of(page.id)
    return page, leg


async def passed_over(night: Night, page: Page) -> list[str]:
    events = await night.database.read(lambda session: read_history(session, page.id))
    facts = [event.facts or {} for event in events if event.kind is PageStep.PASSED_OVER]
    return [f"{one['who']} {one['ref']}" for one in facts]


async def test_he_is_passed_over_there_and_rung_when_he_has_hung_up(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with two_boxes(tmp_path, configuration) as both:
        first, leg = await in_talk(both)
        both.two.phones.reactions[MSS] = fails(17, 20)
        page = await both.two.page()
        await both.pass_time(2 * RENEW_S, both.one, both.two)
        assert numbers(both.two) == [MSS], "MAB talks on the other box"
        assert await passed_over(both.two, page) == [f"MAB {first.call_ref}"]
        both.two.phones.reactions[MAB] = accepts(1)
        await both.one.phones.end(leg, 16)
        await both.pass_time(24, both.one, both.two)
        assert numbers(both.two) == [MSS, MAB]
        found = await both.two.ledger.find_page(page.id)
        assert found is not None and found.acceptance is not None and found.acceptance.entry == "mab"


async def test_who_has_called_the_engineers_number_of_one_box_is_not_rung_by_another(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with two_boxes(tmp_path, configuration) as both:
        with both.one.pager.on_the_line("mab", "1700000000.7"):
            await both.pass_time(RENEW_S, both.one, both.two)
            both.two.phones.reactions[MSS] = fails(17, 20)
            await both.two.page()
            await both.pass_time(60, both.one, both.two)
            assert MAB not in numbers(both.two), "however long, as long as the box says so"
        await both.pass_time(30, both.one, both.two)
        assert MAB in numbers(both.two)


async def test_a_box_that_died_keeps_nobody_from_being_rung(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with two_boxes(tmp_path, configuration) as both:
        await in_talk(both)
        await both.one.pager.close()
        await both.pass_time(DEAD_S, both.two)
        await both.two.page()
        await both.pass_time(RENEW_S, both.two)
        assert numbers(both.two) == [MAB], "nobody knows of the talk any more"


async def test_a_leg_that_was_only_picked_up_engages_nobody_for_long(
    tmp_path: Path, configuration: Configuration
) -> None:
    """He has pressed nothing, and is rung as soon as that leg is over."""
    async with two_boxes(tmp_path, configuration) as both:
        page = await both.one.page()
        await both.pass_time(RENEW_S, both.one, both.two)
        (attempt,) = await both.one.ledger.attempts_of(page.id)
        run = both.one.pager.driven[page.id]
        both.one.pager.talks.begin(attempt.id, run)
        await both.pass_time(RENEW_S, both.one, both.two)
        assert not both.two.pager.talking(page), "a voicemail talks with nobody"


async def test_a_restart_forgets_nobody_who_talks(tmp_path: Path, configuration: Configuration) -> None:
    """The leg lives on in the switch: its row stays until the switch says that it is over."""
    async with two_boxes(tmp_path, configuration) as both:
        _, leg = await in_talk(both)
        await both.one.pager.close()
        async with the_night(tmp_path, configuration, both.clock, "one") as again:
            both.one = again
            await again.pager.resume(again.phones)
            await both.pass_time(DEAD_S, again, both.two)
            other = await both.two.page()
            assert "mab" in both.two.pager.talking(other)
            again.pager.leave_line(leg.id)
            await both.pass_time(RENEW_S, again, both.two)
            assert not both.two.pager.talking(other)
            rows = await both.two.database.read(lambda session: list(session.scalars(select(EngagedLeg))))
            assert rows == []
