"""A-law by table: golden values of G.711, and agreement with the library that writes our files."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from audio import alaw

GOLDEN = {
    0xD5: 8,
    0x55: -8,
    0xD4: 24,
    0x54: -24,
    0xC5: 264,
    0xF5: 528,
    0xE5: 1056,
    0x95: 2112,
    0x85: 4224,
    0xB5: 8448,
    0xA5: 16896,
    0xAA: 32256,
    0x2A: -32256,
    0x80: 5504,
    0x00: -5504,
}


@pytest.mark.parametrize(("code", "sample"), GOLDEN.items(), ids=hex)
def test_golden_vectors(code: int, sample: int) -> None:
    assert alaw.decode(bytes([code]))[0] == sample
    assert alaw.encode(np.array([sample]))[0] == code


def test_every_code_survives_decoding_and_encoding() -> None:
    codes = np.arange(256, dtype=np.uint8)
    assert (alaw.encode(alaw.decode(codes)) == codes).all()


def test_no_sample_is_further_off_than_half_its_interval() -> None:
    samples = np.arange(-32768, 32768)
    off = np.abs(alaw.decode(alaw.encode(samples)).astype(int) - samples)
    assert (off <= np.maximum(np.abs(samples) / 32, 16)).all()


def test_soundfile_writes_and_reads_the_same_codes() -> None:
    samples = np.arange(-32768, 32768, dtype=np.int16)
    file = io.BytesIO()
    soundfile.write(file, samples, 8000, format="WAV", subtype="ALAW")
    assert alaw.encode(samples).tobytes() in file.getvalue()
    file.seek(0)
    read, _ = soundfile.read(file, dtype="int16")
    assert (read == alaw.decode(alaw.encode(samples))).all()


def test_silence_is_d5() -> None:
    assert alaw.silence(20) == b"\xd5" * 160
    assert alaw.encode(np.zeros(1, dtype=np.int16))[0] == 0xD5
