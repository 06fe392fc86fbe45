"""The catalogue of prompts: what each one says, in which languages, and what it is for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeAlias

from audio.languages import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Words:
    """Words in one language's voice. `say` is how a synthesiser is to be told them, when that differs."""

    language: Language
    text: str
    say: str = ""

    @property
    def spoken(self) -> str:
        """What is handed to a synthesiser."""
        return self.say or self.text


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing, for a while."""

    length_ms: int


@dataclass(frozen=True, slots=True)
class Tone:
    """A sine tone."""

    frequency_hz: int
    length_ms: int


Segment: TypeAlias = Words | Silence | Tone


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt. `shared` says that all languages play the same audio."""

    id: str
    use: str
    spoken: Mapping[Language, tuple[Segment, ...]]
    shared: bool = False
    line: int = field(default=0, compare=False)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages it exists in, in the usual order."""
        return tuple(language for language in LANGUAGES if language in self.spoken)

    @property
    def missing(self) -> tuple[Language, ...]:
        """The languages it still lacks."""
        return tuple(language for language in LANGUAGES if language not in self.spoken)

    def is_same(self, one: Language, other: Language) -> bool:
        """Whether two languages play the same audio."""
        return self.spoken.get(one) == self.spoken.get(other)

    def words(self, language: Language) -> str:
        """Its words as a person reads them; empty for tones and silence."""
        segments = self.spoken.get(language, ())
        return ", ".join(part.text for part in segments if isinstance(part, Words))

    def fingerprint(self, language: Language) -> str:
        """Changes when the words (or how they are to be said) change."""
        parts = [_plain(segment) for segment in self.spoken[language]]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]


def _plain(segment: Segment) -> list[str | int]:
    match segment:
        case Words(language, _, _):
            return [language.value, segment.spoken]
        case Silence(length_ms):
            return ["silence", length_ms]
        case Tone(frequency_hz, length_ms):
            return ["tone", frequency_hz, length_ms]


class UnknownPromptError(KeyError):
    """A prompt was asked for that the catalogue does not know; says the nearest that it does."""

    def __init__(self, name: str, known: Mapping[str, Prompt]) -> None:
        self.name, self.nearest = name, nearest(name, known)
        super().__init__(name)

    def __str__(self) -> str:
        hint = f'; did you mean "{self.nearest}"?' if self.nearest else ""
        return f'there is no prompt "{self.name}"{hint}'


def nearest(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """The known name that `name` was most likely meant to be; empty when none is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All prompts by id, in the order of their file."""

    prompts: Mapping[str, Prompt]

    def __getitem__(self, name: str) -> Prompt:
        """The prompt of that id; raises UnknownPromptError with the nearest right name."""
        try:
            return self.prompts[name]
        except KeyError:
            raise UnknownPromptError(name, self.prompts) from None

    def __contains__(self, name: object) -> bool:
        return name in self.prompts

    def __iter__(self) -> Iterator[Prompt]:
        return iter(self.prompts.values())

    def __len__(self) -> int:
        return len(self.prompts)

    @property
    def ids(self) -> frozenset[str]:
        """Every prompt's id."""
        return frozenset(self.prompts)

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """What every prompt says in each language it exists in, by id; no words for tones and silence."""
        return {
            prompt.id: {language.value: prompt.words(language) for language in prompt.languages}
            for prompt in self
        }

    def pairs(self) -> Iterator[tuple[Prompt, Language]]:
        """Every prompt in every language it exists in."""
        for prompt in self:
            for language in prompt.languages:
                yield prompt, language

    def words(self, names: list[str] | tuple[str, ...], language: Language | str) -> str:
        """What a list of prompts says, one after the other."""
        said = (self[name].words(Language(language)) for name in names)
        return " ".join(text for text in said if text)
