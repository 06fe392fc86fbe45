"""A story of an Asterisk that is killed under its callers: what is told of them afterwards is true."""

from __future__ import annotations

import os
import signal

import pytest

from ivr.carrier.habits import Habit, answer_and_talk
from tests.stories.house import House, until

pytestmark = [pytest.mark.switch, pytest.mark.alone]

AGENT_1 = "+32470000021"
ENGINEERS = tuple(f"+3247000000{n}" for n in range(1, 7))


async def test_who_was_on_the_line_has_not_hung_up_and_the_next_caller_is_served(house: House) -> None:
    """One talks, one hears a prompt: the switch lost both calls, and nobody is said to have given up."""
    await house.phones({AGENT_1: answer_and_talk(after_s=0.3)})
    await house.phones(dict.fromkeys(ENGINEERS, Habit.RING_FOREVER.value))
    talking = await house.call("032055582", caller="+32470009511")
    await house.answers(AGENT_1, timeout_s=60)
    listening = await house.call("032055884", caller="+32470009512")
    await house.hears(listening, "welcome-colt")

    killed = house.household.switch.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    spoken = (await house.record_from("+32470009511", timeout_s=20)).record
    assert (spoken.disposition, spoken.hung_by, spoken.cause) == ("answered", "switch", 0)
    assert spoken.agent_entry == "agent-1"
    cut = await house.record_from("+32470009512", timeout_s=20)
    assert (cut.record.disposition, cut.record.hung_by, cut.record.cause) == ("failed", "switch", 0)
    assert cut.hops[-1].why == "the switch lost the call"
    told = await house.dutyline("calls", "show", cut.record.id)
    assert "hung up" not in told.out and "gave up" not in told.out, told.out

    await until(lambda: house.household.switch.pid not in (None, killed), 40, "a switch in its place")
    await house.ready(60)
    after = await house.call("032055582", hang_up_after_s=3)
    await house.hears(after, "welcome-fuzer")
    await after.ended(30)
    record = (await house.record_of(after, timeout_s=10)).record
    assert (record.disposition, record.hung_by) == ("abandoned", "caller")
    for call in (talking, listening):
        await call.hang_up()
