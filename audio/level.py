"""Loudness, peaks, silence and fades of one channel of samples in -1..1 at 8 kHz.

Levels are dBFS: decibels against a sample of 1.0 (for loudness: the root mean square against 1.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.float64]

FRAME: Final = 160
QUIETEST_DBFS: Final = -120.0
_GATE_DBFS: Final = -60.0
_RELATIVE_GATE_DB: Final = 12.0


@dataclass(frozen=True, slots=True)
class Span:
    """From one sample to before another."""

    start: int
    end: int


def dbfs(amplitude: float) -> float:
    """An amplitude as decibels against full scale, never below -120."""
    return float(20 * np.log10(max(amplitude, 1e-6)))


def amplitude(level_dbfs: float) -> float:
    """The amplitude of a level in decibels."""
    return float(10 ** (level_dbfs / 20))


def peak_dbfs(signal: Signal) -> float:
    """The level of the largest sample."""
    return dbfs(float(np.abs(signal).max())) if len(signal) else QUIETEST_DBFS


def loudness_dbfs(signal: Signal) -> float:
    """The level of speech without its pauses.

    Frames of 20 ms below an absolute gate, then those 12 dB below the mean of the rest, do not count
    (after the gates of ITU-R BS.1770, without its weighting: a telephone's band is flat enough).
    """
    power = frame_powers(signal)
    loud = power[power > amplitude(_GATE_DBFS) ** 2]
    if not len(loud):
        return QUIETEST_DBFS
    loud = loud[loud >= loud.mean() * 10 ** (-_RELATIVE_GATE_DB / 10)]
    return dbfs(float(np.sqrt(loud.mean())))


def frame_powers(signal: Signal, frame: int = FRAME) -> Signal:
    """The mean square of each frame; a last part of a frame is filled up with silence."""
    padded = np.pad(signal, (0, -len(signal) % frame))
    powers: Signal = (padded.reshape(-1, frame) ** 2).mean(axis=1)
    return powers


def sounding(signal: Signal, below_loudness_db: float = 32.0, frame: int = 40) -> Span | None:
    """Where sound begins and ends, in frames of 5 ms; None when there is nothing but silence.

    Silence is what lies 32 dB under the loudness of the whole, and never above -42 dBFS.
    """
    threshold = min(loudness_dbfs(signal) - below_loudness_db, -42.0)
    loud = np.flatnonzero(frame_powers(signal, frame) > amplitude(max(threshold, -66.0)) ** 2)
    if not len(loud):
        return None
    return Span(int(loud[0]) * frame, min(int(loud[-1] + 1) * frame, len(signal)))


def trim(signal: Signal, keep: int) -> Signal:
    """Cut silence at both ends so that exactly `keep` samples of it (or padding) remain."""
    span = sounding(signal)
    if span is None:
        return signal[:0]
    start, end = span.start - keep, span.end + keep
    body = signal[max(start, 0) : end]
    return np.pad(body, (max(-start, 0), max(end - len(signal), 0)))


def fade(signal: Signal, length: int) -> Signal:
    """Raise from and lower to nothing over `length` samples, so that no end clicks."""
    length = min(length, len(signal) // 2)
    faded = signal.copy()
    if length:
        ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)
        faded[:length] *= ramp
        faded[-length:] *= ramp[::-1]
    return faded


def level(signal: Signal, loudness: float, peak: float) -> Signal:
    """Bring to a loudness with no sample above `peak` (both dBFS); peaks are bent, not cut."""
    levelled = signal
    for _ in range(4):  # limiting takes some loudness away; a few rounds give it back
        found = loudness_dbfs(levelled)
        if found <= QUIETEST_DBFS:
            return signal
        levelled = limit(levelled * amplitude(loudness - found), amplitude(peak))
        if abs(loudness_dbfs(levelled) - loudness) < 0.1:
            break
    return levelled


def limit(signal: Signal, ceiling: float, reach: int = 40) -> Signal:
    """Keep every sample within `ceiling` by a gain that dips smoothly around each peak.

    The gain looks `reach` samples (5 ms) ahead and back, so its dip is already there when the peak comes.
    """
    needed = np.minimum(1.0, ceiling / np.maximum(np.abs(signal), 1e-12))
    if not len(signal) or needed.min() >= 1.0:
        return signal
    padded = np.pad(needed, 2 * reach, constant_values=1.0)
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 3)[1:-1]
    gain = np.convolve(lowest, window / window.sum(), mode="valid")
    return signal * gain


def without_rumble(signal: Signal, rate_hz: int, from_hz: float = 60.0, to_hz: float = 110.0) -> Signal:
    """Take away what a telephone does not carry: direct current, mains hum, breath on the microphone."""
    if not len(signal):
        return signal
    # direct current that begins and ends at once would be heard as a click at either end
    padded = np.pad(fade(signal - signal.mean(), rate_hz // 200), (0, rate_hz // 4))
    spectrum = np.fft.rfft(padded)
    hertz = np.fft.rfftfreq(len(padded), 1 / rate_hz)
    slope = np.clip((hertz - from_hz) / (to_hz - from_hz), 0, 1)
    kept: Signal = np.fft.irfft(spectrum * (0.5 - 0.5 * np.cos(np.pi * slope)), len(padded))[: len(signal)]
    return kept
