"""Running apt's programs: with a limit on every wait, and none left behind."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from tempfile import TemporaryFile

from asterisk.apt_words import has_failure, read_percent
from asterisk.obstacles import StalledError, ToolMissingError

ASK_S = 60.0
# Longer than apt needs to give up by itself: HTTP_S four times.
STALL_S = 180.0
HTTP_S = 30


def ask(command: Sequence[str], wanted_by: str) -> str:
    """What a quick program prints; its errors too when it fails. Raises ToolMissingError or StalledError."""
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASK_S,
            env=_plain_env(),
            check=False,
        )
    except FileNotFoundError:
        raise ToolMissingError(wanted_by, command[0]) from None
    except subprocess.TimeoutExpired:
        raise StalledError(wanted_by, ASK_S) from None
    return answer.stdout + (answer.stderr if answer.returncode else "")


def run_reporting(
    command: Sequence[str], words: Sequence[str], wanted_by: str, on_percent: Callable[[float], None]
) -> str | None:
    """Run apt-get to its end; None when it went well, else all it said.

    Whatever ends the wait, an interrupt included, ends apt too. Raises ToolMissingError or StalledError.
    """
    reading, writing = os.pipe()
    whole = [*_dying_with_us(), *command, "-q=1", "-o", f"APT::Status-Fd={writing}", *words]
    with TemporaryFile("w+", errors="replace") as said, os.fdopen(reading, "rb", 0) as status:
        try:
            process = _start(whole, said.fileno(), writing)
        except FileNotFoundError:
            raise ToolMissingError(wanted_by, command[0]) from None
        finally:
            os.close(writing)
        try:
            _follow(status.fileno(), wanted_by, on_percent)
            code = process.wait(timeout=ASK_S)
        except BaseException:
            _end(process)
            raise
        said.seek(0)
        text = said.read()
    return text if code or has_failure(text) else None


def _start(command: Sequence[str], said: int, status: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        env=_plain_env(),
        pass_fds=(status,),
        start_new_session=True,
    )


def _follow(status: int, wanted_by: str, on_percent: Callable[[float], None]) -> None:
    """Read apt's status lines until it closes them. Raises StalledError when it gets no further."""
    moved_at, text, reached = time.monotonic(), "", -1.0
    while time.monotonic() - moved_at < STALL_S:
        ready, _, _ = select.select([status], [], [], 1.0)
        if not ready:
            continue
        piece = os.read(status, 4096)
        if not piece:
            return
        *lines, text = (text + piece.decode(errors="replace")).split("\n")
        for percent in filter(None, map(read_percent, lines)):
            on_percent(percent)
            if percent != reached:
                moved_at, reached = time.monotonic(), percent
    raise StalledError(wanted_by, STALL_S)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop apt and its download methods, which share its session."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, kind)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5.0)
            return


def _dying_with_us() -> list[str]:
    # Killed without warning, we would leave an apt behind that holds its locks against the next try.
    return ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


def _plain_env() -> dict[str, str]:
    # apt's words are read, so they must be English.
    return {**os.environ, "LC_ALL": "C", "LANGUAGE": "C", "DEBIAN_FRONTEND": "noninteractive"}
