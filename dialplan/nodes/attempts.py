"""Asking again: how often nothing or something wrong may be keyed, what is said then, and who counts.

Fields of every node that asks (`menu`, `collect`): `tries` how often is asked in all (default 3). Where no
input and wrong input are counted apart, `tries-no-input` and `tries-wrong-input`; one left out is `tries`.
`say-no-input` and `say-wrong-input`: the words before the question is asked again (default `no-input` and
`invalid-choice`). `type-ahead: no` throws away what was keyed before the question; what was keyed ahead of a
wrong answer is always thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dialplan.fields import flag, whole
from dialplan.nodes.speech import read_words
from dialplan.reading import Section
from dialplan.run import Memory
from dialplan.words import Words

NO_INPUT: Final = "no-input"
WRONG_INPUT: Final = "wrong-input"
FAILINGS: Final = (NO_INPUT, WRONG_INPUT)
SORRY: Final[Mapping[str, Words]] = {NO_INPUT: ("no-input",), WRONG_INPUT: ("invalid-choice",)}
MOST_TRIES: Final = 9


@dataclass(frozen=True, slots=True)
class Attempts:
    """The rules of asking again. `apart`: the limit of each kind, where they are counted apart."""

    tries: int = 3
    apart: Mapping[str, int] | None = None
    sorry: Mapping[str, Words] = field(default_factory=lambda: SORRY)
    is_ahead: bool = True
    """Whether what was keyed before the question counts."""

    def failed(self, memory: Memory, failing: str) -> tuple[int, int]:
        """How often nothing and something wrong has been keyed, this time included."""
        silent, wrong = (int(memory[0]), int(memory[1])) if len(memory) > 1 else (0, 0)
        return (silent + 1, wrong) if failing == NO_INPUT else (silent, wrong + 1)

    def is_over(self, counts: tuple[int, int], failing: str) -> bool:
        """Whether this was the last try."""
        if self.apart is None:
            return sum(counts) >= self.tries
        return counts[FAILINGS.index(failing)] >= self.apart[failing]

    def most(self, failing: str) -> int:
        """How often in a row that may be done until it is over."""
        return self.tries if self.apart is None else self.apart[failing]

    def say_over(self, what: str, counts: tuple[int, int], failing: str) -> str:
        """`no key was pressed, 3 times asked`."""
        times = sum(counts) if self.apart is None else counts[FAILINGS.index(failing)]
        return what if times == 1 else f"{what}, {times} times {'asked' if self.apart is None else 'in all'}"


def read_attempts(section: Section) -> Attempts:
    """The rules as they are written."""
    tries = section.get("tries", whole(1, MOST_TRIES), 3)
    apart: dict[str, int] | None = None
    if any(section.has(f"tries-{failing}") for failing in FAILINGS):
        apart = {
            failing: section.get(f"tries-{failing}", whole(1, MOST_TRIES), tries) for failing in FAILINGS
        }
    sorry = {failing: read_words(section, f"say-{failing}", SORRY[failing]) for failing in FAILINGS}
    return Attempts(tries, apart, sorry, section.get("type-ahead", flag, True))
