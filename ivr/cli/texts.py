"""`dutyline texts`: messages beside mail, each with the history of its tries."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from rich.table import Table
from sqlalchemy.orm import Session

from dialplan.numbers import display
from ivr.cli.shared import give_up, out, print_json
from ivr.cli.showing import read
from ivr.notify.channels import NOTICES
from ivr.notify.notices import find_notices, last_notices, notice_json, revive
from ivr.settings import Settings
from ivr.storage import Database, announce


def list_texts(settings: Settings, last: int, *, dead: bool, as_json: bool) -> None:
    """The last ones."""
    found = read(
        settings,
        lambda session: [notice_json(session, one) for one in last_notices(session, last, dead=dead)],
    )
    if as_json:
        print_json(found)
        return
    if not found:
        out.print("No text messages yet." if not dead else "None was given up.")
        return
    table = Table("id", "written", "to", "text", "state", box=None, pad_edge=False)
    for one in found:
        state = f"{one['state']} ({one['error']})" if one["error"] else one["state"]
        who = f"{one['entry']} {display(one['address'])}".strip()
        table.add_row(one["id"][:10], one["created"][:19], who, one["text"], state)
    out.print(table)


def show_text(settings: Settings, text_id: str, *, as_json: bool) -> None:
    """One whole."""
    found = read(
        settings,
        lambda session: [
            notice_json(session, one, with_tries=True) for one in find_notices(session, text_id)
        ],
    )
    told = found[_only(len(found), text_id)]
    if as_json:
        print_json(told)
        return
    for name in ("entry", "address", "text", "created", "state", "reference", "error"):
        out.print(f"{name + ':':<10} {told[name] or '-'}", markup=False)
    for number, one in enumerate(told["history"], 1):
        said = f"{one['code'] or '-'} {one['reply']}".strip()
        out.print(
            f"  try {number}, {one['at'][:19]}, {one['took_ms']} ms: {one['verdict']}: {said}", markup=False
        )


def retry_text(settings: Settings, text_id: str) -> None:
    """Try again what was given up."""
    found = read(settings, lambda session: [one.id for one in find_notices(session, text_id)])
    wanted = found[_only(len(found), text_id)]
    if not asyncio.run(_revive(settings, wanted)):
        give_up("That message was not given up: there is nothing to try again.")
    out.print("It is tried again.")


async def _revive(settings: Settings, notice_id: str) -> bool:
    database = Database(settings.database_url)

    def work(session: Session) -> bool:
        announce(session, NOTICES)
        return revive(session, notice_id, datetime.now(UTC))

    try:
        await database.open()
        return await database.run(work)
    finally:
        await database.close()


def _only(number: int, wanted: str) -> int:
    if number == 0:
        give_up(f"There is no text message {wanted!r}; `dutyline texts` lists them.")
    if number > 1:
        give_up(f"Several text messages begin with {wanted!r}; write more of it.")
    return 0


__all__ = ["list_texts", "retry_text", "show_text"]
