"""Ends a service whose event loop stands still, so that the switch sends its callers to the failsafe.

A hung service is worse than none: Asterisk waits for ever on an AGI socket that stays open. The timer
is a thread of the C library (faulthandler), so it fires even when Python's own lock is never given back;
it writes where every thread stood.
"""

from __future__ import annotations

import asyncio
import faulthandler
import sys


async def keep_watch(hang_s: float) -> None:
    """Push the timer back as long as the loop runs; ends with the task, and takes the timer along."""
    try:
        while True:
            faulthandler.dump_traceback_later(hang_s, exit=True, file=sys.stderr.fileno())
            await asyncio.sleep(hang_s / 4)
    finally:
        faulthandler.cancel_dump_traceback_later()
