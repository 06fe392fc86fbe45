"""The whole way with the real apt, from an archive on this machine's disk: nothing leaves the machine."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

import asterisk.fetch
import asterisk.obtain
from asterisk.apt import Apt
from asterisk.debian import Machine, choose_archives
from asterisk.obstacles import (
    DiskFullError,
    MirrorUnreachableError,
    NotCachedError,
    NotOfferedError,
    ObtainError,
    PackageBrokenError,
    SignatureRefusedError,
)
from asterisk.obtain import find_or_obtain
from asterisk.package import Package
from asterisk.sources import Entry, Release
from asterisk.tree import Origin, Tree

from .conftest import Archive, architecture, build_deb, run


@dataclass(slots=True)
class Listener:
    """Remembers what was reported."""

    said: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    done: list[float] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def begin(self, what: str, total: float, unit: str) -> None:
        self.begun.append(what)

    def advance_to(self, done: float) -> None:
        self.done.append(done)

    def finish(self) -> None:
        self.done.clear()


@pytest.fixture
def machine(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A Debian 12 whose apt is set up to use the small archive, with nothing installed."""
    entry = Entry((f"copy:{archive.root}",), ("bookworm",), ("main",), str(archive.keyring))
    machine = Machine(architecture(), Release(("debian",), ("bookworm",)), (entry,), ())
    use(machine, monkeypatch)
    monkeypatch.setattr(asterisk.obtain, "find_installed", lambda package, progress: None)
    return machine


def use(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk.fetch, "look_around", lambda package: machine)
    choose = partial(choose_archives, offered=lambda name: None)
    monkeypatch.setattr(asterisk.fetch, "choose_archives", choose)


def without_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(package: str) -> Machine:
        raise AssertionError("apt was asked")

    monkeypatch.setattr(asterisk.fetch, "look_around", refuse)


def leavings(cache: Path) -> list[str]:
    return [path.name for path in cache.iterdir() if path.name.startswith(".sipp")]


def obtain(cache: Path, listener: Listener | None = None) -> Tree:
    return find_or_obtain(Package.SIPP, cache, progress=listener)


