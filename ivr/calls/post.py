"""Mails that a plan asks for: into the outbox, without the call waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplan.commands import SendMail
from dialplan.nodes.mail import SYSTEM_VARIABLES
from ivr.calls.live import LiveCall
from ivr.calls.messages import attach
from ivr.clock import Clock
from ivr.notify import enqueue
from ivr.storage import Database, Recording, StorageError

DRAIN_S: Final = 2.0
"""Limit on the end: the service must be gone before its launcher loses patience."""
LONGEST_PAUSE_S: Final = 30.0
log = structlog.get_logger(__name__)


class PlanPost:
    """Hands the mails of mail nodes to the outbox (see `ivr.calls.reception.Post`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, command: SendMail, call: LiveCall) -> None:
        """Put a mail in the outbox; tried again until the database takes it, or the service ends."""
        call.mails += 1
        name = f"call:{call.record.id}:mail:{call.mails}"
        task = asyncio.create_task(self._write(command, call, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, timeout_s: float = DRAIN_S) -> int:
        """The end: what is handed in is written as far as the time allows. Returns how many were lost."""
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(self._tasks, timeout=timeout_s)
        for task in late:
            log.critical("mail.lost", mail=task.get_name(), why="the database is away, the service ends")
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    async def _write(self, command: SendMail, call: LiveCall, dedupe: str) -> None:
        now = self._clock.now()
        variables = _variables(command, call)
        names = command.recordings
        brand = call.configuration.brands.get(call.record.brand)

        def work(session: Session) -> None:
            enqueue(
                session,
                template=command.template,
                language=brand.mail_language if brand else "en",
                to=command.to,
                cc=command.cc,
                variables={**variables, "at": now, "recordings": _lengths(session, names)},
                dedupe=dedupe,
                now=now,
                subject=command.subject,
                attached=[attach(name) for name in names],
            )

        pause_s = 0.5
        while not await self._has_written(work, dedupe):
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _has_written(self, work: Callable[[Session], object], name: str) -> bool:
        """False: the database is away, so that another try may help."""
        try:
            await self._database.run(work)
        except StorageError as fault:
            log.error("mail.not_written", mail=name, why=str(fault))
            return False
        except Exception:
            # a template or a row that nobody can write: another try would end the same
            log.exception("mail.lost", mail=name)
        return True


def _variables(command: SendMail, call: LiveCall) -> dict[str, object]:
    """Everything known of the call, as VMS mails it: system and user variables."""
    state, record = call.state, call.record
    brand, told = call.configuration.brands.get(record.brand), command.variables or {}
    return {
        "plan": told.get("plan") or (state.plan if state else record.plan),
        "node": told.get("node") or (state.node if state else ""),
        "brand": brand.title if brand else record.brand,
        "subject": "",
        "text": command.text,
        "call_ref": "",
        "call_id": record.id,
        "dialled": record.dialled,
        "caller": record.caller,
        "caller_name": record.caller_name,
        "release": record.release,
        "variables": {name: value for name, value in told.items() if name not in SYSTEM_VARIABLES},
        "system": _system(call, command),
    }


def _system(call: LiveCall, command: SendMail) -> dict[str, object]:
    """The variables of the system alone, all of them, for a mail that lists everything."""
    record, told = call.record, command.variables or {}
    return {
        "call": record.id,
        "dialled": record.dialled,
        "caller": record.caller,
        "caller_name": record.caller_name,
        "brand": record.brand,
        "plan": told.get("plan", record.plan),
        "node": told.get("node", ""),
        "language": told.get("language", ""),
        "release": record.release,
        "started": record.started.isoformat(timespec="seconds"),
        "answered": record.answered.isoformat(timespec="seconds") if record.answered else "",
        "agent": record.agent_entry,
        "plan_time": told.get("at", ""),
        "test_clock": record.clock_at.isoformat(timespec="seconds") if record.clock_at else "",
        "recordings": " ".join(command.recordings),
    }


def _lengths(session: Session, names: tuple[str, ...]) -> list[dict[str, object]]:
    """What is known of the messages that a mail encloses."""
    found = session.scalars(select(Recording).where(Recording.name.in_(names))) if names else ()
    return [{"name": one.name, "seconds": one.seconds, "at": one.started} for one in found]
