"""Stories of whom a destination rings and in which order, and of calls over a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ivr.carrier import PlacedCall
from ivr.carrier.habits import Habit, answer_and_talk, cause, refuse
from ivr.records import RecordedCall
from tests.stories.house import House, together

pytestmark = pytest.mark.switch

PUBLIC = "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
TALKS = answer_and_talk(after_s=0.3)


def phone(number: int) -> str:
    """A placeholder telephone that stands in no directory."""
    return f"+324700002{number:02}"


def numbers_for(*plans: str) -> Callable[[str], str]:
    """A number of Fuzer for each of these plans: 03 205 61 00 and on."""
    more = "".join(
        f"    - {{number: 03 205 61 {place:02}, carrier: Telenet, plan: {plan}}}\n"
        for place, plan in enumerate(plans)
    )
    return lambda text: text.replace(PUBLIC, PUBLIC + more)


def plan(ring: str, nodes: str = "") -> Callable[[str], str]:
    text = f"title: A story\nstart: ring\nnodes:\n  ring: {{{ring}, rest: bye}}\n{nodes}"
    return lambda _: text + "  bye: {hangup: normal}\n"


def way(found: RecordedCall) -> list[str]:
    return [f"{hop.node}.{hop.exit}" for hop in found.hops]


IN_TURN = f'destination: [{{number: "{phone(1)}", ring: 2 s}}, "{phone(2)}"], ring: 6 s'
TOGETHER = f'destination: ["{phone(3)}", "{phone(4)}"], order: together, ring: 6 s'
RANDOM = f'destination: ["{phone(5)}", "{phone(6)}", "{phone(7)}"], order: random, exits: {{cause-31: bye}}'
DIRECT = """\
title: An extension
start: ask
nodes:
  ask:
    menu: press-1-to-confirm
    keys: {1: bye}
    extensions: yes
    wait: 5 s
    exits: {extension: direct}
    rest: bye
  direct: {destination: $extension, ring: 6 s, rest: bye}
  bye: {hangup: normal}
"""
PORTER = f'porter: {{title: The porter, kind: external, phone: "{phone(8)}", extension: 2101}}\n'


async def test_who_is_rung_and_in_which_order(house: House) -> None:
    """Four callers at once: one after another, all together, by chance, and by an extension."""
    await house.phones({phone(1): Habit.RING_FOREVER.value, phone(2): TALKS, phone(8): TALKS})
    await house.phones({phone(3): Habit.RING_FOREVER.value, phone(4): answer_and_talk(after_s=1.5)})
    await house.phones(dict.fromkeys((phone(5), phone(6), phone(7)), cause(31)))
    changes = {
        "plans/in-turn.yaml": plan(IN_TURN),
        "plans/at-once.yaml": plan(TOGETHER),
        "plans/random.yaml": plan(RANDOM),
        "plans/direct.yaml": lambda _: DIRECT,
        "directory.yaml": lambda text: text + PORTER,
        "brands.yaml": numbers_for("in-turn", "at-once", "random", "direct"),
    }
    async with house.configured(changes):
        await together(one_after_another(house), all_at_once(house), by_chance(house), directly(house))


async def one_after_another(house: House) -> None:
    call = await house.call("032056100", caller="+32470009501")
    second = await house.answers(phone(2))
    first = await house.leg_over(phone(1))
    assert first.ended_at and second.rang_at and first.ended_at <= second.rang_at, "never both at once"
    assert 1.5 < (first.ended_at - first.rang_at).total_seconds() < 5, "its own ring time, not the node's"
    await call.hang_up()
    found = await house.record_from("+32470009501")
    assert way(found) == ["ring.answered"] and found.record.agent_number == phone(2)


async def all_at_once(house: House) -> None:
    call = await house.call("032056101", caller="+32470009502")
    taken = await house.answers(phone(4))
    lost = await house.leg_over(phone(3))
    assert taken.answered_at and lost.rang_at and lost.rang_at < taken.answered_at, "both rang"
    assert lost.answered_at is None, "and the other is quiet again"
    await call.hang_up()
    assert (await house.record_from("+32470009502")).record.agent_number == phone(4)


async def by_chance(house: House) -> None:
    call = await house.call("032056102", caller="+32470009503")
    await call.ended(40)
    assert sorted(number for number in house.rung() if number in (phone(5), phone(6), phone(7))) == [
        phone(5), phone(6), phone(7),
    ], "each once, in whatever order"  # fmt: skip
    assert way(await house.record_from("+32470009503")) == ["ring.cause-31", "bye.end"]


async def directly(house: House) -> None:
    call = await house.call("032056103", caller="+32470009504")
    await call.answered()
    await asyncio.sleep(1)
    await call.press("2101")
    await house.answers(phone(8))
    await call.hang_up()
    found = await house.record_from("+32470009504")
    assert way(found) == ["ask.extension", "direct.answered"]
    assert found.record.agent_entry == "porter"


LIMITED = f"""\
title: Limits
limit: {{calls: 2}}
caller-limit: {{calls: 1, over: again}}
start: desk
nodes:
  desk:
    destination: "{phone(11)}"
    ring: 6 s
    limit: {{calls: 1}}
    exits: {{limit: full}}
    rest: bye
  full: {{menu: please-hold, keys: {{1: bye}}, wait: 50 s, rest: bye}}
  again: {{announce: still-trying, next: bye}}
  bye: {{hangup: normal}}
