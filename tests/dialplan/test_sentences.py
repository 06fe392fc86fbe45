"""Sentences that can be said in four languages: kept whole, told in each, compared as their English."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from string import Formatter

import pytest

from dialplan.duty_phrases import PHRASES
from dialplan.sentences import Fact, Moment, Sentence, from_data, reason_in, said_in, to_data
from dialplan.words import LANGUAGES

UNTIL = Moment(datetime(2026, 12, 1, 7, tzinfo=UTC), "Europe/Brussels")
SENTENCE = Sentence(
    "is-on-call",
    prefix="nights: ",
    who="ADU",
    how=Sentence("week-of", number=2, of=6, since=UNTIL),
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "nights: ADU is on call: week 2 of 6, since Tuesday 1 December 08:00"),
        ("nl", "nights: ADU is van wacht: week 2 van 6, sinds dinsdag 1 december 08:00"),
        ("fr", "nights: ADU est de garde : semaine 2 sur 6, depuis mardi 1er décembre 08:00"),
        ("de", "nights: ADU hat Bereitschaft: Woche 2 von 6, seit Dienstag, 1. Dezember 08:00"),
    ],
)
def test_it_is_told_in_each_language_with_what_it_is_made_of(language: str, said: str) -> None:
    assert said_in(SENTENCE, language) == said


def test_it_is_its_english_text_wherever_that_is_wanted() -> None:
    assert SENTENCE.said_in("en") == SENTENCE
    assert f"{SENTENCE}." == "nights: ADU is on call: week 2 of 6, since Tuesday 1 December 08:00."
    assert len({SENTENCE, str(SENTENCE)}) == 1


def test_it_is_kept_with_its_facts_and_read_again() -> None:
    again = from_data(to_data(SENTENCE))
    assert again == SENTENCE
    assert [said_in(again, each) for each in LANGUAGES] == [said_in(SENTENCE, each) for each in LANGUAGES]
    for other in (copy.deepcopy(SENTENCE), pickle.loads(pickle.dumps(SENTENCE))):
        assert said_in(other, "fr") == said_in(SENTENCE, "fr")


def test_names_after_one_another_are_joined_in_the_language() -> None:
    both = Sentence("are-on-duty", who=("ADU", "WTI"))
    assert from_data(to_data(both)) == "ADU, then WTI are on duty"
    assert said_in(from_data(to_data(both)), "nl") == "ADU, dan WTI zijn van wacht"


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("a sentence of an older version", "a sentence of an older version"),
        ({"en": "what it said", "key": "no-such-phrase", "facts": {}}, "what it said"),
        ({"en": "what it said", "key": "week-of", "facts": {}}, "what it said"),
        ({"en": "what it said"}, "what it said"),
    ],
)
def test_what_has_no_phrase_any_more_is_its_english_text(kept: object, read: str) -> None:
    assert {said_in(from_data(kept), language) for language in LANGUAGES} == {read}


def test_every_phrase_can_be_kept() -> None:
    """With facts for all that it names: what is said of any of them is complete, and comes back."""
    parsed = (part for phrase in PHRASES.values() for part in Formatter().parse(phrase["en"]))
    facts: dict[str, Fact] = {field: "X" for _, field, _, _ in parsed if field}
    facts |= {"number": 1, "times": 2, "least": 8.0, "days": 500}
    moments = dict.fromkeys(("since", "until", "start", "end"), UNTIL)
    for key in PHRASES:
        sentence = Sentence(key, **{**facts, **moments})
        for language in LANGUAGES:
            said = sentence.said_in(language)
            assert said and "{" not in said
            assert said_in(from_data(to_data(sentence)), language) == said


def test_a_refusal_gives_its_reason_in_each_language() -> None:
    refusal = ValueError(Sentence("cannot-stand-in", who="ADU"))
    assert str(refusal) == "ADU cannot stand in for ADU"
    assert reason_in(refusal, "fr") == "ADU ne peut pas remplacer ADU"
    assert reason_in(ValueError("what has no phrase"), "fr") == "what has no phrase"
    assert reason_in(ValueError(), "fr") == ""
