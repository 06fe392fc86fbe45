"""Typing ahead: does a question come next, for which keys pressed now may count?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from dialplan.model import Configuration
from dialplan.nodes.exits import NEXT
from dialplan.run import Node, Run

FARTHEST: Final = 30
"""Nodes that are looked at: a question that lies further away is answered when it is asked."""

SWIFT: Final = frozenset(
    {"announce", "calendar", "origin", "list", "set", "switch", "percentage", "lookup", "mail", "page"}
)
"""Kinds that neither ask nor ring: a caller who knows his way keys on while they pass."""


class _Leaving(Protocol):
    @property
    def exits(self) -> Mapping[str, str]:
        """Exit -> node of the same plan."""


def is_question_ahead(run: Run, node: _Leaving) -> bool:
    """Whether a call that leaves `node` may come to a question that takes what was keyed before it."""
    memo, key = run.configuration.memo, ("ahead", id(node))
    known: bool | None = memo.get(key)
    if known is None:
        known = memo[key] = _search(run.configuration, run.plan, node)
    return known


def _search(configuration: Configuration, plan: str, node: _Leaving) -> bool:
    waiting = [(plan, target) for target in node.exits.values()]
    seen = set(waiting)
    while waiting and len(seen) < FARTHEST:
        at = waiting.pop(0)
        found = _node(configuration, *at)
        if found is None:
            continue
        if takes_ahead(found):
            return True
        for target in _ways(configuration, at[0], found):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return False


def takes_ahead(node: Node) -> bool:
    """Whether a node asks a question that may be answered ahead."""
    attempts = getattr(node, "attempts", None)
    if attempts is not None:
        return bool(attempts.is_ahead)
    return node.kind == "language" and bool(getattr(node, "words", ()))


def _ways(configuration: Configuration, plan: str, node: Node) -> list[tuple[str, str]]:
    if node.kind == "goto":
        other = configuration.plans.get(getattr(node, "plan", ""))
        start = getattr(node, "node", "") or (other.start if other else "")
        return [(other.id, start)] if other else []
    if node.kind not in SWIFT:
        return []
    exits = (node.exits.get(NEXT), *node.exits.values())
    return [(plan, target) for target in dict.fromkeys(exits) if target]


def _node(configuration: Configuration, plan: str, node: str) -> Node | None:
    found = configuration.plans.get(plan)
    return found.nodes.get(node) if found else None
