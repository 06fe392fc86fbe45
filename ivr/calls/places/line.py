"""Who is served first: by priority, fairly, then first come first served.

"Who has waited `fair_s` longer than another goes before him, whatever the priority" is no order of pairs: of
three callers each may go before the next. It is made one by choosing again and again: of those who did not
come too long after anybody who still waits, the one of the highest priority, and of these the first who came.
So nobody starves: only who comes within `fair_s` after a caller can be served before him.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from ivr.calls.places.wish import Waiter


def choose(waiters: Iterable[Waiter]) -> Waiter:
    """The one of them who is served first. They are not empty."""
    found = list(waiters)
    latest = min(waiter.overdue for waiter in found)
    return min((waiter for waiter in found if waiter.since <= latest), key=_rank)


def line_up(waiters: Iterable[Waiter]) -> list[Waiter]:
    """All of them in the order in which they are served: as `choose` would, again and again."""
    coming = sorted(waiters, key=_age)
    if _are_alike(coming):
        return coming
    deadlines = [(waiter.overdue, waiter.number) for waiter in coming]
    heapq.heapify(deadlines)
    gone: set[int] = set()
    near: list[tuple[tuple[int, float, int], Waiter]] = []
    line: list[Waiter] = []
    upcoming = 0
    while len(line) < len(coming):
        while deadlines[0][1] in gone:
            heapq.heappop(deadlines)
        while upcoming < len(coming) and coming[upcoming].since <= deadlines[0][0]:
            heapq.heappush(near, (_rank(coming[upcoming]), coming[upcoming]))
            upcoming += 1
        chosen = heapq.heappop(near)[1]
        gone.add(chosen.number)
        line.append(chosen)
    return line


def place_in(line: Sequence[Waiter], newest: Waiter) -> int:
    """Where somebody who came after all the others stands. He changes nothing between the others: he keeps
    nobody back, for all came before him."""
    place, rank = len(line), _rank(newest)
    for index in range(len(line) - 1, -1, -1):
        other = line[index]
        if other.overdue < newest.since:
            break  # him and all before him he cannot pass
        if rank < _rank(other):
            place = index
    return place


def _are_alike(coming: Sequence[Waiter]) -> bool:
    """Whether first come first served is all there is to it."""
    return len({waiter.priority for waiter in coming}) <= 1


def _age(waiter: Waiter) -> tuple[float, int]:
    return waiter.since, waiter.number


def _rank(waiter: Waiter) -> tuple[int, float, int]:
    return -waiter.priority, waiter.since, waiter.number


__all__ = ["choose", "line_up", "place_in"]
