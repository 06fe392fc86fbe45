"""`duty.yaml`: who is on call, and how an engineer is hunted for.

    roster: {handover: Mon 08:00, first_week: 2026-01-05, weeks: [ADU, WTI, MAB]}

The roster is the first layer. More layers are described in `dialplan.files.layers`, exchanges, covers and
leave in `dialplan.files.exchanges`, ways to hunt in `dialplan.files.policies`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from dialplan.calendars import Calendar
from dialplan.fields import duration, flag, identifier, spoken_language, timezone, title, trigram
from dialplan.files.beforehand import read_beforehand
from dialplan.files.exchanges import read_covers, read_leave, read_overrides
from dialplan.files.layers import read_layers, read_teams
from dialplan.files.moments import read_span
from dialplan.files.orders import read_order, read_turns
from dialplan.files.policies import read_choices, read_policies
from dialplan.model import Duty, Engineer, Layer, Roster, Swap
from dialplan.nodes.calendar import CALENDAR
from dialplan.nodes.destination import ENTRY
from dialplan.reading import Section, Wrong, as_section
from dialplan.times import parse_clock_min, parse_date, parse_day

USUAL_REST_S: Final = 8 * 3600.0


def read_duty(
    section: Section, calendars: Mapping[str, Calendar] | None = None, texts: Mapping[str, str] | None = None
) -> Duty:
    """Engineers, roster and layers, back-up phones and policies. `texts`: the files of the configuration."""
    engineers = _read_engineers(section)
    teams = read_teams(section)
    roster = _read_roster(section)
    layers = read_layers(section, teams, texts or {})
    needed = section.name("needed", CALENDAR, is_needed=False, parse=identifier)
    beforehand = read_beforehand(section)
    drilled = beforehand.drill.during if beforehand.drill else ""
    duty = Duty(
        engineers=engineers,
        roster=roster,
        backup_phones=section.names("backup_phones", ENTRY, parse=identifier),
        policies=read_policies(section, engineers),
        choices=read_choices(section),
        teams=teams,
        layers=layers,
        overrides=read_overrides(section, roster.zone),
        covers=read_covers(section, roster.zone),
        leave=read_leave(section, roster.zone),
        calendars={
            name: each
            for name, each in (calendars or {}).items()
            if name in {needed, drilled, *_named(layers)}
        },
        needed=needed,
        rest_s=section.get("rest", duration(0, 72 * 3600), USUAL_REST_S),
        beforehand=beforehand,
    )
    section.close()
    return duty


def _named(layers: tuple[Layer, ...]) -> set[str]:
    return {name for layer in layers for name in (layer.during, layer.outside) if name}


def _read_engineers(section: Section) -> tuple[Engineer, ...]:
    table = section.section("engineers", is_needed=True)
    found: list[Engineer] = []
    for name, place, cell in table.entries() if table else ():
        row = as_section(section.reading, cell, f"engineers {name}")
        section.reading.places["engineer", name] = place
        if table and table.parsed_key(name, place, trigram) and row is not None:
            entry = row.name("entry", ENTRY, parse=identifier)
            languages = row.list_of("languages", spoken_language)
            skills = row.list_of("skills", identifier)
            pin = row.get("pin", flag, False) if row.has("pin") else None
            found.append(Engineer(name, row.need("title", title, name), entry, languages, skills, pin))
            row.close()
    if table is not None and not table.keys:
        section.fault("engineers", "nobody is an engineer")
    return tuple(found)


def _read_roster(section: Section) -> Roster:
    """The weeks; none are needed where there are layers."""
    table = section.section("roster", is_needed=not section.has("layers"))
    if table is None:
        return Roster((), date(2026, 1, 5), 0, 480, section.reading.timezone)
    weekday, clock_min = table.get("handover", _parse_handover, (0, 8 * 60))
    first_week = table.need("first_week", parse_date, date(2026, 1, 5))
    if first_week.weekday() != weekday:
        table.fault("first_week", "does not fall on the day of the handover")
    zone = table.get("timezone", timezone, section.reading.timezone)
    roster = Roster(_read_weeks(table), first_week, weekday, clock_min, zone, _read_swaps(table, zone))
    table.close()
    return roster


def _parse_handover(text: str) -> tuple[int, int]:
    day, _, clock = text.strip().partition(" ")
    if not clock:
        raise Wrong(f'"{text}" is no handover; write it as in "Mon 08:00"')
    return parse_day(day), parse_clock_min(clock)


def _read_weeks(table: Section) -> tuple[tuple[str, ...], ...]:
    """A single trigram means: this one first, then the others in the order of the weeks."""
    for where, cell in table.cells_of("weeks"):
        table.reading.places["week", where.rpartition("[")[2].rstrip("]")] = cell.place
    return read_turns(table, "weeks", others_follow=True, turn="week")


def _read_swaps(table: Section, zone: str) -> tuple[Swap, ...]:
    found: list[Swap] = []
    for number, row in enumerate(table.sections("swaps"), 1):
        table.reading.places["swap", str(number)] = row.place
        start, end = read_span(row, zone)
        order = read_order(row, "order")
        found.append(Swap(start, end, order, row.get("title", title, "")))
        row.close()
    return tuple(found)
