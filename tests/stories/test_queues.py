"""Stories of callers who wait: what they hear, who goes first, how they leave, which agent is rung."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from ivr.ami import AmiFailed
from ivr.carrier import PlacedCall
from ivr.carrier.habits import Habit, answer_and_talk, in_turn
from tests.stories.house import House, until

pytestmark = [pytest.mark.switch, pytest.mark.alone]

NUMBER, IMPORTANT_NUMBER = "032056000", "032056001"
AGENT_1 = "+32470000021"
ONE, OTHER = "+32470000054", "+32470000055"
"""Telephones of two who have had no call in any other story: idle for ever."""
FOREVER = answer_and_talk(after_s=0.2)

SKILLS = """\
crew:
  title: The crew
  agents: [agent-1]
  ring: 6 s
pair:
  title: The pair
  agents: [fuzer-mobile-emergency-office, fuzer-mobile-legal-office]
  order: longest-idle
  ring: 4 s
  wrap-up: 2 s
  aside: 30 s
"""
PLAN = """\
title: Wait for the crew
start: tongue
nodes:
  tongue: {{language: nl, next: desk}}
  desk:
    destination: crew
    queue:
      id: crew
      wait: {wait}
      longest: {longest}
      welcome: all-agents-busy
      first: first-in-queue
      comfort: thank-you-for-waiting
      position: yes
      expected-wait: yes
      every: 5 s
      keys: {{1: message}}
      priority: {priority}
    exits: {{queue-timeout: late, queue-full: full}}
    rest: nobody
  late: {{announce: nobody-reached-callback, next: bye}}
  full: {{announce: lines-busy, next: bye}}
  message: {{announce: engineer-calls-back, next: bye}}
  nobody: {{announce: still-trying, next: bye}}
  bye: {{hangup: normal}}
"""
PAIR = """\
title: The pair
start: desk
nodes:
  desk:
    destination: pair
    queue: {id: pair, wait: 60 s}
    rest: nobody
  nobody: {announce: still-trying, next: bye}
  bye: {hangup: normal}
"""

DIRECT = """\
title: One of the crew, by name
start: agent
nodes:
  agent: {destination: agent-1, ring: 6 s, rest: bye}
  bye: {hangup: normal}
