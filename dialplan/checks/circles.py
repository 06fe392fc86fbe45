"""Circles in a graph: nodes from which one comes back to where one was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from dialplan.reach import NodeId

Ways = Callable[[NodeId], Iterable[NodeId]]


def circles_of(nodes: set[NodeId], ways: Ways) -> Iterator[tuple[NodeId, ...]]:
    """One shortest circle for each group of nodes that all lead to each other."""
    for group in _groups(nodes, ways):
        start = min(group)
        if len(group) > 1 or start in ways(start):
            yield _shortest(start, group, ways)


def on_circles(nodes: Collection[NodeId], ways: Ways) -> set[NodeId]:
    """The nodes on a circle, and those between two circles: what is left when dead ends are taken away."""
    inside = {at: [to for to in ways(at) if to in nodes] for at in nodes}
    arriving = Counter(to for targets in inside.values() for to in targets)
    bare = [at for at in nodes if not arriving[at]]
    left = set(nodes)
    for at in bare:
        left.discard(at)
        for target in inside[at]:
            arriving[target] -= 1
            if not arriving[target]:
                bare.append(target)
    return left


def _shortest(start: NodeId, group: set[NodeId], ways: Ways) -> tuple[NodeId, ...]:
    came: dict[NodeId, NodeId] = {}
    waiting = [start]
    for at in waiting:
        for target in ways(at):
            if target == start:
                return _way_to(at, came)
            if target in group and target not in came:
                came[target] = at
                waiting.append(target)
    raise AssertionError("a group without a circle")


def _way_to(at: NodeId, came: dict[NodeId, NodeId]) -> tuple[NodeId, ...]:
    way = [at]
    while way[-1] in came:
        way.append(came[way[-1]])
    return tuple(reversed(way))


def _groups(nodes: set[NodeId], ways: Ways) -> Iterator[set[NodeId]]:
    """Strongly connected components: forwards until everything is finished, then backwards (Kosaraju)."""
    inside = _trimmed({at: [to for to in ways(at) if to in nodes] for at in nodes})
    back: dict[NodeId, list[NodeId]] = {at: [] for at in inside}
    for at, targets in inside.items():
        for target in targets:
            back[target].append(at)
    seen: set[NodeId] = set()
    finished = [at for start in sorted(inside) for at in _finished(start, inside, seen)]
    taken: set[NodeId] = set()
    for start in reversed(finished):
        if start not in taken:
            group = set(_finished(start, back, taken))
            yield group


def _trimmed(ways: dict[NodeId, list[NodeId]]) -> dict[NodeId, list[NodeId]]:
    """Without the nodes that lead to an end whatever happens: most of them, and none is on a circle."""
    back: dict[NodeId, list[NodeId]] = {}
    for at, targets in ways.items():
        for target in targets:
            back.setdefault(target, []).append(at)
    left = {at: len(targets) for at, targets in ways.items()}
    waiting = [at for at, count in left.items() if not count]
    gone: set[NodeId] = set()
    while waiting:
        at = waiting.pop()
        gone.add(at)
        for before in back.get(at, ()):
            left[before] -= 1
            if not left[before]:
                waiting.append(before)
    return {at: [to for to in targets if to not in gone] for at, targets in ways.items() if at not in gone}


def _finished(start: NodeId, ways: dict[NodeId, list[NodeId]], seen: set[NodeId]) -> Iterator[NodeId]:
    """Every node not seen yet, each after those it leads to."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(ways[start]))]
    while stack:
        at, targets = stack[-1]
        following = next((target for target in targets if target not in seen), None)
        if following is None:
            stack.pop()
            yield at
        else:
            seen.add(following)
            stack.append((following, iter(ways[following])))
