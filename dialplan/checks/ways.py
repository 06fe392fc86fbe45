"""The ways through the plans: nodes that nobody reaches, ways out that lead nowhere, loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from dialplan.checks.circles import circles_of, on_circles
from dialplan.checks.survey import Finding, Survey
from dialplan.nodes.call_back import DECLINED, LIMIT, NOT_ALLOWED
from dialplan.nodes.destination import Destination
from dialplan.nodes.exits import NEXT, REST
from dialplan.nodes.goto import Goto
from dialplan.nodes.hangup import HangupNode
from dialplan.nodes.list import LISTED
from dialplan.nodes.lookup import EXITS as LOOKUP_EXITS
from dialplan.nodes.menu import NO_INPUT, WRONG_INPUT
from dialplan.nodes.record import NOTHING
from dialplan.reach import NodeId
from dialplan.run import Node

BY_TIME_OR_DATA = frozenset({"calendar", "origin", "list", "switch", "percentage", "lookup"})
"""Kinds that choose between their exits by themselves: by the time, the caller's number or what is known."""

WAITING = frozenset({"destination", "menu", "collect", "record", "call-back", "switch-plan", "duty-line"})
"""Kinds that wait for a person: somebody who answers, or a caller who keys or speaks."""

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "menu": (NO_INPUT, WRONG_INPUT),
    "collect": (NEXT, NO_INPUT, WRONG_INPUT),
    "calendar": (REST,),
    "origin": (REST,),
    "switch": (REST,),
    "percentage": (),
    "list": (LISTED, NEXT),
    "lookup": LOOKUP_EXITS,
    "record": (NEXT, NOTHING),
    "call-back": (NEXT, DECLINED, NOT_ALLOWED, LIMIT),
}
"""The exits that a node of each kind must have, or a `rest`; any other kind needs `next`."""


def check_unreachable_nodes(survey: Survey) -> Iterator[Finding]:
    """A node that no call can reach, in a plan that calls do reach."""
    reached_plans = {plan for plan, _ in survey.reached}
    for at, _node in survey.nodes():
        if at[0] in reached_plans and at not in survey.reached:
            yield survey.at_node(at, "no call can reach this node")


def check_open_exits(survey: Survey) -> Iterator[Finding]:
    """A way out of a node that leads nowhere: such a call goes to the last resort."""
    for at, node in survey.nodes():
        missing = open_exits(node)
        if missing:
            names = ", ".join(missing)
            yield survey.at_node(at, f"open exits: {names}; such a call goes to the last resort")


def open_exits(node: Node) -> tuple[str, ...]:
    """The exits of a node that lead nowhere."""
    if REST in node.exits:
        return ()
    return tuple(name for name in _needed_exits(node) if name not in node.exits)


def _needed_exits(node: Node) -> tuple[str, ...]:
    if isinstance(node, Destination):
        return node.outcomes
    if isinstance(node, Goto | HangupNode):
        return ()
    return NEEDED.get(node.kind, (NEXT,))


def check_endless_loops(survey: Survey) -> Iterator[Finding]:
    """A loop that nothing leaves: from there no call ever meets a person or an end."""
    for at in sorted(_endless(survey)):
        yield survey.at_node(at, "calls that come here never meet a person or an end", is_fault=True)


def _endless(survey: Survey) -> frozenset[NodeId]:
    known: frozenset[NodeId] | None = survey.memo.get(("endless",))
    if known is None:
        known = survey.memo["endless",] = _without_end(survey)
    return known


def _without_end(survey: Survey) -> frozenset[NodeId]:
    back: dict[NodeId, list[NodeId]] = {}
    ends: set[NodeId] = set()
    for at, node in survey.nodes():
        for target in survey.ways_from(at):
            back.setdefault(target, []).append(at)
        if isinstance(node, Destination | HangupNode) or not survey.ways_from(at):
            ends.add(at)
    return survey.reached - survey.spread(ends, lambda at: back.get(at, ()))


def check_silent_loops(survey: Survey) -> Iterator[Finding]:
    """A loop without a question: no key and no count leaves it, at most the time or what is known."""
    quiet = {at for at in _going_round(survey) if survey.node(at).kind not in WAITING}
    for circle in circles_of(quiet, lambda at: _unattended(survey, at)):
        free = [at for at in circle if survey.node(at).kind in BY_TIME_OR_DATA]
        leaves = any(target not in circle for at in free for target in _unattended(survey, at))
        until = "until the time or the data change" if leaves else "for ever"
        message = f"calls go round here {until}, without a question: {_say_circle(circle)}"
        yield survey.at_node(circle[0], message, is_fault=not leaves)
    yield from _limits_that_come_back(survey)


def _limits_that_come_back(survey: Survey) -> Iterator[Finding]:
    """Calls over the limit of a plan that go back into that plan without a question, over and over."""
    for plan in survey.configuration.plans.values():
        for over in dict.fromkeys(gate.over for gate in plan.gates if gate.over):
            back = min(
                (at for at in _quiet_from(survey, over) if _goes_to(survey, at, plan.id)), default=None
            )
            if back is not None:
                message = f'a call over the limit of "{plan.id}" at once comes back to that limit'
                yield survey.at_node(back, message)


def _quiet_from(survey: Survey, start: NodeId) -> frozenset[NodeId]:
    """The nodes that a call passes from here before somebody is asked or rung."""

    def ways(at: NodeId) -> tuple[NodeId, ...]:
        node = survey.node(at)
        return () if node.kind in WAITING or isinstance(node, Goto) else _unattended(survey, at)

    return survey.spread({start}, ways)


def _goes_to(survey: Survey, at: NodeId, plan: str) -> bool:
    node = survey.node(at)
    return isinstance(node, Goto) and node.plan == plan


def check_ringing_loops(survey: Survey) -> Iterator[Finding]:
    """A loop for whoever is not answered and keys nothing: only the step budget ends it."""
    for circle in circles_of(_going_round(survey), lambda at: _unattended(survey, at)):
        if any(survey.node(at).kind in WAITING for at in circle):
            message = f"whoever is not answered and keys nothing goes round here: {_say_circle(circle)}"
            yield survey.at_node(circle[0], message)


def _going_round(survey: Survey) -> set[NodeId]:
    """The nodes that may be part of a loop which calls can leave; mostly there are none."""
    known: set[NodeId] | None = survey.memo.get(("going round",))
    if known is None:
        known = on_circles(survey.reached - _endless(survey), lambda at: _unattended(survey, at))
        survey.memo["going round",] = known
    return known


def _unattended(survey: Survey, at: NodeId) -> tuple[NodeId, ...]:
    """Where a call goes on when nobody answers and nothing is keyed, and everything else goes well."""
    node = survey.node(at)
    if isinstance(node, Goto):
        return (survey.target_of(node),)
    return tuple((at[0], target) for target in dict.fromkeys(_unattended_exits(node)))


def _unattended_exits(node: Node) -> Iterator[str]:
    rest = node.exits.get(REST)
    if node.kind in ("menu", "collect"):
        target = node.exits.get(NO_INPUT, rest)
        if target:
            yield target
    elif node.kind in WAITING or node.kind in BY_TIME_OR_DATA:
        yield from (target for exit_, target in node.exits.items() if exit_ != "answered")
    elif NEXT in node.exits:
        yield node.exits[NEXT]


def _say_circle(circle: tuple[NodeId, ...]) -> str:
    names = [*circle, circle[0]]
    if len({plan for plan, _ in names}) == 1:
        return " -> ".join(node for _, node in names)
    return " -> ".join(f"{plan}.{node}" for plan, node in names)
