"""Two boxes, each with its own switch, on one PostgreSQL: one is killed while a phone rings for its page.

They dial into one outside world, so every phone is seen whichever box rings it.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import create_engine, make_url, text

from asterisk.tree import Tree
from ivr.callbacks import Callback, last_callbacks
from ivr.carrier import Carrier
from ivr.carrier.habits import Habit, answer_and_key, answer_and_talk, cause, in_turn, refuse
from ivr.cli.client import ServiceClient
from ivr.cli.launch import Household
from ivr.duty.history import Event, read_history
from ivr.duty.hunt import Attempt
from ivr.duty.leases import LEASE_S, RENEW_S, TAKEN_UP
from ivr.duty.ledger import read_attempts
from ivr.settings import ROOT, Settings
from ivr.storage import AttemptState, Database, EngagedLeg, Page, PageState, PageStep
from tests.databases import POSTGRES
from tests.stories.house import copy_configuration
from tests.world import _Loop, free_settings

pytestmark = [
    pytest.mark.switch,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not POSTGRES, reason="DUTYLINE_TEST_POSTGRES names no server"),
]

DRILLS = int(os.environ.get("DUTYLINE_DRILLS", "1"))
SEED = int(os.environ.get("DUTYLINE_DRILL_SEED", "22"))
NEVER_RANG = frozenset({AttemptState.CANCELLED, AttemptState.LOST, AttemptState.RINGING})
NAME = f"dutyline_two_boxes_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
"""A database for each of those who run tests side by side."""
RING_S = 22
BOUND_S = LEASE_S + RENEW_S + 3
"""Within this a page is taken up; the last seconds are for a busy machine."""
ACCEPTS = answer_and_key("1wwww" * 12, after_s=0.5, listens_s=1)

AGENT, LATER_NUMBER, CALLER = "+32470000021", "032056110", "+32470009999"
_FIRST = "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n"
LATER: dict[str, Callable[[str], str]] = {
    "plans/later.yaml": lambda _: LATER_PLAN,
    "desk.yaml": lambda text: text + "\ncall_back: {tries: 2, pause: 5 s, ring: 8 s, per_number: 9}\n",
    "brands.yaml": lambda text: text.replace(
        _FIRST, f"{_FIRST}    - {{number: {LATER_NUMBER}, carrier: Telenet, plan: later}}\n"
    ),
}
LATER_PLAN = """\
title: The agent is busy
start: tongue
nodes:
  tongue: {language: en, next: desk}
  desk: {destination: agent-1, ring: 3 s, rest: later}
  later: {call-back: desk, wait: 8 s, next: bye, rest: bye}
  bye: {hangup: normal}
