"""Headerless A-law for the switch: only what changed is written, and nothing good is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from audio import alaw
from audio.raw import Exported, export_raw
from audio.sound import save_wave


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    for name in ("nl/a", "nl/b", "fr/a"):
        save_wave(tmp_path / "prompts" / f"{name}.wav", alaw.silence(100))
    return tmp_path / "prompts"


def test_the_second_time_nothing_is_written(prompts: Path, tmp_path: Path) -> None:
    assert export_raw(prompts, tmp_path / "raw") == Exported(3, 0, 0)
    assert export_raw(prompts, tmp_path / "raw") == Exported(0, 3, 0)


def test_a_changed_prompt_is_written_again(prompts: Path, tmp_path: Path) -> None:
    export_raw(prompts, tmp_path / "raw")
    save_wave(prompts / "nl" / "a.wav", b"\x2a" * 160)
    os.utime(prompts / "nl" / "a.wav", (1, 1))  # older than before: a restored backup
    assert export_raw(prompts, tmp_path / "raw") == Exported(1, 2, 0)
    assert (tmp_path / "raw" / "nl" / "a.alaw").read_bytes() == b"\x2a" * 160


def test_a_prompt_that_is_gone_is_removed(prompts: Path, tmp_path: Path) -> None:
    export_raw(prompts, tmp_path / "raw")
    (prompts / "nl" / "b.wav").unlink()
    assert export_raw(prompts, tmp_path / "raw") == Exported(0, 2, 1)
    assert not (tmp_path / "raw" / "nl" / "b.alaw").exists()


def test_a_prompt_that_is_gone_stays_while_calls_may_play_it(prompts: Path, tmp_path: Path) -> None:
    export_raw(prompts, tmp_path / "raw")
    (prompts / "nl" / "b.wav").unlink()
    assert export_raw(prompts, tmp_path / "raw", keep_gone=True) == Exported(0, 2, 0)
    assert (tmp_path / "raw" / "nl" / "b.alaw").exists()


def test_a_broken_prompt_is_named_and_the_last_good_one_stays(prompts: Path, tmp_path: Path) -> None:
    export_raw(prompts, tmp_path / "raw")
    (prompts / "nl" / "a.wav").write_bytes(b"RIFF")
    exported = export_raw(prompts, tmp_path / "raw")
    assert len(exported.faults) == 1
    assert "nl/a.wav: it is no WAV file" in exported.faults[0]
    assert (tmp_path / "raw" / "nl" / "a.alaw").read_bytes() == alaw.silence(100)


def test_a_part_of_a_packet_is_filled_up(prompts: Path, tmp_path: Path) -> None:
    save_wave(prompts / "nl" / "a.wav", b"\x2a" * 170)
    export_raw(prompts, tmp_path / "raw")
    assert (tmp_path / "raw" / "nl" / "a.alaw").read_bytes() == b"\x2a" * 170 + b"\xd5" * 150
