"""Number groups: service numbers that have one plan together, and are switched to another in one action.

Every number is in a group: the one it names, or else the one of its brand. A group of `groups.yaml` has a
title, a plan and a limit of its own; one that only numbers name is just the numbers that name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplan.limits import Gate

if TYPE_CHECKING:
    from dialplan.model import ServiceNumber


@dataclass(frozen=True, slots=True)
class Group:
    """A number group. `plan` empty: each of its numbers has its own."""

    id: str
    title: str
    plan: str = ""
    spoken: str = ""
    """The prompt with which it is spoken of; empty: it is spoken of by its key."""
    gates: tuple[Gate, ...] = ()
    """The limits that calls to its numbers must pass, all of them together."""


def numbers_of(numbers: Mapping[str, ServiceNumber], group: str) -> tuple[ServiceNumber, ...]:
    """The numbers of a group, in the order of the configuration."""
    return tuple(number for number in numbers.values() if number.group == group)
