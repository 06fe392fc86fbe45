"""What time alone will change, soonest first; what has become pointless meanwhile is passed over."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import NamedTuple


class What(IntEnum):
    """What is due."""

    WAIT = 0
    """Somebody has waited as long as he may."""
    REST = 1
    """An agent has rested."""
    WINDOW = 2
    """A limit lets the next call begin."""


class Due(NamedTuple):
    """An entry. `name`: of the agent or limit, or the waiter's number."""

    at: float
    number: int
    what: What
    name: str | int


class Agenda:
    """`matters`: whether an entry still means something."""

    def __init__(self, matters: Callable[[Due], bool]) -> None:
        self._matters = matters
        self._entries: list[Due] = []
        self._numbers = itertools.count(1)

    def remind(self, at: float, what: What, name: str | int) -> None:
        """Something is due then."""
        heapq.heappush(self._entries, Due(at, next(self._numbers), what, name))

    def next_due(self) -> float | None:
        """When the first of them is; None: never."""
        while self._entries and not self._matters(self._entries[0]):
            heapq.heappop(self._entries)
        return self._entries[0].at if self._entries else None

    def is_due(self, at: float) -> bool:
        """Whether there is anything to look at."""
        return bool(self._entries) and self._entries[0].at <= at

    def take(self, at: float) -> Iterator[Due]:
        """Everything that is due and means something, also what becomes so meanwhile."""
        while self.is_due(at):
            entry = heapq.heappop(self._entries)
            if self._matters(entry):
                yield entry
