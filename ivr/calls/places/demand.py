"""Who wants what: of something that has become free, the waiters over all queues who may use it, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ivr.calls.places.line import choose
from ivr.calls.places.queue import Queue
from ivr.calls.places.wish import Kind, Waiter


@dataclass(slots=True)
class Failed:
    """What has been found out in one round: who need not be tried."""

    kinds: set[Kind] = field(default_factory=set)
    packed: set[str] = field(default_factory=set)
    """Limits with no place for anybody."""

    def includes(self, waiter: Waiter) -> bool:
        """Whether he fails for the same reason as one before him."""
        return waiter.kind in self.kinds or not self.packed.isdisjoint(waiter.things)


class Demand:
    """What the waiters of all queues want."""

    def __init__(self, queues: Mapping[str, Queue]) -> None:
        self._queues = queues
        self._wanted: dict[str, Counter[str]] = {}
        """Name of a thing -> queues whose callers want it, and how many of each."""

    def __contains__(self, thing: str) -> bool:
        return thing in self._wanted

    def __bool__(self) -> bool:
        return bool(self._wanted)

    def add(self, waiter: Waiter) -> None:
        """He has joined his queue."""
        for thing in waiter.things:
            self._wanted.setdefault(thing, Counter())[waiter.waiting.queue] += 1

    def remove(self, waiter: Waiter) -> None:
        """He has left it."""
        for thing in waiter.things:
            wanted = self._wanted[thing]
            wanted[waiter.waiting.queue] -= 1
            if not wanted[waiter.waiting.queue]:
                del wanted[waiter.waiting.queue]
            if not wanted:
                del self._wanted[thing]

    def in_order(self, things: Iterable[str], failed: Failed) -> Iterator[Waiter]:
        """Waiters who want any of that, over all queues, but for those who must fail as others did."""
        names = {name for thing in things for name in self._wanted.get(thing, ())}
        lines = [list(self._queues[name].line) for name in sorted(names)]
        ways = [iter(line) for line in lines]
        heads = [next(way) for way in ways]
        while heads:
            place = heads.index(choose(heads)) if len(heads) > 1 else 0
            waiter = heads[place]
            if not failed.includes(waiter):
                yield waiter
            following = None
            if not self._is_hopeless(self._queues[waiter.waiting.queue], failed):
                following = next((one for one in ways[place] if not failed.includes(one)), None)
            if following is None:
                del heads[place], ways[place]
            else:
                heads[place] = following

    def _is_hopeless(self, queue: Queue, failed: Failed) -> bool:
        """Whether nobody of this queue can be let in now."""
        if queue.kinds.keys() <= failed.kinds:
            return True
        count = len(queue.waiters)
        wanted = (self._wanted.get(key) for key in failed.packed)
        return any(queues is not None and queues[queue.name] >= count for queues in wanted)
