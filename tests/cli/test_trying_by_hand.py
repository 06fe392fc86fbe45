"""`dutyline call` tried by hand: telephones that do as they are told, a caller who leaves a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.source import load
from ivr.cli.calling import sentence_of
from ivr.cli.phoning import HABITS, read_phones, words_said
from ivr.settings import ROOT, Settings

CONFIGURATION = load(ROOT / "config").configuration
AGENT = "+32470000021"


def test_people_by_name_trigram_and_number() -> None:
    adu = {phone.number for phone in CONFIGURATION.directory["adu"].phones}
    found = read_phones(CONFIGURATION, ["agent-1=busy", "ADU=no-answer,accepts", "0470 00 99 99=answers"])
    assert found[AGENT] == "busy"
    assert {number for number, habit in found.items() if habit.startswith("ring-forever|")} == adu
    assert found["+32470009999"] == HABITS["answers"]


def test_a_telephone_does_as_usual_again() -> None:
    assert read_phones(CONFIGURATION, ["agent-1=usual"]) == {AGENT: "answer-and-talk:2"}
    assert read_phones(CONFIGURATION, ["agent-1=cause:31"]) == {AGENT: "cause:31"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("agnt-1=busy", 'nobody is called "agnt-1"; did you mean "agent-1"?'),
        ("agent-1", "write WHO=WHAT, for instance agent-1=busy."),
        ("agent-1=bussy", 'no telephone "bussy"; did you mean "busy"?'),
        ("agent-1=cause:x", "the arguments of a habit are numbers and keys"),
    ],
)
def test_what_cannot_be_meant(given: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_phones(CONFIGURATION, [given])
    assert words in " ".join(capsys.readouterr().err.split())


def test_somebody_speaks_for_so_long(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "state")
    assert len(words_said(settings, 2.5).read_bytes()) == 20_000
    nothing = Settings(state=tmp_path / "other", prompts=tmp_path)
    assert set(words_said(nothing, 1).read_bytes()) == {0xD5}


def test_lines_read_as_people_write() -> None:
    hop = {"plan": "", "node": "", "node_kind": "number", "exit": "unknown", "why": "nobody has it"}
    assert sentence_of("hop", hop) == "node    [number] -> unknown: nobody has it"
    over = {**hop, "plan": "day", "node_kind": "override", "exit": "switched", "why": "storm"}
    assert sentence_of("hop", over) == "node    day [override] -> switched: storm"
    heard = {"prompt": "lines-busy", "language": "nl", "at_s": 0.4, "share": 0.2, "also": ["all-agents-busy"]}
    assert sentence_of("heard", heard) == "heard   lines-busy or all-agents-busy (nl), cut off, at 0.4 s"
    assert sentence_of("heard", {**heard, "share": 1.0}) == "heard   lines-busy (nl), at 0.4 s"
