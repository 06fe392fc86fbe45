"""The duty changes while somebody is looked for: the page follows it. In virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from dialplan.model import Configuration, Cover, Swap
from dialplan.source import load
from ivr.duty.history import Event, read_history
from ivr.duty.ledger import read_rings
from ivr.duty.lookout import Cause
from ivr.duty.page import Page
from ivr.duty.why import tell_why
from ivr.settings import ROOT
from ivr.storage import AttemptState, PageState, PageStep
from tests.duty.night import NIGHT, FakePhones, Night, accepts, the_night

HOURS = timedelta(hours=9)
MAB, MSS, SVO, WTI = "+32470000004", "+32470000005", "+32470000006", "+32470000003"
"""Mobile numbers, in the order of that night, in which WTI is the last."""


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


@pytest_asyncio.fixture
async def night(tmp_path: Path, configuration: Configuration) -> AsyncIterator[Night]:
    async with the_night(tmp_path, configuration) as night:
        night.pager.lookout.find_cause = lambda since, until, wall: Cause("tsc", "SVO is on duty")
        yield night


def instead(night: Night, *order: str) -> Swap:
    """An override of the roster from now on."""
    return Swap(night.clock.now(), NIGHT + HOURS, order, layer="roster")


def rung(night: Night) -> list[str]:
    return [number for _, number in night.phones.rung]


async def history(night: Night, page: Page, kind: PageStep) -> list[Event]:
    events = await night.database.read(lambda session: read_history(session, page.id))
    return [event for event in events if event.kind is kind]


async def test_whoever_takes_over_is_rung_at_once_and_whoever_gave_it_away_is_left_in_peace(
    night: Night,
) -> None:
    page = await night.page()
    await night.clock.pass_time(10)
    await night.change_duty(instead(night, "SVO", "MSS", "WTI"))
    assert rung(night) == [MAB, SVO]
    assert night.phones.silenced == [MAB], "his phone falls silent in the middle of its ring"
    await night.clock.pass_time(95)
    assert rung(night) == [MAB, SVO, MSS, WTI], "each once in the round"
    await night.clock.pass_time(600)
    assert rung(night).count(MAB) == 1
    (changed,) = await history(night, page, PageStep.DUTY_CHANGED)
    assert (changed.by, changed.facts) == (
        "tsc",
        {"come": ["SVO"], "gone": ["MAB", "ADU"], "what": "SVO is on duty"},
    )


async def test_the_ten_minutes_count_from_the_beginning_of_the_page(night: Night) -> None:
    page = await night.page()
    await night.clock.pass_time(400)
    await night.change_duty(instead(night, "SVO", "MSS", "WTI"))
    await night.clock.pass_time(250)
    attempts = await night.ledger.attempts_of(page.id)
    direct = [one for one in attempts if one.stage == "direct"]
    assert [one.number for one in direct] == [SVO], "the one who is on call now is rung directly"
    assert 600 <= (direct[0].planned_at - NIGHT).total_seconds() <= 630


async def test_who_still_is_on_duty_rings_out_and_the_new_one_is_next(night: Night) -> None:
    await night.page()
    await night.clock.pass_time(10)
    await night.change_duty(instead(night, "SVO", "MAB", "MSS"))
    assert rung(night) == [MAB]
    await night.clock.pass_time(21)
    assert rung(night) == [MAB, SVO], "one after the other"
    assert night.phones.silenced == []


async def test_who_takes_over_while_the_levels_are_rung_is_rung_before_they_go_on(night: Night) -> None:
    page = await night.page()
    await night.clock.pass_time(13 * 60 + 30)
    assert (await night.ledger.attempts_of(page.id))[-1].stage == "level-1"
    before = len(night.phones.rung)
    await night.change_duty(instead(night, "SVO", "MSS"))
    night.phones.reactions[SVO] = accepts(20)
    await night.clock.pass_time(60)
    assert [number for number in rung(night)[before:] if number == SVO] == [SVO]
    last = (await night.ledger.attempts_of(page.id))[-1]
    assert (last.stage, last.state) == ("newly on duty", AttemptState.ACCEPTED)


async def test_then_the_levels_go_on_where_they_were(night: Night) -> None:
    page = await night.page()
    await night.clock.pass_time(13 * 60 + 30)
    await night.change_duty(instead(night, "SVO", "MSS"))
    await night.clock.pass_time(3600)
    attempts = await night.ledger.attempts_of(page.id)
    own = [one for one in attempts if one.stage == "newly on duty"]
    assert [one.number for one in own] == [SVO, SVO], "the tries of whoever is rung directly"
    assert {one.stage for one in attempts} >= {"level-2", "level-3", "last-resort"}
    assert max(one.planned_at for one in own) < min(
        one.planned_at for one in attempts if one.stage == "level-2"
    )


async def test_a_change_that_changes_nothing_for_the_page_is_no_step_of_it(night: Night) -> None:
    page = await night.page()
    later = Cover(NIGHT + timedelta(days=3), NIGHT + timedelta(days=4), "MAB", "SVO")
    await night.change_duty(later)
    await night.clock.pass_time(120)
    assert await history(night, page, PageStep.DUTY_CHANGED) == []


async def test_a_change_that_was_planned_is_followed_when_its_time_has_come(night: Night) -> None:
    """As a handover is: nobody does anything at that moment."""
    change = Swap(NIGHT + timedelta(minutes=4), NIGHT + HOURS, ("SVO", "MSS"), layer="roster")
    await night.change_duty(change)
    page = await night.page()
    await night.clock.pass_time(235)
    assert await history(night, page, PageStep.DUTY_CHANGED) == []
    await night.clock.pass_time(360)
    (changed,) = await history(night, page, PageStep.DUTY_CHANGED)
    assert changed.at >= NIGHT + timedelta(minutes=4)
    late = [number for at, number in night.phones.rung if at > 245]
    assert set(late) == {SVO, MSS}


async def test_the_change_outlives_the_service_and_one_that_was_made_meanwhile_is_followed(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        page = await night.page()
        await night.clock.pass_time(10)
        await night.change_duty(instead(night, "SVO", "MSS"))
        clock, changed = night.clock, night.configuration
    async with the_night(tmp_path, changed, clock) as night:
        (live,) = await night.ledger.live_pages()
        assert [one.entry for one in live.page.hunt.stages[0].people] == ["svo", "mss"], "kept with its page"
        night.configuration = replace(
            configuration,
            duty=replace(configuration.duty, overrides=(instead(night, "WTI", "MSS"),)),
            memo={},
        )
        await night.pager.resume(night.phones)
        for attempt in night.phones.watched:
            await night.phones.end(attempt, 19)
        await night.clock.pass_time(70)
        assert rung(night) == [WTI, MSS]
        assert len(await history(night, page, PageStep.DUTY_CHANGED)) == 2


async def test_a_duty_that_cannot_be_worked_out_keeps_nobody_from_being_rung(night: Night) -> None:
    await night.page()
    directory = {name: entry for name, entry in night.configuration.directory.items() if name != "svo"}
    night.configuration = replace(night.configuration, directory=directory, memo={})
    night.pager.follow_duty()
    await night.clock.pass_time(35)
    assert rung(night) == [MAB, MSS], "as it was planned"


async def test_who_has_picked_up_may_accept_though_he_gave_the_duty_away(night: Night) -> None:
    def picks_up(phones: FakePhones, attempt: object) -> None:
        phones.later(5, lambda: _answered(phones, attempt))

    async def _answered(phones: FakePhones, attempt: object) -> None:
        run = next(iter(night.pager.runs.values()))
        await run.answered(attempt.id)  # type: ignore[attr-defined]

    night.phones.reactions[MAB] = picks_up
    page = await night.page()
    await night.clock.pass_time(10)
    await night.change_duty(instead(night, "SVO", "MSS"))
    assert night.phones.silenced == []
    (attempt,) = await night.ledger.attempts_of(page.id)
    run = next(iter(night.pager.runs.values()))
    assert (await run.accept(attempt.id)) is not None
    await night.clock.pass_time(60)
    found = await night.ledger.find_page(page.id)
    assert found is not None and found.state is PageState.ACCEPTED
    assert rung(night) == [MAB]


async def test_why_tells_of_the_change_in_four_languages(night: Night) -> None:
    page = await night.page()
    await night.clock.pass_time(10)
    await night.change_duty(instead(night, "SVO", "MSS", "TSC", "ADU", "WTI"))
    await night.clock.pass_time(5)

    found = await night.ledger.find_page(page.id)
    assert found is not None

    async def told(language: str, number: int) -> str:
        def work(session: Session) -> list[str]:
            return tell_why(session, found, read_rings(session, page.id)[number], language)

        return "\n".join(await night.database.read(work))

    assert "At 23:15:10: the duty changed: SVO for MAB (by tsc)." in await told("en", 1)
    assert "SVO for MAB" not in await told("en", 0), "he was rung before"
    assert "MAB is on call" in await told("en", 0) and "MAB is on call" not in await told("en", 1)
    assert "Om 23:15:10: de wachtdienst wijzigde: SVO voor MAB (door tsc)." in await told("nl", 1)
    assert "À 23:15:10 : la garde a changé : SVO pour MAB (par tsc)." in await told("fr", 1)
    assert "Um 23:15:10: der Dienst hat gewechselt: SVO für MAB (durch tsc)." in await told("de", 1)
