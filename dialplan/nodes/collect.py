"""`collect`: read digits into a variable, and let the caller confirm them.

    number:
      collect: enter-customer-number
      into: customer
      digits: 3-10
      end: "#"
      confirm: yes
      tries: 3
      next: page
      exits: {no-input: page, wrong-input: page}

Fields: `collect` the words; `into` the variable; `digits` how many, `4` or `3-10`; `end` the key that
ends the reading (default #); `wait` for the first digit (default 6 s), `wait-next` between digits (3 s);
`confirm: yes` says the digits again, after `read-back` (default `customer-number-is`), and asks for 1;
`tries` (default 3). Exits: `next`; `no-input` and `wrong-input` after the last try; `rest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from dialplan.commands import Collect as CollectCommand
from dialplan.events import Event, Keyed
from dialplan.fields import duration, flag, identifier, whole
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.menu import NO_INPUT, SORRY, WRONG_INPUT, one_key
from dialplan.nodes.speech import read_words, refer_prompts
from dialplan.reading import Section, Wrong
from dialplan.run import Ask, Go, Move, Run, expect
from dialplan.words import Value, Words, utter

READ_BACK: Final = "customer-number-is"
ASK_CONFIRM: Final = "press-1-to-confirm"
CONFIRM_KEY: Final = "1"


@dataclass(frozen=True, slots=True)
class Collect:
    """Digits to read."""

    kind: ClassVar[str] = "collect"
    exits: Mapping[str, str]
    words: Words
    into: str
    least: int
    most: int
    end: str = "#"
    first_s: float = 6.0
    next_s: float = 3.0
    confirm: bool = False
    read_back: Words = (READ_BACK,)
    tries: int = 3

    def enter(self, run: Run) -> Move:
        """Ask for the digits."""
        return self._ask(run, (), 1)

    def resume(self, run: Run, event: Event) -> Move:
        """Take the digits, or the confirmation of those taken before."""
        keyed = expect(event, Keyed)
        tried = int(run.memory[0])
        if len(run.memory) > 1:
            return self._confirmed(run, keyed.digits, tried)
        if not self._is_good(keyed.digits):
            return self._again(run, WRONG_INPUT if keyed.digits else NO_INPUT, tried)
        run.set_variable(self.into, keyed.digits)
        if not self.confirm:
            return Go(NEXT, f"{len(keyed.digits)} digits were keyed for {self.into}")
        words: Words = (*self.read_back, Value(self.into, "digits"), ASK_CONFIRM)
        return Ask(CollectCommand(utter(run, words), 1, self.first_s, self.next_s), (tried, "confirm"))

    def _confirmed(self, run: Run, digits: str, tried: int) -> Move:
        if digits == CONFIRM_KEY:
            return Go(
                NEXT, f"{len(run.variables[self.into])} digits were keyed for {self.into} and confirmed"
            )
        run.set_variable(self.into, "")
        return self._again(run, WRONG_INPUT if digits else NO_INPUT, tried)

    def _again(self, run: Run, failing: str, tried: int) -> Move:
        if tried < self.tries:
            return self._ask(run, SORRY[failing], tried + 1)
        what = "nothing was keyed" if failing == NO_INPUT else "what was keyed was wrong or not confirmed"
        return Go(failing, what if self.tries == 1 else f"{what}, {self.tries} times asked")

    def _is_good(self, digits: str) -> bool:
        return digits.isdecimal() and digits.isascii() and self.least <= len(digits) <= self.most

    def _ask(self, run: Run, before: Words, tried: int) -> Ask:
        words = utter(run, (*before, *self.words))
        return Ask(CollectCommand(words, self.most, self.first_s, self.next_s, self.end), (tried,))


def read(section: Section) -> Collect:
    """A collect node as it is written."""
    words = read_words(section, "collect")
    into = section.need("into", _variable, "")
    least, most = section.need("digits", _count, (1, 1))
    confirm = section.get("confirm", flag, False)
    for said in SORRY.values():
        refer_prompts(section, "collect", said)
    if confirm:
        refer_prompts(section, "confirm", (ASK_CONFIRM,))
    return Collect(
        read_exits(section, own=(NO_INPUT, WRONG_INPUT), needs_next=True),
        words,
        into,
        least,
        most,
        end=section.get("end", one_key, "#"),
        first_s=section.get("wait", duration(1, 60), 6.0),
        next_s=section.get("wait-next", duration(1, 60), 3.0),
        confirm=confirm,
        read_back=read_words(section, "read-back", (READ_BACK,)) if confirm else (),
        tries=section.get("tries", whole(1, 9), 3),
    )


def _variable(text: str) -> str:
    return identifier(text)


def _count(text: str) -> tuple[int, int]:
    parse = whole(1, 40)
    first, dash, last = text.partition("-")
    least, most = parse(first), parse(last if dash else first)
    if least > most:
        raise Wrong(f'"{text}" ends before it begins')
    return least, most
