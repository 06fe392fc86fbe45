"""Who talks on which leg, written down: for the boxes that share the database, and for our next start.

A box writes down its own legs and reads those of the others; the rows are made to agree with what it knows,
so a write that failed is made good by the next one. Where there is one box only calls of the engineers'
number are written down: legs of pages are known by their attempts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.duty.talks import Leg, Talk, Talks
from ivr.storage import Database, EngagedLeg, StorageError, tables
from ivr.storage.leases import database_now, lease_end
from ivr.storage.news import tell_boxes

NEWS: Final = "talks"
"""What other boxes hear where a page would be named."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Other:
    """Somebody who talks on another box, for a page he has (empty: on the engineers' number)."""

    entry: str
    page_id: str
    talk: Talk


class Engaged:
    """The legs of one box, as rows. `channel`: on which other boxes hear of them; empty: there are none."""

    def __init__(self, database: Database, box: str, clock: Clock, talks: Talks, channel: str = "") -> None:
        self._database, self._box, self._clock, self._channel = database, box, clock, channel
        self._talks = talks
        self._written: dict[str, Leg] = {}
        self._others: tuple[_Other, ...] = ()
        self._writing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        talks.changed = self._keep_soon
        talks.others = self.elsewhere

    async def start(self) -> int:
        """Legs that may have outlived an earlier run are known again; how many."""
        try:
            rows = await self._database.read(self._own_rows)
        except StorageError as fault:
            log.error("talks.not_known", why=str(fault))
            return 0
        self._written = rows
        return self._talks.restore(rows)

    async def close(self) -> None:
        """Stop writing; the rows stay, and so do the legs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def elsewhere(self, page_id: str) -> Mapping[str, Talk]:
        """Directory entry -> what he talks on, of those on other boxes who do not talk for that page."""
        return {one.entry: one.talk for one in self._others if one.page_id != page_id or not one.page_id}

    # -- writing down ours

    def _keep_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self._kept(), name="who talks")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _kept(self) -> None:
        try:
            await self.keep()
        except StorageError as fault:
            log.warning("talks.not_kept", why=str(fault))

    async def keep(self) -> None:
        """Have the rows say what is known; committed when this returns. DatabaseUnavailable."""
        async with self._writing:
            own = self._talks.legs(with_pages=bool(self._channel))
            gone = self._written.keys() - own.keys()
            new = {leg: one for leg, one in own.items() if self._written.get(leg) != one}
            if not gone and not new:
                return
            await self._database.run(lambda session: self._write(session, gone | new.keys(), new))
            self._written = dict(own)

    def _write(self, session: Session, gone: Iterable[str], new: Mapping[str, Leg]) -> None:
        session.execute(delete(EngagedLeg).where(self._is_own, EngagedLeg.leg.in_(gone)))
        until = lease_end(session, self._clock.now()) if self._channel else None
        for leg, one in new.items():
            row = EngagedLeg(box=self._box, leg=leg, entry=one.entry, page_id=one.page_id)
            row.caller_of, row.until = one.caller_of, until
            session.add(row)
        if self._channel:
            tell_boxes(session, self._channel, f"{self._box} {NEWS}")

    # -- and reading those of the others

    async def look(self) -> bool:
        """Say that ours still talk, and see who does on other boxes; whether that is news.

        DatabaseUnavailable.
        """
        await self.keep()
        if self._written:
            await self._database.run(self._renew)
        return await self.read()

    async def read(self) -> bool:
        """See who talks on other boxes; whether that is news. DatabaseUnavailable."""
        before, self._others = self._others, await self._database.read(self._read)
        return before != self._others

    def _renew(self, session: Session) -> None:
        until = lease_end(session, self._clock.now())
        statement = update(EngagedLeg).where(self._is_own).values(until=until)
        session.execute(statement.execution_options(synchronize_session=False))

    def _read(self, session: Session) -> tuple[_Other, ...]:
        """A leg of a page counts for whoever has accepted on it."""
        page, row = tables.Page, EngagedLeg
        query = (
            select(row.entry, row.leg, row.page_id, page.call_ref)
            .outerjoin(page, page.id == row.page_id)
            .where(row.box != self._box, row.until > database_now(session, self._clock.now()))
            .where((row.page_id == "") | (page.accepted_attempt == row.leg))
            .order_by(row.box, row.leg)
        )
        found = session.execute(query)
        return tuple(_Other(one.entry, one.page_id, Talk(one.leg, one.call_ref or "")) for one in found)

    def _own_rows(self, session: Session) -> dict[str, Leg]:
        rows = session.scalars(select(EngagedLeg).where(self._is_own))
        return {row.leg: Leg(row.entry, row.page_id, row.caller_of) for row in rows}

    @property
    def _is_own(self) -> ColumnElement[bool]:
        return EngagedLeg.box == self._box


__all__ = ["NEWS", "Engaged"]
