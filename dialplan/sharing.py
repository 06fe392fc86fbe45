"""Equal nodes of different plans become one, so that a thousand plans that are nearly copies take the memory,
and the time to hand over, of a few. Nodes never change, so nobody can tell.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields
from typing import Any

from dialplan.run import Node

_BOUND_TO_PLAN = frozenset({"announce"})
"""Kinds that look at what follows them in their plan (`dialplan.nodes.ahead`) and keep it: shared only along
with all other nodes of the plan."""


class Sharing:
    """The nodes seen so far, over one load."""

    def __init__(self) -> None:
        self._nodes: dict[Hashable, tuple[int, Node]] = {}
        self._plans: dict[Hashable, Mapping[str, Node]] = {}
        self._fields: dict[type, tuple[str, ...]] = {}

    def share(self, nodes: Mapping[str, Node]) -> Mapping[str, Node]:
        """The same nodes of a plan; those that were seen before in their place."""
        shared: dict[str, Node] = {}
        key: list[Hashable] = []
        for name, node in nodes.items():
            number, first = self._seen(node)
            key += name, number
            shared[name] = node if node.kind in _BOUND_TO_PLAN else first
        return self._plans.setdefault(tuple(key), shared)

    def _seen(self, node: Node) -> tuple[int, Node]:
        """The number of this node among the different ones, and the first like it."""
        try:
            key = self._key_of_fields(node)
        except TypeError:  # something in it cannot be told apart
            key = id(node)
        return self._nodes.setdefault(key, (len(self._nodes), node))

    def _key_of_fields(self, thing: Any) -> Hashable:
        kind = type(thing)
        names = self._fields.get(kind)
        if names is None:
            names = self._fields[kind] = tuple(field.name for field in fields(kind))
        return kind, *(self._key(getattr(thing, name)) for name in names)

    def _key(self, value: Any) -> Hashable:
        """What is equal for equal values alone. Raises TypeError."""
        if type(value) is dict:
            return tuple((name, self._key(held)) for name, held in value.items())
        try:
            hash(value)
        except TypeError:
            return self._key_of_fields(value)
        return value  # type: ignore[no-any-return]


__all__ = ["Sharing"]
