"""Find Asterisk (and sipp, espeak-ng) on this machine, or unpack it without root into a cache folder.

    python -m asterisk.obtain [asterisk|sipp|espeak ...] [--cache DIR] [--offline]

An installed program that will do is used as it is. Otherwise the distribution's package and all it
depends on, the C library included, are fetched from the archive that this machine's apt uses, with
signatures checked, and unpacked into a folder where they run by their own loader. The second call
finds the folder and asks nobody.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from asterisk.apt import Apt, Download, SuiteAbsentError
from asterisk.debian import Archive, Machine, choose_archives, look_around, with_newer_keys
from asterisk.installed import find_installed, major
from asterisk.lock import hold_lock
from asterisk.obstacles import (
    CacheUnusableError,
    DiskFullError,
    MirrorUnreachableError,
    NotCachedError,
    NotOfferedError,
    ObtainError,
    SignatureRefusedError,
)
from asterisk.package import LEFT_OUT, Package
from asterisk.progress import Bar, Progress, Silence, progress_for_terminal
from asterisk.stamp import read_tree, survey
from asterisk.tree import Tree
from asterisk.unpack import unpack

_LISTS_FRESH_S = 6 * 3600.0
# Measured on Debian: 68 MB of packages make 225 MB of files.
_SWELLS = 3.5


def default_cache() -> Path:
    """$DUTYLINE_CACHE, else $XDG_CACHE_HOME/dutyline, else ~/.cache/dutyline."""
    if own := os.environ.get("DUTYLINE_CACHE"):
        return Path(own).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "dutyline"


def find_or_obtain(
    package: Package, cache: Path, *, progress: Progress | None = None, offline: bool = False
) -> Tree:
    """The installed program, else the cached tree, else a tree made now.

    Raises ObtainError, whose text is one sentence for the user. With `offline` nothing is fetched.
    """
    progress = progress or Silence()
    installed = find_installed(package, progress)
    if installed:
        return installed
    target = cache.absolute() / package.value
    tree = read_tree(package, target)
    if tree:
        return tree
    if offline:
        raise NotCachedError(package.value, cache)
    return _obtain(package, cache.absolute(), target, progress)


def _obtain(package: Package, cache: Path, target: Path, progress: Progress) -> Tree:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with hold_lock(cache, package.value, progress):
            tree = read_tree(package, target)
            if tree is None:
                _clear_leavings(target)
                _fill(package, cache, target, progress)
                tree = read_tree(package, target)
    except OSError as fault:
        raise CacheUnusableError(package.value, cache, fault.strerror or str(fault)) from fault
    if tree is None:
        raise CacheUnusableError(package.value, cache, "the finished tree cannot be read back")
    return tree


def _clear_leavings(target: Path) -> None:
    """Remove what a process that was killed while unpacking has left. The lock is held."""
    for folder in target.parent.glob(f".{target.name}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _fill(package: Package, cache: Path, target: Path, progress: Progress) -> None:
    """Try each archive until one has the package."""
    machine = look_around(package.value)
    archives = choose_archives(package.value, machine)
    for archive in archives:
        apt = Apt(cache / "apt" / archive.name, package.value)
        try:
            archive = _open_archive(apt, archive, machine, progress)
        except SuiteAbsentError:
            continue
        version = apt.candidate(package.recipe.deb)
        if version and major(version) >= (package.recipe.at_least or 0):
            _fetch_and_unpack(package, apt, archive, version, machine, target, progress)
            return
    raise NotOfferedError(package.value, tuple(archive.name for archive in archives), package.recipe.at_least)


def _open_archive(apt: Apt, archive: Archive, machine: Machine, progress: Progress) -> Archive:
    """Have fresh, verified package lists; with newer keys when the machine's own are too old."""
    apt.prepare(archive.entries, machine.architecture, LEFT_OUT)
    age_s = apt.lists_age_s(time.time())
    if age_s is not None and age_s < _LISTS_FRESH_S:
        return archive
    try:
        _update(apt, archive.name, progress)
    except SignatureRefusedError as refused:
        progress.say(f"The keys on this machine do not verify `{archive.name}`; looking for newer ones.")
        keys = apt.root.parent / "own-release"
        archive = with_newer_keys(archive, machine, keys, refused, LEFT_OUT)
        apt.prepare(archive.entries, machine.architecture, LEFT_OUT)
        _update(apt, archive.name, progress)
    return archive


