"""The switch's own call records (`cdr_custom.conf`), asked after a restart: did that leg ever ring?"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from ivr.switch.rotation import older

TAIL_BYTES = 1 << 20
"""How far back is read: some 5,000 calls."""


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """One leg as the switch wrote it down. `disposition`: ANSWERED, NO ANSWER, BUSY, CONGESTION, FAILED."""

    uniqueid: str
    disposition: str


def find_leg(path: Path, uniqueid: str) -> SwitchRecord | None:
    """The record of the leg of that unique id; None when the switch has ended no such leg lately."""
    return next((SwitchRecord(row[0], row[10]) for row in _rows(path, uniqueid)), None)


def has_talked(path: Path, uniqueid: str, *, is_last: bool = False) -> bool:
    """Whether somebody whom that leg has called picked up; `is_last`: of the last one that it has called."""
    called = [row[10] == "ANSWERED" for row in _rows(path, uniqueid) if row[5]]
    return any(called[-1:] if is_last else called)


def _rows(path: Path, uniqueid: str) -> list[list[str]]:
    """Of that leg: also among the records that were set aside, should that have been just now."""
    return [row for file in (older(path), path) for row in _last_rows(file) if row[0] == uniqueid]


def _last_rows(path: Path) -> list[list[str]]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    lines = csv.reader(text.splitlines()[1 if size > TAIL_BYTES else 0 :])
    return [row for row in lines if len(row) > 10]
