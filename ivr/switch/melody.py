"""Music on hold, made here: a slow, soft arpeggio, free of anybody's rights, in A-law."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from audio.alaw import RATE_HZ, encode

_CHORDS_HZ: Final = (
    (261.6, 329.6, 392.0, 523.3),
    (220.0, 261.6, 329.6, 440.0),
    (174.6, 220.0, 261.6, 349.2),
    (196.0, 246.9, 293.7, 392.0),
)
_NOTE_S: Final = 0.75
_PEAK: Final = 3000
"""Of 32767: 20 dB below full scale, so that a prompt is louder than the music."""


def compose_piece() -> bytes:
    """The piece, A-law at 8 kHz."""
    piece = np.concatenate([_note(tone) for chord in _CHORDS_HZ * 2 for tone in (*chord, *chord[2:0:-1])])
    return encode(piece.astype(np.int16)).tobytes()


def _note(tone_hz: float) -> npt.NDArray[np.float64]:
    t = np.arange(round(_NOTE_S * RATE_HZ)) / RATE_HZ
    swell = np.minimum(t / 0.03, 1) * np.exp(-2.5 * t) * np.minimum((_NOTE_S - t) / 0.05, 1)
    return _PEAK * swell * (np.sin(2 * np.pi * tone_hz * t) + 0.3 * np.sin(4 * np.pi * tone_hz * t)) / 1.3


__all__ = ["compose_piece"]