def _update(apt: Apt, suite: str, progress: Progress) -> None:
    progress.begin(f"Package lists ({suite})", 100, "percent")
    apt.update(suite, progress.advance_to)
    progress.finish()


def _fetch_and_unpack(
    package: Package,
    apt: Apt,
    archive: Archive,
    version: str,
    machine: Machine,
    target: Path,
    progress: Progress,
) -> None:
    deb = package.recipe.deb
    downloads = apt.closure(deb)
    _check_room(package, downloads, target)
    _download(package, apt, archive, downloads, progress)
    packages = {item.package: item.version for item in downloads}
    progress.begin(f"Unpacking {package}", len(downloads), "packages")
    unpack(
        package.value,
        [apt.archives / item.file for item in downloads],
        target,
        lambda root: survey(package, root, machine.architecture, archive.name, plain(version), packages),
        progress.advance_to,
    )
    progress.finish()
    for item in downloads:
        (apt.archives / item.file).unlink(missing_ok=True)


def _download(
    package: Package, apt: Apt, archive: Archive, downloads: Sequence[Download], progress: Progress
) -> None:
    total = sum(item.size for item in downloads)
    deb = package.recipe.deb
    progress.begin(f"Fetching {package}", total, "bytes")
    try:
        apt.download(deb, archive.name, lambda percent: progress.advance_to(total * percent / 100))
    except MirrorUnreachableError:
        # An archive drops a version as soon as it has a newer one, and our lists may be hours old.
        apt.update(archive.name, lambda percent: None)
        apt.download(deb, archive.name, lambda percent: progress.advance_to(total * percent / 100))
    progress.finish()


def _check_room(package: Package, downloads: Sequence[Download], target: Path) -> None:
    needed = sum(item.size for item in downloads) * (1 + _SWELLS)
    if shutil.disk_usage(target.parent).free < needed:
        raise DiskFullError(package.value, target.parent, round(needed / 1e6))


def plain(version: str) -> str:
    """A distribution's version without epoch, packaging and revision: 22.10.1 of 1:22.10.1+dfsg-1."""
    return version.rpartition(":")[2].partition("+")[0].partition("-")[0].partition("~")[0]


def main(words: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code: 1 when something could not be had."""
    parser = argparse.ArgumentParser(
        prog="python -m asterisk.obtain", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "packages", nargs="*", metavar="package", help="asterisk, sipp, espeak (default: asterisk)"
    )
    parser.add_argument("--cache", type=Path, default=None, help="folder to keep trees in")
    parser.add_argument("--offline", action="store_true", help="fetch nothing")
    given = parser.parse_args(words)
    unknown = sorted(set(given.packages) - set(Package))
    if unknown:
        parser.error(f"unknown package {', '.join(unknown)}; known are {', '.join(Package)}")
    progress = progress_for_terminal()
    with progress if isinstance(progress, Bar) else nullcontext():
        try:
            for name in given.packages or [Package.ASTERISK]:
                tree = find_or_obtain(
                    Package(name), given.cache or default_cache(), progress=progress, offline=given.offline
                )
                sys.stdout.write(_describe(tree))
        except ObtainError as obstacle:
            progress.say(str(obstacle))
            return 1
        except KeyboardInterrupt:
            progress.say("Interrupted; what was fetched is kept, and the next run goes on from there.")
            return 130
    return 0


def _describe(tree: Tree) -> str:
    lines = [f"{tree.name} {tree.version} ({tree.origin})", f"  program  {tree.program}"]
    lines += [f"  modules  {tree.modules_dir}"] if tree.modules_dir else []
    lines += [f"  data     {tree.data_dir}"] if tree.data_dir else []
    return "\n".join([*lines, f"  run      {' '.join(tree.argv(tree.program.name))}"]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
