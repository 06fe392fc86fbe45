"""Where the configuration folder is, for commands that need no other setting."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def configuration_folder(given: Path | None) -> Path:
    """The folder given, or the installation's own.

    All settings are read, with whatever is wrong with them, only where something sets one: reading them takes
    longer than a simulation.
    """
    if given is not None:
        return given
    if Path("dutyline.env").exists() or any(name.upper() == "DUTYLINE_CONFIG" for name in os.environ):
        from ivr.cli.shared import read_settings

        return read_settings(needs_state=False).config
    return ROOT / "config"
