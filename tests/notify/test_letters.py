"""The letters themselves: complete in four languages, numbers and times as people write them."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.notify import DEFAULT, TemplateFault, Templates
from ivr.notify.letters import SHIPPED
from ivr.notify.words import _OUTCOMES, LANGUAGES, Language, local, one_line, phone, pick_language
from ivr.storage import AttemptState

from .post_office import NOW

NAMES = [
    "all-variables",
    "call-accepted",
    "call-back-alarm",
    "call-back-failed",
    "call-in",
    "message-left",
    "nobody-accepted",
    "page-escalated",
    "page-gone-on",
    "page-handed-over",
    "page-handover-failed",
    "page-lapsed",
    "page-reminder",
    "pin-wrong",
    "plan-mail",
    "test",
]
BRUSSELS = ZoneInfo("Europe/Brussels")
FACTS = {
    "call_ref": "482",
    "brand": "Fuzer",
    "dialled": "+3232055582",
    "caller": "+32470000001",
    "caller_name": "Zo\xeb",
    "customer": "465",
    "at": NOW,
    "started": NOW,
    "engineer": "ADU",
    "number": "+32470000002",
    "level": 1,
    "title": "TSC",
    "former": "WTI",
    "other": "MAB",
    "accepted": NOW,
    "until": NOW,
    "is_late": True,
    "plan": "fuzer-night",
    "node": "mail",
    "variables": {"reason": "no dial tone"},
    "system": {"caller": "+32470000001", "number": "0470 00 00 01"},
    "recordings": [{"name": "7k3-1", "seconds": 12.3, "at": NOW}],
    "ringing": [{"title": "ADU", "number": "+32470000002"}],
    "tried": [{"at": NOW, "title": "ADU", "number": "+32470000002", "outcome": AttemptState.SILENT}],
}


def test_every_letter_is_there_in_every_language() -> None:
    """Those of calls, which are tried here, and all others."""
    known = sorted(DEFAULT.names())
    assert set(NAMES) <= set(known)
    for language in LANGUAGES:
        assert sorted(path.name.removesuffix(".txt.j2") for path in (SHIPPED / language).iterdir()) == known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_can_be_written_with_all_facts_and_with_few(name: str, language: Language) -> None:
    letter = DEFAULT.render(name, language, FACTS)
    assert letter.subject
    assert "\n\n\n" not in letter.body
    assert "{" not in letter.body
    if name != "test":
        assert "0470 00 00 01" in letter.subject + letter.body
    few = {"brand": "Fuzer", "call_ref": "482", "at": NOW, "started": NOW, "plan": "p"}
    rest = {"engineer": "ADU", "number": "+32470000002", "level": 1, "title": "TSC"}
    rest |= {"former": "WTI", "other": "MAB", "accepted": NOW, "until": NOW, "is_late": False}
    assert DEFAULT.render(name, language, few | rest).body


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_acceptance_says_call_id_engineer_and_mobile(language: Language) -> None:
    body = DEFAULT.render("call-accepted", language, FACTS).body
    for fact in ("482", "ADU", "0470 00 00 02", "Fuzer", "0470 00 00 01", "03:14"):
        assert fact in body


def test_a_call_in_english() -> None:
    letter = DEFAULT.render("call-in", "en", FACTS)
    assert letter.subject == "[482] Fuzer: call from 0470 00 00 01"
    assert letter.body == (
        "A call has come in for Fuzer.\n\n"
        "Call ID:        482\n"
        "Brand:          Fuzer\n"
        "Number dialled: 03 205 55 82\n"
        "Caller:         0470 00 00 01 (Zo\xeb)\n"
        "Customer:       465\n"
        "Time:           Sunday 22 November 2026 at 03:14\n\n"
        "Being rung now:\n"
        "- ADU, 0470 00 00 02\n\n"
        "A second mail says who has accepted the call.\n"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_a_letter_stand_in_one_column(language: Language) -> None:
    for name in ("call-in", "call-accepted", "nobody-accepted", "page-escalated"):
        lines = DEFAULT.render(name, language, FACTS).body.splitlines()
        ref = next(line for line in lines if line.endswith(" 482"))
        column = ref.index("482")
        caller = next(line for line in lines if "Zo\xeb" in line)
        assert caller.index("0470") == column, name


def test_a_withheld_number_is_said_in_words() -> None:
    texts = {language: phone(None, language) for language in LANGUAGES}
    assert texts["nl"] == "afgeschermd nummer"
    assert len(set(texts.values())) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_of_an_attempt_has_words(language: Language) -> None:
    assert set(_OUTCOMES[language]) == set(AttemptState)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", "zondag 1 maart 2026 om 00:30"),
        ("fr", "dimanche 1er mars 2026 à 00:30"),
        ("de", "Sonntag, 1. März 2026 um 00:30 Uhr"),
        ("en", "Sunday 1 March 2026 at 00:30"),
    ],
)
def test_times_are_the_desk_s(language: Language, expected: str) -> None:
    assert local(datetime(2026, 2, 28, 23, 30, tzinfo=UTC), language, BRUSSELS) == expected


def test_repeated_hour() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert local(first, "en", BRUSSELS).endswith("02:30 (CEST)")
    assert local(second, "en", BRUSSELS).endswith("02:30 (CET)")


def test_missing_hour() -> None:
    assert local(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "en", BRUSSELS).endswith("at 03:00")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("nl", "nl"), ("fr-BE", "fr"), ("DE", "de"), ("bi", "nl"), ("", "en"), ("it", "en")],
)
def test_which_language_is_written(wanted: str, found: str) -> None:
    assert pick_language(wanted) == found


def test_an_administrator_s_own_letter_goes_first(tmp_path: Path) -> None:
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "call-in.txt.j2").write_text("Subject: Eigen {{ call_ref }}\nTekst\n")
    (tmp_path / "nl" / "extra.txt.j2").write_text("Subject: Extra\nMeer\n")
    templates = Templates(tmp_path)
    assert templates.render("call-in", "nl", FACTS).subject == "Eigen 482"
    assert templates.render("call-in", "fr", FACTS).subject.startswith("[482] Fuzer : appel")
    assert "extra" in templates.names()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hello {{ call_ref }}\nx", 'must begin with "Subject:"'),
        ("Subject: x\n{% if %}", "Expected an expression"),
        ("Subject: x\n{{ nothing }}", "'nothing' is undefined"),
        ("Subject: x\n{{ ''.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_what_is_wrong_with_an_own_letter_is_said(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "mine.txt.j2").write_text(text)
    with pytest.raises(TemplateFault, match=says) as caught:
        Templates(tmp_path).render("mine", "en", FACTS)
    assert str(caught.value).startswith("mail template en/mine: ")


@pytest.mark.parametrize("name", ["../en/test", "no-such", "", "en/test"])
def test_a_letter_that_is_not_there(name: str) -> None:
    with pytest.raises(TemplateFault, match="all-variables, call-accepted"):
        DEFAULT.render(name, "en", FACTS)


def test_one_line() -> None:
    assert one_line("Zo\xeb Müller") == "Zo\xeb Müller"
    assert one_line("a\r\nb\u2028c\0d\u202ee") == "a  b c de"
