"""Making one tree: choose an archive, have its lists, fetch the packages, unpack them."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from asterisk.apt import Apt, SuiteAbsentError
from asterisk.apt_words import Download
from asterisk.debian import NAME_OF_OWN, Archive, Machine, choose_archives, look_around, with_newer_keys
from asterisk.installed import major
from asterisk.obstacles import DiskFullError, MirrorUnreachableError, NotOfferedError, SignatureRefusedError
from asterisk.package import LEFT_OUT, Package
from asterisk.progress import Progress
from asterisk.stamp import survey
from asterisk.unpack import unpack

_LISTS_FRESH_S = 6 * 3600.0
# Measured on Debian: 68 MB of packages make 225 MB of files.
_SWELLS = 3.5


@dataclass(frozen=True, slots=True)
class Job:
    """One package set to be made into the folder `target`, and the archive it comes from."""

    package: Package
    target: Path
    machine: Machine
    archive: Archive
    apt: Apt
    progress: Progress


def make_tree(package: Package, cache: Path, target: Path, progress: Progress) -> None:
    """Fill `target` from the first archive that has the package. Raises ObtainError or OSError."""
    machine = look_around(package.value)
    archives = choose_archives(package.value, machine)
    for archive in archives:
        apt = Apt(cache / "apt" / archive.name, package.value)
        job = Job(package, target, machine, archive, apt, progress)
        try:
            _have_lists(job)
        except SuiteAbsentError:
            continue
        if _is_offered(job):
            _fetch_and_unpack(job)
            return
    raise NotOfferedError(package.value, tuple(archive.name for archive in archives), package.recipe.at_least)


def _is_offered(job: Job) -> bool:
    version = job.apt.candidate(job.package.recipe.deb)
    return version is not None and major(plain(version)) >= (job.package.recipe.at_least or 0)


def _have_lists(job: Job) -> None:
    """Have fresh, verified package lists; with newer keys when the machine's own are too old."""
    job.apt.prepare(job.archive.entries, job.machine.architecture, LEFT_OUT)
    age_s = job.apt.lists_age_s(time.time())
    if age_s is not None and age_s < _LISTS_FRESH_S:
        return
    try:
        _update(job)
    except SignatureRefusedError as refused:
        suite = job.archive.name
        job.progress.say(f"The archive keys on this machine do not verify `{suite}`; looking for newer ones.")
        keys = job.apt.root.parent / NAME_OF_OWN
        archive = with_newer_keys(job.archive, job.machine, keys, refused, LEFT_OUT)
        job.apt.prepare(archive.entries, job.machine.architecture, LEFT_OUT)
        _update(job)


def _update(job: Job) -> None:
    job.progress.begin(f"Package lists ({job.archive.name})", 100, "percent")
    job.apt.update(job.archive.name, job.progress.advance_to)
    job.progress.finish()


def _fetch_and_unpack(job: Job) -> None:
    downloads = _fetch(job)
    packages = {item.package: item.version for item in downloads}
    version = plain(packages[job.package.recipe.deb])
    architecture = job.machine.architecture
    job.progress.begin(f"Unpacking {job.package}", len(downloads), "packages")
    unpack(
        job.package.value,
        [job.apt.file_of(item) for item in downloads],
        job.target,
        lambda root: survey(job.package, root, architecture, job.archive.name, version, packages),
        job.progress.advance_to,
    )
    job.progress.finish()
    job.apt.tidy(downloads)


def _fetch(job: Job) -> list[Download]:
    """Fetch what is not here yet; once more with new lists when the archive has moved on meanwhile."""
    try:
        return _fetch_closure(job)
    except MirrorUnreachableError as fault:
        if not fault.is_outdated:
            raise
    _update(job)
    return _fetch_closure(job)


def _fetch_closure(job: Job) -> list[Download]:
    deb = job.package.recipe.deb
    downloads = job.apt.closure(deb)
    total = sum(item.size for item in downloads)
    missing = sum(item.size for item in downloads if not job.apt.file_of(item).is_file())
    _check_room(job, missing + _SWELLS * total)
    job.progress.begin(f"Fetching {job.package}", total, "bytes")
    job.progress.advance_to(total - missing)
    job.apt.download(
        deb, job.archive.name, lambda percent: job.progress.advance_to(total - missing * (1 - percent / 100))
    )
    job.progress.finish()
    return downloads


def _check_room(job: Job, needed: float) -> None:
    folder = job.target.parent
    if shutil.disk_usage(folder).free < needed:
        raise DiskFullError(job.package.value, folder, round(needed / 1e6))


def plain(version: str) -> str:
    """A distribution's version without epoch, packaging and revision: 22.10.1 of 1:22.10.1+dfsg-1."""
    return version.rpartition(":")[2].partition("+")[0].partition("-")[0].partition("~")[0]
