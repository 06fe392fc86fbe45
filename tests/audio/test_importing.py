"""A recording takes a prompt's place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.catalogue import UnknownPromptError
from audio.check import check
from audio.importing import ImportRefusedError, import_file
from audio.languages import LANGUAGES, Language
from audio.shelf import Key, load_recorded
from audio.sound import SoundError
from tests.audio.conftest import speechlike


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    path = tmp_path / "studio" / "closed.flac"
    path.parent.mkdir()
    soundfile.write(path, np.stack([speechlike(5, 48000, 1.5)] * 2, axis=1), 48000)
    return path


def test_it_is_converted_marked_and_good(small: Path, studio: Path) -> None:
    report = import_file(studio, small, languages=[Language.NL])
    assert report.paths == (small / "nl" / "closed.wav",)
    assert report.loudness_dbfs == pytest.approx(-19, abs=0.5)
    assert load_recorded(small)[Key(Language.NL, "closed")].source == "closed.flac"
    assert [str(finding) for finding in check(small).findings if "nl/closed" in finding.path] == []


def test_a_shared_prompt_is_replaced_in_all_languages(small: Path, studio: Path) -> None:
    report = import_file(studio, small, "welcome")
    assert {path.parent.name for path in report.paths} == set(LANGUAGES)


def test_any_other_prompt_wants_its_language(small: Path, studio: Path) -> None:
    with pytest.raises(ImportRefusedError, match="say which one was recorded"):
        import_file(studio, small, "closed")


def test_a_wrong_id_is_answered_with_the_nearest(small: Path, studio: Path) -> None:
    with pytest.raises(UnknownPromptError, match='did you mean "closed"'):
        import_file(studio, small, "clossed", [Language.NL])


def test_a_change_of_words_after_the_recording_is_noticed(small: Path, studio: Path) -> None:
    import_file(studio, small, "closed", [Language.NL])
    text = (small / "catalogue.yaml").read_text(encoding="utf-8")
    (small / "catalogue.yaml").write_text(text.replace("Gesloten.", "Dicht."), encoding="utf-8")
    assert "nl/closed.wav: the words were changed since it was recorded" in map(str, check(small).findings)


def test_poor_recordings_are_taken_with_a_remark(small: Path, tmp_path: Path) -> None:
    shout = np.clip(40 * speechlike(5, 6000, 1.0), -1, 1)
    soundfile.write(tmp_path / "shout.wav", shout, 6000, subtype="PCM_16")
    remarks = import_file(tmp_path / "shout.wav", small, "closed", [Language.NL]).remarks
    assert "it will sound dull" in remarks[0]
    assert "the recording was clipped" in remarks[1]


def test_a_silent_recording_is_refused_and_nothing_is_changed(small: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(8000), 8000)
    with pytest.raises(SoundError, match="nothing but silence"):
        import_file(tmp_path / "silent.wav", small, "closed", [Language.NL])
    assert not (small / "nl").exists()
    assert load_recorded(small) == {}