"""


@dataclass
class Box:
    """One box: its switch, its service."""

    settings: Settings
    household: Household
    home: _Loop

    @property
    def client(self) -> ServiceClient:
        return ServiceClient(self.settings)

    def kill(self) -> None:
        """`kill -9` of its service; nobody starts it again by himself."""
        pid = self.household.service.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    async def start_again(self) -> None:
        async def start() -> None:
            await self.household.service.stop()
            await self.household.service.start()
            await self.household.service.wait_ready()

        await asyncio.to_thread(self.home.run, start(), 90)


@dataclass
class Boxes:
    """Both of them, the world outside, and the database that they share."""

    one: Box
    two: Box
    carrier: Carrier
    database: Database
    order: list[str] = field(default_factory=list)

    async def begin(self, on: Box) -> str:
        """A page; its id."""
        answer = await on.client.ask("page", {"brand": "fuzer", "policy": "standard"})
        return str(answer["page"])

    async def page(self, page_id: str) -> Page:
        return await self.database.read(lambda session: session.get_one(Page, page_id))

    async def callback(self) -> Callback:
        """The last that was asked for."""
        return (await self.database.read(last_callbacks))[0]

    async def attempts(self, page_id: str) -> Sequence[Attempt]:
        return await self.database.read(lambda session: read_attempts(session, page_id))

    async def history(self, page_id: str) -> list[Event]:
        return await self.database.read(lambda session: read_history(session, page_id))

    async def driver_is(self, page_id: str, box: Box, timeout_s: float) -> float:
        """Wait until that box drives the page; how long it took."""
        since = time.monotonic()
        while (await self.page(page_id)).driver != box.settings.box:
            assert time.monotonic() - since < timeout_s, "nobody has taken the page up"
            await asyncio.sleep(0.1)
        return time.monotonic() - since

    async def tells(self, page_id: str, wanted: dict[str, int], timeout_s: float = 5) -> list[Event]:
        """Its history, once these steps stand in it so often."""
        deadline = time.monotonic() + timeout_s
        while True:
            events = await self.history(page_id)
            found = {kind: n for kind, n in kinds(events).items() if kind in wanted}
            if found == wanted:
                return events
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.05)

    async def reaches(self, page_id: str, state: PageState, timeout_s: float = 60) -> Page:
        deadline = time.monotonic() + timeout_s
        while (page := await self.page(page_id)).state is not state:
            assert time.monotonic() < deadline, f"the page is {page.state}, not {state}"
            await asyncio.sleep(0.05)
        return page


@pytest.fixture(scope="module")
def world_of_two(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Box, Box, str]]:
    """Two households on one database; the second has no world of its own."""
    folder = tmp_path_factory.mktemp("boxes")
    config = copy_configuration(ROOT / "config", folder / "config")
    duty = config / "duty.yaml"
    duty.write_text(duty.read_text().replace("    ring: 30 s ", f"    ring: {RING_S} s ", 1))
    for name, change in LATER.items():
        path = config / name
        path.write_text(change(path.read_text() if path.exists() else ""))
    server = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    url = server.set(database=NAME)
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {NAME}"))
    address = url.render_as_string(hide_password=False)
    first = free_settings(folder / "one", config=config, database=address)
    same = {name: getattr(first, name) for name in Settings.model_fields if name.startswith("carrier_")}
    second = free_settings(folder / "two", config=config, database=address).model_copy(update=same)
    home = _Loop()
    boxes = [Box(one, Household(one, tree), home) for one in (first, second)]
    boxes[1].household.carrier = None
    running = [box.household.running() for box in boxes]
    started = []
    try:
        for one in running:
            home.run(one.__aenter__(), 90)
            started.append(one)
        yield boxes[0], boxes[1], address
    finally:
        for one in reversed(started):
            home.run(one.__aexit__(None, None, None), 60)
        home.close()
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
        engine.dispose()


@pytest_asyncio.fixture
async def boxes(world_of_two: tuple[Box, Box, str]) -> AsyncIterator[Boxes]:
    """Both boxes, ready; phones that nobody picks up."""
    one, two, url = world_of_two
    async with AsyncExitStack() as stack:
        carrier = Carrier(one.settings)
        await carrier.attach()
        stack.push_async_callback(carrier.stop)
        await carrier.reset_phones()
        carrier.forget_legs()
        database = Database(url)
        await database.open()
        stack.push_async_callback(database.close)
        for box in (one, two):
            if box.household.service.pid is None:
                await box.start_again()
        duty = await one.client.ask("duty", {"at": datetime.now(UTC).isoformat()})
        made = Boxes(one, two, carrier, database, [str(each["number"]) for each in duty["order"]])
        yield made
        for box in (one, two):
            if box.household.service.pid is not None:
                await box.client.ask("cancel-pages")
        await carrier.link.action("Hangup", Channel="/.*/")


@contextmanager
def no_database() -> Iterator[None]:
    """The server lets nobody in to the database that both share."""
    server = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": NAME},
        )
        try:
            yield
        finally:
            connection.execute(text(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true"))
    engine.dispose()


def kinds(events: Sequence[Event]) -> Counter[str]:
    return Counter(str(one.kind) for one in events)


def taken_up(events: Sequence[Event]) -> list[dict[str, Any]]:
    facts = [dict(one.facts or {}) for one in events if one.kind is PageStep.NOTE]
    return [one for one in facts if one["kind"] == TAKEN_UP]


async def test_a_page_of_a_box_that_was_killed_is_gone_on_with_by_the_other(boxes: Boxes) -> None:
    first, second = boxes.order[:2]
    await boxes.carrier.set_phones({first: Habit.RING_FOREVER.value, second: ACCEPTS})
    page_id = await boxes.begin(boxes.one)
    await boxes.carrier.wait_for_leg(first, timeout_s=15)
    boxes.one.kill()
    took_s = await boxes.driver_is(page_id, boxes.two, BOUND_S)
    page = await boxes.reaches(page_id, PageState.ACCEPTED)
    assert took_s > LEASE_S - RENEW_S - 1, "not while the box may still live"
    assert page.accepted_number == second
    assert Counter(leg.number for leg in boxes.carrier.legs()) == {first: 1, second: 1}, "nobody rung twice"
    attempts = await boxes.attempts(page_id)
    assert [(one.number, one.box) for one in attempts] == [
        (first, boxes.one.settings.box),
        (second, boxes.two.settings.box),
    ]
    gap_s = (attempts[1].planned_at - attempts[0].planned_at).total_seconds()
    assert RING_S <= gap_s < RING_S + 6, "the phone that rang was left its time"
    # what became of the first is in the history as well
    events = await boxes.tells(page_id, {"opened": 1, "rung": 2, "ring-ended": 2, "accepted": 1})
    assert [(one["from"], one["box"]) for one in taken_up(events)] == [
        (boxes.one.settings.box, boxes.two.settings.box)
    ]
    # the one that comes back leaves it where it is
    await boxes.one.start_again()
    await asyncio.sleep(RENEW_S + 1)
    assert (await boxes.page(page_id)).driver == boxes.two.settings.box
    assert not (await boxes.one.client.ask("status"))["pages"]
    assert (await boxes.one.client.ask("page-done", {"page": page_id, "by": "test"})).get("marked", True)
    await boxes.reaches(page_id, PageState.DONE, 5)


@pytest.mark.timeout(90 * DRILLS + 60)
async def test_killed_at_random_moments_the_page_is_accepted_once_on_the_other(boxes: Boxes) -> None:
    chance = random.Random(SEED)
    first, second, third = boxes.order[:3]
    habits = {
        first: in_turn(cause(17, after_s=1), Habit.RING_FOREVER.value),
        second: refuse(Habit.REJECT, after_s=0.5),
        third: ACCEPTS,
    }
    for _ in range(DRILLS):
        moment = chance.uniform(0.0, 6.0)
        await boxes.carrier.set_phones(habits)
        boxes.carrier.forget_legs()
        page_id = await boxes.begin(boxes.one)
        await asyncio.sleep(moment)
        boxes.one.kill()
        await boxes.driver_is(page_id, boxes.two, BOUND_S)
        page = await boxes.reaches(page_id, PageState.ACCEPTED, 90)
        said = f"killed {moment:.3f} s after the page began"
        assert page.accepted_number == third, said
        attempts = await boxes.attempts(page_id)
        legs = Counter(leg.number for leg in boxes.carrier.legs())
        assert legs <= Counter(one.number for one in attempts), f"{said}: rung twice for one attempt"
        rang = [leg.number for leg in boxes.carrier.legs()]
        may_lack = [one.number for one in attempts if one.state in NEVER_RANG]
        assert Counter(one.number for one in attempts) - Counter(rang) <= Counter(may_lack), said
        events = await boxes.history(page_id)
        assert (kinds(events)["opened"], kinds(events)["accepted"]) == (1, 1), said
        rung = [event.attempt_id for event in events if event.kind is PageStep.RUNG]
        assert sorted(rung) == sorted(one.id for one in attempts), said
        mails = [(event.facts or {})["template"] for event in events if event.kind is PageStep.TOLD]
        assert (mails.count("call-in"), mails.count("call-accepted")) == (1, 1), said
        await boxes.two.client.ask("page-done", {"page": page_id, "by": "test"})
        await boxes.carrier.link.action("Hangup", Channel="/.*/")
        await boxes.one.start_again()


async def test_who_picks_up_on_a_box_that_came_back_has_the_page_that_another_drives(boxes: Boxes) -> None:
    first, second = boxes.order[:2]
    late = answer_and_key("1wwww" * 12, after_s=RING_S - 2, listens_s=1)
    await boxes.carrier.set_phones({first: late, second: Habit.RING_FOREVER.value})
    page_id = await boxes.begin(boxes.one)
    await boxes.carrier.wait_for_leg(first, timeout_s=15)
    boxes.one.kill()
    await boxes.driver_is(page_id, boxes.two, BOUND_S)
    await boxes.one.start_again()
    page = await boxes.reaches(page_id, PageState.ACCEPTED)
    assert page.accepted_number == first
    assert page.driver == boxes.two.settings.box
    for leg in boxes.carrier.legs(second):
        assert leg.number  # it may just have begun to ring
    events = await boxes.history(page_id)
    assert kinds(events)["accepted"] == 1
    await boxes.two.client.ask("page-done", {"page": page_id, "by": "test"})


async def test_an_acceptance_on_another_box_silences_the_phone_within_a_second(boxes: Boxes) -> None:
    first = boxes.order[0]
    await boxes.carrier.set_phones({first: Habit.RING_FOREVER.value})
    page_id = await boxes.begin(boxes.one)
    await boxes.carrier.wait_for_leg(first, timeout_s=15)
    await asyncio.sleep(1)
    before = time.monotonic()
    answer = await boxes.two.client.ask("page-accept", {"page": page_id, "as": "ADU", "by": "test"})
    assert answer["accepted"], answer
    await boxes.carrier.wait_for_leg(first, lambda leg: leg.ended_at is not None, timeout_s=10)
    took_s = time.monotonic() - before
    assert took_s < 1.5
    assert (await boxes.page(page_id)).driver == boxes.one.settings.box
    attempts = await boxes.attempts(page_id)
    assert [one.state for one in attempts] == [AttemptState.CANCELLED]
    # the other box hears of the rest as well: passed on there, the next one is rung here
    await boxes.two.client.ask("page-pass", {"page": page_id, "as": "ADU", "by": "test"})
    async with asyncio.timeout(5):
        while len(await boxes.attempts(page_id)) < 2:
            await asyncio.sleep(0.05)
    assert {one.box for one in await boxes.attempts(page_id)} == {boxes.one.settings.box}
    assert [one["call_ref"] for one in (await boxes.two.client.ask("pages"))["pages"]], "seen on every box"
    await boxes.two.client.ask("page-cancel", {"page": page_id, "by": "test"})
    await boxes.reaches(page_id, PageState.CANCELLED, 5)


async def test_who_talks_on_a_call_of_one_box_is_not_rung_by_the_other(boxes: Boxes) -> None:
    """He has called the engineers' number, at the first box; a page begins at the second."""
    first, second = boxes.order[:2]
    await boxes.carrier.set_phones({first: ACCEPTS, second: Habit.RING_FOREVER.value})
    call = await boxes.carrier.place_call("32470000090", at=None, caller=first)
    await asyncio.sleep(3)
    await call.press(f"{boxes.one.settings.demo_pin}#")
    async with asyncio.timeout(20):
        while not (engaged := await boxes.database.read(lambda session: session.query(EngagedLeg).all())):
            await asyncio.sleep(0.1)
    assert [(one.box, one.page_id) for one in engaged] == [(boxes.one.settings.box, "")]
    page_id = await boxes.begin(boxes.two)
    await boxes.carrier.wait_for_leg(second, timeout_s=15)
    assert not boxes.carrier.legs(first), "his line is busy, and he hears of the page there"
    await call.hang_up()
    page = await boxes.reaches(page_id, PageState.ACCEPTED, RING_S + 20)
    assert page.accepted_number == first
    events = await boxes.tells(page_id, {"passed-over": 1})
    assert [one.facts["ref"] for one in events if one.kind is PageStep.PASSED_OVER and one.facts] == [""]
    await boxes.two.client.ask("page-done", {"page": page_id, "by": "test"})


