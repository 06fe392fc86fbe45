"""The shipped words are complete; a catalogue with faults names all of them with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.catalogue import Catalogue, Silence, Tone, UnknownPromptError, Words
from audio.languages import LANGUAGES, Language
from audio.source import CatalogueError, load_catalogue, parse_catalogue

NEEDED = [
    "welcome-fuzer",
    "welcome-escaux",
    "welcome-colt",
    "welcome-fuzer-mobile",
    "choose-language",
    "office-closed",
    "night-desk-connecting",
    "engineer-calls-back",
    "all-agents-busy",
    "still-trying",
    "nobody-reached-callback",
    "please-hold",
    "invalid-choice",
    "no-input",
    "goodbye",
    "apology-technical",
    "failsafe-nobody",
    "emergency-only-refused",
    "legal-only-refused",
    "number-unknown",
    "page-intro",
    "page-call",
    "page-customer",
    "page-caller",
    "page-unknown-customer",
    "page-keys",
    "page-accepted",
    "page-passed",
    "page-taken",
    "page-taken-by",
    "page-cancelled",
    "page-wrong-key",
    "page-goodbye",
    "page-escalation",
    "brand-fuzer",
    "brand-escaux",
    "brand-colt",
    "brand-fuzer-mobile-emergency",
    "brand-fuzer-mobile-legal",
    "enter-customer-number",
    "customer-number-is",
    "press-1-to-confirm",
    "first-in-queue",
    "position",
    "minutes",
    "expected-wait",
    "silence-200",
    "beep",
]


def test_every_prompt_the_desk_needs_is_there(catalogue: Catalogue) -> None:
    letters = {f"letter-{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"}
    numbers = {f"num-{number}" for number in range(101)}
    assert {*NEEDED, *letters, *numbers} <= catalogue.ids


def test_every_prompt_has_all_four_languages_and_says_what_it_is_for(catalogue: Catalogue) -> None:
    assert {prompt.id: prompt.missing for prompt in catalogue if prompt.missing} == {}
    pieces = ("num-", "ordinal-", "hour-", "minutes-", "letter-")
    described = [prompt for prompt in catalogue if not prompt.id.startswith(pieces)]
    assert sum(bool(prompt.use) for prompt in described) > 60


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("welcome-fuzer", "Fuzer goededag, bonjour"),
        ("welcome-escaux", "ESCAUX goededag, bonjour"),
        ("welcome-colt", "COLT goededag, bonjour"),
        ("welcome-fuzer-mobile", "Fuzer Mobile goededag, bonjour"),
    ],
)
def test_a_welcome_is_the_same_for_every_language(catalogue: Catalogue, name: str, words: str) -> None:
    assert {catalogue[name].words(language) for language in LANGUAGES} == {words}
    assert catalogue[name].shared
    voices = [part.language for part in catalogue[name].spoken[Language.EN] if isinstance(part, Words)]
    assert voices == [Language.NL, Language.FR]


def test_an_unknown_prompt_is_answered_with_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownPromptError) as caught:
        catalogue["welcom-fuzer"]
    assert str(caught.value) == 'there is no prompt "welcom-fuzer"; did you mean "welcome-fuzer"?'


def test_forms_of_an_entry() -> None:
    catalogue = parse_catalogue(
        """
        a: {nl: {words: Escaux, say: Eskoo}, fr: [{fr: Bonjour}, {silence_ms: 100}, {nl: dag, say: dááág}]}
        b: {all: {tone_hz: 440, tone_ms: 200}}
        """
    )
    assert catalogue["a"].spoken[Language.NL] == (Words(Language.NL, "Escaux", "Eskoo"),)
    assert catalogue["a"].spoken[Language.FR] == (
        Words(Language.FR, "Bonjour"),
        Silence(100),
        Words(Language.NL, "dag", "dááág"),
    )
    assert catalogue["a"].missing == (Language.DE, Language.EN)
    assert catalogue["b"].spoken[Language.DE] == (Tone(440, 200),)


def test_only_what_is_spoken_changes_the_fingerprint() -> None:
    first = parse_catalogue("a: {use: one, nl: {words: Escaux, say: Eskoo}}")["a"]
    second = parse_catalogue("a: {use: two, nl: {words: ESCAUX, say: Eskoo}}")["a"]
    third = parse_catalogue("a: {use: one, nl: {words: Escaux, say: Esko}}")["a"]
    assert first.fingerprint(Language.NL) == second.fingerprint(Language.NL)
    assert first.fingerprint(Language.NL) != third.fingerprint(Language.NL)


def test_all_faults_are_told_at_once_each_with_its_place() -> None:
    text = """\
Welcome:
  nl: Goededag
closed:
  nl: Gesloten
  frr: Fermé
  de:
  en: no
closed:
  nl: Nog eens
empty: {}
both:
  all: [{nl: dag}]
  fr: bonjour
voiceless:
  all: dag
zero:
  de: null
tone:
  all: {tone_hz: 440}
long:
  all: {silence_ms: 999999}
words:
  nl: {words: a, tone_hz: 440}
list: [a]
"""
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(text, "catalogue.yaml")
    assert [str(fault) for fault in caught.value.faults] == [
        "catalogue.yaml:1:1 Welcome: an id is made of small letters, digits and single hyphens",
        'catalogue.yaml:5:3 closed: unknown key "frr"; did you mean "fr"?',
        "catalogue.yaml:6:6 closed de: words: there are no words",
        "catalogue.yaml:7:7 closed en: words: YAML reads `no` as yes or no; put it in quotes",
        'catalogue.yaml:8:1 catalogue: "closed" stands already in line 3',
        "catalogue.yaml:10:8 empty: it has no words in any language",
        'catalogue.yaml:13:7 both: "all" leaves no room for "fr"',
        "catalogue.yaml:15:8 voiceless all: say whose voice: `{nl: ...}`",
        "catalogue.yaml:17:7 zero de: words: there are no words",
        "catalogue.yaml:19:8 tone all: tone_hz wants tone_ms beside it",
        "catalogue.yaml:21:21 long all: a whole number from 20 to 10000 is expected",
        "catalogue.yaml:23:7 words nl: one of words, silence_ms and tone_hz is needed, and only one",
        "catalogue.yaml:24:7 list: its words stand below it, one line for each language",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: {nl: [}", "catalogue.yaml:1:10 YAML"),
        ("a:\n\tnl: dag", "catalogue.yaml:2:1 YAML"),
        ("", "catalogue.yaml:1:1 catalogue: it is empty"),
        ("- a", "catalogue.yaml:1:1 catalogue"),
        ("a: \x07", "catalogue.yaml:1:1 YAML"),
        ("? [a]\n: {nl: dag}", "catalogue.yaml:1:3 catalogue: a key must be a word"),
    ],
)
def test_what_is_no_catalogue_is_a_fault_too(text: str, place: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(text)
    assert str(caught.value).startswith(place)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot be read"):
        load_catalogue(tmp_path / "catalogue.yaml")
