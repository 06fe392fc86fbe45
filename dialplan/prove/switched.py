"""Plans to which calls come only when somebody has switched: by phone, or by `dutyline switch`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialplan.model import Configuration, ServiceNumber
from dialplan.nodes.switch_plan import SwitchPlanNode
from dialplan.prove.period import begins_of, plans_from


def switches_of(
    configuration: Configuration, wanted: Iterable[ServiceNumber]
) -> Iterator[tuple[str, tuple[ServiceNumber, ...]]]:
    """Plans, and the numbers that may be switched to each: the groups of a `switch-plan` node to its plans;
    and every number to a plan to which nothing else leads."""
    wanted = tuple(wanted)
    by_phone = _by_phone(configuration)
    numbers_begin = (begins_of(configuration, number) for number in configuration.numbers.values())
    begins = dict.fromkeys(begin for each in numbers_begin for begin in each)
    led_to = {plan.id for plan in plans_from(configuration, [*begins, *by_phone])}
    for plan in configuration.plans:
        groups = by_phone.get(plan, frozenset())
        if plan in led_to and not groups:
            continue
        numbers = (number for number in wanted if plan not in led_to or number.group in groups)
        left = tuple(number for number in numbers if plan not in begins_of(configuration, number))
        if left:
            yield plan, left


def _by_phone(configuration: Configuration) -> dict[str, frozenset[str]]:
    """The plans that are switched to by phone, and the groups for which they are."""
    found: dict[str, frozenset[str]] = {}
    for node in (node for plan in configuration.plans.values() for node in plan.nodes.values()):
        if isinstance(node, SwitchPlanNode):
            for plan in node.plans.values():
                found[plan] = found.get(plan, frozenset()) | frozenset(node.groups.values())
    return found
