"""Which ends of calls are good, and which states have none: the counter-examples of a graph.

A call ends well when somebody has answered it, when the last thing its caller met were words, when his
message or his wish to be called back is kept, or when the plan rejects it on purpose, by its own cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from dialplan import last_resort
from dialplan.commands import Hangup
from dialplan.engine import CallFacts
from dialplan.prove.answers import Answer
from dialplan.prove.explore import Ending, Graph, Key

NORMAL = 16
"""Q.850: normal clearing; any other cause is a plan's own."""


class Wrong(StrEnum):
    """What can be wrong with the end of a call."""

    SILENCE = "silence"
    """Hung up on without a word and without a person."""
    NOBODY = "nobody"
    """The last resort has nobody to ring."""
    ROUND = "round"
    """Nothing the caller or anybody else does ends the call."""
    PAGE = "page"
    """An engineer is looked for while nobody is on duty."""
    FAULT = "fault"
    """A node breaks."""


Turn: TypeAlias = tuple[Answer, int]
"""An answer, and the kind of moment in which it came."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Something wrong, and a shortest way to it: the kind of moment at the start, and every answer since.

    `circle`: how many of the answers, at the end, go round once.
    """

    wrong: Wrong
    plan: str
    node: str
    detail: str
    call: CallFacts
    start: int
    turns: tuple[Turn, ...]
    circle: int = 0


def judge(graph: Graph) -> Iterator[Verdict]:
    """Everything that is wrong, each by a shortest way to it."""
    for (plan, node, _, asked, _), ending in graph.endings.items():
        wrong = _wrong_end(node, asked, ending)
        if wrong is not None:
            yield _verdict(graph, wrong, plan, node, "", ending)
    for (kind, *about), ending in graph.strange.items():
        plan, node, detail = about
        yield _verdict(graph, Wrong(kind), plan, node, detail, ending)
    yield from _rounds(graph)


def _wrong_end(node: str, hangup: Hangup, ending: Ending) -> Wrong | None:
    met = ending.met
    if met.person or met.kept:
        return None
    if node == last_resort.NODE:
        return None if met.rung else Wrong.NOBODY
    if met.told or hangup.cause != NORMAL or hangup.utterances:
        return None
    return Wrong.SILENCE


def _verdict(graph: Graph, wrong: Wrong, plan: str, node: str, detail: str, ending: Ending) -> Verdict:
    start, turns = way_to(graph, ending.before)
    if ending.answer is None:
        return Verdict(wrong, plan, node, detail, ending.call, ending.time, ())
    return Verdict(wrong, plan, node, detail, ending.call, start, (*turns, (ending.answer, ending.time)))


def way_to(graph: Graph, key: Key | None) -> tuple[int, tuple[Turn, ...]]:
    """The kind of moment in which a call began that comes to a state, and its answers."""
    turns: list[Turn] = []
    start = 0
    while key is not None:
        vertex = graph.vertices[key]
        start = vertex.time
        if vertex.by is not None:
            turns.append((vertex.by, vertex.time))
        key = vertex.origin
    return start, tuple(reversed(turns))


def _rounds(graph: Graph) -> Iterator[Verdict]:
    """States from which nothing but a failure or the hour leads to an end: one verdict for each circle."""
    stuck = _stuck(graph)
    seen: set[Key] = set()
    for key in graph.vertices:
        if key not in stuck or key in seen:
            continue
        circle = _circle(graph, key)
        if seen.isdisjoint(at for at, _ in circle):
            vertex = graph.vertices[circle[0][0]]
            start, turns = way_to(graph, circle[0][0])
            round_ = tuple((answer, vertex.time) for _, answer in circle)
            state = vertex.state
            yield Verdict(
                Wrong.ROUND, state.plan, state.node, "", state.call, start, (*turns, *round_), len(round_)
            )
        seen |= _reached(graph, key)


def _stuck(graph: Graph) -> frozenset[Key]:
    before: dict[Key, list[Key]] = {}
    for key, vertex in graph.vertices.items():
        for target, _ in vertex.targets:
            before.setdefault(target, []).append(key)
    good = {key for key, vertex in graph.vertices.items() if vertex.is_left}
    waiting = list(good)
    while waiting:
        for key in before.get(waiting.pop(), ()):
            if key not in good:
                good.add(key)
                waiting.append(key)
    return frozenset(graph.vertices.keys() - good)


def _circle(graph: Graph, key: Key) -> list[tuple[Key, Answer]]:
    """A circle that is met when the first way on is always taken: its states, and the answers between."""
    way: list[tuple[Key, Answer]] = []
    places: dict[Key, int] = {}
    while key not in places:
        places[key] = len(way)
        target, answer = graph.vertices[key].targets[0]
        way.append((key, answer))
        key = target
    return way[places[key] :]


def _reached(graph: Graph, key: Key) -> set[Key]:
    found, waiting = {key}, [key]
    while waiting:
        for target, _ in graph.vertices[waiting.pop()].targets:
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found
