"""A fresh database for each test: SQLite in a file; PostgreSQL too when DUTYLINE_TEST_POSTGRES names one.

The URL names a server and a database in which databases may be made: `postgresql://user@host:port/postgres`.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import create_engine, make_url, text

from ivr.storage import Database

POSTGRES = os.environ.get("DUTYLINE_TEST_POSTGRES", "")


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that does not have our tables yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state' / 'dutyline.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of an empty database on the server, gone after the test."""
    server = make_url(POSTGRES).set(drivername="postgresql+psycopg")
    name = f"dutyline_{uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An open store."""
    database = Database(url)
    await database.open()
    yield database
    await database.close()


__all__ = ["POSTGRES", "database", "postgres_url", "url"]
