"""The service is killed with -9 while a page is under way: at each of its states, and at random moments.

No attempt may be lost (written down, and its phone never rung), none doubled (a phone rung twice for one
attempt), and the engineer who presses his key wins, whenever the service died. DUTYLINE_DRILLS says how many
random moments are tried (`make drill`: 200).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ivr.carrier.habits import Habit, answer_and_key, cause, in_turn, refuse
from ivr.duty.history import read_history
from ivr.duty.ledger import read_attempts
from ivr.duty.promise import AFTER
from ivr.storage import AttemptState, Page, PageStep
from tests.stories.house import House
from tests.stories.test_paging import order_of_duty

pytestmark = [pytest.mark.switch, pytest.mark.timeout(300)]

DRILLS = int(os.environ.get("DUTYLINE_DRILLS", "6"))
SEED = int(os.environ.get("DUTYLINE_DRILL_SEED", "22"))
LONGEST_S = 9.0
KEYS = "1wwww" * 12
"""Whoever is awake presses again when nothing happens."""
ACCEPTS = answer_and_key(KEYS, after_s=0.5, listens_s=1)
NEVER_RANG = frozenset({AttemptState.CANCELLED, AttemptState.LOST, AttemptState.RINGING})


def short(text: str) -> str:
    for usual, short_one in (
        ("    ring: 30 s ", "    ring: 3 s "),
        ("promise: 20 min", "promise: 30 s"),
        ("remind: 5 min", "remind: 15 s"),
    ):
        assert usual in text
        text = text.replace(usual, short_one, 1)
    return text


@asynccontextmanager
async def drilled(house: House) -> AsyncIterator[list[str]]:
    """A page that two do not take and the third accepts; the order of the phones."""
    order = await order_of_duty(house)
    habits = {
        order[0]: in_turn(cause(17, after_s=1), Habit.RING_FOREVER.value),
        order[1]: refuse(Habit.REJECT, after_s=0.5),
        order[2]: ACCEPTS,
    }
    await house.phones(habits)
    async with house.configured({"duty.yaml": short}):
        yield order


async def begin(house: House) -> None:
    await house.client.ask("page", {"brand": "fuzer", "policy": "standard"})


async def check(house: House, page: Page, winner: str) -> None:
    """Nothing lost, nothing doubled, and he who pressed has it."""
    assert page.accepted_number == winner
    # in one snapshot: a reminder may be about to ring
    attempts, events = await house.read(
        lambda session: (read_attempts(session, page.id), read_history(session, page.id))
    )
    reminders = sum(one.stage in AFTER for one in attempts)
    legs = Counter(leg.number for leg in house.carrier.legs())
    made = Counter(one.number for one in attempts if one.stage not in AFTER)
    may_lack = Counter(one.number for one in attempts if one.state in NEVER_RANG)
    for number in made | legs:
        assert legs[number] <= made[number] + reminders, (
            f"{number} rang twice for one attempt: {legs}, {attempts}"
        )
        assert legs[number] >= made[number] - may_lack[number], f"{number} was never rung: {legs}, {attempts}"
    kinds = Counter(event.kind for event in events)
    assert kinds[PageStep.ACCEPTED] == 1
    assert kinds[PageStep.OPENED] == 1
    rung = [event.attempt_id for event in events if event.kind is PageStep.RUNG]
    assert sorted(rung) == sorted(one.id for one in attempts), "each ring stands in the history once"
    templates = [event.facts["template"] for event in events if event.kind is PageStep.TOLD and event.facts]
    assert templates.count("call-in") == 1
    assert templates.count("call-accepted") == 1


async def finish(house: House, page: Page) -> None:
    await house.client.ask("page-done", {"page": page.id, "by": "drill"})
    await house.carrier.link.action("Hangup", Channel="/.*/")
    await house.switch_is_quiet()


@pytest.mark.parametrize("state", ["paged", "rung", "picked-up", "key", "accepted"])
async def test_killed_at_each_state_of_the_hunt(house: House, state: str) -> None:
    async with drilled(house) as order:
        await begin(house)
        if state != "paged":
            await happens(house, state, order[2] if state != "rung" else order[0])
        await house.kill_service()
        await house.ready(60)
        page = await house.page_reaches("accepted", timeout_s=60)
        await check(house, page, order[2])
        await finish(house, page)


@pytest.mark.parametrize("state", ["reminded", "gone-on"])
async def test_killed_at_each_state_after_the_acceptance(house: House, state: str) -> None:
    async with drilled(house) as order:
        await house.phones({order[2]: in_turn(ACCEPTS, Habit.RING_FOREVER.value), order[3]: ACCEPTS})
        await begin(house)
        page = await house.page_reaches("accepted")
        await happens(house, state)
        await house.kill_service()
        await house.ready(60)
        await house.carrier.wait_for_leg(order[3], lambda leg: leg.answered_at is not None, timeout_s=60)
        await until_accepted_by(house, page.id, order[3])
        page = await house.last_page()
        events = await house.read(lambda session: read_history(session, page.id))
        kinds = Counter(event.kind for event in events)
        assert (kinds[PageStep.REMINDED], kinds[PageStep.GONE_ON], kinds[PageStep.ACCEPTED]) == (1, 1, 2)
        templates = Counter(e.facts["template"] for e in events if e.kind is PageStep.TOLD and e.facts)
        assert templates["page-reminder"] == templates["page-gone-on"] == templates["page-lapsed"] == 1
        assert order[2] not in [one.number for one in await house.attempts(page)][-1:]
        await finish(house, page)


@pytest.mark.timeout(60 * DRILLS + 60)
async def test_killed_at_random_moments(house: House) -> None:
    chance = random.Random(SEED)
    async with drilled(house) as order:
        for _ in range(DRILLS):
            moment = chance.uniform(0.0, LONGEST_S)
            house.carrier.forget_legs()
            await begin(house)
            await asyncio.sleep(moment)
            await house.kill_service()
            await house.ready(60)
            page = await house.page_reaches("accepted", timeout_s=60)
            try:
                await check(house, page, order[2])
            except AssertionError as fault:
                raise AssertionError(f"killed {moment:.3f} s after the page began: {fault}") from fault
            await finish(house, page)


async def happens(house: House, kind: str, number: str = "") -> None:
    """Wait until the newest page's history has that step (for that phone)."""

    async def is_so() -> bool:
        pages = await house.pages()
        if not pages:
            return False
        events = await house.read(lambda session: read_history(session, pages[-1].id))
        rings = {one.id: one.number for one in await house.attempts(pages[-1])}
        return any(e.kind == kind and number in ("", rings.get(e.attempt_id, "")) for e in events)

    async with asyncio.timeout(60):
        while not await is_so():
            await asyncio.sleep(0.02)


async def until_accepted_by(house: House, page_id: str, number: str) -> None:
    async with asyncio.timeout(60):
        while True:
            page = await house.last_page()
            assert page.id == page_id
            if page.state == "accepted" and page.accepted_number == number:
                return
            await asyncio.sleep(0.05)
