"""What is switched on this installation, read at once: for commands that ask what a caller would meet now."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from dialplan.overrides import Override, OverrideKind
from ivr.cli.places import ROOT

NAMES = ("DUTYLINE_STATE", "DUTYLINE_DATABASE")
_ROWS = (
    'SELECT id, kind, name, "to", starts, ends, made_by, why FROM overrides '
    "WHERE ended_at IS NULL ORDER BY made_at, id"
)


def overrides_of(given: Path | None) -> tuple[Override, ...]:
    """The overrides of the installation, oldest first; none for another configuration folder (`given`)."""
    if given is not None:
        return ()
    if not Path("dutyline.env").exists() and not any(name in os.environ for name in NAMES):
        return _read_file(ROOT / ".state" / "dutyline.db")
    from ivr.cli.shared import read_settings

    settings = read_settings(needs_state=False)
    if settings.database and not settings.database.startswith("sqlite"):
        return _read_server()
    path = settings.database.partition("///")[2] or settings.state.expanduser() / "dutyline.db"
    return _read_file(Path(path))


def _read_file(path: Path) -> tuple[Override, ...]:
    """Without SQLAlchemy, which takes longer to import than a simulation takes; nothing there: nothing is."""
    if not path.exists():
        return ()
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as database:
            return tuple(_override(row) for row in database.execute(_ROWS))
    except sqlite3.Error:
        return ()


def _override(row: tuple[str, ...]) -> Override:
    id_, kind, name, to, starts, ends, by, why = row
    end = _moment(ends) if ends else None
    return Override(id_, OverrideKind(kind), name, to, _moment(starts), end, by, why)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _read_server() -> tuple[Override, ...]:
    from ivr.cli.shared import read_settings
    from ivr.cli.showing import read
    from ivr.overrides.kept import read_overrides

    return read(read_settings(), lambda session: read_overrides(session, datetime.now(UTC)))
