"""`dutyline duty`, while the service is not running: what is printed, kept, and refused."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.cli.main import app
from ivr.settings import ROOT
from tests.cli.command import dutyline
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


def test_layers_and_teams_are_shown_and_a_week_has_a_column_for_each(folder: Path) -> None:
    layers = (
        "teams: {voice: {members: [ADU, WTI]}}\n"
        "layers:\n  nights: {team: voice, first: 2026-01-05 18:00, hours: every day 18:00-08:00}\n"
        "  days: {people: [SVO], first: 2026-01-05}\n"
    )
    file = folder / "duty.yaml"
    file.write_text(re.sub(r"(?ms)^roster:.*?(?=^backup_phones)", layers, file.read_text()))
    said = [" ".join(line.split()) for line in duty("at", "2031-03-05", "23:00")[1].splitlines()]
    assert said[1:3] == [
        "1 WTI nights (team voice) mobile 0470 00 00 03 WTI",
        "2 SVO days mobile 0470 00 00 06 SVO",
    ]
    assert "; days: SVO is on call: turn 1 of 1, since" in said[-1]
    week = [" ".join(line.split()) for line in duty("week", "--from", "2031-03-05")[1].splitlines()]
    assert week[0] == "from until nights days"
    assert week[1].endswith("WTI SVO") and week[2].endswith("- SVO")
    assert "nobody" in duty("week", "--from", "2031-03-05", "--layer", "nights")[1]


@pytest.mark.parametrize(
    ("language", "first"),
    [("nl", "Van wacht op za 21 nov"), ("fr", "De garde le sam 21 nov"), ("de", "Im Dienst am Sa 21 Nov")],
)
def test_in_the_readers_language(language: str, first: str) -> None:
    assert duty("at", "2026-11-21 23:15", "--language", language)[1].startswith(first)


@pytest.mark.parametrize(
    ("language", "why", "skipped", "warning", "asked"),
    [
        ("nl", "Waarom: MSS is aan de beurt: week 5 van 6, sinds maandag 4 januari 08:00",
         "MSS wordt overgeslagen: met verlof (ski) tot", "let op: MSS is met verlof (ski) tot",
         "MSS vraagt vervanging van"),
        ("fr", "Pourquoi: c'est le tour de MSS : semaine 5 sur 6, depuis lundi 4 janvier 08:00",
         "MSS est sauté : en congé (ski) jusqu'au", "attention: MSS est en congé (ski) jusqu'au",
         "MSS demande à être remplacé du"),
        ("de", "Warum: MSS ist an der Reihe: Woche 5 von 6, seit Montag, 4. Januar 08:00",
         "MSS wird übergangen: im Urlaub (ski) bis", "Achtung: MSS ist im Urlaub (ski) bis",
         "MSS bittet um Vertretung von"),
    ],
)  # fmt: skip
def test_why_and_what_there_is_to_know_in_the_readers_language(
    language: str, why: str, skipped: str, warning: str, asked: str
) -> None:
    speaks, span = ("--language", language), ("--from", "2027-01-04 8:00", "--until", "2027-01-11 8:00")
    duty("leave", "MSS", *span, "--why", "ski")
    said = duty("at", "2027-01-05", *speaks)[1]
    assert why in said
    assert skipped in said
    assert skipped in duty("week", "--from", "2027-01-05", "--days", "1", "--why", *speaks)[1]
    assert warning in duty("override", "MSS", *span, "--dry-run", *speaks)[1]
    duty("ask", "MSS", *span)
    assert asked in duty("changes", *speaks)[1] or asked in duty("now", *speaks)[1]


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


def test_one_who_is_put_on_duty_takes_the_place_of_whoever_is_on_call() -> None:
    """As on the engineers' number: the others stay behind, and whoever is relieved is left in peace."""
    first, second, third, *others = order("now")
    code, said = duty("override", third.lower(), "--for", "2 h", "--why", "storm")
    assert code == 0 and said.startswith("kept "), said
    assert order("now") == [third, second, *others], f"without {first}"
    again = duty("override", third, "--for", "1 h", "--dry-run")[1]
    assert "this changes nothing" in again


