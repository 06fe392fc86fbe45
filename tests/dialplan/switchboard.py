"""Calls that ask for places, driven by hand: what `paper.PaperCall` does, and admissions."""

from __future__ import annotations

from typing import Any

from paper import NUMBER, PaperCall, small

from dialplan.commands import Admit, Leave
from dialplan.engine import CallFacts, begin
from dialplan.events import Admission, Admitted, Outcome
from dialplan.model import Configuration

GROUPS = """
    night-desk:
      title: The night desk
      agents: [one, {agent: two, skills: {fr: 3, voip: 1}}, {agent: eng, skills: {fr: 1, nl: 2}}]
      ring: 15 s
      wrap-up: 20 s
      aside: 45 s
"""


def with_groups(plan: str, **files: str) -> Configuration:
    """A small configuration with the night desk's group."""
    return small(plan, **{"skills": GROUPS, **files})


class Caller(PaperCall):
    """A call, with places."""

    def __init__(
        self, configuration: Configuration, dialled: str = NUMBER, *, chance: float = 0.0, **more: Any
    ) -> None:
        self.chance = chance
        super().__init__(configuration, dialled, **more)
        if chance:
            facts = CallFacts("c1", dialled, self.state.call.caller, "", True, chance)
            self.hops, self.told = [], []
            self._take(begin(configuration, facts, self.now))

    @property
    def admit(self) -> Admit:
        """The place that is asked for."""
        assert isinstance(self.asked, Admit), self.asked
        return self.asked

    def let_in(self, agent: str = "", waited_s: float = 0.0) -> Caller:
        """There is a place, and an agent."""
        assert isinstance(self.asked, Admit), self.asked
        self.answer(Admitted(Admission.IN, agent, position=int(waited_s > 0), waited_s=waited_s))
        return self

    def refused(self, how: Admission, limit: str = "", key: str = "", waited_s: float = 0.0) -> Caller:
        """There is none."""
        assert isinstance(self.asked, Admit), self.asked
        self.answer(Admitted(how, key=key, limit=limit, waited_s=waited_s))
        return self

    def ring_ends(self, outcome: Outcome, cause: int = 0) -> Caller:
        """The phone that rings is quiet again."""
        self.rings(outcome, cause)
        return self

    @property
    def given_back(self) -> list[str]:
        """With which outcomes places have been given back."""
        return [told.outcome for told in self.told if isinstance(told, Leave)]

    @property
    def why(self) -> str:
        """The last line of the trace."""
        return self.hops[-1].why
