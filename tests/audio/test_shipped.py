"""What is in the repository can be played as it stands."""

from __future__ import annotations

from pathlib import Path

from audio.catalogue import Catalogue
from audio.check import check
from audio.raw import export_raw
from audio.shelf import load_shelf, wave_files
from audio.sound import read_alaw
from tests.audio.conftest import SHIPPED

MEGABYTE = 1_000_000


def test_every_shipped_prompt_passes_the_check() -> None:
    report = check(SHIPPED)
    assert [str(finding) for finding in report.findings] == []
    assert report.files == 4 * report.prompts


def test_every_file_was_rendered_from_the_words_that_stand_there(catalogue: Catalogue) -> None:
    shelf = load_shelf(SHIPPED)
    assert {str(key) for key in shelf.rendered} == {
        f"{language.value}/{prompt.id}" for prompt, language in catalogue.pairs()
    }


def test_the_prompts_stay_small() -> None:
    assert sum(path.stat().st_size for _, path in wave_files(SHIPPED)) < 25 * MEGABYTE


def test_prompts_are_whole_packets_of_20_ms() -> None:
    assert [str(key) for key, path in wave_files(SHIPPED) if len(read_alaw(path)) % 160] == []


def test_the_switch_gets_headerless_alaw(tmp_path: Path) -> None:
    exported = export_raw(SHIPPED, tmp_path)
    assert (exported.kept, exported.removed, exported.faults) == (0, 0, ())
    assert exported.written == sum(1 for _ in wave_files(SHIPPED))
    assert (tmp_path / "nl" / "goodbye.alaw").read_bytes() == read_alaw(SHIPPED / "nl" / "goodbye.wav")
