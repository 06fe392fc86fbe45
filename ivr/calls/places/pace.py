"""How long a caller will wait: from how fast the queue was served lately."""

from __future__ import annotations

from collections import deque
from typing import Final

REMEMBERED: Final = 10
LEAST: Final = 2
"""One service says nothing about the next."""
OLDEST_S: Final = 3600.0


class Pace:
    """The time between one service and the next while somebody waited."""

    __slots__ = ("_gaps", "_last")

    def __init__(self) -> None:
        self._gaps: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self._last = float("-inf")

    def serve(self, joined: float, at: float) -> None:
        """A waiter who joined then has been served now: the queue was busy since the later of the two."""
        self._gaps.append((at, at - max(self._last, joined)))
        self._last = at

    def expect_s(self, position: int, at: float, head_joined: float) -> float | None:
        """The wait of who stands at `position` (from 1); None when nobody can tell. A service that is slow
        in coming counts as soon as it is slower than the others were."""
        gaps = [gap for served, gap in self._gaps if at - served < OLDEST_S]
        if len(gaps) < LEAST:
            return None
        mean_s = sum(gaps) / len(gaps)
        lasting_s = at - max(self._last, head_joined)
        if lasting_s > mean_s:
            mean_s = (sum(gaps) + lasting_s) / (len(gaps) + 1)
            lasting_s = 0.0
        return max(0.0, position * mean_s - lasting_s)


__all__ = ["Pace"]
