"""The link between the service and the switch, cut as a cable would be: the service's own socket is shut."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from tests.stories.house import House

_PIDFD_GETFD = 438
"""The number of the system call, the same on every architecture (Linux 5.6)."""
AGAIN_S = 0.02


@contextlib.asynccontextmanager
async def ami_down(house: House) -> AsyncIterator[None]:
    """Whenever the service has connected to the switch's AMI, the line is cut again."""

    async def keep_cutting() -> None:
        while True:
            cut_ami(house)
            await asyncio.sleep(AGAIN_S)

    assert cut_ami(house), "there is a link to cut"
    cutting = asyncio.create_task(keep_cutting())
    try:
        yield
    finally:
        cutting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await cutting


def cut_ami(house: House) -> int:
    """Shut every connection of the service to the AMI; how many there were."""
    pid = house.household.service.pid
    found = list(_sockets(pid, house.settings.ami_port)) if pid else []
    for descriptor in found:
        _shut(pid or 0, descriptor)
    return len(found)


def _sockets(pid: int, port: int) -> Iterator[int]:
    """The descriptors of a process that are connected to a port of this machine."""
    inodes = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        cells = line.split()
        if int(cells[2].rpartition(":")[2], 16) == port:
            inodes.add(f"socket:[{cells[9]}]")
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if str(link.readlink()) in inodes:
                yield int(link.name)


def _shut(pid: int, descriptor: int) -> None:
    with contextlib.suppress(OSError):
        process = os.pidfd_open(pid)
        try:
            own = ctypes.CDLL(None, use_errno=True).syscall(_PIDFD_GETFD, process, descriptor, 0)
            if own < 0:
                raise OSError(ctypes.get_errno(), "pidfd_getfd")
            with socket.socket(fileno=own) as taken:
                taken.shutdown(socket.SHUT_RDWR)
        finally:
            os.close(process)
