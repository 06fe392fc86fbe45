"""`dutyline calls` and `dutyline mails`: what happened, for people and for programs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from rich.table import Table
from sqlalchemy.orm import Session

from ivr.cli.home import shown
from ivr.cli.paged import pages_of, whole_pages
from ivr.cli.shared import check_language, give_up, out, print_json
from ivr.duty.ledger import CALL_REF_DIGITS, find_page
from ivr.notify import AmbiguousMail, list_mails, show_mail
from ivr.records import AmbiguousCall, RecordedCall, find_call, last_calls
from ivr.records.story import tell
from ivr.settings import Settings
from ivr.storage import Database, StorageError

T = TypeVar("T")
ZONE = ZoneInfo("Europe/Brussels")


def read(settings: Settings, work: Callable[[Session], T]) -> T:
    """Do `work` on the installation's database; one sentence when that cannot be read."""
    try:
        return asyncio.run(_read(settings, work))
    except (StorageError, OSError) as fault:
        give_up(fault)
    except (AmbiguousCall, AmbiguousMail) as fault:
        give_up(fault)


async def _read(settings: Settings, work: Callable[[Session], T]) -> T:
    database = Database(settings.database_url)
    try:
        await database.open()
        return await database.read(work)
    finally:
        await database.close()


def list_calls(settings: Settings, last: int, *, as_json: bool) -> None:
    """The last calls."""
    found = read(settings, lambda session: last_calls(session, last))
    if as_json:
        print_json([one.to_json() for one in found])
    elif not found:
        out.print('No calls yet. Place one: dutyline call "+32 2 788 74 99"')
    else:
        out.print(_calls_table(found))


def _calls_table(found: list[RecordedCall]) -> Table:
    table = Table("id", "started", "from", "to", "brand", "ended as", "talked with", box=None, pad_edge=False)
    for one in found:
        record = one.record
        table.add_row(
            record.id,
            _clock(record.started),
            shown(record.caller) if record.caller else "withheld",
            shown(record.dialled),
            record.brand or "-",
            str(record.disposition),
            record.agent_entry or "-",
        )
    return table


def show_call(settings: Settings, call_id: str, language: str, *, as_json: bool) -> None:
    """The story of one call, and of whoever was paged for it."""
    spoken = check_language(language)
    found = read(settings, lambda session: find_call(session, _call_of(session, call_id)))
    if found is None:
        give_up(_why_none(settings, call_id))
    if as_json:
        pages = read(settings, lambda session: whole_pages(session, found.record.id))
        print_json({**found.to_json(), "pages": pages})
    else:
        out.print(tell(found.record, found.hops, spoken), markup=False)
        for line in read(settings, lambda session: pages_of(session, found.record.id, ZONE, spoken)):
            out.print(line, markup=False)


def _why_none(settings: Settings, wanted: str) -> str:
    """There may be a page of that call ID that was begun without a call."""
    page = read(settings, lambda session: find_page(session, wanted))
    if page is not None and page.request.call_id is None:
        ref = page.call_ref
        return f"Page {ref} was begun without a call; `dutyline pages show {ref}` tells of it."
    return f"There is no call {wanted!r}; `dutyline calls` lists them, `dutyline pages` the pages."


def _call_of(session: Session, wanted: str) -> str:
    """The call for which the newest page of a 3-digit call ID was begun; otherwise what was given."""
    page = find_page(session, wanted) if len(wanted) == CALL_REF_DIGITS else None
    return (page and page.request.call_id) or wanted


def list_outbox(settings: Settings, last: int, *, as_json: bool) -> None:
    """The last mails."""
    found = read(settings, lambda session: list_mails(session, last))
    if as_json:
        print_json([one.to_json() for one in found])
        return
    if not found:
        out.print("No mails yet.")
        return
    table = Table("id", "written", "to", "subject", "state", box=None, pad_edge=False)
    for one in found:
        mail = one.mail
        state = f"{mail.state} ({mail.error})" if mail.error else str(mail.state)
        table.add_row(mail.id[:10], _clock(mail.created), ", ".join(mail.to), mail.subject, state)
    out.print(table)


def show_one_mail(settings: Settings, mail_id: str, *, as_json: bool) -> None:
    """One mail whole."""
    found = read(settings, lambda session: show_mail(session, mail_id))
    if found is None:
        give_up(f"There is no mail {mail_id!r}; `dutyline mails` lists them.")
    if as_json:
        print_json(found.to_json(is_whole=True))
        return
    mail = found.mail
    out.print(f"To:      {', '.join(mail.to)}\nCc:      {', '.join(mail.cc) or '-'}", markup=False)
    out.print(f"Subject: {mail.subject}\nState:   {mail.state} {mail.error}".rstrip(), markup=False)
    for one in found.deliveries:
        out.print(f"         {one.address}: {one.state} {one.reply}".rstrip(), markup=False)
    out.print(f"\n{mail.body}", markup=False)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
