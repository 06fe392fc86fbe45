"""Names that nobody uses, and brands that nobody can call."""

from __future__ import annotations

from collections.abc import Iterator

from dialplan.checks.references import DEFINED, ENGINEER
from dialplan.checks.survey import Finding, Survey
from dialplan.extensions import EXTENSION
from dialplan.files.exchanges import LAYER
from dialplan.files.variables import VARIABLE
from dialplan.importance import CUSTOMERS, PRIORITY
from dialplan.nodes.calendar import CALENDAR
from dialplan.nodes.destination import ENTRY
from dialplan.nodes.people import ENTRY_OR_GROUP, GROUP

NEVER_NAMED = frozenset({ENGINEER, LAYER, EXTENSION})
"""Engineers have a rule of their own; layers are for themselves; extensions are for callers to key."""


def check_brands_have_numbers(survey: Survey) -> Iterator[Finding]:
    """A brand that has no number: nobody can call it."""
    called = {number.brand for number in survey.configuration.numbers.values()}
    for brand in survey.configuration.brands:
        if brand not in called:
            yield Finding(survey.place("brand", brand), brand, "has no number: nobody can call it")


def check_unused_plans(survey: Survey) -> Iterator[Finding]:
    """A plan to which no number leads, neither at once nor by another plan."""
    reached_plans = {plan for plan, _ in survey.reached}
    for plan in survey.configuration.plans:
        if plan not in reached_plans:
            yield Finding(survey.place("plan", plan), "", "no number leads to this plan")


def check_unused_names(survey: Survey) -> Iterator[Finding]:
    """Something with a name (a calendar, a directory entry, a list ...) that nothing names."""
    windows = {calendar.id for calendar in survey.configuration.calendars.values() if calendar.window}
    directory = survey.configuration.directory
    read_by_service = {(VARIABLE, name) for name in (PRIORITY, *CUSTOMERS)}
    spared = NEVER_NAMED | ({VARIABLE} if _tells_all(survey) else set())
    for (kind, name, *more), place in survey.reading.places.items():
        of = DEFINED.get(kind)
        if of is None or more or of in spared or (of, name) in read_by_service:
            continue
        if _is_used(survey, of, name):
            continue
        if of == CALENDAR and name in windows:
            continue
        if of == ENTRY and name in directory and directory[name].extension:
            continue  # callers key it
        yield Finding(place, name, f"this {of} is used nowhere")


def _is_used(survey: Survey, of: str, name: str) -> bool:
    return (of, name) in survey.used or (of in (ENTRY, GROUP) and (ENTRY_OR_GROUP, name) in survey.used)


def _tells_all(survey: Survey) -> bool:
    """Mails and pages are given every variable of the call, whether a plan reads it or not."""
    return any(node.kind in ("mail", "page", "record") for _, node in survey.nodes())
