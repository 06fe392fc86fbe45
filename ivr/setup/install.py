"""pip's part: the project, editable, and the libraries it names."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from ivr.setup.environment import Environment, clean_environment, say
from ivr.setup.faults import InstallFailedError

LIMIT_S = 1800.0
_WIDTH = 76


def install_project(environment: Environment, root: Path, extras: frozenset[str]) -> None:
    """Install, with every word of pip in `.venv/install.log`. Raises InstallFailedError."""
    what = f".[{','.join(sorted(extras))}]" if extras else "."
    say("Installing the project and its libraries; the first time takes a minute or two ...")
    log = environment.folder / "install.log"
    began = time.monotonic()
    command = [environment.python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    with log.open("w", encoding="utf-8", errors="replace") as file:
        code = _run([*map(str, command), "--editable", what], root, file)
    if code:
        raise InstallFailedError(_reason(log.read_text(encoding="utf-8", errors="replace")), log)
    say(f"Installed in {time.monotonic() - began:.0f} s.")


def _run(command: list[str], root: Path, log: IO[str]) -> int:
    """Its exit code. On a terminal its last line is shown while it works."""
    process = subprocess.Popen(
        command,
        cwd=root,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        _follow(process.stdout.fileno(), log)
        return process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        return 1
    finally:
        _show("")
        if process.poll() is None:
            process.kill()
            process.wait()


def _follow(handle: int, log: IO[str]) -> None:
    ends_at = time.monotonic() + LIMIT_S
    while time.monotonic() < ends_at:
        ready, _, _ = select.select([handle], [], [], 1.0)
        if not ready:
            continue
        piece = os.read(handle, 65536)
        if not piece:
            return
        text = piece.decode(errors="replace")
        log.write(text)
        if lines := [line for line in text.splitlines() if line.strip()]:
            _show(lines[-1])
    log.write(f"\nERROR: not done after {LIMIT_S:.0f} seconds\n")


def _show(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{line.strip()[:_WIDTH]}")
        sys.stderr.flush()


def _reason(said: str) -> str:
    """pip's own error: the first one is the cause, those after it the consequences."""
    if "Retrying (" in said and "from versions: none" in said:
        return "the package index cannot be reached"
    errors = [line.partition("ERROR:")[2].strip() for line in said.splitlines() if "ERROR:" in line]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return errors[0] if errors else (lines[-1] if lines else "pip ended without a word")
