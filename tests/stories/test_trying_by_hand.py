"""`dutyline call` in the hands of somebody who tries the desk: busy agents, and a message that is left."""

from __future__ import annotations

import pytest

from tests.stories.house import House

pytestmark = pytest.mark.switch

NUMBER = "032056000"
PLAN = """\
title: Leave a message
start: tongue
nodes:
  tongue: {language: nl, next: message}
  message: {record: leave-message, silence: 2 s, next: bye, exits: {nothing: nothing}}
  nothing: {announce: nobody-reached-callback, next: bye}
  bye: {hangup: normal}
"""


async def test_an_agent_is_busy_the_other_answers_and_a_message_is_left(house: House) -> None:
    told = await house.dutyline(
        "call", "03 205 55 82", "--at", "2026-11-21T23:15", "--talk", "1",
        "--phone", "agent-1=busy", "--phone", "agent-2=answers", "--phone", "ADU=no-answer",
    )  # fmt: skip
    assert told.code == 0, told
    assert "talks   with 0470 00 00 22, who picked up" in told.out, told.out
    assert [leg.number for leg in house.carrier.legs("+32470000021")], "he was rung"

    line = "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
    more = f"    - {{number: {NUMBER}, carrier: Telenet, plan: leave}}\n"
    changes = {
        "plans/leave.yaml": lambda _: PLAN,
        "brands.yaml": lambda text: text.replace(line, line + more),
    }
    async with house.configured(changes):
        left = await house.dutyline("call", NUMBER, "--say", "3 s", "--from", "0470 00 98 01")
        assert "says    his message" in left.out, left
        silent = await house.dutyline("call", NUMBER, "--from", "0470 00 98 02")
        assert "message [record] -> nothing" in silent.out, silent
    kept = (await house.dutyline("recordings", "--json")).json()
    heard = {one["from"]: one["seconds"] for one in kept}
    assert heard["+32470009801"] > 2 > heard.get("+32470009802", 0), kept


async def test_a_refusal_is_heard_before_any_answer(house: House) -> None:
    told = await house.dutyline("call", "03 205 00 00")
    assert told.code == 1
    assert "node    [number] -> unknown" in told.out and "heard   number-unknown" in told.out, told.out


async def test_the_engineers_number_is_tried_with_the_pin_of_the_demo(house: House) -> None:
    """As `make run` says it: who is on duty is heard. With another PIN nothing is."""
    pin = house.settings.demo_pin
    told = await house.dutyline("call", "0470 00 00 90", "--from", "0470 00 00 02", "--keys", f"{pin}#,1,0")
    assert "heard   line-on-duty" in told.out and "heard   page-goodbye" in told.out, told.out
    assert "[duty-line] -> known: adu came in with his PIN" in told.out, told.out
    wrong = await house.dutyline(
        "call", "0470 00 00 90", "--from", "0470 00 00 02", "--keys", "271828#", "--hang-up-after", "15"
    )
    assert "heard   switch-pin-wrong" in wrong.out and "line-hello" not in wrong.out, wrong.out
