"""Group commit: many calls in one transaction, nothing lost while the database is away, one bad row alone."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import exc, select
from sqlalchemy.orm import Session

from ivr.storage import (
    BatchWriter,
    Call,
    Database,
    DatabaseUnavailable,
    Disposition,
    Hop,
    Page,
    Rows,
    upsert,
)
from ivr.storage.tables import Base

NOW = datetime(2026, 11, 22, 2, 14, 15, 120000, tzinfo=UTC)
CALLS, HOPS = Base.metadata.tables["calls"], Base.metadata.tables["hops"]


@pytest.fixture
async def writer(database: Database) -> AsyncIterator[BatchWriter]:
    writer = BatchWriter(database)
    yield writer
    await writer.close(timeout_s=1)


def call(dialect: str, name: str, **changes: Any) -> Rows:
    values: dict[str, Any] = {
        "started": NOW,
        "disposition": Disposition.IN_PROGRESS,
        "hung_by": "unknown",
        "cause": 0,
        **changes,
        "id": name,
    }
    optional = {column.name for column in CALLS.columns if column.nullable}
    upsertion = upsert(dialect, CALLS)
    row = [values.get(key, None if key in optional else "") for key in upsertion.names]
    return Rows(upsertion, [row])


def hops(dialect: str, name: str, n: int) -> Rows:
    row = (name, 0, "fuzer", "welcome", "announce", "next", "said", NOW, "r1")
    return Rows(upsert(dialect, HOPS, replace=False), [(row[0], seq, *row[2:]) for seq in range(n)])


def ids(session: Session) -> list[str]:
    return sorted(session.scalars(select(Call.id)))


async def test_many_calls_are_one_commit(database: Database, writer: BatchWriter) -> None:
    done = [
        writer.submit([hops(database.dialect, f"c{i}", 6), call(database.dialect, f"c{i}")])
        for i in range(100)
    ]
    await asyncio.gather(*done)
    assert writer.commits == 1
    assert len(await database.read(ids)) == 100
    assert len(await database.read(lambda s: s.scalars(select(Hop)).all())) == 600


async def test_more_than_a_batch_does_not_wait_for_the_flush(database: Database) -> None:
    writer = BatchWriter(database, flush_s=30, most=10)
    async with asyncio.timeout(10):
        await asyncio.gather(*(writer.submit(call(database.dialect, f"c{i}")) for i in range(20)))
    assert writer.commits == 2
    await writer.close()


async def test_a_row_reads_back_as_if_the_models_had_written_it(
    database: Database, writer: BatchWriter
) -> None:
    odd = NOW.replace(microsecond=0).astimezone().astimezone(tz=None) + timedelta(microseconds=7)
    await writer.submit(
        call(
            database.dialect,
            "c1",
            started=odd,
            caller_name="Zo\xeb \udcff\0",
            disposition=Disposition.ANSWERED,
        )
    )
    await database.run(lambda s: s.add(Call(id="c2", started=odd, caller_name="Zo\xeb \udcff\0")))
    one, two = await database.read(lambda s: (s.get_one(Call, "c1"), s.get_one(Call, "c2")))
    assert (one.started, one.caller_name) == (two.started, two.caller_name) == (odd, "Zo\xeb ?")
    assert one.disposition is Disposition.ANSWERED
    same = select(Call.id).where(Call.started == odd).order_by(Call.id)
    assert await database.read(lambda s: list(s.scalars(same))) == ["c1", "c2"]


async def test_the_last_writing_of_a_row_wins(database: Database, writer: BatchWriter) -> None:
    for brand in ("escaux", "colt", "fuzer"):
        done = writer.submit(call(database.dialect, "c1", brand=brand))
    await done
    assert (await database.read(lambda s: s.get_one(Call, "c1"))).brand == "fuzer"


async def test_functions_are_committed_with_the_rows(database: Database, writer: BatchWriter) -> None:
    first = writer.submit(call(database.dialect, "c1"))
    second = writer.submit(lambda s: s.add(Page(id="p1", call_ref="1", started=NOW, call_id="c1")))
    await asyncio.gather(first, second)
    assert writer.commits == 1
    assert await database.read(lambda s: s.get_one(Page, "p1").call_id) == "c1"


async def test_one_bad_row_does_not_take_its_neighbours_along(
    database: Database, writer: BatchWriter
) -> None:
    good = writer.submit(call(database.dialect, "c1"))
    orphan = writer.submit(hops(database.dialect, "nobody", 1))
    naive = writer.submit(call(database.dialect, "c2", started=datetime(2026, 1, 1)))
    also = writer.submit([call(database.dialect, "c3"), hops(database.dialect, "c3", 2)])
    await asyncio.gather(good, also)
    with pytest.raises(exc.IntegrityError):
        await orphan
    with pytest.raises(ValueError, match="without a zone"):
        await naive
    assert await database.read(ids) == ["c1", "c3"]
    assert (writer.committed, writer.dead, writer.held) == (2, 2, 0)
    await writer.submit(call(database.dialect, "c4"))


async def test_nobody_has_to_wait_for_the_outcome(
    database: Database, writer: BatchWriter, caplog: pytest.LogCaptureFixture
) -> None:
    writer.submit(hops(database.dialect, "nobody", 1))
    await writer.drain()
    assert writer.dead == 1
    assert "never retrieved" not in caplog.text


async def test_closing_writes_what_is_held(database: Database) -> None:
    writer = BatchWriter(database, flush_s=30)
    done = writer.submit(call(database.dialect, "c1"))
    assert await writer.close() == 0
    assert done.done()
    assert await database.read(ids) == ["c1"]
    with pytest.raises(DatabaseUnavailable, match="closed"):
        await writer.submit(call(database.dialect, "c2"))


# The database goes away


async def until(condition: Any, within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.01)


class Gone(Database):
    """A database that is away when told to be."""

    away = False

    async def run(self, fn: Any, *, timeout_s: float = 5.0) -> Any:
        if self.away:
            raise DatabaseUnavailable(self.where, "away")
        return await super().run(fn, timeout_s=timeout_s)


@pytest.fixture
async def gone(url: str) -> AsyncIterator[Gone]:
    database = Gone(url)
    await database.open()
    yield database
    await database.close()


async def test_rows_are_held_while_it_is_away_and_written_when_it_is_back(gone: Gone) -> None:
    writer = BatchWriter(gone, flush_s=0.01)
    gone.away = True
    done = [writer.submit(call(gone.dialect, f"c{i:02}")) for i in range(30)]
    await until(lambda: writer.alarm)
    assert writer.held == 30
    done.append(writer.submit(call(gone.dialect, "c30")))
    gone.away = False
    await asyncio.gather(*done)
    assert len(await gone.read(ids)) == 31
    assert not writer.alarm
    await writer.close()


async def test_memory_is_bounded_and_what_is_refused_is_counted(gone: Gone) -> None:
    writer = BatchWriter(gone, flush_s=0.01, most_held=10)
    gone.away = True
    done = [writer.submit(call(gone.dialect, f"c{i}")) for i in range(12)]
    with pytest.raises(DatabaseUnavailable, match="10 rows are waiting"):
        await done[-1]
    assert (writer.held, writer.refused) == (10, 2)
    gone.away = False
    await asyncio.gather(*done[:10])
    assert len(await gone.read(ids)) == 10
    await writer.close()


async def test_closing_while_it_is_away_tells_how_many_were_lost(gone: Gone) -> None:
    writer = BatchWriter(gone, flush_s=0.01)
    gone.away = True
    done = writer.submit(call(gone.dialect, "c1"))
    assert await writer.close(timeout_s=0.2) == 1
    with pytest.raises(DatabaseUnavailable):
        await done


async def test_a_real_lock_holds_rows_and_lets_them_go(sqlite: Database, file: Path) -> None:
    writer = BatchWriter(sqlite, flush_s=0.01)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = writer.submit(call("sqlite", "c1"))
        await asyncio.sleep(0.3)
        assert (writer.held, done.done()) == (1, False)
        other.execute("ROLLBACK")
    await asyncio.wait_for(done, 20)
    assert await sqlite.read(ids) == ["c1"]
    await writer.close()


async def test_a_real_disk_that_is_full_holds_rows(sqlite: Database) -> None:
    def limit(session: Session, pages: int) -> None:
        session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")

    writer = BatchWriter(sqlite, flush_s=0.01)
    await sqlite.run(lambda s: limit(s, 1))
    done = [writer.submit(call("sqlite", f"c{i}", caller_name="x" * 5000)) for i in range(50)]
    await until(lambda: writer.alarm)
    assert writer.dead == 0
    await sqlite.run(lambda s: limit(s, 1_000_000))
    await asyncio.wait_for(asyncio.gather(*done), 20)
    assert len(await sqlite.read(ids)) == 50
    await writer.close()


async def test_a_folder_that_is_gone_and_back(sqlite: Database, file: Path) -> None:
    writer = BatchWriter(sqlite, flush_s=0.01)
    away = file.parent.with_name("away")
    shutil.move(file.parent, away)
    done = writer.submit(call("sqlite", "c1"))
    await until(lambda: writer.alarm)
    shutil.move(away, file.parent)
    await asyncio.wait_for(done, 20)
    assert await sqlite.read(ids) == ["c1"]
    await writer.close()
