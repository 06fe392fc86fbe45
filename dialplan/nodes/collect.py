"""`collect`: read digits into a variable, and let the caller confirm them.

    ticket:
      collect: enter-ticket-number
      into: ticket
      pattern: 1-xxxxxxxxxx
      end: "#"
      confirm: yes
      tries: 3
      next: page
      exits: {no-input: page, wrong-input: page}

Fields: `collect` the words; `into` the variable; what may be keyed is one of `digits`, how many, as `3-10`;
`pattern`, one or several, in which `x` is any digit, a digit is itself and other signs are only written:
keyed 10123456789, kept 1-0123456789; `as: phone`, a telephone number in any form, kept as E.164.
`end` is the key that ends the reading (default #; `none`); `wait` for the first digit (default 6 s),
`wait-next` between digits (3 s); `confirm: yes` says the digits again, after `read-back` (default
`customer-number-is`), and asks for 1 by `ask-confirm` (default `press-1-to-confirm`); `secret: yes` keeps
what is keyed out of records and traces. `tries` (default 3),
`tries-no-input`, `tries-wrong-input`, `say-no-input`, `say-wrong-input` and `type-ahead`: see
`dialplan.nodes.attempts`. Exits: `next`; `no-input` and `wrong-input` after the last try; `rest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from dialplan.commands import Collect as CollectCommand
from dialplan.events import Event, Keyed
from dialplan.fields import choice, duration, flag, user_variable, whole
from dialplan.files.variables import define_variable
from dialplan.keyed import Form, parse_form, write_phone
from dialplan.nodes.attempts import NO_INPUT, WRONG_INPUT, Attempts, read_attempts
from dialplan.nodes.exits import NEXT, read_exits
from dialplan.nodes.menu import one_key
from dialplan.nodes.speech import read_words
from dialplan.reading import Section, Wrong
from dialplan.run import Ask, Go, Memory, Move, Run, expect
from dialplan.words import Value, Words, utter

READ_BACK: Final = "customer-number-is"
ASK_CONFIRM: Final = "press-1-to-confirm"
CONFIRM_KEY: Final = "1"
PHONE: Final = "phone"
LONGEST_PHONE: Final = 17
"""`00`, and the 15 digits of the longest number."""
SHORTEST_PHONE: Final = 8
CONFIRMING: Final = "confirm"


@dataclass(frozen=True, slots=True)
class Collect:
    """Digits to read. `forms`: what they must look like; `is_phone`: a telephone number."""

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
    ask_confirm: Words = (ASK_CONFIRM,)
    attempts: Attempts = field(default_factory=Attempts)
    forms: tuple[Form, ...] = ()
    is_phone: bool = False
    is_secret: bool = False

    def enter(self, run: Run) -> Move:
        """Ask for the digits."""
        return self._ask(run, (), (0, 0), fresh=not self.attempts.is_ahead)

    def resume(self, run: Run, event: Event) -> Move:
        """Take the digits, or the confirmation of those taken before."""
        digits = expect(event, Keyed).digits
        if CONFIRMING in run.memory:
            return self._confirmed(run, digits)
        value = self._value(run, digits)
        if not value:
            return self._again(run, WRONG_INPUT if digits else NO_INPUT)
        run.set_variable(self.into, value)
        if not self.confirm:
            return Go(NEXT, f"{len(digits)} digits were keyed for {self.into}")
        return self._ask_confirm(run, len(digits))

    def _ask_confirm(self, run: Run, keyed: int) -> Ask:
        said = Value(self.into, PHONE if self.is_phone else "digits")
        words = utter(run, (*self.read_back, said, *self.ask_confirm))
        memory: Memory = (*run.memory[:2], CONFIRMING, keyed)
        fresh = not self.attempts.is_ahead
        return Ask(CollectCommand(words, 1, self.first_s, self.next_s, fresh=fresh), memory)

    def _confirmed(self, run: Run, digits: str) -> Move:
        if digits == CONFIRM_KEY:
            return Go(NEXT, f"{run.memory[3]} digits were keyed for {self.into} and confirmed")
        run.set_variable(self.into, "")
        return self._again(run, WRONG_INPUT if digits else NO_INPUT)

    def _again(self, run: Run, failing: str) -> Move:
        counts = self.attempts.failed(run.memory, failing)
        if not self.attempts.is_over(counts, failing):
            return self._ask(run, self.attempts.sorry[failing], counts, fresh=failing == WRONG_INPUT)
        what = "nothing was keyed" if failing == NO_INPUT else "what was keyed was wrong or not confirmed"
        return Go(failing, self.attempts.say_over(what, counts, failing))

    def _value(self, run: Run, digits: str) -> str:
        """What is kept of the digits; empty when they are not good."""
        if not (digits.isdecimal() and digits.isascii() and self.least <= len(digits) <= self.most):
            return ""
        if self.is_phone:
            return write_phone(digits, run.configuration.desk.country)
        if not self.forms:
            return digits
        return next((written for form in self.forms if (written := form.write(digits))), "")

    def _ask(self, run: Run, before: Words, counts: tuple[int, int], fresh: bool) -> Ask:
        words = utter(run, (*before, *self.words))
        collect = CollectCommand(
            words,
            self.most,
            self.first_s,
            self.next_s,
            self.end,
            fresh=fresh or not self.attempts.is_ahead,
            secret=self.is_secret,
        )
        return Ask(collect, counts)


def read(section: Section) -> Collect:
    """A collect node as it is written."""
    words = read_words(section, "collect")
    into = section.need("into", user_variable, "")
    define_variable(section.reading, into, section.place_of("into"))
    forms = section.list_of("pattern", parse_form)
    is_phone = section.get("as", choice((PHONE,)), "") == PHONE
    least, most = _read_lengths(section, forms, is_phone)
    confirm = section.get("confirm", flag, False)
    is_secret = section.get("secret", flag, False)
    if confirm and is_secret:
        section.fault("secret", "a secret is not read aloud: keep either secret or confirm")
    return Collect(
        read_exits(section, own=(NO_INPUT, WRONG_INPUT), needs_next=True),
        words,
        into,
        least,
        most,
        end=section.get("end", _end_key, "#"),
        first_s=section.get("wait", duration(1, 60), 6.0),
        next_s=section.get("wait-next", duration(1, 60), 3.0),
        confirm=confirm,
        read_back=read_words(section, "read-back", (READ_BACK,)) if confirm else (),
        ask_confirm=read_words(section, "ask-confirm", (ASK_CONFIRM,)) if confirm else (),
        attempts=read_attempts(section),
        forms=forms,
        is_phone=is_phone,
        is_secret=is_secret,
    )


def _read_lengths(section: Section, forms: tuple[Form, ...], is_phone: bool) -> tuple[int, int]:
    """How many digits at least and at most."""
    given = [key for key in ("digits", "pattern", "as") if section.has(key)]
    if len(given) > 1:
        names = " and ".join(f'"{key}"' for key in given)
        section.fault(given[1], f"{names} both say what may be keyed; keep one")
    if not given:
        section.reading.fault(
            section.place, section.where, 'write "digits", "pattern" or "as": what may be keyed'
        )
        return 1, 1
    if section.has("digits"):
        return section.need("digits", _count, (1, 1))
    if is_phone:
        return SHORTEST_PHONE, LONGEST_PHONE
    lengths = [form.length for form in forms] or [1]
    return min(lengths), max(lengths)


def _end_key(text: str) -> str:
    return "" if text == "none" else one_key(text)


def _count(text: str) -> tuple[int, int]:
    parse = whole(1, 40)
    first, dash, last = text.partition("-")
    least, most = parse(first), parse(last if dash else first)
    if least > most:
        raise Wrong(f'"{text}" ends before it begins')
    return least, most
