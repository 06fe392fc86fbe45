"""What a caller may key, and how it is written: `1-xxxxxxxxxx` is a ticket number, keyed without its dash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dialplan.numbers import is_valid, to_e164
from dialplan.reading import Wrong

DIGITS: Final = "0123456789"
ANY: Final = "x"
_PATTERN: Final = re.compile(r"[0-9x][0-9x \-/.]{0,58}[0-9x]|[0-9x]")


@dataclass(frozen=True, slots=True)
class Form:
    """A form of what is keyed: `x` stands for any digit, a digit for itself, other signs are written only."""

    pattern: str

    @property
    def length(self) -> int:
        """How many digits are keyed."""
        return sum(sign == ANY or sign in DIGITS for sign in self.pattern)

    def write(self, digits: str) -> str:
        """The digits as they are written; empty when they do not fit."""
        if len(digits) != self.length:
            return ""
        left = iter(digits)
        written: list[str] = []
        for sign in self.pattern:
            if sign != ANY and sign not in DIGITS:
                written.append(sign)
                continue
            digit = next(left)
            if sign not in (ANY, digit):
                return ""
            written.append(digit)
        return "".join(written)


def parse_form(text: str) -> Form:
    """A form as it is written in a plan."""
    if not _PATTERN.fullmatch(text.strip()):
        message = f'"{text[:60]}" is no pattern; write digits, x for any digit, and signs between them'
        raise Wrong(f'{message}, as in "1-xxxxxxxxxx"')
    return Form(text.strip())


def write_phone(digits: str, country: str) -> str:
    """Keyed digits as an E.164 number of a telephone; empty when they are none."""
    found = to_e164(digits, country)
    return found if found is not None and is_valid(found) else ""
