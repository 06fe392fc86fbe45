"""The five ways to serve the same call: how each is dialled, what helps it, and how much it is asked."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bench.house import AGENT, ARI_USER, FLOWS, SERVICE_NUMBER, SHOWN, WELCOME
from ivr.cli.launch import ServiceProcess
from ivr.settings import Settings

HELPER_LIMIT_S = 20.0


class HelperFailedError(Exception):
    """What a reference needs beside the switch did not start."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} did not start; what it said stands above.")


class System(ABC):
    """One of them. `share` of the asked rate is what it is given: forked scripts would only pile up."""

    title: str
    dialled: str
    share: float = 1.0

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @abstractmethod
    def running(self) -> contextlib.AbstractAsyncContextManager[list[int]]:
        """Start what it needs beside the switch; yields the processes to count."""


class Plain(System):
    """Needs nothing beside the switch: extensions, or scripts that the switch forks for each call."""

    def __init__(self, settings: Settings, title: str, dialled: str, share: float = 1.0) -> None:
        super().__init__(settings)
        self.title, self.dialled, self.share = title, dialled, share

    @asynccontextmanager
    async def running(self) -> AsyncIterator[list[int]]:
        yield []


class Ari(System):
    """A minimal ARI application in its own process."""

    title = "ARI application"
    dialled = "ari"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[list[int]]:
        settings = self.settings
        words = [f"{settings.host}:{settings.http_port}", ARI_USER, settings.secret("ami")]
        words += [f"dutyline/{WELCOME}", f"PJSIP/{AGENT}@trunk", SHOWN]
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(FLOWS / "ari.py"), *words, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(HELPER_LIMIT_S):
                is_ready = await process.stdout.readline()
            if not is_ready:
                raise HelperFailedError(self.title)
            yield [process.pid]
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


class Dutyline(System):
    """The service as it is shipped, with its trace, its records, and a listener on its live feed."""

    title = "Dutyline"
    dialled = SERVICE_NUMBER

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.fed = 0
        """Lines of the live feed that came."""
        self.spawned_at = 0.0
        """When the process was started last, seconds of the machine's clock."""

    def process(self) -> ServiceProcess:
        """The service as a process, not yet started."""
        return ServiceProcess(self.settings)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[list[int]]:
        process = self.process()
        self.spawned_at = time.time()
        await process.start()
        try:
            await process.wait_ready(HELPER_LIMIT_S)
            listener = asyncio.create_task(self._listen())
            try:
                assert process.pid is not None
                yield [process.pid]
            finally:
                listener.cancel()
                await asyncio.gather(listener, return_exceptions=True)
        finally:
            await process.stop()

    async def _listen(self) -> None:
        url = f"http://{self.settings.host}:{self.settings.web_port}/feed"
        headers = {"Authorization": f"Bearer {self.settings.secret('control')}"}
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(headers=headers, timeout=timeout) as http,
            http.get(url) as answer,
        ):
            async for data in answer.content.iter_any():
                self.fed += data.count(b"\n")


FORKED_SHARE = 0.4
"""Of the rate: a script forked for each call wants some 100 ms of CPU, and a machine may have two cores."""


def make_systems(settings: Settings, *, has_php: bool) -> dict[str, System]:
    """All, by a short name; native first."""
    systems: dict[str, System] = {
        "native": Plain(settings, "native extensions", "native"),
        "dutyline": Dutyline(settings),
        "ari": Ari(settings),
        "python": Plain(settings, "Python by AGI", "python-agi", FORKED_SHARE),
    }
    if has_php:
        systems["php"] = Plain(settings, "PHP by AGI", "php-agi", FORKED_SHARE)
    return systems


__all__ = ["FORKED_SHARE", "Dutyline", "HelperFailedError", "System", "make_systems"]
