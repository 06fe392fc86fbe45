"""A service that starts again: what live calls of the last run had is theirs until they hang up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialplan.commands import Admit, Agents, Limit, Target, Waiting
from dialplan.events import Admission, Admitted
from ivr.calls.orphans import Orphans
from ivr.calls.places import Door, Turn, Usher
from ivr.calls.places.view import states, taken
from ivr.clock import SystemClock
from ivr.records import CallRecord, Recorder, find_call
from ivr.storage import BatchWriter, Database, DatabaseUnavailable, Disposition
from tests.service.test_orphans import CHANNEL, Switch

DESK = Limit("destination:desk", at_once=2)
COUNTED = Limit("number:1", starts=3, within_s=3600)
TEAM = Agents("night", (Target("ann", "Ann", "+32470000021"), Target("bob", "Bob", "+32470000022")))
WANTED = Admit((DESK, COUNTED), TEAM, Waiting("desk"))


@dataclass
class Restart:
    """Three calls of the last run: two talked when it died, one was over."""

    switch: Switch
    database: Database
    writer: BatchWriter
    usher: Usher
    orphans: Orphans

    async def adopted(self) -> None:
        task = self.orphans._adopting
        assert task
        await asyncio.wait_for(task, 10)

    async def record(self, name: str) -> CallRecord:
        await self.writer.drain()
        found = await self.database.read(lambda session: find_call(session, name))
        assert found
        return found.record


@pytest.fixture
async def restart(tmp_path: Path) -> AsyncIterator[Restart]:
    database = Database(f"sqlite:///{tmp_path / 'dutyline.db'}")
    await database.open()
    writer = BatchWriter(database, flush_s=0)
    recorder = Recorder(writer, database.dialect)
    before = Usher()
    for number in (1, 2, 3):
        started = datetime.now(UTC) - timedelta(seconds=10)
        record = CallRecord(f"call{number}", f"u{number}", "PJSIP/trunk", "+3232055582", None, started)
        door = Door(before, record.id)
        assert isinstance(await door.ask(WANTED if number < 3 else Admit((COUNTED,))), Admitted)
        record.places = door.kept()
        if number == 3:
            record.places, record.ended = door.kept_at_the_end(), started
            record.disposition = Disposition.ANNOUNCED
        recorder.begin(record)
    await writer.drain()
    switch, usher = Switch(), Usher()
    orphans = Orphans(switch, database, recorder, SystemClock(), dict, usher)  # type: ignore[arg-type]
    yield Restart(switch, database, writer, usher, orphans)
    orphans.close()
    await writer.close()
    await database.close()


async def test_before_the_first_call_all_of_it_is_taken(restart: Restart) -> None:
    await restart.orphans.reserve()
    assert taken(restart.usher) == {"destination:desk": 2, "number:1": 2}
    assert states(restart.usher)["talking"] == 2
    refused = await Door(restart.usher, "new").ask(Admit((COUNTED,)))
    assert isinstance(refused, Admitted) and refused.admission is Admission.LIMIT, (
        "the third was the last one"
    )


async def test_who_lives_no_more_gives_it_back_as_soon_as_that_is_known(restart: Restart) -> None:
    await restart.orphans.reserve()
    waiting = await Door(restart.usher, "new").ask(Admit((DESK,), TEAM, Waiting("desk")))
    assert isinstance(waiting, Turn)
    restart.switch.has("u1")
    await restart.adopted()
    assert waiting.answer and (waiting.answer.admission, waiting.answer.agent) == (Admission.IN, "bob")
    assert taken(restart.usher) == {"destination:desk": 2, "number:1": 1}


async def test_who_lives_on_has_it_until_he_hangs_up(restart: Restart) -> None:
    await restart.orphans.reserve()
    restart.switch.has("u1", "u2")
    await restart.adopted()
    waiting = await Door(restart.usher, "new").ask(Admit((DESK,), TEAM, Waiting("desk")))
    assert isinstance(waiting, Turn) and waiting.answer is None
    restart.switch.hangs_up("u2")
    assert waiting.answer and waiting.answer.agent == "bob"
    assert (await restart.record("call2")).places == ""
    restart.usher.end("new")
    restart.switch.hangs_up("u1")
    assert restart.usher.book.is_quiet()


async def test_who_ends_while_the_switch_is_asked_is_not_kept(restart: Restart) -> None:
    await restart.orphans.reserve()
    restart.switch.has("u1", "u2")
    restart.switch.hangs_up("u1")
    await restart.adopted()
    assert taken(restart.usher)["destination:desk"] == 1


async def test_a_database_that_is_away_is_no_reason_not_to_start(
    restart: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the places are known a little later."""

    async def away(*_: object) -> None:
        raise DatabaseUnavailable("the database", "it is locked")

    with monkeypatch.context() as patched:
        patched.setattr(restart.database, "read", away)
        await restart.orphans.reserve()
    assert taken(restart.usher) == {}
    restart.switch.has("u2")
    await restart.adopted()
    assert taken(restart.usher) == {"destination:desk": 1, "number:1": 1}
    assert states(restart.usher)["talking"] == 1


async def test_a_caller_at_the_failsafe_has_neither_agent_nor_a_place_at_the_desk(restart: Restart) -> None:
    """What is for the whole call he keeps: no number has one call more than it may."""
    await restart.orphans.reserve()
    restart.switch.sync(
        [
            replace(CHANNEL, unique_id="u1", context="dutyline-failsafe"),
            replace(CHANNEL, unique_id="u2", context="dutyline-call"),
        ]
    )
    await restart.adopted()
    assert taken(restart.usher)["destination:desk"] == 1
    answer = await Door(restart.usher, "new").ask(Admit((DESK,), TEAM, Waiting("desk")))
    assert isinstance(answer, Admitted) and answer.agent == "ann"


async def test_an_agent_who_did_not_pick_up_after_the_service_died_is_free(restart: Restart) -> None:
    await restart.orphans.reserve()
    restart.switch.has("u1", "u2")
    await restart.adopted()
    waiting = await Door(restart.usher, "new").ask(Admit((DESK,), TEAM, Waiting("desk")))
    assert isinstance(waiting, Turn) and waiting.answer is None
    restart.switch.rings_in_vain("u2")
    assert waiting.answer and waiting.answer.agent == "bob"


async def test_an_agent_who_talks_is_not_freed_by_the_end_of_another_ring(restart: Restart) -> None:
    await restart.orphans.reserve()
    restart.switch.has("u1", "u2")
    await restart.adopted()
    restart.switch.connects("u2")
    restart.switch.rings_in_vain("u2")
    assert states(restart.usher)["talking"] == 2
