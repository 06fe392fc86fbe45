"""Limits under load: twenty calls a second, agents that refuse, hang up or are cut off; the switch testifies.

What the switch itself says of its channels is counted: never one over, whatever dies; and nothing is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

import pytest

from ivr.ami import AmiError, AmiEvent, AmiLink
from ivr.carrier.habits import Habit, answer_and_talk, hang_up_in_the_middle, refuse
from tests.stories.house import House, until
from tests.stories.test_queues import nothing_is_left

pytestmark = [pytest.mark.switch, pytest.mark.alone]

QUEUED, COUNTED = "032056000", "032056001"
DESK = "+32470000057"
PLACES, RATE, SECONDS = 3, 20, 9
STARTS, WITHIN_S = 4, 3.0

CHANGES: dict[str, Callable[[str], str]] = {
    "plans/queued.yaml": lambda _: (
        f"""\
title: At most {PLACES} calls at the desk, the others wait
start: desk
nodes:
  desk:
    destination: {DESK}
    ring: 3 s
    limit: {{calls: {PLACES}, name: desk}}
    queue: {{id: desk, wait: 6 s, longest: 50}}
    exits: {{queue-timeout: bye, queue-full: bye}}
    rest: bye
  bye: {{hangup: normal}}
"""
    ),
    "plans/counted.yaml": lambda _: (
        f"""\
title: At most {STARTS} calls in {WITHIN_S:g} seconds
start: desk
nodes:
  desk:
    destination: {DESK}
    ring: 2 s
    limit: {{starts: {STARTS}, within: {WITHIN_S:g} s, name: counted}}
    exits: {{limit: over}}
    rest: bye
  over: {{hangup: busy}}
  bye: {{hangup: normal}}
