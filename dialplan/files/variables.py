"""Variables as a plan names them: what sets one, and what reads one."""

from __future__ import annotations

from typing import Final

from dialplan.faults import Place
from dialplan.fields import variable_named
from dialplan.reading import Reading, Section
from dialplan.variables import SYSTEM

VARIABLE: Final = "variable"
"""What a reference to a variable is called."""


def define_variable(reading: Reading, name: str, place: Place) -> None:
    """Note that something sets this variable."""
    reading.places.setdefault((VARIABLE, name), place)


def refer_variable(reading: Reading, name: str, place: Place, where: str) -> None:
    """Note that something reads this variable."""
    if name not in SYSTEM:
        reading.refer(VARIABLE, name, place, where)


def read_variable(section: Section, key: str, default: str = "") -> str:
    """The variable under a key, `$customer`, noted as a reference. Without a default it must be there."""
    name = section.get(key, variable_named, default) if default else section.need(key, variable_named, "")
    if name:
        refer_variable(section.reading, name, section.place_of(key), section.path(key))
    return name
