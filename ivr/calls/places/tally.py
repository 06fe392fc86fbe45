"""The places of one limit: who has one, and what began lately."""

from __future__ import annotations

from collections import deque

from dialplan.commands import Limit


class Tally:
    """Exact: a call that begins at 10.0 in a window of 20 s counts up to, not including, 30.0."""

    __slots__ = ("_said_at", "_starts", "holders", "terms")

    def __init__(self, terms: Limit) -> None:
        self.terms = terms
        """The limit as the newest configuration has it."""
        self.holders: set[str] = set()
        self._starts: deque[tuple[float, str]] = deque()
        self._said_at = float("-inf")

    def learn(self, terms: Limit, said_at: float) -> bool:
        """Take the terms of a call that came in at `said_at`, unless a later call said others; whether that
        changes anything. A call from before a reload does not bring the old numbers back."""
        if said_at < self._said_at:
            return False
        self._said_at = said_at
        numbers = (terms.at_once, terms.starts, terms.within_s)
        is_new = numbers != (self.terms.at_once, self.terms.starts, self.terms.within_s)
        self.terms = terms
        return is_new

    def has_room(self, call: str, at: float, held_back: int = 0) -> bool:
        """Whether this call may have a place, when `held_back` of the free ones are meant for others."""
        terms = self.terms
        if call in self.holders:
            return True
        if self.is_packed(held_back):
            return False
        return not terms.starts or self.counts(call, at) or len(self._starts) + held_back < terms.starts

    def is_packed(self, held_back: int = 0) -> bool:
        """Whether no call gets in that has no place yet, whoever it is."""
        return bool(self.terms.at_once) and len(self.holders) + held_back >= self.terms.at_once

    def take(self, call: str, at: float) -> bool:
        """Give the call a place; False when it has one already, or when it counted as begun already."""
        if call in self.holders:
            return False
        is_start = not self.counts(call, at)
        self.holders.add(call)
        if self.terms.starts and is_start:
            self._starts.append((at, call))
        return True

    def begin(self, call: str, at: float) -> None:
        """Note a call that began before this service did."""
        self._starts = deque(sorted((*self._starts, (at, call))))

    def opens_at(self, at: float) -> float | None:
        """When the window lets the next call in; None where it does not stand in the way."""
        terms = self.terms
        self._forget(at)
        if not terms.starts or len(self._starts) < terms.starts:
            return None
        return self._starts[len(self._starts) - terms.starts][0] + terms.within_s

    def is_empty(self, at: float) -> bool:
        """Nobody has a place, and nothing that began still counts."""
        self._forget(at)
        return not self.holders and not self._starts

    def begun(self, at: float) -> int:
        """How many calls count as begun lately."""
        self._forget(at)
        return len(self._starts)

    def counts(self, call: str, at: float) -> bool:
        """Whether this very call counts as begun already: ringing a second agent is no second call."""
        self._forget(at)
        return any(one == call for _, one in self._starts)

    def _forget(self, at: float) -> None:
        within_s = self.terms.within_s
        while self._starts and self._starts[0][0] + within_s <= at:
            self._starts.popleft()


__all__ = ["Tally"]
