"""`skills.yaml`: groups of agents who share the calls that come to the group.

night-desk:
  title: The night desk
  agents: [agent-1, {agent: agent-2, skills: {fr: 3, voip: 1}}]
  order: longest-idle
  ring: 20 s
  wrap-up: 15 s
  aside: 60 s
"""

from __future__ import annotations

from dialplan.cells import Cell, Table
from dialplan.commands import AgentOrder
from dialplan.fields import duration, identifier, member, title
from dialplan.nodes.destination import ENTRY
from dialplan.nodes.people import LONGEST_RING_S, SHORTEST_RING_S
from dialplan.nodes.skilled import read_levels
from dialplan.reading import Section, as_section
from dialplan.skills import Agent, SkillsGroup


def read_skills(root: Section) -> dict[str, SkillsGroup]:
    """Every group by its id."""
    groups: dict[str, SkillsGroup] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["skills", name] = place
        root.reading.has_groups = True
        if not root.parsed_key(name, place, identifier) or section is None:
            continue
        if ("directory", name) in root.reading.places:
            message = "is also the name of a directory entry; a destination could mean either"
            root.reading.fault(place, name, message)
        groups[name] = _read_group(section, name)
        section.close()
    return groups


def _read_group(section: Section, name: str) -> SkillsGroup:
    usual = SkillsGroup(name, name, ())
    return SkillsGroup(
        id=name,
        title=section.get("title", title, name),
        agents=_read_agents(section),
        order=section.get("order", member(AgentOrder), usual.order),
        ring_s=section.get("ring", duration(SHORTEST_RING_S, LONGEST_RING_S), usual.ring_s),
        wrap_up_s=section.get("wrap-up", duration(0, 3600), usual.wrap_up_s),
        aside_s=section.get("aside", duration(0, 3600), usual.aside_s),
    )


def _read_agents(section: Section) -> tuple[Agent, ...]:
    found: dict[str, Agent] = {}
    for where, cell in section.cells_of("agents", is_needed=True):
        agent = _read_agent(section, where, cell)
        if agent is not None and agent.entry in found:
            section.reading.fault(cell.place, where, f'"{agent.entry}" stands twice in this group')
        elif agent is not None:
            found[agent.entry] = agent
            for skill in agent.skills:
                section.reading.places["skills", section.where, "skill", skill] = cell.place
    return tuple(found.values())


def _read_agent(section: Section, where: str, cell: Cell) -> Agent | None:
    if not isinstance(cell, Table):
        entry = section.parsed(cell, where, identifier, "")
        if entry:
            section.reading.refer(ENTRY, entry, cell.place, where)
        return Agent(entry) if entry else None
    row = Section(section.reading, cell, where)
    entry = row.name("agent", ENTRY, parse=identifier)
    agent = Agent(entry, read_levels(row, "skills", identifier))
    row.close()
    return agent if entry else None
