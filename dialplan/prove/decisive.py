"""The variables on which some decision of a plan depends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialplan.model import Plan
from dialplan.nodes.destination import Destination
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.set import SetNode
from dialplan.nodes.switch import SwitchNode
from dialplan.run import Node


def decisive_of(plans: Iterable[Plan]) -> tuple[str, ...]:
    """The variables on which some decision depends, by name: those that are compared, and those that are
    put into them."""
    nodes = [node for plan in plans for node in plan.nodes.values()]
    found = {name for node in nodes for name in _compared(node)}
    grown = True
    while grown:
        more = {name for node in nodes for name in _feeding(node, found)} - found
        found |= more
        grown = bool(more)
    return tuple(sorted(found))


def _compared(node: Node) -> Iterator[str]:
    if isinstance(node, SwitchNode | ListNode | LookupNode):
        yield node.variable
    elif isinstance(node, Destination):
        yield from (who[1:] for who in node.people if who.startswith("$") and not who.startswith("$brand."))


def _feeding(node: Node, decisive: set[str]) -> Iterator[str]:
    if isinstance(node, SetNode):
        for name, template in node.values.items():
            if name in decisive:
                yield from (text for is_variable, text in template if is_variable)
