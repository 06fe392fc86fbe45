"""The switch's own call records (`cdr_custom.conf`), asked after a restart: did that leg ever ring?"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

TAIL_BYTES = 1 << 20
"""How far back is read: some 5,000 calls."""


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """One leg as the switch wrote it down. `disposition`: ANSWERED, NO ANSWER, BUSY, CONGESTION, FAILED."""

    uniqueid: str
    disposition: str


def find_leg(path: Path, uniqueid: str) -> SwitchRecord | None:
    """The record of the leg of that unique id; None when the switch has ended no such leg lately."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return None
    for row in csv.reader(text.splitlines()[1 if size > TAIL_BYTES else 0 :]):
        if len(row) > 10 and row[0] == uniqueid:
            return SwitchRecord(row[0], row[10])
    return None
