"""What only a server can do: drop its connections, be slow to lock. Defined where one is named."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, make_url, text

from ivr.storage import BatchWriter, Database, DatabaseUnavailable, Page, Release
from tests.databases import POSTGRES

NOW = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)

if POSTGRES:

    @pytest.fixture
    def url(postgres_url: str) -> str:
        """PostgreSQL alone."""
        return postgres_url

    def drop_connections(url: str) -> None:
        """As a server that restarts does."""
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()

    async def test_a_server_that_restarted_is_found_again(database: Database, url: str) -> None:
        writer = BatchWriter(database)
        for i in range(3):
            await database.run(lambda s, i=i: s.add(Page(id=f"p{i}", call_ref=f"{i}", started=NOW)))
            assert await database.read(lambda s: len(s.query(Page).all())) == i + 1
            drop_connections(url)
            work = writer.submit(lambda s, i=i: s.add(Release(fingerprint=f"r{i}", loaded_at=NOW)))
            await asyncio.wait_for(work, 20)
            drop_connections(url)
        assert await database.read(lambda s: len(s.query(Release).all())) == 3
        await writer.close()

    async def test_a_row_that_another_box_holds_is_waited_for_and_then_given_up(
        database: Database, url: str
    ) -> None:
        await database.run(lambda s: s.add(Page(id="p1", call_ref="1", started=NOW)))
        take = text("UPDATE pages SET accepted_by = 'me' WHERE id = 'p1'")
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with engine.begin() as other:
            other.execute(take)
            with pytest.raises(DatabaseUnavailable) as caught:
                await database.run(lambda s: s.execute(take), timeout_s=0.3)
            assert caught.value.is_certain
        engine.dispose()
        await database.run(lambda s: s.execute(take))
