"""One queue: its callers in the order in which they are served, and how fast that goes."""

from __future__ import annotations

from collections import Counter

from ivr.calls.places.line import line_up, place_in
from ivr.calls.places.pace import Pace
from ivr.calls.places.wish import Kind, Waiter


class Queue:
    """The line is put in order only where somebody came or went who makes a difference."""

    __slots__ = ("_line", "_newest", "_priorities", "kinds", "name", "pace", "waiters")

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiters: dict[int, Waiter] = {}
        self.kinds: Counter[Kind] = Counter()
        """What its callers want, so that a look at one of each kind tells of all."""
        self.pace = Pace()
        self._priorities: Counter[int] = Counter()
        self._line: list[Waiter] | None = []
        self._newest = float("-inf")
        """When the last one came."""

    @property
    def line(self) -> list[Waiter]:
        """Its callers, the first to be served first. Not to be changed."""
        if self._line is None:
            self._line = line_up(self.waiters.values())
        return self._line

    def join(self, waiter: Waiter) -> None:
        """Stand in line."""
        self.waiters[waiter.number] = waiter
        self.kinds[waiter.kind] += 1
        self._priorities[waiter.priority] += 1
        is_newest = waiter.since >= self._newest
        if self._line is not None and is_newest:
            is_last = len(self._priorities) == 1
            self._line.insert(len(self._line) if is_last else place_in(self._line, waiter), waiter)
        else:
            self._line = None
        self._newest = max(self._newest, waiter.since)

    def leave(self, waiter: Waiter) -> None:
        """Stand in line no longer. The order of the others stays, but where a caller of another priority
        came after one who leaves."""
        line, is_alike = self._line, len(self._priorities) == 1
        if line is not None and (is_alike or line[0] is waiter):
            line.remove(waiter)
        else:
            self._line = None
        del self.waiters[waiter.number]
        _discount(self.kinds, waiter.kind)
        _discount(self._priorities, waiter.priority)

    def position(self, waiter: Waiter) -> int:
        """His place, from 1."""
        return self.line.index(waiter) + 1

    def expect_s(self, waiter: Waiter, at: float) -> float | None:
        """How long he will wait from now on; None when nobody can tell."""
        return self.pace.expect_s(self.position(waiter), at, self.line[0].joined)


def _discount(counter: Counter[Kind] | Counter[int], what: Kind | int) -> None:
    counter[what] -= 1  # type: ignore[index]
    if not counter[what]:  # type: ignore[index]
        del counter[what]


__all__ = ["Queue"]
