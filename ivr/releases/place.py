"""The name of a folder that somebody edits in: the machine, and the path there."""

from __future__ import annotations

import socket
from pathlib import Path


def place_of(folder: Path) -> str:
    """`host:/absolute/path`."""
    return f"{socket.gethostname()}:{folder.expanduser().resolve()}"
