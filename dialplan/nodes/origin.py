"""`origin`: branch on where the caller calls from; the first origin that fits wins.

    where:
      origin:
        - {from: important, go: vip}
        - {from: [brussels, namur], go: centre}
        - {from: mobile, go: mobile}
        - {from: [FR, LU], go: south}
        - {from: foreign, go: abroad}
        - {from: anonymous, go: refused}
      rest: general

Fields: `origin` a list of `from` (an origin, or several) and `go` (a node). An origin is one of
`origins.yaml`; a Belgian zone by its name in any of the four languages or by its code ("02"); a country by
two capital letters; `mobile` (of the desk's own country), `national`, `foreign` or `anonymous` (no number
shown). Exits: one for each origin, named after it; `rest` when none fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.events import Event
from dialplan.fields import identifier
from dialplan.files.origins import ORIGIN, origin_name
from dialplan.nodes.exits import node_of, read_exits
from dialplan.origins import Origin, built_in, whereabouts
from dialplan.reading import Section
from dialplan.run import Go, Move, Run, Unexpected

MOST_REMEMBERED: Final = 4096
"""Callers whose origin is kept for each node; then all are forgotten."""


@dataclass(frozen=True, slots=True)
class OriginNode:
    """Origins in the order in which they are asked."""

    kind: ClassVar[str] = "origin"
    exits: Mapping[str, str]
    origins: tuple[str, ...]

    def enter(self, run: Run) -> Move:
        """Ask each origin in turn, once for each caller while he is remembered."""
        memo, caller = run.configuration.memo, run.call.caller
        known: dict[str | None, Go] = memo.setdefault((id(self), ORIGIN), {})
        go = known.get(caller)
        if go is None:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            go = known[caller] = self._ask(run, caller)
        return go

    def _ask(self, run: Run, caller: str | None) -> Go:
        origins, home = self._origins(run), run.configuration.desk.country
        for origin in origins:
            why = origin.match(caller, home)
            if why:
                return Go(origin.id, f"the caller has {why}")
        return Go("rest", f"the caller has {whereabouts(caller, home)}: none of {', '.join(self.origins)}")

    def _origins(self, run: Run) -> list[Origin]:
        own = run.configuration.origins
        return [found for name in self.origins if (found := built_in(name) or own.get(name)) is not None]

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def read(section: Section) -> OriginNode:
    """An origin node as it is written."""
    exits: dict[str, str] = {}
    for branch in section.sections("origin", is_needed=True):
        go = branch.name("go", node_of(section), parse=identifier)
        for name in _read_from(branch):
            if name in exits:
                branch.fault("from", f'"{name}" is asked twice; the second is never reached')
            elif go:
                exits[name] = go
        branch.close()
    return OriginNode({**exits, **read_exits(section)}, tuple(exits))


def _read_from(branch: Section) -> tuple[str, ...]:
    """The origins of a branch; own ones are looked up when `origins.yaml` has been read."""
    found: list[str] = []
    for where, cell in branch.cells_of("from", is_needed=True):
        for name in branch.parsed_one(cell, where, origin_name):
            found.append(name)
            if built_in(name) is None:
                branch.reading.refer(ORIGIN, name, cell.place, where)
    return tuple(found)
