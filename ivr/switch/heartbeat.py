"""The service's sign of life, which the extensions look at before they hand it a call.

A call that has been handed to a service whose process stands still cannot be taken back: Asterisk waits
in AGI until the connection closes, unless AGIEXITONHANGUP was set before. With it a service loses the
call as soon as the caller hangs up, and can no longer ask how a Dial ended. So the extensions set it only
when the sign of life is old or missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Protocol

from ivr.ami import AmiError
from ivr.contract import Variable

BEAT_S = 1.0


class Setter(Protocol):
    """What this needs of the link to the switch."""

    async def set_var(self, variable: str, value: str, channel: str = "") -> None: ...


async def keep_beating(link: Setter, every_s: float = BEAT_S) -> None:
    """Say that we live, for ever. A switch that cannot be reached is told at the next beat."""
    while True:
        with contextlib.suppress(AmiError):
            await link.set_var(Variable.ALIVE, f"{time.time():.0f}")
        await asyncio.sleep(every_s)


__all__ = ["BEAT_S", "keep_beating"]
