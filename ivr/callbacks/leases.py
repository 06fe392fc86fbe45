"""Which box sees to a call back, where several share a database: a lease in its own row, as a page has one.

Whoever takes a step with a call back has it from then on: a step is taken from one state, on one leg, so of
two boxes one takes it. What became of a leg only the box beside its switch knows: as long as that one lives,
the call back is its. See `ivr.duty.leases`.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from ivr.callbacks.model import OPEN, Callback, read_row
from ivr.clock import Clock
from ivr.storage import Callback as Row
from ivr.storage import CallbackState, Database
from ivr.storage.leases import has_lapsed, lease_end

IS_OWED = or_(Row.state.in_(OPEN), and_(Row.state == CallbackState.DONE, Row.ended.is_(None)))
"""Something is still to be done, or the two still talk."""


class CallbackLeases:
    """The leases of one box."""

    def __init__(self, database: Database, box: str, clock: Clock) -> None:
        """`clock` counts on SQLite alone, which has one box, or a test's."""
        self._database, self.box, self._clock = database, box, clock

    async def take_own(self) -> list[Callback]:
        """At a start: those that this box has seen to, those whose agent is on its switch, and nobody's."""
        return await self._database.run(
            lambda session: self._take(session, or_(Row.owner.in_(("", self.box)), self._is_here))
        )

    async def renew(self, *, is_able: bool, may_take: bool) -> list[Callback]:
        """Say that we see to ours, and take those of boxes that say nothing any more; all that are ours then.

        `is_able`: whether we can ring phones; a box that cannot lets its leases run out.
        """

        def work(session: Session) -> list[Callback]:
            ours = Row.owner == self.box
            wanted = [or_(ours, self._is_here)] if is_able else []
            wanted += [and_(~ours, self._is_free(session))] if may_take else []
            if wanted:
                self._take(session, or_(*wanted))
            return _read(session, ours)

        return await self._database.run(work)

    async def take_leg(self, leg_id: str) -> Callback | None:
        """The call back of an agent's leg on our switch, which is ours from now on; None: it is not owed."""

        def work(session: Session) -> list[Callback]:
            return self._take(session, and_(Row.leg == leg_id, Row.leg != ""))

        return next(iter(await self._database.run(work)), None)

    def _take(self, session: Session, which: ColumnElement[bool]) -> list[Callback]:
        until = lease_end(session, self._clock.now())
        statement = update(Row).where(IS_OWED, which).values(owner=self.box, owned_until=until)
        statement = statement.execution_options(synchronize_session=False)
        taken = list(session.scalars(statement.returning(Row.id)))
        return _read(session, Row.id.in_(taken))

    def _is_free(self, session: Session) -> ColumnElement[bool]:
        return has_lapsed(session, Row.owner, Row.owned_until, self._clock.now())

    @property
    def _is_here(self) -> ColumnElement[bool]:
        """The agent's leg is, or was, on our switch."""
        return and_(Row.box == self.box, Row.leg != "")


def _read(session: Session, which: ColumnElement[bool]) -> list[Callback]:
    rows = select(Row).where(IS_OWED, which).order_by(Row.waits_since, Row.id)
    return [read_row(row) for row in session.scalars(rows)]


__all__ = ["IS_OWED", "CallbackLeases"]
