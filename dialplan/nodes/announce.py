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
from dialplan.words import Words, is_fixed, say_words, utter


@dataclass(frozen=True, slots=True)
class Announce:
    """Words to say."""

    kind: ClassVar[str] = "announce"
    exits: Mapping[str, str]
    words: Words
    once: bool = False

    def enter(self, run: Run) -> Move:
        """Say it."""
        memo, key = run.configuration.memo, (id(self), run.brand.id, run.language, run.call.dutch_first)
        known: Ask | None = memo.get(key)
        if known is not None:
            return known
        ask = Ask(Play(utter(run, self.words, self.once)))
        if is_fixed(self.words):
            memo[key] = ask
        return ask

    def resume(self, run: Run, event: Event) -> Move:
        """It has been said."""
        expect(event, Played)
        memo, key = run.configuration.memo, (id(self), run.brand.id)
        known: Go | None = memo.get(key)
        if known is None:
            known = memo[key] = Go(NEXT, f"said {say_words(run, self.words)}")
        return known


def read(section: Section) -> Announce:
    """An announce node as it is written."""
    words = read_words(section, "announce")
    once = section.get("once", flag, False)
    return Announce(read_exits(section, needs_next=True, rest_is_next=True), words, once)
