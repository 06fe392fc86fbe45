"""What plans ask of the clock beside calendars: variables of the time, lists that end, overrides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dialplan.model import Configuration, Plan, ServiceNumber
from dialplan.nodes.calendar import CalendarNode
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.page import Page
from dialplan.nodes.set import SetNode
from dialplan.nodes.switch import Case, SwitchNode
from dialplan.overrides import Override, override_of
from dialplan.run import Node

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

_VALUES: Final[Mapping[str, Callable[[datetime], str]]] = {
    "hour": lambda at: str(at.hour),
    "weekday": lambda at: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.weekday()],
    "date": lambda at: f"{at:%Y-%m-%d}",
    "time": lambda at: f"{at:%H:%M}",
    "at": lambda at: at.isoformat(timespec="seconds"),
}
"""The system variables of the time, as `dialplan.variables` writes them."""
_BY_MINUTE: Final = frozenset({"time", "at"})


@dataclass(frozen=True, slots=True)
class Clock:
    """What some plans ask of the clock. Two of them that are equal are asked for the same."""

    calendars: frozenset[str] = frozenset()
    switches: tuple[tuple[str, tuple[Case, ...]], ...] = ()
    """Switches on a variable of the time: only the case that fits counts."""
    variables: frozenset[str] = frozenset()
    """Variables of the time that are put somewhere else: every value counts."""
    ends: frozenset[datetime] = frozenset()
    """When entries of lists end."""
    overrides: tuple[Override, ...] = ()
    """What is switched for a while."""
    policies: frozenset[str] = frozenset()
    """By which pages look for somebody."""

    def facts(self, configuration: Configuration, number: ServiceNumber, at: datetime) -> tuple[object, ...]:
        """Everything of it that decides at a moment, the calendars aside."""
        switched = override_of(configuration.overrides, number, at) if self.overrides else None
        return (
            *(_case_of(variable, cases, at) for variable, cases in self.switches),
            *(_VALUES[name](at) for name in sorted(self.variables)),
            *(at < end for end in sorted(self.ends)),
            switched.to if switched else "",
        )

    def changes(self, start: datetime, end: datetime, zone: str) -> Iterator[datetime]:
        """Every moment (UTC) of the period at which one of the facts may change."""
        for moment in (*self.ends, *(m for one in self.overrides for m in (one.start, one.end) if m)):
            if start < moment < end:
                yield moment.astimezone(UTC)
        names = {variable for variable, _ in self.switches} | self.variables
        if names:
            yield from _ticks(start, end, zone, MINUTE if names & _BY_MINUTE else HOUR)


def clock_of(configuration: Configuration, plans: list[Plan], number: ServiceNumber) -> Clock:
    """What the plans ask, and what is switched for a number."""
    nodes = [node for plan in plans for node in plan.nodes.values()]
    keys = (f"number:{number.number}", f"group:{number.group}")
    return Clock(
        frozenset(
            name
            for node in nodes
            if isinstance(node, CalendarNode)
            for name in node.calendars
            if name in configuration.calendars
        ),
        tuple(
            (node.variable, node.cases)
            for node in nodes
            if isinstance(node, SwitchNode) and node.variable in _VALUES
        ),
        frozenset(name for node in nodes for name in _read_by(node) if name in _VALUES),
        frozenset(
            listing.until
            for node in nodes
            if isinstance(node, ListNode)
            for name in node.lists
            if name in configuration.lists
            for listing in (
                *configuration.lists[name].exact.values(),
                *configuration.lists[name].prefixes.values(),
                configuration.lists[name].anonymous,
            )
            if listing is not None and listing.until is not None
        ),
        tuple(one for key in keys for one in configuration.overrides.get(key, ())),
        frozenset(_policies(configuration, nodes)),
    )


def _policies(configuration: Configuration, nodes: Iterable[Node]) -> Iterator[str]:
    asked = [node.policy for node in nodes if isinstance(node, Page)]
    yield from asked
    yield from (row.policy for row in configuration.duty.choices if asked)


def _read_by(node: Node) -> Iterator[str]:
    if isinstance(node, ListNode | LookupNode):
        yield node.variable
    elif isinstance(node, SetNode):
        yield from (
            text for template in node.values.values() for is_variable, text in template if is_variable
        )


def _case_of(variable: str, cases: tuple[Case, ...], at: datetime) -> str:
    value = _VALUES[variable](at).casefold()
    return next((name for name, patterns in cases if any(p.fits(value) for p in patterns)), "")


def _ticks(start: datetime, end: datetime, zone: str, step: timedelta) -> Iterator[datetime]:
    """Every full hour or minute; hours of a zone that is not a whole number of hours away are its own."""
    offset = start.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    at = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - offset % step
    while at < end:
        if at > start:
            yield at
        at += step
