"""What is known of the prompts: their ids, the languages they are there in, and the words they say.

The catalogue itself belongs to the audio; here are only the facts that a check of the configuration needs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

KnownPrompts: TypeAlias = Collection[str]
"""Ids alone; or a mapping of each id to its languages; or to its words by language."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """Prompts by id. `languages` lacks those of which only the id is known, `words` those without words."""

    ids: frozenset[str] = frozenset()
    languages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def lacks(self, prompt: str, language: str) -> bool:
        """Whether a prompt is known not to be there in a language."""
        known = self.languages.get(prompt)
        return known is not None and language not in known

    def text(self, prompt: str, language: str) -> str:
        """What a prompt says; empty when nobody knows."""
        return self.words.get(prompt, {}).get(language, "")


def known_of(known: KnownPrompts | None) -> Prompts:
    """Prompts out of what a caller of `load` knows of them."""
    if known is None:
        return Prompts()
    if not isinstance(known, Mapping):
        return Prompts(frozenset(known))
    languages = {prompt: frozenset(each) for prompt, each in known.items()}
    words = {prompt: each for prompt, each in known.items() if isinstance(each, Mapping)}
    return Prompts(frozenset(known), languages, words)
