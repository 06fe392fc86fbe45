"""Each fault is found, all of them at once, each with its file and reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio import alaw
from audio.build import build
from audio.check import Severity, check, wrong_audio
from audio.sound import save_wave
from tests.audio.conftest import Hummer, speechlike


@pytest.fixture
def shelf(small: Path, hummer: Hummer) -> Path:
    build(small, [hummer])
    return small


def reasons(folder: Path, path: str) -> list[str]:
    return [finding.reason for finding in check(folder).findings if finding.path == path]


def codes_of(signal: np.ndarray) -> bytes:
    return alaw.encode(np.clip(signal * 32768, -32768, 32767).astype(int)).tobytes()


def test_wrong_rate_channels_codec_and_bits(shelf: Path) -> None:
    soundfile.write(shelf / "nl" / "closed.wav", np.zeros((100, 2)), 16000, subtype="PCM_16")
    found = reasons(shelf, "nl/closed.wav")
    assert "the codec is PCM, not A-law" in found
    assert "the sampling rate is 16000 Hz, not 8000" in found
    assert "it has 2 channels, not one" in found
    assert "it has 16 bits a sample, not 8" in found


def test_a_file_that_is_no_wave(shelf: Path) -> None:
    (shelf / "fr" / "closed.wav").write_text("bonjour")
    assert "it is no WAV file" in reasons(shelf, "fr/closed.wav")


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        (np.zeros(8000), "nothing but silence"),
        (speechlike(1, 8000, 1.0, loudness=0.05), "too quiet"),
        (speechlike(1, 8000, 1.0, loudness=0.99), "too loud"),
        (np.clip(20 * speechlike(1, 8000, 1.0), -1, 1), "it is clipped"),
        (np.concatenate([np.zeros(8000), speechlike(1, 8000, 1.0, 0.4)]), "starts with 12"),
        (np.concatenate([speechlike(1, 8000, 1.0, 0.4), np.zeros(8000)]), "ends with 12"),
        (np.zeros(0), "no audio"),
    ],
    ids=["silent", "quiet", "loud", "clipped", "late", "long tail", "empty"],
)
def test_wrong_audio(signal: np.ndarray, reason: str) -> None:
    assert any(reason in found for found in wrong_audio(codes_of(signal)))


def test_a_pause_must_be_silent_and_may_be(shelf: Path) -> None:
    assert reasons(shelf, "nl/pause.wav") == []
    save_wave(shelf / "nl" / "pause.wav", codes_of(speechlike(1, 8000, 1.0)))
    assert any("to be silent" in reason for reason in reasons(shelf, "nl/pause.wav"))


def test_missing_files_languages_strays_and_stale_words_all_at_once(shelf: Path) -> None:
    text = (shelf / "catalogue.yaml").read_text(encoding="utf-8")
    text = text.replace("Geschlossen.", "Zu.") + "new:\n  nl: Nieuw\n"
    (shelf / "catalogue.yaml").write_text(text, encoding="utf-8")
    (shelf / "en" / "closed.wav").rename(shelf / "en" / "closd.wav")
    report = check(shelf)
    told = {str(finding): finding.severity for finding in report.findings}
    assert told["en/closed.wav: the file is missing; run `dutyline prompts build`"] is Severity.FAULT
    assert told["nl/new.wav: the file is missing; run `dutyline prompts build`"] is Severity.FAULT
    assert told["catalogue.yaml:12: new has no words in fr"] is Severity.WARNING
    assert 'en/closd.wav: no prompt of the catalogue has this name; did you mean "closed"?' in told
    assert any(text.startswith("de/closed.wav: the words were changed") for text in told)
    assert not report.is_good


def test_a_file_changed_by_hand_and_shared_audio_that_differs(shelf: Path) -> None:
    (shelf / "de" / "welcome.wav").write_bytes((shelf / "de" / "closed.wav").read_bytes())
    report = check(shelf)
    assert report.is_good  # warnings only: it can be heard
    told = " ".join(map(str, report.findings))
    assert "de/welcome.wav: it is not what was rendered, nor marked as recorded" in told
    assert "the languages share this prompt, but their files differ" in told


def test_a_recording_that_went_missing(shelf: Path) -> None:
    (shelf / "recorded.yaml").write_text("nl/closed:\n")
    (shelf / "nl" / "closed.wav").unlink()
    assert "it is marked as recorded, but there is no file" in reasons(shelf, "nl/closed.wav")
