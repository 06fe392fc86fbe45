"""One process at a time fills a cache folder; the others wait, and find it filled."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from asterisk.obstacles import LockTakenError
from asterisk.progress import Progress

LIMIT_S = 1800.0
_AGAIN_S = 0.1


@contextmanager
def hold_lock(folder: Path, package: str, progress: Progress, limit_s: float = LIMIT_S) -> Iterator[None]:
    """Hold the folder's lock; the kernel frees it when a process dies. Raises LockTakenError."""
    with (folder / ".lock").open("a+b") as file:
        began, has_said = time.monotonic(), False
        while not _try_lock(file.fileno()):
            waited_s = time.monotonic() - began
            if waited_s > limit_s:
                raise LockTakenError(package, folder, waited_s)
            if not has_said and waited_s > 1:
                progress.say(f"Another process is filling {folder}; waiting for it.")
                has_said = True
            time.sleep(_AGAIN_S)
        yield


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
