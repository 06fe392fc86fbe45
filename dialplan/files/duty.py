"""`duty.yaml`: who is on call, and how an engineer is hunted for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dialplan.document import Cell, Items
from dialplan.fields import duration, flag, identifier, spoken_language, timezone, title, trigram, whole
from dialplan.model import Duty, Engineer, Level, PagePolicy, Roster, Swap
from dialplan.nodes.destination import ENTRY
from dialplan.reading import Section, Wrong, as_section
from dialplan.times import parse_clock_min, parse_date, parse_day

ENGINEER = "engineer"
"""What a reference to an engineer is called."""


def read_duty(section: Section) -> Duty:
    """Engineers, roster, back-up phones and policies."""
    engineers = _read_engineers(section)
    roster = _read_roster(section)
    backups = section.names("backup_phones", ENTRY, parse=identifier)
    duty = Duty(engineers, roster, backups, _read_policies(section))
    section.close()
    return duty


def _read_engineers(section: Section) -> tuple[Engineer, ...]:
    table = section.section("engineers", is_needed=True)
    found: list[Engineer] = []
    for name, place, cell in table.entries() if table else ():
        row = as_section(section.reading, cell, f"engineers {name}")
        section.reading.places["engineer", name] = place
        if table and table.parsed_key(name, place, trigram) and row is not None:
            entry = row.name("entry", ENTRY, parse=identifier)
            found.append(Engineer(name, row.need("title", title, name), entry))
            row.close()
    if table is not None and not table.keys:
        section.fault("engineers", "nobody is an engineer")
    return tuple(found)


def _read_roster(section: Section) -> Roster:
    """The weeks. A single trigram means: this one first, then the others in the order of the weeks."""
    table = section.section("roster", is_needed=True)
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
    rows = [_read_week(table, where, cell) for where, cell in table.cells_of("weeks", is_needed=True)]
    firsts = list(dict.fromkeys(row[0] for row in rows if row))
    return tuple(_whole_order(row, firsts) for row in rows if row)


def _whole_order(row: tuple[str, ...], firsts: list[str]) -> tuple[str, ...]:
    if len(row) > 1:
        return row
    start = firsts.index(row[0])
    return tuple(firsts[start:] + firsts[:start])


def _read_week(table: Section, where: str, cell: Cell) -> tuple[str, ...]:
    table.reading.places["week", where.rpartition("[")[2].rstrip("]")] = cell.place
    if isinstance(cell, Items) and not cell.cells:
        table.reading.fault(cell.place, where, "nobody is on call in this week")
    return _parse_order(table, where, cell)


def _parse_order(table: Section, where: str, cell: Cell) -> tuple[str, ...]:
    """`ADU` or `ADU, WTI, MAB` (a list of trigrams is as good)."""
    cells = cell.cells if isinstance(cell, Items) else (cell,)
    found: list[str] = []
    nobody: tuple[str, ...] = ()
    for each in cells:
        for name in table.parsed(each, where, _trigrams, nobody):
            table.reading.refer(ENGINEER, name, each.place, where)
            if name in found:
                table.reading.fault(each.place, where, f"{name} is rung twice in the same round")
            found.append(name)
    return tuple(found)


def _trigrams(text: str) -> tuple[str, ...]:
    return tuple(trigram(part.strip()) for part in text.split(","))


def _read_swaps(table: Section, zone: str) -> tuple[Swap, ...]:
    found: list[Swap] = []
    for number, row in enumerate(table.sections("swaps"), 1):
        table.reading.places["swap", str(number)] = row.place
        start = row.need("from", lambda text: _parse_moment(text, zone), _EPOCH)
        end = row.need("until", lambda text: _parse_moment(text, zone), _EPOCH)
        cells = row.cells_of("order", is_needed=True)
        order = tuple(name for where, cell in cells for name in _parse_order(row, where, cell))
        if end < start:
            row.fault("until", "lies before its beginning")
        found.append(Swap(start, end, order, row.get("title", title, "")))
        row.close()
    return tuple(found)


_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _parse_moment(text: str, zone: str) -> datetime:
    day, _, clock = text.strip().partition(" ")
    if not clock:
        raise Wrong(f'"{text}" is no moment; write it as in "2026-12-24 18:00"')
    on, minutes = parse_date(day), parse_clock_min(clock)
    if minutes == 24 * 60:
        raise Wrong(f'"{text}" is no moment; write the next day and 00:00')
    return datetime(on.year, on.month, on.day, minutes // 60, minutes % 60, tzinfo=ZoneInfo(zone)).astimezone(
        UTC
    )


def _read_policies(section: Section) -> dict[str, PagePolicy]:
    table = section.section("policies", is_needed=True)
    found: dict[str, PagePolicy] = {}
    for name, place, cell in table.entries() if table else ():
        row = as_section(section.reading, cell, f"policies {name}")
        section.reading.places["policy", name] = place
        if table and table.parsed_key(name, place, identifier) and row is not None:
            found[name] = _read_policy(row, name)
            row.close()
    return found


def _read_policy(row: Section, name: str) -> PagePolicy:
    usual = PagePolicy(name)
    return PagePolicy(
        id=name,
        ring_s=row.get("ring", duration(2, 300), usual.ring_s),
        pause_s=row.get("pause", duration(0, 300), usual.pause_s),
        page_for_s=row.get("page_for", duration(1, 7200), usual.page_for_s),
        direct_tries=row.get("direct_tries", whole(0, 20), usual.direct_tries),
        direct_within_s=row.get("direct_within", duration(1, 7200), usual.direct_within_s),
        levels=_read_levels(row),
        level_tries=row.get("level_tries", whole(1, 20), usual.level_tries),
        level_within_s=row.get("level_within", duration(1, 7200), usual.level_within_s),
        network_fault_causes=frozenset(row.list_of("network_fault_causes", whole(1, 127)))
        or usual.network_fault_causes,
        remind_s=row.get("remind", duration(0, 86400), usual.remind_s),
        languages=row.list_of("languages", spoken_language) or usual.languages,
        together=row.get("together", flag, usual.together),
    )


def _read_levels(row: Section) -> tuple[Level, ...]:
    found: list[Level] = []
    for number, level in enumerate(row.sections("levels"), 1):
        entry = level.name("entry", ENTRY, parse=identifier)
        found.append(Level(number, level.need("title", title, ""), entry))
        level.close()
    return tuple(found)
