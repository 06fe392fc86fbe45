"""Looking for a program that somebody has installed already."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from asterisk.obstacles import UnusableProgramError
from asterisk.package import Package
from asterisk.progress import Progress
from asterisk.tree import Origin, Tree

_ASKED_S = 10.0
_SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/asterisk/sbin", "/usr/bin", "/usr/local/bin")
_DATA_FOLDERS = ("/usr/share/asterisk", "/var/lib/asterisk")
_NEEDED_MODULE = "chan_pjsip.so"


def find_installed(package: Package, progress: Progress) -> Tree | None:
    """The installed program, or None when there is none that will do.

    One that the environment names must do: raises UnusableProgramError when it does not.
    """
    variable = package.recipe.variable
    if named := os.environ.get(variable):
        return _named(package, variable, Path(named).expanduser())
    search = os.pathsep.join([os.environ.get("PATH", ""), *_SYSTEM_FOLDERS])
    found = shutil.which(package.recipe.program, path=search)
    if found is None:
        return None
    tree = _examine(package, Path(found))
    if isinstance(tree, str):
        progress.say(f"{found} is passed over: {tree}.")
        return None
    return tree


def _named(package: Package, variable: str, path: Path) -> Tree:
    tree = _examine(package, path)
    if isinstance(tree, str):
        raise UnusableProgramError(package.value, variable, path, tree)
    return tree


def _examine(package: Package, path: Path) -> Tree | str:
    """The tree around the program, or a few words on why it will not do."""
    version = ask_version(path, package.recipe.version_args)
    if version is None:
        return "it does not say its version"
    at_least = package.recipe.at_least
    if at_least and major(version) < at_least:
        return f"it is version {version} and {at_least} or newer is needed"
    modules, data = (_modules(path), _data(path)) if package is Package.ASTERISK else (None, None)
    if package is Package.ASTERISK and not (modules and data):
        missing = _NEEDED_MODULE if modules is None else "its documentation folder (core-en_US.xml)"
        return f"it lacks {missing}"
    return Tree(package.value, version, Origin.INSTALLED, path, modules_dir=modules, data_dir=data)


def ask_version(path: Path, args: tuple[str, ...]) -> str | None:
    """The version a program prints about itself, e.g. 22.10.1; None when it cannot be started."""
    try:
        answer = subprocess.run([path, *args], capture_output=True, text=True, timeout=_ASKED_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"(\d+(?:\.\d+)+)|GIT-(\d+)", answer.stdout + answer.stderr)
    return (found[1] or found[2]) if found else None


def major(version: str) -> int:
    """The first number of a version: 22 of "22.10.1", of "1:22.10.1+dfsg" and of "certified/20.7-cert3"."""
    found = re.search(r"(?:^|[:/])(\d+)(?:\.|$)", version)
    return int(found[1]) if found else 0


def _modules(program: Path) -> Path | None:
    prefix = program.resolve().parent.parent
    patterns = ("lib/*/asterisk/modules", "lib/asterisk/modules", "lib64/asterisk/modules")
    return _holding(_NEEDED_MODULE, [found for p in patterns for found in sorted(prefix.glob(p))])


def _data(program: Path) -> Path | None:
    prefix = program.resolve().parent.parent
    own = (prefix / "share/asterisk", prefix / "var/lib/asterisk")
    return _holding("documentation/core-en_US.xml", [*own, *map(Path, _DATA_FOLDERS)])


def _holding(name: str, folders: list[Path]) -> Path | None:
    return next((folder for folder in folders if (folder / name).is_file()), None)
