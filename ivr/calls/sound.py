"""What the switch has recorded, made into a message that people can listen to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MARGIN_MS: Final = 200
"""Of the silence before and after what was said so much is left."""
FRAME_S: Final = 0.02


def develop(raw: Path, wav: Path, least_s: float) -> float:
    """Cut and level the A-law in `raw` (in its place, so that it can be played) and keep it as `wav`.

    Returns its seconds; 0 when less than `least_s` is said in it: nothing is kept then. Raises OSError; a
    reader of `wav` meets all of it or none. The sound libraries are imported here, where they are needed.
    """
    from audio import alaw, level
    from audio.pipeline import TARGET, samples, to_alaw
    from audio.sound import wave_of

    signal = alaw.decode(raw.read_bytes()) / 32768.0
    if _speech_s(signal) < least_s:
        raw.unlink()
        return 0.0
    cut = level.trim(level.without_rumble(signal, alaw.RATE_HZ), samples(MARGIN_MS))
    codes = to_alaw(level.level(cut, TARGET.loudness_dbfs, TARGET.peak_dbfs))
    write_private(wav, wave_of(codes))
    write_private(raw, codes)
    return len(codes) / alaw.RATE_HZ


def _speech_s(signal: object) -> float:
    """Seconds in which something is to be heard."""
    import numpy as np

    from audio import level

    assert isinstance(signal, np.ndarray)
    if not len(signal):
        return 0.0
    threshold = max(level.loudness_dbfs(signal) - 32.0, -42.0)
    loud = level.frame_powers(signal) > level.amplitude(threshold) ** 2
    return float(loud.sum()) * FRAME_S


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step, on the disk when this returns, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


__all__ = ["develop", "write_private"]
