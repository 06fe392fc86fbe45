"""The stretches of a period by their kinds, and the plans that a call to a number may come to."""

from __future__ import annotations

from itertools import pairwise

from dialplan.model import Configuration, Plan, ServiceNumber
from dialplan.nodes.goto import Goto
from dialplan.prove.explore import Time
from dialplan.prove.moments import Stretch

Kind = tuple[frozenset[str], tuple[object, ...], tuple[object, ...]]
"""What decides about a moment: the open calendars, what pages find of the duty, and the rest of the clock."""


class Period:
    """The stretches of a period, and their kinds: what is the same for a plan is one kind."""

    def __init__(self, stretches: list[Stretch]) -> None:
        self.stretches = stretches
        order: dict[Kind, int] = {}
        self.kinds = [
            order.setdefault((each.opened, each.duty, each.facts), len(order)) for each in stretches
        ]
        self.times = [self._time(kind) for kind in range(len(order))]

    def _time(self, kind: int) -> Time:
        """The longest stretch of a kind stands for all of them; the first, when several are as long."""
        own = [stretch for stretch, of in zip(self.stretches, self.kinds, strict=True) if of == kind]
        best = max(own, key=lambda stretch: stretch.length)
        pairs = pairwise(self.kinds)
        later = tuple(sorted({after for before, after in pairs if before == kind and after != kind}))
        return Time(best.start, best.opened, best.duty, best.facts, later)


def plans_for(configuration: Configuration, number: ServiceNumber) -> list[str]:
    """The plans in which a call to a number may begin: its own, and those it is switched to for a while."""
    keys = (f"number:{number.number}", f"group:{number.group}")
    return [number.plan, *(one.to for key in keys for one in configuration.overrides.get(key, ()))]


def begins_of(configuration: Configuration, number: ServiceNumber) -> tuple[str, ...]:
    """Those, and the plans to which the limits of the number send a call."""
    overs = (gate.over[0] for gate in number.gates if gate.over)
    return tuple(dict.fromkeys((*plans_for(configuration, number), *overs)))


def plans_from(configuration: Configuration, begins: list[str]) -> list[Plan]:
    """Some plans, and those to which they may hand a call on."""
    found: dict[str, Plan] = {}
    waiting = list(begins)
    while waiting:
        name = waiting.pop()
        if name in found or name not in configuration.plans:
            continue
        found[name] = configuration.plans[name]
        for node in found[name].nodes.values():
            if isinstance(node, Goto):
                waiting.append(node.plan)
        waiting.extend(gate.over[0] for gate in found[name].gates if gate.over)
    return list(found.values())
