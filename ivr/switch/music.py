"""Music on hold: the folder that the switch plays from is never empty."""

from __future__ import annotations

from pathlib import Path


def ensure_music(folder: Path) -> None:
    """Write our piece when the folder holds no A-law file; one that an administrator put there stays."""
    if any(folder.glob("*.alaw")):
        return
    from ivr.switch.melody import compose_piece  # numpy, which nothing else here wants

    partial = folder / ".dutyline.partial"
    partial.write_bytes(compose_piece())
    partial.replace(folder / "dutyline.alaw")


__all__ = ["ensure_music"]
