"""Percentiles, medians and ratios. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all do not exceed: nearest rank, nothing made
    up between two values. NaN for no values."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    rank = max(1, math.ceil(share * len(ordered) - 1e-9))
    return ordered[rank - 1]


def middle(values: Iterable[float]) -> float:
    """The median of those that are numbers; NaN where none is."""
    known = [value for value in values if not math.isnan(value)]
    return median(known) if known else math.nan


def ratio(value: float, reference: float) -> float:
    """`value` over `reference`; NaN where that says nothing."""
    return value / reference if reference > 0 else math.nan


def ratio_of_rounds(values: Sequence[float], references: Sequence[float]) -> float:
    """The median of the ratios round by round: what slows a whole round down cancels."""
    return middle(ratio(value, reference) for value, reference in zip(values, references, strict=False))


def cost_ms(busy_s: float, idle_rate: float, lasted_s: float, calls: int) -> float:
    """CPU milliseconds a call: what was used in `lasted_s`, less `idle_rate` (CPU seconds a second)."""
    return ratio((busy_s - idle_rate * lasted_s) * 1000, calls)


@dataclass(frozen=True, slots=True)
class Spread:
    """What a set of milliseconds looks like."""

    count: int
    p50: float
    p99: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """The usual figures of a set."""
    return Spread(
        len(values), percentile(values, 0.5), percentile(values, 0.99), max(values, default=math.nan)
    )


@dataclass(slots=True)
class Search:
    """Looks for the highest rate that holds, on a grid on which each rate is `step` times the one before.

    It climbs in long strides from `start`, then halves what is left. A rate that fails is tried once more
    before it is believed: one hiccup of the machine is no limit of the switch.
    """

    start: float
    step: float = 1.06
    stride: int = 4
    tries: int = 2
    _held: int = -1_000_000
    _failed: int = 1_000_000
    _at: int = 0
    _misses: int = 0

    @property
    def rate(self) -> float:
        """The rate to try now."""
        return self._rate(self._at)

    @property
    def best(self) -> float:
        """The highest rate that held; 0 where none did."""
        return self._rate(self._held) if self._held > -1_000_000 else 0.0

    @property
    def ceiling(self) -> float:
        """The lowest rate that failed; infinite where none did."""
        return self._rate(self._failed) if self._failed < 1_000_000 else math.inf

    @property
    def is_over(self) -> bool:
        """Whether the limit is known to one step of the grid."""
        return self._failed - self._held <= 1

    def tell(self, has_held: bool) -> None:
        """Say how the present rate went."""
        if has_held:
            self._held, self._misses = max(self._held, self._at), 0
        elif self._misses + 1 < self.tries:
            self._misses += 1
            return
        else:
            self._failed, self._misses = min(self._failed, self._at), 0
        self._at = self._next()

    def _next(self) -> int:
        if self._failed == 1_000_000:
            return self._held + self.stride
        if self._held == -1_000_000:
            return self._failed - self.stride
        return (self._held + self._failed) // 2

    def _rate(self, place: int) -> float:
        return self.start * self.step**place


__all__ = [
    "Search",
    "Spread",
    "cost_ms",
    "middle",
    "percentile",
    "ratio",
    "ratio_of_rounds",
    "spread",
]
