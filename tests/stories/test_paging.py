"""Stories of the night: an engineer is rung while the agent talks, and who takes the call."""

from __future__ import annotations

import re

import pytest

from ivr.carrier.habits import (
    Habit,
    answer_and_key,
    answer_and_talk,
    cause,
    hang_up_in_the_middle,
    in_turn,
    refuse,
    voicemail,
)
from tests.stories.house import CALLER, SATURDAY_NIGHT, House, until

pytestmark = pytest.mark.switch

FUZER_DESK = "032055582"
AGENT_1, AGENT_2 = "+32470000021", "+32470000022"
TSC, ADU, WTI, MAB, MSS, SVO = (f"+3247000000{n}" for n in range(1, 7))
PROXIMUS_1 = "+32477110105"
NIGHT_DESK, DUTY_MANAGER = "+32470000061", "+32470000062"
TALKS = answer_and_talk(after_s=0.5)


async def first_on_duty(house: House) -> str:
    """The number that a page rings first that night: the roster turns with the weeks."""
    return (await order_of_duty(house))[0]


async def order_of_duty(house: House) -> list[str]:
    duty = await house.client.ask("duty", {"at": SATURDAY_NIGHT.isoformat()})
    return [str(one["number"]) for one in duty["order"]]


async def test_on_saturday_night_the_caller_talks_to_the_agent_while_the_engineer_accepts(
    house: House,
) -> None:
    first = await first_on_duty(house)
    await house.phones({AGENT_1: TALKS, first: answer_and_key("1", after_s=1, listens_s=4)})
    call = await house.call(FUZER_DESK)

    await house.hears(call, "welcome-fuzer")
    await house.rings(first)
    agent = await house.answers(AGENT_1)
    page = await house.page_reaches("accepted")
    engineer = await house.leg_over(first)

    assert agent.is_live, "the agent still talks with the caller"
    assert call.is_live
    assert engineer.shown == "+3232055582", "the engineer sees the brand's own number, not the caller's"
    said = house.heard_by(engineer.heard_bytes())
    assert said[:3] == ["page-intro", "brand-fuzer", "page-call"]
    assert said[-1] == "page-accepted"
    assert said[3:6] == [f"num-{digit}" for digit in page.call_ref]

    came_in = await house.mail_arrives(page.call_ref, to="support@fuzer.net")
    accepted = await house.mail_arrives(page.call_ref, to="escaux@actiphone.be")
    assert "service-team.ext@escaux.com" in came_in["Cc"]
    assert "service-team.ext@escaux.com" in accepted["Cc"]
    body = accepted.get_content()
    assert re.sub(r"\D", "", page.accepted_number)[2:] in re.sub(r"\D", "", body), (
        "the engineer's mobile number"
    )

    await call.hang_up()
    record = await house.record_of(call)
    assert record.record.disposition == "answered"
    assert record.record.agent_entry == "agent-1"
    assert record.record.hung_by == "caller"
    assert record.record.caller == CALLER


async def test_a_voicemail_is_no_acceptance_and_the_next_engineer_is_rung(house: House) -> None:
    first, second, *_ = await order_of_duty(house)
    await house.phones(
        {AGENT_1: TALKS, first: voicemail(after_s=0.5), second: answer_and_key("1", listens_s=3)}
    )
    await house.call(FUZER_DESK)
    page = await house.page_reaches("accepted", timeout_s=70)
    assert page.accepted_number == second
    states = [(one.number, str(one.state)) for one in await house.attempts(page)]
    assert states == [(first, "silent"), (second, "accepted")]


async def test_a_network_fault_leads_to_the_back_up_phone(house: House) -> None:
    first, *_ = await order_of_duty(house)
    await house.phones(
        {AGENT_1: TALKS, first: cause(38), PROXIMUS_1: answer_and_key("1", after_s=0.5, listens_s=3)}
    )
    await house.call(FUZER_DESK)
    page = await house.page_reaches("accepted")
    assert page.accepted_number == PROXIMUS_1
    attempts = await house.attempts(page)
    assert [(one.number, str(one.state), one.backup) for one in attempts] == [
        (first, "network", False),
        (PROXIMUS_1, "accepted", True),
    ]


async def test_busy_and_rejecting_engineers_are_passed_over_at_once(house: House) -> None:
    first, second, third, *_ = await order_of_duty(house)
    await house.phones(
        {
            AGENT_1: TALKS,
            first: refuse(Habit.BUSY),
            second: refuse(Habit.REJECT),
            third: answer_and_key("1", after_s=0.5, listens_s=2),
        }
    )
    await house.call(FUZER_DESK)
    page = await house.page_reaches("accepted")
    states = [(one.number, str(one.state)) for one in await house.attempts(page)]
    assert states == [(first, "busy"), (second, "rejected"), (third, "accepted")]


