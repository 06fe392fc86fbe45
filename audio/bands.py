"""What a stretch of audio is like: its energy in bands, whether it is a tone, where it is loud."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from audio.level import Signal, Span, frame_powers

Mask = npt.NDArray[np.bool_]
Bands = npt.NDArray[np.float64]

STEP: Final = 80
"""Samples of one step (10 ms)."""
SHORTEST: Final = 20 * STEP
"""What is shorter is no prompt."""
LOUD: Final = 0.006

_WINDOW: Final = 256
_MOST_PAUSE_STEPS: Final = 60
_EDGES_HZ: Final = (200, 350, 500, 650, 800, 1000, 1200, 1450, 1700, 2000, 2400, 2900, 3500)


def bands_of(signal: Signal) -> Bands:
    """The logarithm of the energy in twelve bands of the telephone's range, every 10 ms."""
    padded = np.pad(signal, (0, _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::STEP] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    edges = [round(hertz * _WINDOW / 8000) for hertz in _EDGES_HZ]
    sums = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    logs: Bands = np.log10(sums + 1e-3)
    return logs


def centred(bands: Bands) -> Bands:
    """Without the mean of each band, so that loudness and tone colour do not matter."""
    centred: Bands = bands - bands.mean(axis=0)
    return centred


def correlated(padded: Bands, batch: Sequence[Bands]) -> Signal:
    """The sum over the bands of each prompt's correlation with the audio, for every lag."""
    size = 1 << (len(padded) - 1).bit_length()
    total = np.zeros((len(batch), size // 2 + 1), dtype=np.complex64)
    for band in range(padded.shape[1]):
        stack = np.zeros((len(batch), size), dtype=np.float32)
        for place, bands in enumerate(batch):
            stack[place, : len(bands)] = bands[:, band]
        total += (
            np.fft.rfft(padded[:, band].astype(np.float32), size)[None] * np.fft.rfft(stack, axis=1).conj()
        )
    products: Signal = np.fft.irfft(total, size, axis=1)
    return products


def is_tone(signal: Signal) -> bool:
    """Whether nearly all energy lies in a few narrow lines: ringing, busy, keys."""
    size = 1 << (len(signal).bit_length() - 1)
    spectrum = np.abs(np.fft.rfft(signal[:size] * np.hanning(size))) ** 2
    width = max(1, size // 400)
    lines = np.sort(np.add.reduceat(spectrum, np.arange(0, len(spectrum), width)))
    return bool(lines[-6:].sum() > 0.9 * lines.sum())


def open_stretches(signal: Signal, explained: Mask) -> list[Span]:
    """Loud stretches that are not explained, in samples; short pauses do not part them."""
    powers = frame_powers(signal, STEP)
    open_steps = np.flatnonzero((powers > LOUD**2) & ~explained[: len(powers)])
    if not len(open_steps):
        return []
    breaks = np.flatnonzero(np.diff(open_steps) > _MOST_PAUSE_STEPS) + 1
    return [Span(int(part[0]) * STEP, (int(part[-1]) + 1) * STEP) for part in np.split(open_steps, breaks)]


def loud_part(signal: Signal) -> Span | None:
    """From the first loud step to the last; None when too little is loud to be a prompt."""
    loud = (
        np.flatnonzero(frame_powers(signal, STEP) > LOUD**2) if len(signal) else np.zeros(0, dtype=np.int64)
    )
    if len(loud) * STEP < SHORTEST:
        return None
    return Span(int(loud[0]) * STEP, (int(loud[-1]) + 1) * STEP)