async def test_a_call_back_of_a_box_that_was_killed_is_made_once_by_the_other(boxes: Boxes) -> None:
    """It dies while the agent's phone rings; when it comes back it leaves the caller alone."""
    rings_on = in_turn(refuse(Habit.BUSY), Habit.RING_FOREVER.value, ACCEPTS)
    await boxes.carrier.set_phones({AGENT: rings_on, CALLER: answer_and_talk(after_s=1, talks_s=6)})
    call = await boxes.carrier.place_call(LATER_NUMBER, at=None, caller=CALLER)
    await asyncio.sleep(6)
    await call.press("1")
    await boxes.carrier.wait_for_leg(AGENT, turn=1, timeout_s=30)
    assert (await boxes.callback()).owner == boxes.one.settings.box
    boxes.one.kill()
    await boxes.carrier.wait_for_leg(AGENT, turn=2, timeout_s=BOUND_S + 8 + 10)
    await boxes.carrier.wait_for_leg(CALLER, lambda leg: leg.answered_at is not None, timeout_s=30)
    await boxes.one.start_again()
    await boxes.carrier.wait_for_leg(CALLER, lambda leg: leg.ended_at is not None, timeout_s=30)
    async with asyncio.timeout(10):
        while (found := await boxes.callback()).ended is None:
            await asyncio.sleep(0.1)
    assert (str(found.state), found.owner) == ("done", boxes.two.settings.box)
    await asyncio.sleep(RENEW_S + 10)
    assert len(boxes.carrier.legs(CALLER)) == 1 and len(boxes.carrier.legs(AGENT)) == 3


