"""Numbers, times, places and telephone numbers as people say them, with prompts that exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.catalogue import Catalogue
from audio.languages import LANGUAGES, Language
from audio.speaking import (
    LARGEST,
    UnspeakableError,
    say_digits,
    say_duration,
    say_number,
    say_ordinal,
    say_phone_number,
    say_position,
    say_time,
    speak,
)
from tests.audio.conftest import SHIPPED

languages = st.sampled_from(LANGUAGES)
_CATALOGUE: list[Catalogue] = []


@pytest.fixture(autouse=True)
def _shipped(catalogue: Catalogue) -> None:
    _CATALOGUE[:] = [catalogue]


def words(ids: list[str], lang: str) -> str:
    return _CATALOGUE[0].words(ids, lang)


def playable(ids: list[str], lang: str) -> bool:
    return bool(ids) and all((SHIPPED / lang / f"{name}.wav").is_file() for name in ids)


@pytest.mark.parametrize(
    ("number", "lang", "said"),
    [
        (0, "nl", "nul"),
        (1, "nl", "één"),
        (21, "nl", "eenentwintig"),
        (22, "nl", "tweeëntwintig"),
        (100, "nl", "honderd"),
        (482, "nl", "vierhonderd tweeëntachtig"),
        (1000, "nl", "duizend"),
        (2021, "nl", "twee duizend eenentwintig"),
        (21, "fr", "vingt et un"),
        (70, "fr", "septante"),
        (71, "fr", "septante et un"),
        (80, "fr", "quatre-vingts"),
        (81, "fr", "quatre-vingt-un"),
        (91, "fr", "nonante et un"),
        (99, "fr", "nonante-neuf"),
        (101, "fr", "cent un"),
        (1971, "fr", "mille neuf cents septante et un"),
        (21, "de", "einundzwanzig"),
        (101, "de", "hundert eins"),
        (1000, "de", "tausend"),
        (101_000, "de", "hundert ein tausend"),
        (777, "de", "siebenhundert siebenundsiebzig"),
        (21, "en", "twenty-one"),
        (101, "en", "one hundred and one"),
        (1001, "en", "one thousand and one"),
        (1100, "en", "one thousand one hundred"),
        (999_999, "en", "nine hundred and ninety-nine thousand nine hundred and ninety-nine"),
    ],
)
def test_numbers_in_words(number: int, lang: str, said: str) -> None:
    assert words(say_number(number, lang), lang) == said


@settings(max_examples=400, deadline=None)
@given(number=st.integers(0, LARGEST), lang=languages, feminine=st.booleans())
def test_every_number_has_its_prompts(number: int, lang: Language, feminine: bool) -> None:
    assert playable(say_number(number, lang, feminine=feminine), lang)


@given(number=st.integers(0, LARGEST), other=st.integers(0, LARGEST), lang=languages)
@settings(max_examples=200, deadline=None)
def test_no_two_numbers_sound_alike(number: int, other: int, lang: Language) -> None:
    assert (say_number(number, lang) == say_number(other, lang)) == (number == other)


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_numbers_out_of_range_say_so(number: int) -> None:
    with pytest.raises(UnspeakableError, match="from 0 to 999999"):
        say_number(number, "nl")


@pytest.mark.parametrize(
    ("hour", "minute", "lang", "said"),
    [
        (8, 0, "nl", "acht uur"),
        (20, 5, "nl", "twintig uur vijf"),
        (0, 30, "nl", "nul uur dertig"),
        (1, 0, "fr", "une heure"),
        (21, 21, "fr", "vingt et une heures vingt et une"),
        (18, 15, "fr", "dix-huit heures quinze"),
        (1, 1, "de", "ein Uhr eins"),
        (20, 15, "de", "zwanzig Uhr fünfzehn"),
        (0, 0, "en", "midnight"),
        (12, 0, "en", "noon"),
        (8, 0, "en", "eight a.m."),
        (20, 5, "en", "eight oh five p.m."),
        (0, 30, "en", "twelve thirty a.m."),
        (12, 45, "en", "twelve forty-five p.m."),
    ],
)
def test_times_in_words(hour: int, minute: int, lang: str, said: str) -> None:
    assert words(say_time(hour, minute, lang), lang) == said


def test_every_minute_of_the_day_can_be_said() -> None:
    for lang in LANGUAGES:
        said = {tuple(say_time(hour, minute, lang)) for hour in range(24) for minute in range(60)}
        assert len(said) == 1440
        assert all(playable(list(ids), lang) for ids in said)


@pytest.mark.parametrize(("hour", "minute"), [(24, 0), (-1, 0), (8, 60)])
def test_a_time_no_clock_shows_is_refused(hour: int, minute: int) -> None:
    with pytest.raises(UnspeakableError):
        say_time(hour, minute, "nl")


@pytest.mark.parametrize(
    ("seconds", "lang", "said"),
    [
        (1200, "nl", "twintig minuten"),
        (1200, "en", "twenty minutes"),
        (1, "de", "eine Sekunde"),
        (30, "fr", "trente secondes"),
        (60, "fr", "une minute"),
        (1260, "fr", "vingt et une minutes"),
        (3600, "de", "eine Stunde"),
        (3660, "de", "eine Stunde und eine Minute"),
        (21 * 3600, "fr", "vingt et une heures"),
        (21 * 3600, "de", "einundzwanzig Stunden"),
        (7500, "en", "two hours and five minutes"),
        (90, "en", "one minute and thirty seconds"),
        (659, "en", "eleven minutes"),
    ],
)
def test_lengths_of_time_in_words(seconds: float, lang: str, said: str) -> None:
    assert words(say_duration(seconds, lang), lang) == said


@given(seconds=st.floats(0, 400_000), lang=languages)
@settings(max_examples=200, deadline=None)
def test_every_length_of_time_has_its_prompts(seconds: float, lang: Language) -> None:
    assert playable(say_duration(seconds, lang), lang)


@pytest.mark.parametrize(
    ("number", "lang", "said"),
    [
        ("+32470003456", "nl", "nul vier zeven nul nul nul vierendertig zesenvijftig"),
        ("+32470003456", "fr", "zéro quatre sept zéro zéro zéro trente-quatre cinquante-six"),
        ("+32470003456", "de", "null vier sieben null null null drei vier fünf sechs"),
        ("+32470000001", "nl", "nul vier zeven nul nul nul nul nul nul één"),
        ("+3227887499", "fr", "zéro deux sept cents quatre-vingt-huit septante-quatre nonante-neuf"),
        ("+3227887499", "en", "zero two seven eight eight seven four nine nine"),
        ("+33612345678", "en", "plus three three six one two three four five six seven eight"),
        ("anonymous", "en", "number withheld"),
        ("", "en", "number withheld"),
        ("112", "nl", "één één twee"),
    ],
)
def test_telephone_numbers_in_words(number: str, lang: str, said: str) -> None:
    assert words(say_phone_number(number, lang), lang) == said


def test_groups_of_a_telephone_number_are_parted() -> None:
    assert say_phone_number("+32470000001", "en") == [
        *("num-0", "num-4", "num-7", "num-0", "silence-200", "num-0", "num-0", "silence-200"),
        *("num-0", "num-0", "silence-200", "num-0", "num-1"),
    ]


@given(number=st.text(max_size=40), lang=languages)
@settings(max_examples=300, deadline=None)
def test_whatever_a_caller_sends_as_number_can_be_played(number: str, lang: Language) -> None:
    assert all(playable([name], lang) for name in say_phone_number(number, lang))


def test_digits_letters_and_ticket_numbers() -> None:
    assert say_digits("482", "nl") == ["num-4", "num-8", "num-2"]
    assert say_digits("1-01", "nl") == ["num-1", "silence-200", "num-0", "num-1"]
    assert say_digits("TSC", "fr") == ["letter-t", "letter-s", "letter-c"]
    assert say_digits("*1#", "de") == ["star", "num-1", "hash"]


@given(text=st.text(max_size=30), lang=languages)
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_spelt_without_a_gap_in_the_prompts(text: str, lang: Language) -> None:
    assert all(playable([name], lang) for name in say_digits(text, lang))


def test_places_in_the_queue() -> None:
    assert words(say_position(1, "en"), "en") == "You are first in the queue."
    assert words(say_position(4, "nl"), "nl") == "U bent nummer vier in de wachtrij."
    assert words(say_position(21, "fr"), "fr") == "Vous êtes numéro vingt et un dans la file d'attente."
    assert [words(say_ordinal(place, "de"), "de") for place in (1, 3, 7)] == ["erste", "dritte", "siebte"]
    with pytest.raises(UnspeakableError):
        say_ordinal(21, "de")
    with pytest.raises(UnspeakableError):
        say_position(0, "de")


@pytest.mark.parametrize(
    ("kind", "value", "direct"),
    [
        ("digits", "482", lambda: say_digits("482", "nl")),
        ("number", "42", lambda: say_number(42, "nl")),
        ("time", "20:15", lambda: say_time(20, 15, "nl")),
        ("phone", "+32470000001", lambda: say_phone_number("+32470000001", "nl")),
        ("position", "3", lambda: say_position(3, "nl")),
        ("duration", "90", lambda: say_duration(90, "nl")),
        ("ordinal", "2", lambda: say_ordinal(2, "nl")),
    ],
)
def test_speaking_by_kind(kind: str, value: str, direct: Callable[[], list[str]]) -> None:
    assert speak(kind, value, "nl") == direct()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", "many"), ("time", "late"), ("song", "la"), ("duration", "nan"), ("time", "8")],
)
def test_what_cannot_be_spoken_raises_one_kind_of_error(kind: str, value: str) -> None:
    with pytest.raises(UnspeakableError):
        speak(kind, value, "nl")


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="bi"):
        say_number(1, "bi")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("nl", "maandag de zevende december"),
        ("fr", "lundi le sept décembre"),
        ("de", "Montag den siebten Dezember"),
        ("en", "Monday the seventh of December"),
    ],
)
def test_a_day_with_its_date(lang: str, said: str) -> None:
    assert words(speak("day", "2026-12-07", lang), lang) == said
    assert words(speak("weekday", "2026-12-07", lang), lang) == said.split()[0]


def test_every_day_of_a_year_can_be_said() -> None:
    for day in range(366):
        at = date(2028, 1, 1) + timedelta(days=day)
        assert all(playable(speak("day", at.isoformat(), lang), lang) for lang in LANGUAGES)


def test_a_day_that_is_none() -> None:
    with pytest.raises(UnspeakableError):
        speak("day", "2026-02-30", "nl")
