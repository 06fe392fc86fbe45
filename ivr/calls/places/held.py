"""What calls have, and what is kept free for those who have waited too long."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from dialplan.commands import Limit


@dataclass(slots=True)
class Held:
    """What one call has."""

    places: dict[str, tuple[Limit, float]] = field(default_factory=dict)
    """Key -> the limit, and since when."""
    begun: dict[str, tuple[Limit, float]] = field(default_factory=dict)
    """Places that it gave back, in limits that count it as begun all the same."""
    agent: str = ""
    named: str = ""
    """The agent whom it rings, or talks with, by name: no group has given him."""

    def is_empty(self) -> bool:
        """Whether it has nothing at all."""
        return not (self.places or self.begun or self.agent or self.named)


@dataclass(slots=True)
class HeldBack:
    """What is free, but meant for callers who have waited too long."""

    places: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
