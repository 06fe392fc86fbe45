"""What is rendered, what is left alone, and who speaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.build import Why, build
from audio.catalogue import UnknownPromptError
from audio.check import check
from audio.importing import import_file
from audio.languages import Language
from audio.shelf import Key, ShelfError, load_manifest, load_recorded
from audio.sound import read_alaw
from tests.audio.conftest import SMALL, Hummer, speechlike

CLOSED = {f"{language}/closed" for language in ("nl", "fr", "de", "en")}


def rendered(report: object) -> set[str]:
    return {str(key) for key, _ in report.rendered}  # type: ignore[attr-defined]


def rewrite(folder: Path, old: str, new: str) -> None:
    (folder / "catalogue.yaml").write_text(SMALL.replace(old, new), encoding="utf-8")


def test_an_empty_shelf_is_filled_and_passes_the_check(small: Path, hummer: Hummer) -> None:
    report = build(small, [hummer])
    assert len(report.rendered) == 12
    assert {why for _, why in report.rendered} == {Why.MISSING}
    assert check(small).findings == ()


def test_a_shared_prompt_is_spoken_once_and_put_in_every_folder(small: Path, hummer: Hummer) -> None:
    build(small, [hummer], only=["welcome"])
    assert sorted(hummer.said) == [("fr", "bonjour"), ("nl", "goededag")]
    assert len({(small / language / "welcome.wav").read_bytes() for language in Language}) == 1


def test_the_second_build_says_nothing(small: Path, hummer: Hummer) -> None:
    build(small, [hummer])
    hummer.said.clear()
    report = build(small, [hummer])
    assert (len(report.rendered), report.kept, hummer.said) == (0, 12, [])


def test_only_changed_words_are_spoken_again(small: Path, hummer: Hummer) -> None:
    build(small, [hummer])
    rewrite(small, "Fermé.", "C'est fermé.")
    report = build(small, [hummer])
    assert report.rendered == ((Key(Language.FR, "closed"), Why.WORDS),)


def test_two_builds_give_the_same_bytes(small: Path, hummer: Hummer) -> None:
    build(small, [hummer])
    before = {path: path.read_bytes() for path in small.rglob("*.*")}
    build(small, [hummer], force=True, workers=1)
    assert {path: path.read_bytes() for path in small.rglob("*.*")} == before


def test_a_recording_is_never_rendered_over(small: Path, hummer: Hummer, tmp_path: Path) -> None:
    build(small, [hummer])
    soundfile.write(tmp_path / "studio.flac", speechlike(3, 44100, 1.0), 44100)
    import_file(tmp_path / "studio.flac", small, "closed", [Language.NL])
    recording = (small / "nl" / "closed.wav").read_bytes()
    rewrite(small, "Gesloten.", "Helemaal gesloten.")
    report = build(small, [hummer], force=True)
    assert report.recorded == 1
    assert (small / "nl" / "closed.wav").read_bytes() == recording


def test_deleting_a_recording_brings_the_synthesiser_back(
    small: Path, hummer: Hummer, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "studio.flac", speechlike(3, 44100, 1.0), 44100)
    import_file(tmp_path / "studio.flac", small, "closed", [Language.NL])
    (small / "nl" / "closed.wav").unlink()
    report = build(small, [hummer], only=["closed"])
    assert rendered(report) == CLOSED
    assert load_recorded(small) == {}


def test_a_file_put_there_by_hand_is_left_alone(small: Path, hummer: Hummer) -> None:
    build(small, [hummer])
    (small / "nl" / "closed.wav").write_bytes((small / "fr" / "closed.wav").read_bytes())
    report = build(small, [hummer], force=True)
    assert report.foreign == (Key(Language.NL, "closed"),)


def test_a_better_voice_speaks_anew_and_a_worse_one_does_not(small: Path, hummer: Hummer) -> None:
    build(small, [hummer])
    better = Hummer(rank=2, title="piper", languages=(Language.NL,))
    report = build(small, [better, hummer])
    assert rendered(report) == {"nl/closed", *(f"{language.value}/welcome" for language in Language)}
    assert load_manifest(small)[Key(Language.NL, "closed")].voice == "piper nl"
    assert rendered(build(small, [hummer])) == set()
    rewrite(small, "Gesloten.", "Dicht.")
    assert rendered(build(small, [hummer])) == {"nl/closed"}


def test_another_setting_of_the_voice_speaks_anew(small: Path, hummer: Hummer) -> None:
    build(small, [hummer])
    report = build(small, [Hummer(title="hummer, slower")])
    assert {why for _, why in report.rendered} == {Why.VOICE}


def test_a_voice_that_fails_is_reported_and_the_rest_is_done(small: Path) -> None:
    report = build(small, [Hummer(broken=True)])
    assert not report.is_good
    assert {str(failure.key) for failure in report.failed} >= CLOSED
    assert report.failed[0].reason == "hummer: lost its voice"
    assert rendered(report) == {f"{language}/pause" for language in ("nl", "fr", "de", "en")}


def test_a_language_without_a_voice_is_reported(small: Path) -> None:
    report = build(small, [Hummer(languages=(Language.NL, Language.FR))])
    assert {str(failure.key) for failure in report.failed} == {"de/closed", "en/closed"}
    assert "nothing here can speak" in report.failed[0].reason


def test_progress_is_told(small: Path, hummer: Hummer) -> None:
    told: list[tuple[int, int]] = []
    build(small, [hummer], on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)


def test_a_prompt_that_is_not_there_is_named(small: Path, hummer: Hummer) -> None:
    with pytest.raises(UnknownPromptError, match='did you mean "closed"'):
        build(small, [hummer], only=["close"])


def test_a_prompt_taken_from_the_catalogue_leaves_the_manifest(small: Path, hummer: Hummer) -> None:
    build(small, [hummer])
    rewrite(small, "pause:\n  all: {silence_ms: 200}\n", "")
    build(small, [hummer])
    assert {key.id for key in load_manifest(small)} == {"welcome", "closed"}


def test_a_broken_manifest_says_what_to_do(small: Path, hummer: Hummer) -> None:
    (small / "manifest.json").write_text('{"nl/closed": 1}')
    with pytest.raises(ShelfError, match="delete it to have everything rendered anew"):
        build(small, [hummer])


def test_a_folder_that_cannot_be_written_is_an_error(small: Path, hummer: Hummer) -> None:
    """A file stands where the folder should be: that stops root too, whom no permission stops."""
    (small / "de").write_text("in the way")
    with pytest.raises(OSError, match=r"File exists: .*/de'"):
        build(small, [hummer])
    assert (small / "de").read_text() == "in the way"
    assert list(small.rglob("*.part")) == []


def test_segments_are_parted_by_a_short_gap(small: Path, hummer: Hummer) -> None:
    build(small, [hummer], only=["welcome"])
    codes = np.frombuffer(read_alaw(small / "nl" / "welcome.wav"), dtype=np.uint8)
    middle = codes[len(codes) // 2 - 1600 : len(codes) // 2 + 1600]
    quiet = np.isin(middle, [0xD5, 0x55]).reshape(-1, 80).all(axis=1)
    assert quiet.sum() >= 8
