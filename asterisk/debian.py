"""Which archive to ask: the machine's own release if its Asterisk is new enough, else Debian's next ones."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from asterisk.apt import Apt, SuiteAbsentError, find_tool, machine_candidate, machine_setting
from asterisk.installed import major
from asterisk.obstacles import (
    MirrorMissingError,
    NotOfferedError,
    PackageBrokenError,
    SignatureRefusedError,
    UnsupportedArchitectureError,
)
from asterisk.package import OLDEST_ASTERISK, TRIPLETS
from asterisk.sources import (
    Entry,
    Release,
    debian_entries,
    own_entries,
    read_release,
    read_sources,
)

# In the order they are tried. forky is Debian's release after the ones without Asterisk; sid has it always.
NEWER_SUITES = ("forky", "sid")
NAME_OF_OWN = "own-release"
KEYRING = "debian-archive-keyring"
_KEYRING_FILES = (f"usr/share/keyrings/{KEYRING}.pgp", f"usr/share/keyrings/{KEYRING}.gpg")


@dataclass(frozen=True, slots=True)
class Archive:
    """One choice of where to fetch from. `name` is its suite, and the name of its folder in the cache."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine says about itself: architecture, release, and the archives it uses."""

    architecture: str
    release: Release
    entries: tuple[Entry, ...]
    searched: tuple[Path, ...]


def look_around(package: str) -> Machine:
    """Ask apt and dpkg about this machine. Raises ToolMissingError or UnsupportedArchitectureError."""
    for tool in ("apt-get", "apt-cache", "apt-config", "dpkg-deb"):
        find_tool(tool, package)
    architecture = machine_setting("APT::Architecture")
    if architecture not in TRIPLETS:
        raise UnsupportedArchitectureError(package, architecture or "unknown")
    main_list = Path(machine_setting("Dir::Etc::sourcelist/f"))
    parts = Path(machine_setting("Dir::Etc::sourceparts/d"))
    files = [main_list, *sorted(parts.glob("*.list")), *sorted(parts.glob("*.sources"))]
    return Machine(architecture, _own_release(), tuple(read_sources(files)), (main_list, parts))


def _own_release() -> Release:
    for path in (Path("/etc/os-release"), Path("/usr/lib/os-release")):
        if path.is_file():
            return read_release(path.read_text(encoding="utf-8", errors="replace"))
    return Release()


def choose_archives(
    package: str, machine: Machine, offered: Callable[[str], str | None] = machine_candidate
) -> list[Archive]:
    """The archives to try, best first. `offered` answers with the version the machine's own lists have.

    Raises MirrorMissingError or NotOfferedError when there is none.
    """
    own = own_entries(machine.entries, machine.release)
    archives = []
    if own and _own_will_do(machine.release, offered("asterisk")):
        archives.append(Archive(machine.release.codenames[0], tuple(own)))
    if mirror := _main_mirror(machine):
        known = {archive.name for archive in archives}
        newer = [suite for suite in NEWER_SUITES if suite not in known]
        archives += [Archive(suite, (_at(mirror, suite),)) for suite in newer]
    if not archives and own:
        raise NotOfferedError(package, machine.release.codenames, OLDEST_ASTERISK)
    if not archives:
        raise MirrorMissingError(package, machine.searched)
    return archives


def _own_will_do(release: Release, version: str | None) -> bool:
    """Debian without Asterisk is not asked in vain; elsewhere the lists may just not be fetched yet."""
    if not release.codenames:
        return False
    if version is None:
        return not release.is_debian
    return major(version) >= OLDEST_ASTERISK


def _main_mirror(machine: Machine) -> Entry | None:
    """The machine's entry for Debian's main archive; its release itself before pockets and other releases."""
    entries = debian_entries(machine.entries)
    wanted = machine.release.codenames
    entries.sort(key=lambda entry: not any(suite in wanted for suite in entry.suites))
    return entries[0] if entries else None


def _at(entry: Entry, suite: str) -> Entry:
    return replace(entry, suites=(suite,), components=("main",), signed_by=entry.signed_by or _keyring())


def _keyring() -> str:
    """The archive's keyring on this machine; empty (any key the machine trusts) when it has none."""
    found = (Path("/", file) for file in _KEYRING_FILES)
    return next((str(path) for path in found if path.is_file()), "")


def with_newer_keys(
    archive: Archive, machine: Machine, folder: Path, refused: SignatureRefusedError, left_out: Iterable[str]
) -> Archive:
    """The archive, checked with the keyring package of the machine's own release.

    A machine's keyring may be older than the keys that sign a newer suite. The package with the newer
    ones is fetched from the release whose signature the machine can check, so the chain of trust holds.
    Raises `refused` when that brings nothing.
    """
    own = tuple(own_entries(machine.entries, machine.release))
    if not own or archive.entries == own:
        raise refused
    apt = Apt(folder, refused.package)
    apt.prepare(own, machine.architecture, left_out)
    try:
        apt.update(NAME_OF_OWN, lambda percent: None)
    except (SignatureRefusedError, SuiteAbsentError):
        raise refused from None
    fetched = [item for item in apt.closure(KEYRING) if item.package == KEYRING]
    if not fetched:
        raise refused
    apt.download(KEYRING, NAME_OF_OWN, lambda percent: None)
    keyring = _unpack_keyring(apt.file_of(fetched[0]), folder / "keys", refused.package)
    return replace(archive, entries=tuple(replace(e, signed_by=str(keyring)) for e in archive.entries))


def _unpack_keyring(deb: Path, folder: Path, package: str) -> Path:
    subprocess.run(["dpkg-deb", "--extract", deb, folder], check=True, capture_output=True, timeout=60)
    for file in _KEYRING_FILES:
        if (folder / file).is_file():
            return folder / file
    raise PackageBrokenError(package, f"{deb.name} holds no keyring")
