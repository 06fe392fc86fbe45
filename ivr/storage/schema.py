"""The tables of a database, brought to what this code wants (Alembic, run from here).

Alembic itself is imported only when there is something to do: a start on a database that is up to
date, and every reading command, do without it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, exc, text

from ivr.storage.errors import DatabaseTooNew

HEAD: Final = "0013"
"""The newest of `migrations/versions`; a test compares them."""
MIGRATIONS: Final = Path(__file__).with_name("migrations")
_LOCK: Final = 0x64757479
"""PostgreSQL advisory lock: one box migrates, the others wait for it."""


def bring_up_to_date(engine: Engine, where: str) -> None:
    """Run the missing migrations in one transaction; DatabaseTooNew when the database is ahead of us."""
    if _version(engine) == HEAD:
        return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _upgrade(connection, where)


def _version(engine: Engine) -> str | None:
    """The version of the tables there; None: no tables of ours yet."""
    with contextlib.suppress(exc.OperationalError, exc.ProgrammingError), engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None


def _upgrade(connection: Connection, where: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseTooNew(where, found, HEAD)
    command.upgrade(config, "head")


__all__ = ["HEAD", "MIGRATIONS", "bring_up_to_date"]
