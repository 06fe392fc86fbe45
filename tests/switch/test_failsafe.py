"""The service is down, hung, or dies in mid-call: callers reach a person all the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.carrier import (
    Habit,
    answer_and_key,
    answer_and_talk,
    in_turn,
    refuse,
    voicemail,
)
from ivr.switch import FailsafeRule, keep_beating
from tests.world import World

pytestmark = [pytest.mark.switch, pytest.mark.alone]

FUZER = "+3232055582"
ANNA, BERT, DESK = "+32470000101", "+32470000102", "+32470000103"
TAKES = "SET VARIABLE TIMEOUT(absolute) 0; ANSWER; "
APOLOGY = "nl/apology-technical"
TALKS = answer_and_talk(after_s=0.3)


@pytest_asyncio.fixture
async def manned(world: World) -> AsyncIterator[World]:
    """Anna, then Bert, are Fuzer's failsafe; the desk is everybody's."""
    await world.set_failsafe(
        FailsafeRule(FUZER, "Fuzer", (ANNA, BERT), shown="+3227887499", apology=(APOLOGY,)),
        default=FailsafeRule("", "desk", (DESK,), nobody=("nl/failsafe-nobody",)),
    )
    await world.carrier.set_phones({ANNA: TALKS, BERT: TALKS, DESK: TALKS})
    yield world


async def test_service_down_the_caller_hears_an_apology_and_talks_to_the_brands_person(manned: World) -> None:
    call = await manned.carrier.place_call(FUZER)
    leg = await manned.carrier.wait_for_leg(ANNA, lambda leg: leg.answered_at is not None)
    assert leg.shown == "+3227887499"
    await asyncio.sleep(0.5)
    await call.hang_up()
    await call.ended()
    assert manned.hears(APOLOGY, call.heard())


@pytest.mark.parametrize(
    ("form", "rings"),
    [
        ("+3232055582", ANNA),
        ("003232055582", ANNA),
        ("3232055582", ANNA),
        ("032055582", ANNA),
        ("+3239999999", DESK),
        ("0800", DESK),
        ("hello", None),
        ("junk-number", DESK),
        ("*99#", DESK),
    ],
)
async def test_a_number_is_known_in_any_form_a_carrier_uses(
    manned: World, form: str, rings: str | None
) -> None:
    call = await manned.carrier.place_call(form)
    if rings is None:
        assert await call.ended() == 1
        return
    leg = await manned.carrier.wait_for_leg()
    assert leg.number == rings
    await call.hang_up()


async def test_people_are_rung_in_turn_and_the_desk_after_them(manned: World) -> None:
    await manned.carrier.set_phones({ANNA: refuse(Habit.BUSY), BERT: refuse(Habit.UNKNOWN)})
    call = await manned.carrier.place_call(FUZER)
    await manned.carrier.wait_for_leg(DESK, lambda leg: leg.answered_at is not None)
    assert [leg.number for leg in manned.carrier.legs()] == [ANNA, BERT, DESK]
    await call.hang_up()


async def test_nobody_there_is_said_before_the_call_ends(manned: World) -> None:
    await manned.set_failsafe(
        FailsafeRule(FUZER, "Fuzer", (ANNA,), apology=(APOLOGY,), nobody=("nl/failsafe-nobody",)),
        default=FailsafeRule("", "desk", ()),
    )
    await manned.carrier.set_phone(ANNA, refuse(Habit.REJECT))
    call = await manned.carrier.place_call(FUZER)
    assert await call.ended() == 16
    assert manned.hears("nl/failsafe-nobody", call.heard())


async def test_no_rules_at_all_still_speaks(world: World) -> None:
    call = await world.carrier.place_call(FUZER)
    await call.ended()
    heard = call.heard()
    for name in ("nl/apology-technical", "fr/apology-technical", "nl/failsafe-nobody"):
        assert world.hears(name, heard)


async def test_a_voicemail_is_no_person_when_a_key_is_asked_for(manned: World) -> None:
    await manned.set_failsafe(
        FailsafeRule(FUZER, "Fuzer", (ANNA, BERT), apology=(APOLOGY,), ask=("nl/page-ask",)),
        default=FailsafeRule("", "desk", (DESK,)),
    )
    await manned.carrier.set_phones(
        {
            ANNA: in_turn(answer_and_key("2", after_s=0.2, listens_s=0.5), voicemail()),
            BERT: answer_and_key("1", after_s=0.2, listens_s=1.5),
        }
    )
    call = await manned.carrier.place_call(FUZER)
    bert = await manned.carrier.wait_for_leg(BERT, lambda leg: bool(leg.keys), timeout_s=30)
    await asyncio.sleep(1)
    assert call.is_live
    assert bert.is_live
    await call.hang_up()
    await manned.wait_for_silence()
    heard = manned.carrier.legs(BERT)[-1].heard_bytes()
    assert manned.hears("nl/page-ask", heard)


async def test_a_service_that_says_nothing_is_passed_by(manned: World) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", manned.settings.agi_port)
    async with server:
        call = await manned.carrier.place_call(FUZER)
        placed = time.monotonic()
        await manned.carrier.wait_for_leg(ANNA, lambda leg: leg.answered_at is not None)
        assert time.monotonic() - placed < 9
        await asyncio.sleep(0.3)
        await call.hang_up()
        await call.ended()
    assert manned.hears(APOLOGY, call.heard())


async def test_a_service_that_lives_may_ask_how_a_dial_ended_after_the_caller_has_gone(manned: World) -> None:
    agent, ask = "+32470000153", "GET FULL VARIABLE ${DIALSTATUS}"
    await manned.carrier.set_phone(agent, Habit.RING_FOREVER)
    beat = asyncio.create_task(keep_beating(manned.link))
    async with manned.service(f"{TAKES}EXEC Dial PJSIP/{agent}@trunk,20; {ask}") as service:
        await asyncio.sleep(0.2)
        call = await manned.carrier.place_call(FUZER)
        await manned.carrier.wait_for_leg(agent)
        await call.hang_up()
        step = await service.wait_for("answer", command=ask)
        beat.cancel()
    assert step["answer"] == "200 result=1 (CANCEL)"


async def test_a_frozen_service_is_passed_by(manned: World) -> None:
    async with manned.service(TAKES + "wait") as service:
        service.freeze()
        call = await manned.carrier.place_call(FUZER)
        await manned.carrier.wait_for_leg(ANNA)
        await call.hang_up()


@pytest.mark.parametrize(
    "doing",
    [
        'STREAM FILE dutyline/nl/long ""',
        "GET DATA dutyline/nl/long 60000 4",
        "WAIT FOR DIGIT 60000",
        "SET MUSIC ON default; WAIT FOR DIGIT -1",
        "wait",
    ],
)
async def test_a_service_killed_in_mid_call_is_replaced_within_two_seconds(manned: World, doing: str) -> None:
    """It takes hundredths of a second: the two that are promised leave room for a busy machine."""
    assert await seconds_to_the_failsafe(manned, doing) < 2


async def seconds_to_the_failsafe(manned: World, doing: str) -> float:
    """From `kill -9` to the ringing of the failsafe person, less the apology.

    The end is the moment that the person's telephone wrote down, not the one at which we read it.
    """
    before = {leg.id for leg in manned.carrier.legs(ANNA)}
    async with manned.service(f"{TAKES}{doing}") as service:
        call = await manned.carrier.place_call(FUZER)
        assert await call.answered()
        await asyncio.sleep(1)
        killed = time.time()
        await service.kill()
        leg = await manned.carrier.wait_for_leg(ANNA, lambda leg: leg.id not in before)
        assert leg.rang_at is not None
        await call.hang_up()
    return leg.rang_at.timestamp() - killed - len(manned.prompt(APOLOGY)) / 8000


async def test_a_service_that_breaks_off_by_itself_is_replaced(manned: World) -> None:
    async with manned.service(TAKES + 'STREAM FILE dutyline/nl/welcome-fuzer ""'):
        call = await manned.carrier.place_call(FUZER)
        await manned.carrier.wait_for_leg(ANNA)
        await call.hang_up()
        await call.ended()
    assert manned.hears("nl/welcome-fuzer", call.heard())


async def test_a_service_that_ends_the_call_as_it_means_to_is_not_replaced(manned: World) -> None:
    async with manned.service(TAKES + "SET VARIABLE DUTYLINE_DONE 1", TAKES + "HANGUP"):
        for _ in range(2):
            call = await manned.carrier.place_call(FUZER)
            await call.ended()
    assert manned.carrier.legs() == []


async def test_a_bridged_call_survives_the_service_and_ends_without_an_apology(manned: World) -> None:
    agent = "+32470000150"
    await manned.carrier.set_phone(agent, answer_and_talk(after_s=0.3, talks_s=5))
    async with manned.service(f"{TAKES}EXEC Dial PJSIP/{agent}@trunk,25") as service:
        call = await manned.carrier.place_call(FUZER)
        await manned.carrier.wait_for_leg(agent, lambda leg: leg.answered_at is not None)
        await service.kill()
        await asyncio.sleep(2)
        assert call.is_live
        assert await call.ended() == 16
    assert not manned.hears(APOLOGY, call.heard())
    assert manned.carrier.legs(ANNA) == []


async def test_an_agent_who_answers_after_the_service_has_died_has_the_call(manned: World) -> None:
    agent = "+32470000151"
    await manned.carrier.set_phone(agent, answer_and_talk(after_s=2))
    async with manned.service(f"{TAKES}EXEC Dial PJSIP/{agent}@trunk,25") as service:
        call = await manned.carrier.place_call(FUZER)
        await manned.carrier.wait_for_leg(agent)
        await service.kill()
        await manned.carrier.wait_for_leg(agent, lambda leg: leg.answered_at is not None)
        await asyncio.sleep(0.5)
        assert call.is_live
        await call.hang_up()


async def test_an_agent_who_does_not_answer_leaves_the_caller_to_the_failsafe(manned: World) -> None:
    agent = "+32470000152"
    await manned.carrier.set_phone(agent, Habit.RING_FOREVER)
    async with manned.service(f"{TAKES}EXEC Dial PJSIP/{agent}@trunk,2") as service:
        call = await manned.carrier.place_call(FUZER)
        await manned.carrier.wait_for_leg(agent)
        await service.kill()
        await manned.carrier.wait_for_leg(ANNA)
        await call.hang_up()