def test_what_people_should_know_is_said_at_once_and_nothing_is_done_on_a_dry_run() -> None:
    duty("leave", "ADU", "--until", "in 10 days", "--why", "skiing")
    code, said = duty("override", "ADU", "--for", "1 h", "--dry-run")
    assert code == 0 and "would be: ADU, then " in said and "are on duty in roster from" in said
    assert "warning: ADU is on leave (skiing) until" in said
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
        (("override", "WTI", "--for", "2 parsecs"), '"2 parsecs" is no length of time'),
        (("cancel", "zzzzz"), 'there is no change "zzzzz"; `dutyline duty changes` lists them'),
        (("now", "--language", "it"), 'There is no language "it"; write nl, fr, de or en.'),
        (("week", "--layer", "nights"), 'there is no layer "nights"; there are roster'),
    ],
)
def test_what_is_wrong_is_one_clear_sentence(words: tuple[str, ...], sentence: str) -> None:
    code, said = duty(*words)
    assert code != 0
    assert sentence in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "language", "sentence"),
    [
        (("override", "WTJ"), "nl", 'er is geen ingenieur "WTJ"; bedoelde u "WTI"?'),
        (
            ("override", "WTI", "--for", "2 parsecs"),
            "fr",
            "« 2 parsecs » n'est pas une durée ; écrivez-la avec",
        ),
        (
            ("at", "vrydag 18:00"),
            "de",
            "„vrydag 18:00“ ist kein Zeitpunkt; schreiben Sie etwa „Freitag 18:00“",
        ),
        (
            ("override", "WTI", "--until", "2020-01-01"),
            "fr",
            "cela finirait le jeudi 2 janvier 00:00, et commence",
        ),
        (("leave", "WTI"), "nl", "zeg tot wanneer het verlof duurt"),
        (("cover", "WTI", "WTI"), "de", "WTI kann WTI nicht vertreten"),
        (("cancel", "zzzzz"), "nl", 'er is geen wijziging "zzzzz"; `dutyline duty changes` somt ze op'),
        (("calendars", "make", "nachts"), "de", "es gibt weder Ebene noch Team noch Techniker „nachts“"),
        (("calendars", "revoke", "zzz"), "fr", "aucun calendrier ne commence par « zzz »"),
        (("export", "duty.ods"), "fr", "duty.ods n'est ni un .csv ni un .xlsx."),
        (("nights", "--since", "gisteren"), "nl", '"gisteren" is geen dag'),
        (("forecast", "--from", "vrydag"), "nl", '"vrydag" is geen tijdstip'),
    ],
)
def test_what_is_wrong_is_said_in_the_language_that_is_asked_for(
    words: tuple[str, ...], language: str, sentence: str
) -> None:
    code, said = duty(*words, "--language", language)
    assert code != 0
    assert sentence in said and len(said.splitlines()) == 1


@pytest.mark.parametrize("length", ["90 min", "1,5 h", "90 minuten", "1,5 uur", "1,5 heures", "1,5 Stunden"])
def test_a_length_of_time_may_be_said_in_any_language(length: str) -> None:
    said = data("override", "WTI", "--from", "2031-03-05 18:00", "--for", length, "--dry-run")
    change = said["change"]
    assert isinstance(change, dict) and str(change["until"]).startswith("2031-03-05T18:30:00+00:00")


def test_a_box_without_a_database_says_so_in_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUTYLINE_DATABASE", "mysql://desk@localhost/dutyline")
    code, said = duty("--language", "de")
    assert code == 1 and said.startswith("dutyline: Die Datenbank") and "kann nicht benutzt werden" in said


SHEET = """\
From;Until;Trigram;Layer;Why
2031-12-24 18:00;2031-12-25 08:00;ADU, wti;roster;Christmas
25/12/2031;25/12/2031;MAB
2031-12-26 8:00;2031-12-26 08:00;WTI
2031-12-27;2031-12-28;WTJ
;2031-12-28;WTI
2031-12-25 07:00;2031-12-25 09:00;SVO;roster
2020-01-01;2020-01-02;WTI
"""


def test_a_spreadsheet_is_taken_in_with_a_report_for_each_row(tmp_path: Path) -> None:
    sheet = tmp_path / "holidays.csv"
    sheet.write_text(SHEET)
    code, said = duty("import", str(sheet), "--dry-run")
    assert code == 1 and data_list() == []
    lines = said.splitlines()
    assert lines[0] == (
        "line 2: 2031-12-24 18:00 | 2031-12-25 08:00 | ADU, wti | roster | Christmas: would be done"
    )
    assert lines[1] == "line 3: 25/12/2031 | 25/12/2031 | MAB: would be done"
    assert lines[2].endswith(
        "refused: it would end on Friday 26 December 08:00, and begins on Friday 26 December 08:00"
    )
    assert lines[3].endswith('refused: there is no engineer "WTJ"; did you mean "WTI"?')
    assert lines[4] == "line 6: 2031-12-28 | WTI: refused: from is empty"
    assert lines[5].endswith("would be done: it holds at the same time as line 2; this one counts")
    assert lines[6] == "line 8: 2020-01-01 | 2020-01-02 | WTI: left: it is over"
    assert lines[7] == "3 rows would be done, 1 left as they are, 3 refused."
    assert duty("import", str(sheet), "--all-or-nothing")[0] == 1 and data_list() == []
    assert "3 rows done, 1 left as they are, 3 refused." in duty("import", str(sheet))[1]
    assert order("at", "2031-12-25", "06:00") == ["MAB"]
    assert order("at", "2031-12-24", "20:00") == ["ADU", "WTI"]
    again = duty("import", str(sheet))[1]
    assert "0 rows done, 4 left as they are, 3 refused." in again and "left: it is there already" in again
    sheet.write_text("from,until,trigram\n2031-12-25,2031-12-25,TSC\n")
    assert "3 from an earlier holidays.csv cancelled." in duty("import", str(sheet), "--replace")[1]
    assert [one["what"] for one in data_list()] == [
        "TSC is on duty from Thursday 25 December 00:00 until Friday 26 December 00:00"
    ]


