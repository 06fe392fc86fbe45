"""A configuration written into a folder, byte for byte as it was read from one."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from dialplan.faults import ConfigurationFaults
from dialplan.source import BINARY, read_texts
from ivr.cli.shared import give_up


def write_folder(folder: Path, files: Mapping[str, str], *, force: bool) -> None:
    """Write the files. A folder that holds something is left alone, unless `force`: then its own
    configuration files give way, and everything else in it stays."""
    if folder.exists() and not folder.is_dir():
        give_up(f"{folder} is no folder.")
    if folder.is_dir() and any(folder.iterdir()):
        if not force:
            give_up(f"{folder} is not empty; name another folder, or use --force to replace what it holds.")
        _clear(folder, files)
    for name, text in files.items():
        path = _inside(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = b64decode(text.removeprefix(BINARY)) if text.startswith(BINARY) else text.encode()
        path.write_bytes(content)


def _clear(folder: Path, files: Mapping[str, str]) -> None:
    """Take away the configuration files that the release does not have."""
    try:
        there = read_texts(folder)
    except ConfigurationFaults as faults:
        there = {fault.file: "" for fault in faults.faults}
    for name in there.keys() - files.keys():
        _inside(folder, name).unlink(missing_ok=True)


def _inside(folder: Path, name: str) -> Path:
    """A path below the folder, whatever the name says."""
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        give_up(f"the release holds a file {name!r}, which would be outside the folder.")
    return folder / parts
