"""`menu`: say the choices and read one key.

    choose:
      menu: choose-department
      keys: {1: sales, 2: support}
      wait: 5 s
      tries: 3
      exits: {no-input: operator, wrong-input: operator}
      rest: operator

Fields: `menu` the words; `keys` key -> node; `wait` for the key after the words (default 5 s); `tries`
(default 3): after no key, or one that is no choice, `sorry` is said (default `no-input`, `invalid-choice`)
and the choices again. Exits: each key; `no-input` and `wrong-input` after the last try; `rest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from dialplan.commands import Collect
from dialplan.events import Event, Keyed
from dialplan.fields import duration, identifier, whole
from dialplan.nodes.exits import node_of, read_exits
from dialplan.nodes.speech import read_words, refer_prompts
from dialplan.reading import Section, Wrong
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import Words, utter

KEYS = "0123456789*#"
NO_INPUT = "no-input"
WRONG_INPUT = "wrong-input"
SORRY: Mapping[str, Words] = {NO_INPUT: ("no-input",), WRONG_INPUT: ("invalid-choice",)}


@dataclass(frozen=True, slots=True)
class Menu:
    """Choices by one key."""

    kind: ClassVar[str] = "menu"
    exits: Mapping[str, str]
    words: Words
    keys: frozenset[str]
    wait_s: float = 5.0
    tries: int = 3
    sorry: Mapping[str, Words] = field(default_factory=lambda: SORRY)

    def enter(self, run: Run) -> Move:
        """Say the choices."""
        return self._ask(run, (), 1)

    def resume(self, run: Run, event: Event) -> Move:
        """Take the choice, or say sorry and ask again."""
        digits = expect(event, Keyed).digits
        if digits in self.keys:
            return Go(digits, f"the caller chose {digits}")
        failing = WRONG_INPUT if digits else NO_INPUT
        tried = int(run.memory[0]) if run.memory else self.tries
        if tried >= self.tries:
            return Go(failing, _say_failing(failing, self.tries))
        return self._ask(run, self.sorry[failing], tried + 1)

    def _ask(self, run: Run, before: Words, tried: int) -> Ask:
        return Ask(Collect(utter(run, (*before, *self.words)), 1, self.wait_s, self.wait_s), (tried,))


def _say_failing(failing: str, tries: int) -> str:
    what = "no key was pressed" if failing == NO_INPUT else "a key was pressed that is no choice"
    return what if tries == 1 else f"{what}, {tries} times asked"


def read(section: Section) -> Menu:
    """A menu node as it is written."""
    words = read_words(section, "menu")
    keys = read_keys(section)
    for name, said in SORRY.items():
        refer_prompts(section, f"sorry {name}", said)
    wait_s = section.get("wait", duration(1, 60), 5.0)
    tries = section.get("tries", whole(1, 9), 3)
    exits = read_exits(section, own=(NO_INPUT, WRONG_INPUT))
    return Menu({**exits, **keys}, words, frozenset(keys), wait_s, tries)


def read_keys(section: Section) -> dict[str, str]:
    """Key -> node."""
    table = section.section("keys", is_needed=True)
    found: dict[str, str] = {}
    for key, place, cell in table.entries() if table else ():
        where = f'{section.path("keys")}["{key}"]'
        if not is_key(key):
            section.reading.fault(place, where, f'"{key}" is not a key of a telephone')
            continue
        found[key] = section.parsed(cell, where, identifier, "")
        if found[key]:
            section.reading.refer(node_of(section), found[key], cell.place, where)
    if table is not None and not table.keys:
        section.fault("keys", "a menu without choices")
    return {key: target for key, target in found.items() if target}


def is_key(text: str) -> bool:
    """Whether this is one key of a telephone."""
    return len(text) == 1 and text in KEYS


def one_key(text: str) -> str:
    """A key of a telephone, as a field."""
    if not is_key(text):
        raise Wrong(f'"{text}" is not a key of a telephone')
    return text