def test_what_came_of_a_spreadsheet_is_told_in_each_language(tmp_path: Path) -> None:
    sheet = tmp_path / "holidays.csv"
    sheet.write_text(SHEET)
    lines = duty("import", str(sheet), "--dry-run", "--language", "nl")[1].splitlines()
    assert lines[1] == "regel 3: 25/12/2031 | 25/12/2031 | MAB: zou gedaan worden"
    assert lines[3].endswith('geweigerd: er is geen ingenieur "WTJ"; bedoelde u "WTI"?')
    assert lines[6].endswith("blijft: het is voorbij")
    assert lines[7] == "3 rijen zou(den) gedaan worden, 1 gebleven zoals ze zijn, 3 geweigerd."
    said = duty("import", str(sheet), "--language", "de")[1]
    assert "Zeile 7: 2031-12-25 07:00 | 2031-12-25 09:00 | SVO | roster: erledigt: gilt zugleich mit" in said
    sheet.write_text("from;untl;who\n1;2;3\n")
    said = duty("import", str(sheet), "--language", "fr")[1]
    assert (
        "holidays.csv:1:1 : n'a pas de colonne « until » ; il y a from, untl, who ; vouliez-vous dire" in said
    )
    said = duty("export", str(tmp_path / "out.csv"), "--days", "1", "--language", "fr")[1]
    assert re.search(r"out\.csv : \d lignes?$", said.strip())


def test_calendars_are_given_out_in_each_language() -> None:
    assert "Aucun calendrier n'est distribué." in duty("calendars", "--language", "fr")[1]
    code, said = duty("calendars", "make", "ADU", "--language", "nl")
    assert code == 0 and "de kalender van ADU" in said and "Het wordt alleen nu getoond" in said
    id_ = said.split(":")[0]
    said = duty("calendars", "--language", "de")[1]
    assert " ".join(said.splitlines()[0].split()) == "id von Sprache durch angelegt abgerufen"
    assert " nie" in said.splitlines()[1]
    said = duty("calendars", "revoke", id_, "--language", "fr")[1]
    assert said.strip() == f"retiré {id_} : le calendrier de ADU"


def test_a_file_that_is_no_spreadsheet_of_a_duty_is_said(tmp_path: Path) -> None:
    sheet = tmp_path / "rows.csv"
    sheet.write_text("from;untl;who\n1;2;3\n")
    code, said = duty("import", str(sheet))
    assert code == 1
    assert 'rows.csv:1:1: has no column "until"; there are from, untl, who; did you mean "untl"?' in said
    assert 'rows.csv:1:1: has no column "trigram"; there are from, untl, who' in said
    assert 'the column "who" is not known; there are from, until, trigram, layer, why' in said
    assert duty("import", str(tmp_path / "gone.csv"))[1].startswith("dutyline: No such file")
    assert duty("import", str(tmp_path / "rows.ods")) == (
        2,
        "dutyline: rows.ods is neither .csv nor .xlsx.\n",
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_exported_is_the_same_duty_when_it_is_taken_in(suffix: str, tmp_path: Path) -> None:
    duty("override", "ADU", "--from", "2031-10-25 18:00", "--until", "2031-10-27 00:00")
    sheet = tmp_path / f"duty.{suffix}"
    span = ("--from", "2031-10-20", "--days", "14")
    assert duty("export", str(sheet), *span)[0] == 0
    before = data("week", *span)["rows"]
    for one in data_list():
        duty("cancel", str(one["id"]))
    code, said = duty("import", str(sheet))
    assert code == 0, said
    assert _orders(data("week", *span)["rows"]) == _orders(before)


def _orders(rows: object) -> list[tuple[str, str, list[str]]]:
    assert isinstance(rows, list)
    return [(row["from"], row["until"], row["order"]) for row in rows]


def data_list(*words: str) -> list[dict[str, object]]:
    code, said = duty("changes", *words, "--json")
    assert code == 0, said
    found: list[dict[str, object]] = json.loads(said)
    return found


def test_simulation_and_the_live_duty_say_the_same() -> None:
    duty("override", "ADU", "--from", "2031-12-06", "--until", "2031-12-06")
    words = ("simulate", "--to", "032055582", "--at", "2031-12-06T23:15", "--json")
    said = asyncio.run(dutyline(*words, env=os.environ))
    assert said.code == 0, said.err
    rang = [one["number"] for one in json.loads(said.out)["rang"] if one["by"] == "page"]
    assert rang[0] == "+32470000002"
    assert rang == [one["number"] for one in data("at", "2031-12-06 23:15")["order"]]
