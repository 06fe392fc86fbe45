"""Who was woken how often lately, kept ready: a page that begins must not wait for the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from dialplan.model import Configuration
from ivr.clock import Clock
from ivr.duty.nights import USUAL_DAYS, fair_order, read_rings, wakings
from ivr.storage import Database, StorageError

REFRESH_S: Final = 60.0

log = structlog.get_logger(__name__)


class FairNights:
    """`refresh` now and then; `order` at any time."""

    def __init__(self, database: Database, clock: Clock, configuration: Callable[[], Configuration]) -> None:
        self._database, self._clock, self._configuration = database, clock, configuration
        self.woken: Mapping[str, float] = {}
        """Wake-ups in the last `USUAL_DAYS`, by directory entry."""

    async def refresh(self) -> None:
        """Ask again; while the database is away the last answer stands."""
        since = self._clock.now() - timedelta(days=USUAL_DAYS)
        try:
            rings = await self._database.read(lambda session: read_rings(session, since))
        except StorageError as fault:
            log.warning("nights.not_read", why=str(fault))
            return
        self.woken = {
            entry: float(len(one.moments)) for entry, one in wakings(self._configuration(), rings).items()
        }

    def order(self, entries: Sequence[str]) -> tuple[str, ...]:
        """Equals (directory entries) in a fair order: whoever was woken least comes first."""
        return fair_order(entries, self.woken)


__all__ = ["REFRESH_S", "FairNights"]
