"""What a line can carry: a number of type `inap` can ring one telephone at a time only."""

from __future__ import annotations

from dialplan.model import Configuration, LineType, ServiceNumber
from dialplan.nodes.destination import TOGETHER, Destination
from dialplan.numbers import display
from dialplan.overrides import Override, OverrideKind
from dialplan.reach import reached_from


class LineCannot(ValueError):  # noqa: N818 - it says what is so
    """A plan that a number cannot carry."""

    def __init__(self, number: str, line: LineType, plan: str, where: str) -> None:
        super().__init__(
            f'{number} cannot be switched to "{plan}", which rings in parallel at {where}: '
            f'a number of type "{line}" cannot'
        )


def parallel_at(configuration: Configuration, plan: str) -> tuple[str, ...]:
    """Where a call that begins in a plan may ring several telephones at once: `plan.node`."""
    found = sorted(reached_from(configuration, plan))
    nodes = ((at, configuration.plans[at[0]].nodes[at[1]]) for at in found)
    return tuple(
        ".".join(at) for at, node in nodes if isinstance(node, Destination) and node.order == TOGETHER
    )


def check_line(configuration: Configuration, override: Override) -> None:
    """Raises LineCannot for a switch to a plan that a number which is switched cannot carry."""
    single = [one for one in _switched(configuration, override) if one.line_type is not LineType.SIP]
    where = parallel_at(configuration, override.to) if single and override.to in configuration.plans else ()
    if where:
        shown = display(single[0].number, configuration.desk.country)
        raise LineCannot(shown, single[0].line_type, override.to, where[0])


def _switched(configuration: Configuration, override: Override) -> tuple[ServiceNumber, ...]:
    numbers = configuration.numbers.values()
    if override.kind is OverrideKind.NUMBER:
        return tuple(number for number in numbers if number.number == override.name)
    if override.kind is OverrideKind.GROUP:
        return tuple(number for number in numbers if number.group == override.name)
    return ()
