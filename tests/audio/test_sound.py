"""Reading what people have, writing what the switch and Voice Managed Services want."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio import alaw
from audio.sound import (
    SoundError,
    load,
    parse_wave,
    read_alaw,
    read_recording,
    save_wave,
    wave_of,
    write_whole,
)
from tests.audio.conftest import speechlike


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        ("a.wav", "PCM_16"),
        ("a.wav", "PCM_24"),
        ("a.wav", "FLOAT"),
        ("a.wav", "ULAW"),
        ("a.flac", "PCM_16"),
        ("a.ogg", "VORBIS"),
        ("a.mp3", "MPEG_LAYER_III"),
        ("a.aiff", "PCM_16"),
    ],
)
def test_common_formats_are_read(tmp_path: Path, name: str, subtype: str) -> None:
    signal = speechlike(1, 44100, 0.5)
    soundfile.write(tmp_path / name, np.stack([signal, signal], axis=1), 44100, subtype=subtype)
    sound = load(tmp_path / name)
    assert sound.rate_hz == 44100
    assert sound.length_s == pytest.approx(len(signal) / 44100, abs=0.1)
    assert sound.signal.ndim == 1


def test_raw_alaw_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.alaw").write_bytes(alaw.silence(100))
    assert load(tmp_path / "a.alaw").length_s == 0.1


def test_what_only_ffmpeg_reads_names_ffmpeg_when_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + b"\0" * 100)
    with pytest.raises(SoundError, match="ffmpeg, which reads the rest, is not installed"):
        load(tmp_path / "a.m4a")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "no such file"), (b"", "the file is empty")],
    ids=["missing", "empty"],
)
def test_files_that_are_none_say_why(tmp_path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(SoundError, match=reason):
        load(tmp_path / "a.wav")


def test_values_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([0.0, np.nan, 0.1]), 8000, subtype="FLOAT")
    with pytest.raises(SoundError, match="no numbers"):
        load(tmp_path / "a.wav")


def test_a_prompt_file_is_what_voice_managed_services_asks_for(tmp_path: Path) -> None:
    codes = bytes(range(256)) * 5
    save_wave(tmp_path / "nl" / "a.wav", codes)
    info = soundfile.info(tmp_path / "nl" / "a.wav")
    assert (info.format, info.subtype, info.samplerate, info.channels) == ("WAV", "ALAW", 8000, 1)
    assert read_alaw(tmp_path / "nl" / "a.wav") == codes


def test_an_odd_number_of_samples_is_read_without_its_padding() -> None:
    assert parse_wave(wave_of(b"\xd5" * 161)).data == b"\xd5" * 161


def test_a_wrong_kind_of_wave_is_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((10, 2)), 16000, subtype="PCM_16")
    with pytest.raises(SoundError, match="PCM, 16000 Hz, 2 channels, not A-law 8000 Hz mono"):
        read_alaw(tmp_path / "a.wav")


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff"]
)
def test_broken_waves_raise_and_nothing_else(content: bytes) -> None:
    with pytest.raises(ValueError, match="WAV"):
        parse_wave(content)


def test_recordings_of_the_switch_are_read_alike(tmp_path: Path) -> None:
    codes = alaw.encode(np.arange(-8000, 8000, 16)).tobytes()
    samples = alaw.decode(codes)
    (tmp_path / "a.alaw").write_bytes(codes)
    (tmp_path / "a.sln").write_bytes(samples.astype("<i2").tobytes())
    soundfile.write(tmp_path / "a.wav", samples, 8000, subtype="PCM_16")
    read = {read_recording(tmp_path / name) for name in ("a.alaw", "a.sln", "a.wav")}
    assert read == {codes}


def test_writing_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"old")

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert target.read_bytes() == b"old"
