"""Two boxes on one database: a caller is called back by one of them, once, whichever dies when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from dialplan.events import Kept
from ivr.callbacks.run import UNSURE_S
from ivr.clock import VirtualClock
from ivr.storage import Callback as Row
from ivr.storage import Database
from ivr.storage.leases import LEASE_S, RENEW_S
from tests.callbacks.test_callback_desk import CALLER, NOW, AgentsPhone, House, Switch, until

RING_S = 36
DEAD_S = LEASE_S + RENEW_S


@dataclass
class Two:
    """Both boxes, each with its own switch."""

    one: House
    two: House
    clock: VirtualClock

    async def pass_time(self, seconds: float, *living: House) -> None:
        for _ in range(round(seconds / RENEW_S)):
            await self.clock.pass_time(RENEW_S)
            await self.look(*living)

    async def look(self, *living: House) -> None:
        for house in living:
            assert house.desk.shared is not None
            await house.desk.shared.look()
        await asyncio.sleep(0.05)

    async def owner(self) -> str:
        return str(await self.two.database.read(lambda session: session.scalars(select(Row.owner)).one()))

    @property
    def rung(self) -> list[str]:
        """Agents who were rung, by box."""
        return [f"{house.box} {phone}" for house in (self.one, self.two) for phone in house.switch.phones]


@pytest_asyncio.fixture
async def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Two]:
    """Both have been up for a while; nothing is looked at but by the test."""
    monkeypatch.setattr("ivr.callbacks.legs.SECOND_LOOK_S", 0.05)
    monkeypatch.setattr("ivr.callbacks.shared.SharedCallbacks.start", lambda shared: None)
    databases = [Database(f"sqlite:///{tmp_path / 'dutyline.db'}") for _ in range(2)]
    for database in databases:
        await database.open()
    clock = VirtualClock(NOW, lambda: asyncio.sleep(0.05))
    houses = [
        House(database, clock, Switch(), box) for database, box in zip(databases, ("a", "b"), strict=True)
    ]
    for house in houses:
        await house.desk.start()
    made = Two(*houses, clock)
    await made.pass_time(DEAD_S, *houses)
    yield made
    for house in (made.one, made.two):
        await house.desk.close()
    for database in databases:
        await database.close()


async def test_it_is_called_back_by_the_box_that_was_asked(both: Two) -> None:
    assert await both.one.keep() == Kept(1)
    leg = await both.one.rings(1)
    await both.pass_time(2 * DEAD_S, both.one, both.two)
    assert (both.rung, await both.owner()) == (["a 21"], "a")
    await both.one.desk.talk(AgentsPhone(), leg)  # type: ignore[arg-type]
    assert (await both.two.stands("done")).number == CALLER
    both.one.switch.end(leg)
    await until(lambda: not both.one.desk.runs)
    assert not both.two.desk.runs


async def test_who_asks_on_both_is_owed_one(both: Two) -> None:
    await asyncio.gather(both.one.keep(), both.two.keep())
    await both.pass_time(DEAD_S, both.one, both.two)
    assert len(await both.two.owed()) == 1 and len(both.rung) == 1


async def test_what_waits_on_a_dead_box_is_taken_up_by_the_other(both: Two) -> None:
    await both.one.keep()
    for place in (1, 2):
        both.one.switch.end(await both.one.rings(place), 17)
    await both.one.stands("waiting")
    await both.one.desk.close()
    await both.pass_time(60, both.two)
    leg = await both.two.rings(1)
    await both.two.desk.talk(AgentsPhone(), leg)  # type: ignore[arg-type]
    done = await both.two.stands("done")
    assert (done.tries, await both.owner()) == (2, "b")


async def test_a_phone_that_a_dead_box_rang_is_left_its_time(both: Two) -> None:
    await both.one.keep()
    await both.one.rings(1)
    await both.one.desk.close()
    await both.pass_time(DEAD_S, both.two)
    assert await both.owner() == "b" and both.rung == ["a 21"]
    await both.pass_time(RING_S, both.two)
    await both.two.rings(1)
    assert both.rung == ["a 21", "b 21"]


async def test_an_agent_who_picks_up_on_the_box_that_came_back_has_it(both: Two) -> None:
    """The other has it by its lease, and leaves it: the agent is on the line here."""
    await both.one.keep()
    leg = await both.one.rings(1)
    await both.one.desk.close()
    await both.pass_time(DEAD_S, both.two)
    both.one = await both.one.again()
    await both.one.desk.talk(AgentsPhone(), leg)  # type: ignore[arg-type]
    await both.two.stands("done")
    await both.pass_time(RING_S + DEAD_S, both.one, both.two)
    assert (both.rung, await both.owner()) == (["a 21"], "a")
    assert not both.two.desk.runs


async def test_an_agent_who_talks_with_the_caller_on_a_dead_box_is_not_doubled(both: Two) -> None:
    """He had pressed 1. The box comes back after two minutes: the caller was reached."""
    leg = await accepted(both)
    await both.pass_time(100, both.two)
    assert await both.owner() == "b"
    both.one.talked.add(leg)
    both.one.switch.live.pop(leg)
    both.one = await both.one.again()
    await both.two.stands("done")
    await both.pass_time(UNSURE_S, both.one, both.two)
    assert both.rung == ["a 21"]


async def test_a_caller_of_whom_nobody_knows_is_called_rather_than_forgotten(both: Two) -> None:
    await accepted(both)
    await both.pass_time(DEAD_S + UNSURE_S, both.two)
    assert both.rung == ["a 21"], "the box may come back"
    await both.pass_time(RING_S + 60, both.two)
    await both.two.rings(1)


async def test_a_box_whose_switch_is_away_leaves_it_to_the_other(both: Two) -> None:
    await both.one.keep()
    for place in (1, 2):
        both.one.switch.end(await both.one.rings(place), 17)
    await both.one.stands("waiting")
    both.one.is_able = False
    await both.pass_time(60, both.one, both.two)
    await both.two.rings(1)
    await both.look(both.one)
    await until(lambda: not both.one.desk.runs)
    both.one.is_able = True
    await both.pass_time(DEAD_S, both.one, both.two)
    assert both.rung == ["a 21", "a 22", "b 21"] and await both.owner() == "b"


async def test_it_is_taken_back_on_whichever_box(both: Two) -> None:
    await both.one.keep()
    leg = await both.one.rings(1)
    (wanted,) = both.one.desk.runs
    assert await both.two.desk.cancel(wanted)
    await both.look(both.one, both.two)
    await until(lambda: leg not in both.one.switch.live)
    await until(lambda: not both.one.desk.runs)
    assert both.rung == ["a 21"] and not await both.two.desk.cancel(wanted)


async def test_a_box_that_stood_still_rings_nobody_for_what_another_has(both: Two) -> None:
    """A virtual machine that was paused: it has not looked yet, and its pause is over."""
    await both.one.keep()
    for place in (1, 2):
        both.one.switch.end(await both.one.rings(place), 17)
    await both.one.stands("waiting")
    run = next(iter(both.one.desk.runs.values()))
    both.one.desk._tasks[run.callback.id].cancel()
    await until(lambda: not both.one.desk.runs)
    await both.pass_time(60, both.two)
    await both.two.rings(1)
    both.one.desk.drive(run.callback)
    await asyncio.sleep(0.2)
    assert both.rung == ["a 21", "a 22", "b 21"]
    await until(lambda: not both.one.desk.runs)


async def accepted(both: Two) -> str:
    """On box a the agent has pressed 1, the caller is rung, and then the box dies."""
    await both.one.keep()
    leg, phone = await both.one.rings(1), AgentsPhone()

    async def die(*_: object, **__: object) -> str:
        raise asyncio.CancelledError

    phone.exec = die  # type: ignore[method-assign, assignment]
    with pytest.raises(asyncio.CancelledError):
        await both.one.desk.talk(phone, leg)  # type: ignore[arg-type]
    await both.one.stands("ringing-caller")
    await both.one.desk.close()
    return leg
