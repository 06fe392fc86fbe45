"""Whether a page has need of a phone: nothing else may ring it then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ivr.clock import Clock
from ivr.duty.hunt import Hunt, Phone
from ivr.storage import Database, Page, PageState, StorageError

FRESH_S: Final = 1.5
"""So long it is believed what the database has said of other boxes' pages."""
BUSY_FOR: Final = timedelta(minutes=30)
"""Whoever has accepted a call so lately is at work on it."""
_LIVE: Final = (PageState.PAGED, PageState.RINGING)


class Wanted:
    """Looks at the pages of this box, in memory, and at those of the others, in the database."""

    def __init__(self, database: Database, clock: Clock, hunts: Callable[[], Iterable[Hunt]]) -> None:
        """`hunts`: of the pages of this box that are live."""
        self._database, self._clock, self._hunts = database, clock, hunts
        self._asked_at: datetime | None = None
        self._others: tuple[str, ...] = ()

    async def __call__(self, number: str) -> bool:
        """Whether a page looks for the owner of that phone, or has found him on it lately."""
        here = (phone.number for hunt in self._hunts() for phone in phones_of(hunt))
        if number in set(here):
            return True
        now = self._clock.now()
        if self._asked_at is None or (now - self._asked_at).total_seconds() >= FRESH_S:
            try:
                self._others = await self._database.read(lambda session: _texts(session, now))
            except StorageError:
                return False
            self._asked_at = now
        return any(f'"{number}"' in text for text in self._others)


def phones_of(hunt: Hunt) -> Iterable[Phone]:
    """Every phone that a hunt may ring."""
    for stage in hunt.stages:
        yield from stage.backup
        for person in stage.people:
            yield from person.phones


def _texts(session: Session, now: datetime) -> tuple[str, ...]:
    """The hunts of live pages as they are kept, and the phones on which calls were accepted lately."""
    query = select(Page.state, Page.hunt, Page.accepted_number).where(
        or_(
            Page.state.in_(_LIVE),
            (Page.state == PageState.ACCEPTED) & (Page.accepted_at > now - BUSY_FOR),
        )
    )
    return tuple(
        row.hunt if row.state in _LIVE else f'"{row.accepted_number}"' for row in session.execute(query)
    )


__all__ = ["Wanted"]
