"""Sentences that can be said in four languages: what they are about goes along with them.

A sentence is its English text, and is kept, logged and compared as that; whoever shows it to people asks
for it in their language.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from dialplan.duty_phrases import PHRASES, THEN
from dialplan.times import DAYS_IN, MONTHS_IN, say_clock

ENGLISH: Final = "en"


class Moment(NamedTuple):
    """A moment, and by the clock of which zone it is told."""

    at: datetime
    zone: str


class Sentence(str):
    """A sentence by its key in `PHRASES`, with the facts that fill it: names, numbers, moments, sentences.

    A tuple of names is who comes after whom.
    """

    __slots__ = ("facts", "key")
    key: str
    facts: Mapping[str, Fact]

    def __new__(cls, key: str, **facts: Fact) -> Sentence:
        """KeyError: there is no such phrase, or a fact is missing."""
        made = super().__new__(cls, _fill(key, facts, ENGLISH))
        made.key, made.facts = key, facts
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Fact]]:
        """So that it can be copied."""
        return (self.key,), dict(self.facts)

    def said_in(self, language: str) -> str:
        """The sentence in nl, fr, de or en."""
        return str(self) if language == ENGLISH else _fill(self.key, self.facts, language)


Fact: TypeAlias = str | int | float | Moment | tuple[str, ...]


def said_in(sentence: str, language: str) -> str:
    """Any sentence in a language, as far as it can be said in it; a plain one as it stands."""
    return sentence.said_in(language) if isinstance(sentence, Sentence) else sentence


def reason_in(refusal: Exception, language: str) -> str:
    """Why something was refused, in a language, as far as it can be said in it."""
    reason = refusal.args[0] if refusal.args else ""
    return said_in(reason, language) if isinstance(reason, Sentence) else str(refusal)


def to_data(sentence: str) -> str | dict[str, Any]:
    """A sentence as it can be kept in JSON."""
    if not isinstance(sentence, Sentence):
        return sentence
    facts = {name: _fact_to_data(fact) for name, fact in sentence.facts.items()}
    return {"en": str(sentence), "key": sentence.key, "facts": facts}


def from_data(data: Any) -> str:
    """What was kept; one whose phrase is not known any more is its English text."""
    if not isinstance(data, dict):
        return str(data)
    try:
        return Sentence(data["key"], **{name: _fact_of_data(each) for name, each in data["facts"].items()})
    except (KeyError, ValueError, TypeError):
        return str(data.get("en", ""))


def say_moment(moment: datetime, zone: str, language: str = ENGLISH) -> str:
    """A moment by the clock of a zone: `Friday 25 December 18:00`."""
    at = moment.astimezone(ZoneInfo(zone))
    day, month = DAYS_IN[language][at.weekday()], MONTHS_IN[language][at.month - 1]
    clock = say_clock(at.hour * 60 + at.minute)
    if language == "de":
        return f"{day}, {at.day}. {month} {clock}"
    number = "1er" if language == "fr" and at.day == 1 else at.day
    return f"{day} {number} {month} {clock}"


def _fill(key: str, facts: Mapping[str, Fact], language: str) -> str:
    phrase = PHRASES[key][language]
    if language == ENGLISH:
        # made anew for each moment that is looked at: what is text is taken as it is
        said = {name: fact if isinstance(fact, str) else _say(fact, language) for name, fact in facts.items()}
    else:
        said = {name: _say(fact, language) for name, fact in facts.items()}
    return phrase.format_map(said)


def _say(fact: Fact, language: str) -> str:
    if isinstance(fact, Sentence):
        return fact.said_in(language)
    if isinstance(fact, Moment):
        return say_moment(fact.at, fact.zone, language)
    if isinstance(fact, float):
        return f"{fact:g}"
    return str(fact) if isinstance(fact, str | int) else THEN[language].join(fact)


def _fact_to_data(fact: Fact) -> Any:
    if isinstance(fact, Moment):
        return {"at": fact.at.isoformat(), "zone": fact.zone}
    if isinstance(fact, Sentence):
        return to_data(fact)
    return list(fact) if isinstance(fact, tuple) else fact


def _fact_of_data(data: Any) -> Fact:
    if isinstance(data, dict):
        if "at" in data:
            return Moment(datetime.fromisoformat(data["at"]), str(data["zone"]))
        return from_data(data)
    fact: Fact = tuple(map(str, data)) if isinstance(data, list) else data
    return fact


__all__ = ["Fact", "Moment", "Sentence", "from_data", "reason_in", "said_in", "say_moment", "to_data"]