"""


async def test_calls_over_a_limit(house: House) -> None:
    """One place at the destination, two in the plan, one for each caller."""
    await house.phones({phone(11): TALKS})
    changes = {"plans/limited.yaml": lambda _: LIMITED, "brands.yaml": numbers_for("limited")}
    async with house.configured(changes):
        talks = await calls(house, 11)
        await house.answers(phone(11))

        again = await calls(house, 11)
        await again.ended(30)
        assert "still-trying" in [one.prompt_id for one in await house.heard_whole(again)]

        second = await calls(house, 12)
        await house.hears(second, "please-hold")

        refused = await calls(house, 13)
        assert await refused.ended(30) == 17 and refused.answered_at is None, "he does not pay for it"
        record = (await house.record_from("+32470009513")).record
        assert (record.disposition, record.cause, record.answered) == ("rejected", 17, None)
        assert refused.ended_at is not None
        said_s = (refused.ended_at - refused.placed_at).total_seconds()
        assert said_s > 5, "in Dutch and in French, before the answer, he was told why"

        await talks.hang_up()
        await talks.ended()
        async with asyncio.timeout(10):
            while not await has_taken(house, "plan:limited", 1):
                await asyncio.sleep(0.05)
        third = await calls(house, 13)
        await house.answers(phone(11), turn=2)
        await asyncio.gather(third.hang_up(), second.hang_up())
        await third.ended()
    async with asyncio.timeout(10):
        while (await house.record_from("+32470009513")).record.started == record.started:
            await asyncio.sleep(0.05)
    assert way(await house.record_from("+32470009513")) == ["admission.in", "desk.answered"]
    assert way(await house.record_from("+32470009512"))[:2] == ["admission.in", "desk.limit"]


async def has_taken(house: House, limit: str, places: int) -> bool:
    """Whether so many places of that limit are taken."""
    found = (await house.client.ask("queues"))["places"]
    return [one["taken"] for one in found if one["limit"] == limit] == [places]


async def calls(house: House, who: int) -> PlacedCall:
    return await house.call("032056100", caller=f"+324700095{who:02}")


GROUPS = """
watch:
  title: The watch
  agents: [agent-1, agent-2]
  order: in-turn
  ring: 2 s
  aside: 90 s
single: {title: One alone, agents: [adu]}
"""
GROUP_EXITS = "exits: {no-answer: silent, nobody: deserted, busy: busy}"
SAYS = """\
  silent: {announce: still-trying, next: bye}
  deserted: {announce: nobody-reached-callback, next: bye}
  busy: {announce: all-agents-busy, next: bye}
"""
AGENT_1, AGENT_2, ALONE = "+32470000021", "+32470000022", "+32470000002"


async def test_the_exits_of_a_skills_group(house: House) -> None:
    """Nobody answers; then nobody is to be had; and at another group the only agent is talking."""
    await house.phones({AGENT_1: Habit.RING_FOREVER.value, AGENT_2: refuse(Habit.REJECT), ALONE: TALKS})
    changes = {
        "skills.yaml": lambda text: text + GROUPS,
        "plans/watch.yaml": plan(f"destination: watch, {GROUP_EXITS}", SAYS),
        "plans/single.yaml": plan(f"destination: single, {GROUP_EXITS}", SAYS),
        "brands.yaml": numbers_for("watch", "single"),
    }
    async with house.configured(changes):
        talks = await house.call("032056101", caller="+32470009521")
        first = await house.call("032056100", caller="+32470009522")
        await house.answers(ALONE)
        late = await house.call("032056101", caller="+32470009523")
        assert await late.ended(30) == 16
        assert await first.ended(40) == 16
        second = await house.call("032056100", caller="+32470009524")
        assert await second.ended(30) == 16
        await talks.hang_up()
    assert [number for number in house.rung() if number in (AGENT_1, AGENT_2)] == [AGENT_1, AGENT_2]
    ways = {who: way(await house.record_from(f"+324700095{who}")) for who in (21, 22, 23, 24)}
    assert ways == {
        21: ["ring.answered"],
        22: ["ring.busy", "busy.next", "bye.end"],
        23: ["ring.busy", "busy.next", "bye.end"],
        24: ["ring.nobody", "deserted.next", "bye.end"],
    }
