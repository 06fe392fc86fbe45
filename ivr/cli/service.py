"""The service as a child process of the launcher: started, watched from outside, stopped.

One that answers no longer is killed, so that its callers come to the failsafe: the service has a watchdog
of its own, but a process that was stopped (SIGSTOP) cannot end itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import aiohttp

from ivr.cli.keeping import Say
from ivr.settings import Settings
from ivr.switch.process import die_with
from ivr.switch.rotation import Logs, rotate

READY_LIMIT_S: Final = 60.0
START_LIMIT_S: Final = 180.0
"""A service that has not answered yet may be waiting for its database, or changing tables in it."""
PROBE_S: Final = 1.0
HANG_GRACE_S: Final = 2.0
"""Beside the service's own watchdog."""
STOP_LIMIT_S: Final = 8.0
_TAIL_BYTES: Final = 8192


class ServiceFailedError(Exception):
    """The service ended while it was starting; its last words say why."""

    def __init__(self, log: Path, last_words: str) -> None:
        super().__init__(f"The service ended at its start. It said:\n{last_words}\n(more in {log})")


class ServiceProcess:
    """`start`, `wait_ready`, `watch`, `stop`; its words are in `log_file`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.log_file = settings.state_dir / "service.log"
        self._process: asyncio.subprocess.Process | None = None
        self._started_at = 0.0
        self._has_answered = False

    @property
    def logs(self) -> Logs:
        """What it writes about itself."""
        return Logs((self.log_file,))

    @property
    def pid(self) -> int | None:
        """Its process, while it lives."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def start(self) -> None:
        """Start it. OSError."""
        rotate(self.log_file)
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
        self._started_at, self._has_answered = time.monotonic(), False

    def _environment(self) -> dict[str, str]:
        """The settings as they are here, whatever folder the service looks in."""
        env = dict(os.environ)
        for name in self._settings.model_fields_set:
            value = getattr(self._settings, name)
            if hasattr(value, "get_secret_value"):
                value = value.get_secret_value()
            env[f"DUTYLINE_{name.upper()}"] = json.dumps(value) if isinstance(value, dict) else str(value)
        return env

    async def wait_ready(self, limit_s: float = READY_LIMIT_S) -> None:
        """Until it says that it is ready. ServiceFailedError, TimeoutError."""
        async with asyncio.timeout(limit_s), aiohttp.ClientSession() as http:
            while not await is_ready(http, self._settings):
                if self.pid is None:
                    raise ServiceFailedError(self.log_file, self.last_words())
                await asyncio.sleep(0.05)
        self._has_answered = True

    async def watch(self, say: Say) -> str:
        """Until it has ended; how. One that answers no longer is killed."""
        silent_since: float | None = None
        async with aiohttp.ClientSession() as http:
            while self.pid is not None:
                await self._end_or_pause()
                if await is_alive(http, self._settings):
                    silent_since = None
                    self._note_answer(say)
                    continue
                silent_since = silent_since or time.monotonic()
                if self._is_hung(silent_since):
                    say("The service no longer answers; it is killed.")
                    self._signal(signal.SIGKILL)
        return _how_it_ended(self._process.returncode if self._process else None)

    async def _end_or_pause(self) -> None:
        if self._process is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), PROBE_S)

    def _note_answer(self, say: Say) -> None:
        if not self._has_answered:
            say("The service is up again.")
        self._has_answered = True

    def _is_hung(self, silent_since: float) -> bool:
        now = time.monotonic()
        if self._has_answered:
            return now - silent_since > self._settings.hang_s + HANG_GRACE_S
        return now - self._started_at > START_LIMIT_S

    async def stop(self) -> None:
        """Ask it to end, then make it."""
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
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        try:
            with self.log_file.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
                text = log.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "it could not be started"
    if code < 0:
        with suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


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
