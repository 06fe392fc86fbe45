"""An engineer who has answered is not left alone when the service is away for a moment."""

from __future__ import annotations

import asyncio

import pytest

from ivr.carrier import silent
from tests.world import World

pytestmark = pytest.mark.switch

ENGINEER = "+32470000180"
TALKS = 'SET VARIABLE TIMEOUT(absolute) 0; STREAM FILE dutyline/nl/welcome-fuzer ""; '


async def page(world: World) -> None:
    await world.carrier.set_phone(ENGINEER, silent(after_s=0.2))
    await world.link.originate(
        channel=f"PJSIP/{ENGINEER}@trunk",
        channel_id=f"page-{id(world)}-{asyncio.get_running_loop().time():.0f}",
        context="dutyline-page",
        caller_id="<+3227887499>",
        variables={"DUTYLINE_ATTEMPT": "482-7", "DUTYLINE_LANGUAGE": "fr"},
    )


async def test_a_service_that_starts_again_goes_on_with_the_attempt(world: World) -> None:
    async with world.service(TALKS + "wait") as service:
        await page(world)
        await service.wait_for("answer", command='STREAM FILE dutyline/nl/welcome-fuzer ""', timeout_s=15)
        await service.kill()
    async with world.service(TALKS + "SET VARIABLE DUTYLINE_DONE 1") as again:
        call = await again.wait_for("call", timeout_s=15)
        assert call["request"]["agi_network_script"] == "page/482-7"
        leg = await world.carrier.wait_for_leg(ENGINEER, lambda leg: leg.ended_at is not None)
    heard = leg.heard_bytes()
    hold = world.mark("fr/please-hold")
    words = world.mark("nl/welcome-fuzer")
    assert heard.count(words) == 2
    assert heard.index(words) < heard.index(hold) < heard.rindex(words)


async def test_a_service_that_is_away_when_the_engineer_answers_is_waited_for(world: World) -> None:
    await page(world)
    await world.carrier.wait_for_leg(ENGINEER, lambda leg: leg.answered_at is not None)
    await asyncio.sleep(1.5)
    async with world.service(TALKS + "SET VARIABLE DUTYLINE_DONE 1"):
        leg = await world.carrier.wait_for_leg(ENGINEER, lambda leg: leg.ended_at is not None, timeout_s=15)
    heard = leg.heard_bytes()
    assert heard.index(world.mark("fr/please-hold")) < heard.index(world.mark("nl/welcome-fuzer"))


async def test_a_frozen_service_is_given_up_and_asked_again(world: World) -> None:
    async with world.service(TALKS + "wait") as service:
        service.freeze()
        await page(world)
        leg = await world.carrier.wait_for_leg(ENGINEER, lambda leg: leg.answered_at is not None)
        await asyncio.sleep(6)
        assert leg.is_live
        await service.kill()
    async with world.service(TALKS + "SET VARIABLE DUTYLINE_DONE 1"):
        leg = await world.carrier.wait_for_leg(ENGINEER, lambda leg: leg.ended_at is not None, timeout_s=15)
    assert world.hears("nl/welcome-fuzer", leg.heard_bytes())
