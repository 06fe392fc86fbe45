"""Measuring: rounds of steady calls, the highest rate, the first call after a start."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.cpu import cores, living_s, used_s
from bench.figures import Search, cost_ms, middle
from bench.load import Load, Stretch
from bench.systems import Dutyline, System

WELCOME_LIMIT_MS = 500.0
START_LIMIT_S = 15.0
PROBE_EVERY_S = 0.05
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is done. Times in seconds, rates in calls a second."""

    rate: float = 20.0
    rounds: int = 3
    """Of native and of the service; the others, which move no goal but one, have one less."""
    steady_s: float = 8.0
    idle_s: float = 2.0
    step_s: float = 4.0
    search_s: float = 54.0
    """For the highest rate of native and of the service; the others have half of it."""
    starts: int = 3

    def rounds_of(self, name: str) -> int:
        return self.rounds if name in COMPARED else max(1, self.rounds - 1)

    def search_of(self, name: str) -> float:
        return self.search_s if name in COMPARED else self.search_s / 2


COMPARED = ("native", "dutyline")
QUICK = Plan(rounds=1, steady_s=5.0, idle_s=1.0, step_s=2.5, search_s=20.0, starts=1)
START_SHARE = 0.45
"""Of what the cores could serve by the CPU of each call: where the search for the highest rate begins."""


@dataclass(slots=True)
class Tally:
    """What was measured of one system."""

    cpu_ms: list[float] = field(default_factory=list)
    """For each call, one value a round."""
    helper_ms: list[float] = field(default_factory=list)
    """The part of it outside the switch."""
    stretches: list[Stretch] = field(default_factory=list)
    highest: float = 0.0
    ceiling: float = 0.0
    search: list[Stretch] = field(default_factory=list)
    starts_s: list[float] = field(default_factory=list)


class Rounds:
    """Measures on one switch, whose process is `switch_pid`."""

    def __init__(
        self, load: Load, switch_pid: int, systems: Mapping[str, System], plan: Plan, say: Say
    ) -> None:
        self._load, self._switch, self._systems = load, switch_pid, systems
        self._plan, self._say = plan, say
        self.tallies = {name: Tally() for name in systems}

    async def measure_steady(self) -> None:
        """Rows 1 and 2: every system in turn, several times, so that what drifts drifts for all."""
        for number in range(self._plan.rounds):
            for name, system in self._systems.items():
                if number < self._plan.rounds_of(name):
                    await self._steady(name, system, number)

    async def _steady(self, name: str, system: System, number: int) -> None:
        plan, tally = self._plan, self.tallies[name]
        rate = plan.rate * system.share
        async with system.running() as helpers:
            await self._load.run(system.dialled, rate, 1.5, seed=number)
            pids = [self._switch, *helpers]
            idle = await self._idle_rates(pids)
            before = [used_s([pid]) for pid in pids]
            stretch = await self._load.run(system.dialled, rate, plan.steady_s, seed=100 + number)
            used = [used_s([pid]) - was for pid, was in zip(pids, before, strict=True)]
        costs = [
            cost_ms(busy, rest, stretch.lasted_s, stretch.calls)
            for busy, rest in zip(used, idle, strict=True)
        ]
        tally.cpu_ms.append(sum(costs))
        tally.helper_ms.append(sum(costs[1:]))
        tally.stretches.append(stretch)
        self._say(
            f"round {number + 1}: {system.title}: {sum(costs):.1f} ms a call, welcome p50 "
            f"{stretch.welcome.p50:.1f} p99 {stretch.welcome.p99:.1f} ms, {stretch.failed} failed"
        )

    async def _idle_rates(self, pids: list[int]) -> list[float]:
        """CPU seconds a second that each uses with no call in the house."""
        began, before = time.monotonic(), [living_s([pid]) for pid in pids]
        await asyncio.sleep(self._plan.idle_s)
        lasted = time.monotonic() - began
        return [max(0.0, living_s([pid]) - was) / lasted for pid, was in zip(pids, before, strict=True)]

    async def measure_highest(self) -> None:
        """Row 3: the highest rate at which no call fails and the welcome comes in time."""
        for name, system in self._systems.items():
            tally, plan = self.tallies[name], self._plan
            search = Search(start=self._likely_rate(tally) or plan.rate * system.share)
            until = time.monotonic() + plan.search_of(name)
            async with system.running():
                while not search.is_over and time.monotonic() < until:
                    rate, seed = search.rate, len(tally.search)
                    stretch = await self._load.run(system.dialled, rate, plan.step_s, seed)
                    tally.search.append(stretch)
                    search.tell(_holds(stretch))
                    self._say(f"{system.title}: {_said(stretch)}")
            tally.highest, tally.ceiling = search.best, search.ceiling

    def _likely_rate(self, tally: Tally) -> float:
        """A rate that should hold, by the CPU that was measured; 0 where none was."""
        cost_s = middle(tally.cpu_ms) / 1000
        return START_SHARE * cores() / cost_s if cost_s > 0 else 0.0

    async def measure_starts(self) -> None:
        """Row 9: from starting the service to the first caller who hears its welcome."""
        service = self._systems["dutyline"]
        assert isinstance(service, Dutyline)
        for _ in range(self._plan.starts):
            took_s = await self._start(service)
            self.tallies["dutyline"].starts_s.append(took_s)
            self._say(f"start to first call answered: {took_s:.2f} s")

    async def _start(self, service: Dutyline) -> float:
        process = service.process()
        began = time.time()
        await process.start()
        calling = asyncio.create_task(self._call_until_answered(service))
        try:
            async with asyncio.timeout(START_LIMIT_S):
                return await calling - began
        except TimeoutError:
            return float("nan")
        finally:
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)
            await process.stop()

    async def _call_until_answered(self, service: Dutyline) -> float:
        """When the first caller heard the service's welcome, by the machine's clock."""
        first: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        async def probe() -> None:
            result = await self._load.probe(service.dialled, 6.0)
            if result.fault is None and not first.done():
                first.set_result(result.answered_at)

        tasks: set[asyncio.Task[None]] = set()
        try:
            while not first.done():
                tasks.add(asyncio.create_task(probe()))
                await asyncio.wait({first}, timeout=PROBE_EVERY_S)
            return first.result()
        finally:
            # They hang up by themselves; nobody is left on the line.
            await asyncio.gather(*tasks, return_exceptions=True)


def _holds(stretch: Stretch) -> bool:
    return stretch.failed == 0 and stretch.welcome.p99 < WELCOME_LIMIT_MS


def _said(stretch: Stretch) -> str:
    faults = ", ".join(f"{times} {fault}" for fault, times in stretch.faults.items())
    verdict = "held" if _holds(stretch) else "did not hold"
    return f"{stretch.rate:.1f}/s {verdict}: p99 {stretch.welcome.p99:.0f} ms" + (
        f", {faults}" if faults else ""
    )


__all__ = ["QUICK", "Plan", "Rounds", "Tally"]
