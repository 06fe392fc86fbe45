"""How ringing somebody ended, in a sentence for the trace."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from dialplan.commands import Target
from dialplan.events import Dialled, Outcome
from dialplan.times import say_duration

EXITS: Final[Mapping[Outcome, str]] = {outcome: outcome.value for outcome in Outcome}
"""The exit of each outcome: the word itself, not the member of the enumeration."""
OUTCOMES: Final = tuple(EXITS.values())

_SENTENCES: Final[Mapping[str, str]] = {
    Outcome.ANSWERED: "answered",
    Outcome.NO_ANSWER: "did not answer within {ring}",
    Outcome.NOT_REACHED: "was not reached",
    Outcome.BUSY: "was busy",
    Outcome.CONGESTED: "was not reached: congestion",
    Outcome.CAUSE_31: "was not reached: cause 31",
    Outcome.INTERRUPTED: "was interrupted",
}


def say_names(rung: tuple[Target, ...], dialled: Dialled) -> tuple[str, ...]:
    """Who was rung; of several, the one who answered."""
    if len(rung) == 1:
        return (rung[0].label,)
    answered = [target for target in rung if target.entry == dialled.entry]
    people = answered[:1] if dialled.outcome is Outcome.ANSWERED and answered else rung
    return tuple(dict.fromkeys(target.label for target in people))


@lru_cache(maxsize=4096)
def say_outcome(names: tuple[str, ...], outcome: Outcome, cause: int, ring_s: float) -> str:
    """`Agent one was busy (cause 17)`."""
    said = _SENTENCES[outcome].format(ring=say_duration(ring_s))
    if len(names) > 1:
        said = said.replace("was", "were", 1)
    why = f" (cause {cause})" if cause and outcome is not Outcome.ANSWERED else ""
    return f"{' and '.join(names)} {said}{why}"
