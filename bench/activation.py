"""Row 5: a large configuration becomes live while calls come in, and what the switch's own way takes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bench import house, large
from bench.load import Load, Stretch
from bench.report import Row
from bench.systems import Dutyline
from ivr.cli.client import ServiceClient
from ivr.switch import Switch

NUMBERS, PLANS = 10_000, 1_000
GOAL_S = 3.0
BEFORE_S = 2.0
"""Calls come in for so long before the configuration is asked for, and go on after it."""
SLOWER_MS = 10.0
"""A welcome that comes later by less is not one that anybody would call slowed."""
CONSOLE_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Activation:
    """What came out: seconds, and the calls beside it."""

    took_s: float
    native_s: float
    quiet: Stretch
    busy: Stretch

    def rows(self) -> list[Row]:
        """The goals."""
        text = f"{self.took_s:.2f} s (dialplan reload of equal extensions: {self.native_s:.2f} s)"
        slower = self.busy.welcome.p99 - self.quiet.welcome.p99
        beside = f"{self.busy.failed} of {self.busy.calls} failed, welcome p99 {slower:+.1f} ms"
        return [
            Row(5, f"{NUMBERS:,} numbers made live", text, f"<= {GOAL_S:g} s", self.took_s <= GOAL_S),
            Row(
                5,
                "calls meanwhile",
                beside,
                "none failed or slowed",
                self.busy.failed == 0 and slower <= SLOWER_MS,
            ),
        ]


async def measure_activation(load: Load, switch: Switch, service: Dutyline, rate: float) -> Activation:
    """Calls for a while; then as many again, and the large configuration in the middle of them."""
    settings = service.settings
    native_s = await _native_s(switch, service)
    async with service.running():
        await load.run(service.dialled, rate, 1.5, seed=1)
        quiet = await load.run(service.dialled, rate, BEFORE_S + 2 * GOAL_S, seed=2)
        large.write(settings.config, large.beside(house.texts(), NUMBERS, PLANS))
        calling = asyncio.create_task(load.run(service.dialled, rate, BEFORE_S + 2 * GOAL_S, seed=2))
        await asyncio.sleep(BEFORE_S)
        began = time.monotonic()
        await ServiceClient(settings).ask("reload")
        took_s = time.monotonic() - began
        busy = await calling
    house.write_configuration(settings.config)
    return Activation(took_s, native_s, quiet, busy)


async def _native_s(switch: Switch, service: Dutyline) -> float:
    """How long the switch reads as many extensions."""
    (switch.paths.etc / "bench-large.conf").write_text(large.extensions(NUMBERS))
    (switch.paths.etc / "bench-more.conf").write_text('#include "bench-large.conf"\n')
    began = time.monotonic()
    await switch.process.console("dialplan reload", CONSOLE_LIMIT_S)
    took_s = time.monotonic() - began
    (switch.paths.etc / "bench-more.conf").write_text("")
    await switch.process.console("dialplan reload", CONSOLE_LIMIT_S)
    return took_s


__all__ = ["Activation", "measure_activation"]
