"""`calendar`: branch on date and time; the first calendar that is open wins.

    hours:
      calendar:
        - {when: belgian-holidays, go: night}
        - {when: office-hours, go: office}
      rest: night

Fields: `calendar` a list of `when` (a calendar) and `go` (a node). Exits: one for each, named after its
calendar; `rest` when none is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dialplan.calendars import is_open
from dialplan.events import Event
from dialplan.fields import identifier
from dialplan.nodes.exits import node_of, read_exits
from dialplan.reading import Section
from dialplan.run import Go, Move, Run, Unexpected

CALENDAR = "calendar"
"""What a reference to a calendar is called."""


@dataclass(frozen=True, slots=True)
class CalendarNode:
    """Calendars in the order in which they are asked."""

    kind: ClassVar[str] = "calendar"
    exits: Mapping[str, str]
    calendars: tuple[str, ...]

    def enter(self, run: Run) -> Move:
        """Ask each calendar in turn."""
        calendars, reasons = run.configuration.calendars, []
        for name in self.calendars:
            open_, why = is_open(calendars[name], run.now)
            if open_:
                return Go(name, why)
            if why not in reasons:
                reasons.append(why)
        return Go("rest", "; ".join(reasons))

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def read(section: Section) -> CalendarNode:
    """A calendar node as it is written."""
    exits: dict[str, str] = {}
    for branch in section.sections("calendar", is_needed=True):
        when = branch.name("when", CALENDAR, parse=identifier)
        go = branch.name("go", node_of(section), parse=identifier)
        branch.close()
        if when in exits:
            branch.fault("when", f'"{when}" is asked twice; the second is never reached')
        elif when and go:
            exits[when] = go
    return CalendarNode({**exits, **read_exits(section)}, tuple(exits))
