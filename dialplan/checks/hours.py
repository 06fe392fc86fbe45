"""Calendars behind one another: the first that is open wins, so a later one may never have its turn."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.checks.survey import Finding, Survey
from dialplan.nodes.calendar import CalendarNode


def check_shadowed_hours(survey: Survey) -> Iterator[Finding]:
    """A calendar that is never reached, because those asked before it are open whenever it is."""
    calendars = survey.configuration.calendars
    for at, node in survey.nodes():
        if not isinstance(node, CalendarNode):
            continue
        always = next((i for i, name in enumerate(node.calendars) if calendars[name].is_always), None)
        if always is not None:
            for name in node.calendars[always + 1 :]:
                message = f'"{name}" is never asked: "{node.calendars[always]}" before it is always open'
                yield survey.at_node(at, message)
