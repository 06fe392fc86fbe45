"""What the active configuration writes for the switch: whom the failsafe rings for which number.

The extensions look it up with AST_CONFIG when they need it: the switch reads the file then, if it has
changed, and nothing has to be loaded when a configuration becomes live. One line for each number, one
section for each different answer: 10,000 numbers of five brands are 10,000 short lines and five sections.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ivr.contract import SOUNDS
from ivr.switch.templates import write_private

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_PROMPT = re.compile(r"[a-z]{2}/[a-z0-9][a-z0-9-]*")
_FORBIDDEN_IN_TITLE = re.compile(r"[^\w .,&/+()-]")

DEFAULT: Final = "default"
"""The section for numbers without a rule."""
NO_RULES: Final = """\
; Not yet written from the active configuration: every caller hears the apology, nobody is rung.
[numbers]
[default]
"""


class FailsafeError(ValueError):
    """A rule that cannot be written: names the number and what is wrong."""

    def __init__(self, number: str, what: str) -> None:
        self.number = number
        self.what = what
        super().__init__(f"Failsafe of {number or 'the desk'}: {what}.")


@dataclass(frozen=True, slots=True)
class FailsafeRule:
    """What the extensions do alone for one dialled number.

    `people` are E.164 numbers, rung one after another. `apology`, `nobody` and `ask` are prompts,
    `nl/apology-technical`. With `ask` each person hears those prompts and must press 1; without, the
    first to answer has the call.
    """

    number: str
    brand: str
    people: tuple[str, ...]
    shown: str = ""
    apology: tuple[str, ...] = ("nl/apology-technical", "fr/apology-technical")
    nobody: tuple[str, ...] = ("nl/failsafe-nobody", "fr/failsafe-nobody")
    ask: tuple[str, ...] = ()


def write_failsafe(path: Path, rules: Iterable[FailsafeRule], default: FailsafeRule) -> None:
    """Write the rules at once; the next call that needs them goes by them.

    `default` serves numbers without a rule, and its people are rung after everybody else's.
    Raises FailsafeError for a number or a prompt that is none, or a number that stands twice.
    """
    write_private(path, "\n".join(_lines(rules, default)) + "\n")


def _lines(rules: Iterable[FailsafeRule], default: FailsafeRule) -> Iterator[str]:
    yield "; Written from the active configuration, for extensions.conf. Changes made here are lost."
    sections: dict[tuple[str, ...], str] = {_settings(default, default): DEFAULT}
    brands = {DEFAULT: default.brand}
    seen: set[str] = set()
    yield "[numbers]"
    for rule in rules:
        _check_number(rule.number, rule.number)
        if rule.number in seen:
            raise FailsafeError(rule.number, "stands twice")
        seen.add(rule.number)
        settings = _settings(rule, default)
        name = sections.get(settings)
        if name is None:
            name = sections[settings] = _name_of(settings)
        brands.setdefault(name, rule.brand)
        yield f"{rule.number[1:]}={name}"
    for settings, name in sections.items():
        yield f"[{name}]"
        yield f"; {_FORBIDDEN_IN_TITLE.sub('', brands[name])}"
        yield from settings


def _name_of(settings: Sequence[str]) -> str:
    """A section is called by what it says: a call that is looked up while the file changes gets one answer
    or the other, never half of each."""
    return f"rule-{hashlib.sha256(chr(10).join(settings).encode()).hexdigest()[:16]}"


def _settings(rule: FailsafeRule, default: FailsafeRule) -> tuple[str, ...]:
    people = tuple(dict.fromkeys((*rule.people, *default.people)))
    for person in people:
        _check_number(rule.number, person)
    if rule.shown:
        _check_number(rule.number, rule.shown)
    values = {
        "people": ":".join(people),
        "shown": rule.shown,
        "apology": _sounds(rule, rule.apology),
        "nobody": _sounds(rule, rule.nobody),
        "ask": _sounds(rule, rule.ask),
    }
    return tuple(f"{key}={value}" for key, value in values.items() if value)


def _sounds(rule: FailsafeRule, prompts: Sequence[str]) -> str:
    for prompt in prompts:
        if not _PROMPT.fullmatch(prompt):
            raise FailsafeError(rule.number, f"{prompt!r} is no prompt like `nl/apology-technical`")
    return "&".join(f"{SOUNDS}/{prompt}" for prompt in prompts)


def _check_number(of: str, number: str) -> None:
    if not _E164.fullmatch(number):
        raise FailsafeError(of, f"{number!r} is no number like `+3220000000`")


__all__ = ["NO_RULES", "FailsafeError", "FailsafeRule", "write_failsafe"]
