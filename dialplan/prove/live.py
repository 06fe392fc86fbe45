"""What still matters at a node: whatever some node asks for to which a call may come from there.

Two calls that differ in nothing that still matters are one: this keeps the graph of a plan small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from dialplan.model import Plan
from dialplan.nodes.call_back import CallBack
from dialplan.nodes.destination import Destination
from dialplan.nodes.goto import Goto
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.percentage import Percentage
from dialplan.nodes.set import SetNode
from dialplan.nodes.switch import SwitchNode
from dialplan.prove.callers import asks_who
from dialplan.run import Node

NodeId: TypeAlias = tuple[str, str]
TIMES: Final = frozenset({"hour", "weekday", "date", "time", "at"})


@dataclass(frozen=True, slots=True)
class Live:
    """What still matters. `drawn`: nodes that ask who calls, or chance."""

    variables: frozenset[str] = frozenset()
    calendars: frozenset[str] = frozenset()
    drawn: frozenset[NodeId] = frozenset()
    pages: bool = False
    clock: bool = False
    """Something else of the time: a variable, or a list whose entries end."""

    def __or__(self, other: Live) -> Live:
        return Live(
            self.variables | other.variables,
            self.calendars | other.calendars,
            self.drawn | other.drawn,
            self.pages or other.pages,
            self.clock or other.clock,
        )


NOTHING: Final = Live()


def live_at(plans: Iterable[Plan], decisive: frozenset[str]) -> Mapping[NodeId, Live]:
    """What still matters at each node."""
    nodes = {(plan.id, name): node for plan in plans for name, node in plan.nodes.items()}
    begins = {plan.id: _begins(plan) for plan in plans}
    found = {at: _own(at, node, nodes, decisive) for at, node in nodes.items()}
    before: dict[NodeId, list[NodeId]] = {}
    for at, node in nodes.items():
        for target in _targets(at, node, begins):
            before.setdefault(target, []).append(at)
    waiting = list(nodes)
    while waiting:
        at = waiting.pop()
        for earlier in before.get(at, ()):
            joined = found[earlier] | found[at]
            if joined != found[earlier]:
                found[earlier] = joined
                waiting.append(earlier)
    return found


def _begins(plan: Plan) -> tuple[NodeId, ...]:
    """Where a call goes that comes into a plan: to its start, or over its limits."""
    return ((plan.id, plan.start), *(gate.over for gate in plan.gates if gate.over))


def _targets(at: NodeId, node: Node, begins: Mapping[str, tuple[NodeId, ...]]) -> Iterator[NodeId]:
    if isinstance(node, Goto):
        yield from begins.get(node.plan, ())
        if node.node:
            yield node.plan, node.node
    yield from ((at[0], target) for target in node.exits.values())


def _own(at: NodeId, node: Node, nodes: Mapping[NodeId, Node], decisive: frozenset[str]) -> Live:
    reads = frozenset(reads_of(at, node, nodes)) & decisive
    calendars = frozenset(getattr(node, "calendars", ()))
    drawn = frozenset({at}) if asks_who(node, decisive) or isinstance(node, Percentage) else frozenset()
    clock = isinstance(node, ListNode) or not TIMES.isdisjoint(reads_of(at, node, nodes))
    return Live(reads, calendars, drawn, node.kind == "page", clock)


def reads_of(at: NodeId, node: Node, nodes: Mapping[NodeId, Node]) -> Iterator[str]:
    """The variables that a node reads."""
    if isinstance(node, SwitchNode | ListNode | LookupNode):
        yield node.variable
    elif isinstance(node, Destination):
        yield from (who[1:] for who in node.people if who.startswith("$"))
    elif isinstance(node, SetNode):
        yield from (
            text for template in node.values.values() for is_variable, text in template if is_variable
        )
    elif isinstance(node, CallBack) and (at[0], node.of) in nodes:
        yield from reads_of(at, nodes[at[0], node.of], nodes)
