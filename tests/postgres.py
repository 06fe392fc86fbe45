"""A PostgreSQL of our own while tests run: a new cluster in a temporary folder, on a free port of loopback.

It wants the programs alone (`initdb`, `postgres`), wherever a distribution puts them; no service, no root. A
server refuses to be root, so for root it is somebody else.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.ports import free_port

READY_S: Final = 60.0
_FOLDERS: Final = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
_PARENT_DEATH: Final = 1
"""PR_SET_PDEATHSIG of prctl(2): nobody leaves a server behind, however he dies."""


@contextmanager
def serving() -> Iterator[str | None]:
    """The URL of a server that lives as long as this; None where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="dutyline-postgres-", ignore_cleanup_errors=True) as folder:
        who = _somebody(Path(folder))
        data, port = Path(folder) / "data", free_port()
        made = [f"{programs}/initdb", "-D", str(data), "-U", "tests", "-Atrust", "-EUTF8", "--no-sync"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
        options = ("fsync=off", "max_connections=200", "listen_addresses=127.0.0.1", f"port={port}")
        words = [word for option in (*options, "unix_socket_directories=") for word in ("-c", option)]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *words],
                stdout=log, stderr=log, cwd=folder, preexec_fn=_die_with_us, **who,
            )  # fmt: skip
        try:
            _wait(server, port)
            yield f"postgresql://tests@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=READY_S)


def _programs() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest there is."""
    found = [path for pattern in _FOLDERS for path in Path("/").glob(f"{pattern[1:]}/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve())
    folders = [path.parent for path in found if (path.parent / "postgres").exists()]
    return max(folders, key=str, default=None)


def _somebody(folder: Path) -> dict[str, Any]:
    if os.geteuid():
        return {}
    shutil.chown(folder, "nobody")
    return {"user": "nobody", "group": folder.stat().st_gid, "extra_groups": []}


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGQUIT)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start (exit code {server.poll()})")


__all__ = ["serving"]
