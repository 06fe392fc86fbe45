"""An order by chance out of the one random number of a call: the same number gives the same order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def shuffled(items: Sequence[T], chance: float) -> tuple[T, ...]:
    """The items in the order that `chance` (from 0 up to 1) stands for; each order as likely as any other.

    The number is used up digit by digit in a base that shrinks with each place (Lehmer's code). A float
    carries enough for 18 items; what comes after those stays as it was.
    """
    left, found = list(items), []
    while left:
        scaled = min(max(chance, 0.0), 0.9999999999999999) * len(left)
        index = int(scaled)
        found.append(left.pop(index))
        chance = scaled - index
    return tuple(found)
