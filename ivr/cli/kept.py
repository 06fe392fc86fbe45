"""A folder's configuration as it was read the last time: for commands that answer at once.

It is used while no file of the folder, nothing of this program and no library that it was made with has
changed. It lies in the user's cache folder, where nobody else may write. The holidays of this year and the
next are kept with it.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from dialplan.days import know_years, years_known

MOST: Final = 16
"""So many folders are remembered."""
_NAMES: Final = ("*.y*ml", "*/*.y*ml", "*/*.ics", "*/*.csv", "*/*.xlsx")
"""Every file that may belong to a configuration, and some that do not."""
_MADE_WITH: Final = ("holidays", "yaml", "phonenumbers")
_PROGRAM: Final = Path(__file__).resolve().parents[2] / "dialplan"


def kept_configuration(folder: Path) -> Any | None:
    """The configuration of a folder, if it is kept and nothing has changed since."""
    path = _path_of(folder)
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_uid != os.getuid() or about.st_mode & 0o077 or not stat.S_ISREG(about.st_mode):
                return None
            if file.readline().decode().strip() != state_of(folder):
                return None
            configuration, years = pickle.load(file)  # noqa: S301 - only we could write it
    except (OSError, ValueError, TypeError, EOFError, AttributeError, ImportError, pickle.PickleError):
        return None
    know_years(years)
    return configuration


def keep_configuration(folder: Path, state: str, configuration: object) -> None:
    """Keep it for the next time; where that cannot be done, nothing is lost. `state`: what `state_of` said
    before the folder was read."""
    path = _path_of(folder)
    with suppress(OSError, pickle.PickleError, TypeError, AttributeError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        year = datetime.now(UTC).year
        kept = (configuration, years_known(year, year + 1))
        content = f"{state}\n".encode() + pickle.dumps(kept, pickle.HIGHEST_PROTOCOL)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        draft.replace(path)
        _sweep(path.parent)


def state_of(folder: Path) -> str:
    """What the configuration depends on, in one word: files, program, libraries."""
    said = hashlib.sha256(sys.version.encode())
    for path in _files(folder):
        about = path.stat()
        said.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\0{about.st_ino}\n".encode())
    for name in _MADE_WITH:
        spec = find_spec(name)
        if spec is not None and spec.origin:
            said.update(f"{name}\0{Path(spec.origin).stat().st_mtime_ns}\n".encode())
    return said.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    for pattern in _NAMES:
        yield from sorted(root.glob(pattern))
    yield from sorted(_PROGRAM.rglob("*.py"))


def _path_of(folder: Path) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
    return cache / "dutyline" / "read" / f"{name}.kept"


def _sweep(folder: Path) -> None:
    """Forget those that were not written for longest."""
    kept = sorted(folder.glob("*.kept"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in kept[MOST:]:
        path.unlink(missing_ok=True)


__all__ = ["keep_configuration", "kept_configuration", "state_of"]
