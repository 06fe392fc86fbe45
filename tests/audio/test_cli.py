"""`dutyline prompts` as an administrator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner, Result

from audio import cli
from audio.build import build
from tests.audio.conftest import Hummer, speechlike


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


@pytest.fixture
def shelf(small: Path, hummer: Hummer, monkeypatch: pytest.MonkeyPatch) -> Path:
    build(small, [hummer])
    monkeypatch.setattr(cli, "_FetchedEspeak", lambda: hummer)
    return small


def test_build_says_what_it_rendered_and_why(shelf: Path) -> None:
    (shelf / "nl" / "closed.wav").unlink()
    result = run("build", "--prompts", shelf)
    assert result.exit_code == 0
    assert "nl/closed: there was no file" in result.stdout
    assert "1 rendered, 11 up to date, 0 recorded" in result.stdout


def test_build_that_fails_ends_with_status_one(shelf: Path, hummer: Hummer) -> None:
    hummer.broken = True
    result = run("build", "--force", "--prompts", shelf)
    assert result.exit_code == 1
    assert "lost its voice" in result.output


def test_check_ends_with_status_one_on_a_fault(shelf: Path) -> None:
    assert run("check", "--prompts", shelf).exit_code == 0
    (shelf / "nl" / "closed.wav").unlink()
    result = run("check", "--json", "--prompts", shelf)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["findings"][0]["path"] == "nl/closed.wav"


def test_import_and_list(shelf: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "take-3.wav", speechlike(1, 44100, 1.0), 44100)
    result = run("import", tmp_path / "take-3.wav", "--as", "closed", "--lang", "nl", "--prompts", shelf)
    assert result.exit_code == 0, result.output
    rows = json.loads(run("list", "closed", "--lang", "nl", "--json", "--prompts", shelf).stdout)
    assert [(row["id"], row["words"], row["voice"]) for row in rows] == [("closed", "Gesloten.", "recorded")]
    assert "Gesloten." in run("list", "--lang", "nl", "--prompts", shelf).stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("import", "nowhere.wav", "--as", "closed", "--lang", "nl"), "there is no such file"),
        (("import", "nowhere.wav", "--as", "clsed"), 'did you mean "closed"?'),
        (("import", "nowhere.wav", "--as", "closed"), "say which one was recorded"),
        (("build", "clsed"), 'did you mean "closed"?'),
    ],
)
def test_mistakes_are_answered_in_one_sentence_with_status_two(
    shelf: Path, words: tuple[str, ...], reason: str
) -> None:
    result = run(*words, "--prompts", shelf)
    assert result.exit_code == 2
    assert reason in result.output
    assert "Traceback" not in result.output


def test_faults_of_the_catalogue_are_shown_with_their_places(shelf: Path) -> None:
    (shelf / "catalogue.yaml").write_text("a: {frr: x}\nB: {nl: x}\n")
    result = run("check", "--prompts", shelf)
    assert result.exit_code == 2
    assert "catalogue.yaml:1:5 a: unknown key" in result.output
    assert "catalogue.yaml:2:1 B: an id is made of" in result.output


def test_a_piper_model_that_is_not_written_right(shelf: Path) -> None:
    result = run("build", "--piper-model", "voice.onnx", "--prompts", shelf)
    assert result.exit_code == 2
    assert "nl=/path/to/voice.onnx" in result.output
