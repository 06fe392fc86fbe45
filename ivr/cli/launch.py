"""`dutyline up`: the switch, the service and the demo's outside world, started, watched and stopped together.

Children die with the launcher, whatever it dies of; what ends by itself is started again.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from typing import IO, Final

from asterisk.obtain import Package, default_cache, find_or_obtain, progress_for_terminal
from asterisk.tree import Tree
from audio.raw import export_raw
from ivr.carrier.carrier import Carrier
from ivr.cli.keeping import Say, keep_up
from ivr.cli.service import ServiceFailedError, ServiceProcess
from ivr.settings import Settings
from ivr.switch.paths import place
from ivr.switch.ports import check_ports, service_ports
from ivr.switch.rotation import Logs
from ivr.switch.switch import Switch

WATCH_S: Final = 0.25


class AlreadyUpError(Exception):
    """Another copy runs on the same state folder."""

    def __init__(self, state: Path) -> None:
        super().__init__(
            f"Dutyline is up already with the state folder {state}; stop that one, or give this one its own "
            "with DUTYLINE_STATE and DUTYLINE_PORT_OFFSET."
        )


def hold_state(settings: Settings) -> IO[str]:
    """The state folder for ourselves as long as the file is open. AlreadyUpError."""
    file = (settings.state_dir / "up.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyUpError(settings.state_dir) from None
    return file


def obtain_asterisk(*, offline: bool = False) -> Tree:
    """Asterisk, found or unpacked, with progress on the terminal. ObtainError."""
    bar = progress_for_terminal()
    with bar if isinstance(bar, AbstractContextManager) else nullcontext(bar) as progress:
        return find_or_obtain(Package.ASTERISK, default_cache(), progress=progress, offline=offline)


class Household:
    """Everything of one installation that runs."""

    def __init__(self, settings: Settings, tree: Tree) -> None:
        self.settings, self.tree = settings, tree
        self.switch = Switch(settings, tree)
        self.carrier = Carrier(settings, tree) if settings.demo else None
        self.service = ServiceProcess(settings)

    @property
    def logs(self) -> Logs:
        """What all of them write about themselves."""
        logs = self.service.logs + place(self.settings.state_dir / "switch").logs
        return logs + place(self.carrier.folder).logs if self.carrier else logs

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start all; yields when calls can be placed. Stops all, the service first."""
        async with AsyncExitStack() as stack:
            check_ports(service_ports(self.settings))
            sounds = place(self.settings.state_dir / "switch").sounds
            await asyncio.to_thread(self.logs.trim)
            await asyncio.to_thread(export_raw, self.settings.prompts, sounds)
            stack.push_async_callback(self.switch.stop)
            if self.carrier is not None:
                stack.push_async_callback(self.carrier.stop)
            stack.push_async_callback(self.service.stop)
            await _all(self._starts())
            await self.service.wait_ready()
            yield

    def _starts(self) -> list[Awaitable[None]]:
        starts: list[Awaitable[None]] = [self.switch.start(), self.service.start()]
        if self.carrier is not None:
            starts.append(self.carrier.start())
        return starts

    async def keep(self, say: Say) -> None:
        """Watch everybody, and start again who ends by himself. For ever, until cancelled."""
        switch_log = self.settings.state_dir / "switch" / "log"
        async with asyncio.TaskGroup() as group:
            group.create_task(self.logs.tend())
            group.create_task(keep_up("The service", self.service, say))
            switch = KeptAsterisk("The switch", self.switch, switch_log)
            group.create_task(keep_up(switch.name, switch, say))
            if self.carrier is not None:
                carrier = KeptAsterisk("The demo carrier", self.carrier, self.carrier.folder / "log")
                group.create_task(keep_up(carrier.name, carrier, say))


class KeptAsterisk:
    """The switch or the carrier, to be kept up. Calls in it end with it; new ones are taken."""

    def __init__(self, name: str, asterisk: Switch | Carrier, log: Path) -> None:
        self.name = name
        self._asterisk, self._log = asterisk, log
        self._is_back = False

    async def start(self) -> None:
        """Start it; what is left of the last one is put away first."""
        await self._asterisk.stop()
        await self._asterisk.start()
        self._is_back = True

    async def watch(self, say: Say) -> str:
        """Until it has ended."""
        if self._is_back:
            say(f"{self.name} is up again.")
        while self._asterisk.pid is not None:  # noqa: ASYNC110 - a carrier has no event of its end
            await asyncio.sleep(WATCH_S)
        return f"its calls are lost; see {self._log}"

    def last_words(self) -> str:
        """Nothing: its logs are long."""
        return ""


async def _all(starts: list[Awaitable[None]]) -> None:
    """Start together; the first failure stops the waiting for the others."""
    async with asyncio.TaskGroup() as group:
        for start in starts:
            group.create_task(_run(start))


async def _run(start: Awaitable[None]) -> None:
    await start


__all__ = [
    "AlreadyUpError",
    "Household",
    "ServiceFailedError",
    "ServiceProcess",
    "hold_state",
    "obtain_asterisk",
]
