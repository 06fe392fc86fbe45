"""A configuration as the rules see it: its parts with their places, and what several rules ask about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from dialplan import reach
from dialplan.catalogue import Prompts
from dialplan.faults import Place
from dialplan.model import Configuration
from dialplan.nodes.goto import Goto
from dialplan.nodes.switch_plan import SwitchPlanNode
from dialplan.reach import NodeId
from dialplan.reading import Reading
from dialplan.run import Node

USUAL_DAY = date(2026, 1, 1)
"""The day from which hours are judged when nobody says what day it is: the same answer on every machine."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `is_fault`: the configuration may not be used with it."""

    place: Place
    where: str
    message: str
    is_fault: bool = False


@dataclass(frozen=True)
class Survey:
    """A configuration with the places of its parts."""

    configuration: Configuration
    reading: Reading
    prompts: Prompts = field(default_factory=Prompts)
    from_day: date = USUAL_DAY
    memo: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)
    """What one rule has worked out and another wants too."""

    def place(self, *path: str) -> Place:
        """Where something was defined."""
        return self.reading.places.get(path, Place("/".join(path[:1])))

    def place_named(self, at: NodeId, of: str, name: str) -> tuple[Place, str]:
        """Where a node names something, and the words that lead there; without it, the node."""
        return self._named.get((*at, of, name)) or (self.place("plan", at[0], "node", at[1]), at[1])

    @cached_property
    def _named(self) -> Mapping[tuple[str, str, str, str], tuple[Place, str]]:
        found: dict[tuple[str, str, str, str], tuple[Place, str]] = {}
        for each in self.reading.references:
            if each.place.file.startswith("plans/"):
                plan, node = plan_of(each.place.file), each.where.partition(" ")[0]
                found.setdefault((plan, node, each.of, each.name), (each.place, each.where))
        return found

    @cached_property
    def used(self) -> frozenset[tuple[str, str]]:
        """Every name that is used somewhere, with what it names."""
        return frozenset((reference.of, reference.name) for reference in self.reading.references)

    def nodes(self) -> Iterator[tuple[NodeId, Node]]:
        """Every node of every plan."""
        return iter(self._nodes)

    @cached_property
    def _nodes(self) -> Sequence[tuple[NodeId, Node]]:
        plans = self.configuration.plans.values()
        return [((plan.id, name), node) for plan in plans for name, node in plan.nodes.items()]

    def node(self, at: NodeId) -> Node:
        """The node of an id."""
        return self.configuration.plans[at[0]].nodes[at[1]]

    @cached_property
    def _ways(self) -> Mapping[NodeId, tuple[NodeId, ...]]:
        """For several rules: worked out once."""
        return {at: reach.ways_from(self.configuration, at) for at, _ in self.nodes()}

    def ways_from(self, at: NodeId) -> tuple[NodeId, ...]:
        """The nodes to which a call may go on from a node."""
        return self._ways[at]

    def ways_and_limits(self, at: NodeId) -> tuple[NodeId, ...]:
        """Those, and where a call goes on that is over a limit of the plan."""
        overs = reach.overs_of(self.configuration, at[0])
        return (*self._ways[at], *overs) if overs else self._ways[at]

    def target_of(self, node: Goto) -> NodeId:
        """Where a goto leads."""
        return reach.target_of(self.configuration, node)

    @cached_property
    def reached(self) -> frozenset[NodeId]:
        """The nodes that a call to one of the numbers may reach."""
        numbers = self.configuration.numbers.values()
        overs = {gate.over for number in numbers for gate in number.gates if gate.over}
        starts = {self.start_of(plan) for plan in (*self.called_plans, *self.switched_plans)}
        return self.spread(starts | overs, self.ways_and_limits)

    @cached_property
    def called_plans(self) -> tuple[str, ...]:
        """The plans to which a number leads at once."""
        return tuple(dict.fromkeys(number.plan for number in self.configuration.numbers.values()))

    @cached_property
    def switched_plans(self) -> tuple[str, ...]:
        """The plans to which numbers may be switched by phone."""
        nodes = (node for _, node in self.nodes() if isinstance(node, SwitchPlanNode))
        return tuple(dict.fromkeys(plan for node in nodes for plan in node.plans.values()))

    def start_of(self, plan: str) -> NodeId:
        """Where a plan begins."""
        return reach.start_of(self.configuration, plan)

    @cached_property
    def reached_by_plan(self) -> Mapping[str, frozenset[NodeId]]:
        """For each plan that has a number, the nodes that its calls may reach."""
        return {plan: self.spread({self.start_of(plan)}, self.ways_and_limits) for plan in self.called_plans}

    def spread(self, start: set[NodeId], ways: Callable[[NodeId], Iterable[NodeId]]) -> frozenset[NodeId]:
        """Every node that is met by following the ways again and again."""
        return reach.spread(start, ways)

    def at_node(self, at: NodeId, message: str, is_fault: bool = False) -> Finding:
        """A finding about a node."""
        return Finding(self.place("plan", at[0], "node", at[1]), at[1], message, is_fault)


def plan_of(file: str) -> str:
    """The plan that stands in a file."""
    return file.removeprefix("plans/").removesuffix(".yaml")


Rule = Callable[[Survey], Iterable[Finding]]
"""One function, one rule: `check_open_exits` is the rule `open-exits`, and its docstring says what it is."""


def name_of(rule: Rule) -> str:
    """The name of a rule, as the reference and `dutyline check --json` give it."""
    return rule.__name__.removeprefix("check_").replace("_", "-")
