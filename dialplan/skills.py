"""Skills groups: agents of whom the free ones are rung, one at a time, and who get a rest after each call.

An agent has skills with levels; a destination may ask for some (`needs`), and then only agents who have all
of them are rung, in turn the best first. `$language` as a need stands for the language in which the caller
is spoken to: an agent has it who has a skill named after one of the caller's languages (`nl`, `fr`, `de`,
`en`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dialplan.commands import AgentOrder

LANGUAGE: Final = "$language"
"""The need for somebody who speaks the caller's language."""

HIGHEST_LEVEL: Final = 9


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent of a group: a directory entry, and skill -> level from 1 (some) to 9 (most)."""

    entry: str
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkillsGroup:
    """Agents who share the calls of a group. Times are seconds.

    `ring_s`: how long one agent is rung. `wrap_up_s`: rest after a call. `aside_s`: how long one who did not
    answer is left alone, so that the next caller does not ring in vain.
    """

    id: str
    title: str
    agents: tuple[Agent, ...]
    order: AgentOrder = AgentOrder.LONGEST_IDLE
    ring_s: float = 20.0
    wrap_up_s: float = 0.0
    aside_s: float = 60.0

    @property
    def skills(self) -> frozenset[str]:
        """Every skill that somebody of the group has."""
        return frozenset(skill for agent in self.agents for skill in agent.skills)


def able(group: SkillsGroup, needs: Mapping[str, int], languages: Iterable[str] = ()) -> tuple[Agent, ...]:
    """The agents who have every need at its level or above, the best first; else as they are written."""
    spoken = tuple(languages)
    marked = [(_mark(agent, needs, spoken), agent) for agent in group.agents]
    found = [(mark, agent) for mark, agent in marked if mark is not None]
    return tuple(agent for _, agent in sorted(found, key=lambda pair: -pair[0]))


def _mark(agent: Agent, needs: Mapping[str, int], languages: tuple[str, ...]) -> int | None:
    """The sum of the levels of what is needed; None for somebody who lacks something."""
    total = 0
    for need, least in needs.items():
        names = languages if need == LANGUAGE else (need,)
        level = max((agent.skills.get(name, 0) for name in names), default=0)
        if level < least:
            return None
        total += level
    return total