def test_an_empty_cache_is_filled_and_the_next_call_asks_nobody(
    archive: Archive, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.publish("forky")
    listener = Listener()
    tree = obtain(tmp_path / "cache", listener)

    assert (tree.version, tree.origin) == ("3.8.0", Origin.UNPACKED)
    loader, *_, program, flag = tree.argv("sipp", "-v")
    assert Path(loader).name == "ld-linux-test.so.2"
    assert (Path(program).is_file(), flag) == (True, "-v")
    assert listener.begun == ["Package lists (forky)", "Fetching sipp", "Unpacking sipp"]

    without_apt(monkeypatch)
    began = time.perf_counter()
    assert find_or_obtain(Package.SIPP, tmp_path / "cache", offline=True) == tree
    assert time.perf_counter() - began < 0.05


def test_the_stamp_names_every_package_and_the_downloads_are_cleared_away(
    archive: Archive, machine: Machine, tmp_path: Path
) -> None:
    archive.publish("forky")
    tree = obtain(tmp_path / "cache")
    assert tree.root is not None
    stamp = json.loads((tree.root / ".complete.json").read_text())
    assert stamp["packages"] == {"sip-tester": "1:3.8.0-1", "libtest6": "2.43-7"}
    assert not list((tmp_path / "cache/apt").rglob("*.deb"))


def test_what_needs_root_or_is_never_used_is_not_even_looked_for(
    archive: Archive, machine: Machine, tmp_path: Path
) -> None:
    archive.publish("forky")  # it has no adduser, on which sip-tester depends here
    assert obtain(tmp_path / "cache").version == "3.8.0"


def test_a_moved_cache_goes_on_working(archive: Archive, machine: Machine, tmp_path: Path) -> None:
    archive.publish("forky")
    obtain(tmp_path / "cache")
    (tmp_path / "cache").rename(tmp_path / "elsewhere")
    tree = find_or_obtain(Package.SIPP, tmp_path / "elsewhere", offline=True)
    assert tree.program.is_file() and str(tmp_path / "elsewhere") in tree.argv("sipp")[0]


def test_a_suite_that_is_absent_leads_to_the_next(archive: Archive, machine: Machine, tmp_path: Path) -> None:
    archive.publish("sid")
    listener = Listener()
    obtain(tmp_path / "cache", listener)
    assert listener.begun[:2] == ["Package lists (forky)", "Package lists (sid)"]


def test_a_suite_without_the_package_leads_to_the_next(
    archive: Archive, machine: Machine, tmp_path: Path
) -> None:
    archive.publish("sid")
    archive.debs = archive.debs[:1]
    archive.publish("forky")
    obtain(tmp_path / "cache")


def test_an_archive_without_the_package_is_named(archive: Archive, machine: Machine, tmp_path: Path) -> None:
    archive.debs.clear()
    archive.publish("forky")
    with pytest.raises(NotOfferedError, match=r"offers no sipp \(looked in: forky, sid\)"):
        obtain(tmp_path / "cache")


def test_too_old_an_asterisk_will_not_do(archive: Archive, machine: Machine, tmp_path: Path) -> None:
    archive.add("asterisk", "1:18.10.0~dfsg-1", {"usr/sbin/asterisk": ""})
    archive.publish("forky")
    with pytest.raises(NotOfferedError, match="no asterisk 20 or newer"):
        find_or_obtain(Package.ASTERISK, tmp_path / "cache")


def test_an_unsigned_archive_is_refused(archive: Archive, machine: Machine, tmp_path: Path) -> None:
    archive.publish("forky", is_signed=False)
    with pytest.raises(SignatureRefusedError):
        obtain(tmp_path / "cache")


def test_a_changed_index_is_refused(archive: Archive, machine: Machine, tmp_path: Path) -> None:
    archive.publish("forky")
    release = archive.root / "dists/forky/InRelease"
    release.write_text(release.read_text().replace("Origin: Test", "Origin: Evil"))
    with pytest.raises(SignatureRefusedError):
        obtain(tmp_path / "cache")


def test_a_changed_package_is_refused_and_no_tree_appears(
    archive: Archive, machine: Machine, tmp_path: Path
) -> None:
    archive.publish("forky")
    name, version = "sip-tester", "1:3.8.0-1"
    build_deb(archive.root / "pool", name, version, {"usr/bin/sipp": "#!/bin/sh\nexec evil\n"}, "libtest6")
    with pytest.raises(ObtainError):
        obtain(tmp_path / "cache")
    assert not (tmp_path / "cache/sipp").exists()


def test_newer_keys_come_from_the_release_that_the_machine_can_check(
    archive: Archive, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keyring on the machine is too old for forky; the one in bookworm's own archive is not."""
    archive.publish("forky")
    pool = tmp_path / "own"
    own = Archive(pool, archive.home, archive.keyring)
    own.add("debian-archive-keyring", "2025.1", {})
    source = pool / "pool/debian-archive-keyring-source/usr/share/keyrings"
    source.mkdir(parents=True)
    (source / "debian-archive-keyring.gpg").write_bytes(archive.keyring.read_bytes())
    run("dpkg-deb", "--build", "--root-owner-group", pool / "pool/debian-archive-keyring-source", own.debs[0])
    own.publish("bookworm")
    empty = tmp_path / "old-keys.gpg"
    empty.write_bytes(b"")
    too_old = Entry((f"copy:{archive.root}",), ("bookworm",), ("main",), str(empty))
    its_own = Entry((f"copy:{pool}",), ("bookworm",), ("main",), str(archive.keyring))
    use(Machine(machine.architecture, machine.release, (too_old,), ()), monkeypatch)
    monkeypatch.setattr("asterisk.debian.own_entries", lambda entries, release: [its_own])
    listener = Listener()
    assert obtain(tmp_path / "cache", listener).version == "3.8.0"
    assert "looking for newer ones" in listener.said[0]


def test_an_archive_that_does_not_answer(
    archive: Archive, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody listens on port 9; one try keeps the test quick.
    monkeypatch.setattr("asterisk.apt._SETTINGS", quick_settings())
    entry = Entry(("http://127.0.0.1:9/debian",), ("bookworm",), ("main",), str(archive.keyring))
    use(Machine(machine.architecture, machine.release, (entry,), ()), monkeypatch)
    with pytest.raises(MirrorUnreachableError):
        obtain(tmp_path / "cache")


def quick_settings() -> str:
    from asterisk.apt import _SETTINGS

    direct = 'Acquire::http::Proxy "DIRECT";\n'
    return _SETTINGS.replace('Acquire::Retries "3"', 'Acquire::Retries "0"') + direct


def test_what_was_fetched_before_an_interruption_still_counts(
    archive: Archive, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.publish("forky")
    fetched: list[str] = []

    def stop(*_: object) -> None:
        fetched.extend(path.name for path in (tmp_path / "cache/apt").rglob("*.deb"))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(asterisk.fetch, "unpack", stop)
        obtain(tmp_path / "cache")
    assert len(fetched) == 2

    # The archive is away now; only what is in the cache can be used.
    (archive.root / "pool").rename(tmp_path / "away")
    assert obtain(tmp_path / "cache").version == "3.8.0"


def test_lists_that_the_archive_has_outgrown_are_fetched_anew(
    archive: Archive, machine: Machine, tmp_path: Path
) -> None:
    archive.publish("forky")
    apt = Apt(tmp_path / "cache/apt/forky", "sipp")
    [entry] = machine.entries
    forky = Entry(entry.uris, ("forky",), entry.components, entry.signed_by)
    apt.prepare([forky], machine.architecture, asterisk.fetch.LEFT_OUT)
    apt.update("forky", lambda percent: None)
    archive.debs.pop().unlink()
    archive.add("sip-tester", "1:3.9.0-1", {"usr/bin/sipp": ""}, "libtest6")
    archive.publish("forky")
    assert obtain(tmp_path / "cache").version == "3.9.0"


def test_too_small_a_disk_is_noticed_before_fetching(
    archive: Archive, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.publish("forky")
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr(asterisk.fetch.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(DiskFullError):
        obtain(tmp_path / "cache")
    assert not list((tmp_path / "cache/apt").rglob("*.deb"))


def test_offline_with_an_empty_cache_says_how_to_fill_it(machine: Machine, tmp_path: Path) -> None:
    with pytest.raises(NotCachedError, match=r"python -m asterisk.obtain sipp"):
        find_or_obtain(Package.SIPP, tmp_path / "cache", offline=True)
    assert not (tmp_path / "cache").exists()


def test_a_package_set_that_lacks_the_program_leaves_no_tree(
    archive: Archive, machine: Machine, tmp_path: Path
) -> None:
    archive.debs.pop()
    archive.add("sip-tester", "1:3.8.0-1", {"usr/bin/other": ""}, "libtest6")
    archive.publish("forky")
    with pytest.raises(PackageBrokenError, match="usr/sbin/sipp"):
        obtain(tmp_path / "cache")
    assert not (tmp_path / "cache/sipp").exists()
    assert leavings(tmp_path / "cache") == []


def _obtain_elsewhere(cache: Path, trees: multiprocessing.Queue[str]) -> None:
    trees.put(str(obtain(cache).program.stat().st_ino))


def test_two_at_once_make_one_tree(archive: Archive, machine: Machine, tmp_path: Path) -> None:
    archive.publish("forky")
    fork = multiprocessing.get_context("fork")
    trees: multiprocessing.Queue[str] = fork.Queue()
    both = [fork.Process(target=_obtain_elsewhere, args=(tmp_path / "cache", trees)) for _ in range(2)]
    for process in both:
        process.start()
    seen = {trees.get(timeout=60), trees.get(timeout=60)}
    for process in both:
        process.join(60)
    assert len(seen) == 1


class Killer(Listener):
    """Dies without warning as soon as one package is unpacked."""

    def advance_to(self, done: float) -> None:
        if self.begun[-1].startswith("Unpacking"):
            os.kill(os.getpid(), 9)


def _die_while_unpacking(cache: Path) -> None:
    obtain(cache, Killer())


def test_killed_while_unpacking(archive: Archive, machine: Machine, tmp_path: Path) -> None:
    """No half tree is ever taken for a whole one, and the next run clears up and finishes."""
    archive.publish("forky")
    cache = tmp_path / "cache"
    process = multiprocessing.get_context("fork").Process(target=_die_while_unpacking, args=(cache,))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert leavings(cache) and not (cache / "sipp").exists()

    assert obtain(cache).version == "3.8.0"
    assert leavings(cache) == []
