"""Row 6: a thousand callers in a queue; what each costs the service, how soon the first of them is served.

The first of them are real callers on the switch; those behind them are connections that speak FastAGI as the
switch does. To the service they are the same, and a thousand streams of music are more than the switch can
send on two cores beside it. The time of a waking is what the called phone sees: from its BYE to the INVITE of
the next caller, with everything that the switch does in between. What is said to those who wait comes after
the measurement; it costs the service some five commands each time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from bench import house, large, sip
from bench.caller import Callers
from bench.cpu import living_s
from bench.figures import percentile, spread
from bench.phone import Phones
from bench.report import Row
from bench.sound import Clockwork, Leg
from bench.systems import Dutyline
from ivr.cli.client import ServiceClient
from ivr.switch import Switch

CALLERS, QUICK_CALLERS = 1_000, 300
RATE = 15.0
STAND_INS_RATE = 60.0
WARM_UP = 40
IDLE_S = 30.0
WAKINGS = 100
REAL = WAKINGS + 10
TALK_S = 0.1
STAY_S = 900.0
GOAL_KB, GOAL_SHARE, GOAL_MS = 40.0, 0.03, 50.0
COMING_LIMIT_S = 60.0

PLAN = f"""\
title: A queue
start: welcome
nodes:
  welcome: {{announce: $brand.welcome, once: yes, next: desk}}
  desk:
    destination: agent-1
    ring: 20 s
    limit: {{calls: 1}}
    queue:
      wait: {STAY_S / 60:g} min
      first: first-in-queue
      position: yes
      expected-wait: yes
      every: 10 min
    rest: bye
  bye: {{hangup: normal}}
"""


class Whisper(Clockwork):
    """Each voice says one packet in half a minute: enough for the switch to know that it is there."""

    EVERY_S = 30.0

    def __init__(self) -> None:
        self._legs: set[Leg] = set()
        self.late_ms: list[float] = []
        self._task = asyncio.create_task(self._say())

    def add(self, leg: Leg) -> None:
        self._legs.add(leg)

    def remove(self, leg: Leg) -> None:
        self._legs.discard(leg)

    def stop(self) -> None:
        self._task.cancel()

    async def _say(self) -> None:
        for _ in cycle("."):
            for leg in list(self._legs):
                leg.say()
                await asyncio.sleep(self.EVERY_S / max(1, len(self._legs)))
            await asyncio.sleep(0.1)


class Desk(Phones):
    """A phone that talks for long at first, then briefly; it notes when it hung up and when it rang next."""

    def __init__(self, port: int, switch_port: int, clockwork: Clockwork) -> None:
        super().__init__(port, switch_port, clockwork, talk_s=STAY_S)
        self.gaps_ms: list[float] = []
        self._hung_up_at = 0.0
        self._first: Any = None

    def begin(self) -> None:
        """Hang up, and be brief from now on."""
        self._talk_s = TALK_S
        for call in list(self._calls.values()):
            self._hang_up(call)

    def _ring(self, invite: sip.Message) -> None:
        if self._hung_up_at:
            self.gaps_ms.append((time.monotonic() - self._hung_up_at) * 1000)
        super()._ring(invite)

    def _hang_up(self, call: Any) -> None:
        if call.state == "talking":
            self._hung_up_at = time.monotonic()
        super()._hang_up(call)


class StandIn(asyncio.Protocol):
    """One call as the service sees it: FastAGI, as the switch speaks it to a caller who only listens."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._is_waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        said = {
            "network": "yes",
            "network_script": "call",
            "request": "agi://127.0.0.1/call",
            "channel": f"PJSIP/stand-in-{self._number:08x}",
            "language": "en",
            "type": "PJSIP",
            "uniqueid": f"stand-in.{self._number}",
            "version": "22.10.1",
            "callerid": f"+32471{self._number:06d}",
            "calleridname": "unknown",
            "callingpres": "0",
            "dnid": house.SERVICE_NUMBER,
            "context": "dutyline-call",
            "extension": house.SERVICE_NUMBER,
            "priority": "4",
            "enhanced": "0.0",
            "accountcode": "",
            "threadid": "1",
        }
        transport.write("".join(f"agi_{name}: {value}\n" for name, value in said.items()).encode() + b"\n")

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._answer(line)

    def _answer(self, line: bytes) -> None:
        assert self._transport is not None
        if self._is_waiting:
            self._transport.write(b"200 result=1\n")
        self._is_waiting = line.startswith(b"WAIT FOR DIGIT")
        if not self._is_waiting:
            self._transport.write(b"200 result=0 endpos=8000\n")


