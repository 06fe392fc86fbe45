"""What is said: prompts of the catalogue, the brand's own words, and values; in the language of the call.

In a plan: `please-hold` is a prompt, `$brand.welcome` the brand's, `$customer` a variable spoken as digits,
`$wait:duration` one spoken as a duration, `$message:recording` a message that the caller left. The language
`bi` says all of it in Dutch and then in French, or the other way round, as the call's coin fell.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, cast

from dialplan.commands import Prompt, Say, Spoken, Utterance
from dialplan.variables import value_of

if TYPE_CHECKING:
    from dialplan.run import Run

LANGUAGES: Final = ("nl", "fr", "de", "en")
BILINGUAL: Final = "bi"
BRAND_WORDS: Final = {"$brand.welcome": "welcome", "$brand.spoken": "spoken"}
SAY_KINDS: Final = ("digits", "number", "time", "phone", "position", "duration", "recording")

SayKind: TypeAlias = Literal["digits", "number", "time", "phone", "position", "duration", "recording"]


class Value(NamedTuple):
    """A variable to be spoken."""

    variable: str
    kind: SayKind


Word: TypeAlias = str | Value
Words: TypeAlias = tuple[Word, ...]


def parse_word(text: str) -> Word:
    """One word of a plan. Raises ValueError with a sentence."""
    if not text.startswith("$") or text in BRAND_WORDS:
        return text
    name, _, kind = text[1:].partition(":")
    if name.startswith("brand."):
        raise ValueError(f'"{text}" is nothing a brand says; a brand has {", ".join(BRAND_WORDS)}')
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f'"{text}" names no variable; write it as in "$customer" or "$wait:duration"')
    if (kind or "digits") not in SAY_KINDS:
        raise ValueError(f'"{kind}" is no way to speak a value; there are {", ".join(SAY_KINDS)}')
    return Value(name, cast(SayKind, kind or "digits"))


@lru_cache(maxsize=64)
def languages_of(setting: str, dutch_first: bool) -> tuple[Spoken, ...]:
    """The languages to speak in, one after the other."""
    if setting == BILINGUAL:
        return ("nl", "fr") if dutch_first else ("fr", "nl")
    return (cast(Spoken, setting),)


def utter(run: Run, words: Words, once: bool = False) -> tuple[Utterance, ...]:
    """The utterances of some words. `once`: in one language only, for words that are bilingual themselves."""
    languages = languages_of(run.language, run.call.dutch_first)
    said = languages[:1] if once else languages
    if len(words) == 1 and type(words[0]) is str:
        return _of_prompt(_prompt_id(run, words[0]), said)
    return tuple(_one(run, word, language) for language in said for word in words)


def is_fixed(words: Words) -> bool:
    """Whether these are the same words on every call of a brand."""
    return all(isinstance(word, str) for word in words)


def say_words(run: Run, words: Words) -> str:
    """The words for a trace: prompt ids, and variables by their name and not their value."""
    return ", ".join(
        _prompt_id(run, word) if isinstance(word, str) else f"${word.variable}" for word in words
    )


def _one(run: Run, word: Word, language: Spoken) -> Utterance:
    if isinstance(word, str):
        return Prompt(_prompt_id(run, word), language)
    return Say(word.kind, value_of(run, word.variable), language)


def _prompt_id(run: Run, word: str) -> str:
    if word[0] != "$":
        return word
    return cast(str, getattr(run.brand, BRAND_WORDS[word]))


@lru_cache(maxsize=4096)
def _of_prompt(prompt: str, languages: tuple[Spoken, ...]) -> tuple[Utterance, ...]:
    return tuple(Prompt(prompt, language) for language in languages)
