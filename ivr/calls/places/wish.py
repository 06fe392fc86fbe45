"""What a call wants of the book, and the caller who waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dialplan.commands import Admit, Agents, Limit, Waiting
from dialplan.events import Admitted

Kind: TypeAlias = tuple[object, ...]
"""What two wishes have in common when the book answers them alike."""

AGENT = "agent:"
"""Before a directory id: the name of an agent among the things that are waited for."""
GROUP = "group:"
"""Before the name of a skills group, where a refusal names what was full."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An `Admit` of one call. `call`: its id; `began`: when it came in, seconds since 1970."""

    call: str
    admit: Admit
    began: float = 0.0
    label: str = ""
    """Who the caller is, for whoever looks at the queue."""
    waited_s: float = 0.0
    """He has waited so long before, off the line: it counts for his rank."""

    @property
    def limits(self) -> tuple[Limit, ...]:
        return self.admit.limits

    @property
    def agents(self) -> Agents | None:
        return self.admit.agents

    def things(self) -> tuple[str, ...]:
        """Names of everything that could let this call in when it becomes free."""
        keys = tuple(limit.key for limit in self.limits)
        if self.agents is None:
            return keys
        gone = self.agents.except_
        names = sorted(AGENT + one.entry for one in self.agents.people if one.entry not in gone)
        return (*keys, *names)

    @property
    def group(self) -> str:
        return self.agents.group if self.agents else ""


@dataclass(slots=True, eq=False)
class Waiter:
    """One caller in a queue. Times are seconds of the book's clock."""

    wish: Wish
    waiting: Waiting
    joined: float
    since: float
    """When he first came to this queue: his rank."""
    number: int
    """In the order of coming, where two came at the same moment."""
    things: tuple[str, ...]
    """What he lacks; any of it may let him in."""
    kind: Kind
    """Of two waiters of one kind the second is not let in where the first was not."""
    position: int = 0
    """His place when he joined."""
    answer: Admitted | None = None
    """Once it is set he waits no longer."""
    is_first_told: bool = False
    """Whether he has been told of as the first of the queue."""

    @property
    def priority(self) -> int:
        return self.waiting.priority

    @property
    def overdue(self) -> float:
        """From this moment on nobody who comes goes before him, whatever his priority."""
        return self.since + self.waiting.fair_s


__all__ = ["AGENT", "GROUP", "Kind", "Waiter", "Wish"]
