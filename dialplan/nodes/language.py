"""`language`: set the language of what is said from here on, or let the caller choose it.

    french: {language: fr, next: hours}
    theirs: {language: $their_language, next: hours}
    choose: {language: {ask: choose-language, keys: {1: nl, 2: fr, 3: de, 4: en}}, next: hours}

Fields: `language` one of nl, fr, de, en, a variable that holds one of them, or `ask` and `keys`, with `wait`
(default 5 s). `bi`, Dutch and French in an order that chance decides, is set by the desk or the brand only; a
plan replaces it. The question is said once: it speaks every language itself. No key, one that is no choice,
or a variable that holds no language, leaves the language as it is. Exits: `next`; `rest` (default: `next`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from dialplan.cells import Table
from dialplan.commands import Collect
from dialplan.events import Event, Keyed
from dialplan.fields import duration, spoken_language
from dialplan.files.variables import read_variable
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.menu import is_key
from dialplan.nodes.speech import read_words
from dialplan.reading import Section, Wrong
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.variables import value_of
from dialplan.words import BILINGUAL, LANGUAGES, Words, utter


@dataclass(frozen=True, slots=True)
class Language:
    """A language, the question for it, or the variable that holds it."""

    kind: ClassVar[str] = "language"
    exits: Mapping[str, str]
    language: str = ""
    words: Words = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 5.0
    variable: str = ""

    def enter(self, run: Run) -> Move:
        """Set it, or ask."""
        if self.words:
            return Ask(Collect(utter(run, self.words, once=True), 1, self.wait_s, self.wait_s))
        if self.variable:
            return self._copy(run)
        run.language = self.language
        return Go(NEXT, f"the language is {self.language}")

    def _copy(self, run: Run) -> Go:
        held = value_of(run, self.variable).strip().casefold()
        if held not in LANGUAGES:
            return Go(NEXT, f"${self.variable} holds none of {', '.join(LANGUAGES)}; it stays {run.language}")
        run.language = held
        return Go(NEXT, f"the language is {held}, as ${self.variable} says")

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
    if section.need("language", str, "nl").startswith("$"):
        variable = read_variable(section, "language")
        return Language(read_exits(section, needs_next=True, rest_is_next=True), variable=variable)
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
