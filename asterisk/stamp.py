"""The file that says an unpacked tree is complete, and how the tree is run."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

from asterisk.package import TRIPLETS, Package
from asterisk.tree import Origin, Tree

NAME = ".complete.json"
FORMAT = 1
# Folders of libraries that are opened by their full path only.
_PLUGINS = ("gconv", "sasl2", "asterisk")


@dataclass(frozen=True, slots=True)
class Stamp:
    """Written last, inside the tree, before the tree gets its final name.

    Paths are relative to the tree, so a cache can be moved. `packages` maps each package to its version.
    """

    format: int
    package: str
    version: str
    suite: str
    machine: str
    program: str
    loader: str
    libraries: tuple[str, ...]
    modules_dir: str | None
    data_dir: str | None
    packages: dict[str, str]

    def write(self, root: Path) -> None:
        (root / NAME).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read_tree(package: Package, root: Path) -> Tree | None:
    """The complete tree in `root`, or None when there is none that this version of the project can run."""
    try:
        stamp = json.loads((root / NAME).read_text(encoding="utf-8"))
        if (stamp["format"], stamp["package"], stamp["machine"]) != (FORMAT, package, platform.machine()):
            return None
        tree = Tree(
            name=package,
            version=stamp["version"],
            origin=Origin.UNPACKED,
            program=root / stamp["program"],
            root=root,
            modules_dir=_below(root, stamp["modules_dir"]),
            data_dir=_below(root, stamp["data_dir"]),
            loader=root / stamp["loader"],
            libraries=tuple(root / folder for folder in stamp["libraries"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return tree if tree.program.is_file() and tree.loader and tree.loader.exists() else None


def _below(root: Path, part: str | None) -> Path | None:
    return root / part if part else None


def survey(
    package: Package, root: Path, architecture: str, suite: str, version: str, packages: dict[str, str]
) -> Stamp:
    """Look through a freshly unpacked tree. Raises FileNotFoundError naming what it lacks."""
    triplet = TRIPLETS[architecture]
    name = package.recipe.program
    # php8.4: Debian's plain name is a link that only an installation with root makes.
    program = _first(root, f"usr/sbin/{name}", f"usr/bin/{name}", f"usr/bin/{name}[0-9]*")
    modules, data = None, None
    if package is Package.ASTERISK:
        modules = _first(root, f"usr/lib/{triplet}/asterisk/modules", "usr/lib/asterisk/modules")
        data = _first(root, "usr/share/asterisk")
    elif package is Package.ESPEAK:
        data = _first(root, f"usr/lib/{triplet}/espeak-ng-data", "usr/share/espeak-ng-data")
    return Stamp(
        format=FORMAT,
        package=package.value,
        version=version,
        suite=suite,
        machine=platform.machine(),
        program=program,
        loader=_first(root, f"usr/lib/{triplet}/ld-linux*.so.*", "usr/lib*/ld*.so.*", "lib*/ld*.so.*"),
        libraries=_library_folders(root, triplet),
        modules_dir=modules,
        data_dir=data,
        packages=packages,
    )


def _first(root: Path, *patterns: str) -> str:
    for pattern in patterns:
        for found in sorted(root.glob(pattern)):
            return str(found.relative_to(root))
    raise FileNotFoundError(f"the packages hold no {patterns[0]}")


def _library_folders(root: Path, triplet: str) -> tuple[str, ...]:
    """The triplet's folder first, then its private ones (libpulse keeps half of itself in one)."""
    base = root / "usr/lib" / triplet
    private = {found.parent for found in base.glob("*/lib*.so*")} - {base / name for name in _PLUGINS}
    folders = [base, *sorted(private), root / "lib" / triplet]
    return tuple(str(folder.relative_to(root)) for folder in folders if folder.is_dir())
