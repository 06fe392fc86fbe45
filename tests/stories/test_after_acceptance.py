"""Stories of what follows an acceptance: the promise of a call back, reminders, handover, commands."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from ivr.carrier.habits import Habit, answer_and_key, answer_and_talk, in_turn
from tests.stories.house import House
from tests.stories.test_paging import AGENT_1, FUZER_DESK, order_of_duty

pytestmark = [pytest.mark.switch, pytest.mark.timeout(300)]

TALKS = answer_and_talk(after_s=0.5)
ACCEPTS = answer_and_key("1", after_s=0.5, listens_s=2)
RINGS = Habit.RING_FOREVER.value


def promising(seconds: int, remind_s: int) -> Callable[[str], str]:
    """The shipped policy with the promise in seconds."""
    promise, remind = f"promise: {seconds} s", f"remind: {remind_s} s"
    return lambda text: text.replace("promise: 20 min", promise).replace("remind: 5 min", remind)


@asynccontextmanager
async def short_promise(house: House, seconds: int = 20, remind_s: int = 10) -> AsyncIterator[None]:
    async with house.configured({"duty.yaml": promising(seconds, remind_s)}):
        yield


async def test_the_one_who_accepted_is_reminded_and_says_that_he_has_called_back(house: House) -> None:
    first, second, *_ = await order_of_duty(house)
    calls_back = answer_and_key("1", after_s=0.5, listens_s=12)
    await house.phones({AGENT_1: TALKS, first: in_turn(ACCEPTS, calls_back), second: RINGS})
    async with short_promise(house):
        call = await house.call(FUZER_DESK)
        page = await house.page_reaches("accepted")
        await call.hang_up()
        done = await house.page_reaches("done", timeout_s=60)
        leg = await house.leg_over(first, turn=2)
    said = house.heard_by(leg.heard_bytes())
    assert said[:3] == ["page-intro", "brand-fuzer", "page-call"]
    assert said[3:6] == [f"num-{digit}" for digit in page.call_ref]
    assert said[6:8] == ["page-reminder", "line-promise"]
    assert said[-1] == "line-called-back"
    assert done.called_back_how == "key"
    assert house.rung().count(second) == 0, "nobody else was rung"
    reminder = await house.mail_arrives(page.call_ref, to="@example.com")
    assert page.call_ref in reminder["Subject"]


async def test_the_promise_runs_out_and_the_next_engineer_hears_why(house: House) -> None:
    first, second, *_ = await order_of_duty(house)
    await house.phones(
        {
            AGENT_1: TALKS,
            first: in_turn(ACCEPTS, RINGS),
            second: answer_and_key("1", after_s=0.5, listens_s=14),
        }
    )
    async with short_promise(house, 14, 4):
        await house.call(FUZER_DESK)
        page = await house.page_reaches("accepted")
        assert page.accepted_number == first
        leg = await house.leg_over(second, timeout_s=90)
        again = await house.page_reaches("accepted")
        assert again.accepted_number == second
        rings = [(one.stage, one.number) for one in await house.attempts(page)]
        which = rings.index(("roster", second)) + 1
        told = await house.dutyline("pages", "why", page.call_ref, "--attempt", str(which))
        await house.dutyline("pages", "done", page.call_ref)
    said = house.heard_by(leg.heard_bytes())
    assert "page-why-promise" in said
    assert said[-1] == "page-accepted"
    desk = await house.mail_arrives(page.call_ref, "called back", to="support@fuzer.net")
    assert "escaux@actiphone.be" in desk["To"]
    assert "was not called back in time" in told.out
    stages = [(one.stage, one.number) for one in await house.attempts(page)]
    assert stages[0] == ("roster", first)
    assert ("reminder", first) in stages
    hunted = [number for stage, number in stages if stage == "roster"]
    assert hunted == [first, second], "the hunt went on where it was"


async def test_a_call_is_handed_over_to_another_engineer_who_takes_it_with_a_key(house: House) -> None:
    first, _, third, *_ = await order_of_duty(house)
    await house.phones({AGENT_1: TALKS, first: ACCEPTS, third: answer_and_key("1", after_s=0.5, listens_s=9)})
    await house.call(FUZER_DESK)
    page = await house.page_reaches("accepted")
    names = {one["number"]: one["trigram"] for one in (await house.client.ask("duty"))["order"]}
    asked = await house.dutyline("pages", "hand-over", page.call_ref, "--to", names[third])
    assert asked.code == 0, asked.err
    assert f"{names[third]} is being rung" in asked.out
    leg = await house.leg_over(third)
    after = await house.last_page()
    assert after.accepted_number == third
    said = house.heard_by(leg.heard_bytes())
    assert "page-handover" in said
    assert said[-1] == "page-accepted"
    mail = await house.mail_arrives(page.call_ref, "handed over", to="escaux@actiphone.be")
    assert re.sub(r"\D", "", third)[2:] in re.sub(r"\D", "", mail.get_content())
    assert (await house.dutyline("pages", "done", page.call_ref)).code == 0


async def test_pages_are_worked_on_by_command(house: House) -> None:
    first, second, *_ = await order_of_duty(house)
    order = (await house.client.ask("duty"))["order"]
    names = {one["number"]: one["trigram"] for one in order}
    await house.phones({AGENT_1: TALKS, first: RINGS, second: RINGS})
    call = await house.call(FUZER_DESK)
    await house.rings(first)
    page = await house.last_page()
    passed = await house.dutyline("pages", "pass", page.call_ref, "--as", names[first])
    assert passed.code == 0, passed.err
    await house.rings(second)
    accepted = await house.dutyline("pages", "accept", page.call_ref, "--as", names[second].lower())
    assert accepted.code == 0, accepted.err
    await house.leg_over(second)
    late = await house.dutyline("pages", "accept", page.call_ref, "--as", names[first])
    assert late.code == 1
    assert f"{names[second]} has it" in late.err
    listed = (await house.dutyline("pages", "list", "--open", "--json")).json()
    assert page.id in [one["id"] for one in listed]
    wrong = await house.dutyline("pages", "accept", page.call_ref, "--as", "ADX")
    assert "nobody 'ADX'" in wrong.err
    assert "did you mean ADU" in wrong.err
    assert (await house.dutyline("pages", "done", page.call_ref, "--as", names[second])).code == 0
    shown = (await house.dutyline("pages", "show", page.call_ref, "--json")).json()
    assert shown["state"] == "done"
    assert shown["called_back"]["by"] == names[second].lower()
    kinds = [event["kind"] for event in shown["history"]]
    assert [one for one in kinds if one in ("opened", "accepted", "called-back")] == [
        "opened",
        "accepted",
        "called-back",
    ]
    await call.hang_up()
    await house.record_of(call)
    await asyncio.sleep(0.3)
    told = await house.dutyline("calls", "show", page.call_ref)
    assert f"Page {page.call_ref}" in told.out
    data = (await house.dutyline("calls", "show", page.call_ref, "--json")).json()
    assert [one["call_ref"] for one in data["pages"]] == [page.call_ref]


async def test_the_promise_survives_the_death_of_the_service(house: House) -> None:
    first, second, *_ = await order_of_duty(house)
    reminded = answer_and_key("3", after_s=0.5, listens_s=6)
    await house.phones({AGENT_1: TALKS, first: in_turn(ACCEPTS, reminded), second: ACCEPTS})
    async with short_promise(house, 44, 22):
        await house.call(FUZER_DESK)
        page = await house.page_reaches("accepted")
        await house.leg_over(first)
        await house.kill_service()
        await house.ready(60)
        again = await house.rings(second, timeout_s=90)
        assert again.number == second
        await house.page_reaches("accepted")
        await house.dutyline("pages", "done", page.call_ref)
    reminders = [one for one in await house.attempts(page) if one.stage == "reminder"]
    assert [str(one.state) for one in reminders] == ["heard"], "reminded once, though the service died"