async def test_while_the_database_is_away_from_both_the_page_goes_on_from_memory_on_its_box(
    boxes: Boxes,
) -> None:
    first, second = boxes.order[:2]
    await boxes.carrier.set_phones({first: Habit.RING_FOREVER.value, second: ACCEPTS})
    page_id = await boxes.begin(boxes.one)
    await boxes.carrier.wait_for_leg(first, timeout_s=15)
    with no_database():
        await boxes.carrier.wait_for_leg(
            second, lambda leg: leg.answered_at is not None, timeout_s=RING_S + 15
        )
        await asyncio.sleep(5)
    page = await boxes.reaches(page_id, PageState.ACCEPTED)
    assert (page.accepted_number, page.driver) == (second, boxes.one.settings.box)
    await asyncio.sleep(2 * RENEW_S)
    assert (await boxes.page(page_id)).driver == boxes.one.settings.box, "its lease was over, and is its own"
    events = await boxes.tells(page_id, {"opened": 1, "rung": 2, "ring-ended": 2, "accepted": 1}, 15)
    assert not taken_up(events)
    assert Counter(leg.number for leg in boxes.carrier.legs()) == {first: 1, second: 1}
    await boxes.one.client.ask("page-done", {"page": page_id, "by": "test"})


async def test_a_box_that_is_started_again_soon_goes_on_with_its_own_pages_at_once(boxes: Boxes) -> None:
    first, second = boxes.order[:2]
    await boxes.carrier.set_phones({first: answer_and_key("1wwww" * 12, after_s=9, listens_s=1)})
    page_id = await boxes.begin(boxes.one)
    await boxes.carrier.wait_for_leg(first, timeout_s=15)
    boxes.one.kill()
    await boxes.one.start_again()
    assert [one["state"] for one in (await boxes.one.client.ask("status"))["pages"]] == ["ringing"]
    page = await boxes.reaches(page_id, PageState.ACCEPTED)
    assert (page.accepted_number, page.driver) == (first, boxes.one.settings.box)
    assert second not in [leg.number for leg in boxes.carrier.legs()]
    assert not taken_up(await boxes.history(page_id))
    await boxes.one.client.ask("page-done", {"page": page_id, "by": "test"})
