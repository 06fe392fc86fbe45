"""`dutyline up`: the switch, the service and the demo's outside world, started, watched and stopped together.

Children die with the launcher, whatever it dies of. The service is watched from outside too: one that
answers no longer is killed, so that its callers come to the failsafe, and started again.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from typing import IO

import aiohttp

from asterisk.obtain import Package, default_cache, find_or_obtain, progress_for_terminal
from asterisk.tree import Tree
from audio.raw import export_raw
from ivr.carrier.carrier import Carrier
from ivr.settings import Settings
from ivr.switch.paths import place
from ivr.switch.ports import check_ports, service_ports
from ivr.switch.process import die_with
from ivr.switch.switch import Switch

READY_LIMIT_S = 60.0
PROBE_S = 1.0
HANG_GRACE_S = 2.0
"""Beside the service's own watchdog: a process that was stopped (SIGSTOP) cannot end itself."""
STOP_LIMIT_S = 8.0
Say = Callable[[str], None]


class AlreadyUpError(Exception):
    """Another copy runs on the same state folder."""

    def __init__(self, state: Path) -> None:
        super().__init__(
            f"Dutyline is up already with the state folder {state}; stop that one, or give this one its own "
            "with DUTYLINE_STATE and DUTYLINE_PORT_OFFSET."
        )


class ServiceFailedError(Exception):
    """The service ended while it was starting; its last words say why."""

    def __init__(self, log: Path, last_words: str) -> None:
        super().__init__(f"The service ended at its start. It said:\n{last_words}\n(more in {log})")


class ServiceProcess:
    """The service as a child process that is started again whenever it ends."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.log_file = settings.state_dir / "service.log"
        self._process: asyncio.subprocess.Process | None = None
        self._is_wanted = True

    @property
    def pid(self) -> int | None:
        """Its process, while it lives."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def start(self) -> None:
        """Start it; its words go to `service.log`."""
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "ivr",
                "serve",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
                env=self._environment(),
            )

    def _environment(self) -> dict[str, str]:
        """The settings as they are here, whatever folder the service looks in."""
        env = dict(os.environ)
        for name in self._settings.model_fields_set:
            value = getattr(self._settings, name)
            if hasattr(value, "get_secret_value"):
                value = value.get_secret_value()
            env[f"DUTYLINE_{name.upper()}"] = str(value)
        return env

    async def wait_ready(self, limit_s: float = READY_LIMIT_S) -> None:
        """Until it says that it is ready. ServiceFailedError, TimeoutError."""
        async with asyncio.timeout(limit_s), aiohttp.ClientSession() as http:
            while not await is_ready(http, self._settings):
                if self.pid is None:
                    raise ServiceFailedError(self.log_file, self.last_words())
                await asyncio.sleep(0.05)

    async def keep(self, say: Say) -> None:
        """Watch it for ever: restart it when it ends, kill it when it no longer answers."""
        async with aiohttp.ClientSession() as http:
            silent_since: float | None = None
            while self._is_wanted:
                await asyncio.sleep(PROBE_S)
                if self.pid is None and self._is_wanted:
                    say("The service has ended; it is started again.")
                    await self.start()
                    silent_since = time.monotonic() + 3.0
                    continue
                if await is_alive(http, self._settings):
                    silent_since = None
                    continue
                silent_since = silent_since or time.monotonic()
                if time.monotonic() - silent_since > self._settings.hang_s + HANG_GRACE_S:
                    say("The service no longer answers; it is killed and started again.")
                    self._signal(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end, then make it."""
        self._is_wanted = False
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        text = self.log_file.read_text(errors="replace") if self.log_file.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


async def is_ready(http: aiohttp.ClientSession, settings: Settings) -> bool:
    """Whether the service can take calls."""
    return await _asks_well(http, settings, "readyz")


async def is_alive(http: aiohttp.ClientSession, settings: Settings) -> bool:
    """Whether the service's event loop turns."""
    return await _asks_well(http, settings, "healthz")


async def _asks_well(http: aiohttp.ClientSession, settings: Settings, page: str) -> bool:
    url = f"http://{settings.host}:{settings.web_port}/{page}"
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=2)) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


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
        self.settings = settings
        self.switch = Switch(settings, tree)
        self.carrier = Carrier(settings, tree) if settings.demo else None
        self.service = ServiceProcess(settings)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start all; yields when calls can be placed. Stops all, the service first."""
        async with AsyncExitStack() as stack:
            check_ports(service_ports(self.settings))
            sounds = place(self.settings.state_dir / "switch").sounds
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
        """Until the switch or the carrier ends by itself, which is said; the service is started again."""
        watches = {asyncio.create_task(self.service.keep(say)): "service"}
        watches[asyncio.create_task(self._wait_switch())] = "switch"
        try:
            done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                log = self.settings.state_dir / "switch" / "log"
                say(f"The {watches[task]} has ended by itself; see {log}.")
                task.result()
        finally:
            for task in watches:
                task.cancel()
            await asyncio.gather(*watches, return_exceptions=True)

    async def _wait_switch(self) -> None:
        """The switch is started again when it dies; calls in it are lost, new ones are taken."""
        while True:
            await self.switch.wait()
            await asyncio.sleep(0.5)
            await self.switch.start()


async def _all(starts: list[Awaitable[None]]) -> None:
    """Start together; the first failure stops the waiting for the others."""
    async with asyncio.TaskGroup() as group:
        for start in starts:
            group.create_task(_run(start))


async def _run(start: Awaitable[None]) -> None:
    await start
