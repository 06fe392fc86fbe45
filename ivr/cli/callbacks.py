"""`dutyline callbacks` and `dutyline recordings`: what callers were promised, and what they have said."""

from __future__ import annotations

import asyncio
from datetime import datetime

from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.callbacks.model import Callback
from ivr.callbacks.store import find_callback, last_callbacks
from ivr.cli.client import ServiceClient, ServiceError
from ivr.cli.home import shown
from ivr.cli.shared import give_up, out, print_json
from ivr.cli.showing import ZONE, read
from ivr.settings import Settings
from ivr.storage import Recording


def list_callbacks(settings: Settings, last: int, *, as_json: bool) -> None:
    """The call-backs that were asked for last."""
    found = read(settings, lambda session: last_callbacks(session, last))
    if as_json:
        print_json([one.to_json() for one in found])
    elif not found:
        out.print("Nobody has asked to be called back.")
    else:
        out.print(_table(found))


def _table(found: list[Callback]) -> Table:
    names = ("id", "asked", "number", "brand", "state", "tries", "agent", "why")
    table = Table(*names, box=None, pad_edge=False)
    for one in found:
        tries = f"{one.tries} of {one.most_tries}"
        state, who = str(one.state), one.agent_entry or "-"
        number = shown(one.number)
        table.add_row(one.id[:8], _clock(one.asked_at), number, one.brand, state, tries, who, one.why or "-")
    return table


def cancel_callback(settings: Settings, wanted: str) -> None:
    """Take one back, by the running service."""
    found = read(settings, lambda session: find_callback(session, wanted))
    if found is None:
        give_up(f"There is no call back {wanted!r}; `dutyline callbacks` lists them.")
    try:
        answer = asyncio.run(ServiceClient(settings).ask("cancel-callbacks", {"id": found.id}))
    except ServiceError as fault:
        give_up(fault)
    if not answer.get("cancelled"):
        give_up(f"The call back {found.id[:8]} is {found.state}: it can be taken back no more.")
    out.print(f"The call back {found.id[:8]} is cancelled.")


def list_recordings(settings: Settings, last: int, *, as_json: bool) -> None:
    """The messages that were left last."""
    found = read(settings, lambda session: _last_recordings(session, last))
    folder = settings.state_dir / "recordings"
    if as_json:
        print_json([_as_dict(one, str(folder / one.path) if one.path else "") for one in found])
        return
    if not found:
        out.print("Nobody has left a message.")
        return
    table = Table("name", "started", "from", "brand", "state", "seconds", "file", box=None, pad_edge=False)
    for one in found:
        caller, state = shown(one.caller), str(one.state) + (f" ({one.why})" if one.why else "")
        seconds, file = f"{one.seconds:g}", one.path or "-"
        table.add_row(one.name, _clock(one.started), caller, one.brand or "-", state, seconds, file)
    out.print(table)


def _last_recordings(session: Session, n: int) -> list[Recording]:
    return list(session.scalars(select(Recording).order_by(Recording.started.desc()).limit(n)))


def _as_dict(one: Recording, path: str) -> dict[str, object]:
    return {
        "name": one.name,
        "call": one.call_id,
        "brand": one.brand,
        "from": one.caller,
        "to": one.dialled,
        "state": str(one.state),
        "seconds": one.seconds,
        "started": one.started.isoformat(timespec="milliseconds"),
        "path": path,
        "why": one.why,
    }


def _clock(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
