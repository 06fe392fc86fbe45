"""pip for a Python without it: the wheel of Debian's package python3-pip-whl, had without root.

It is on the machine already, or is fetched, with its signature checked, from the archive that the
machine's own apt uses.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from asterisk.apt import Apt, SuiteAbsentError
from asterisk.debian import NAME_OF_OWN, look_around
from asterisk.obstacles import MirrorMissingError, ObtainError
from asterisk.sources import own_entries

DEB = "python3-pip-whl"
WHEELS = "usr/share/python-wheels"
UNPACK_S = 60.0
# What the package asks for beside itself is of no use here.
_LEFT_OUT = ("ca-certificates",)


class WheelMissingError(Exception):
    """No wheel of pip can be had; the text says why, in a sentence."""


def find_wheel(scratch: Path, say: Callable[[str], None], system: Path = Path("/")) -> Path:
    """The wheel on this machine, else one fetched into `scratch`. Raises WheelMissingError."""
    wheel = _newest(system / WHEELS)
    if wheel is None:
        say("This Python has no pip; fetching the distribution's own, which needs no root ...")
        wheel = _fetch(scratch)
    if wheel is None:
        raise WheelMissingError(f"the package {DEB} holds no wheel of pip.")
    return wheel


def _newest(folder: Path) -> Path | None:
    return max(folder.glob("pip-*.whl"), default=None)


def _fetch(scratch: Path) -> Path | None:
    try:
        deb = _download(Apt(scratch / "apt", DEB))
        command = ["dpkg-deb", "--extract", str(deb), str(scratch / "tree")]
        subprocess.run(command, check=True, capture_output=True, timeout=UNPACK_S)
    except ObtainError as fault:
        raise WheelMissingError(str(fault)) from fault
    except SuiteAbsentError as fault:
        raise WheelMissingError(f"the archive of this machine's apt has no release {fault}.") from fault
    except (OSError, subprocess.SubprocessError) as fault:
        raise WheelMissingError(f"{fault}.") from fault
    return _newest(scratch / "tree" / WHEELS)


def _download(apt: Apt) -> Path:
    """The package file, by an apt with lists of its own: the machine's may never have been fetched."""
    machine = look_around(DEB)
    own = own_entries(machine.entries, machine.release)
    if not own:
        raise MirrorMissingError(DEB, machine.searched)
    apt.prepare(own, machine.architecture, _LEFT_OUT)
    apt.update(NAME_OF_OWN, _unseen)
    item = next((item for item in apt.closure(DEB) if item.package == DEB), None)
    if item is None:
        raise WheelMissingError(f"the archive of this machine's apt has no package {DEB}.")
    apt.download(DEB, NAME_OF_OWN, _unseen)
    return apt.file_of(item)


def _unseen(percent: float) -> None:
    """Two megabytes want no bar."""