@dataclass(frozen=True, slots=True)
class Waited:
    """What came out."""

    callers: int
    kb_each: float
    share: float
    """Of a core, of the service."""
    switch_share: float
    wakings_ms: tuple[float, ...]

    def rows(self) -> list[Row]:
        """The goals."""
        p99 = percentile(self.wakings_ms, 0.99)
        p50 = spread(self.wakings_ms).p50
        of_core = f"{self.share:.1%} of a core (switch: {self.switch_share:.0%})"
        return [
            Row(
                6,
                f"{self.callers:,} calls waiting: memory of each",
                f"{self.kb_each:.1f} KB",
                f"<= {GOAL_KB:g} KB",
                self.kb_each <= GOAL_KB,
            ),
            Row(6, "CPU meanwhile", of_core, f"<= {GOAL_SHARE:.0%}", self.share <= GOAL_SHARE),
            Row(
                6,
                f"a place is free to the first of them rings ({len(self.wakings_ms)} times)",
                f"p50 {p50:.0f}, p99 {p99:.0f} ms",
                f"p99 <= {GOAL_MS:g} ms",
                p99 <= GOAL_MS,
            ),
        ]


async def measure_waiting(switch: Switch, service: Dutyline, callers: int, say: Any) -> Waited:
    """A queue fills, stands, and is served."""
    settings = service.settings
    large.write(settings.config, {**house.texts(), "plans/flow.yaml": PLAN})
    whisper = Whisper()
    desk = Desk(settings.carrier_sip_port, settings.sip_port, whisper)
    people = Callers(settings.sip_port, whisper, house.Welcome.of(settings).sound)
    try:
        async with service.running() as (pid, *_):
            return await _Queue(service, desk, people, say).measure(switch, pid, callers)
    finally:
        people.close()
        desk.close()
        whisper.stop()
        large.write(settings.config, house.texts())


class _Queue:
    def __init__(self, service: Dutyline, desk: Desk, people: Callers, say: Any) -> None:
        self._service, self._desk, self._people, self._say = service, desk, people, say
        self._client = ServiceClient(service.settings)
        self._tasks: list[asyncio.Task[Any]] = []
        self._stand_ins: list[asyncio.Transport] = []
        self._numbers = 0

    async def measure(self, switch: Switch, pid: int, callers: int) -> Waited:
        assert switch.pid is not None
        try:
            await self._come(WARM_UP)
            await self._leave(keep=1)
            before_kb = _memory_kb(pid)
            await self._come(REAL)
            await self._stand_in(callers - REAL)
            await asyncio.sleep(3)
            kb_each = (_memory_kb(pid) - before_kb) / callers
            self._say(f"{callers} wait: {kb_each:.1f} KB each")
            share, switch_share = await _shares(pid, switch.pid)
            self._say(f"standing still: service {share:.2%}, switch {switch_share:.0%} of a core")
            self._desk.begin()
            async with asyncio.timeout(WAKINGS * 3.0):
                while len(self._desk.gaps_ms) < WAKINGS:  # noqa: ASYNC110 - the desk is no event
                    await asyncio.sleep(0.1)
            return Waited(callers, kb_each, share, switch_share, tuple(self._desk.gaps_ms[:WAKINGS]))
        finally:
            for stand_in in self._stand_ins:
                stand_in.close()
            await self._leave(keep=0)

    async def _stand_in(self, count: int) -> None:
        """So many more who are no load on the switch."""
        goal = await self._waiting() + count
        settings, loop = self._service.settings, asyncio.get_running_loop()
        for number in range(count):
            made = loop.create_connection(
                lambda number=number: StandIn(number), settings.host, settings.agi_port
            )
            self._stand_ins.append((await made)[0])
            await asyncio.sleep(1 / STAND_INS_RATE)
        await self._until_waiting(goal)

    async def _come(self, count: int) -> None:
        """So many more, one after another; until all of them wait."""
        goal = await self._waiting() + count - (0 if self._tasks else 1)
        for _ in range(count):
            self._numbers += 1
            placing = self._people.place(self._service.dialled, self._numbers, STAY_S)
            self._tasks.append(asyncio.create_task(placing))
            await asyncio.sleep(1 / RATE)
        await self._until_waiting(goal)

    async def _until_waiting(self, goal: int) -> None:
        async with asyncio.timeout(COMING_LIMIT_S):
            while (waiting := await self._waiting()) < goal:  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.5)
        self._say(f"{waiting} wait")

    async def _leave(self, keep: int) -> None:
        """All but the first hang up."""
        going, self._tasks = self._tasks[keep:], self._tasks[:keep]
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        await asyncio.sleep(1)

    async def _waiting(self) -> int:
        found: Mapping[str, Any] = await self._client.ask("queues")
        return sum(len(queue["waiting"]) for queue in found["queues"])


async def _shares(*pids: int) -> list[float]:
    """What each uses of a core."""
    began, before = time.monotonic(), [living_s([pid]) for pid in pids]
    await asyncio.sleep(IDLE_S)
    lasted = time.monotonic() - began
    return [(living_s([pid]) - was) / lasted for pid, was in zip(pids, before, strict=True)]


def _memory_kb(pid: int) -> float:
    """Memory that is the process's own."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty:"):
            return float(line.split()[1])
    return float("nan")


__all__ = ["CALLERS", "QUICK_CALLERS", "Waited", "measure_waiting"]
