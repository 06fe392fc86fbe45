"""Which places are supposed to be full, by the names that an administrator gives them.

A name is a node (`desk`, `night.desk`), a plan, a number, a number group, a skills group (all agents talk),
or the key of a limit as the trace shows it (`destination:night.desk`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dialplan.commands import Admit, Limit
from dialplan.faults import nearest_of
from dialplan.model import Configuration
from dialplan.numbers import to_e164
from dialplan.suppositions import UnknownDestination


def read_full(configuration: Configuration, names: Iterable[str]) -> frozenset[str]:
    """What the names stand for, as `is_full` takes it; raises UnknownDestination."""
    wanted = tuple(names)
    if not wanted:
        return frozenset()
    known = _known(configuration)
    found: set[str] = set()
    for name in wanted:
        keys = known.get(name) or known.get(to_e164(name, configuration.desk.country) or "")
        if keys is None:
            raise UnknownDestination(name, nearest_of(name, known), "place")
        found |= keys
    return frozenset(found)


def is_full(admit: Admit, plan: str, node: str, full: frozenset[str]) -> bool:
    """Whether a place that this node asks for is supposed to be full."""
    if not full:
        return False
    keys = {_shared(limit.key) for limit in admit.limits} | {f"node:{plan}.{node}"}
    if admit.agents is not None:
        keys.add(f"agents:{admit.agents.group}")
    return not keys.isdisjoint(full)


def full_limit(admit: Admit, full: frozenset[str]) -> str:
    """The key of the first limit that is supposed to be full; empty when it is the node or its agents."""
    return next((limit.key for limit in admit.limits if _shared(limit.key) in full), "")


def _shared(key: str) -> str:
    """The key without the caller and the brand, for whom no name stands."""
    return key.rpartition(":")[0] if key.startswith("caller:") else key.partition("/")[0]


def _known(configuration: Configuration) -> Mapping[str, set[str]]:
    memo, at = configuration.memo, ("names of places",)
    if at not in memo:
        known: dict[str, set[str]] = {}
        for name, key in names_of(configuration):
            known.setdefault(name, set()).add(key)
        memo[at] = known
    found: Mapping[str, set[str]] = memo[at]
    return found


def names_of(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Every name of a place, and the key for which it stands."""
    for limit in _limits(configuration):
        yield limit.key, limit.key
        yield limit.key.partition(":")[2], limit.key
    for group in configuration.skills:
        yield group, f"agents:{group}"
    for plan in configuration.plans.values():
        for name in plan.nodes:
            yield name, f"node:{plan.id}.{name}"
            yield f"{plan.id}.{name}", f"node:{plan.id}.{name}"


def _limits(configuration: Configuration) -> Iterator[Limit]:
    for number in configuration.numbers.values():
        yield from (gate.limit for gate in number.gates)
    for plan in configuration.plans.values():
        yield from (gate.limit for gate in plan.gates)
        for node in plan.nodes.values():
            limit = getattr(node, "limit", None)
            if isinstance(limit, Limit):
                yield limit
