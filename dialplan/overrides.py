"""Overrides: for a while, calls of a number or a number group go to another plan, or a calendar is open or
closed whatever its hours say.

They are no part of a configuration's files: `with_overrides` puts them over a configuration that is live.
Whether one holds is judged at the moment at which a call begins; a call that has begun keeps its plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from dialplan.faults import nearest_of
from dialplan.numbers import to_e164

if TYPE_CHECKING:
    from dialplan.model import Configuration, ServiceNumber

OPEN, CLOSED = "open", "closed"


class OverrideKind(StrEnum):
    """What is overridden."""

    GROUP = "group"
    NUMBER = "number"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Override:
    """`name` (a group, a number in E.164, a calendar) goes to the plan `to` (a calendar: `open`, `closed`).

    From `start` until before `end` (aware; None: until somebody ends it).
    """

    id: str
    kind: OverrideKind
    name: str
    to: str
    start: datetime
    end: datetime | None = None
    by: str = ""
    why: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether it holds at that moment (aware)."""
        return self.start <= at and (self.end is None or at < self.end)

    def __str__(self) -> str:
        until = "until it is switched back"
        if self.end:
            until = f"until {self.end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return f"{self.kind} {self.name} -> {self.to}, {until}"


Overrides = Mapping[str, tuple[Override, ...]]
"""By `group:NAME` and `number:+32...`; of several that hold, the last one made comes first."""


class UnknownName(ValueError):  # noqa: N818 - it says what is so
    """An override that names something the configuration does not have."""

    def __init__(self, what: str, name: str, nearest: str, known: str = "") -> None:
        self.what, self.name, self.nearest = what, name, nearest
        hint = f'; did you mean "{nearest}"?' if nearest else known
        super().__init__(f'unknown {what} "{name}"{hint}')


def with_overrides(configuration: Configuration, overrides: Iterable[Override]) -> Configuration:
    """The configuration with these overrides in place of those it had.

    `overrides`: oldest first. What names nothing that this configuration has is left out.
    """
    known = [one for one in overrides if fault_of(configuration, one) is None]
    plans: dict[str, tuple[Override, ...]] = {}
    calendars: dict[str, tuple[Override, ...]] = {}
    for one in known:
        is_calendar = one.kind is OverrideKind.CALENDAR
        kept, key = (calendars, one.name) if is_calendar else (plans, f"{one.kind}:{one.name}")
        kept[key] = (one, *kept.get(key, ()))
    changed = {
        name: replace(calendar, overrides=calendars.get(name, ()))
        for name, calendar in configuration.calendars.items()
        if calendar.overrides != calendars.get(name, ())
    }
    everything = {**configuration.calendars, **changed}
    duty = configuration.duty
    named = {name: everything[name] for name in duty.calendars}
    return replace(
        configuration, overrides=plans, calendars=everything, duty=replace(duty, calendars=named), memo={}
    )


def switched_to(configuration: Configuration, plan: str, numbers: Iterable[str]) -> Configuration:
    """The configuration with some numbers (E.164) on another plan, whatever else they were switched to."""
    always = datetime(1970, 1, 1, tzinfo=UTC)
    supposed = {
        f"{OverrideKind.NUMBER}:{number}": (
            Override("supposed", OverrideKind.NUMBER, number, plan, always, why="supposed"),
        )
        for number in numbers
    }
    groups = {key: some for key, some in configuration.overrides.items() if key.startswith("group:")}
    return replace(configuration, overrides={**groups, **supposed}, memo={})


def overrides_on(configuration: Configuration) -> tuple[Override, ...]:
    """The overrides that were put over a configuration, oldest first."""
    over = [*configuration.overrides.values(), *(one.overrides for one in configuration.calendars.values())]
    return tuple(sorted((one for some in over for one in some), key=lambda one: one.id))


def fault_of(configuration: Configuration, override: Override) -> UnknownName | None:
    """What is wrong with an override of this configuration; None when nothing is."""
    names, what = {
        OverrideKind.GROUP: (configuration.groups.keys(), "number group"),
        OverrideKind.NUMBER: (configuration.numbers.keys(), "number"),
        OverrideKind.CALENDAR: (configuration.calendars.keys(), "calendar"),
    }[override.kind]
    if override.name not in names:
        return UnknownName(what, override.name, nearest_of(override.name, names))
    is_calendar = override.kind is OverrideKind.CALENDAR
    targets, of = ((OPEN, CLOSED), "state") if is_calendar else (configuration.plans.keys(), "plan")
    if override.to not in targets:
        return UnknownName(of, override.to, nearest_of(override.to, targets))
    return None


def named(configuration: Configuration, text: str, to: str) -> tuple[OverrideKind, str]:
    """What somebody means by a name: a calendar when `to` is `open` or `closed`; else a group, or a number in
    any form. Raises UnknownName."""
    if to in (OPEN, CLOSED):
        kind, name = OverrideKind.CALENDAR, text
    elif text not in configuration.groups and to_e164(text, configuration.desk.country):
        kind, name = OverrideKind.NUMBER, to_e164(text, configuration.desk.country) or text
    else:
        kind, name = OverrideKind.GROUP, text
    unknown = fault_of(configuration, Override("", kind, name, to, datetime.max.replace(tzinfo=UTC)))
    if unknown is None:
        return kind, name
    if kind is OverrideKind.GROUP and text in configuration.calendars:
        raise UnknownName(
            "state of a calendar", to, nearest_of(to, (OPEN, CLOSED)), f"; there are {OPEN} and {CLOSED}"
        )
    raise unknown


def override_of(overrides: Overrides, number: ServiceNumber, at: datetime) -> Override | None:
    """The override that holds for a number at that moment: its own goes before its group's."""
    for key in (f"number:{number.number}", f"group:{number.group}"):
        for one in overrides.get(key, ()):
            if one.holds(at):
                return one
    return None


def plan_at(configuration: Configuration, number: ServiceNumber, at: datetime) -> str:
    """The plan that a call to a number begins in at that moment."""
    switched = override_of(configuration.overrides, number, at) if configuration.overrides else None
    return switched.to if switched else number.plan


def say_override(override: Override, zone: str) -> str:
    """Why a call goes elsewhere, as a sentence of its trace; times by the clock of `zone`."""
    from zoneinfo import ZoneInfo

    whom = f"the {override.kind} {override.name}"
    by = f" by {override.by}" if override.by else ""
    why = f" ({override.why})" if override.why else ""
    if override.end is None:
        return f"{whom} is switched to {override.to}{by}{why} until somebody switches it back"
    end = override.end.astimezone(ZoneInfo(zone))
    return f"{whom} is switched to {override.to}{by}{why} until {end:%Y-%m-%d %H:%M}"
