"""Asking about the duty: the running service, or without one the database and what was live last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from dialplan.faults import ConfigurationFaults
from dialplan.model import Configuration, Duty
from dialplan.sentences import reason_in
from dialplan.source import load, load_texts
from ivr.cli.away_words import FAULTY
from ivr.cli.client import ServiceAwayError, ServiceClient, ServiceError
from ivr.cli.shared import give_up
from ivr.clock import SystemClock
from ivr.duty.calendars import Calendars
from ivr.duty.change_mails import ChangeMails
from ivr.duty.changes import DutyBoard
from ivr.duty.control import DutyDesk
from ivr.duty.feeds import DutyFeeds
from ivr.overrides.kept import read_overrides
from ivr.releases.library import last_live
from ivr.settings import Settings
from ivr.storage import Database, StorageError


def ask(settings: Settings, action: str, asked: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The answer, and whether it is the running service's. What ends the command is said in `language`."""
    language = str(asked.get("language") or "en")
    try:
        return asyncio.run(ServiceClient(settings).ask(action, asked)), True
    except ServiceAwayError:
        return asyncio.run(_ask_database(settings, action, asked, language)), False
    except ServiceError as fault:
        give_up(fault.said_in(language))


class Offline:
    """What was live last, with what is laid over it, as the service would have it."""

    def __init__(self, plain: Configuration, state: Path) -> None:
        self.plain, self.active = plain, plain
        self.calendars = Calendars(state / "calendars", SystemClock(), lambda: self.plain.duty, lambda: None)
        self.calendars.start()

    def lay_over(self, over: Any) -> None:
        """See `Releases.lay_over_duty`."""
        duty: Duty = over(self.plain.duty)
        self.active = replace(self.plain, duty=duty)


async def _ask_database(
    settings: Settings, action: str, asked: Mapping[str, Any], language: str
) -> dict[str, Any]:
    async def work(database: Database, offline: Offline, board: DutyBoard) -> dict[str, Any]:
        clock = SystemClock()
        feeds = DutyFeeds(database, clock, lambda: offline.active.duty)
        taken = offline.calendars
        desk = DutyDesk(board, lambda: offline.active, clock, feeds, settings.link_base, taken)
        return dict(await desk.actions()[action](asked))

    return await without_service(settings, work, language)


async def without_service(
    settings: Settings,
    work: Callable[[Database, Offline, DutyBoard], Awaitable[dict[str, Any]]],
    language: str = "en",
) -> dict[str, Any]:
    """Do something with what was live last and what is laid over it; a sentence when it cannot be had."""
    # what the service would log is said by the answer
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        database = Database(settings.database_url)
    except StorageError as fault:
        give_up(reason_in(fault, language))
    try:
        await database.open()
        offline = Offline(await _configuration(settings, database, language), settings.state_dir)
        board = DutyBoard(
            database,
            SystemClock(),
            lambda: offline.plain.duty,
            offline.lay_over,
            under=offline.calendars.over,
            mails=ChangeMails(lambda: offline.active),
        )
        await board.start()
        return await work(database, offline, board)
    except StorageError as fault:
        give_up(reason_in(fault, language))
    finally:
        await database.close()


async def _configuration(settings: Settings, database: Database, language: str) -> Configuration:
    """The release that was live last; else the folder's."""
    from dialplan.overrides import with_overrides

    now = SystemClock().now()
    overrides = await database.read(lambda session: read_overrides(session, now))
    kept = await database.read(last_live)
    try:
        plain = load_texts(kept[0].files).configuration if kept else load(settings.config).configuration
    except ConfigurationFaults as faults:
        give_up(FAULTY[language].format(n=len(faults.faults)))
    return with_overrides(plain, overrides)


__all__ = ["Offline", "ask", "without_service"]
