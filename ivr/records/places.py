"""What calls had when it was last written down, for whoever starts next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.records.recorder import CALLS
from ivr.storage import Disposition

MOST_STARTS: Final = 5000
"""Calls that are over and are read again, for limits in an interval."""


def find_places(session: Session, since: datetime) -> Mapping[str, tuple[str, bool]]:
    """Of calls in progress, and of those that are over and began `since`: id -> what they had, is over."""
    is_open = CALLS.c.disposition == Disposition.IN_PROGRESS
    wanted = select(CALLS.c.id, CALLS.c.places, CALLS.c.ended).where(CALLS.c.places != "")
    lately = wanted.where(CALLS.c.started >= since, ~is_open).order_by(CALLS.c.started.desc())
    rows = [*session.execute(wanted.where(is_open)), *session.execute(lately.limit(MOST_STARTS))]
    return {call: (places, ended is not None) for call, places, ended in rows}


__all__ = ["find_places"]
