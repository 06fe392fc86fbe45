"""The words that callers have recorded, for the engineers who are rung about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.storage import Database, Recording, RecordingState, StorageError

log = structlog.get_logger(__name__)


def words_in(database: Database) -> Callable[[str], Awaitable[Sequence[str]]]:
    """Asks for the recordings of a call as they are at that moment; none while the database is away."""

    async def words_of(call_id: str) -> Sequence[str]:
        try:
            return await database.read(partial(recordings_of, call_id=call_id))
        except StorageError as fault:
            log.warning("page.words_not_found", why=str(fault))
            return ()

    return words_of


def recordings_of(session: Session, call_id: str) -> Sequence[str]:
    """Names of what was said on a call, the oldest first."""
    kept = (Recording.call_id == call_id) & (Recording.state == RecordingState.KEPT)
    return tuple(session.scalars(select(Recording.name).where(kept).order_by(Recording.started)))


__all__ = ["recordings_of", "words_in"]
