"""The switch: our Asterisk, from rendering to the last goodbye."""

from __future__ import annotations

import asyncio

from asterisk.tree import Tree
from ivr.settings import Settings
from ivr.switch.paths import SwitchPaths
from ivr.switch.ports import check_ports, check_rtp, switch_ports
from ivr.switch.process import AmiAddress, AsteriskProcess
from ivr.switch.render import render


class Switch:
    """`start`, use, `stop`. Everything it writes is below `paths.root`."""

    def __init__(self, settings: Settings, tree: Tree) -> None:
        self._settings = settings
        self._tree = tree
        self._process: AsteriskProcess | None = None

    @property
    def paths(self) -> SwitchPaths:
        """Its folders, once started."""
        return self.process.paths

    @property
    def process(self) -> AsteriskProcess:
        if self._process is None:
            raise RuntimeError("the switch has not been started")
        return self._process

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self, timeout_s: float = 30.0) -> None:
        """Render, check the ports, start, and wait until calls can be taken.

        Raises PortTakenError, StatePathError, TemplateError, AsteriskFailedError.
        """
        settings = self._settings
        if self.pid is not None:
            raise RuntimeError("the switch is started already")
        check_ports(switch_ports(settings))
        check_rtp("sound", "DUTYLINE_RTP_FIRST", settings.sip_host, settings.rtp_first, settings.rtp_last)
        paths = await asyncio.to_thread(render, settings, self._tree)
        ami = AmiAddress(settings.host, settings.ami_port, "dutyline", settings.secret("ami"))
        self._process = AsteriskProcess("The switch", self._tree, paths, ami)
        await start_or_stop(self._process, timeout_s)

    async def wait(self) -> int:
        """Its exit code, when it has ended; for whoever must notice that."""
        return await self.process.wait()

    async def console(self, command: str) -> str:
        """What the switch's console answers to a command, `pjsip show endpoints`."""
        return await self.process.console(command)

    async def stop(self) -> None:
        """Hang up every call and end. Safe to call twice, or without a start."""
        if self._process is not None:
            await self._process.stop()


async def start_or_stop(process: AsteriskProcess, timeout_s: float) -> None:
    """Start and wait until ready; when that fails or is cancelled, leave nothing running."""
    try:
        await process.start()
        await process.wait_ready(timeout_s)
    except BaseException:
        await process.stop(patience_s=1.0)
        raise


__all__ = ["Switch", "start_or_stop"]
