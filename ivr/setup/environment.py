"""The virtual environment itself: whether it works, and making it on any Python 3.11 or newer.

Debian's python3 comes without ensurepip unless python3-venv is installed, which needs root. Then the
environment is made without pip, and pip comes from the wheel that the distribution itself would use.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ivr.setup.faults import CheckoutBusyError, FolderUnusableError, PipMissingError, VenvFailedError
from ivr.setup.pip_wheel import WheelMissingError, find_wheel

MAKE_S = 300.0
BUSY_S = 1800.0
_PROBE = "import pip, sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"


class Environment:
    """`.venv` of one checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"

    def is_sound(self) -> bool:
        """Whether its Python starts, is new enough and has pip."""
        return self.python.exists() and _run([self.python, "-c", _PROBE]).returncode == 0

    def make(self) -> None:
        """Make it afresh. Raises SetupError."""
        say(f"Making a virtual environment with {sys.executable} ...")
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            whole = _run([sys.executable, "-m", "venv", self.folder])
            if whole.returncode == 0 and self.is_sound():
                return
            shutil.rmtree(self.folder, ignore_errors=True)
            bare = _run([sys.executable, "-m", "venv", "--without-pip", self.folder])
        except OSError as fault:
            raise FolderUnusableError(self.folder, fault.strerror or str(fault)) from fault
        if bare.returncode != 0 or not self.python.exists():
            raise VenvFailedError(sys.executable, last_line(bare.stderr or bare.stdout))
        self._bring_pip()

    def run(self, *words: str | Path) -> bool:
        """Run its Python with these words; whether that went well."""
        return _run([self.python, *words]).returncode == 0

    def _bring_pip(self) -> None:
        """Have the wheel install itself: a wheel of pip can be run as it is."""
        try:
            wheel = find_wheel(self.folder / "pip", say)
        except WheelMissingError as fault:
            raise PipMissingError(sys.executable, str(fault)) from fault
        done = _run([self.python, wheel / "pip", "install", "--no-index", "--no-deps", "--quiet", wheel])
        shutil.rmtree(self.folder / "pip", ignore_errors=True)
        if done.returncode != 0 or not self.is_sound():
            raise PipMissingError(sys.executable, f"{wheel.name} does not run: {last_line(done.stderr)}.")


@contextmanager
def hold_checkout(root: Path) -> Iterator[None]:
    """One process at a time installs into a checkout; the kernel frees it when that process dies."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        began, has_said = time.monotonic(), False
        while not _try_lock(handle):
            if time.monotonic() - began > BUSY_S:
                raise CheckoutBusyError(root, BUSY_S)
            if not has_said:
                say("Another process is installing in this folder; waiting for it.")
                has_said = True
            time.sleep(0.2)
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=MAKE_S,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        return subprocess.CompletedProcess([], 1, "", str(fault))


def clean_environment() -> dict[str, str]:
    """The process environment without what would send Python or pip elsewhere."""
    unwanted = {"PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def last_line(text: str) -> str:
    """The last word of a program that failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"


def say(sentence: str) -> None:
    """Tell the person at the keyboard."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
