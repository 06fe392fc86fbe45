"""Two services on one PostgreSQL: one leads what is done by itself; when it is killed, the other does."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from ivr.cli.service import ServiceProcess
from ivr.schedule import KeptRun, last_runs
from ivr.schedule.book import LEASE_S
from ivr.schedule.timetable import LEASE, LOOK_S
from ivr.settings import ROOT, Settings
from ivr.storage import Database, Lease, RunState
from tests.databases import POSTGRES, postgres_url
from tests.stories.house import copy_configuration
from tests.world import free_settings

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(not POSTGRES, reason="DUTYLINE_TEST_POSTGRES names no server"),
]
__all__ = ["postgres_url"]
BRUSSELS = ZoneInfo("Europe/Brussels")
TO_START_S = 40.0


@pytest.fixture
async def boxes(postgres_url: str, tmp_path: Path) -> AsyncIterator[tuple[Settings, Settings, datetime]]:
    """Two installations without a switch, on one database; when their forecast is due, in a minute or so."""
    config = copy_configuration(ROOT / "config", tmp_path / "config")
    due = (datetime.now(BRUSSELS) + timedelta(seconds=TO_START_S + 60)).replace(second=0, microsecond=0)
    duty = config / "duty.yaml"
    text, n = re.subn(r"(forecast:\n  at: )06:00", rf"\g<1>{due:%H:%M}", duty.read_text())
    assert n == 1
    duty.write_text(text)
    one, two = (
        free_settings(tmp_path / name, config=config, database=postgres_url) for name in ("one", "two")
    )
    yield one, two, due


async def until(is_so: Callable[[], Awaitable[bool]], timeout_s: float, what: str) -> None:
    deadline = time.monotonic() + timeout_s
    while not await is_so():
        assert time.monotonic() < deadline, f"not within {timeout_s:g} s: {what}"
        await asyncio.sleep(0.2)


async def test_a_run_that_is_due_while_its_leader_is_dead_is_done_once_by_the_other(
    boxes: tuple[Settings, Settings, datetime], postgres_url: str
) -> None:
    one, two, due = boxes
    first, second = ServiceProcess(one), ServiceProcess(two)
    database = Database(postgres_url)
    await database.open()

    async def leads(box: Settings) -> bool:
        row = await database.read(lambda session: session.scalar(select(Lease).where(Lease.name == LEASE)))
        return row is not None and row.owner == box.box

    async def runs() -> list[KeptRun]:
        return await database.read(lambda session: last_runs(session, 20, "forecast"))

    async def is_done() -> bool:
        return [run.state for run in await runs()] == [RunState.DONE]

    try:
        await first.start()
        await until(lambda: leads(one), 60, "the first one leads")
        await second.start()
        assert datetime.now(UTC) < due - timedelta(seconds=3), "both have started in time"
        # it dies a moment before it would have done it
        await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds() - 2))
        assert await leads(one)
        assert first.pid is not None
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: leads(two), LEASE_S + LOOK_S + 10, "the other one leads")
        await until(is_done, 60 + LOOK_S, "the forecast is done")
        done = (await runs())[0]
        assert done.by == two.box
        # who comes back follows, and does nothing again
        await first.stop()
        await first.start()
        await asyncio.sleep(2 * LOOK_S)
        assert [run.id for run in await runs()] == [done.id]
        assert await leads(two)
    finally:
        for service in (first, second):
            await service.stop()
        await database.close()
    said = one.state_dir / "service.log", two.state_dir / "service.log"
    done_in = [bool(re.search(r"schedule\.done.*job=forecast", log.read_text())) for log in said]
    assert done_in == [False, True]
