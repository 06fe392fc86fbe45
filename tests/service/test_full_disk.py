"""The log stands on the same disk as the database: when that is full, calls and pages go on without it."""

import asyncio
import io
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from ivr.logs import Lines, configure
from ivr.storage import BatchWriter, Database, DatabaseUnavailable


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is logged meets a full disk."""
    handlers, level = logging.root.handlers[:], logging.root.level
    with io.TextIOWrapper(io.FileIO("/dev/full", "w"), write_through=True) as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        configure("text", "info")
        yield
        monkeypatch.undo()
        structlog.reset_defaults()
        logging.root.handlers[:], logging.root.level = handlers, level


def test_a_line_that_cannot_be_written_harms_nobody(full_disk: None) -> None:
    log = structlog.get_logger("test")
    log.error("the database is away", why="disk full")
    log.exception("and so is the disk")
    logging.getLogger("a.library").error("it has troubles too")


class Disk(io.StringIO):
    """A disk that is full for a while."""

    fault: Exception | None = None

    def write(self, words: str) -> int:
        if self.fault:
            raise self.fault
        return super().write(words)


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), BrokenPipeError(), ValueError("closed")]
)
def test_the_log_says_how_much_of_it_is_missing(fault: Exception) -> None:
    disk = Disk()
    lines = Lines(disk)
    lines.info("one")
    disk.fault = fault
    lines.error("two")
    lines.error("three")
    disk.fault = None
    lines.info("four")
    lines.info("five")
    assert disk.getvalue().splitlines() == [
        "one",
        "(2 lines of this log could not be written)",
        "four",
        "five",
    ]


async def test_records_are_kept_over_a_full_disk(
    full_disk: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'dutyline.db'}")
    await database.open()
    writer = BatchWriter(database)
    tried, well = [], database.run

    async def away(work: Callable[[Session], Any], **_: object) -> None:
        tried.append(work)
        raise DatabaseUnavailable("the disk", "it is full")

    monkeypatch.setattr(database, "run", away)
    row = writer.submit(lambda session: session.execute(text("SELECT 1")))
    while not tried:
        await asyncio.sleep(0.01)
    assert not row.done()
    monkeypatch.setattr(database, "run", well)
    await row
    assert (writer.held, writer.committed) == (0, 1)
    await writer.close()
    await database.close()


async def test_a_writer_that_has_died_is_started_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'dutyline.db'}")
    await database.open()
    writer = BatchWriter(database)
    writer.start()
    assert writer._task
    writer._task.cancel()
    while not writer._task.done():
        await database.probe()
    await writer.submit(lambda session: session.execute(text("SELECT 1")))
    assert writer.committed == 1
    await writer.close()
    await database.close()
