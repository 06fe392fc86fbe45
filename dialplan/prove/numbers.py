"""Numbers that are one to the plans: what is true of calls to one of them is true of calls to all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from dialplan.model import Configuration, Plan, ServiceNumber
from dialplan.prove.callers import decision_of, run_of
from dialplan.prove.decisive import Sight
from dialplan.prove.live import NodeId, reads_of
from dialplan.prove.period import begins_of, plans_from
from dialplan.run import Node

BY_NUMBER = frozenset({"dialled", "group"})
"""System variables that depend on which number was dialled, beside its brand."""
DECIDING = frozenset({"switch", "list", "lookup"})
"""Kinds that do something else by what they read; the others keep it."""

Kind: TypeAlias = tuple[object, ...]
Asking: TypeAlias = tuple[tuple[tuple[NodeId, Node], ...], Sight]
"""The nodes that a call may come to and that ask which number was dialled, and what they tell apart."""


def kinds_of_number(
    configuration: Configuration, numbers: Iterable[ServiceNumber], at: datetime
) -> dict[Kind, list[ServiceNumber]]:
    """The numbers by what is the same for them: plan, brand, limits, what is switched, and whatever the plans
    make of the number itself."""
    kinds: dict[Kind, list[ServiceNumber]] = {}
    asking: dict[tuple[str, ...], Asking] = {}
    for number in numbers:
        begins = begins_of(configuration, number)
        if begins not in asking:
            asking[begins] = _asking(configuration, plans_from(configuration, list(begins)))
        kind = (*_own_kind(configuration, number), *_told_apart(configuration, number, asking[begins], at))
        kinds.setdefault(kind, []).append(number)
    return kinds


def _own_kind(configuration: Configuration, number: ServiceNumber) -> Kind:
    gates = tuple((gate.over, gate.cause, gate.per_caller) for gate in number.gates)
    keys = (f"number:{number.number}", f"group:{number.group}")
    switched = tuple(
        tuple((one.to, one.start, one.end) for one in configuration.overrides.get(key, ())) for key in keys
    )
    return number.plan, number.brand, gates, switched


def _asking(configuration: Configuration, plans: list[Plan]) -> Asking:
    nodes = {(plan.id, name): node for plan in plans for name, node in plan.nodes.items()}
    found = (
        (place, node)
        for place, node in nodes.items()
        if not BY_NUMBER.isdisjoint(reads_of(place, node, nodes))
    )
    return tuple(found), Sight(configuration, plans)


def _told_apart(
    configuration: Configuration,
    number: ServiceNumber,
    asking: Asking,
    at: datetime,
) -> Kind:
    nodes, sight = asking
    if not nodes:
        return ()
    if any(node.kind not in DECIDING for _, node in nodes):
        return (number.number, number.group)
    run = run_of(configuration, number, at)
    return tuple(decision_of(run, *place, node, sight) for place, node in nodes)