"""


def plan(wait: str = "60 s", longest: int = 3, priority: int = 0) -> Callable[[str], str]:
    return lambda _: PLAN.format(wait=wait, longest=longest, priority=priority)


def numbers(*plans: str) -> Callable[[str], str]:
    """Numbers of the first brand for these plans."""
    line = "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
    more = "".join(
        f"    - {{number: {number}, carrier: Telenet, plan: {name}}}\n"
        for number, name in zip((NUMBER, IMPORTANT_NUMBER), plans, strict=False)
    )
    return lambda text: text.replace(line, line + more)


def changes(crew: Callable[[str], str], **more: Callable[[str], str]) -> dict[str, Callable[[str], str]]:
    named = {f"plans/{name}.yaml": made for name, made in more.items()}
    return {
        "skills.yaml": lambda text: text + SKILLS,
        "plans/crew.yaml": crew,
        **named,
        "brands.yaml": numbers("crew", *more),
    }


async def calls(house: House, n: int, number: str = NUMBER) -> PlacedCall:
    return await house.call(number, caller=f"+324700096{n:02}")


async def waiting(house: House) -> list[str]:
    """Who waits, the first first, by the end of his number."""
    found = await house.client.ask("queues")
    return [one["caller"][-2:] for queue in found["queues"] for one in queue["waiting"]]


async def wait_until_waiting(house: House, *who: str, timeout_s: float = 15.0) -> None:
    async with asyncio.timeout(timeout_s):
        while await waiting(house) != list(who):
            await asyncio.sleep(0.05)


async def test_what_a_waiting_caller_hears_and_when_he_is_served(house: House) -> None:
    """Welcome, that he is first, and again and again how it stands; then the agent, at once."""
    await house.phones({AGENT_1: FOREVER})
    async with house.configured(changes(plan())):
        talking = await calls(house, 1)
        await house.answers(AGENT_1)
        first = await calls(house, 2)
        await wait_until_waiting(house, "02")
        second = await calls(house, 3)
        await wait_until_waiting(house, "02", "03")
        said = await house.dutyline("queues")
        assert said.code == 0 and "0470 00 96 02" in said.out and "talking" in said.out, said
        figures = await metrics(house)
        assert 'dutyline_queue_waiting{name="crew"} 2.0' in figures
        assert 'dutyline_agents{name="talking"} 1.0' in figures
        assert "2 wait in 1 queue" in (await house.client.ready())["checks"]["queues"]["note"]
        await house.hears(second, "in-the-queue", timeout_s=40)

        await talking.hang_up()
        await talks(house, AGENT_1, 2)
        await wait_until_waiting(house, "03")
        assert "num-2" in house.heard(second)
        await house.hears(second, "first-in-queue")
        await first.hang_up()
        await talks(house, AGENT_1, 3)
        await second.hang_up()
        heard = [one.prompt_id for one in await house.heard_whole(first)]
        order = ["all-agents-busy", "first-in-queue", "thank-you-for-waiting"]
        assert [one for one in dict.fromkeys(heard) if one in order] == order, heard
        assert "expected-wait" not in heard, "nobody could tell yet"

    record = (await house.record_from("+32470009603")).record
    assert record.queued_at and record.queue_left_at and record.agent_at
    assert record.queued_at < record.queue_left_at < record.agent_at
    assert (record.agent_entry, record.places) == ("agent-1", "")
    served = (await house.record_from("+32470009602")).hops
    assert any(hop.node == "desk" and "waited" in hop.why for hop in served), served


async def test_every_way_out_of_a_queue(house: House) -> None:
    """By a key, out of time, because it is full, out of patience; and nothing is left behind."""
    await house.phones({AGENT_1: FOREVER})
    async with house.configured(changes(plan(wait="9 s", longest=2))):
        talking = await calls(house, 1)
        await house.answers(AGENT_1)
        by_key = await calls(house, 2)
        await wait_until_waiting(house, "02")
        impatient = await calls(house, 3)
        await wait_until_waiting(house, "02", "03")
        full = await calls(house, 4)
        await house.hears(full, "lines-busy")
        await press(by_key, "D")  # a key that no telephone has opens no door
        await press(by_key, "5")
        await asyncio.sleep(0.5)
        assert await waiting(house) == ["02", "03"]
        await press(by_key, "1")
        await wait_until_waiting(house, "03")
        await impatient.hang_up()
        await wait_until_waiting(house)
        late = await calls(house, 5)
        await house.hears(by_key, "engineer-calls-back")
        await house.hears(late, "nobody-reached-callback", timeout_s=30)
        found = await house.client.ask("queues")
        assert [one["state"] for one in found["agents"] if one["agent"] == "agent-1"] == ["talking"]
        await talking.hang_up()
        for call in (by_key, full, late):
            await call.ended(30)

    exits = {n: await exit_of(house, n) for n in range(2, 6)}
    assert exits == {2: "1", 3: "hang-up", 4: "queue-full", 5: "queue-timeout"}
    assert (await house.record_from("+32470009603")).record.disposition == "abandoned"
    await nothing_is_left(house)


async def test_the_important_number_goes_first_and_then_who_came_first(house: House) -> None:
    await house.phones({AGENT_1: in_turn(FOREVER, answer_and_talk(after_s=0.2, talks_s=1))})
    async with house.configured(changes(plan(), gold=plan(priority=5))):
        talking = await calls(house, 1)
        await talks(house, AGENT_1, 1)
        await calls(house, 2)
        await wait_until_waiting(house, "02")
        await calls(house, 3)
        await wait_until_waiting(house, "02", "03")
        await calls(house, 4, IMPORTANT_NUMBER)
        await wait_until_waiting(house, "04", "02", "03")
        await talking.hang_up()
        await talks(house, AGENT_1, 4)
        assert await in_order_of_service(house, 4) == [1, 4, 2, 3]


async def test_agents_are_rung_in_turn_of_idleness_rest_after_a_call_and_are_left_alone(house: House) -> None:
    """One does not answer: the caller comes to the other, and the next caller is spared the first."""
    once = in_turn(answer_and_talk(after_s=0.2, talks_s=1), Habit.RING_FOREVER)
    await house.phones({ONE: once, OTHER: FOREVER})
    async with house.configured(changes(plan(), pair=lambda _: PAIR)):
        first = await calls(house, 1, IMPORTANT_NUMBER)
        await house.leg_over(ONE)
        await first.ended()
        second = await calls(house, 2, IMPORTANT_NUMBER)
        await house.answers(OTHER)
        third = await calls(house, 3, IMPORTANT_NUMBER)
        await wait_until_waiting(house, "03")
        await until(lambda: len(house.carrier.legs(ONE)) == 2, 15, "his telephone rings again")
        before, again = house.carrier.legs(ONE)
        assert before.ended_at and again.rang_at, (before, again)
        assert again.rang_at - before.ended_at > timedelta(seconds=1.8), "his wrap-up"
        await wait_until_waiting(house, "03", timeout_s=20)
        found = (await house.client.ask("queues"))["agents"]
        assert [one["state"] for one in found if one["group"] == "pair"] == ["aside", "talking"]
        await second.hang_up()
        await talks(house, OTHER, 2)
        await third.hang_up()
    hops = (await house.record_from("+32470009603")).hops
    assert "did not answer" in hops[-1].why and "answered" in hops[-1].why, hops[-1]
    await nothing_is_left(house)


async def test_an_agent_who_was_rung_by_name_is_not_rung_for_the_queue_until_he_is_free(house: House) -> None:
    """His telephone would take a second call; the caller waits, also past the death of the service."""
    await house.phones({AGENT_1: FOREVER, "+32470000061": FOREVER})
    async with house.configured(changes(plan(), direct=lambda _: DIRECT)):
        direct = await calls(house, 1, IMPORTANT_NUMBER)
        await house.answers(AGENT_1)
        await calls(house, 2)
        await wait_until_waiting(house, "02")
        found = (await house.client.ask("queues"))["agents"]
        assert [one["state"] for one in found if one["agent"] == "agent-1"] == ["talking"]
        await asyncio.sleep(2)  # what is known of the call is written down
        killed = house.household.service.pid
        await house.kill_service()
        await until(lambda: house.household.service.pid not in (None, killed), 40, "a service in its place")
        await house.ready(60)
        assert direct.is_live
        third = await calls(house, 3)
        await wait_until_waiting(house, "03")
        assert len(house.carrier.legs(AGENT_1)) == 1
        await direct.hang_up()
        await talks(house, AGENT_1, 2)
        await third.hang_up()
        again = await calls(house, 4, IMPORTANT_NUMBER)
        await talks(house, AGENT_1, 3)
        await calls(house, 5)
        await wait_until_waiting(house, "05")
        await again.hang_up()
        await talks(house, AGENT_1, 4)
    assert (await house.record_from("+32470009604")).record.agent_entry == "agent-1"


async def test_killing_the_service_sends_who_waits_to_a_person_and_keeps_who_talks(house: House) -> None:
    """And the agent who talks is known to be busy by the service that comes after."""
    await house.phones({AGENT_1: FOREVER, "+32470000061": FOREVER})
    async with house.configured(changes(plan())):
        talking = await calls(house, 1)
        await house.answers(AGENT_1)
        queued = await calls(house, 2)
        await wait_until_waiting(house, "02")
        await asyncio.sleep(4)  # the welcome is over, music plays
        killed = house.household.service.pid
        await house.kill_service()
        await house.hears(queued, "apology-technical", timeout_s=10)
        await until(lambda: house.household.service.pid not in (None, killed), 40, "a service in its place")
        await house.ready(60)
        assert talking.is_live
        again = await calls(house, 3)
        await wait_until_waiting(house, "03")
        found = (await house.client.ask("queues"))["agents"]
        assert [(one["agent"], one["state"]) for one in found] == [("agent-1", "talking")]
        await talking.hang_up()
        await talks(house, AGENT_1, 2)
        for call in (again, queued):
            await call.hang_up()
            await call.ended()
    await nothing_is_left(house)


# -- what they share


async def test_an_agent_whose_phone_rang_when_the_service_died_is_free_for_the_next_caller(
    house: House,
) -> None:
    """It rings on in vain; its caller comes to the failsafe person, and talks there as long as he likes."""
    await house.phones({AGENT_1: in_turn(Habit.RING_FOREVER, FOREVER), "+32470000061": FOREVER})
    async with house.configured(changes(plan())):
        first = await calls(house, 1)
        await house.rings(AGENT_1)
        await asyncio.sleep(1)  # what is known of the call is written down
        killed = house.household.service.pid
        await house.kill_service()
        await until(lambda: house.household.service.pid not in (None, killed), 40, "a service in its place")
        await house.ready(60)
        await house.answers("+32470000061")
        second = await calls(house, 2)
        await talks(house, AGENT_1, 1)
        assert first.is_live
        for call in (first, second):
            await call.hang_up()
    await nothing_is_left(house)


async def talks(house: House, number: str, count: int) -> None:
    """Wait until that telephone has been picked up so many times in this story."""
    legs = house.carrier.legs
    await until(
        lambda: sum(leg.answered_at is not None for leg in legs(number)) >= count,
        30,
        f"{number} is picked up for the {count}. time",
    )


async def metrics(house: House) -> str:
    url = f"http://{house.settings.host}:{house.settings.web_port}/metrics"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return await answer.text()


async def press(call: PlacedCall, keys: str) -> None:
    with suppress(AmiFailed):
        await call.press(keys)


async def exit_of(house: House, n: int) -> str:
    hops = (await house.record_from(f"+324700096{n:02}")).hops
    return next(hop.exit for hop in hops if hop.node == "desk")


async def in_order_of_service(house: House, count: int) -> list[int]:
    found = [(await house.record_from(f"+324700096{n:02}", timeout_s=30)).record for n in range(1, count + 1)]
    served: Mapping[int, Any] = {n: record.agent_at for n, record in enumerate(found, 1)}
    return sorted(served, key=lambda n: served[n])


async def nothing_is_left(house: House) -> None:
    """Nobody waits, nothing is taken, no agent is held."""
    await house.switch_is_quiet()
    await until_free(house)


async def until_free(house: House) -> None:
    async with asyncio.timeout(10):
        while True:
            found = await house.client.ask("queues")
            held = [one for one in found["agents"] if one["call"]]
            if not (held or found["places"] or await waiting(house)):
                return
            await asyncio.sleep(0.1)
