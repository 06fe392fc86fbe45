"""Stories of a duty that changes while somebody is looked for, and of an engineer who talks already."""

from __future__ import annotations

import asyncio

import pytest

from ivr.carrier.habits import Habit, answer_and_key
from tests.stories.house import House, until
from tests.stories.test_duty_changes import next_saturday_night
from tests.stories.test_engineers_phone import AGENT_1, CHANGES, ENGINEER, SECOND, TALK

pytestmark = pytest.mark.switch

FUZER_DESK = "032055582"


async def test_who_takes_over_during_a_page_is_rung_and_the_one_before_is_left_in_peace(
    house: House,
) -> None:
    """His phone rings as the duty is changed; then the service dies, and goes on by the new duty."""
    night = next_saturday_night()
    duty = (await house.client.ask("duty", {"at": night.isoformat()}))["order"]
    old, new = duty[0], duty[3]
    phones = {str(one["number"]): Habit.RING_FOREVER.value for one in duty}
    accepts = answer_and_key("1", after_s=8, listens_s=3)
    await house.phones({AGENT_1: Habit.RING_FOREVER.value, **phones, str(new["number"]): accepts})
    span = ("--from", f"{night:%Y-%m-%d} 18:00", "--for", "1 day")

    call = await house.call(FUZER_DESK, at=night)
    ringing = await house.rings(str(old["number"]))
    said = await house.dutyline("duty", "override", str(new["trigram"]), *span, "--why", "ill")
    assert said.code == 0, said.err
    await house.rings(str(new["number"]), timeout_s=10)
    over = await house.leg_over(str(old["number"]), timeout_s=10)
    assert over.id == ringing.id and over.answered_at is None
    await house.kill_service()
    await house.ready(60)
    page = await house.page_reaches("accepted", timeout_s=40)
    assert page.accepted_number == new["number"]
    assert house.rung().count(str(old["number"])) == 1, "he is left in peace"
    attempts = [(one.number, str(one.state)) for one in await house.attempts(page)]
    assert attempts == [(old["number"], "cancelled"), (new["number"], "accepted")]

    told = (await house.dutyline("pages", "show", page.call_ref)).out
    assert f"the duty changed: {new['trigram']} for {old['trigram']} (by " in told
    why = (await house.dutyline("pages", "why", page.call_ref, "--language", "fr")).out
    assert f"la garde a changé : {new['trigram']} pour {old['trigram']}" in " ".join(why.split())
    await call.hang_up()
    for one in (await house.dutyline("duty", "changes", "--json")).json():
        await house.dutyline("duty", "cancel", one["id"])


async def test_who_talks_with_a_caller_is_not_rung_for_another_until_he_is_free(house: House) -> None:
    async with house.configured(CHANGES):
        await house.phones(
            {
                AGENT_1: Habit.RING_FOREVER.value,
                ENGINEER: answer_and_key("4", after_s=0.3, listens_s=3),
                SECOND: Habit.BUSY.value,
            }
        )
        first = await house.call(TALK, caller="+32470009601")
        await house.hears(first, "engineer-connecting", 40)
        talked = (await house.page_reaches("done", timeout_s=20)).call_ref
        second = await house.call(TALK, caller="+32470009602")
        await until(lambda: house.rung().count(SECOND) == 1, 20, "the other one is rung")
        await asyncio.sleep(3)
        assert house.rung().count(ENGINEER) == 1, "he talks"
        page = await house.last_page()
        told = (await house.dutyline("pages", "show", page.call_ref)).out
        assert f"MAB was not rung: is talking to call {talked}" in " ".join(told.split())
        await first.hang_up()
        await until(lambda: house.rung().count(ENGINEER) == 2, 40, "he is free again")
        await house.hears(second, "engineer-connecting", 40)
        await second.hang_up()
