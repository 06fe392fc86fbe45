"""`language`: set the language of what is said from here on, or let the caller choose it.

    french: {language: fr, next: hours}
    choose: {language: {ask: choose-language, keys: {1: nl, 2: fr, 3: de, 4: en}}, next: hours}

Fields: `language` one of nl, fr, de, en, or `ask` and `keys`, with `wait` (default 5 s). `bi`, Dutch and
French in an order that chance decides, is set by the desk or the brand only. The question is said
once: it speaks every language itself. No key, or one that is no choice, leaves the language as it is.
Exits: `next`; `rest` (default: `next`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from dialplan.commands import Collect
from dialplan.document import Table
from dialplan.events import Event, Keyed
from dialplan.fields import duration, spoken_language
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.menu import is_key
from dialplan.nodes.speech import read_words
from dialplan.reading import Section, Wrong
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import BILINGUAL, Words, utter


@dataclass(frozen=True, slots=True)
class Language:
    """A language, or the question for it."""

    kind: ClassVar[str] = "language"
    exits: Mapping[str, str]
    language: str = ""
    words: Words = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 5.0

    def enter(self, run: Run) -> Move:
        """Set it, or ask."""
        if self.words:
            return Ask(Collect(utter(run, self.words, once=True), 1, self.wait_s, self.wait_s))
        run.language = self.language
        return Go(NEXT, f"the language is {self.language}")

    def resume(self, run: Run, event: Event) -> Move:
        """Take the choice."""
        chosen = self.keys.get(expect(event, Keyed).digits)
        if chosen is None:
            return Go(NEXT, f"no language was chosen; it stays {run.language}")
        run.language = chosen
        return Go(NEXT, f"the caller chose {chosen}")


def read(section: Section) -> Language:
    """A language node as it is written."""
    if isinstance(section.cell("language"), Table):
        return _read_question(section)
    language = section.need("language", _settable, "nl")
    return Language(read_exits(section, needs_next=True, rest_is_next=True), language)


def _settable(text: str) -> str:
    if text == BILINGUAL:
        raise Wrong(f'"{BILINGUAL}" is set by the desk or the brand; a plan sets nl, fr, de or en')
    return spoken_language(text)


def _read_question(section: Section) -> Language:
    question = section.section("language")
    assert question is not None
    words = read_words(question, "ask")
    wait_s = question.get("wait", duration(1, 60), 5.0)
    keys = _read_keys(question)
    question.close()
    return Language(read_exits(section, needs_next=True, rest_is_next=True), "", words, keys, wait_s)


def _read_keys(question: Section) -> dict[str, str]:
    table = question.section("keys", is_needed=True)
    found: dict[str, str] = {}
    for key, place, cell in table.entries() if table else ():
        where = f'{question.path("keys")}["{key}"]'
        if not is_key(key):
            question.reading.fault(place, where, f'"{key}" is not a key of a telephone')
        found[key] = question.parsed(cell, where, _settable, "nl")
    return found
