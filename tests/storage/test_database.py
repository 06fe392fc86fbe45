"""The store: what is committed stays, what fails is said to have failed, what is locked is waited for."""

import asyncio
import shutil
import sqlite3
import stat
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import exc, func, select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from ivr.storage import (
    Database,
    DatabaseUnavailable,
    DatabaseUnusable,
    Page,
    PageState,
    Release,
    announce,
    is_retryable,
)
from ivr.storage.types import storable

NOW = datetime(2026, 11, 22, 2, 14, 15, 123456, tzinfo=UTC)


def page(name: str = "p1", ref: str = "482", *, live: bool = True) -> Page:
    return Page(id=name, call_ref=ref, live=live, started=NOW)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Page)) or 0


@contextmanager
def locked(file: Path) -> Iterator[sqlite3.Connection]:
    """Another program writes and does not finish."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


async def test_an_accepted_page_is_read_back_as_it_was(database: Database) -> None:
    """Times keep their microseconds and come back aware, whatever zone they were given in."""
    summer = NOW.astimezone(timezone(timedelta(hours=2)))
    await database.run(lambda s: s.add(Page(id="p1", call_ref="482", started=summer, accepted_at=NOW)))
    found = await database.read(lambda s: s.get_one(Page, "p1"))
    assert (found.started, found.accepted_at) == (NOW, NOW)
    assert found.started.utcoffset() == timedelta(0)
    assert found.state is PageState.PAGED
    assert found.ended is None


async def test_times_sort_as_text_and_as_times(database: Database) -> None:
    for name, at in (
        ("late", NOW + timedelta(microseconds=1)),
        ("early", NOW),
        ("whole", NOW.replace(microsecond=0)),
    ):
        await database.run(lambda s, name=name, at=at: s.add(Page(id=name, call_ref=name, started=at)))
    order = await database.read(lambda s: list(s.scalars(select(Page.id).order_by(Page.started))))
    assert order == ["whole", "early", "late"]
    after = await database.read(lambda s: list(s.scalars(select(Page.id).where(Page.started > NOW))))
    assert after == ["late"]


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(exc.StatementError, match="without a zone"):
        await database.run(lambda s: s.add(Page(id="p1", call_ref="1", started=datetime(2026, 1, 1))))


async def test_a_call_id_is_unique_among_live_pages_only(database: Database) -> None:
    await database.run(lambda s: s.add(page("old", live=False)))
    await database.run(lambda s: s.add(page("older", live=False)))
    await database.run(lambda s: s.add(page("one")))
    with pytest.raises(exc.IntegrityError):
        await database.run(lambda s: s.add(page("two")))
    await database.run(lambda s: setattr(s.get_one(Page, "one"), "live", False))
    await database.run(lambda s: s.add(page("two")))


async def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(page())
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(work)
    assert await database.read(count) == 0
    assert database.is_well


async def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises((exc.DBAPIError, DatabaseUnavailable)):
        await database.read(lambda s: (s.add(page()), s.flush()), timeout_s=0.5)
    assert await database.read(count) == 0


async def test_reading_goes_on_beside_a_long_writing(database: Database) -> None:
    go = threading.Event()

    def slow(session: Session) -> None:
        session.add(page())
        session.flush()
        go.wait(10)

    writing = asyncio.create_task(database.run(slow, timeout_s=20))
    await asyncio.sleep(0.05)
    assert await database.read(count) == 0
    go.set()
    await writing
    assert await database.read(count) == 1


async def test_two_claims_at_once_have_one_winner(database: Database) -> None:
    await database.run(lambda s: s.add(page()))

    def claim(session: Session, who: str) -> bool:
        found = session.execute(
            text(
                "UPDATE pages SET accepted_by = :who, state = 'accepted' WHERE id = 'p1' AND accepted_by = ''"
            ),
            {"who": who},
        )
        return bool(found.rowcount == 1)  # type: ignore[attr-defined]

    won = await asyncio.gather(*(database.run(lambda s, i=i: claim(s, f"e{i}")) for i in range(8)))
    assert sorted(won) == [False] * 7 + [True]


async def test_listeners_hear_of_commits_and_of_nothing_else(database: Database) -> None:
    heard: list[str] = []
    database.listen("pages", lambda: heard.append("pages"))

    def fails(session: Session) -> None:
        announce(session, "pages")
        raise ZeroDivisionError

    await database.run(lambda s: announce(s, "pages"))
    with pytest.raises(ZeroDivisionError):
        await database.run(fails)
    await database.run(lambda s: announce(s, "other"))
    assert heard == ["pages"]


async def test_work_that_runs_out_of_time_is_not_done_after_all(database: Database) -> None:
    """Who was told "not accepted" must never find it accepted later."""
    gate = threading.Event()

    def late(session: Session) -> None:
        session.add(page())
        session.flush()
        gate.wait(10)

    with pytest.raises(DatabaseUnavailable) as caught:
        await database.run(late, timeout_s=0.1)
    assert caught.value.is_certain
    gate.set()
    await database.run(lambda s: s.add(Release(fingerprint="x", loaded_at=NOW)))
    assert await database.read(count) == 0


async def test_cancelled_work_is_not_done_after_all(database: Database) -> None:
    gate = threading.Event()

    def late(session: Session) -> None:
        session.add(page())
        session.flush()
        gate.wait(10)

    task = asyncio.create_task(database.run(late))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    await database.run(lambda s: s.add(Release(fingerprint="x", loaded_at=NOW)))
    assert await database.read(count) == 0


async def test_a_closed_store_says_so(database: Database) -> None:
    await database.close()
    with pytest.raises(DatabaseUnavailable, match="closed"):
        await database.run(count)
    assert not database.is_well


async def test_a_probe_tells_whether_it_can_be_written(database: Database) -> None:
    assert await database.probe()


async def test_hostile_names_are_kept_as_far_as_they_can_be(database: Database) -> None:
    name = "Robert'); DROP TABLE pages;--\0 \udcff \U0001f600 \r\nBcc: x"
    await database.run(lambda s: s.add(Page(id="p1", call_ref="1", started=NOW, customer=name)))
    found = await database.read(lambda s: s.get_one(Page, "p1"))
    assert found.customer == storable(name) == "Robert'); DROP TABLE pages;-- ? \U0001f600 \r\nBcc: x"


# SQLite's own ways of not being there


async def test_a_lock_of_another_program_is_waited_for(sqlite: Database, file: Path) -> None:
    with locked(file) as other:
        writing = asyncio.create_task(sqlite.run(lambda s: s.add(page()), timeout_s=20))
        await asyncio.sleep(0.8)
        assert not writing.done()
        other.execute("ROLLBACK")
        await writing
    assert await sqlite.read(count) == 1


async def test_a_lock_that_stays_is_told_in_time(sqlite: Database, file: Path) -> None:
    with locked(file):
        began = time.monotonic()
        with pytest.raises(DatabaseUnavailable, match=r"dutyline\.db is not available"):
            await sqlite.run(lambda s: s.add(page()), timeout_s=0.7)
        assert time.monotonic() - began < 5
        assert not await sqlite.probe(timeout_s=0.2)
        assert not sqlite.is_well
        assert await sqlite.read(count) == 0
    assert await sqlite.probe(timeout_s=10)
    assert await sqlite.read(count) == 0


async def test_a_database_that_is_moved_away_and_back(sqlite: Database, file: Path) -> None:
    """Linux would let us go on writing to the moved file, or make a new one: either loses what was said."""
    await sqlite.run(lambda s: s.add(page("before", "1")))
    away = file.parent.with_name("away")
    file.parent.rename(away)
    with pytest.raises(DatabaseUnavailable):
        await sqlite.run(lambda s: s.add(page("while", "2")), timeout_s=0.3)
    away.rename(file.parent)
    await sqlite.run(lambda s: s.add(page("after", "3")))
    assert await sqlite.read(lambda s: sorted(s.scalars(select(Page.id)))) == ["after", "before"]


async def test_a_copy_put_in_its_place_is_taken_up(sqlite: Database, file: Path) -> None:
    await sqlite.run(lambda s: s.add(page("kept", "1")))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(file.with_name("copy"))) as copy:
        source.backup(copy)
    await sqlite.run(lambda s: s.add(page("gone", "2")))
    for name in ("dutyline.db", "dutyline.db-wal", "dutyline.db-shm"):
        file.with_name(name).unlink(missing_ok=True)
    shutil.move(file.with_name("copy"), file)
    assert await sqlite.read(lambda s: list(s.scalars(select(Page.id)))) == ["kept"]
    await sqlite.run(lambda s: s.add(page("new", "3")))
    assert await sqlite.read(count) == 2


async def test_only_the_owner_may_read_the_file(sqlite: Database, file: Path) -> None:
    await sqlite.run(lambda s: s.add(page()))
    for name in ("dutyline.db", "dutyline.db-wal"):
        assert stat.S_IMODE(file.with_name(name).stat().st_mode) == 0o600


CHILD = """
    import asyncio, sys
    from datetime import datetime, UTC
    from ivr.storage import Database, Page

    async def main():
        database = Database(sys.argv[1])
        await database.open()
        await database.run(lambda s: s.add(Page(id="p1", call_ref="482", started=datetime.now(UTC))))
        print("committed", flush=True)
        await asyncio.sleep(60)

    asyncio.run(main())
