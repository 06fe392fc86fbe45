"""Callers who wait while the service has no link to the switch: they wait on, and are served after it."""

from __future__ import annotations

import asyncio

import pytest

from tests.stories.cutting import ami_down
from tests.stories.house import House
from tests.stories.test_queues import (
    AGENT_1,
    FOREVER,
    calls,
    changes,
    exit_of,
    nothing_is_left,
    plan,
    press,
    talks,
    wait_until_waiting,
)

pytestmark = pytest.mark.switch


async def test_an_agent_who_comes_free_meanwhile_serves_the_caller_when_the_link_is_back(
    house: House,
) -> None:
    """And a caller who leaves by a key is let go, link or none."""
    await house.phones({AGENT_1: FOREVER})
    async with house.configured(changes(plan())):
        talking = await calls(house, 1)
        await house.answers(AGENT_1)
        first = await calls(house, 2)
        await wait_until_waiting(house, "02")
        second = await calls(house, 3)
        await wait_until_waiting(house, "02", "03")
        await asyncio.sleep(4)  # their welcome is over, music plays
        async with ami_down(house):
            await asyncio.sleep(0.5)
            await press(second, "1")
            await house.hears(second, "engineer-calls-back", timeout_s=20)
            await talking.hang_up()
            await asyncio.sleep(3)
            assert first.is_live, "the caller has not been sent away"
        await talks(house, AGENT_1, 2)
        await first.hang_up()
        for call in (first, second):
            await call.ended(30)
    assert await exit_of(house, 3) == "1"
    served = (await house.record_from("+32470009602")).record
    assert served.agent_entry == "agent-1"
    await nothing_is_left(house)
