"""`announce`: say something and go on.

    welcome: {announce: $brand.welcome, once: yes, next: hours}
    advert: {announce: [tip-1, tip-2, tip-3], pick: one, stop: yes, next: choose}

Fields: `announce` one word or a list (see `dialplan.words`); `once: yes` says it in one language only, for
words that are bilingual themselves; `pick: one` says one of the words, by chance, the same one all through a
call; `stop: yes` lets any key end it, and the key counts for what is asked next; `next`; `rest` (default:
`next`), taken when it cannot be said. Keys pressed meanwhile count for the question that follows, unless that
one says `type-ahead: no`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.chance import own_chance
from dialplan.commands import Play
from dialplan.events import Event, Played
from dialplan.fields import choice, flag
from dialplan.nodes.ahead import is_question_ahead
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.speech import read_words
from dialplan.reading import Section
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import Words, is_fixed, say_words, utter

PICK: Final = ("all", "one")


@dataclass(frozen=True, slots=True)
class Announce:
    """Words to say."""

    kind: ClassVar[str] = "announce"
    exits: Mapping[str, str]
    words: Words
    once: bool = False
    is_one: bool = False
    """Whether chance picks one of the words."""
    stops: bool = False

    def enter(self, run: Run) -> Move:
        """Say it."""
        memo, key = run.configuration.memo, (id(self), run.brand.id, run.language, run.call.dutch_first)
        known: Ask | None = memo.get(key)
        if known is not None:
            return known
        listens = self.stops or is_question_ahead(run, self)
        ask = Ask(Play(utter(run, self._words(run), self.once), listens, self.stops))
        if is_fixed(self.words) and not self.is_one:
            memo[key] = ask
        return ask

    def resume(self, run: Run, event: Event) -> Move:
        """It has been said."""
        if type(event) is not Played:
            expect(event, Played)
        if self.is_one:
            return Go(NEXT, f"said {say_words(run, self._words(run))}, which chance picked")
        memo, key = run.configuration.memo, (id(self), run.brand.id)
        known: Go | None = memo.get(key)
        if known is None:
            known = memo[key] = Go(NEXT, f"said {say_words(run, self.words)}")
        return known

    def _words(self, run: Run) -> Words:
        if not self.is_one:
            return self.words
        drawn = own_chance(run.call.chance, f"{run.plan}.{run.node}")
        at = int(drawn * len(self.words))
        return self.words[at : at + 1]


def read(section: Section) -> Announce:
    """An announce node as it is written."""
    words = read_words(section, "announce")
    once = section.get("once", flag, False)
    is_one = section.get("pick", choice(PICK), "all") == "one"
    if is_one and len(words) < 2 and section.has("announce"):
        section.fault("pick", "one of one word is no choice")
    stops = section.get("stop", flag, False)
    return Announce(read_exits(section, needs_next=True, rest_is_next=True), words, once, is_one, stops)