"""


async def test_a_committed_row_survives_kill_9(url: str) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(CHILD),
        url,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    try:
        assert await child.stdout.readline() == b"committed\n"
    finally:
        child.kill()
        await child.wait()
    database = Database(url)
    await database.open()
    assert (await database.read(lambda s: s.get_one(Page, "p1"))).call_ref == "482"
    await database.close()


# Addresses and faults


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("not a url", "wants the form"),
        ("mysql://user:secret@host/db", "only SQLite and PostgreSQL"),
        ("sqlite://", "wants a file"),
        ("sqlite:///:memory:", "wants a file"),
    ],
)
def test_an_address_that_is_none_of_ours(url: str, says: str) -> None:
    with pytest.raises(DatabaseUnusable, match=says) as caught:
        Database(url)
    assert "secret" not in str(caught.value)


async def test_a_server_that_is_not_there() -> None:
    """Whoever waits for the start sees at once what it waits for; said once."""
    database = Database("postgresql://user:secret@127.0.0.1:1/db")
    with capture_logs() as logged, pytest.raises(DatabaseUnavailable, match="refused") as caught:
        await database.open(timeout_s=0.3)
    assert "secret" not in str(caught.value)
    assert [line["event"] for line in logged] == ["database.waited_for"]
    assert "refused" in logged[0]["why"] and "secret" not in str(logged)
    await database.close()


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    database = Database(f"sqlite:///{tmp_path}/file/dutyline.db")
    with pytest.raises(DatabaseUnavailable):
        await database.open(timeout_s=5)
    await database.close()


@pytest.fixture
def novel(file: Path) -> Path:
    """A file that is no database."""
    file.parent.mkdir()
    file.write_text("These are not the tables you are looking for. " * 100)
    return file


async def test_a_file_that_is_no_database(novel: Path) -> None:
    database = Database(f"sqlite:///{novel}")
    with pytest.raises(DatabaseUnavailable, match="not a database"):
        await database.open(timeout_s=0.3)
    await database.close()


def sqlite_error(code: int, message: str = "") -> exc.OperationalError:
    cause = sqlite3.OperationalError(message)
    cause.sqlite_errorcode = code
    return exc.OperationalError("x", {}, cause)


def postgres_error(state: str | None) -> exc.OperationalError:
    cause = type("Error", (Exception,), {"sqlstate": state})()
    return exc.OperationalError("x", {}, cause)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY), True),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (sqlite_error(sqlite3.SQLITE_FULL, "database or disk is full"), True),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), True),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), True),
        (sqlite_error(sqlite3.SQLITE_ERROR, "no such table: calls"), True),
        (sqlite_error(sqlite3.SQLITE_ERROR, "no such column: x"), False),
        (sqlite_error(sqlite3.SQLITE_CONSTRAINT), False),
        (sqlite_error(sqlite3.SQLITE_MISMATCH), False),
        (postgres_error(None), True),
        (postgres_error("57P01"), True),
        (postgres_error("40001"), True),
        (postgres_error("53100"), True),
        (postgres_error("23505"), False),
        (postgres_error("22P02"), False),
        (DatabaseUnavailable("x", "y"), True),
        (exc.TimeoutError(), True),
        (OSError("of somebody's function"), False),
        (ZeroDivisionError(), False),
    ],
)
def test_whose_fault_it_is(error: BaseException, expected: bool) -> None:
    assert is_retryable(error) is expected
