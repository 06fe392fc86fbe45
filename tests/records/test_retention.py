"""What is forgotten after a while, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from ivr.clock import VirtualClock
from ivr.records import CallRecord, HopRecord, Recorder, find_call
from ivr.records.recorder import HOPS, TAPES
from ivr.records.retention import AT_ONCE, Retention
from ivr.settings import Settings
from ivr.storage import BatchWriter, Database

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


async def keep(database: Database, name: str, days_ago: float, *, is_over: bool = True) -> None:
    """A call that ended so long ago, with a hop and a tape."""
    at = NOW - timedelta(days=days_ago)
    record = CallRecord(name, f"u-{name}", "PJSIP/1", "+3232055582", "+32470000001", at)
    record.ended = at if is_over else None
    writer = BatchWriter(database, flush_s=0.01)
    recorder = Recorder(writer, database.dialect)
    if is_over:
        await recorder.finish(record, [HopRecord("night", "hello", "announce", "next", "", at, "r")], "{}")
    else:
        await recorder.begin(record)
    await writer.close()


async def known(database: Database, name: str) -> bool:
    return await database.read(lambda session: find_call(session, name)) is not None


async def count(database: Database, table: object) -> int:
    return await database.read(lambda s: s.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[call-overload]


async def test_nothing_is_forgotten_unless_a_setting_says_so(database: Database) -> None:
    await keep(database, "old", 4000)
    await Retention(database, VirtualClock(NOW)).tend()
    assert await known(database, "old") and await count(database, TAPES) == 1
    assert (Settings().calls_days, Settings().tapes_days) == (0, 0)


async def test_tapes_go_first_and_calls_after_them(database: Database) -> None:
    for name, days in (("a", 400), ("b", 100), ("c", 10)):
        await keep(database, name, days)
    await keep(database, "lives", 500, is_over=False)
    await Retention(database, VirtualClock(NOW), calls_days=365, tapes_days=90).tend()
    assert [await known(database, name) for name in ("a", "b", "c", "lives")] == [False, True, True, True]
    assert (await count(database, TAPES), await count(database, HOPS)) == (1, 2)


async def test_many_are_forgotten_a_few_at_a_time(database: Database) -> None:
    writer = BatchWriter(database, flush_s=0.01)
    recorder, at = Recorder(writer, database.dialect), NOW - timedelta(days=9)
    for number in range(AT_ONCE + 5):
        record = CallRecord(f"n{number}", f"u{number}", "PJSIP/1", "+3232055582", None, at)
        record.ended = at
        await recorder.finish(record, [], "{}")
    await writer.close()
    await Retention(database, VirtualClock(NOW), calls_days=7).tend()
    assert await count(database, TAPES) == 0


def test_tapes_are_not_kept_longer_than_their_calls() -> None:
    with pytest.raises(ValidationError, match="DUTYLINE_TAPES_DAYS"):
        Settings(tapes_days=30, calls_days=7)
