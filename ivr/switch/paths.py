"""The folders of one Asterisk of ours, all inside the state folder."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ivr.switch.rotation import Logs

SOCKET_PATH_MAX = 107
"""Bytes in the path of a Unix socket (`sun_path` of 108 with its NUL)."""

# Asterisk reads its files through a buffer of 256 bytes (`fn` in main/config.c).
_ROOT_PATH_MAX = 200
_UNSAFE = frozenset(";,|\"'`$\\{}[]()<>") | {chr(code) for code in range(32)}


class StatePathError(Exception):
    """The state folder has a path that Asterisk cannot use."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        super().__init__(
            f"Asterisk cannot use the folder {str(path)!r}: {what}; set DUTYLINE_STATE to another one."
        )


@dataclass(frozen=True, slots=True)
class SwitchPaths:
    """Folders and files of one Asterisk. `root` is its own; nothing of it lies elsewhere but `run`."""

    root: Path
    run: Path

    @property
    def etc(self) -> Path:
        """The rendered configuration."""
        return self.root / "etc"

    @property
    def main_file(self) -> Path:
        """What `asterisk -C` is given."""
        return self.etc / "asterisk.conf"

    @property
    def failsafe_file(self) -> Path:
        """The generated part of the extensions; see `write_failsafe`."""
        return self.etc / "failsafe.conf"

    @property
    def log(self) -> Path:
        """`messages`, `security`, what Asterisk printed (`console`), and its call records."""
        return self.root / "log"

    @property
    def console_log(self) -> Path:
        return self.log / "console"

    @property
    def call_records(self) -> Path:
        """The switch's own records, CSV; the columns stand in cdr_custom.conf."""
        return self.log / "cdr-custom" / "calls.csv"

    @property
    def logs(self) -> Logs:
        """Everything in it that grows; the names stand in logger.conf and cdr_custom.conf."""
        return Logs((self.console_log, self.log / "messages", self.log / "security"), (self.call_records,))

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def sounds(self) -> Path:
        """Prompts as raw A-law: `<language>/<id>.alaw`, played as `dutyline/<language>/<id>`."""
        return self.data / "sounds" / "dutyline"

    @property
    def music(self) -> Path:
        """What held callers hear: A-law files."""
        return self.data / "moh"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def recordings(self) -> Path:
        """Where MixMonitor and RECORD FILE put names without a folder."""
        return self.spool / "monitor"

    @property
    def control(self) -> Path:
        """The console's socket."""
        return self.run / "asterisk.ctl"

    def make(self) -> None:
        """Make every folder, readable by its owner alone."""
        folders = (self.etc, self.call_records.parent, self.var / "agi-bin", self.var / "keys", self.sounds)
        for folder in (*folders, self.music, self.recordings, self.run):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def place(root: Path) -> SwitchPaths:
    """The folders of an Asterisk at `root` (absolute). Raises StatePathError for an impossible name."""
    for character in str(root):
        if character in _UNSAFE:
            raise StatePathError(root, f"its files cannot hold the {character!r} in that path")
    if len(os.fsencode(root)) > _ROOT_PATH_MAX:
        raise StatePathError(root, f"the path is longer than {_ROOT_PATH_MAX} characters")
    run = root / "run"
    if len(os.fsencode(run / "asterisk.ctl")) > SOCKET_PATH_MAX:
        run = _short_folder(root)
    return SwitchPaths(root, run)


def _short_folder(root: Path) -> Path:
    """A folder of ours with a short path, always the same one for the same root."""
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"dutyline-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # The temporary folder is everybody's: a link or somebody else's folder of this name is an attack.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else; remove it or set TMPDIR.")
    return folder


__all__ = ["SOCKET_PATH_MAX", "StatePathError", "SwitchPaths", "place"]
