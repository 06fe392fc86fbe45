"""A stretch of calls at a steady rate, and what became of them."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass

from bench.caller import Callers, Result
from bench.figures import Spread, percentile, spread
from bench.phone import Phones
from bench.sound import Clockwork

CALL_LIMIT_S = 12.0
"""Welcome, ringing and talk are over in a third of it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What came out: `welcome_ms` of the calls that heard it; `late_ms_p99` of this program itself."""

    rate: float
    calls: int
    lasted_s: float
    welcome_ms: tuple[float, ...]
    faults: dict[str, int]
    late_ms_p99: float

    @property
    def failed(self) -> int:
        return sum(self.faults.values())

    @property
    def welcome(self) -> Spread:
        return spread(self.welcome_ms)


class Load:
    """Callers, phones and their clockwork, for one switch."""

    def __init__(
        self, *, switch_port: int, phones_port: int, welcome: bytes, talk_s: float, agent: str
    ) -> None:
        self._clockwork = Clockwork()
        self.phones = Phones(phones_port, switch_port, self._clockwork, talk_s)
        self.callers = Callers(switch_port, self._clockwork, welcome)
        self._agent = agent.removeprefix("+")
        self._numbers = 0

    def close(self) -> None:
        self._clockwork.stop()
        self.callers.close()
        self.phones.close()

    async def probe(self, dialled: str, limit_s: float) -> Result:
        """One call that hangs up as soon as it knows who speaks."""
        self._numbers += 1
        return await self.callers.place(dialled, self._numbers, limit_s, is_probe=True)

    async def run(self, dialled: str, rate: float, seconds: float, seed: int) -> Stretch:
        """`rate` calls a second, each somewhere within its slot: evenly spread, but not in step with the
        20 ms of the sound. The same seed places the same calls."""
        chance = random.Random(seed)
        self._clockwork.late_ms.clear()
        talked, rung = self.phones.talked, Counter(self.phones.rung)
        began = time.monotonic()
        tasks = []
        for slot in range(max(1, round(rate * seconds))):
            due = began + (slot + chance.random()) / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._numbers += 1
            tasks.append(asyncio.create_task(self.callers.place(dialled, self._numbers, CALL_LIMIT_S)))
        results = await asyncio.gather(*tasks)
        # Until the switch has let go of the phones too, and records are written.
        await asyncio.sleep(0.5)
        lasted_s = time.monotonic() - began
        faults = Counter(str(result.fault) for result in results if result.fault)
        self._note_phones(faults, rung, len(results) - self.phones.talked + talked)
        heard = tuple(result.welcome_ms for result in results if result.welcome_ms == result.welcome_ms)
        return Stretch(
            rate, len(results), lasted_s, heard, dict(faults), percentile(self._clockwork.late_ms, 0.99)
        )

    def _note_phones(self, faults: Counter[str], before: Counter[str], missed: int) -> None:
        """A call that went to somebody else (the failsafe's person), or to nobody, is a failed call."""
        strangers = sum(
            times - before[number]
            for number, times in self.phones.rung.items()
            if number.removeprefix("+") != self._agent
        )
        if strangers:
            faults["rang somebody else"] = strangers
        elif missed > sum(faults.values()):
            faults["the phone did not talk"] = missed - sum(faults.values())


__all__ = ["CALL_LIMIT_S", "Load", "Stretch"]
