"""The types of single values: text in, value out, or `Wrong` with a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialplan.faults import nearest_of
from dialplan.numbers import (
    NumberKind,
    calling_code,
    display,
    has_extension,
    has_trunk_zero,
    is_valid,
    kind_of,
    to_e164,
)
from dialplan.reading import Wrong
from dialplan.times import parse_duration_s
from dialplan.variables import SYSTEM
from dialplan.words import BILINGUAL, LANGUAGES

EnumT = TypeVar("EnumT", bound=StrEnum)

LONGEST_TITLE = 200
_IDENTIFIER = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
_EMAIL = re.compile(
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
YES = frozenset({"yes", "true", "on"})
NO = frozenset({"no", "false", "off"})


def title(text: str) -> str:
    """A text for people: not empty, one line."""
    stripped = text.strip()
    if not stripped:
        raise Wrong("is empty")
    if len(stripped) > LONGEST_TITLE or _CONTROL.search(stripped):
        raise Wrong(f"must be one line of at most {LONGEST_TITLE} characters")
    return stripped


def identifier(text: str) -> str:
    """A name that other things use: small letters, digits and dashes."""
    if not _IDENTIFIER.match(text) or len(text) > 64:
        raise Wrong(f'"{text[:80]}" is no name; a name is made of small letters, digits and dashes')
    return text


def flag(text: str) -> bool:
    """`yes` or `no`."""
    small = text.strip().lower()
    if small in YES or small in NO:
        return small in YES
    raise Wrong(f'"{text}" is neither yes nor no')


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number between two limits."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text.strip()) or not least <= int(text) <= most:
            raise Wrong(f'"{text}" is not a whole number from {least} to {most}')
        return int(text)

    return parse


def duration(least_s: float, most_s: float) -> Callable[[str], float]:
    """A duration with its unit, between two limits in seconds."""

    def parse(text: str) -> float:
        seconds = parse_duration_s(text)
        if not least_s <= seconds <= most_s:
            raise Wrong(f'"{text}" is not between {_spoken(least_s)} and {_spoken(most_s)}')
        return seconds

    return parse


def _spoken(seconds: float) -> str:
    """In the largest unit that leaves a whole number, as the reference writes it: `2 h`, `10 min`."""
    for unit, size in (("h", 3600), ("min", 60)):
        if (seconds >= 2 * size and not seconds % size) or seconds == size == 3600:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def choice(names: Iterable[str]) -> Callable[[str], str]:
    """One of some words."""
    known = tuple(names)

    def parse(text: str) -> str:
        if text not in known:
            raise Wrong(f'"{text}" is none of {", ".join(known)}', nearest_of(text, known))
        return text

    return parse


def member(kind: type[EnumT]) -> Callable[[str], EnumT]:
    """One of the words of an enumeration."""
    parse_word = choice(str(each) for each in kind)
    return lambda text: kind(parse_word(text))


spoken_language = choice(LANGUAGES)
caller_language = choice((*LANGUAGES, BILINGUAL))


def email(text: str) -> str:
    """A mail address."""
    stripped = text.strip()
    host = stripped.rpartition("@")[2]
    if not _EMAIL.match(stripped) or ".." in stripped or ("." not in host and host != "localhost"):
        raise Wrong(f'"{text[:120]}" is not a mail address')
    return stripped


def timezone(text: str) -> str:
    """A time zone of the tz database."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Wrong(f'"{text}" is not a time zone; write it as in "Europe/Brussels"') from None


def country(text: str) -> str:
    """A country as two capital letters."""
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise Wrong(f'"{text}" is not a country; write two capital letters, as in "BE"')
    return text


def phone(home: str) -> Callable[[str], str]:
    """A telephone number of any country, written in any usual form; premium numbers are refused."""

    def parse(text: str) -> str:
        found = to_e164(text, home)
        if found is None or not is_valid(found):
            raise Wrong(f'"{text[:60]}" is not a telephone number')
        if has_extension(text):
            raise Wrong(f'"{text[:60]}" has an extension, which no network dials; write a number without')
        if kind_of(found) is NumberKind.PREMIUM:
            raise Wrong(f"{display(found, home)} is a premium number: calls to it cost money by the minute")
        return found

    return parse


def any_phone(home: str) -> Callable[[str], str]:
    """A telephone number that may call us: of any kind, premium ones too."""

    def parse(text: str) -> str:
        found = to_e164(text, home)
        if found is None or not is_valid(found):
            raise Wrong(f'"{text[:60]}" is not a telephone number')
        return found

    return parse


def phone_prefix(home: str) -> Callable[[str], str]:
    """The beginning of telephone numbers in any usual form, `+3290`, `02 788`, `0033 1*` -> `+331`.

    Where numbers at home begin with no 0, as in Luxembourg, the country is left out: `27` -> `+35227`.
    """
    code, has_trunk = str(calling_code(home)), has_trunk_zero(home)

    def parse(text: str) -> str:
        compact = re.sub(r"[\s./()-]", "", text.strip().removesuffix("*"))
        if not re.fullmatch(r"\+?[0-9]{1,15}", compact):
            raise Wrong(f'"{text[:60]}" is not the beginning of a number; write it as in "+3290" or "02 788"')
        if compact.startswith("00"):
            return f"+{compact[2:]}"
        if compact.startswith("0"):
            return f"+{code}{compact[1:] if has_trunk else compact}"
        if compact.startswith("+"):
            return compact
        return f"+{compact}" if has_trunk or compact.startswith(code) else f"+{code}{compact}"

    return parse


def shown_phone(home: str) -> Callable[[str], str]:
    """A number that may be shown to the called party: operators refuse free and shared-cost ones."""
    parse_phone = phone(home)

    def parse(text: str) -> str:
        found = parse_phone(text)
        if kind_of(found) not in (NumberKind.FIXED, NumberKind.MOBILE):
            raise Wrong(
                f"{display(found, home)} may not be shown to called parties; show a geographic number"
            )
        return found

    return parse


def trigram(text: str) -> str:
    """Three capital letters that stand for an engineer."""
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise Wrong(f'"{text}" is not a trigram; write three capital letters')
    return text


def user_variable(text: str) -> str:
    """The name of a variable that a plan may set."""
    if text in SYSTEM:
        raise Wrong(f'"{text}" is set by the system; choose another name')
    return identifier(text)


def variable_named(text: str) -> str:
    """A variable as it is named where it is read: `$customer` -> `customer`."""
    if not text.startswith("$"):
        nearest = f"${text}" if text in SYSTEM else ""
        raise Wrong(f'"{text[:40]}" is no variable; write it as in "$customer"', nearest)
    return identifier(text[1:])
