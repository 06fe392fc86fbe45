"""Voices of the demo's telephones: half-second tones, of a pitch that tells who is speaking."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from audio.alaw import RATE_HZ, encode

VOICE_S: Final = 0.5
_PEAK: Final = 8000
_BEEP_HZ: Final = 1400


def pitch_of(number: str) -> int:
    """The pitch of a telephone's voice in Hz, from the last two digits of its number: 500 to 1490."""
    return 500 + 10 * int(number[-2:])


def write_voices(folder: Path) -> None:
    """Write `<last two digits>.alaw` for every pitch, and `beep.alaw`; keeps those that are there."""
    if (folder / "beep.alaw").exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for last in range(100):
        (folder / f"{last:02}.alaw").write_bytes(_tone(pitch_of(f"{last:02}")))
    (folder / "beep.alaw").write_bytes(_tone(_BEEP_HZ))


def _tone(pitch_hz: int) -> bytes:
    """Whole waves, so that one half-second follows the other without a click."""
    t = np.arange(round(VOICE_S * RATE_HZ)) / RATE_HZ
    return encode((_PEAK * np.sin(2 * np.pi * pitch_hz * t)).astype(np.int16)).tobytes()


__all__ = ["VOICE_S", "pitch_of", "write_voices"]
