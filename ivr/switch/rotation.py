"""Logs are kept from growing without end: one above its limit begins anew, and what it held is kept once."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

LOG_LIMIT_BYTES: Final = 10 * 2**20
TEND_S: Final = 60.0


def older(log: Path) -> Path:
    """Where what a log held before is kept."""
    return log.with_name(f"{log.name}.1")


def rotate(log: Path, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """A log above the limit begins anew; what it held is kept beside it, in place of what was kept before.

    The file itself stays, for somebody is writing to it (appending, so that it goes on at the start).
    On a full disk the log itself gives room.
    """
    try:
        if log.stat().st_size <= limit_bytes:
            return
        try:
            shutil.copyfile(log, older(log))
        except OSError:
            older(log).unlink(missing_ok=True)
        os.truncate(log, 0)
    except OSError:
        return


def set_aside(records: Path, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """The same for a file that its writer opens for each line: the file moves, and no line is lost."""
    try:
        if records.stat().st_size > limit_bytes:
            records.replace(older(records))
    except OSError:
        return


@dataclass(frozen=True, slots=True)
class Logs:
    """Files that grow. `held`: their writers keep them open; `reopened`: they are opened for each line."""

    held: tuple[Path, ...]
    reopened: tuple[Path, ...] = ()

    def __add__(self, more: Logs) -> Logs:
        return Logs(self.held + more.held, self.reopened + more.reopened)

    def trim(self, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
        """Begin anew those that are above the limit."""
        for log in self.held:
            rotate(log, limit_bytes)
        for records in self.reopened:
            set_aside(records, limit_bytes)

    async def tend(self, every_s: float = TEND_S) -> NoReturn:
        """Trim them now and then, for ever."""
        while True:
            await asyncio.to_thread(self.trim)
            await asyncio.sleep(every_s)


__all__ = ["LOG_LIMIT_BYTES", "Logs", "older", "rotate", "set_aside"]
