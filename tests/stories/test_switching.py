"""Stories of a number group that is switched to another plan: while people are on the line, and by phone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from dialplan.pins import hash_pin
from ivr.carrier.habits import answer_and_talk
from ivr.overrides.kept import list_audit
from tests.stories.house import House, until

pytestmark = pytest.mark.switch

LINE, DESK_LINE = "+3232056010", "+3232056011"
AGENT_1, BOSS, STRANGER = "+32470000021", "+32470000062", "+32470009704"
PIN = "48151623"

USUAL = """\
start: hello
nodes:
  hello: {announce: please-hold, next: agent}
  agent: {destination: agent-1, ring: 10 s, rest: bye}
  bye: {hangup: normal}
"""
EMERGENCY = """\
start: closed
nodes:
  closed: {announce: office-closed, next: bye}
  bye: {hangup: normal}
"""
CHANGE = """\
start: tongue
nodes:
  tongue: {language: en, next: change}
  change:
    switch-plan: {1: lines}
    plans: {1: emergency}
    callers: duty-manager
    for: 4 h
    next: bye
    rest: refused
  refused: {hangup: rejected}
  bye: {hangup: normal}
"""
PUBLIC = "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
LINES = (
    f"    - {{number: {LINE}, plan: usual, group: lines}}\n"
    f"    - {{number: {DESK_LINE}, plan: change, group: desk-line}}\n"
)
CHANGES = {
    "plans/usual.yaml": lambda _: USUAL,
    "plans/emergency.yaml": lambda _: EMERGENCY,
    "plans/change.yaml": lambda _: CHANGE,
    "brands.yaml": lambda text: text.replace(PUBLIC, PUBLIC + LINES),
    "desk.yaml": lambda text: text + f"\npins:\n  duty-manager: {hash_pin(PIN, b'0123456789abcdef')}\n",
}


@contextlib.asynccontextmanager
async def lines(house: House) -> AsyncIterator[None]:
    """Two numbers more: one that is switched, one on which it is."""
    async with house.configured(CHANGES):
        try:
            yield
        finally:
            await house.client.ask("switch-back", {"name": "lines", "by": "the story"})


async def test_a_group_is_switched_while_people_talk_and_comes_back_by_itself(house: House) -> None:
    """One is talking and goes on; the next hears that the office is closed; soon after all is as it was."""
    await house.phones({AGENT_1: answer_and_talk(after_s=0.3)})
    async with lines(house):
        talking = await house.call(LINE, at=None, caller="+32470009701")
        await house.answers(AGENT_1)
        said = await house.dutyline("switch", "lines", "emergency", "--for", "12 s", "--why", "fire drill")
        assert said.code == 0 and "live: group lines -> emergency" in said.out, (said.out, said.err)
        second = await house.call(LINE, at=None, caller="+32470009702")
        await house.hears(second, "office-closed")
        assert talking.is_live, "a call that has begun keeps its plan"
        listed = (await house.dutyline("switch", "list", "--json")).json()
        assert (listed[0]["state"], listed[0]["to"], listed[0]["why"]) == ("holds", "emergency", "fire drill")
        await until_over(house)
        third = await house.call(LINE, at=None, caller="+32470009703")
        await house.hears(third, "please-hold")
        for call in (talking, third):
            await call.hang_up()
    records = [await house.record_from(f"+3247000970{n}") for n in (1, 2, 3)]
    assert [one.record.plan for one in records] == ["usual", "emergency", "usual"]
    why = records[1].hops[0].why
    assert records[1].hops[0].kind == "override" and "(fire drill) until " in why, why
    audit = await house.read(lambda session: list_audit(session, 3))
    assert [str(row.action) for row in audit][:1] == ["switched"] and audit[0].object == "group lines"


async def until_over(house: House) -> None:
    """Wait until what was switched has ended by itself."""
    async with asyncio.timeout(30):
        while (await house.dutyline("switch", "list", "-n", "1", "--json")).json()[0]["state"] != "over":
            await asyncio.sleep(0.5)


async def test_the_duty_manager_switches_a_group_by_phone(house: House) -> None:
    """A wrong PIN, then the right one; the group, the plan, the confirmation; and it outlives the service."""
    async with lines(house):
        boss = await house.call(DESK_LINE, at=None, caller=BOSS)
        await house.hears(boss, "switch-enter-pin")
        await boss.press("1111#")
        await house.hears(boss, "switch-pin-wrong")
        await until(lambda: house.heard(boss).count("switch-enter-pin") == 2, what="the PIN is asked again")
        await boss.press(f"{PIN}#")
        await house.hears(boss, "switch-now-on")
        await boss.press("1")
        await until(lambda: house.heard(boss).count("switch-plan") >= 1, what="the plans are said")
        await boss.press("1")
        await house.hears(boss, "switch-confirm", 30)
        await boss.press("1")
        await house.hears(boss, "switch-done")
        await boss.ended()
        caller = await house.call(LINE, at=None, caller="+32470009705")
        await house.hears(caller, "office-closed")
        await caller.ended()
        await house.kill_service()
        await asyncio.sleep(1)
        await house.ready(60)
        again = await house.call(LINE, at=None, caller="+32470009706")
        await house.hears(again, "office-closed")
        await again.ended()
    hops = (await house.record_from(BOSS)).hops
    assert (hops[1].exit, hops[1].why) == ("next", "duty-manager switched lines to emergency")
    rows = await house.read(lambda session: list_audit(session, 5))
    did = [(row.actor, str(row.action), row.object) for row in reversed(rows)]
    assert (BOSS, "pin-wrong", "") in did and (BOSS, "pin-right", "duty-manager") in did
    assert ("duty-manager by phone", "switched", "group lines") in did


async def test_a_stranger_with_wrong_pins_changes_nothing_and_is_reported(house: House) -> None:
    """Somebody else's phone is not let in at all; three wrong PINs from the right one end with a mail."""
    async with lines(house):
        stranger = await house.call(DESK_LINE, at=None, caller=STRANGER)
        await house.hears(stranger, "switch-not-allowed")
        thief = await house.call(DESK_LINE, at=None, caller=BOSS)
        for tried in (1, 2, 3):
            await until(
                lambda tried=tried: house.heard(thief).count("switch-enter-pin") == tried,
                what=f"the PIN is asked for the {tried}. time",
            )
            await thief.press("2222#")
        await house.hears(thief, "switch-pin-refused")
        await house.mail_arrives("Wrong PINs")
        assert (
            (await house.dutyline("switch", "lines", "emergenci"))
            .err.strip()
            .endswith('unknown plan "emergenci"; did you mean "emergency"?')
        )
        await thief.ended()
    assert (await house.record_from(BOSS)).hops[1].exit == "rest"
