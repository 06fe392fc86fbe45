"""Calls that outlived the service: each is closed when it ends, whatever happens in the meantime."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ivr.ami import AmiEvent, ChannelSnapshot
from ivr.calls import orphans
from ivr.calls.orphans import Orphans
from ivr.clock import SystemClock
from ivr.records import CallRecord, Recorder, find_call
from ivr.storage import BatchWriter, Database, DatabaseUnavailable, Disposition

NOW = datetime(2026, 11, 21, 23, 15, tzinfo=UTC)
CHANNEL = ChannelSnapshot("PJSIP/trunk-1", "", "", 6, "Up", "", "", "", "", "", "", "", 0, "")


class Switch:
    """The switch's AMI, as the orphans see it."""

    def __init__(self) -> None:
        self.sync: Callable[[list[ChannelSnapshot]], None]
        self._hangup: Callable[[AmiEvent], None]
        self._dial_end: Callable[[AmiEvent], None]

    def on_sync(self, handler: Any) -> None:
        self.sync = handler

    def subscribe(self, event: str, handler: Any) -> None:
        if event == "Hangup":
            self._hangup = handler
        else:
            self._dial_end = handler

    def has(self, *uniqueids: str, bridge: str = "") -> None:
        """The link is there (again), with these channels."""
        self.sync([replace(CHANNEL, unique_id=one, bridge_id=bridge) for one in uniqueids])

    def connects(self, uniqueid: str) -> None:
        """Somebody picks up for that caller."""
        self._dial_end(AmiEvent("DialEnd", {"uniqueid": uniqueid, "dialstatus": "ANSWER"}))

    def rings_in_vain(self, uniqueid: str) -> None:
        """Nobody has picked up for that caller."""
        self._dial_end(AmiEvent("DialEnd", {"uniqueid": uniqueid, "dialstatus": "NOANSWER"}))

    def hangs_up(self, uniqueid: str, cause: int = 16) -> None:
        self._hangup(AmiEvent("Hangup", {"uniqueid": uniqueid, "cause": str(cause)}))


class Restart:
    """A service that finds two calls of its last run: `u1` and `u2`."""

    def __init__(self, database: Database, writer: BatchWriter) -> None:
        self.switch, self.database, self.writer = Switch(), database, writer
        self.own: dict[str, object] = {}
        recorder = Recorder(writer, database.dialect)
        self.orphans = Orphans(self.switch, database, recorder, SystemClock(), lambda: self.own)  # type: ignore[arg-type]

    async def record(self, name: str) -> CallRecord:
        await self.writer.drain()
        found = await self.database.read(lambda session: find_call(session, name))
        assert found
        return found.record

    async def adopted(self) -> None:
        task = self.orphans._adopting
        assert task
        await asyncio.wait_for(task, 10)


@pytest.fixture
async def restart(tmp_path: Path) -> AsyncIterator[Restart]:
    database = Database(f"sqlite:///{tmp_path / 'dutyline.db'}")
    await database.open()
    writer = BatchWriter(database, flush_s=0)
    recorder = Recorder(writer, database.dialect)
    for number in (1, 2):
        name = f"PJSIP/trunk-{number}"
        recorder.begin(CallRecord(f"call{number}", f"u{number}", name, "+3232055582", None, started=NOW))
    await writer.drain()
    again = Restart(database, writer)
    yield again
    again.orphans.close()
    await writer.close()
    await database.close()


async def test_a_call_that_lives_on_is_closed_when_it_ends(restart: Restart) -> None:
    restart.switch.has("u1")
    await restart.adopted()
    assert (await restart.record("call2")).disposition is Disposition.UNKNOWN
    assert (await restart.record("call1")).disposition is Disposition.IN_PROGRESS
    restart.switch.hangs_up("u1", 31)
    ended = await restart.record("call1")
    assert (ended.disposition, ended.cause) == (Disposition.UNKNOWN, 31)
    assert ended.ended


async def test_a_call_that_ends_while_it_is_adopted_is_not_missed(restart: Restart) -> None:
    restart.switch.has("u1", "u2")
    restart.switch.hangs_up("u2", 19)
    await restart.adopted()
    assert restart.orphans.alive == 1
    ended = await restart.record("call2")
    assert (ended.disposition, ended.cause) == (Disposition.UNKNOWN, 19)


async def test_who_talks_at_the_restart_has_been_answered(restart: Restart) -> None:
    restart.switch.has("u1", bridge="b1")
    await restart.adopted()
    restart.switch.hangs_up("u1")
    assert (await restart.record("call1")).disposition is Disposition.ANSWERED


@pytest.mark.parametrize("is_adopted", [True, False])
async def test_who_is_picked_up_for_after_the_restart_has_been_answered(
    restart: Restart, is_adopted: bool
) -> None:
    restart.switch.has("u1")
    if is_adopted:
        await restart.adopted()
    restart.switch.connects("u1")
    await restart.adopted()
    restart.switch.hangs_up("u1")
    assert (await restart.record("call1")).disposition is Disposition.ANSWERED


async def test_the_database_may_be_away_at_first(restart: Restart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "FIRST_PAUSE_S", 0.01)
    tried, well = asyncio.Event(), restart.database.run

    async def away(_work: Callable[[Session], Any], **_: object) -> None:
        tried.set()
        raise DatabaseUnavailable("the database", "it is locked")

    monkeypatch.setattr(restart.database, "run", away)
    restart.switch.has("u1", "u2")
    await tried.wait()
    restart.switch.has("u2")
    monkeypatch.setattr(restart.database, "run", well)
    await restart.adopted()
    assert restart.orphans.alive == 1
    assert (await restart.record("call1")).ended


async def test_a_new_call_that_ends_meanwhile_keeps_its_own_record(restart: Restart) -> None:
    restart.own["u1"] = object()
    restart.switch.has("u1")
    await asyncio.sleep(0)
    del restart.own["u1"]
    await restart.adopted()
    assert restart.orphans.alive == 0


async def test_calls_after_the_adoption_leave_nothing_behind(restart: Restart) -> None:
    restart.switch.has("u1")
    await restart.adopted()
    restart.switch.has("u1", "u7")
    restart.switch.hangs_up("u7")
    assert restart.orphans._causes == {}
    restart.switch.has()
    assert restart.orphans.alive == 0
    assert (await restart.record("call1")).ended
