"""Whatever of a household ends by itself is started again, for ever: at once, then with longer pauses.

A switch that cannot come back because somebody holds its port, or a service whose database is gone, is
no reason to end the rest: calls in progress go on, and the trouble may pass.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, NoReturn, Protocol

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 10.0
WELL_S: Final = 15.0
"""What has lived so long was well: its end is a new trouble, and callers wait for it to be back."""
Say = Callable[[str], None]


class Kept(Protocol):
    """One of the household."""

    async def start(self) -> None:
        """Start it; any exception says why it cannot be."""

    async def watch(self, say: Say) -> str:
        """Until it has ended; how, in a few words."""

    def last_words(self) -> str:
        """What it said last; empty when that is of no interest."""


class Pauses:
    """How long to wait before the next start: doubled each time, short again after a good while."""

    def __init__(self) -> None:
        self._next_s = FIRST_PAUSE_S

    def after(self, lived_s: float) -> float:
        """The pause after a life of that length."""
        if lived_s >= WELL_S:
            self._next_s = FIRST_PAUSE_S
        pause_s, self._next_s = self._next_s, min(self._next_s * 2, LONGEST_PAUSE_S)
        return pause_s


async def keep_up(name: str, kept: Kept, say: Say) -> NoReturn:
    """Watch it, and start it again whenever it ends. `name` begins a sentence: "The switch"."""
    pauses, told = Pauses(), ""
    began = time.monotonic()
    while True:
        how = await kept.watch(say)
        lived_s = time.monotonic() - began
        words = kept.last_words()
        sentence = f"{name} has ended ({how}); it is started again."
        is_new = lived_s >= WELL_S or not told
        say(f"{sentence} It said last:\n{words}" if words and is_new else sentence)
        told = sentence
        await asyncio.sleep(pauses.after(lived_s))
        await _start_again(name, kept, say, pauses)
        began = time.monotonic()


async def _start_again(name: str, kept: Kept, say: Say, pauses: Pauses) -> None:
    """Until it has been started; each reason why it cannot be is said once."""
    told = ""
    while True:
        try:
            await kept.start()
        except Exception as fault:
            why = str(fault) or type(fault).__name__
            if why != told:
                say(f"{name} cannot be started: {why}\nIt is tried again.")
            told = why
            await asyncio.sleep(pauses.after(0))
        else:
            return
