"""Each telephone of the demo carrier ends a Dial of the switch in a way of its own.

The table is the source of the product's outcomes (`ivr/calls/outcome.py`): measured here, on the
Asterisk that runs, with the two switches a SIP trunk apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from fnmatch import fnmatch

import pytest
import pytest_asyncio

from ivr.carrier import (
    Habit,
    answer_and_key,
    answer_and_talk,
    answer_late,
    cause,
    hang_up_in_the_middle,
    in_turn,
    refuse,
    silent,
    voicemail,
)
from ivr.switch import FailsafeRule
from tests.world import World

pytestmark = pytest.mark.switch

PHONE = "+32470000160"
STATUS = "GET FULL VARIABLE ${DIALSTATUS}/${HANGUPCAUSE}"
READY = "SET VARIABLE TIMEOUT(absolute) 0; ANSWER; "

OUTCOMES: Mapping[str, tuple[str, int | None]] = {
    answer_and_talk(after_s=0.2, talks_s=0.5): ("ANSWER/16", None),
    hang_up_in_the_middle(after_s=0.2, listens_s=0.5): ("ANSWER/16", None),
    Habit.RING_FOREVER: ("NOANSWER/0", None),
    answer_late(after_s=20): ("NOANSWER/0", None),
    Habit.DEAD: ("NOANSWER/0", None),
    refuse(Habit.BUSY): ("BUSY/17", 17),
    refuse(Habit.BUSY, after_s=0.5): ("BUSY/17", 17),
    refuse(Habit.REJECT): ("CHANUNAVAIL/21", 21),
    refuse(Habit.CONGESTION): ("CONGESTION/34", 34),
    refuse(Habit.UNKNOWN): ("CHANUNAVAIL/1", 1),
    refuse(Habit.OUT_OF_ORDER): ("CHANUNAVAIL/38", 38),
    cause(18): ("CHANUNAVAIL/18", 18),
    cause(19): ("NOANSWER/19", 19),
    cause(20): ("NOANSWER/*", 20),
    cause(27): ("CHANUNAVAIL/27", 27),
    cause(28): ("CHANUNAVAIL/28", 28),
    cause(31): ("*/*", 31),
    cause(41): ("CHANUNAVAIL/*", 41),
    cause(42): ("CONGESTION/*", 42),
    cause(127): ("CHANUNAVAIL/*", 127),
}
"""Habit: DIALSTATUS/HANGUPCAUSE, and the cause the carrier said. `*`: differs between Asterisk 20 and 22."""


@pytest_asyncio.fixture
async def quiet(world: World) -> AsyncIterator[World]:
    """Nobody is rung by the failsafe."""
    await world.set_failsafe(default=FailsafeRule("", "desk", ()))
    yield world


@pytest.mark.parametrize("habit", OUTCOMES)
async def test_each_telephone_ends_a_dial_in_its_own_way(quiet: World, habit: str) -> None:
    await quiet.carrier.set_phone(PHONE, habit)
    dial = f"EXEC Dial PJSIP/{PHONE}@trunk,2,g"
    dialled_at = asyncio.get_running_loop().time()
    async with quiet.service(f"{READY}{dial}; {STATUS}; SET VARIABLE DUTYLINE_DONE 1") as service:
        await quiet.carrier.place_call("+3232055582")
        step = await service.wait_for("answer", command=STATUS)
    expected, said = OUTCOMES[habit]
    assert fnmatch(step["answer"], f"200 result=1 ({expected})")
    assert await quiet.reasons.cause_of(PHONE, since=dialled_at) == said


async def test_a_telephone_that_presses_a_key_is_heard_by_the_switch(quiet: World) -> None:
    await quiet.carrier.set_phone(PHONE, answer_and_key("1w2", after_s=0.2, listens_s=2))
    async with quiet.service(
        "ANSWER; GET DATA dutyline/nl/long 5000 2; SET VARIABLE DUTYLINE_DONE 1"
    ) as service:
        await quiet.link.originate(
            channel=f"PJSIP/{PHONE}@trunk",
            channel_id="page-1",
            context="dutyline-page",
            caller_id="<+3227887499>",
            variables={"DUTYLINE_ATTEMPT": "482-1"},
        )
        step = await service.wait_for("answer", command="GET DATA dutyline/nl/long 5000 2")
        call = await service.wait_for("call")
    assert step["answer"] == "200 result=12"
    assert call["request"]["agi_network_script"] == "page/482-1"
    leg = await quiet.carrier.wait_for_leg(PHONE, lambda leg: leg.ended_at is not None)
    assert leg.shown == "+3227887499"
    assert [keys for _, keys in leg.keys] == ["1w2"]
    assert quiet.mark("nl/long") in leg.heard_bytes()


async def test_a_voicemail_answers_speaks_and_falls_silent(quiet: World) -> None:
    await quiet.carrier.set_phone(PHONE, voicemail(after_s=0.2, greets_s=1))
    async with quiet.service(f"{READY}EXEC Dial PJSIP/{PHONE}@trunk,6"):
        call = await quiet.carrier.place_call("+3232055582")
        await quiet.carrier.wait_for_leg(PHONE, lambda leg: leg.answered_at is not None)
        await asyncio.sleep(2.2)
        await call.hang_up()
        await call.ended()
    heard = call.heard()
    assert set(heard[-2000:]) <= {0xD5, 0x55}
    assert len(set(heard)) > 20


async def test_a_telephone_may_do_otherwise_the_second_time(quiet: World) -> None:
    await quiet.carrier.set_phone(PHONE, in_turn(refuse(Habit.BUSY), silent(after_s=0.2)))
    dial = f"EXEC Dial PJSIP/{PHONE}@trunk,6,g"
    async with quiet.service(f"{READY}{dial}; {dial}"):
        call = await quiet.carrier.place_call("+3232055582")
        leg = await quiet.carrier.wait_for_leg(PHONE, lambda leg: leg.answered_at is not None)
        first = quiet.carrier.legs(PHONE)[0]
        assert (first.habit, leg.habit) == ("busy", "silent:0.2")
        assert (first.turn + 1, first.cause, first.answered_at) == (leg.turn, 17, None)
        await call.hang_up()


async def test_the_journal_tells_who_rang_until_when_with_which_number(quiet: World) -> None:
    await quiet.carrier.set_phone(PHONE, Habit.RING_FOREVER)
    async with quiet.service(f"{READY}EXEC Dial PJSIP/{PHONE}@trunk,30"):
        call = await quiet.carrier.place_call("032055582", caller="+32470009911", caller_name="Jeanne d'Arc")
        leg = await quiet.carrier.wait_for_leg(PHONE)
        assert (leg.shown, leg.shown_name) == ("+32470009911", "Jeanne d'Arc")
        assert leg.is_live
        await call.hang_up()
        gone = await quiet.carrier.wait_for_leg(PHONE, lambda leg: leg.ended_at is not None)
    assert gone.rang_at is not None
    assert gone.ended_at is not None
    assert gone.rang_at <= gone.ended_at
    assert gone.answered_at is None


async def test_the_caller_presses_keys_of_his_own_accord_and_when_told(quiet: World) -> None:
    keys = "GET DATA dutyline/nl/long 8000 3"
    async with quiet.service(f"{READY}{keys}; SET VARIABLE DUTYLINE_DONE 1") as service:
        call = await quiet.carrier.place_call("+3232055582", keys="w4w")
        await call.answered()
        await asyncio.sleep(1.5)
        await call.press("82")
        step = await service.wait_for("answer", command=keys)
        assert step["answer"] == "200 result=482"
        await call.ended()
    assert [key for _, key in call.keys] == ["8", "2"]


@pytest.mark.parametrize(
    "name",
    [
        'Jan "de man" Peeters',
        "René Müller",
        "📞 emoji",
        "x' OR 1=1;--",
        "${CHANNEL}",
        "(a,b)&c=d|e",
        "A" * 120,
    ],
)
async def test_a_hostile_name_passes_and_is_noted(quiet: World, name: str) -> None:
    await quiet.carrier.set_phone(PHONE, silent(after_s=0.1))
    async with quiet.service(f"{READY}EXEC Dial PJSIP/{PHONE}@trunk,6") as service:
        call = await quiet.carrier.place_call("+3232055582", caller_name=name)
        step = await service.wait_for("call")
        leg = await quiet.carrier.wait_for_leg(PHONE, lambda leg: leg.answered_at is not None)
        await call.hang_up()
    arrived = step["request"]["agi_calleridname"].replace("\\", "")
    assert arrived == name[: len(arrived)]
    assert len(arrived) >= min(len(name), 70)
    assert leg.shown_name.replace("\\", "")[:60] == name[:60]


async def test_a_withheld_number_is_withheld_and_a_diversion_is_told(quiet: World) -> None:
    async with quiet.service(f"{READY}wait") as service:
        call = await quiet.carrier.place_call("+3232055582", caller=None, diverted_from="+3227887499")
        request = (await service.wait_for("call"))["request"]
        assert request["agi_callerid"] == "anonymous"
        assert request["agi_callingpres"] == "32"
        assert request["agi_rdnis"] == "+3227887499"
        await call.hang_up()


async def test_the_clock_of_the_plan_comes_from_the_demo_carrier_alone(quiet: World) -> None:
    at = datetime.fromisoformat("2026-11-21T22:00:00+01:00")
    async with quiet.service(f"{READY}wait") as service:
        call = await quiet.carrier.place_call("032055582", at=at)
        request = (await service.wait_for("call"))["request"]
        assert request["agi_arg_1"] == at.isoformat()
        assert request["agi_extension"] == "032055582"
        assert request["agi_context"] == "dutyline-call"
        await call.hang_up()
