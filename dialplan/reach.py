"""Where a call may go on from a node, and every node to which it may come from a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from dialplan.model import Configuration
from dialplan.nodes.goto import Goto

NodeId: TypeAlias = tuple[str, str]
"""Plan and node."""


def start_of(configuration: Configuration, plan: str) -> NodeId:
    """Where a plan begins."""
    return plan, configuration.plans[plan].start


def target_of(configuration: Configuration, node: Goto) -> NodeId:
    """Where a goto leads."""
    return node.plan, node.node or configuration.plans[node.plan].start


def ways_from(configuration: Configuration, at: NodeId) -> tuple[NodeId, ...]:
    """The nodes to which a call may go on from a node."""
    node = configuration.plans[at[0]].nodes[at[1]]
    if isinstance(node, Goto):
        return (target_of(configuration, node),)
    return tuple((at[0], target) for target in dict.fromkeys(node.exits.values()))


def ways_and_limits(configuration: Configuration, at: NodeId) -> tuple[NodeId, ...]:
    """Those, and where a call goes on that is over a limit of the plan."""
    return (*ways_from(configuration, at), *overs_of(configuration, at[0]))


def overs_of(configuration: Configuration, plan: str) -> tuple[NodeId, ...]:
    """Where calls go on that are over a limit of the plan."""
    gates = configuration.plans[plan].gates
    return tuple(gate.over for gate in gates if gate.over) if gates else ()


def spread(start: set[NodeId], ways: Callable[[NodeId], Iterable[NodeId]]) -> frozenset[NodeId]:
    """Every node that is met by following the ways again and again."""
    found, waiting = set(start), list(start)
    while waiting:
        for target in ways(waiting.pop()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return frozenset(found)


def reached_from(configuration: Configuration, plan: str) -> frozenset[NodeId]:
    """Every node to which a call may come that begins in a plan."""
    return spread({start_of(configuration, plan)}, lambda at: ways_and_limits(configuration, at))
