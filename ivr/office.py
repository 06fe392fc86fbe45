"""The parts of the service that no call waits for: its face on the web, the courier of mails, the scheduler.

Imported once calls are being taken (`ivr.app`): what these need to be imported would double the start.
"""

from __future__ import annotations

import platform
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

from aiohttp.web import RouteDef
from apscheduler.schedulers.asyncio import AsyncIOScheduler

import ivr.notify.sandbox  # noqa: F401 - a mail finds Jinja2 loaded
from dialplan.model import Configuration
from ivr.alarms.desk import Pages
from ivr.alarms.house import AlarmHouse
from ivr.clock import Clock
from ivr.feed import Feed
from ivr.notify.channels import ChannelName
from ivr.notify.courier import Courier
from ivr.notify.gateway import make_gateway
from ivr.notify.messenger import Messenger
from ivr.notify.transport import make_transport
from ivr.releases import Reloaded
from ivr.settings import Settings
from ivr.storage import Database
from ivr.web.health import Health
from ivr.web.metrics import Metrics, Reading
from ivr.web.server import Act, WebFace


def make_web(
    settings: Settings,
    *,
    health: Health,
    readings: Callable[[], Iterable[Reading]],
    feed: Feed,
    reload: Callable[[str], Awaitable[Reloaded]],
    actions: Mapping[str, Act],
    open_routes: Iterable[RouteDef] = (),
) -> WebFace:
    """Health, metrics, the live feed and control; not listening yet."""
    return WebFace(
        host=settings.host,
        port=settings.web_port,
        token=settings.secret("control"),
        health=health,
        metrics=Metrics(readings),
        feed=feed,
        reload=reload,
        actions=actions,
        open_routes=open_routes,
    )


def make_courier(settings: Settings, database: Database, sender: Callable[[], str], clock: Clock) -> Courier:
    """Who carries the mails of the outbox to the mail server. `sender`: the address they come from."""
    return Courier(
        database,
        make_transport(settings),
        sender=sender,
        folder=settings.state_dir / "recordings",
        now=clock.now,
    )


def make_messenger(settings: Settings, database: Database, clock: Clock) -> Messenger:
    """Who delivers what goes to people beside mail."""
    return Messenger(database, {ChannelName.SMS: make_gateway(settings)}, now=clock.now)


def make_alarms(
    settings: Settings,
    *,
    database: Database,
    pages: Pages,
    configuration: Callable[[], Configuration],
    clock: Clock,
    feed: Feed,
    sounds: Path,
) -> AlarmHouse:
    """What takes alarms; not listening yet. `sounds`: the switch's folder of messages."""
    return AlarmHouse(
        settings,
        database=database,
        pages=pages,
        configuration=configuration,
        clock=clock,
        feed=feed,
        sounds=sounds,
        owner=platform.node() or "this-box",
    )


def make_scheduler() -> AsyncIOScheduler:
    """For what is to be done again and again: one at a time, and once for several turns missed."""
    return AsyncIOScheduler(timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True})


__all__ = ["make_alarms", "make_courier", "make_messenger", "make_scheduler", "make_web"]
