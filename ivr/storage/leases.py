"""How long a box may say nothing of what it does, where several share a database; by the database's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

LEASE_S: Final = 15.0
"""That of which its box has said nothing for so long may be taken up by another."""
RENEW_S: Final = 3.0
"""So often a box says it."""


def lease_end(session: Session, now: datetime) -> Any:
    """Until when a lease holds that is taken now."""
    return database_now(session, now) + timedelta(seconds=LEASE_S)


def database_now(session: Session, now: datetime) -> Any:
    """The moment by the clock that all boxes share; `now`, the box's own, where there is one box."""
    return func.now() if session.get_bind().dialect.name == "postgresql" else now


def has_lapsed(
    session: Session,
    owner: InstrumentedAttribute[str],
    until: InstrumentedAttribute[datetime | None],
    now: datetime,
) -> ColumnElement[bool]:
    """Whether a row is nobody's, or its box has said nothing of it for too long."""
    return or_(owner == "", until.is_(None), until <= database_now(session, now))


class Calm:
    """How long the database has been there without a break.

    While it was away no box could renew its leases: nothing is taken from another before each had the time.
    """

    def __init__(self) -> None:
        self._since: datetime | None = None

    def note_well(self, now: datetime) -> None:
        """Our leases were renewed."""
        self._since = self._since or now

    def note_away(self) -> None:
        """They could not be."""
        self._since = None

    def is_long_enough(self, now: datetime) -> bool:
        """Whether what has lapsed may be taken up."""
        return self._since is not None and now - self._since >= timedelta(seconds=LEASE_S)


__all__ = ["LEASE_S", "RENEW_S", "Calm", "database_now", "has_lapsed", "lease_end"]
