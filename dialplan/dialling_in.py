"""Who it is that dials the engineers' number: by the number shown, by keys; and such a call on paper.

Three letters on the keypad (ADU is 238) or a telephone number of one's own say who somebody claims to be;
only a PIN shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from dialplan.commands import ServeEngineer
from dialplan.events import EngineerServed, LineEnd
from dialplan.model import Configuration
from dialplan.numbers import to_e164
from dialplan.pins import is_pin

ENGINEERS: Final = "engineers"
"""Stands for everybody of duty.yaml who has a trigram."""
TRIES: Final = 3
"""PINs that may be keyed on one call."""
DESK_KEY: Final = "4"
BLOCKED: Final = "blocked"
"""How a call is supposed to end for which no PIN is looked at."""
LINE_WORDS: Final = f"{', '.join(LineEnd)} or {BLOCKED}"
_KEYPAD: Final = {
    letter: key
    for key, letters in {
        "2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ",
    }.items()
    for letter in letters
}  # fmt: skip


def on_keypad(letters: str) -> str:
    """The keys on which letters stand: `ADU` -> `238`."""
    return "".join(_KEYPAD.get(letter, "") for letter in letters.upper())


def people_of_line(configuration: Configuration, people: Collection[str]) -> tuple[str, ...]:
    """The directory entries that may come in: those named, or all engineers."""
    named = tuple(one for one in people if one != ENGINEERS)
    engineers = tuple(engineer.entry for engineer in configuration.duty.engineers)
    return tuple(dict.fromkeys((*named, *(engineers if ENGINEERS in people else ()))))


def owners_of(configuration: Configuration, number: str | None, people: Collection[str]) -> tuple[str, ...]:
    """Whose telephone that is (E.164), of these people."""
    directory = configuration.directory
    entries = [directory[one] for one in people if one in directory]
    return tuple(
        entry.id for entry in entries if number and any(phone.number == number for phone in entry.phones)
    )


def claimants_of(configuration: Configuration, keyed: str, people: Collection[str]) -> tuple[str, ...]:
    """Who may have keyed that of these people: a trigram by its letters, or a telephone number."""
    engineers = configuration.duty.engineers
    by_letters = [one.entry for one in engineers if one.entry in people and on_keypad(one.trigram) == keyed]
    number = to_e164(keyed, configuration.desk.country) if len(keyed) > len("ADU") else None
    return tuple(dict.fromkeys((*by_letters, *owners_of(configuration, number, people))))


def serve_on_paper(
    configuration: Configuration,
    asked: ServeEngineer,
    caller: str | None,
    next_keys: Callable[[], str],
    word: str,
) -> EngineerServed | None:
    """What comes of such a call; None when `word` says nothing about it.

    `next_keys`: what is keyed at each question, empty for nothing. PINs are compared with their hashes.
    """
    people = people_of_line(configuration, asked.people)
    if word == BLOCKED:
        return EngineerServed(LineEnd.NOT_KNOWN, why="there were too many wrong PINs before")
    if word:
        return EngineerServed(LineEnd(word), why="supposed") if word in tuple(LineEnd) else None
    claimed = owners_of(configuration, caller, people)
    if not claimed and asked.is_known_phones_only:
        return EngineerServed(LineEnd.NOT_KNOWN, why="nobody is known to have that telephone")
    claimed = claimed or claimants_of(configuration, next_keys(), people)
    for _ in range(TRIES):
        who = _owner_of_pin(configuration, next_keys(), claimed)
        if who:
            wants_desk = next_keys() == DESK_KEY
            end = LineEnd.DESK if wants_desk else LineEnd.DONE
            return EngineerServed(
                end, who, f"{who} asked for the desk" if wants_desk else f"{who} was served"
            )
    return EngineerServed(LineEnd.NOT_KNOWN, why=f"{TRIES} wrong PINs were keyed")


def _owner_of_pin(configuration: Configuration, digits: str, people: Collection[str]) -> str:
    pins = configuration.desk.pins
    return next((one for one in people if one in pins and is_pin(digits, pins[one])), "")


__all__ = [
    "BLOCKED",
    "DESK_KEY",
    "ENGINEERS",
    "LINE_WORDS",
    "TRIES",
    "claimants_of",
    "on_keypad",
    "owners_of",
    "people_of_line",
    "serve_on_paper",
]
