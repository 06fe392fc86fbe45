"""A program that can be started, and the folders it brings: installed, or unpacked without root."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_PROGRAM_FOLDERS = ("usr/sbin", "usr/bin", "sbin", "bin")
_HOST_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin")
_ZONES = Path("/usr/share/zoneinfo")


class Origin(StrEnum):
    """Where a program comes from."""

    INSTALLED = "installed"
    UNPACKED = "unpacked"


@dataclass(frozen=True, slots=True)
class Tree:
    """One obtained package set, ready to run.

    `root` is the folder everything was unpacked into (None: installed). `program` is the main
    executable. `modules_dir` and `data_dir` are what asterisk.conf calls astmoddir and astdatadir (for
    espeak `data_dir` holds the voices). `loader` and `libraries` make an unpacked program run on its own
    C library, whatever this machine's is.
    """

    name: str
    version: str
    origin: Origin
    program: Path
    root: Path | None = None
    modules_dir: Path | None = None
    data_dir: Path | None = None
    loader: Path | None = None
    libraries: tuple[Path, ...] = ()

    def argv(self, program: str, *args: str | Path) -> list[str]:
        """The command line that starts `program` (a name such as "asterisk", or the path inside the tree).

        Raises FileNotFoundError when the tree has no such program.
        """
        path = str(self._find(program))
        words = [str(word) for word in args]
        if self.loader is None:
            return [path, *words]
        library_path = ":".join(map(str, self.libraries))
        return [str(self.loader), "--inhibit-cache", "--library-path", library_path, path, *words]

    def env(self) -> dict[str, str]:
        """The whole environment to start a program with: this process's own, and what the tree needs."""
        env = dict(os.environ)
        if self.name == "espeak" and self.data_dir is not None:
            env["ESPEAK_DATA_PATH"] = str(self.data_dir.parent)
        if self.root is not None:
            # The host's libraries would be loaded into a foreign C library.
            env.pop("LD_LIBRARY_PATH", None)
            env.pop("LD_PRELOAD", None)
            env |= self._zones(self.root)
        return env

    @staticmethod
    def _zones(root: Path) -> dict[str, str]:
        own = root / "usr/share/zoneinfo"
        return {"TZDIR": str(own)} if own.is_dir() and not _ZONES.is_dir() else {}

    def _find(self, program: str) -> Path:
        if program in (self.program.name, str(self.program)):
            return self.program
        if self.root is None:
            search = os.pathsep.join([str(self.program.parent), os.environ.get("PATH", ""), *_HOST_FOLDERS])
            found = shutil.which(program, path=search)
            if found:
                return Path(found)
        else:
            for folder in _PROGRAM_FOLDERS:
                if (path := self.root / folder / program).is_file():
                    return path
        raise FileNotFoundError(f"{self.name} {self.version} brings no program `{program}`")
