"""What is laid over the turns of a duty for a while: overrides, covers and exchanges, leave.

overrides:
  - {from: 2026-12-24 18:00, until: 2026-12-26 08:00, order: [WTI, MAB], layer: nights, title: Christmas}
covers:
  - {absent: ADU, by: WTI, from: 2026-07-01 18:00, until: 2026-07-02 08:00, title: a wedding}
  - {absent: MAB, by: MSS, exchange: yes, from: 2026-08-03 08:00, until: 2026-08-10 08:00}
  - {absent: SVO, from: 2026-08-15, until: 2026-08-15}      # asked for; nobody has agreed yet
leave:
  - {engineer: ADU, from: 2026-07-06, until: 2026-07-19, title: holidays}
"""

from __future__ import annotations

from typing import Final

from dialplan.fields import flag, identifier, title, trigram
from dialplan.files.moments import read_span
from dialplan.files.orders import ENGINEER, read_order
from dialplan.model import Absence, Cover, Swap
from dialplan.reading import Section

LAYER: Final = "layer"
"""What a reference to a layer is called."""


def read_overrides(section: Section, zone: str) -> tuple[Swap, ...]:
    """Other orders for a while, of one layer or of the whole duty."""
    found: list[Swap] = []
    for number, row in enumerate(section.sections("overrides"), 1):
        section.reading.places["override", str(number)] = row.place
        start, end = read_span(row, zone)
        order, layer = read_order(row, "order"), _read_layer(row)
        found.append(Swap(start, end, order, row.get("title", title, ""), layer))
        row.close()
    return tuple(found)


def read_covers(section: Section, zone: str) -> tuple[Cover, ...]:
    """Who stands in for whom. A day alone counts in full."""
    found: list[Cover] = []
    for number, row in enumerate(section.sections("covers"), 1):
        section.reading.places["cover", str(number)] = row.place
        start, end = read_span(row, zone, days=True)
        absent = row.name("absent", ENGINEER, parse=trigram)
        by = row.name("by", ENGINEER, is_needed=False, parse=trigram)
        is_exchange = row.get("exchange", flag, False)
        if by and by == absent:
            row.fault("by", f"{by} cannot stand in for himself")
        if is_exchange and not by:
            row.fault("exchange", 'an exchange needs "by"')
        found.append(
            Cover(start, end, absent, by, is_exchange, _read_layer(row), row.get("title", title, ""))
        )
        row.close()
    return tuple(found)


def read_leave(section: Section, zone: str) -> tuple[Absence, ...]:
    """Who is away. A day alone counts in full."""
    found: list[Absence] = []
    for number, row in enumerate(section.sections("leave"), 1):
        section.reading.places["leave", str(number)] = row.place
        start, end = read_span(row, zone, days=True)
        who = row.name("engineer", ENGINEER, parse=trigram)
        found.append(Absence(who, start, end, row.get("title", title, "")))
        row.close()
    return tuple(found)


def _read_layer(row: Section) -> str:
    return row.name("layer", LAYER, is_needed=False, parse=identifier)
