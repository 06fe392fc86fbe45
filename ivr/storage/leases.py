"""How long a box may say nothing of what it does, where several share a database; by the database's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func
from sqlalchemy.orm import Session

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


__all__ = ["LEASE_S", "RENEW_S", "database_now", "lease_end"]
