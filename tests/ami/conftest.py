"""A scripted switch, and links to it that are closed at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from ivr.ami import AmiLink, Timing

from .scripted import ScriptedSwitch

QUICK = Timing(
    connect_s=2.0,
    login_s=2.0,
    boot_s=2.0,
    sync_s=2.0,
    retry_s=(0.02, 0.1),
    refused_retry_s=(0.2, 0.4),
    steady_s=10.0,
)
"""The link's waits, short enough for tests."""

EVENTS = ("Newchannel", "UserEvent", "Hangup")

LinkMaker = Callable[..., AmiLink]


@pytest.fixture
async def switch() -> AsyncIterator[ScriptedSwitch]:
    scripted = ScriptedSwitch()
    await scripted.start()
    yield scripted
    await scripted.stop()


@pytest.fixture
async def make_link(switch: ScriptedSwitch) -> AsyncIterator[LinkMaker]:
    links: list[AmiLink] = []

    def make(secret: str = "secret", **options: Any) -> AmiLink:
        settings = {"events": EVENTS, "timing": QUICK, "ping_s": 30.0, "pong_s": 30.0} | options
        link = AmiLink("127.0.0.1", switch.port, "dutyline", secret, **settings)
        links.append(link)
        return link

    yield make
    for link in links:
        await link.close()


@pytest.fixture
async def link(make_link: LinkMaker) -> AmiLink:
    """A link that is ready."""
    made = make_link()
    await made.start()
    await made.wait_ready(5)
    return made
