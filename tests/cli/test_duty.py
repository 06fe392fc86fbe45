"""`dutyline duty`, while the service is not running: what is printed, kept, and refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.cli.main import app
from ivr.settings import ROOT
from tests.stories.house import copy_configuration

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped configuration, and a state folder of its own."""
    config = copy_configuration(ROOT / "config", tmp_path / "config")
    monkeypatch.setenv("DUTYLINE_CONFIG", str(config))
    monkeypatch.setenv("DUTYLINE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DUTYLINE_WEB_PORT", "1")
    monkeypatch.setenv("COLUMNS", "200")
    return config


def duty(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["duty", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def data(*words: str) -> dict[str, object]:
    code, said = duty(*words, "--json")
    assert code == 0, said
    found: dict[str, object] = json.loads(said)
    return found


def order(*words: str) -> list[str]:
    people = data(*words)["order"]
    assert isinstance(people, list)
    return [one["trigram"] for one in people]


def test_who_is_on_duty_on_which_phone_until_when_and_why() -> None:
    code, said = duty("at", "2026-11-21", "23:15")
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert code == 0
    assert re.match(r"On duty at Sat 21 Nov( 2026)? 23:15, until Mon 23 Nov( 2026)? 08:00", lines[0])
    assert lines[1] == "1 MAB mobile 0470 00 00 04 MAB"
    assert "4 TSC mobile 0470 00 00 01, then fixed 0470 00 00 11 TSC, service team leader" in lines
    assert lines[-1] == "Why: MAB is on call: week 4 of 6, since Monday 16 November 08:00."


@pytest.mark.parametrize(
    ("language", "first"),
    [("nl", "Van wacht op za 21 nov"), ("fr", "De garde le sam 21 nov"), ("de", "Im Dienst am Sa 21 Nov")],
)
def test_in_the_readers_language(language: str, first: str) -> None:
    assert duty("at", "2026-11-21 23:15", "--language", language)[1].startswith(first)


def test_a_week_has_a_row_for_each_handover() -> None:
    rows = data("week", "--from", "2026-11-21", "--days", "10")["rows"]
    assert isinstance(rows, list)
    assert [(row["until"], row["order"][0]) for row in rows] == [
        ("2026-11-23T07:00:00+00:00", "MAB"),
        ("2026-11-30T07:00:00+00:00", "MSS"),
        ("2026-11-30T23:00:00+00:00", "SVO"),
    ]
    assert "MSS" in duty("week", "--from", "2026-11-21", "--why")[1]


def test_an_override_is_kept_shown_and_cancelled() -> None:
    before = order("now")
    code, said = duty("override", "adu", "wti", "--for", "2 h", "--why", "storm")
    assert code == 0 and re.search(
        r"kept \w{5}: ADU, then WTI are on duty from .* \(storm\)\nThe service is not running", said
    ), said
    assert order("now") == ["ADU", "WTI"]
    assert "ADU is on call by an override (storm) until" in duty("now")[1]
    id_ = str(data_list()[0]["id"])
    assert f"cancelled {id_}: ADU, then WTI" in duty("cancel", id_[:3])[1]
    assert order("now") == before
    assert duty("changes")[1] == "Nothing is changed, and nothing is planned.\n"
    assert [one["state"] for one in data_list("--all")] == ["cancelled"]


def test_a_cover_is_asked_for_declined_and_agreed_to() -> None:
    span = ("--from", "2027-01-08 18:00", "--until", "2027-01-09 8:00")
    assert duty("ask", "ADU", "--of", "TSC", "--of", "WTI", *span, "--why", "a wedding")[0] == 0
    (asked,) = data_list()
    id_ = str(asked["id"])
    assert asked["state"] == "asked"
    assert f"{id_}  ADU asks to be covered" in duty("now")[1]
    assert duty("agree", id_, "MAB") == (1, "dutyline: MAB was not asked; TSC, WTI were\n")
    assert duty("decline", id_, "TSC")[0] == 0
    assert "declined by TSC" in duty("changes")[1]
    assert f"agreed {id_}: WTI stands in for ADU" in duty("agree", id_, "wti")[1]
    assert duty("agree", id_, "TSC")[1] == f"dutyline: WTI has agreed to {id_} already\n"


def test_a_swap_lasts_until_the_next_handover_unless_somebody_says_otherwise() -> None:
    first, second, *_ = order("now")
    assert "exchange from" in duty("swap", first, second)[1]
    assert order("now")[:2] == [second, first]


def test_what_people_should_know_is_said_at_once_and_nothing_is_done_on_a_dry_run() -> None:
    duty("leave", "ADU", "--until", "in 10 days", "--why", "skiing")
    code, said = duty("override", "ADU", "--for", "1 h", "--dry-run")
    assert code == 0 and "would be: ADU is on duty from" in said
    assert "warning: ADU is on leave (skiing) until" in said
    assert "warning: ADU is alone from" in said
    assert [one["kind"] for one in data_list()] == ["leave"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("override", "WTJ"), 'there is no engineer "WTJ"; did you mean "WTI"?'),
        (("override", "WTI", "--layer", "rooster"), 'there is no layer "rooster"; did you mean "roster"?'),
        (("at", "fryday 18:00"), '"fryday 18:00" is no time; write it as in "friday 18:00"'),
        (("override", "WTI", "--until", "2020-01-01"), "it would end on Thursday 2 January 00:00"),
        (("leave", "WTI"), "say until when the leave lasts"),
        (("cover", "WTI", "WTI"), "WTI cannot stand in for WTI"),
        (("override", "WTI", "--for", "2 parsecs"), '"2 parsecs" is not a duration'),
        (("cancel", "zzzzz"), 'there is no change "zzzzz"; `dutyline duty changes` lists them'),
        (("now", "--language", "it"), 'There is no language "it"; write nl, fr, de or en.'),
        (("week", "--layer", "nights"), 'there is no layer "nights"; there are roster'),
    ],
)
def test_what_is_wrong_is_one_clear_sentence(words: tuple[str, ...], sentence: str) -> None:
    code, said = duty(*words)
    assert code != 0
    assert sentence in said and len(said.splitlines()) == 1


def data_list(*words: str) -> list[dict[str, object]]:
    code, said = duty("changes", *words, "--json")
    assert code == 0, said
    found: list[dict[str, object]] = json.loads(said)
    return found
