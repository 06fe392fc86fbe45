"""The project's own bytecode: made once after a change, so that no start pays for it.

An editable installation is compiled by nobody beforehand, and where Python is told to write no bytecode
(`PYTHONDONTWRITEBYTECODE`, usual in containers) each start would compile all of it again, for more than a
second.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ivr.setup.environment import Environment

FOLDERS: Final = ("asterisk", "audio", "bench", "dialplan", "ivr")
NAME: Final = "compiled"
"""The empty file in the environment whose time says when this was done."""


def compile_project(environment: Environment, root: Path) -> None:
    """Compile what has changed since the last time. That it cannot be written down is no fault."""
    done = environment.folder / NAME
    folders = [root / name for name in FOLDERS]
    if not _has_changed(folders, done):
        return
    environment.run("-m", "compileall", "-q", *folders)
    done.touch()


def _has_changed(folders: list[Path], done: Path) -> bool:
    try:
        since = done.stat().st_mtime
    except OSError:
        return True
    return any(path.stat().st_mtime > since for folder in folders for path in folder.rglob("*.py"))


__all__ = ["FOLDERS", "NAME", "compile_project"]
