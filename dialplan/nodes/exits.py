"""Exits as they are written: `next`, `rest`, and a table `exits` with the names of the node's own ones."""

from __future__ import annotations

from collections.abc import Collection

from dialplan.faults import nearest_of
from dialplan.fields import identifier
from dialplan.reading import Section

NEXT = "next"
REST = "rest"


def node_of(section: Section) -> str:
    """What a reference to a node of the plan being read is called."""
    plan = section.place.file.removeprefix("plans/").rpartition(".")[0]
    return f"node of {plan}"


def read_exits(
    section: Section, own: Collection[str] = (), needs_next: bool = False, rest_is_next: bool = False
) -> dict[str, str]:
    """Exit -> node. `own`: the names that may stand under `exits`.

    `rest_is_next`: what goes wrong here must not keep the caller from going on, unless a `rest` says where.
    """
    found: dict[str, str] = {}
    if needs_next:
        found[NEXT] = section.name(NEXT, node_of(section), parse=identifier)
    if own:
        found.update(_read_own(section, own))
    rest = section.name(REST, node_of(section), is_needed=False, parse=identifier)
    if rest:
        found[REST] = rest
    elif rest_is_next and needs_next:
        found[REST] = found[NEXT]
    return {exit_: target for exit_, target in found.items() if target}


def _read_own(section: Section, own: Collection[str]) -> dict[str, str]:
    table = section.section("exits")
    found: dict[str, str] = {}
    for name, place, cell in table.entries() if table else ():
        where = f'{section.path("exits")}["{name}"]'
        if name == REST and not section.has(REST):
            pass
        elif name not in own:
            near = nearest_of(name, own)
            others = "" if near else f"; there are {', '.join(own)}"
            section.reading.fault(place, where, f'there is no exit "{name}"{others}', near)
            continue
        target = section.parsed(cell, where, identifier, "")
        if target:
            section.reading.refer(node_of(section), target, cell.place, where)
            found[name] = target
    return found
