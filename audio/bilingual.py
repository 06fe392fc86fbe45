"""The setting `bi`: Dutch then French, or French then Dutch."""

from __future__ import annotations

from audio.catalogue import Prompt
from audio.languages import Language


def order_bilingual(prompt: Prompt, dutch_first: bool) -> list[Language]:
    """The languages to play a prompt in. Which comes first is drawn by the caller, once for each call.

    A prompt that is the same audio in both is played once; one that lacks a language is played in the
    other; one that has neither is played in a language it has.
    """
    order = [Language.NL, Language.FR] if dutch_first else [Language.FR, Language.NL]
    present = [language for language in order if language in prompt.spoken]
    if not present:
        return list(prompt.languages[:1])
    if len(present) == 2 and prompt.is_same(*present):
        return present[:1]
    return present
