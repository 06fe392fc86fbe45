"""An Asterisk as a child process: started, watched, stopped, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass

from asterisk.tree import Tree
from ivr.switch.paths import SwitchPaths
from ivr.switch.ready import NotReadyError, wait_until_booted

_PR_SET_PDEATHSIG = 1
_LAST_LINES = 12
# Loaded before any fork: a child between fork and exec must not load libraries.
_LIBC = ctypes.CDLL(None, use_errno=True)


class AsteriskFailedError(Exception):
    """Asterisk ended by itself, or never became ready; with what it said last."""

    def __init__(self, name: str, what: str, said: str) -> None:
        self.name = name
        self.said = said
        super().__init__(f"{name} {what}" + (f" It said:\n{said}" if said else ""))


@dataclass(frozen=True, slots=True)
class AmiAddress:
    """Where a started Asterisk answers, and as whom."""

    host: str
    port: int
    username: str
    secret: str


class AsteriskProcess:
    """One Asterisk. `name` is what messages call it."""

    def __init__(self, name: str, tree: Tree, paths: SwitchPaths, ami: AmiAddress) -> None:
        self.name = name
        self.paths = paths
        self.ami = ami
        self._tree = tree
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def start(self) -> None:
        """Start it; returns at once. See `wait_ready`."""
        argv = self._tree.argv("asterisk", "-C", self.paths.main_file, "-f", "-n")
        with self.paths.console_log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *argv,
                env=self._tree.env(),
                cwd=self.paths.root,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                # Its own group: a Ctrl-C in the terminal is for the launcher, which stops us in order.
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
            )

    async def wait_ready(self, timeout_s: float = 30.0) -> None:
        """Return when every module has started. Raises AsteriskFailedError."""
        ended = asyncio.create_task(self.wait())
        booted = asyncio.create_task(
            wait_until_booted(
                self.ami.host, self.ami.port, self.ami.username, self.ami.secret, timeout_s=timeout_s
            )
        )
        try:
            await asyncio.wait({ended, booted}, return_when=asyncio.FIRST_COMPLETED)
            if not booted.done():
                raise AsteriskFailedError(self.name, f"ended at once ({ended.result()}).", self._last_words())
            booted.result()
        except NotReadyError as fault:
            raise AsteriskFailedError(self.name, f"is not ready: {fault}", self._last_words()) from fault
        finally:
            for task in (ended, booted):
                task.cancel()
            await asyncio.gather(ended, booted, return_exceptions=True)

    async def wait(self) -> int:
        """Its exit code, when it has ended."""
        if self._process is None:
            raise RuntimeError(f"{self.name} has not been started")
        return await self._process.wait()

    async def stop(self, patience_s: float = 5.0) -> None:
        """Hang up all calls, end it, and if it will not, kill it. Safe to call twice."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(TimeoutError, OSError, AsteriskFailedError):
            # So that the other sides hear a goodbye instead of silence.
            await self.console("channel request hangup all", timeout_s=1.0)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience_s):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def console(self, command: str, timeout_s: float = 5.0) -> str:
        """What its console answers to a command. Raises AsteriskFailedError, TimeoutError."""
        return await ask_console(self.name, self._tree, self.paths, command, timeout_s)

    def _last_words(self) -> str:
        try:
            lines = self.paths.console_log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-_LAST_LINES:])


async def ask_console(name: str, tree: Tree, paths: SwitchPaths, command: str, timeout_s: float = 5.0) -> str:
    """What the console of a running Asterisk answers. Raises AsteriskFailedError, TimeoutError."""
    asked = await asyncio.create_subprocess_exec(
        *tree.argv("asterisk", "-C", paths.main_file, "-rx", command),
        env=tree.env(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(timeout_s):
            said, _ = await asked.communicate()
    finally:
        if asked.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                asked.kill()
            await asked.wait()
    text = said.decode(errors="replace")
    if asked.returncode:
        raise AsteriskFailedError(name, f"did not answer {command!r}.", text)
    return text


def die_with(parent: int) -> Callable[[], None]:
    """For the child: have the kernel kill it when we die, whatever we die of; and as many open files as it
    may have, for a call takes half a dozen and a thousand may wait."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    def ask_kernel() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


__all__ = ["AmiAddress", "AsteriskFailedError", "AsteriskProcess", "ask_console", "die_with"]
