"""Pages in virtual time: the same code as at night, a real database, phones that are told what to do."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialplan.model import Configuration
from dialplan.roster import on_duty
from dialplan.source import load
from ivr.duty.hunt import Hunt
from ivr.duty.ledger import NoCallIdFreeError
from ivr.settings import ROOT
from ivr.storage import Attempt as AttemptRow
from ivr.storage import AttemptState, PageState
from ivr.storage import Page as PageRow
from tests.duty.night import NIGHT, REQUEST, Night, accepts, fails, hears, the_night

TSC_MOBILE, TSC_FIXED = "+32470000001", "+32470000011"
DESK_MOBILE, DUTY_MANAGER = "+32470000061", "+32470000062"


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


async def test_ten_minutes_of_the_roster_five_of_the_calendar_then_the_levels(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        night.phones.reactions[DESK_MOBILE] = hears()
        page = await night.page()
        await night.clock.pass_time(3600)
        stored = (await night.ledger.page_of_attempt(next(iter(await _attempt_ids(night)))))[0]  # type: ignore[index]
        assert stored.id == page.id
        assert stored.state is PageState.EXHAUSTED
        times = night.phones.rung
        roster = [number for at, number in times if at < 600]
        assert len(roster) >= 15, "the whole roster, again and again for ten minutes"
        first = roster[0]
        direct = [(at, number) for at, number in times if 600 <= at < 900 and number == first]
        assert [number for _, number in direct][:2] == [first, first]
        assert direct[0][0] == pytest.approx(600, abs=31)
        levels = [number for at, number in times if at > direct[1][0]]
        assert levels[:2] == [TSC_FIXED, TSC_MOBILE], "level 1: fixed line, then mobile"
        assert levels[-2:] == ["+32470000043", DESK_MOBILE], "level 3 with the private number; then the desk"
        assert await night.mails() == ["call-in", *["page-escalated"] * 3, "nobody-accepted"]


async def test_a_page_for_which_nobody_named_a_policy_says_by_which_it_goes(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        page = await night.pager.page(replace(REQUEST, policy=""))
        assert page.request.policy == next(iter(configuration.duty.policies))


async def test_an_acceptance_ends_the_hunt_and_its_mail_is_in_the_same_commit(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        order = _order(configuration)
        night.phones.reactions[order[0]] = fails(17)
        night.phones.reactions[order[1]] = accepts()
        await night.page()
        await night.clock.pass_time(300)
        assert [number for _, number in night.phones.rung] == order[:2]
        assert await night.mails() == ["call-in", "call-accepted"]
        assert not night.pager.runs


@pytest.mark.parametrize("cause", [27, 34, 38, 41, 42])
async def test_each_cause_of_the_network_rings_the_back_up(
    tmp_path: Path, configuration: Configuration, cause: int
) -> None:
    async with the_night(tmp_path, configuration) as night:
        order = _order(configuration)
        night.phones.reactions[order[0]] = fails(cause)
        night.phones.reactions["+32477110105"] = fails(cause)
        night.phones.reactions["+32474981211"] = accepts()
        await night.page()
        await night.clock.pass_time(60)
        assert [number for _, number in night.phones.rung] == [order[0], "+32477110105", "+32474981211"]


async def test_a_restart_goes_on_where_it_was(tmp_path: Path, configuration: Configuration) -> None:
    order = _order(configuration)
    async with the_night(tmp_path, configuration) as night:
        night.phones.reactions[order[0]] = fails(17)
        night.phones.reactions[order[1]] = lambda phones, attempt: None  # rings on through the restart
        await night.page()
        await night.clock.pass_time(10)
        assert [number for _, number in night.phones.rung] == order[:2]
        clock = night.clock
    async with the_night(tmp_path, configuration, clock) as night:
        assert await night.pager.resume(night.phones) == 1
        assert [one.number for one in night.phones.watched] == [order[1]]
        night.phones.reactions[order[2]] = accepts()
        await night.clock.pass_time(5)
        assert night.phones.rung == [], "the phone that rings is not rung twice"
        await night.phones.end(night.phones.watched[0], 19)
        await night.clock.pass_time(60)
        assert [number for _, number in night.phones.rung] == [order[2]]
        assert await night.mails() == ["call-in", "call-accepted"]


@pytest.mark.parametrize("has_rung", [True, False])
async def test_a_leg_that_is_gone_after_a_restart_is_rung_again_only_when_it_never_rang(
    tmp_path: Path, configuration: Configuration, has_rung: bool
) -> None:
    order = _order(configuration)
    async with the_night(tmp_path, configuration) as night:
        night.phones.reactions[order[0]] = lambda phones, attempt: None
        await night.page()
        clock = night.clock
    async with the_night(tmp_path, configuration, clock) as night:
        night.pager._has_rung = lambda attempt_id: has_rung
        for number in order[:2]:
            night.phones.reactions[number] = accepts()
        await night.pager.resume(night.phones)
        lost = night.phones.watched[0]
        await night.pager.leg_missing(lost.id)
        await night.clock.pass_time(60)
        assert [number for _, number in night.phones.rung] == [order[1] if has_rung else order[0]]
        assert len(await _attempt_ids(night)) == (2 if has_rung else 1)


async def test_while_no_phone_can_be_rung_the_hunt_stands_still(
    tmp_path: Path, configuration: Configuration
) -> None:
    order = _order(configuration)
    async with the_night(tmp_path, configuration) as night:
        await night.page()
        await night.clock.pass_time(40)
        assert [number for _, number in night.phones.rung] == order[:2]
        night.phones.away.set()
        await night.clock.pass_time(3600)
        assert [number for _, number in night.phones.rung] == order[:2]
        night.phones.back.set()
        night.phones.reactions[order[2]] = accepts()
        await night.settle()
        await night.clock.pass_time(30)
        assert [number for _, number in night.phones.rung] == order[:3], "the third engineer, not level 3"
        assert await night.mails() == ["call-in", "call-accepted"]


async def test_the_time_in_which_we_were_down_does_not_count(
    tmp_path: Path, configuration: Configuration
) -> None:
    order = _order(configuration)
    async with the_night(tmp_path, configuration) as night:
        night.phones.reactions[order[0]] = fails(17)
        night.phones.reactions[order[1]] = fails(17)
        await night.page()
        await night.clock.pass_time(32)
        clock = night.clock
        rung = len(night.phones.rung)
    clock._now += timedelta(hours=2)
    async with the_night(tmp_path, configuration, clock) as night:
        await night.pager.resume(night.phones)
        for attempt in night.phones.watched:
            await night.phones.end(attempt, 19)
        await night.clock.pass_time(20)
        stages = await night.database.read(lambda session: set(session.scalars(select(AttemptRow.stage))))
        assert stages == {"roster"}
        assert night.phones.rung
        assert night.phones.rung[0][1] == order[rung]


async def test_an_exhausted_page_may_still_be_accepted(tmp_path: Path, configuration: Configuration) -> None:
    async with the_night(tmp_path, configuration) as night:
        night.phones.reactions[DESK_MOBILE] = hears()
        await night.page()
        await night.clock.pass_time(5400)
        late = (await _attempt_ids(night))[0]
        run = await night.pager._old_run(late)
        assert run is not None
        assert run.page.state is PageState.EXHAUSTED
        await night.database.run(
            lambda session: session.execute(update(AttemptRow).values(state=AttemptState.LOST))
        )
        run = await night.pager._old_run(late)
        assert run is not None
        assert await run.answered(late)
        given = await run.accept(late)
        assert given is not None
        assert given.attempt_id == late
        assert (await night.mails())[-1] == "call-accepted"


async def test_a_page_that_is_being_written_survives_a_stop(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        night.pager._spawn(night.pager._open(REQUEST, configuration, timedelta(0)), "page")
        night.pager._opening.update(night.pager._tasks)
        await night.pager.close()
        assert await night.mails() == ["call-in"]


async def test_a_leg_that_the_switch_never_speaks_of_again_is_given_up(
    tmp_path: Path, configuration: Configuration
) -> None:
    order = _order(configuration)
    async with the_night(tmp_path, configuration) as night:
        night.phones.reactions[order[0]] = lambda phones, attempt: None
        night.phones.reactions[order[1]] = accepts()
        await night.page()
        await night.clock.pass_time(120)
        assert [number for _, number in night.phones.rung] == order[:2]


async def test_when_many_press_one_at_the_same_moment_one_has_the_call(
    tmp_path: Path, configuration: Configuration
) -> None:
    """Also across two boxes: the second pager knows nothing of the first but the database."""
    policies = {name: replace(one, together=True) for name, one in configuration.duty.policies.items()}
    together = replace(configuration, duty=replace(configuration.duty, policies=policies))
    for _ in range(10):
        async with the_night(tmp_path, together) as night:
            for number in _order(configuration):
                night.phones.reactions[number] = lambda phones, attempt: None
            await night.page()
            run = next(iter(night.pager.runs.values()))
            attempts = list(run.attempts.values())
            assert len(attempts) == 6, "everybody rings"
            here = [run.accept(one.id) for one in attempts[:3]]
            there = [night.ledger.claim(run.page, one, night.clock.now()) for one in attempts[3:]]
            given = await asyncio.gather(*here, *there)
            assert len({one.attempt_id for one in given if one}) == 1
            mails = await night.mails()
            assert mails.count("call-accepted") == mails.count("call-in")


async def test_call_ids_are_three_digits_and_unique_among_live_pages(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        one = await night.ledger.open_page(REQUEST, "Fuzer", Hunt(()), NIGHT)
        others = [f"{ref:03}" for ref in range(1000) if f"{ref:03}" not in (one.call_ref, "007")]
        await night.database.run(
            lambda session: session.add_all(
                PageRow(id=f"p{ref}", call_ref=ref, started=NIGHT) for ref in others
            )
        )
        last = await night.ledger.open_page(REQUEST, "Fuzer", Hunt(()), NIGHT)
        assert last.call_ref == "007", "the only one that is free"
        with pytest.raises(NoCallIdFreeError):
            await night.ledger.open_page(REQUEST, "Fuzer", Hunt(()), NIGHT)


async def test_a_locked_database_delays_no_engineer_and_is_caught_up_with(
    tmp_path: Path, configuration: Configuration
) -> None:
    order = _order(configuration)
    async with the_night(tmp_path, configuration) as night:
        with sqlite3.connect(tmp_path / "pages.db", isolation_level=None) as blocker:
            blocker.execute("BEGIN IMMEDIATE")
            page = await night.pager.page(REQUEST)
            async with asyncio.timeout(10):
                while not night.phones.rung:
                    await asyncio.sleep(0.01)
            attempt = next(iter(next(iter(night.pager.runs.values())).attempts.values()))
            run = night.pager.runs[page.id]
            await run.answered(attempt.id)
            given = await run.accept(attempt.id)
            assert given is not None
            assert given.number == order[0]
            assert night.ledger.owed
            blocker.execute("ROLLBACK")
        async with asyncio.timeout(20):
            while night.ledger.owed:
                await asyncio.sleep(0.05)
        found = await night.ledger.page_of_attempt(attempt.id)
        assert found is not None
        assert found[0].state is PageState.ACCEPTED
        assert await night.mails() == ["call-in", "call-accepted"]


async def test_a_cancelled_page_silences_the_phone_that_rings(
    tmp_path: Path, configuration: Configuration
) -> None:
    order = _order(configuration)
    async with the_night(tmp_path, configuration) as night:
        night.phones.reactions[order[0]] = lambda phones, attempt: None
        await night.page()
        await next(iter(night.pager.runs.values())).cancel()
        await night.clock.pass_time(5)
        assert night.phones.silenced == [order[0]]
        assert not night.pager.runs
        states = await night.database.read(_attempt_states)
        assert states == [AttemptState.CANCELLED]


def _order(configuration: Configuration) -> list[str]:
    """Every number of the roster in the order of ringing that night."""
    entries = [configuration.directory[one.entry] for one in on_duty(configuration.duty, NIGHT)]
    return [phone.number for entry in entries for phone in entry.phones]


async def _attempt_ids(night: Night) -> list[str]:
    return await night.database.read(lambda session: list(session.scalars(select(AttemptRow.id))))


def _attempt_states(session: Session) -> list[AttemptState]:
    return list(session.scalars(select(AttemptRow.state)))
