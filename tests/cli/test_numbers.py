"""`dutyline numbers`, and `dutyline switch` while the service is not running: what is printed and kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.cli.home import home, shown
from ivr.cli.main import app
from ivr.settings import ROOT
from tests.stories.house import copy_configuration

HEADER = "number;C/D;destination\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped configuration, and a state folder of its own."""
    config = copy_configuration(ROOT / "config", tmp_path / "config")
    monkeypatch.setenv("DUTYLINE_CONFIG", str(config))
    monkeypatch.setenv("DUTYLINE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DUTYLINE_WEB_PORT", "1")
    monkeypatch.setenv("COLUMNS", "200")
    return config


def dutyline(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_form_is_taken_in(folder: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    form.write_text(HEADER + "03 205 60 01;C;agent-1\n03 205 60 02;C;agnt-1\n03 205 55 82;D;\n")
    code, said = dutyline("numbers", "import", str(form), "--brand", "fuzer", "--dry-run")
    assert code == 1 and not (folder / "numbers").exists()
    assert "line 2: 03 205 60 01: would be done: created, with a simple plan to agent-1" in said
    code, said = dutyline(
        "numbers", "import", str(form), "--brand", "fuzer", "--report", str(tmp_path / "r.csv")
    )
    assert code == 1 and "2 rows done, 1 refused." in said
    assert 'line 3: 03 205 60 02: refused: destination: unknown directory entry "agnt-1"' in said
    assert (tmp_path / "r.csv").read_text().splitlines()[1].startswith("2;03 205 60 01;C;done;created")
    code, said = dutyline("numbers", "list", "--brand", "fuzer", "--json")
    assert "+3232055582" not in said and {row["plan"] for row in json.loads(said)} >= {"to-agent-1", "night"}
    assert "to-agent-1" in dutyline("numbers", "show", "03 205 60 01")[1]


def test_nothing_is_written_when_one_row_is_refused(folder: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    form.write_text(HEADER + "03 205 60 01;C;agent-1\nhello;C;agent-1\n")
    code, said = dutyline("numbers", "import", str(form), "--brand", "fuzer", "--all-or-nothing")
    assert code == 1 and not (folder / "numbers").exists()
    assert "line 2: 03 205 60 01: refused: not done, because another row was refused" in said


def test_a_number_says_to_what_it_is_switched(folder: Path) -> None:
    assert "switched: no" in dutyline("numbers", "show", "02 788 74 99")[1]
    dutyline("switch", "fuzer", "night", "--why", "storm")
    code, said = dutyline("numbers", "show", "02 788 74 99")
    assert code == 0 and "plan:     " in said and "(day-and-night)" in said
    assert "switched: the group fuzer is switched to night by" in said
    told = json.loads(dutyline("numbers", "show", "02 788 74 99", "--json")[1])
    assert (told["plan"], told["plan_now"]) == ("day-and-night", "night")
    assert "switched: no" in dutyline("numbers", "show", "02 788 74 70")[1], "another group"


def test_a_group_that_is_new_is_named(folder: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    form.write_text("number;C/D;destination;group\n03 205 60 01;C;agent-1;alarms\n")
    asked = ("numbers", "import", str(form), "--brand", "fuzer")
    code, said = dutyline(*asked)
    assert code == 1 and 'unknown number group "alarms"; --new-group alarms makes one' in said
    assert dutyline(*asked, "--new-group", "alarms")[0] == 0


def test_a_name_that_no_call_can_have_met_is_told_with_the_nearest(folder: Path) -> None:
    for words, told in (
        (("--node", "night.pgae"), 'there is no node "pgae", did you mean "page"?'),
        (("--node", "nigth.page"), 'there is no plan "nigth", did you mean "night"?'),
        (("--brand", "fuser"), 'there is no brand "fuser", did you mean "fuzer"?'),
        (("--number", "02 788 74 98"), 'there is no number "02 788 74 98", did you mean "02 788 74 99"?'),
    ):
        code, said = dutyline("trace", *words)
        assert code == 0 and said.strip() == f"No call fits; {told}."
    assert dutyline("trace", "--node", "night.page")[1].strip() == "No call fits."
    code, said = dutyline("draw", "nigth")
    assert code == 1 and 'There is no plan "nigth" in' in said and 'did you mean "night"?' in said


def test_numbers_are_written_as_in_the_country_of_the_desk(folder: Path) -> None:
    home.cache_clear()
    assert shown("+3227887499") == "02 788 74 99"
    desk = folder / "desk.yaml"
    desk.write_text(f"country: NL\n{desk.read_text()}")
    home.cache_clear()
    assert (shown("+3227887499"), shown("+31201234567")) == ("+32 2 788 74 99", "020 123 4567")
    home.cache_clear()


def test_a_caller_who_is_no_number_is_refused(folder: Path) -> None:
    code, said = dutyline("call", "02 788 74 99", "--from", "xyz")
    assert code == 1 and '--from "xyz" is no telephone number; write for instance' in said


def test_a_number_that_nobody_has(folder: Path) -> None:
    code, said = dutyline("numbers", "show", "03 205 55 83")
    assert code == 1 and "Nobody has the number 03 205 55 83; the nearest is 03 205 55 82." in said
    code, said = dutyline("numbers", "list", "--group", "fuser")
    assert code == 1 and 'unknown number group "fuser"; did you mean "fuzer"?' in said


def test_what_is_switched_without_a_service_holds_at_its_next_start(folder: Path) -> None:
    code, said = dutyline("switch", "fuzer", "night", "--for", "2 h", "--why", "storm")
    assert code == 0 and said.startswith("kept: group fuzer -> night"), said
    assert "The service is not running; it holds as soon as it does." in said
    rows = json.loads(dutyline("switch", "list", "--json")[1])
    assert [(row["state"], row["name"], row["why"]) for row in rows] == [("holds", "fuzer", "storm")]
    assert "switched" in dutyline("audit")[1]
    assert "ended: group fuzer -> night" in dutyline("switch", "back", "fuzer")[1]
    assert dutyline("switch", "back", "fuzer")[1].strip() == "fuzer was not switched."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fuser", "night"), 'unknown number group "fuser"; did you mean "fuzer"?'),
        (("fuzer", "nigth"), 'unknown plan "nigth"; did you mean "night"?'),
        (("back",), "Say which: dutyline switch back GROUP."),
        (("fuzer",), "Say where to: dutyline switch fuzer PLAN."),
        (("fuzer", "night", "--for", "2"), '--for: "2" is not a duration'),
        (("fuzer", "night", "--until", "noon"), "--until 'noon' is no ISO 8601 time"),
        (("fuzer", "night", "--for", "2 h", "--until", "2026-12-24"), "Write --for or --until, not both."),
        (("fuzer", "night", "--until", "2020-01-01"), "before it begins"),
    ],
)
def test_what_cannot_be_switched(folder: Path, words: tuple[str, ...], said: str) -> None:
    code, output = dutyline("switch", *words)
    assert code != 0 and said in output


def test_a_pin_is_asked_for_unseen_and_never_printed(folder: Path) -> None:
    good = CliRunner().invoke(app, ["pin"], input="48151623\n48151623\n")
    assert good.exit_code == 0 and "duty-manager: scrypt:14:8:1:" in good.output
    assert "48151623" not in good.output
    other = CliRunner().invoke(app, ["pin"], input="48151623\n48151624\n")
    assert other.exit_code == 1


def test_a_pin_is_made_for_somebody_of_the_directory(folder: Path) -> None:
    """By his trigram or his id; where it goes is said."""
    made = CliRunner().invoke(app, ["pin", "adu"], input="48151623\n48151623\n")
    assert made.exit_code == 0 and "\npins:\n  adu: scrypt:14:8:1:" in made.output
    assert "desk.yaml:" in made.output and "dutyline reload" in made.output
    assert "  tsc: scrypt:" in CliRunner().invoke(app, ["pin", "TSC"], input="4815\n4815\n").output
    code, output = dutyline("pin", "aduu")
    assert code == 1 and 'There is nobody "aduu" in the directory; did you mean "adu"?' in output
