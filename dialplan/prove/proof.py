"""`prove`: every path of every number, over every moment of a period at which something changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dialplan.engine import CallFacts
from dialplan.model import Configuration, Plan, ServiceNumber
from dialplan.nodes.exits import REST
from dialplan.prove.callers import USUAL, callers_of
from dialplan.prove.clock import Clock, clock_of
from dialplan.prove.decisive import decisive_of
from dialplan.prove.explore import Explorer, Graph
from dialplan.prove.judge import Verdict, Wrong, judge
from dialplan.prove.live import live_at
from dialplan.prove.moments import stretches_of
from dialplan.prove.numbers import kinds_of_number
from dialplan.prove.period import Period, begins_of, plans_from
from dialplan.prove.phrases import say_counter_example
from dialplan.prove.script import replay, starts_of, write_script
from dialplan.prove.vocabulary import vocabulary_of
from dialplan.run import Node


@dataclass(frozen=True, slots=True)
class CounterExample:
    """A call that does not end as it should: in a sentence, and as the command that shows it."""

    wrong: Wrong
    plan: str
    node: str
    sentence: str
    command: str
    is_shown: bool
    """Whether the command has been tried and leads there."""
    numbers: tuple[str, ...]
    """Every number on which it happens, E.164."""
    length: int


@dataclass(slots=True)
class Coverage:
    """What has been looked at."""

    start: datetime
    end: datetime
    numbers: int = 0
    kinds_of_number: int = 0
    plans: int = 0
    stretches: int = 0
    kinds_of_moment: int = 0
    callers: int = 0
    states: int = 0
    answers: int = 0

    def __str__(self) -> str:
        return (
            f"{self.numbers} numbers ({self.kinds_of_number} kinds), {self.plans} plans, "
            f"{self.stretches} stretches of time from {self.start:%Y-%m-%d %H:%M} "
            f"to {self.end:%Y-%m-%d %H:%M} "
            f"({self.kinds_of_moment} kinds of moment), {self.callers} kinds of caller, "
            f"{self.states} states, {self.answers} answers"
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of it. `never`: nodes and exits that no call takes in this period."""

    counter_examples: tuple[CounterExample, ...]
    never: tuple[str, ...]
    coverage: Coverage

    @property
    def holds(self) -> bool:
        """Whether every path ends at a person or an intended end."""
        return not self.counter_examples

    def as_json(self) -> dict[str, Any]:
        """The form that `dutyline prove --json` prints."""
        return {
            "holds": self.holds,
            "counter_examples": [
                {
                    "wrong": str(one.wrong),
                    "node": f"{one.plan}.{one.node}",
                    "sentence": one.sentence,
                    "command": one.command,
                    "numbers": list(one.numbers),
                }
                for one in self.counter_examples
            ],
            "never": list(self.never),
            "covered": {name: getattr(self.coverage, name) for name in Coverage.__slots__},
        }


def prove(
    configuration: Configuration, start: datetime, days: float = 90, number: str | None = None
) -> Proof:
    """Look at every call that may come in from `start` (aware) on. `number`: E.164, calls to it alone."""
    end = start + timedelta(days=days)
    wanted = [each for each in configuration.numbers.values() if number in (None, each.number)]
    prover = _Prover(configuration, start, end)
    for same in kinds_of_number(configuration, wanted, start).values():
        prover.look_at(same)
    return prover.proof(len(wanted))


