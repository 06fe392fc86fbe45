"""Which box drives a page, where several share a database: a lease in the page's own row.

The box that drives a page says every `RENEW_S` that it does. When it has said nothing for `LEASE_S` any other
box may take the page up, by one conditional update: of two that try, one has it. All by the clock of the
database, so that the boxes' own clocks do not matter.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.duty.history import Event, write
from ivr.duty.ledger import driven
from ivr.storage import Database, PageStep, tables
from ivr.storage.leases import LEASE_S, RENEW_S, has_lapsed, lease_end

TAKEN_UP: Final = "taken-up"
"""Kind of the line of history that tells of it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Pages that this box drives by the database, and those among them that it has just taken up."""

    kept: frozenset[str]
    taken: frozenset[str] = frozenset()


class PageLeases:
    """The leases of one box."""

    def __init__(self, database: Database, box: str, clock: Clock) -> None:
        """`clock` counts on SQLite alone, which has one box, or a test's."""
        self._database, self.box, self._clock = database, box, clock

    async def take_own(self) -> frozenset[str]:
        """At a start: the pages that this box drove when it ended, and those that nobody drives."""

        def work(session: Session) -> frozenset[str]:
            own = tables.Page.driver.in_(("", self.box))
            return self._take(session, own)

        return await self._database.run(work)

    async def renew(self, *, is_able: bool, may_take: bool) -> Held:
        """Say that we drive ours, and take up those of boxes that say nothing any more.

        `is_able`: whether we can ring phones; a box that cannot lets its leases run out, and drives on until
        another has taken the page.
        """

        def work(session: Session) -> Held:
            ours = tables.Page.driver == self.box
            if is_able:
                kept = self._take(session, ours)
            else:
                kept = frozenset(session.scalars(select(tables.Page.id).where(driven(), ours)))
            return Held(kept, self._take_up(session) if may_take else frozenset())

        return await self._database.run(work)

    async def take(self, page_id: str) -> bool:
        """Whether this box drives that page from now on: it did, or nobody does."""

        def work(session: Session) -> bool:
            free = or_(tables.Page.driver == self.box, self._is_free(session))
            return bool(self._take(session, and_(tables.Page.id == page_id, free)))

        return await self._database.run(work)

    async def drivers(self, page_ids: Collection[str]) -> dict[str, str]:
        """Which boxes drive these pages."""
        query = select(tables.Page.id, tables.Page.driver).where(tables.Page.id.in_(page_ids))
        return await self._database.read(
            lambda session: {row.id: row.driver for row in session.execute(query)}
        )

    def _take_up(self, session: Session) -> frozenset[str]:
        before = {
            row.id: row.driver
            for row in session.execute(
                select(tables.Page.id, tables.Page.driver).where(
                    driven(), tables.Page.driver != self.box, self._is_free(session)
                )
            )
        }
        if not before:
            return frozenset()
        wanted = and_(tables.Page.id.in_(before), tables.Page.driver != self.box, self._is_free(session))
        taken = self._take(session, wanted)
        for page_id in (one for one in taken if before[one]):
            facts = {"kind": TAKEN_UP, "box": self.box, "from": before[page_id]}
            write(session, page_id, Event(PageStep.NOTE, self._clock.now(), facts=facts))
        return taken

    def _take(self, session: Session, which: ColumnElement[bool]) -> frozenset[str]:
        statement = (
            update(tables.Page)
            .where(driven(), which)
            .values(driver=self.box, driven_until=lease_end(session, self._clock.now()))
            .execution_options(synchronize_session=False)
        )
        return frozenset(session.scalars(statement.returning(tables.Page.id)))

    def _is_free(self, session: Session) -> ColumnElement[bool]:
        return has_lapsed(session, tables.Page.driver, tables.Page.driven_until, self._clock.now())


__all__ = ["LEASE_S", "RENEW_S", "TAKEN_UP", "Held", "PageLeases"]
