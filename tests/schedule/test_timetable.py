"""Nights in virtual time: what is due is done once, whoever dies, and caught up once when nobody was."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.clock import VirtualClock
from ivr.schedule import Done, Due, Job, KeptRun, Timetable, last_runs
from ivr.schedule.book import begun
from ivr.storage import Database, RunState
from tests.databases import database, postgres_url, url

__all__ = ["database", "postgres_url", "url"]
EVENING = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def nightly(after: datetime, until: datetime) -> list[Due]:
    """02:00 each night."""
    day = after.replace(hour=2, minute=0, second=0, microsecond=0)
    days = (day + timedelta(days=number) for number in range(100))
    return [Due(at) for at in days if after < at <= until]


class Box:
    """A service on a database, as far as its timetable goes."""

    def __init__(
        self, database: Database, clock: VirtualClock, name: str, due: Callable[..., Iterable[Due]] = nightly
    ) -> None:
        self.clock = clock
        self.done: list[KeptRun] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.fails = 0
        self.says = "every night at 02:00"
        self.timetable = Timetable(database, clock, name)
        self.timetable.add(Job("forecast", lambda: self.says, due, self._work, grace_s=12 * 3600))

    async def _work(self, run: KeptRun) -> Done:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the moon is in the way")
        await self.may_end.wait()
        self.done.append(run)
        return Done("written")

    async def passes(self, hours: float, step_s: float = 3600.0) -> None:
        """Hours in which it looks once an hour."""
        for _ in range(int(hours * 3600 / step_s)):
            await self.clock.pass_time(step_s)
            await self.looks()

    async def looks(self) -> None:
        await self.timetable.look()
        for _ in range(50):
            if not self.timetable._doing or not self.may_end.is_set():
                break
            await asyncio.sleep(0.01)


async def runs_of(database: Database) -> list[KeptRun]:
    return await database.read(lambda session: last_runs(session, 100))


async def test_a_job_is_done_each_night_once(database: Database) -> None:
    box = Box(database, VirtualClock(EVENING), "one")
    await box.looks()
    assert box.done == [], "what was due before it was set up is nobody's loss"
    await box.passes(49)
    assert [run.due_at.isoformat() for run in box.done] == [
        "2026-11-22T02:00:00+00:00",
        "2026-11-23T02:00:00+00:00",
    ]
    assert {run.state for run in await runs_of(database)} == {RunState.DONE}


async def test_a_night_that_was_missed_is_caught_up_once(database: Database) -> None:
    clock = VirtualClock(EVENING)
    before = Box(database, clock, "one")
    await before.looks()
    await before.timetable.close()
    await clock.pass_time(3600 * (24 * 2 + 12))  # down for two nights and a morning
    after = Box(database, clock, "one again")
    await after.looks()
    await after.looks()
    assert [run.due_at.day for run in after.done] == [24], "the last of those that were missed"
    assert [(run.due_at.day, str(run.state)) for run in await runs_of(database)] == [
        (24, "done"),
        (23, "missed"),
        (22, "missed"),
    ]


async def test_what_is_too_late_is_not_caught_up_but_said(database: Database) -> None:
    clock = VirtualClock(EVENING)
    box = Box(database, clock, "one")
    await box.looks()
    await clock.pass_time(3600 * 20)  # it is 16:00: fourteen hours late
    await box.looks()
    assert box.done == []
    (run,) = await runs_of(database)
    assert (run.state, run.detail) == (RunState.MISSED, "the service was not there, and now it is too late")


async def test_of_two_boxes_one_leads_and_the_other_takes_its_place(database: Database) -> None:
    clock = VirtualClock(EVENING)
    one, two = Box(database, clock, "one"), Box(database, clock, "two")
    for box in (one, two):
        await box.looks()
    assert (one.timetable.is_leader, two.timetable.is_leader) == (True, False)
    for _ in range(10):
        await clock.pass_time(3600)
        await one.looks()
        await two.looks()
    assert (len(one.done), len(two.done)) == (1, 0)
    await two.passes(24)  # one is dead, and never said so
    assert two.timetable.is_leader
    assert (len(one.done), len(two.done)) == (1, 1)


async def test_a_run_whose_box_dies_is_taken_over(database: Database) -> None:
    clock = VirtualClock(EVENING)
    one, two = Box(database, clock, "one"), Box(database, clock, "two")
    one.may_end.clear()
    await one.looks()
    await clock.pass_time(3600 * 6 + 60)
    await one.looks()
    for task in one.timetable._doing.values():
        task.cancel()  # as kill -9 would: nothing is written down
    await clock.pass_time(60)
    await two.looks()
    assert [(run.tries, run.due_at.hour) for run in two.done] == [(2, 2)]
    (run,) = await runs_of(database)
    assert (run.state, run.by) == (RunState.DONE, "two")


async def test_a_restart_in_good_order_leaves_its_run_to_the_next_at_once(database: Database) -> None:
    clock = VirtualClock(EVENING)
    one, two = Box(database, clock, "one"), Box(database, clock, "two")
    one.may_end.clear()
    await one.looks()
    await clock.pass_time(3600 * 6 + 60)
    await one.looks()
    await one.timetable.close()
    await two.looks()
    assert [run.tries for run in two.done] == [1], "to be restarted is no failure"


async def test_what_fails_is_tried_again_and_then_said(database: Database) -> None:
    clock = VirtualClock(EVENING)
    box = Box(database, clock, "one")
    await box.looks()
    box.fails = 1
    await box.passes(8)
    assert len(box.done) == 1
    assert box.done[0].tries == 2
    box.fails = 99
    await box.passes(26)
    newest = (await runs_of(database))[0]
    assert newest.state is RunState.FAILED
    assert newest.detail == "RuntimeError: the moon is in the way"
    assert newest.tries == 3


async def test_a_changed_time_does_not_do_the_night_again(database: Database) -> None:
    clock = VirtualClock(EVENING)
    box = Box(database, clock, "one")
    await box.looks()
    await box.passes(8)
    assert len(box.done) == 1
    box.says = "every night at 03:00"
    box.timetable.jobs["forecast"] = Job(
        "forecast",
        lambda: box.says,
        lambda after, until: [
            Due(due.at + timedelta(hours=1))
            for due in nightly(after - timedelta(hours=1), until - timedelta(hours=1))
        ],
        box._work,
    )
    await box.looks()
    assert len(box.done) == 1, "03:00 of this night was before the change"
    await box.passes(24)
    assert [run.due_at.hour for run in box.done] == [2, 3]


async def test_the_database_being_away_loses_nothing(tmp_path: Path) -> None:
    clock = VirtualClock(EVENING)
    database = Database(f"sqlite:///{tmp_path / 'd.db'}")
    await database.open()
    box = Box(database, clock, "one")
    await box.looks()
    await database.close()
    await clock.pass_time(3600 * 7)
    assert await box.timetable.look() == []
    again = Database(f"sqlite:///{tmp_path / 'd.db'}")
    await again.open()
    after = Box(again, clock, "two")
    await after.looks()
    assert [run.due_at.hour for run in after.done] == [2]
    await again.close()


WORKER = """
import asyncio, json, sys
from datetime import UTC, datetime, timedelta
from ivr.clock import SystemClock
from ivr.schedule import Done, Due, Job, Timetable, last_runs
from ivr.storage import Database

