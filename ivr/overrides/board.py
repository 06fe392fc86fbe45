"""The overrides that hold: made and ended here, kept in the database before anybody is told, read again now
and then because another box, or the command line without a service, may have changed them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from dialplan.lines import check_line
from dialplan.model import Configuration
from dialplan.overrides import Override, OverrideKind, fault_of, named
from ivr.clock import Clock
from ivr.feed import Feed
from ivr.overrides.kept import end_overrides, keep_override, new_id, read_overrides
from ivr.storage import Database, StorageError

log = structlog.get_logger(__name__)

FOLLOW_S: Final = 5.0
"""How often the database is asked whether somebody else changed something."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants switched. `name`: a group, a number in any form, or a calendar; `to`: a plan, or
    `open` or `closed` for a calendar. From `start` (None: now) until `end` (None: until switched back)."""

    name: str
    to: str
    by: str
    start: datetime | None = None
    end: datetime | None = None
    why: str = ""
    call_id: str = ""


class TooLateError(ValueError):
    """An override that would end before it begins, or has ended already."""

    def __init__(self, end: datetime) -> None:
        super().__init__(f"it would end at {end:%Y-%m-%d %H:%M}, before it begins")


class Board:
    """One for the service. `lay_over`: puts overrides over the live configuration, in one step."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
        lay_over: Callable[[Sequence[Override]], None],
        feed: Feed | None = None,
    ) -> None:
        self._database, self._clock, self._feed = database, clock, feed
        self._configuration, self._lay_over = configuration, lay_over
        self.overrides: tuple[Override, ...] = ()

    async def start(self) -> None:
        """Lay the kept ones over the configuration; while the database is away, `follow` goes on trying."""
        await self.follow()

    async def follow(self) -> None:
        """Read them again."""
        now = self._clock.now()
        try:
            found = await self._database.read(lambda session: read_overrides(session, now))
        except StorageError as fault:
            log.error("overrides.not_read", why=str(fault))
            return
        if found != self.overrides:
            self._show(found)

    async def switch(self, wish: Wish) -> tuple[Override, list[Override]]:
        """Make one; it holds when this returns. Also those whose place it took.

        UnknownName, LineCannot, TooLateError, DatabaseUnavailable: nothing has changed.
        """
        now = self._clock.now()
        kind, name = named(self._configuration(), wish.name, wish.to)
        start = max(wish.start or now, now)
        if wish.end is not None and wish.end <= start:
            raise TooLateError(wish.end)
        override = Override(new_id(now), kind, name, wish.to, start, wish.end, wish.by, wish.why)
        check_line(self._configuration(), override)
        replaced = await self._database.run(
            lambda session: keep_override(session, override, now, wish.call_id)
        )
        await self._reread()
        self._tell("switched", override)
        return override, replaced

    async def switch_back(self, name: str, by: str, call_id: str = "") -> list[Override]:
        """End those of a group, a number or a calendar; UnknownName when there is nothing of that name."""
        now = self._clock.now()
        wanted = self._kinds_of(name)
        ended = await self._database.run(
            lambda session: [
                one for kind, id_ in wanted for one in end_overrides(session, kind, id_, by, now, call_id)
            ]
        )
        await self._reread()
        for one in ended:
            self._tell("switched-back", one)
        return ended

    def _kinds_of(self, name: str) -> list[tuple[OverrideKind, str]]:
        """Everything that a name may be of: what has gone from the configuration is found by its override."""
        known = [(one.kind, one.name) for one in self.overrides if name == one.name]
        if known:
            return known
        configuration = self._configuration()
        if name in configuration.calendars and name not in configuration.groups:
            return [(OverrideKind.CALENDAR, name)]
        return [named(configuration, name, next(iter(configuration.plans)))]

    async def _reread(self) -> None:
        now = self._clock.now()
        self._show(await self._database.read(lambda session: read_overrides(session, now)))

    def _show(self, found: tuple[Override, ...]) -> None:
        configuration = self._configuration()
        for one in found:
            unknown = fault_of(configuration, one)
            if unknown is not None:
                log.warning("override.means_nothing", override=one.id, why=str(unknown))
        self.overrides = found
        self._lay_over(found)
        log.info("overrides.live", overrides=len(found))

    def _tell(self, what: str, override: Override) -> None:
        log.info(
            f"override.{what.replace('-', '_')}",
            kind=str(override.kind),
            override_of=override.name,
            to=override.to,
            by=override.by,
        )
        if self._feed is not None and self._feed.has_listeners:
            self._feed.publish(
                what, self._clock.now(), override_kind=str(override.kind), name=override.name, to=override.to
            )


def end_of(asked: Mapping[str, Any], now: datetime) -> datetime | None:
    """When a wish ends: `for_s` seconds from now, or at `until` (ISO 8601); None: not by itself."""
    if asked.get("for_s"):
        return now + timedelta(seconds=float(asked["for_s"]))
    return datetime.fromisoformat(str(asked["until"])) if asked.get("until") else None
