"""Which archive is asked, on machines of several kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk.debian import Machine, choose_archives
from asterisk.obstacles import MirrorMissingError, NotOfferedError
from asterisk.sources import Release, parse_list

DEBIAN = "deb [signed-by=/keys.gpg] http://mirror.example/debian"
UBUNTU = "deb [signed-by=/ubuntu.gpg] http://mirror.example/ubuntu"


def machine(lines: str, *names: str) -> Machine:
    release = Release(names[:-1], names[-1:])
    return Machine("amd64", release, tuple(parse_list(lines)), (Path("/etc/apt/sources.list"),))


def chosen(machine: Machine, offered: str | None) -> list[tuple[str, str]]:
    archives = choose_archives("asterisk", machine, lambda name: offered)
    return [(archive.name, " ".join(archive.entries[0].suites)) for archive in archives]


def test_debian_without_asterisk_looks_at_the_next_releases_on_the_same_mirror() -> None:
    bookworm = machine(
        f"{DEBIAN} bookworm main\n{DEBIAN}-security bookworm-security main", "debian", "bookworm"
    )
    assert chosen(bookworm, None) == [("forky", "forky"), ("sid", "sid")]
    [forky, _] = choose_archives("asterisk", bookworm, lambda name: None)
    assert forky.entries[0].uris == ("http://mirror.example/debian",)
    assert forky.entries[0].signed_by == "/keys.gpg"
    assert forky.entries[0].components == ("main",)


def test_debian_that_has_it_stays_with_its_own_release() -> None:
    forky = machine(f"{DEBIAN} forky main\n{DEBIAN} forky-updates main", "debian", "forky")
    assert chosen(forky, "1:22.10.1+dfsg-1") == [("forky", "forky"), ("sid", "sid")]


def test_ubuntu_with_a_new_enough_asterisk_uses_its_own() -> None:
    noble = machine(f"{UBUNTU} noble main universe", "ubuntu", "debian", "noble")
    assert chosen(noble, "1:20.6.0~dfsg-1") == [("noble", "noble")]
    assert chosen(noble, None) == [("noble", "noble")], "its lists may just not be fetched yet"


def test_ubuntu_with_an_old_one_and_no_debian_mirror_says_so() -> None:
    jammy = machine(f"{UBUNTU} jammy main universe", "ubuntu", "debian", "jammy")
    with pytest.raises(NotOfferedError, match="no asterisk 20 or newer"):
        chosen(jammy, "1:18.10.0~dfsg-1")


def test_a_machine_without_any_archive() -> None:
    with pytest.raises(MirrorMissingError, match=r"/etc/apt/sources\.list"):
        chosen(machine("", "debian", "bookworm"), None)
    with pytest.raises(MirrorMissingError):
        chosen(machine("deb https://vendor.example/node nodistro main", "debian", "bookworm"), None)


def test_the_machines_own_release_gives_the_mirror_when_there_are_several() -> None:
    both = machine(
        "deb http://far.example/debian testing main\ndeb http://near.example/debian bookworm main",
        "debian",
        "bookworm",
    )
    assert choose_archives("asterisk", both, lambda name: None)[0].entries[0].uris == (
        "http://near.example/debian",
    )
