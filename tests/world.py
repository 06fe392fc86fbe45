"""The world a test on real Asterisk lives in: a switch, the demo carrier, and a state folder of its own.

`world` is for any test that is marked `switch`. The two Asterisks run for the whole session; each test
gets its own link to them, telephones in their first state, no calls, and no failsafe rules.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import random
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import pytest_asyncio

from asterisk.obtain import default_cache, find_or_obtain
from asterisk.package import Package
from asterisk.tree import Tree
from audio.alaw import encode
from ivr.ami import AmiLink
from ivr.carrier import Carrier
from ivr.contract import Variable
from ivr.settings import Settings
from ivr.switch import FailsafeRule, Reasons, Switch, write_failsafe
from ivr.switch.failsafe import NO_RULES
from ivr.switch.ports import carrier_ports, service_ports, switch_ports
from ivr.switch.templates import write_private

T = TypeVar("T")
STUB = Path(__file__).parent / "switch" / "service_stub.py"
PROMPTS = ("welcome-fuzer", "apology-technical", "failsafe-nobody", "please-hold", "page-ask", "long")


@dataclass(slots=True)
class World:
    """What a test may touch."""

    settings: Settings
    tree: Tree
    switch: Switch
    carrier: Carrier
    link: AmiLink
    """AMI of the switch, in the test's own loop."""
    reasons: Reasons

    def prompt(self, name: str) -> bytes:
        """The A-law of a prompt, `nl/welcome-fuzer`."""
        return (self.switch.paths.sounds / f"{name}.alaw").read_bytes()

    def hears(self, name: str, sound: bytes) -> bool:
        """Whether that prompt is in what was heard: nine tenths of its packets, each byte for byte.

        A recording of a busy machine lacks packets, or has packets of silence too many.
        """
        prompt = self.prompt(name)
        packets = [prompt[at : at + 160] for at in range(0, len(prompt) - 159, 160)]
        return sum(packet in sound for packet in packets) >= 0.9 * len(packets)

    def mark(self, name: str) -> bytes:
        """A packet's worth of a prompt that occurs in it once: across a change of loudness."""
        return self.prompt(name)[3120:3280]

    async def set_failsafe(self, *rules: FailsafeRule, default: FailsafeRule) -> None:
        """Write the failsafe: the switch goes by it from now on."""
        write_failsafe(self.switch.paths.failsafe_file, rules, default)

    async def channels(self) -> int:
        """How many channels live on the switch."""
        return len(await self.link.core_show_channels())

    async def wait_for_silence(self, timeout_s: float = 10.0) -> None:
        """Until no channel lives on the switch nor on the carrier."""
        try:
            async with asyncio.timeout(timeout_s):
                while await self.channels() or await self.carrier.link.core_show_channels():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            left = [*await self.link.core_show_channels(), *await self.carrier.link.core_show_channels()]
            raise AssertionError(f"channels that would not end: {left}") from None

    async def fall_silent(self) -> None:
        """Hang up everything on both sides."""
        for asterisk in (self.carrier.link, self.link):
            await asterisk.action("Hangup", Channel="/.*/")
        await self.wait_for_silence()

    @asynccontextmanager
    async def service(self, *scripts: str) -> AsyncIterator[StubService]:
        """A stand-in for the service, as a process; see service_stub.py."""
        stub = await StubService.start(self.settings.agi_port, scripts)
        try:
            yield stub
        finally:
            await stub.stop()


@dataclass(slots=True)
class StubService:
    """A stand-in for the service, to be killed or stopped at will."""

    process: asyncio.subprocess.Process
    steps: list[dict[str, Any]] = field(default_factory=list)
    _reader: asyncio.Task[None] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def start(cls, port: int, scripts: tuple[str, ...]) -> StubService:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(STUB), str(port), *scripts, stdout=asyncio.subprocess.PIPE
        )
        stub = cls(process)
        stub._reader = asyncio.create_task(stub._read())
        await stub.wait_for("ready")
        return stub

    async def wait_for(self, event: str, timeout_s: float = 10.0, **facts: object) -> dict[str, Any]:
        """The first step of that kind with those facts. Raises TimeoutError."""
        wanted = {"event": event, **facts}
        async with asyncio.timeout(timeout_s):
            while True:
                for step in self.steps:
                    if wanted.items() <= step.items():
                        return step
                self._news.clear()
                await self._news.wait()

    async def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        await self.process.wait()

    def freeze(self) -> None:
        """SIGSTOP: it holds its sockets and does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        if self._reader:
            await self._reader

    async def _read(self) -> None:
        assert self.process.stdout
        async for line in self.process.stdout:
            self.steps.append(json.loads(line))
            self._news.set()


class _Loop:
    """An event loop in a thread of its own: the processes' home while tests come and go.

    The thread lives as long as the session: the kernel kills the children of a thread that ends.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float = 60.0) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout_s)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)


