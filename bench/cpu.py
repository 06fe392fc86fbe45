"""CPU time of processes, from /proc: nothing is attached to them, so nothing slows them down.

`stat` counts a process with all its threads, and the children it has waited for (scripts that Asterisk
forks), in ticks of 10 ms; `schedstat` counts each living thread in nanoseconds.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_UTIME = 11
"""Place of utime behind the name in parentheses; stime, cutime and cstime follow (proc(5))."""


def used_s(pids: Iterable[int]) -> float:
    """CPU seconds used so far by these processes, their threads and their ended children."""
    return sum(_used_ticks(pid) for pid in pids) / _TICKS_A_SECOND


def _used_ticks(pid: int) -> int:
    text = Path(f"/proc/{pid}/stat").read_text()
    fields = text.rpartition(")")[2].split()
    return sum(int(field) for field in fields[_UTIME : _UTIME + 4])


def living_s(pids: Iterable[int]) -> float:
    """CPU seconds of the threads that live now: exact, for processes that start and end none."""
    return sum(_of_threads_ns(pid) for pid in pids) / 1e9


def _of_threads_ns(pid: int) -> int:
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            total += int((thread / "schedstat").read_text().split()[0])
    return total


def cpu_model() -> str:
    """What the processor calls itself."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0))


__all__ = ["cores", "cpu_model", "living_s", "used_s"]
