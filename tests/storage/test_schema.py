"""Migrations: from nothing, again, from ahead of us, two at once; and they make what the models say."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, inspect, make_url, text

from ivr.storage import Base, Database, DatabaseTooNew
from ivr.storage.schema import HEAD, MIGRATIONS


def driver(url: str) -> str:
    parsed = make_url(url)
    name = "postgresql+psycopg" if parsed.get_backend_name() == "postgresql" else "sqlite"
    return parsed.set(drivername=name).render_as_string(hide_password=False)


async def open_and_close(url: str) -> None:
    database = Database(url)
    try:
        await database.open()
    finally:
        await database.close()


def test_the_code_names_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


async def test_migrations_make_what_the_models_say(url: str) -> None:
    await open_and_close(url)
    engine = create_engine(driver(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        indexes = {index["name"]: index for index in inspect(connection).get_indexes("pages")}
        assert indexes["uq_pages_live_call_ref"]["unique"]
    engine.dispose()


async def test_opening_again_changes_nothing(url: str) -> None:
    await open_and_close(url)
    database = Database(url)
    await database.open()
    await database.run(
        lambda s: s.execute(text("INSERT INTO releases VALUES ('f', '2026-01-01', '', '', '{}', '')"))
    )
    await database.close()
    await open_and_close(url)
    database = Database(url)
    await database.open()
    assert await database.read(lambda s: s.execute(text("SELECT count(*) FROM releases")).scalar()) == 1
    await database.close()


def stop_at(url: str, version: str) -> None:
    """A database as an older version left it, with one page that rang one phone."""
    if url.startswith("sqlite"):
        Path(make_url(url).database or "").parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(driver(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        tables = MetaData()
        tables.reflect(connection, only=["pages", "attempts"])
        for name, row in (("pages", {"id": "p1"}), ("attempts", {"id": "a1", "page_id": "p1"})):
            columns = tables.tables[name].columns
            needed = {one.name: _VALUES[one.type.python_type] for one in columns if not one.nullable}
            connection.execute(tables.tables[name].insert().values(needed | row))
    engine.dispose()


_VALUES: dict[type, object] = {
    str: "",
    int: 0,
    float: 0.0,
    bool: False,
    datetime: datetime(2026, 11, 22, 2, 14, tzinfo=UTC),
}


async def test_pages_and_their_rings_outlive_the_columns_that_are_taken_out(url: str) -> None:
    stop_at(url, "0005")
    database = Database(url)
    await database.open()
    kept = await database.read(lambda s: s.execute(text("SELECT page_id FROM attempts")).scalars().all())
    assert kept == ["p1"]
    assert await database.read(lambda s: s.execute(text("SELECT id FROM pages")).scalars().all()) == ["p1"]
    await database.close()


async def test_two_that_start_at_once_migrate_once(url: str) -> None:
    await asyncio.gather(*(open_and_close(url) for _ in range(3)))


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    await open_and_close(url)
    engine = create_engine(driver(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseTooNew, match=rf"newer Dutyline .*9999.*up to {HEAD}.*start that version"):
        await open_and_close(url)


async def test_a_migration_that_fails_leaves_nothing_half_done(url: str) -> None:
    engine = create_engine(driver(url))
    if engine.dialect.name == "sqlite":
        Path(make_url(url).database or "").parent.mkdir()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE releases (mine integer)"))
    with pytest.raises(Exception, match="releases"):
        await open_and_close(url)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) - {"alembic_version"} == {"releases"}
    engine.dispose()
