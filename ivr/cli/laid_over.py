"""What is switched on this installation, read at once: for commands that ask what a caller would meet now."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dialplan.changes import change_of, effective
from dialplan.model import Duty
from dialplan.overrides import Override, OverrideKind
from dialplan.remote import remotes_of, with_fetched
from dialplan.roster import Change, with_changes
from ivr.cli.places import ROOT

NAMES = ("DUTYLINE_STATE", "DUTYLINE_DATABASE")
_ROWS = (
    'SELECT id, kind, name, "to", starts, ends, made_by, why FROM overrides '
    "WHERE ended_at IS NULL ORDER BY made_at, id"
)
_CHANGES = (
    "SELECT kind, people, starts, ends, layer, title, made_at, agreed_at, ended_at FROM duty_changes "
    "ORDER BY made_at, place, id"
)


def overrides_of(given: Path | None) -> tuple[Override, ...]:
    """The overrides of the installation, oldest first; none for another configuration folder (`given`)."""
    if given is not None:
        return ()
    state = _state()
    return _read_server() if state is None else tuple(_override(row) for row in _read_file(state, _ROWS))


def over_duty_of(given: Path | None) -> Callable[[Duty], Duty]:
    """What lays over a duty the changes of the installation, and the calendars that it has fetched."""
    if given is not None:
        return lambda duty: duty
    state = _state()
    if state is None:
        changes, folder = _changes_of_server(), None
    else:
        rows = _read_file(state, _CHANGES)
        changes, folder = tuple(each for row in rows for each in _changes(row)), state.parent / "calendars"
    return lambda duty: with_changes(with_fetched(duty, _fetched(duty, folder)), changes)


def _state() -> Path | None:
    """The file of the installation's database; None: it is on a server."""
    if not Path("dutyline.env").exists() and not any(name in os.environ for name in NAMES):
        return ROOT / ".state" / "dutyline.db"
    from ivr.cli.shared import read_settings

    settings = read_settings(needs_state=False)
    if settings.database and not settings.database.startswith("sqlite"):
        return None
    return Path(settings.database.partition("///")[2] or settings.state.expanduser() / "dutyline.db")


def _read_file(path: Path, query: str) -> list[tuple[str, ...]]:
    """Without SQLAlchemy, which takes longer to import than a simulation takes; nothing there: nothing is."""
    if not path.exists():
        return []
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as database:
            return database.execute(query).fetchall()
    except sqlite3.Error:
        return []


def _changes(row: tuple[str, ...]) -> Iterator[Change]:
    kind, people, starts, ends, layer, title, made_at, agreed_at, ended_at = row
    change = change_of(kind, json.loads(people), _moment(starts), _moment(ends), layer, title)
    agreed, ended = (_moment(text) if text else None for text in (agreed_at, ended_at))
    yield from effective(change, _moment(made_at), agreed, ended)


def _fetched(duty: Duty, folder: Path | None) -> dict[str, str]:
    """The last good copies of the calendars that this duty takes in."""
    files = (
        {remote.key: folder / f"{remote.key}.ics" for remote in remotes_of(duty).values()} if folder else {}
    )
    return {key: file.read_text(encoding="utf-8") for key, file in files.items() if file.is_file()}


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


def _changes_of_server() -> tuple[Change, ...]:
    from ivr.cli.shared import read_settings
    from ivr.cli.showing import read
    from ivr.duty.kept import read_changes

    since = datetime.now(UTC) - timedelta(days=35)
    kept = read(read_settings(), lambda session: read_changes(session, since))
    return tuple(change for one in kept for change in one.effective())