"""
    ),
    "brands.yaml": lambda text: text.replace(
        "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n",
        "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
        f"    - {{number: {QUEUED}, carrier: Telenet, plan: queued}}\n"
        f"    - {{number: {COUNTED}, carrier: Telenet, plan: counted}}\n",
    ),
}
MOODS = (
    answer_and_talk(after_s=0.1, talks_s=0.4),
    answer_and_talk(after_s=0, talks_s=0.2),
    hang_up_in_the_middle(after_s=0.1, listens_s=0.2),
    refuse(Habit.REJECT),
    refuse(Habit.CONGESTION, after_s=0.2),
    refuse(Habit.BUSY),
    Habit.RING_FOREVER,
)


@dataclass
class Witness:
    """The switch's own account of the telephones it rings: every beginning and end, in its order.

    A telephone that was not answered is over with the Dial: its channel may be kept a moment longer.
    """

    link: AmiLink
    live: dict[str, str] = field(default_factory=dict)
    most: int = 0
    begun: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)

    def begins(self, event: AmiEvent) -> None:
        if event.get("Exten") in ("", "s"):  # rung by us; who calls has dialled something
            self.live[event.get("Uniqueid")] = event.get("Channel")
            self.most = max(self.most, len(self.live))
            self.begun.append(float(event.get("Timestamp")))

    def ends(self, event: AmiEvent) -> None:
        if self.live.pop(event.get("Uniqueid"), None):
            self.ended.append(float(event.get("Timestamp")))

    def stops_ringing(self, event: AmiEvent) -> None:
        if event.get("DialStatus") != "ANSWER" and self.live.pop(event.get("DestUniqueid"), None):
            self.ended.append(float(event.get("Timestamp")))

    async def cut_off(self, house: House, chance: random.Random) -> None:
        """The telephone has its moods, and now and then it dies in the middle of whatever it does."""
        for turn in itertools.count():
            await house.carrier.set_phone(DESK, chance.choice(MOODS))
            await asyncio.sleep(0.1)
            if turn % 3 == 0 and self.live:
                with contextlib.suppress(AmiError):
                    await self.link.hangup(chance.choice(list(self.live.values())))


@contextlib.asynccontextmanager
async def a_witness(house: House) -> AsyncIterator[Witness]:
    settings = house.settings
    secret = settings.secret("ami")
    link = AmiLink(
        settings.host, settings.ami_port, "dutyline", secret, events=("Newchannel", "DialEnd", "Hangup")
    )
    witness = Witness(link)
    link.subscribe("Newchannel", witness.begins)
    link.subscribe("DialEnd", witness.stops_ringing)
    link.subscribe("Hangup", witness.ends)
    await link.start()
    try:
        await link.wait_ready(10)
        yield witness
    finally:
        await link.close()


@contextlib.asynccontextmanager
async def a_listener(house: House) -> AsyncIterator[list[dict[str, Any]]]:
    """Everything the live feed says meanwhile."""
    lines: list[dict[str, Any]] = []
    connected = asyncio.Event()

    async def listen() -> None:
        async for line in house.client.follow():
            connected.set()
            lines.append(dict(line))

    task = asyncio.create_task(listen())
    await asyncio.wait_for(connected.wait(), 10)
    try:
        yield lines
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def dial(house: House, number: str, rate: float, seconds: float, chance: random.Random) -> int:
    """Callers at that rate; every fifth loses patience."""
    began, count = time.monotonic(), round(rate * seconds)
    for n in range(count):
        await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
        patience_s = chance.uniform(0.2, 4) if n % 5 == 0 else None
        await house.carrier.place_call(
            number, caller=f"+3247001{n:04}", record=False, hang_up_after_s=patience_s
        )
    return count


async def test_at_most_so_many_calls_at_once_under_load_whatever_dies(house: House) -> None:
    chance = random.Random(3)
    async with house.configured(CHANGES), a_witness(house) as witness, a_listener(house) as lines:
        killing = asyncio.create_task(witness.cut_off(house, chance))
        try:
            placed = await dial(house, QUEUED, RATE, SECONDS, chance)
            await until(lambda: ended(lines) >= placed, 40, "everybody has been served or has gone")
        finally:
            killing.cancel()
        await nothing_is_left(house)
    assert witness.most == PLACES, "all places were used, and never one more"
    served = check_order(lines)
    assert served > 20, f"{served} of {placed} callers waited and were served"
    assert median(reuse_s(witness, lines)) < 0.3, "a freed place is used at once"


def ended(lines: list[dict[str, Any]]) -> int:
    return sum(line.get("kind") == "end" for line in lines)


def check_order(lines: list[dict[str, Any]]) -> int:
    """First come first served, by the moments of joining and leaving; how many waited and were served."""
    joined = {line["call"]: at(line) for line in lines if line.get("what") == "joined"}
    left = [line for line in lines if line.get("what") == "left"]
    assert len(left) == len(joined), "who joins, leaves"
    served = sorted(
        (joined[line["call"]], joined[line["call"]] + line["waited_s"])
        for line in left
        if line.get("by") == "in"
    )
    for (_, earlier), (_, later) in itertools.pairwise(served):
        assert later >= earlier - 0.02
    return len(served)


def at(line: dict[str, Any]) -> float:
    return datetime.fromisoformat(line["at"]).timestamp()


def reuse_s(witness: Witness, lines: list[dict[str, Any]]) -> list[float]:
    """From each end of a telephone's call to the next that rings, while callers waited."""
    last_wait = max(at(line) for line in lines if line.get("by") == "in")
    begun = sorted(witness.begun)
    gaps = [
        next((one - end for one in begun if one >= end), None)
        for end in witness.ended
        if end < last_wait - 0.5
    ]
    return [gap for gap in gaps if gap is not None]


async def test_at_most_so_many_calls_begin_in_an_interval(house: House) -> None:
    await house.carrier.set_phone(DESK, refuse(Habit.BUSY))
    async with house.configured(CHANGES), a_witness(house) as witness:
        placed = await dial(house, COUNTED, RATE, 7, random.Random(5))
        await house.switch_is_quiet()
    begun = sorted(witness.begun)
    assert placed > 100 and len(begun) in (STARTS * 3, STARTS * 4 - 1, STARTS * 4), len(begun)
    for first, after in zip(begun, begun[STARTS:], strict=False):
        assert after - first > WITHIN_S - 0.25, "the switch rings a moment after the book has said so"
    await nothing_is_left(house)
