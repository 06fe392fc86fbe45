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


@dataclass(slots=True)
class HeldBack:
    """What is free, but meant for callers who have waited too long."""

    places: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
