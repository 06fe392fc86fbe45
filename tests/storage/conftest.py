"""A store of which we know the file; the fresh database that all tests have is in `tests/databases.py`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.storage import Database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the SQLite file of a test stands."""
    return tmp_path / "state" / "dutyline.db"


@pytest.fixture
async def sqlite(file: Path) -> AsyncIterator[Database]:
    """An open SQLite store, for what only a file can do."""
    database = Database(f"sqlite:///{file}")
    await database.open()
    yield database
    await database.close()
