"""The clock of the machine is set while engineers are rung: whoever is next is rung when it is his turn."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialplan.calendars import WeekWindow
from dialplan.model import Configuration
from dialplan.quiet import Quiet, Unless
from dialplan.roster import on_duty
from dialplan.source import load
from ivr.clock import SteadyClock, VirtualClock
from ivr.settings import ROOT
from tests.duty.night import NIGHT, accepts, the_night

HOUR = timedelta(hours=1)
TSC_FIXED = "+32470000011"


class SetClock(VirtualClock):
    """What is shown is `set_by` from what passes: whoever sleeps sleeps as long as he meant to."""

    set_by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.set_by

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        return await super().wait(event, until - self.set_by if until is not None else None)


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "config").configuration


@pytest.mark.parametrize("set_by", [-HOUR, -timedelta(minutes=1), HOUR])
async def test_whoever_is_next_is_rung_though_the_clock_was_set(
    tmp_path: Path, configuration: Configuration, set_by: timedelta
) -> None:
    clock = SetClock(NIGHT)
    async with the_night(tmp_path, configuration, clock) as night:
        await night.page()
        await clock.pass_time(100)
        rung = len(night.phones.rung)
        clock.set_by = set_by
        await clock.pass_time(40)
        assert len(night.phones.rung) > rung, "the next one"
        await clock.pass_time(900)
        last = night.phones.rung[-1][0] - set_by.total_seconds()
        assert last > 900, "and so on"


async def test_ten_minutes_are_ten_minutes_though_the_clock_was_set_back(
    tmp_path: Path, configuration: Configuration
) -> None:
    on_call = configuration.directory[on_duty(configuration.duty, NIGHT)[0].entry].phones[0].number
    level_1 = configuration.directory["tsc"].phones[0].number
    clock = SetClock(NIGHT)
    async with the_night(tmp_path, configuration, clock) as night:
        await night.page()
        await clock.pass_time(100)
        clock.set_by = -HOUR
        await clock.pass_time(560)
        assert night.phones.rung[-1][1] == on_call, "he is rung directly"
        await clock.pass_time(330)
        assert level_1 in [number for _, number in night.phones.rung][-8:]


async def test_a_page_goes_on_after_a_restart_with_the_clock_set_back(
    tmp_path: Path, configuration: Configuration
) -> None:
    async with the_night(tmp_path, configuration) as night:
        await night.page()
        await night.clock.pass_time(100)
        rings = night.phones.rung[-1][1]
    async with the_night(tmp_path, configuration, VirtualClock(NIGHT - HOUR)) as night:
        assert await night.pager.resume(night.phones) == 1
        [attempt] = night.phones.watched
        assert attempt.number == rings
        night.phones.reactions[TSC_FIXED] = accepts(3)
        await night.phones.end(attempt, 19)
        await night.clock.pass_time(10)
        assert [number for _, number in night.phones.rung] == [TSC_FIXED], "his other phone, at once"
        assert not night.pager.runs


async def test_quiet_phones_go_by_the_clock_as_it_was_set(
    tmp_path: Path, configuration: Configuration
) -> None:
    """By a clock that is an hour fast it is 23:15; by the right one his phone is not quiet yet."""
    who = on_duty(configuration.duty, NIGHT)[1].entry
    [phone, *_] = configuration.directory[who].phones
    from_eleven = Quiet(
        (WeekWindow(frozenset(range(7)), (23 * 60, 31 * 60)),), "Europe/Brussels", Unless.NEVER
    )
    directory = {
        **configuration.directory,
        who: replace(configuration.directory[who], phones=(replace(phone, quiet=from_eleven),)),
    }
    clock = SetClock(NIGHT)
    async with the_night(tmp_path, replace(configuration, directory=directory, memo={}), clock) as night:
        await night.page()
        await clock.pass_time(100)
        assert phone.number not in [number for _, number in night.phones.rung]
        clock.set_by = -HOUR
        await clock.pass_time(400)
        assert phone.number in [number for _, number in night.phones.rung]


async def test_a_steady_clock_never_goes_back() -> None:
    under = SetClock(NIGHT)
    clock = SteadyClock(under)
    assert clock.now() == NIGHT
    under.set_by = -HOUR
    assert clock.now() == NIGHT
    assert clock.wall == NIGHT - HOUR
    waits = asyncio.ensure_future(clock.wait(asyncio.Event(), NIGHT + timedelta(seconds=30)))
    await under.pass_time(29)
    assert not waits.done()
    await under.pass_time(1)
    assert await waits is False
    assert clock.now() == NIGHT + timedelta(seconds=30)


def test_what_has_been_is_not_again() -> None:
    clock = SteadyClock(VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)))
    clock.go_on_from(NIGHT, NIGHT + HOUR)
    assert clock.now() == NIGHT + HOUR
    clock.go_on_from(NIGHT)
    assert clock.now() == NIGHT + HOUR
