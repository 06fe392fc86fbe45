"""`prove`: every path of every number, over every moment of a period at which something changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dialplan.engine import CallFacts
from dialplan.model import Configuration, Plan, ServiceNumber
from dialplan.nodes.exits import REST
from dialplan.overrides import switched_to
from dialplan.prove.callers import USUAL, callers_of, untried_shares
from dialplan.prove.clock import Clock, clock_of
from dialplan.prove.coverage import Coverage
from dialplan.prove.decisive import decisive_of
from dialplan.prove.explore import Explorer, Graph
from dialplan.prove.judge import Verdict, Wrong, judge
from dialplan.prove.live import live_at
from dialplan.prove.moments import stretches_of
from dialplan.prove.numbers import kinds_of_number
from dialplan.prove.period import Period, begins_of, plans_from
from dialplan.prove.phrases import say_counter_example
from dialplan.prove.script import replay, starts_of, write_script
from dialplan.prove.switched import switches_of
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
    switched: str = ""
    """The plan to which these numbers must have been switched for it; empty: it happens as they are."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of it. `never`: nodes and exits that no call takes in this period."""

    counter_examples: tuple[CounterExample, ...]
    never: tuple[str, ...]
    coverage: Coverage

    @property
    def holds(self) -> bool:
        """Whether every path ends at a person or an intended end, and every path was looked at."""
        return not self.counter_examples and not self.coverage.gaps

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
                    "switched": one.switched,
                }
                for one in self.counter_examples
            ],
            "never": list(self.never),
            "covered": self.coverage.as_json(),
        }


def prove(
    configuration: Configuration, start: datetime, days: float = 90, number: str | None = None
) -> Proof:
    """Look at every call that may come in from `start` (aware) on. `number`: E.164, calls to it alone."""
    end = start + timedelta(days=days)
    wanted = [each for each in configuration.numbers.values() if number in (None, each.number)]
    prover = _Prover(configuration, start, end)
    prover.look_at(configuration, wanted)
    for plan, numbers in switches_of(configuration, wanted):
        prover.look_at(switched_to(configuration, plan, [each.number for each in numbers]), numbers, plan)
    return prover.proof(len(wanted))


@dataclass(slots=True)
class _Prover:
    configuration: Configuration
    """What is looked at now; `switched`: the plan to which the numbers are switched in it, if they are."""
    start: datetime
    end: datetime
    switched: str = ""
    found: dict[tuple[Wrong, str, str], CounterExample] = field(default_factory=dict)
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    periods: dict[Clock, Period] = field(default_factory=dict)
    plans: set[str] = field(default_factory=set)
    has_callers: bool = False
    """Whether it makes a difference who calls, in what is looked at now."""
    coverage: Coverage = field(init=False)

    def __post_init__(self) -> None:
        self.coverage = Coverage(self.start, self.end)

    def look_at(
        self, configuration: Configuration, numbers: Iterable[ServiceNumber], switched: str = ""
    ) -> None:
        """Every call to some numbers as they are, or `switched` to a plan."""
        self.configuration, self.switched = configuration, switched
        if switched:
            self.coverage.switched.append(switched)
        for same in kinds_of_number(configuration, numbers, self.start).values():
            self._look_at(same)

    def _look_at(self, same: list[ServiceNumber]) -> None:
        """Every call to some numbers that are one."""
        plans = plans_from(self.configuration, list(begins_of(self.configuration, same[0])))
        period = self._period(plans, same[0])
        callers = callers_of(self.configuration, plans, same[0], self.start)
        decisive = decisive_of(plans)
        vocabulary = vocabulary_of(self.configuration, plans, decisive)
        live = live_at(plans, frozenset(decisive))
        self.has_callers = len({each.call.caller for each in callers}) > 1
        self.coverage.kinds_of_number += not self.switched
        self.coverage.callers = max(self.coverage.callers, len(callers))
        self._note_gaps((*vocabulary.gaps, untried_shares(plans, callers)))
        self.plans |= {plan.id for plan in plans}
        graph = Explorer(self.configuration, callers, period.times, live, vocabulary).run()
        self._take(graph, period, tuple(number.number for number in same))

    def _note_gaps(self, gaps: Iterable[str]) -> None:
        self.coverage.gaps += [gap for gap in gaps if gap and gap not in self.coverage.gaps]

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
        """The shortest of its kind at its node; the numbers of the others are added to it. What happens to
        numbers as they are goes before what happens when they are switched."""
        key = (verdict.wrong, verdict.plan, verdict.node)
        known = self.found.get(key)
        if known is not None and known.switched != self.switched:
            return
        if known is None or known.length > len(verdict.turns):
            made = self._counter_example(call, period, verdict)
            known = replace(made, numbers=known.numbers if known else ())
        self.found[key] = replace(known, numbers=tuple(dict.fromkeys((*known.numbers, *numbers))))

    def _counter_example(self, call: CallFacts, period: Period, verdict: Verdict) -> CounterExample:
        way = replay(self.configuration, call, period.times, verdict)
        starts = starts_of(verdict, way, period.times, period.stretches, period.kinds)
        script, is_shown = write_script(
            self.configuration, call, way, period.times[verdict.start].at, starts, self.switched
        )
        sentence = say_counter_example(
            self.configuration,
            call,
            script.at,
            verdict,
            way,
            with_caller=self.has_callers and call.caller != USUAL,
            switched=self.switched,
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
            self.switched,
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