async def test_key_two_passes_the_call_on(house: House) -> None:
    first, second, *_ = await order_of_duty(house)
    await house.phones(
        {AGENT_1: TALKS, first: answer_and_key("2", listens_s=2), second: answer_and_key("1", listens_s=2)}
    )
    await house.call(FUZER_DESK)
    page = await house.page_reaches("accepted")
    assert page.accepted_number == second
    passed = await house.leg_over(first)
    assert house.heard_by(passed.heard_bytes())[-1] == "page-passed"


async def test_the_page_goes_on_when_the_caller_hangs_up(house: House) -> None:
    first = await first_on_duty(house)
    await house.phones({AGENT_1: TALKS, first: answer_and_key("1", after_s=4, listens_s=2)})
    call = await house.call(FUZER_DESK)
    await house.rings(first)
    await call.hang_up()
    page = await house.page_reaches("accepted")
    assert page.accepted_number == first


async def test_two_press_one_at_once_and_one_wins(house: House) -> None:
    everybody = await order_of_duty(house)
    together = {
        "duty.yaml": lambda text: text.replace("    ring: 30 s ", "    together: yes\n    ring: 30 s ")
    }
    async with house.configured(together):
        await house.phones(
            {AGENT_1: TALKS, **dict.fromkeys(everybody, answer_and_key("1", after_s=1, listens_s=3))}
        )
        await house.call(FUZER_DESK)
        page = await house.page_reaches("accepted")
        legs = [await house.leg_over(number) for number in everybody]
    attempts = await house.attempts(page)
    won = [one for one in attempts if one.state == "accepted"]
    assert len(won) == 1
    assert {str(one.state) for one in attempts if one is not won[0]} <= {"taken"}
    heard = {leg.number: house.heard_by(leg.heard_bytes()) for leg in legs}
    assert heard[won[0].number][-1] == "page-accepted"
    for number, said in heard.items():
        if number != won[0].number:
            assert "page-accepted" not in said
            assert {"page-taken", "page-taken-by"} & set(said), said
    accepted = [mail for mail in house.mails() if "accepted" in mail["Subject"]]
    await until(lambda: len([m for m in house.mails() if "accepted" in m["Subject"]]) == 1)
    assert len(accepted) <= 1


@pytest.mark.timeout(300)
async def test_nobody_answers_and_the_levels_are_rung_in_order_then_the_desk_is_told(house: House) -> None:
    """Ten minutes and five, in seconds: once for real. In virtual time they are told by the duty tests."""

    def shorten(text: str) -> str:
        for long, short in (
            ("ring: 30 s ", "ring: 2 s "),
            ("pause: 30 s ", "pause: 1 s "),
            ("page_for: 10 min ", "page_for: 6 s "),
            ("direct_within: 5 min ", "direct_within: 12 s "),
            ("level_tries: 2", "level_tries: 1"),
            ("level_within: 5 min", "level_within: 10 s"),
            ("ring: 30 s, tries: 20, pause: 60 s", "ring: 6 s, tries: 20, pause: 2 s"),
        ):
            assert long in text, long
            text = text.replace(long, short)
        return text

    await house.carrier.set_strangers(Habit.RING_FOREVER)
    ignore = [*(await order_of_duty(house)), "+32470000011", DUTY_MANAGER]
    desk = in_turn(hang_up_in_the_middle(after_s=0.5), answer_and_key("1", after_s=0.5, listens_s=14))
    await house.phones({AGENT_1: TALKS, **dict.fromkeys(ignore, Habit.RING_FOREVER.value), NIGHT_DESK: desk})
    async with house.configured({"duty.yaml": shorten}):
        await house.call(FUZER_DESK)
        await house.rings(NIGHT_DESK, timeout_s=150)
        await house.mail_arrives("NOBODY", to="escaux@actiphone.be")
        page = await house.page_reaches("exhausted", timeout_s=60)
    attempts = await house.attempts(page)
    stages = list(dict.fromkeys(one.stage for one in attempts))
    assert stages == ["roster", "direct", "level-1", "level-2", "level-3", "last-resort"]
    assert len([one for one in attempts if one.stage == "direct"]) == 2
    level_2 = [one.number for one in attempts if one.stage == "level-2"]
    assert level_2 == ["+32470000032", "+32470000031", "+32470000033"], "fixed line, mobile, private last"
    told = [(one.number, str(one.state)) for one in attempts if one.stage == "last-resort"]
    assert told[0] == (NIGHT_DESK, "silent"), "who hangs up has not heard it"
    assert told[-1] == (NIGHT_DESK, "heard")

    def heard() -> list[str]:
        return house.heard_by(house.carrier.legs(NIGHT_DESK)[-1].heard_bytes())

    await until(lambda: "desk-heard" in heard(), 20, "the desk is thanked")
    said = heard()
    assert said[:4] == ["page-intro", "desk-nobody-accepted", "brand-fuzer", "page-call"]
    assert said[4:7] == [f"num-{digit}" for digit in page.call_ref]
    assert said[-1] == "desk-heard"
