"""The service as the launcher sees it, the real one: slow to start, hung, dead."""

import asyncio
import os
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from ivr.cli.service import ServiceProcess, is_alive
from ivr.settings import Settings
from ivr.storage import Database
from tests.world import free_settings

pytestmark = pytest.mark.alone

HANG_S = 1.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return free_settings(tmp_path / "state", hang_s=HANG_S)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[ServiceProcess]:
    service = ServiceProcess(settings)
    yield service
    await service.stop()


async def answers(settings: Settings) -> None:
    """Until its event loop turns."""
    async with asyncio.timeout(40), aiohttp.ClientSession() as http:
        while not await is_alive(http, settings):
            await asyncio.sleep(0.05)


async def test_a_service_that_waits_for_its_database_is_left_to_start(
    service: ServiceProcess, settings: Settings
) -> None:
    database = Database(settings.database_url)
    await database.open()
    await database.close()
    said: list[str] = []
    with closing(sqlite3.connect(settings.state_dir / "dutyline.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        await service.start()
        pid = service.pid
        watching = asyncio.create_task(service.watch(said.append))
        await asyncio.sleep(HANG_S + 2 + 3)
        assert service.pid == pid
    await answers(settings)
    async with asyncio.timeout(20):
        while not said:
            await asyncio.sleep(0.1)
    assert said == ["The service is up again."]
    watching.cancel()


async def test_a_service_that_stands_still_is_killed(service: ServiceProcess, settings: Settings) -> None:
    await service.start()
    await answers(settings)
    said: list[str] = []
    watching = asyncio.create_task(service.watch(said.append))
    async with asyncio.timeout(20):
        while not said:
            await asyncio.sleep(0.1)
    assert service.pid
    os.kill(service.pid, signal.SIGSTOP)
    how = await asyncio.wait_for(watching, 40)
    assert how == "killed by SIGKILL"
    assert said[-1] == "The service no longer answers; it is killed."


async def test_the_end_of_the_service_is_noticed_at_once(service: ServiceProcess, settings: Settings) -> None:
    await service.start()
    await answers(settings)
    watching = asyncio.create_task(service.watch(lambda sentence: None))
    await asyncio.sleep(0.1)
    assert service.pid
    os.kill(service.pid, signal.SIGKILL)
    at = time.monotonic()
    assert await asyncio.wait_for(watching, 10) == "killed by SIGKILL"
    assert time.monotonic() - at < 3


async def test_a_service_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    service = ServiceProcess(free_settings(tmp_path / "state", config=tmp_path / "config"))
    await service.start()
    assert await asyncio.wait_for(service.watch(lambda sentence: None), 30) == "exit code 1"
    assert "no earlier one is kept" in service.last_words()


@pytest.mark.parametrize("setting", ["agi_port", "web_port", "reason_port"])
async def test_a_service_whose_port_somebody_has_names_it(setting: str, tmp_path: Path) -> None:
    settings = free_settings(tmp_path / "state")
    kind = socket.SOCK_DGRAM if setting == "reason_port" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind((settings.host, getattr(settings, setting)))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        service = ServiceProcess(settings)
        await service.start()
        assert await asyncio.wait_for(service.watch(lambda sentence: None), 30) == "exit code 1"
    assert f"Port {getattr(settings, setting)}/" in service.last_words()
    assert f"set DUTYLINE_{setting.upper()}" in service.last_words()
