"""`groups.yaml`: number groups. The file need not be there.

    alarm-lines:
      title: Alarm lines
      plan: night                 # the plan of all its numbers
      spoken: brand-fuzer         # the prompt with which the group is spoken of
      line: sip                   # how its numbers reach us, unless a number says otherwise
      limit: {calls: 20}          # for all of them together
      brand: fuzer                # the brand of numbers that stand here alone
      numbers: [03 205 55 82, +32 2 788 74 99]

A number is in the group it names (`group` in brands.yaml or in a bulk file), in the group that lists it here,
or else in the group of its brand.
"""

from __future__ import annotations

from dataclasses import replace

from dialplan.cells import Cell
from dialplan.fields import identifier, member, phone, title
from dialplan.files.numbers import Numbers, WrittenNumber
from dialplan.groups import Group
from dialplan.limits import read_gate
from dialplan.model import LineType
from dialplan.nodes.goto import PLAN
from dialplan.nodes.speech import PROMPT
from dialplan.numbers import display
from dialplan.reading import Section, as_section

GROUP = "number group"
"""What a reference to a group is called."""
BRAND = "brand"
"""What a reference to a brand is called."""


def read_groups(root: Section, numbers: Numbers) -> tuple[dict[str, Group], dict[str, LineType]]:
    """Every group by its id, and the line types that groups name. Numbers listed here join `numbers`."""
    groups: dict[str, Group] = {}
    lines: dict[str, LineType] = {}
    for name, place, cell in root.entries():
        section = as_section(root.reading, cell, name)
        root.reading.places["group", name] = place
        if root.parsed_key(name, place, identifier) and section is not None:
            groups[name] = _read_group(section, name)
            line = section.get("line", member(LineType), None)
            if line is not None:
                lines[name] = line
            _read_numbers(section, name, numbers)
            section.close()
    return groups, lines


def warn_of_empty_groups(root: Section, groups: dict[str, Group], numbers: Numbers) -> None:
    """A group without numbers switches nothing."""
    named = {written.group or written.brand for written in numbers.found.values()}
    for name in groups:
        if name not in named:
            root.reading.warn(root.reading.places["group", name], name, "has no numbers")


def _read_group(section: Section, name: str) -> Group:
    plan = section.name("plan", PLAN, is_needed=False, parse=identifier)
    gate = read_gate(section, "limit", f"group:{name}", plan)
    return Group(
        id=name,
        title=section.get("title", title, name),
        plan=plan,
        spoken=section.name("spoken", PROMPT, is_needed=False, parse=identifier),
        gates=(gate,) if gate else (),
    )


def _read_numbers(section: Section, group: str, numbers: Numbers) -> None:
    brand = section.name("brand", BRAND, is_needed=False, parse=identifier)
    for where, cell in section.cells_of("numbers"):
        for number in section.parsed_one(cell, where, phone(section.reading.country)):
            _put(section, group, numbers, (number, brand, where, cell))


def _put(section: Section, group: str, numbers: Numbers, row: tuple[str, str, str, Cell]) -> None:
    """Into the group: a number that stands with its brand, or one that stands here alone."""
    number, brand, where, cell = row
    known = numbers.found.get(number)
    shown = display(number, section.reading.country)
    if known is None and brand:
        numbers.add(WrittenNumber(number, brand, "", group, cell.place, where))
    elif known is None:
        message = f'{shown} is no number of a brand; name the "brand" of the numbers that stand here alone'
        section.reading.fault(cell.place, where, message)
    elif known.group not in ("", group):
        message = f'{shown} is in the group "{known.group}" already, at {known.place}'
        section.reading.fault(cell.place, where, message)
    else:
        numbers.found[number] = replace(known, group=group)
