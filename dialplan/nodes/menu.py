"""`menu`: say the choices and read a key.

    choose:
      menu: choose-department
      keys: {1: sales, 2: support, 12: director}
      repeat: "*"
      wait: 5 s
      tries: 3
      exits: {no-input: operator, wrong-input: operator}
      rest: operator

Fields: `menu` the words; `keys` choice -> node, a choice being one key or several; `wait` for the key after
the words (default 5 s), `wait-next` between two keys (default 2 s); `repeat` the key that has the choices
said again, at most 5 times; `extensions: yes` lets the caller key the extension of somebody in the directory,
which is kept in `$extension`. `tries` (default 3), `tries-no-input`, `tries-wrong-input`, `say-no-input`,
`say-wrong-input` and `type-ahead`: see `dialplan.nodes.attempts`. Exits: each choice; `extension`;
`no-input` and `wrong-input` after the last try; `rest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from dialplan.commands import Collect
from dialplan.events import Event, Keyed
from dialplan.extensions import EXTENSION, resolve_extension
from dialplan.fields import duration, flag, identifier
from dialplan.nodes.attempts import NO_INPUT, SORRY, WRONG_INPUT, Attempts, read_attempts
from dialplan.nodes.exits import node_of, read_exits
from dialplan.nodes.speech import read_words
from dialplan.reading import Section, Wrong
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import Words, is_fixed, utter

__all__ = ["KEYS", "NO_INPUT", "SORRY", "WRONG_INPUT", "Menu", "is_key", "one_key", "read", "read_keys"]

KEYS = "0123456789*#"
LONGEST_CHOICE: Final = 6
MOST_REPEATS: Final = 5


@dataclass(frozen=True, slots=True)
class Menu:
    """Choices by keys."""

    kind: ClassVar[str] = "menu"
    exits: Mapping[str, str]
    words: Words
    keys: frozenset[str]
    wait_s: float = 5.0
    attempts: Attempts = field(default_factory=Attempts)
    repeat: str = ""
    extensions: bool = False
    next_s: float = 2.0

    def enter(self, run: Run) -> Move:
        """Say the choices."""
        memo, key = run.configuration.memo, (id(self), run.brand.id, run.language, run.call.dutch_first)
        known: Ask | None = memo.get(key)
        if known is None:
            known = self._ask(run, (), (0, 0), 0)
            if is_fixed(self.words):
                memo[key] = known
        return known

    def resume(self, run: Run, event: Event) -> Move:
        """Take the choice, or say sorry and ask again."""
        digits = event.digits if type(event) is Keyed else expect(event, Keyed).digits
        if digits in self.keys:
            return Go(digits, f"the caller chose {digits}")
        if self.extensions and resolve_extension(run.configuration, digits) is not None:
            run.set_variable(EXTENSION, digits)
            return Go(EXTENSION, "the caller keyed an extension of the directory")
        repeats = int(run.memory[2]) if len(run.memory) > 2 else MOST_REPEATS
        if digits and digits == self.repeat and repeats < MOST_REPEATS:
            return self._ask(run, (), (int(run.memory[0]), int(run.memory[1])), repeats + 1)
        return self._again(run, WRONG_INPUT if digits else NO_INPUT, repeats)

    def _again(self, run: Run, failing: str, repeats: int) -> Move:
        counts = self.attempts.failed(run.memory, failing)
        if not run.memory or self.attempts.is_over(counts, failing):
            what = "no key was pressed" if failing == NO_INPUT else "a key was pressed that is no choice"
            return Go(failing, self.attempts.say_over(what, counts, failing))
        return self._ask(run, self.attempts.sorry[failing], counts, repeats, failing == WRONG_INPUT)

    def _ask(
        self, run: Run, before: Words, counts: tuple[int, int], repeats: int, fresh: bool = False
    ) -> Ask:
        choices = self._choices(run)
        collect = Collect(
            utter(run, (*before, *self.words)),
            max(map(len, choices)),
            self.wait_s,
            self.next_s,
            fresh=fresh or not self.attempts.is_ahead,
            choices=choices,
        )
        return Ask(collect, (*counts, repeats))

    def _choices(self, run: Run) -> frozenset[str]:
        """Everything that may be keyed, for the reader to know when it is complete."""
        memo, key = run.configuration.memo, (id(self), "choices")
        known: frozenset[str] | None = memo.get(key)
        if known is None:
            own = {*self.keys, self.repeat} - {""}
            others = run.configuration.extensions if self.extensions else ()
            known = memo[key] = frozenset({*own, *others} or {"0"})
        return known


def read(section: Section) -> Menu:
    """A menu node as it is written."""
    words = read_words(section, "menu")
    keys = read_keys(section)
    extensions = section.get("extensions", flag, False)
    repeat = section.get("repeat", one_key, "")
    if repeat and repeat in keys:
        section.fault("repeat", f'"{repeat}" is a choice already')
    own = (NO_INPUT, WRONG_INPUT, EXTENSION) if extensions else (NO_INPUT, WRONG_INPUT)
    exits = read_exits(section, own=own)
    if extensions and EXTENSION not in exits and "rest" not in exits:
        section.fault("extensions", 'has no exit "extension": where does a caller go who keys one?')
    return Menu(
        {**exits, **keys},
        words,
        frozenset(keys),
        wait_s=section.get("wait", duration(1, 60), 5.0),
        attempts=read_attempts(section),
        repeat=repeat,
        extensions=extensions,
        next_s=section.get("wait-next", duration(0.5, 20), 2.0),
    )


def read_keys(section: Section) -> dict[str, str]:
    """Choice -> node."""
    table = section.section("keys", is_needed=True)
    found: dict[str, str] = {}
    for key, place, cell in table.entries() if table else ():
        where = f'{section.path("keys")}["{key}"]'
        if not is_choice(key):
            message = "is not a key of a telephone" if len(key) == 1 else "is no choice of telephone keys"
            section.reading.fault(place, where, f'"{key[:40]}" {message}')
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


def is_choice(text: str) -> bool:
    """Whether this is one key of a telephone, or a few."""
    return 1 <= len(text) <= LONGEST_CHOICE and all(sign in KEYS for sign in text)


def one_key(text: str) -> str:
    """A key of a telephone, as a field."""
    if not is_key(text):
        raise Wrong(f'"{text}" is not a key of a telephone')
    return text
