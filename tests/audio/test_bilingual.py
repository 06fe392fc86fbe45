"""`bi`: Dutch then French, or French then Dutch."""

from __future__ import annotations

from audio.bilingual import order_bilingual
from audio.catalogue import Catalogue
from audio.source import parse_catalogue


def test_both_languages_in_the_order_drawn(catalogue: Catalogue) -> None:
    assert order_bilingual(catalogue["goodbye"], dutch_first=True) == ["nl", "fr"]
    assert order_bilingual(catalogue["goodbye"], dutch_first=False) == ["fr", "nl"]


def test_a_welcome_that_is_the_same_in_both_is_played_once(catalogue: Catalogue) -> None:
    assert order_bilingual(catalogue["welcome-fuzer"], dutch_first=True) == ["nl"]
    assert order_bilingual(catalogue["welcome-fuzer"], dutch_first=False) == ["fr"]


def test_a_prompt_that_lacks_a_language_is_played_in_what_it_has() -> None:
    prompts = parse_catalogue("a: {fr: bonjour, de: Guten Tag}\nb: {de: Guten Tag, en: hello}")
    assert order_bilingual(prompts["a"], dutch_first=True) == ["fr"]
    assert order_bilingual(prompts["b"], dutch_first=True) == ["de"]
