"""Every name must exist: what the files name is looked up once all of them have been read."""

from __future__ import annotations

from typing import Final

from dialplan.extensions import EXTENSION
from dialplan.faults import nearest_of
from dialplan.files.alarms import BRAND
from dialplan.files.exchanges import LAYER
from dialplan.files.layers import TEAM
from dialplan.files.lists import LIST
from dialplan.files.origins import ORIGIN, known_origins
from dialplan.files.policies import ABILITY
from dialplan.files.tables import TABLE
from dialplan.files.variables import VARIABLE
from dialplan.model import Configuration
from dialplan.nodes.calendar import CALENDAR
from dialplan.nodes.destination import ENTRY
from dialplan.nodes.goto import PLAN
from dialplan.nodes.mail import TEMPLATE
from dialplan.nodes.page import POLICY
from dialplan.nodes.people import ENTRY_OR_GROUP, GROUP
from dialplan.nodes.speech import PROMPT
from dialplan.nodes.switch_plan import NUMBER_GROUP
from dialplan.reading import Reading
from dialplan.roster import ROSTER
from dialplan.variables import KNOWN_TO_NODES, SYSTEM
from dialplan.words import LANGUAGES

ENGINEER: Final = "engineer"
NODE_OF: Final = "node of "
"""How a reference to a node begins, the name of the plan after it."""

DEFINED: Final = {
    "directory": ENTRY,
    "calendar": CALENDAR,
    "policy": POLICY,
    "engineer": ENGINEER,
    "team": TEAM,
    "layer": LAYER,
    "origin": ORIGIN,
    "list": LIST,
    "table": TABLE,
    "variable": VARIABLE,
    "skills": GROUP,
    "extension": EXTENSION,
}
"""Under which word the places of definitions are kept, and what a reference to them is called."""

FILES: Final = {
    ENTRY: "directory.yaml",
    BRAND: "brands.yaml",
    CALENDAR: "calendars.yaml",
    POLICY: "duty.yaml",
    ENGINEER: "duty.yaml",
    TEAM: "duty.yaml",
    LAYER: "duty.yaml",
    ORIGIN: "origins.yaml",
    LIST: "lists.yaml",
    TABLE: "tables.yaml",
    VARIABLE: "tables.yaml",
    GROUP: "skills.yaml",
    EXTENSION: "directory.yaml",
    NUMBER_GROUP: "brands.yaml",
}
"""Where each of them stands: names of a file that cannot be read are not called unknown."""


def check_references(
    configuration: Configuration,
    reading: Reading,
    prompts: frozenset[str] | None,
    templates: frozenset[str] | None = None,
) -> None:
    """Every name must exist. `prompts` or `templates` None: these are not looked up."""
    known = _known_names(configuration, reading, prompts, templates)
    for reference in reading.references:
        names = known.get(reference.of)
        if names is None or reference.name in names or _file_of(reference.of) in reading.broken:
            continue
        what = "node" if reference.of.startswith(NODE_OF) else reference.of
        nearest = nearest_of(reference.name, names)
        reading.fault(reference.place, reference.where, f'unknown {what} "{reference.name}"', nearest)


def _file_of(what: str) -> str | None:
    return f"plans/{what.removeprefix(NODE_OF)}.yaml" if what.startswith(NODE_OF) else FILES.get(what)


def _known_names(
    configuration: Configuration,
    reading: Reading,
    prompts: frozenset[str] | None,
    templates: frozenset[str] | None,
) -> dict[str, frozenset[str]]:
    """What may be named. A thing that is there but faulty is known: it has its own fault already."""
    known: dict[str, set[str]] = {of: set() for of in (*DEFINED.values(), PLAN)}
    known |= {f"node of {plan}": set() for plan in configuration.plans}
    for kind, name, *more in reading.places:
        if kind in DEFINED:
            known[DEFINED[kind]].add(name)
        elif kind == "plan" and not more:
            known[PLAN].add(name)
        elif kind == "plan":
            known.setdefault(f"node of {name}", set()).add(more[-1])
    known[LAYER].add(ROSTER)
    known[ABILITY] = {skill for each in configuration.duty.engineers for skill in each.skills} | {*LANGUAGES}
    known[ORIGIN] |= known_origins()
    known[VARIABLE] |= {*SYSTEM, *KNOWN_TO_NODES}
    known[ENTRY_OR_GROUP] = known[ENTRY] | known[GROUP]
    for group in configuration.skills.values():
        known[f"skill of {group.id}"] = set(group.skills)
    # not among those of which each must be named somewhere: a brand is reached by its numbers
    known[BRAND] = {name for kind, name, *_ in reading.places if kind == "brand"}
    known[NUMBER_GROUP] = set(configuration.groups)
    if prompts is not None:
        known[PROMPT] = set(prompts)
    if templates is not None:
        known[TEMPLATE] = set(templates)
    return {of: frozenset(names) for of, names in known.items()}
