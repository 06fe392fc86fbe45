"""An engineer who takes the caller by key 4, on paper: supposed of a node by `engineer`, or `engineer:ADU`.

That ends the plan wherever it stands, as on a call; it can come to be as soon as an engineer is being rung.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dialplan.commands import Prompt, Utterance
from dialplan.engine import TAKEN_OVER
from dialplan.events import TakenOver
from dialplan.faults import nearest_of
from dialplan.model import Configuration
from dialplan.suppositions import UnknownDestination
from dialplan.words import languages_of

CONNECTING: Final = "engineer-connecting"
"""What the caller hears before the two are put together."""
VISIT_WORDS: Final = f"{TAKEN_OVER} only after a node by which an engineer is rung"


def is_visit(word: str) -> bool:
    """Whether it is supposed that an engineer takes the caller."""
    return word.partition(":")[0] == TAKEN_OVER


def visit_on_paper(
    configuration: Configuration, word: str, paged: Sequence[str], talked_s: float
) -> TakenOver | None:
    """The engineer who is named (directory id or trigram), else the first of those who are rung.

    None: nobody is rung for this caller. Raises UnknownDestination.
    """
    name = word.partition(":")[2]
    signs = {engineer.entry: engineer.trigram for engineer in configuration.duty.engineers}
    entries = {sign: entry for entry, sign in signs.items()}
    entry = entries.get(name, name)
    if name and entry not in configuration.directory:
        raise UnknownDestination(name, nearest_of(name, [*configuration.directory, *entries]))
    if not paged:
        return None
    entry = entry or paged[0]
    return TakenOver(entry, signs.get(entry, configuration.directory[entry].title), talked_s)


def visit_words(language: str, dutch_first: bool) -> tuple[Utterance, ...]:
    """What the caller hears, in his language."""
    return tuple(Prompt(CONNECTING, spoken) for spoken in languages_of(language, dutch_first))


__all__ = ["CONNECTING", "VISIT_WORDS", "is_visit", "visit_on_paper", "visit_words"]
