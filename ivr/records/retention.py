"""What is forgotten after a while: what happened on a call answer by answer, and the call itself.

A tape holds what a caller keyed, a record his number. Both are kept for ever unless a setting says for how
many days; releases, and who did what when, are kept always, for they are what a past call is explained by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.records.recorder import CALLS, HOPS, TAPES
from ivr.storage import Database, StorageError

log = structlog.get_logger(__name__)

Forget: TypeAlias = Callable[[Session, datetime], int]
EVERY_S: Final = 3600
AT_ONCE: Final = 200
"""Calls that one transaction forgets: writers wait for no more than that."""


@dataclass(frozen=True, slots=True)
class Retention:
    """`calls_days`, `tapes_days`: after so many days the end of a call is long enough ago; 0: never."""

    database: Database
    clock: Clock
    calls_days: int = 0
    tapes_days: int = 0

    async def tend(self) -> None:
        """Forget what is old; what the database cannot do now is done the next time."""
        try:
            tapes = await self._all_of(self.tapes_days, forget_tapes)
            calls = await self._all_of(self.calls_days, forget_calls)
        except StorageError as fault:
            log.warning("retention.put_off", why=str(fault))
            return
        if tapes or calls:
            log.info("retention.done", tapes=tapes, calls=calls)

    async def _all_of(self, days: int, forget: Forget) -> int:
        if not days:
            return 0
        before, forgotten = self.clock.now() - timedelta(days=days), 0
        while count := await self.database.run(lambda session: forget(session, before)):
            forgotten += count
        return forgotten


def forget_tapes(session: Session, before: datetime) -> int:
    """Tapes of calls that ended before; how many, a few at a time."""
    old = select(CALLS.c.id).join(TAPES, TAPES.c.call_id == CALLS.c.id).where(CALLS.c.ended < before)
    ids = list(session.scalars(old.order_by(CALLS.c.ended).limit(AT_ONCE)))
    session.execute(delete(TAPES).where(TAPES.c.call_id.in_(ids)))
    return len(ids)


def forget_calls(session: Session, before: datetime) -> int:
    """Calls that ended before, with all that is known of them; one that goes on is never forgotten."""
    old = select(CALLS.c.id).where(CALLS.c.ended < before).order_by(CALLS.c.ended).limit(AT_ONCE)
    ids = list(session.scalars(old))
    for table in (TAPES, HOPS):
        session.execute(delete(table).where(table.c.call_id.in_(ids)))
    session.execute(delete(CALLS).where(CALLS.c.id.in_(ids)))
    return len(ids)
