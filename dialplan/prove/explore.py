"""The graph of everything that can happen to one kind of call, by asking the engine itself.

A state of the graph is a call between two steps, stripped of what decides nothing: the number of steps, the
sentences that nodes keep for the trace, and variables that no node compares. Time passes within a call: at
every answer the next stretch of the period may have begun, once in a call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, TypeAlias

from dialplan import last_resort
from dialplan.commands import Asked, Hangup, StartPage
from dialplan.engine import BUDGET, CallFacts, Hop, State, Step, advance, begin
from dialplan.gathering import rings_somebody
from dialplan.model import Configuration
from dialplan.prove.answers import FAILURE, Answer, Vocabulary, answers_to
from dialplan.prove.callers import Caller
from dialplan.prove.live import NOTHING, Live
from dialplan.prove.met import Met
from dialplan.prove.met import after as met_after
from dialplan.prove.met import asked as met_asked

Key: TypeAlias = tuple[Any, ...]


class Time(NamedTuple):
    """A kind of moment: `at` stands for it. `later`: the kinds that may begin while a call is going on."""

    at: datetime
    opened: frozenset[str]
    duty: tuple[object, ...]
    facts: tuple[object, ...]
    later: tuple[int, ...] = ()

    def seen_by(self, live: Live) -> tuple[object, ...]:
        """What of it still matters."""
        return (
            self.opened & live.calendars,
            self.duty if live.pages else None,
            self.facts if live.clock else None,
        )


@dataclass(slots=True)
class Vertex:
    """A state that calls get into."""

    state: State
    asked: Asked
    met: Met
    time: int
    crossed: bool
    origin: Key | None
    """The state before it on the shortest way here, and the answer that led on."""
    by: Answer | None
    targets: list[tuple[Key, Answer]] = field(default_factory=list)
    """Where it may go on by something else than a failure or the hour."""
    is_left: bool = False
    """Whether the call may end here by the answer to what is asked."""


class Ending(NamedTuple):
    """One end of a call: the state before it, the answer, and the hops that followed."""

    before: Key | None
    answer: Answer | None
    hops: tuple[Hop, ...]
    met: Met
    time: int
    call: CallFacts


@dataclass(slots=True)
class Graph:
    """What exploring has found."""

    vertices: dict[Key, Vertex] = field(default_factory=dict)
    endings: dict[tuple[str, str, str, Hangup, Met], Ending] = field(default_factory=dict)
    strange: dict[tuple[str, ...], Ending] = field(default_factory=dict)
    """Pages that nobody would answer, nodes that break, and circles within one step."""
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    """Every exit that was taken: plan, node, exit."""
    answers: int = 0


class Explorer:
    """Explores every kind of call to a number in every kind of moment."""

    def __init__(
        self, configuration: Configuration, callers: Sequence[Caller], times: Sequence[Time],
        live: Mapping[tuple[str, str], Live], vocabulary: Vocabulary,
    ) -> None:  # fmt: skip
        self._configuration, self._callers, self._times = configuration, callers, times
        self._live, self._vocabulary = live, vocabulary
        self._decisions = {(each.call.caller, each.call.chance): each.decisions for each in callers}
        self._all = reduce(or_, live.values(), NOTHING)
        self._later: dict[tuple[Live, object], tuple[int, ...]] = {}
        self._rung: dict[tuple[str, str, str, str, int], bool] = {}
        self.graph = Graph()

    def run(self) -> Graph:
        """First what happens of itself within each kind of moment; then what failures, and then what a change
        of the hour do to it: so that a counter-example needs no more of them than it must."""
        waiting: deque[Key] = deque()
        for index, time in enumerate(self._times):
            for each in self._callers:
                step = begin(self._configuration, each.call, time.at)
                self._take(step, Met(), index, False, None, None, waiting)
        while waiting:
            self._expand(waiting.popleft(), waiting)
        for key in list(self.graph.vertices):
            self._fail(key, waiting)
        self._finish(waiting)
        for key in list(self.graph.vertices):
            self._cross(key, waiting)
        self._finish(waiting)
        return self.graph

    def _finish(self, waiting: deque[Key]) -> None:
        while waiting:
            key = waiting.popleft()
            self._expand(key, waiting)
            self._fail(key, waiting)

    def _expand(self, key: Key, waiting: deque[Key]) -> None:
        vertex = self.graph.vertices[key]
        for answer in self._answers(vertex):
            target = self._answer(key, vertex, answer, vertex.time, vertex.crossed, waiting)
            if target is None:
                vertex.is_left = True
            else:
                vertex.targets.append((target, answer))

    def _fail(self, key: Key, waiting: deque[Key]) -> None:
        vertex = self.graph.vertices[key]
        self._answer(key, vertex, FAILURE, vertex.time, vertex.crossed, waiting)

    def _cross(self, key: Key, waiting: deque[Key]) -> None:
        vertex = self.graph.vertices[key]
        for later in self._later_than(vertex):
            for answer in (*self._answers(vertex), FAILURE):
                self._answer(key, vertex, answer, later, True, waiting)

    def _later_than(self, vertex: Vertex) -> tuple[int, ...]:
        """The kinds of moment that may begin now and make a difference from here."""
        live = self._live_of(vertex.state)
        now = self._times[vertex.time].seen_by(live)
        known = self._later.get((live, now))
        if known is None:
            alike = (time for time in self._times if time.seen_by(live) == now)
            after = dict.fromkeys(later for time in alike for later in time.later)
            others = {self._times[later].seen_by(live): later for later in reversed(after)}
            known = self._later[live, now] = tuple(kind for seen, kind in others.items() if seen != now)
        return known

    def _live_of(self, state: State) -> Live:
        if state.node == last_resort.NODE:
            return NOTHING
        return self._live.get((state.plan, state.node), self._all)

    def _answers(self, vertex: Vertex) -> Iterator[Answer]:
        plan = self._configuration.plans.get(vertex.state.plan)
        node = plan.nodes.get(vertex.state.node) if plan else None
        return answers_to(vertex.asked, node, self._vocabulary)

    def _answer(
        self, key: Key, vertex: Vertex, answer: Answer, time: int, crossed: bool, waiting: deque[Key]
    ) -> Key | None:
        self.graph.answers += 1
        step = advance(self._configuration, vertex.state, answer.event, self._times[time].at)
        met = met_after(vertex.met, answer.event)
        return self._take(step, met, time, crossed, key, answer, waiting)

    def _take(
        self, step: Step, met: Met, time: int, crossed: bool, origin: Key | None, by: Answer | None,
        waiting: deque[Key],
    ) -> Key | None:  # fmt: skip
        """Note where a step leads. The answer is the state; None when the call is over."""
        graph, asked = self.graph, step.commands[-1]
        for hop in step.hops:
            graph.taken.add((hop.plan, hop.node, hop.exit))
        met = met_asked(met, step)
        here = Ending(origin, by, step.hops, met, time, step.state.call)
        self._note(step, here)
        if isinstance(asked, Hangup):
            last = step.hops[-1]
            graph.endings.setdefault((last.plan, last.node, last.exit, asked, met), here)
            return None
        state = step.state._replace(used=0)
        key = self._key(state, met, time)
        if key in graph.vertices:
            return key
        if crossed:
            key = (*key, True)
            if key in graph.vertices:
                return key
        graph.vertices[key] = Vertex(state, asked, met, time, crossed, origin, by)  # type: ignore[arg-type]
        waiting.append(key)
        return key

    def _note(self, step: Step, here: Ending) -> None:
        """Pages that nobody would answer, and hops that only a fault explains."""
        pages = (told for told in step.commands[:-1] if isinstance(told, StartPage))
        for told, hop in zip(pages, (hop for hop in step.hops if hop.kind == "page"), strict=False):
            if not self._rings_somebody(told, here.time):
                self.graph.strange.setdefault(("page", hop.plan, hop.node, told.policy), here)
        for hop in step.hops:
            if hop.why.startswith(FAULT) or hop.why == ROUND:
                kind = "round" if hop.why == ROUND else "fault"
                self.graph.strange.setdefault((kind, hop.plan, hop.node, hop.why), here)

    def _rings_somebody(self, page: StartPage, time: int) -> bool:
        key = (page.policy, page.brand, page.category, page.language, time)
        known = self._rung.get(key)
        if known is None:
            known = self._rung[key] = rings_somebody(self._configuration, page, self._times[time].at)
        return known

    def _key(self, state: State, met: Met, time: int) -> Key:
        """A state without what decides nothing any more."""
        live, call = self._live_of(state), state.call
        essence: list[Any] = list(state)
        variables = state.variables
        decisions = self._decisions[call.caller, call.chance]
        essence[_CALL] = tuple((at, decisions[at]) for at in sorted(live.drawn) if at in decisions)
        essence[_VARIABLES] = tuple((name, variables[name]) for name in live.variables if name in variables)
        essence[_MEMORY] = tuple(part for part in state.memory if not (type(part) is str and " " in part))
        essence[_ADMITTED] = tuple(key.removesuffix(f":{call.caller}") for key in state.admitted)
        return (self._times[time].seen_by(live), met, tuple(essence))


_CALL, _VARIABLES, _MEMORY, _ADMITTED = (
    State._fields.index(name) for name in ("call", "variables", "memory", "admitted")
)
FAULT = "fault in the node"
ROUND = f"more than {BUDGET} steps"
