"""How long to wait before trying again."""

from __future__ import annotations

import random


class Backoff:
    """Waits that double from `first_s` to `cap_s`, each shortened by up to half at random.

    The randomness keeps several boxes from knocking at one switch in step.
    """

    def __init__(self, first_s: float, cap_s: float, rng: random.Random | None = None) -> None:
        self._first_s = first_s
        self._cap_s = cap_s
        self._rng: random.Random = rng or random.Random()  # noqa: S311  # spreads load, keeps no secret
        self._tries = 0

    def next_s(self) -> float:
        """The next wait, in seconds."""
        full_s = min(self._cap_s, 2.0 * self._first_s * 2.0 ** min(self._tries, 30))
        self._tries += 1
        return max(self._first_s, full_s * self._rng.uniform(0.5, 1.0))

    def reset(self) -> None:
        """Begin again with the shortest wait."""
        self._tries = 0


__all__ = ["Backoff"]
