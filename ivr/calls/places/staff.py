"""The agents: who is free, who rings, talks, rests or is left alone, and who has been idle longest."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dialplan.commands import AgentOrder, Agents, Target
from dialplan.events import Outcome


class AgentState(StrEnum):
    """What an agent does, as far as the book knows."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    ASIDE = "aside"
    """Did not answer, and is left alone for a while."""


RESTING = frozenset({AgentState.WRAP_UP, AgentState.ASIDE})
HARMLESS = frozenset({"", Outcome.INTERRUPTED.value})
"""Ends of ringing that say nothing against the agent: the caller hung up first."""


@dataclass(slots=True)
class Agent:
    """One agent. Times are seconds of the book's clock."""

    entry: str
    label: str = ""
    group: str = ""
    """The skills group he was last asked for in."""
    state: AgentState = AgentState.FREE
    call: str = ""
    """The call he is held for."""
    since: float = 0.0
    """When the state began."""
    until: float = 0.0
    """When a rest ends."""
    idle_since: float = float("-inf")
    """Who never had a call has been idle for ever."""
    wrap_up_s: float = 0.0
    aside_s: float = 0.0


class Doing(NamedTuple):
    """What an agent does, on which call, and since when by the book's clock."""

    state: AgentState
    call: str
    since: float


class Staff:
    """All agents that were ever asked for, by directory id."""

    def __init__(self) -> None:
        self.agents: dict[str, Agent] = {}
        self._by_name: dict[str, dict[str, Doing]] = {}
        """Agent -> call that rings him by name, whatever his groups do -> what he does on it."""

    def pick(self, wanted: Agents, held_back: Collection[str]) -> Agent | None:
        """The free agent who is rung first; None when none is free. Each has one call at a time.

        Where chance decides, the plan has brought the people in an order by chance.
        """
        free = (agent for agent in self.free_of(wanted) if agent.entry not in held_back)
        if wanted.order is AgentOrder.LONGEST_IDLE:
            return min(free, key=lambda agent: agent.idle_since, default=None)
        return next(free, None)

    def free_of(self, wanted: Agents) -> Iterator[Agent]:
        """Agents of the group who are free for this caller, in the order of the group."""
        for person in wanted.people:
            agent = self._known(person, wanted.group)
            is_free = agent.state is AgentState.FREE and person.entry not in self._by_name
            if is_free and person.entry not in wanted.except_:
                yield agent

    def is_hopeless(self, wanted: Agents) -> bool:
        """Whether this caller has rung all of them in vain."""
        return all(person.entry in wanted.except_ for person in wanted.people)

    def is_deserted(self, wanted: Agents) -> bool:
        """Whether there is nobody for him but agents who are left alone."""
        left = [person for person in wanted.people if person.entry not in wanted.except_]
        return all(self._known(person, wanted.group).state is AgentState.ASIDE for person in left)

    def hold(self, agent: Agent, call: str, wanted: Agents, at: float) -> None:
        """Have him rung for this call."""
        agent.state, agent.call, agent.since = AgentState.RINGING, call, at
        agent.wrap_up_s, agent.aside_s = wanted.wrap_up_s, wanted.aside_s

    def talk(self, entry: str, call: str, at: float) -> None:
        """He has picked up."""
        agent = self.agents.get(entry)
        if agent is not None and agent.call == call and agent.state is AgentState.RINGING:
            agent.state, agent.since = AgentState.TALKING, at

    def engage(self, person: Target, group: str, call: str, at: float) -> None:
        """This call rings him by name."""
        self._known(person, group)
        self._by_name.setdefault(person.entry, {})[call] = Doing(AgentState.RINGING, call, at)

    def talk_by_name(self, entry: str, call: str, at: float) -> None:
        """He has picked up for the call that rings him by name."""
        self._by_name[entry][call] = Doing(AgentState.TALKING, call, at)

    def disengage(self, entry: str, call: str, at: float) -> None:
        """That call is over for him. Who has talked is there: he is not left alone any more."""
        calls, agent = self._by_name[entry], self.agents[entry]
        did = calls.pop(call)
        if not calls:
            del self._by_name[entry]
        if did.state is AgentState.TALKING:
            agent.idle_since = at
            if agent.state is AgentState.ASIDE:
                agent.state, agent.since = AgentState.FREE, at

    def doing(self, agent: Agent) -> Doing:
        """What he does, as people see it."""
        own = Doing(agent.state, agent.call, agent.since)
        if agent.call:
            return own
        calls = self._by_name.get(agent.entry, {}).values()
        return next((one for one in calls if one.state is AgentState.TALKING), next(iter(calls), own))

    def release(self, entry: str, outcome: str, at: float) -> Agent:
        """His call is over, or did not come about: to rest, to be left alone, or free at once."""
        agent = self.agents[entry]
        has_talked = agent.state is AgentState.TALKING or outcome == Outcome.ANSWERED.value
        agent.call, agent.since = "", at
        if has_talked:
            self._rest(agent, AgentState.WRAP_UP, agent.wrap_up_s, at)
        elif outcome in HARMLESS:
            agent.state = AgentState.FREE
        else:
            self._rest(agent, AgentState.ASIDE, agent.aside_s, at)
        return agent

    def rouse(self, entry: str, at: float) -> bool:
        """His rest is over, if it is."""
        agent = self.agents.get(entry)
        if agent is None or agent.state not in RESTING or agent.until > at:
            return False
        agent.state, agent.since = AgentState.FREE, agent.until
        return True

    def adopt(self, entry: str, call: str, wrap_up_s: float, at: float) -> None:
        """He talks since before this service began."""
        agent = self.agents.setdefault(entry, Agent(entry))
        agent.state, agent.call, agent.since, agent.wrap_up_s = AgentState.TALKING, call, at, wrap_up_s

    def _rest(self, agent: Agent, state: AgentState, rest_s: float, at: float) -> None:
        """Idle is who has neither a call nor a rest; one who did not answer goes behind all who wait."""
        agent.idle_since = agent.until = at + rest_s
        agent.state = state if rest_s > 0 else AgentState.FREE

    def _known(self, person: Target, group: str) -> Agent:
        agent = self.agents.get(person.entry)
        if agent is None:
            agent = self.agents[person.entry] = Agent(person.entry)
        agent.label, agent.group = person.label, group
        return agent


__all__ = ["Agent", "AgentState", "Doing", "Staff"]
