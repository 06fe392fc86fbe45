"""The kinds of nodes: one module for each, with its fields, how it is read and what it does.

A new kind is a module and a line here; `docs` and tests go through this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dialplan.nodes import (
    announce,
    calendar,
    call_back,
    collect,
    destination,
    duty_line,
    goto,
    hangup,
    language,
    list,
    lookup,
    mail,
    menu,
    origin,
    page,
    percentage,
    record,
    set,
    switch,
    switch_plan,
)
from dialplan.reading import Section
from dialplan.run import Node

KINDS: Final[Mapping[str, Callable[[Section], Node]]] = {
    "announce": announce.read,
    "menu": menu.read,
    "language": language.read,
    "calendar": calendar.read,
    "destination": destination.read,
    "page": page.read,
    "mail": mail.read,
    "collect": collect.read,
    "record": record.read,
    "call-back": call_back.read,
    "origin": origin.read,
    "list": list.read,
    "set": set.read,
    "switch": switch.read,
    "percentage": percentage.read,
    "lookup": lookup.read,
    "switch-plan": switch_plan.read,
    "duty-line": duty_line.read,
    "goto": goto.read,
    "hangup": hangup.read,
}
