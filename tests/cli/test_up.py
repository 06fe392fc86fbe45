"""`dutyline up` as a process: what dies comes back, and being told to stop is no failure."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from asterisk.tree import Tree
from ivr.cli.client import ServiceAwayError, ServiceClient
from ivr.settings import Settings
from ivr.switch.ports import find_holder
from tests.cli.command import begin, dutyline, environment
from tests.world import free_settings

pytestmark = pytest.mark.switch


class Up:
    """A running `dutyline up`, and all it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.said = process, ""

    async def says(self, words: str, timeout_s: float = 60) -> None:
        """Until it has said that, from here on."""
        assert self.process.stdout
        async with asyncio.timeout(timeout_s):
            while words not in self.said:
                line = await self.process.stdout.readline()
                assert line, f"it ended without {words!r}: {self.said}"
                self.said += line.decode()

    async def ends(self, number: signal.Signals) -> int:
        """Tell it to end; its exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(40):
            while line := await self.process.stdout.readline():  # type: ignore[union-attr]
                self.said += line.decode()
            return await self.process.wait()


@asynccontextmanager
async def up(settings: Settings) -> AsyncIterator[Up]:
    process = await begin("up", "--offline", env=environment(settings), stderr=asyncio.subprocess.STDOUT)
    try:
        yield Up(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def kill_holder(port: int) -> None:
    """`kill -9` whoever listens on that TCP port."""
    pid = int(find_holder(port, "tcp").rpartition("process ")[2].rstrip(")"))
    os.kill(pid, signal.SIGKILL)


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def is_ready(settings: Settings) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await ServiceClient(settings).ready())["ready"]:
                    return
            except ServiceAwayError:
                pass
            await asyncio.sleep(0.1)


async def test_what_dies_comes_back_even_when_its_port_is_held(tree: Tree, tmp_path: Path) -> None:
    settings = free_settings(tmp_path / "state")
    async with up(settings) as house:
        await house.says("Ctrl-C stops everything")

        kill_holder(settings.ami_port)
        with closing(socket.socket()) as intruder:
            intruder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            async with asyncio.timeout(10):
                while True:
                    try:
                        intruder.bind(("127.0.0.1", settings.ami_port))
                        break
                    except OSError:
                        await asyncio.sleep(0.01)
            intruder.listen()
            await house.says("The switch has ended")
            await house.says("The switch cannot be started: Port")
        await house.says("The switch is up again.")
        kill_holder(settings.carrier_ami_port)
        await house.says("The demo carrier has ended")
        await house.says("The demo carrier is up again.")
        kill_holder(settings.web_port)
        await house.says("The service has ended (killed by SIGKILL)")
        await house.says("The service is up again.")
        await is_ready(settings)
        called = await dutyline("call", "+3232055582", "--hang-up-after", "1", env=environment(settings))
        assert called.code == 0, called

        assert await house.ends(signal.SIGTERM) == 0
    assert "Stopped." in house.said
    ports = (settings.ami_port, settings.agi_port, settings.web_port, settings.carrier_ami_port)
    assert all(is_free(port) for port in ports)


async def test_being_told_to_stop_while_it_starts_is_no_failure(tree: Tree, tmp_path: Path) -> None:
    async with up(free_settings(tmp_path / "state")) as house:
        await house.says("Starting the switch")
        assert await house.ends(signal.SIGINT) == 0
    assert "Stopped." in house.said
    assert "Traceback" not in house.said
