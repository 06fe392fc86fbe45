"""Mails that a plan asks for: into the outbox, without the call waiting for it."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.orm import Session

from dialplan.commands import SendMail
from ivr.calls.live import LiveCall
from ivr.clock import Clock
from ivr.notify import enqueue
from ivr.storage import Database, StorageError

TRIES = 20
log = structlog.get_logger(__name__)


class PlanPost:
    """Hands the mails of mail nodes to the outbox (see `ivr.calls.reception.Post`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, command: SendMail, call: LiveCall) -> None:
        """Put a mail in the outbox; tried again for a while when the database is away."""
        number = sum(1 for hop in call.hops if hop.kind == "mail")
        task = asyncio.ensure_future(self._write(command, call, f"call:{call.record.id}:mail:{number}"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Until everything handed in is written or given up."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _write(self, command: SendMail, call: LiveCall, dedupe: str) -> None:
        now = self._clock.now()
        variables = _variables(command, call)
        brand = call.configuration.brands.get(call.record.brand)

        def work(session: Session) -> None:
            enqueue(
                session,
                template=command.template,
                language=brand.mail_language if brand else "en",
                to=command.to,
                cc=command.cc,
                variables={**variables, "at": now},
                dedupe=dedupe,
                now=now,
            )

        for _ in range(TRIES):
            try:
                await self._database.run(work)
                return
            except StorageError as fault:
                log.error("mail.not_written", why=str(fault))
                await asyncio.sleep(1)


def _variables(command: SendMail, call: LiveCall) -> dict[str, object]:
    """Everything known of the call, as VMS mails it: system and user variables."""
    state, record = call.state, call.record
    brand = call.configuration.brands.get(record.brand)
    return {
        "plan": state.plan if state else record.plan,
        "node": state.node if state else "",
        "brand": brand.title if brand else record.brand,
        "subject": "",
        "text": "",
        "call_ref": "",
        "call_id": record.id,
        "dialled": record.dialled,
        "caller": record.caller,
        "caller_name": record.caller_name,
        "variables": {**(state.variables if state else {}), **(command.variables or {})},
    }
