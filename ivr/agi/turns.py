"""Turns of the event loop."""

import asyncio
from collections.abc import Callable

_TURNS = 4
"""A new connection is accepted in the first, watched from the second, read in the third."""


def after_reading(action: Callable[[], None], turns: int = _TURNS) -> None:
    """Call `action` once the loop has read what has arrived until now, new connections included. A loop
    that was held up finds connections and timers due at once; judged by the clock alone, those who spoke
    in time would be found silent."""
    if turns == 0:
        action()
    else:
        asyncio.get_running_loop().call_soon(after_reading, action, turns - 1)
