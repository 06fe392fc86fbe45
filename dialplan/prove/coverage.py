"""What a proof has looked at, for programs and in words for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialplan.counts import say_count


@dataclass(slots=True)
class Coverage:
    """What has been looked at. `switched`: plans to which numbers were supposed to be switched; `gaps`: what
    was not looked at and why, each a sentence without its stop."""

    start: datetime
    end: datetime
    numbers: int = 0
    kinds_of_number: int = 0
    plans: int = 0
    stretches: int = 0
    kinds_of_moment: int = 0
    callers: int = 0
    states: int = 0
    answers: int = 0
    switched: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Every figure by its name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def lines(self) -> Iterator[str]:
        """What an administrator can make something of."""
        numbers, plans = say_count(self.numbers, "number"), say_count(self.plans, "plan")
        time = f"from {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"
        yield f"every call to {numbers}, through {plans}, {time}"
        yield (
            f"every hour: {say_count(self.stretches, 'stretch', 'stretches')} between two changes of opening "
            f"hours, holidays, duty or the clock, of {say_count(self.kinds_of_moment, 'kind')}"
        )
        yield (
            f"every caller and number that the plans tell apart: {say_count(self.callers, 'kind')} of "
            f"caller, {say_count(self.kinds_of_number, 'kind')} of number"
        )
        yield (
            f"everything that may happen: {say_count(self.answers, 'answer')} (a key, silence, a telephone "
            f"that is busy, a fault ...) in {say_count(self.states, 'situation')} in which a call can be"
        )
        if self.switched:
            yield f"what happens when numbers are switched to {', '.join(self.switched)}"
