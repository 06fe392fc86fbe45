"""`plans/<id>.yaml`: one routing plan."""

from __future__ import annotations

from dialplan.faults import nearest_of
from dialplan.fields import identifier, title
from dialplan.gates import NODE as ADMISSION
from dialplan.last_resort import NODE as LAST_RESORT
from dialplan.limits import Gate, read_gate
from dialplan.model import Plan
from dialplan.nodes import KINDS
from dialplan.nodes.destination import ENTRY
from dialplan.reading import Section, as_section
from dialplan.run import Node

OWN_NODES = {LAST_RESORT: "last node", ADMISSION: "node before a plan"}


def read_plan(section: Section, plan: str) -> Plan:
    """A plan and its nodes."""
    nodes = _read_nodes(section, plan)
    return Plan(
        id=plan,
        title=section.get("title", title, plan),
        start=section.name("start", f"node of {plan}", parse=identifier),
        nodes=nodes,
        last_resort=section.name("last_resort", ENTRY, is_needed=False, parse=identifier),
        gates=_read_gates(section, plan),
    )


def _read_gates(section: Section, plan: str) -> tuple[Gate, ...]:
    """`limit` of all calls in the plan, `caller-limit` of those of one caller."""
    gates = (
        read_gate(section, "limit", f"plan:{plan}", plan),
        read_gate(section, "caller-limit", f"caller:{plan}", plan, per_caller=True),
    )
    return tuple(gate for gate in gates if gate is not None)


def _read_nodes(section: Section, plan: str) -> dict[str, Node]:
    table = section.section("nodes", is_needed=True)
    nodes: dict[str, Node] = {}
    for name, place, cell in table.entries() if table else ():
        section.reading.places["plan", plan, "node", name] = place
        if name in OWN_NODES:
            section.reading.fault(
                place, name, f"is the name of the engine's own {OWN_NODES[name]}; choose another"
            )
            continue
        row = as_section(section.reading, cell, name)
        if table and table.parsed_key(name, place, identifier) and row is not None:
            node = _read_node(row)
            if node is not None:
                nodes[name] = node
    return nodes


def _read_node(row: Section) -> Node | None:
    kinds = [key for key in row.keys if key in KINDS]
    if len(kinds) == 1:
        node = KINDS[kinds[0]](row)
        row.close()
        return node
    if kinds:
        row.reading.fault(row.place, row.where, f"is two things at once: {' and '.join(kinds)}")
        return None
    near = next((found for key in row.keys if (found := nearest_of(key, KINDS))), "")
    row.reading.fault(row.place, row.where, f"has no kind; a node is one of {', '.join(KINDS)}", near)
    return None
