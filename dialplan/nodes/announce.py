"""`announce`: say something and go on.

    welcome: {announce: $brand.welcome, once: yes, next: hours}

Fields: `announce` one word or a list (see `dialplan.words`); `once: yes` says it in one language only, for
words that are bilingual themselves; `next`; `rest` (default: `next`), taken when it cannot be said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dialplan.commands import Play
from dialplan.events import Event, Played
from dialplan.fields import flag
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.speech import read_words
from dialplan.reading import Section
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import Words, say_words, utter


@dataclass(frozen=True, slots=True)
class Announce:
    """Words to say."""

    kind: ClassVar[str] = "announce"
    exits: Mapping[str, str]
    words: Words
    once: bool = False

    def enter(self, run: Run) -> Move:
        """Say it."""
        return Ask(Play(utter(run, self.words, self.once)))

    def resume(self, run: Run, event: Event) -> Move:
        """It has been said."""
        expect(event, Played)
        return Go(NEXT, f"said {say_words(run, self.words)}")


def read(section: Section) -> Announce:
    """An announce node as it is written."""
    words = read_words(section, "announce")
    once = section.get("once", flag, False)
    return Announce(read_exits(section, needs_next=True, rest_is_next=True), words, once)
