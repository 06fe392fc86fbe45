"""One call's way to the places."""

from __future__ import annotations

from dataclasses import dataclass

from dialplan.commands import Admit, Target
from dialplan.events import Admitted
from ivr.calls.places.usher import Places, Turn
from ivr.calls.places.wish import Wish


@dataclass(frozen=True, slots=True)
class Door:
    """The places, for the call of this id. `began`: when it came in, seconds since 1970."""

    places: Places
    call: str
    began: float = 0.0
    label: str = ""
    """Who the caller is, for whoever looks at the queue."""

    async def ask(self, admit: Admit) -> Admitted | Turn:
        """Take places and an agent, be refused, or wait."""
        return await self.places.ask(Wish(self.call, admit, self.began, self.label))

    def talk(self) -> None:
        """The agent has picked up."""
        self.places.talk(self.call)

    def engage(self, agent: Target, group: str) -> None:
        """An agent of this group is rung by name."""
        self.places.engage(self.call, agent, group)

    def part(self) -> None:
        """The phone that was rung is quiet."""
        self.places.part(self.call)

    def give_back(self, outcome: str) -> None:
        """Give back the agent, and what is not for the whole call."""
        self.places.give_back(self.call, outcome)

    def end(self) -> None:
        """The call is over."""
        self.places.end(self.call)

    def has_any(self) -> bool:
        """Whether the call has a place or an agent."""
        return self.places.kept_of(self.call) is not None

    def kept(self) -> str:
        """What the call has, for its record."""
        kept = self.places.kept_of(self.call)
        return kept.to_text() if kept else ""

    def kept_at_the_end(self) -> str:
        """What matters when it is over."""
        kept = self.places.kept_of(self.call)
        return kept.at_the_end().to_text() if kept else ""


__all__ = ["Door"]
