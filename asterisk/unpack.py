"""Turning fetched packages into a tree, all or nothing."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from asterisk.obstacles import DiskFullError, PackageBrokenError, ToolMissingError
from asterisk.package import UNREAD
from asterisk.stamp import Stamp

_ONE_PACKAGE_S = 300.0


def unpack(
    package: str,
    debs: Iterable[Path],
    target: Path,
    take_stock: Callable[[Path], Stamp],
    on_done: Callable[[int], None],
) -> None:
    """Unpack every package beside `target`, write the stamp `take_stock` makes, and rename into place.

    Whoever looks at `target` sees the old state or the whole new tree. Leaves nothing behind when it
    raises DiskFullError, PackageBrokenError or ToolMissingError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        fresh = Path(scratch) / "tree"
        fresh.mkdir()
        try:
            for number, deb in enumerate(debs, start=1):
                _unpack_one(package, deb, fresh)
                on_done(number)
            for folder in UNREAD:
                shutil.rmtree(fresh / folder, ignore_errors=True)
            take_stock(fresh).write(fresh)
            _put_in_place(fresh, target, Path(scratch) / "old")
        except FileNotFoundError as lack:
            raise PackageBrokenError(package, str(lack)) from lack
        except OSError as fault:
            if fault.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFullError(package, target.parent) from fault
            raise PackageBrokenError(package, str(fault)) from fault


def _unpack_one(package: str, deb: Path, folder: Path) -> None:
    try:
        answer = subprocess.run(
            ["dpkg-deb", "--extract", deb, folder],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ONE_PACKAGE_S,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except FileNotFoundError:
        raise ToolMissingError(package, "dpkg-deb") from None
    except subprocess.TimeoutExpired:
        raise PackageBrokenError(package, f"unpacking {deb.name} took too long") from None
    if answer.returncode:
        _refuse(package, deb, folder, answer.stderr)


def _refuse(package: str, deb: Path, folder: Path, said: str) -> None:
    if "No space left" in said or "quota exceeded" in said:
        raise DiskFullError(package, folder)
    # A damaged file would be taken for a good one for ever after.
    with suppress(OSError):
        deb.unlink()
    last = (said.strip().splitlines() or ["dpkg-deb failed without a word"])[-1]
    raise PackageBrokenError(package, f"{deb.name} cannot be unpacked ({last})")


def _put_in_place(fresh: Path, target: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    fresh.rename(target)
