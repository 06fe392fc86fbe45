"""Find Asterisk (and sipp, espeak-ng, php, graphviz) here, or unpack it without root into a cache folder.

    python -m asterisk.obtain [asterisk|sipp|espeak|php|graphviz ...] [--cache DIR] [--offline]

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
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from asterisk.fetch import make_tree
from asterisk.installed import find_installed
from asterisk.lock import hold_lock
from asterisk.obstacles import CacheUnusableError, NotCachedError, ObtainError
from asterisk.package import Package
from asterisk.progress import Bar, Progress, Silence, progress_for_terminal
from asterisk.stamp import read_tree
from asterisk.tree import Tree

__all__ = ["ObtainError", "Package", "Tree", "default_cache", "find_or_obtain", "progress_for_terminal"]


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
                make_tree(package, cache, target, progress)
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


def main(words: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code: 1 when something could not be had."""
    parser = argparse.ArgumentParser(
        prog="python -m asterisk.obtain", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "packages",
        nargs="*",
        metavar="package",
        help="asterisk, sipp, espeak, php, graphviz (default: asterisk)",
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
