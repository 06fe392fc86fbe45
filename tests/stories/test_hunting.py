"""Stories of who is rung: networks that fail, skills that are needed, several phones at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ivr.carrier.habits import Habit, answer_and_key, answer_and_talk, cause
from tests.stories.house import House
from tests.stories.test_paging import (
    AGENT_1,
    FUZER_DESK,
    NIGHT_DESK,
    PROXIMUS_1,
    order_of_duty,
)

pytestmark = pytest.mark.switch

TALKS = answer_and_talk(after_s=0.5)
PROXIMUS_2 = "+32474981211"
ADE_FIXED, ADE_MOBILE, ADE_PRIVATE = "+32470000042", "+32470000041", "+32470000043"


def on_network(operator: str, numbers: list[str]) -> Callable[[str], str]:
    """directory.yaml with these phones on one network, and the back-up phones on another."""
    shown = {
        number: f"{number[:3]} {number[3:6]} {number[6:8]} {number[8:10]} {number[10:]}" for number in numbers
    }

    def change(text: str) -> str:
        for number in shown.values():
            bare = re.escape(number)
            text = re.sub(rf"{{number: {bare},", f"{{number: {number}, operator: {operator},", text)
            text = re.sub(rf"phone: {bare}", f"phone: {{number: {number}, operator: {operator}}}", text)
        return text

    return change


def shorter(text: str) -> str:
    """duty.yaml with rings of seconds."""
    return text.replace("ring: 30 s ", "ring: 3 s ").replace("pause: 30 s ", "pause: 1 s ")


async def test_a_fault_on_one_engineers_network_sends_the_next_ring_to_another_network(house: House) -> None:
    first, second, third, *_ = await order_of_duty(house)
    await house.phones(
        {
            AGENT_1: TALKS,
            first: cause(38),
            PROXIMUS_1: Habit.RING_FOREVER.value,
            PROXIMUS_2: Habit.RING_FOREVER.value,
            second: answer_and_key("1", after_s=0.5, listens_s=3),
        }
    )
    changes = {"directory.yaml": on_network("orange", [first, second, third]), "duty.yaml": shorter}
    async with house.configured(changes):
        await house.call(FUZER_DESK)
        page = await house.page_reaches("accepted", timeout_s=40)
    rung = [(one.title, one.number, str(one.state)) for one in await house.attempts(page)]
    names = [title for title, _, _ in rung]
    assert [number for _, number, _ in rung] == [first, PROXIMUS_1, PROXIMUS_2, second]
    assert [state for _, _, state in rung] == ["network", "no-answer", "no-answer", "accepted"]
    assert names[2] == names[3] != names[0], "the second engineer, on another network first"


async def test_the_category_chooses_a_chain_whose_level_is_rung_on_all_phones_at_once(house: House) -> None:
    """Nobody has the skill at the moment; so the stage after it is rung, with all phones of one person."""
    first, *_ = await order_of_duty(house)

    def chain(text: str) -> str:
        policy = """policies:
  fiber:
    levels: [{title: CEO, entry: ade}]
    last_resort: no
    stages:
      - {who: duty, needs: fiber, within: 10 min}
      - {who: level 1, phones_together: yes, ring: 20 s, mail: yes}
"""
        more = """
choose: [{category: fiber, policy: fiber}]
leave: [{engineer: SVO, from: 2026-11-21, until: 2026-11-22}]
"""
        skill = ("entry: svo}", "entry: svo, skills: fiber}")
        return text.replace(*skill).replace("policies:\n", policy) + more

    def fiber(text: str) -> str:
        return text.replace("page: {page: standard,", "page: {page: standard, category: fiber,")

    await house.phones(
        {
            AGENT_1: TALKS,
            ADE_FIXED: Habit.RING_FOREVER.value,
            ADE_MOBILE: answer_and_key("1", after_s=1.5, listens_s=3),
        }
    )
    async with house.configured({"duty.yaml": chain, "plans/night.yaml": fiber}):
        await house.call(FUZER_DESK)
        fixed = await house.rings(ADE_FIXED)
        page = await house.page_reaches("accepted", timeout_s=40)
        await house.mail_arrives(page.call_ref, "CEO")
        over = await house.leg_over(ADE_FIXED)
    attempts = await house.attempts(page)
    assert {(one.number, str(one.state)) for one in attempts} == {
        (ADE_FIXED, "cancelled"),
        (ADE_MOBILE, "accepted"),
    }, "both rang together; the private one was not needed"
    assert fixed.number == over.number
    assert first not in house.rung()
    assert NIGHT_DESK not in house.rung()


async def test_when_nobody_accepts_somebody_at_the_desk_is_connected_with_the_caller(house: House) -> None:
    """The caller still waits for an agent: whoever hears that nobody has accepted takes him over."""

    def short(text: str) -> str:
        return text.replace("page_for: 10 min ", "page_for: 5 s ").replace(
            "direct_tries: 2 ", "direct_tries: 0 "
        )

    def no_levels(text: str) -> str:
        return re.sub(r"    levels:\n(      - .*\n)+", "", shorter(short(text)))

    await house.phones(
        {
            AGENT_1: TALKS,
            **dict.fromkeys(await order_of_duty(house), Habit.RING_FOREVER.value),
            NIGHT_DESK: answer_and_key("4", after_s=0.5, listens_s=3),
        }
    )
    async with house.configured({"duty.yaml": no_levels}):
        call = await house.call(FUZER_DESK)
        page = await house.page_reaches("done", timeout_s=60)
        await house.hears(call, "engineer-connecting", timeout_s=20)
        leg = house.carrier.legs(NIGHT_DESK)[-1]
        assert call.is_live, "they talk"
        assert leg.ended_at is None
        assert "page-connecting" in house.heard_by(leg.heard_bytes())
    told = [(one.number, str(one.state)) for one in await house.attempts(page) if one.stage == "last-resort"]
    assert told == [(NIGHT_DESK, "heard")]
