"""From any sound to a prompt: the telephone's band, even loudness, clean ends, A-law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from audio import alaw, level
from audio.level import Signal
from audio.resample import resample
from audio.sound import Sound

VERSION: Final = 1
"""Raised when the same words come out as other audio; `build` renders anew then."""


class SilentSoundError(Exception):
    """There is nothing to be heard in a sound."""

    def __init__(self) -> None:
        super().__init__("it holds nothing but silence")


@dataclass(frozen=True, slots=True)
class Target:
    """How a prompt shall be. Levels in dBFS."""

    loudness_dbfs: float = -19.0
    peak_dbfs: float = -3.0
    silence_ms: int = 60
    fade_ms: int = 5


TARGET: Final = Target()


def telephone(sound: Sound) -> Signal:
    """One channel at 8 kHz, without what lies below or above the telephone's band."""
    return level.without_rumble(resample(sound.signal, sound.rate_hz, alaw.RATE_HZ), alaw.RATE_HZ)


def prepare(sound: Sound, target: Target = TARGET) -> Signal:
    """Band, trim, level and fades; samples in -1..1 at 8 kHz. Raises SilentSoundError."""
    return finish(telephone(sound), target)


def finish(signal: Signal, target: Target = TARGET) -> Signal:
    """Trim, level and fades of a signal that is at 8 kHz already. Raises SilentSoundError."""
    if level.loudness_dbfs(signal) <= level.QUIETEST_DBFS:
        raise SilentSoundError
    levelled = level.level(signal, target.loudness_dbfs, target.peak_dbfs)
    trimmed = level.trim(levelled, samples(target.silence_ms))
    if not len(trimmed):
        raise SilentSoundError
    return level.fade(trimmed, samples(target.fade_ms))


def to_alaw(signal: Signal) -> bytes:
    """Samples in -1..1 as A-law codes, one byte each, filled up with silence to whole packets of 20 ms.

    Asterisk would send what is left over as a short packet, which some telephones play with a click.
    """
    scaled = np.clip(np.rint(signal * 32768.0), -alaw.FULL_SCALE, alaw.FULL_SCALE)
    return whole_frames(alaw.encode(scaled.astype(np.int32)).tobytes())


def whole_frames(codes: bytes) -> bytes:
    """A-law codes with silence at the end up to a whole number of packets."""
    return codes + bytes([alaw.SILENCE]) * (-len(codes) % alaw.FRAME_SAMPLES)


def convert(sound: Sound, target: Target = TARGET) -> bytes:
    """The whole way: any sound to the A-law codes of a prompt. Raises SilentSoundError."""
    return to_alaw(prepare(sound, target))


def join(signals: list[Signal], gap_ms: int) -> Signal:
    """Signals one after the other with a gap of silence between."""
    gap = np.zeros(samples(gap_ms))
    pieces: list[Signal] = []
    for signal in signals:
        pieces += [gap, signal] if pieces else [signal]
    return np.concatenate(pieces) if pieces else np.zeros(0)


def samples(length_ms: int) -> int:
    """How many samples last that long."""
    return length_ms * alaw.RATE_HZ // 1000