def free_settings(state: Path, **more: Any) -> Settings:
    """Settings of an installation whose ports are all free now, in `state`."""
    place_in_line = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for _ in range(50):
        base = random.randrange(20_000, 23_500, 10) + 3_500 * place_in_line
        ports = {
            name: base + place
            for place, name in enumerate(
                (
                    "sip_port",
                    "agi_port",
                    "ami_port",
                    "web_port",
                    "http_port",
                    "carrier_sip_port",
                    "carrier_ami_port",
                    "reason_port",
                    "alarm_mail_port",
                )
            )
        }
        rtp = random.randrange(40_000, 46_000, 1000) + 6_000 * place_in_line
        settings = Settings(
            state=state,
            rtp_first=rtp,
            rtp_last=rtp + 399,
            carrier_rtp_first=rtp + 400,
            carrier_rtp_last=rtp + 799,
            **ports,
            **more,
        )
        needs = [*switch_ports(settings), *service_ports(settings), *carrier_ports(settings)]
        if all(_is_free(need.port) for need in needs):
            return settings
    raise RuntimeError("no free ports on this machine")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def make_prompts(folder: Path) -> None:
    """Prompts that no two sound alike: tones with a loudness of their own in every twentieth of a second."""
    noise = np.random.default_rng(7)
    for language in ("nl", "fr"):
        (folder / language).mkdir(parents=True, exist_ok=True)
        for place, name in enumerate(PROMPTS):
            length_s = 60 if name == "long" else 1
            t = np.arange(8000 * length_s) / 8000
            pitch = 300 + 90 * place + (45 if language == "fr" else 0)
            loudness = np.repeat(noise.uniform(2000, 12000, length_s * 20), 400)
            tone = loudness * np.sin(2 * math.pi * pitch * t)
            (folder / language / f"{name}.alaw").write_bytes(encode(tone.astype(np.int16)).tobytes())


@pytest.fixture(scope="session")
def tree() -> Tree:
    """Asterisk, installed or unpacked."""
    return find_or_obtain(Package.ASTERISK, default_cache())


@pytest.fixture(scope="session")
def running(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Switch]]:
    """A switch and a carrier with every port free, for the whole session."""
    settings = free_settings(tmp_path_factory.mktemp("world") / "a state")
    home = _Loop()
    switch, carrier = Switch(settings, tree), None

    async def start() -> Carrier:
        carrier = Carrier(settings, tree)
        await asyncio.gather(switch.start(), carrier.start())
        make_prompts(switch.paths.sounds)
        return carrier

    try:
        carrier = home.run(start())
        yield settings, switch
    finally:
        if carrier:
            home.run(carrier.stop())
        home.run(switch.stop())
        home.close()


@pytest_asyncio.fixture
async def world(running: tuple[Settings, Switch], tree: Tree) -> AsyncIterator[World]:
    """The running world, in the test's own loop, as if it had just started."""
    settings, switch = running
    async with AsyncExitStack() as stack:
        link = await open_link(settings, stack)
        carrier = Carrier(settings, tree)
        await carrier.attach()
        stack.push_async_callback(carrier.stop)
        await carrier.reset_phones()
        carrier.forget_legs()
        write_private(switch.paths.failsafe_file, NO_RULES)
        await link.set_var(Variable.ALIVE, "")
        reasons = Reasons(settings.sip_port)
        await reasons.start(settings.host, settings.reason_port)
        stack.callback(reasons.close)
        here = World(settings, tree, switch, carrier, link, reasons)
        stack.push_async_callback(here.fall_silent)
        yield here


async def open_link(settings: Settings, stack: AsyncExitStack) -> AmiLink:
    """AMI of the switch."""
    secret = settings.secret("ami")
    events = ("UserEvent", "Newchannel")
    link = AmiLink(settings.host, settings.ami_port, "dutyline", secret, events=events)
    await link.start()
    stack.push_async_callback(link.close)
    await link.wait_ready(10)
    return link