async def main(url, name):
    database = Database(url)
    await database.open()
    done = []
    start = datetime.fromisoformat(sys.argv[3])
    async def work(run):
        done.append(run.due_at.isoformat())
        return Done("by " + name)
    def due(after, until):
        moments = (start + timedelta(milliseconds=200 * n) for n in range(20))
        return [Due(at, subject=str(n)) for n, at in enumerate(moments) if after < at <= until]
    table = Timetable(database, SystemClock(), name)
    table._lead = lambda now: asyncio.sleep(0, True)   # both believe that they lead: the rows decide
    table.add(Job("race", lambda: "often", due, work))
    limit = datetime.now(UTC) + timedelta(seconds=60)
    while datetime.now(UTC) < limit:
        await table.look()
        runs = await database.read(lambda session: last_runs(session, 50, is_whole=True))
        if len(runs) == 20:
            break
        await asyncio.sleep(0.02)
    await database.close()
    print(json.dumps(done))

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


async def test_two_processes_that_both_believe_they_lead_double_nothing(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'race.db'}"
    database = Database(address)
    await database.open()
    now = datetime.now(UTC)
    await database.run(lambda session: begun(session, "race", "often", now))
    start = (now + timedelta(seconds=3)).isoformat()
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORKER, address, name, start, stdout=asyncio.subprocess.PIPE
        )
        for name in ("one", "two")
    ]
    outputs = [await process.communicate() for process in processes]
    done = [moment for out, _ in outputs for moment in json.loads(out.splitlines()[-1])]
    assert len(done) == len(set(done)) == 20
    assert {run.state for run in await runs_of(database)} == {RunState.DONE}
    await database.close()
