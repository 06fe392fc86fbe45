"""`goto`: go on in another plan.

    night: {goto: night}
    night: {goto: night.page}

Fields: `goto` a plan, or `plan.node` to begin at that node and skip what stands before it. Without exits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from dialplan.events import Event
from dialplan.fields import identifier
from dialplan.reading import Section
from dialplan.run import Jump, Move, Run, Unexpected

PLAN = "plan"
"""What a reference to a plan is called."""


@dataclass(frozen=True, slots=True)
class Goto:
    """The way into another plan; `node` empty: to its start."""

    kind: ClassVar[str] = "goto"
    plan: str
    node: str = ""
    exits: Mapping[str, str] = field(default_factory=dict)

    def enter(self, run: Run) -> Move:
        """Go."""
        return Jump(
            self.plan,
            self.node,
            f'on in the plan "{self.plan}"' + (f', at "{self.node}"' if self.node else ""),
        )

    def resume(self, run: Run, event: Event) -> Move:
        """Nothing is ever asked here."""
        raise Unexpected(event)


def read(section: Section) -> Goto:
    """A goto node as it is written."""
    plan, node = section.need("goto", _split, ("", ""))
    place, where = section.place_of("goto"), section.path("goto")
    if plan:
        section.reading.refer(PLAN, plan, place, where)
    if node:
        section.reading.refer(f"node of {plan}", node, place, where)
    return Goto(plan, node)


def _split(text: str) -> tuple[str, str]:
    plan, dot, node = text.partition(".")
    return identifier(plan), identifier(node) if dot else ""