@dataclass(slots=True)
class _Prover:
    configuration: Configuration
    start: datetime
    end: datetime
    found: dict[tuple[Wrong, str, str], CounterExample] = field(default_factory=dict)
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    periods: dict[Clock, Period] = field(default_factory=dict)
    plans: set[str] = field(default_factory=set)
    has_callers: bool = False
    """Whether it makes a difference who calls, in what is looked at now."""
    coverage: Coverage = field(init=False)

    def __post_init__(self) -> None:
        self.coverage = Coverage(self.start, self.end)

    def look_at(self, same: list[ServiceNumber]) -> None:
        """Every call to some numbers that are one."""
        plans = plans_from(self.configuration, list(begins_of(self.configuration, same[0])))
        period = self._period(plans, same[0])
        callers = callers_of(self.configuration, plans, same[0], self.start)
        decisive = decisive_of(plans)
        vocabulary = vocabulary_of(self.configuration, plans, decisive)
        live = live_at(plans, frozenset(decisive))
        self.has_callers = len({each.call.caller for each in callers}) > 1
        self.coverage.kinds_of_number += 1
        self.coverage.callers = max(self.coverage.callers, len(callers))
        self.plans |= {plan.id for plan in plans}
        graph = Explorer(self.configuration, callers, period.times, live, vocabulary).run()
        self._take(graph, period, tuple(number.number for number in same))

    def _period(self, plans: list[Plan], number: ServiceNumber) -> Period:
        clock = clock_of(self.configuration, plans, number)
        known = self.periods.get(clock)
        if known is None:
            stretches = stretches_of(self.configuration, clock, number, self.start, self.end)
            known = self.periods[clock] = Period(stretches)
        return known

    def _take(self, graph: Graph, period: Period, numbers: tuple[str, ...]) -> None:
        self.coverage.states += len(graph.vertices)
        self.coverage.answers += graph.answers
        self.taken |= graph.taken
        for verdict in judge(graph):
            self._keep(verdict.call, period, verdict, numbers)

    def _keep(self, call: CallFacts, period: Period, verdict: Verdict, numbers: tuple[str, ...]) -> None:
        """The shortest of its kind at its node; the numbers of the others are added to it."""
        key = (verdict.wrong, verdict.plan, verdict.node)
        known = self.found.get(key)
        if known is not None and known.length <= len(verdict.turns):
            joined = tuple(dict.fromkeys((*known.numbers, *numbers)))
        else:
            joined = tuple(dict.fromkeys((*(known.numbers if known else ()), *numbers)))
            known = self._counter_example(call, period, verdict)
        self.found[key] = CounterExample(
            known.wrong,
            known.plan,
            known.node,
            known.sentence,
            known.command,
            known.is_shown,
            joined,
            known.length,
        )

    def _counter_example(self, call: CallFacts, period: Period, verdict: Verdict) -> CounterExample:
        way = replay(self.configuration, call, period.times, verdict)
        starts = starts_of(verdict, way, period.times, period.stretches, period.kinds)
        script, is_shown = write_script(self.configuration, call, way, period.times[verdict.start].at, starts)
        sentence = say_counter_example(
            self.configuration,
            call,
            script.at,
            verdict,
            way,
            with_caller=self.has_callers and call.caller != USUAL,
        )
        return CounterExample(
            verdict.wrong,
            verdict.plan,
            verdict.node,
            sentence,
            script.command(),
            is_shown,
            (),
            len(verdict.turns),
        )

    def proof(self, numbers: int) -> Proof:
        """All of it, in order."""
        self.coverage.numbers = numbers
        self.coverage.plans = len(self.plans)
        self.coverage.stretches = max((len(each.stretches) for each in self.periods.values()), default=0)
        self.coverage.kinds_of_moment = max((len(each.times) for each in self.periods.values()), default=0)
        found = sorted(self.found.values(), key=lambda one: (one.length, one.plan, one.node))
        return Proof(tuple(found), tuple(self._never()), self.coverage)

    def _never(self) -> Iterator[str]:
        """Nodes that no call comes to, and branches that none takes."""
        met = {(plan, node) for plan, node, _ in self.taken}
        for plan in sorted(self.plans):
            for name, node in self.configuration.plans[plan].nodes.items():
                if (plan, name) not in met:
                    yield f"no call comes to {plan}.{name}"
                    continue
                for exit_ in _meant(node) if node.kind in BRANCHES else ():
                    if (plan, name, exit_) not in self.taken:
                        yield f'no call leaves {plan}.{name} by "{exit_}"'


BRANCHES = frozenset({"calendar", "origin", "list", "switch", "percentage", "lookup"})
"""Nodes whose every exit is meant to be taken by somebody some day."""


def _meant(node: Node) -> Iterator[str]:
    """The exits of a branch, but for a `rest` that only leads where another one leads: it is for failures."""
    others = {target for exit_, target in node.exits.items() if exit_ != REST}
    yield from (exit_ for exit_, target in node.exits.items() if exit_ != REST or target not in others)
