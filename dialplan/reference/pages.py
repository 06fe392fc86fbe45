"""A node as the reference shows it: what it is for, its fields and its exits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from dialplan.reference.shapes import NAME_PATTERN, NODE, Field, Shape, object_of

NODE_SCHEMA = {"type": ["string", "integer"], "pattern": NAME_PATTERN}


class Exit(NamedTuple):
    """One way out. `optional`: without it the call does something sensible, so it is never an open one."""

    name: str
    says: str
    optional: bool = False


class Going(StrEnum):
    """How a node goes on when all went well."""

    NEXT = "next"
    """By `next`, which also serves as `rest`."""
    NEXT_OR_REST = "next or rest"
    """By `next`; what goes wrong takes `rest`, if there is one."""
    OWN = "own"
    """By exits of its own only."""
    NOWHERE = "nowhere"
    """It is the end, or leads into another plan."""


@dataclass(frozen=True, slots=True)
class NodePage:
    """One kind of node. The first field is the kind itself."""

    kind: str
    says: str
    fields: tuple[Field, ...]
    going: Going
    exits: tuple[Exit, ...] = ()
    """Those that stand under `exits`."""
    more_exits: str = ""
    """Exits that take their names from a field, in words."""
    rest_says: str = "anything else, and whatever goes wrong"

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The fields, with those that lead on."""
        found = [*self.fields]
        if self.going in (Going.NEXT, Going.NEXT_OR_REST):
            found.append(Field("next", NODE, "Where the call goes on.", needed=True))
        if self.exits:
            found.append(Field("exits", _exits_shape(self.exits), "Where the node's own exits lead."))
        if self.going is not Going.NOWHERE:
            usual = "`next`" if self.going is Going.NEXT else ""
            found.append(Field("rest", NODE, f"Where everything else goes: {self.rest_says}.", usual))
        return tuple(found)

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of such a node."""
        return {"description": self.says, **object_of(self.all_fields), "required": self._required()}

    def _required(self) -> list[str]:
        return [
            self.kind,
            *(field.name for field in self.all_fields if field.needed and field.name != self.kind),
        ]


def _exits_shape(exits: Sequence[Exit]) -> Shape:
    properties = {each.name: {"description": each.says, **NODE_SCHEMA} for each in exits}
    schema = {
        "type": "object",
        "properties": {**properties, "rest": dict(NODE_SCHEMA)},
        "additionalProperties": False,
    }
    return Shape("exit -> node, see below", schema)
