"""Source lists as people have them, in both spellings of apt."""

from __future__ import annotations

from pathlib import Path

from asterisk.sources import (
    Entry,
    Release,
    debian_entries,
    own_entries,
    parse_deb822,
    parse_list,
    read_release,
    read_sources,
)

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
BOOKWORM = Release(("debian",), ("bookworm",))

DEB822 = f"""\
# the machine's own release
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: {KEYRING}

Types: deb
URIs: http://mirror.example/debian-security
# a comment between the fields
Suites: bookworm-security
Components: main

Types: deb-src
URIs: http://mirror.example/only-sources
Suites: bookworm
Components: main
"""


def test_deb822_gives_one_entry_for_each_paragraph_of_packages() -> None:
    assert parse_deb822(DEB822) == [
        Entry(
            ("http://mirror.example/debian",), ("bookworm", "bookworm-updates"), ("main", "contrib"), KEYRING
        ),
        Entry(("http://mirror.example/debian-security",), ("bookworm-security",), ("main",)),
    ]


def test_a_disabled_paragraph_is_left_out_however_no_is_spelled() -> None:
    for word in ("no", "No", "false", "off", "0"):
        assert parse_deb822(f"Enabled: {word}\n{DEB822.split(chr(10) * 2)[0]}") == []
    assert parse_deb822(f"Enabled: yes\n{DEB822.split(chr(10) * 2)[0]}")


def test_several_addresses_and_folded_lines() -> None:
    [entry] = parse_deb822(
        "Types: deb\nURIs: http://one.example/debian\n  http://two.example/debian\n"
        "Suites:\n bookworm\n trixie\nComponents: main\n"
    )
    assert entry.uris == ("http://one.example/debian", "http://two.example/debian")
    assert entry.suites == ("bookworm", "trixie")


def test_a_key_block_inside_the_file_survives_being_written_again() -> None:
    block = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n.\nmDMEZQ\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----"
    folded = "".join(f"\n {line}" for line in block.split("\n"))
    text = f"Types: deb\nURIs: http://m.example/debian\nSuites: sid\nComponents: main\nSigned-By:{folded}\n"
    [entry] = parse_deb822(text)
    assert entry.signed_by == block
    assert parse_deb822(entry.stanza()) == [entry]


def test_one_line_entries() -> None:
    text = f"""
# deb http://commented.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib # trailing
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by={KEYRING}] http://mirror.example/debian trixie main
deb [ signed-by=/a.gpg,/b.gpg ] http://mirror.example/debian sid main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb http://flat.example/packages ./
nonsense
deb
"""
    assert parse_list(text) == [
        Entry(("http://mirror.example/debian",), ("bookworm",), ("main", "contrib")),
        Entry(("http://mirror.example/debian",), ("trixie",), ("main",), KEYRING),
        Entry(("http://mirror.example/debian",), ("sid",), ("main",), "/a.gpg /b.gpg"),
        Entry(("http://flat.example/packages",), ("./",), ()),
    ]


def test_files_of_both_kinds_are_read_and_missing_ones_are_not_missed(tmp_path: Path) -> None:
    (tmp_path / "a.sources").write_text(DEB822)
    (tmp_path / "b.list").write_text("deb http://other.example/debian sid main\n")
    files = [tmp_path / "absent.list", tmp_path / "a.sources", tmp_path / "b.list"]
    assert [entry.suites[0] for entry in read_sources(files)] == ["bookworm", "bookworm-security", "sid"]


def test_a_third_party_archive_is_never_taken_for_the_distribution() -> None:
    entries = parse_list(
        "deb https://vendor.example/node nodistro main\n"
        "deb https://vendor.example/sdk cloud-sdk-bookworm main\n"
        "deb http://mirror.example/debian bookworm main\n"
    )
    assert [entry.uris for entry in own_entries(entries, BOOKWORM)] == [("http://mirror.example/debian",)]
    assert [entry.uris for entry in debian_entries(entries)] == [("http://mirror.example/debian",)]


def test_the_security_archive_is_no_place_to_look_for_newer_suites() -> None:
    assert [entry.uris for entry in debian_entries(parse_deb822(DEB822))] == [
        ("http://mirror.example/debian",)
    ]


def test_update_pockets_belong_to_the_own_release() -> None:
    ubuntu = Release(("ubuntu", "debian"), ("noble",))
    entries = parse_list(
        "deb http://mirror.example/ubuntu noble main universe\n"
        "deb http://mirror.example/ubuntu noble-updates main universe\n"
        "deb http://mirror.example/ubuntu jammy main universe\n"
    )
    assert [entry.suites for entry in own_entries(entries, ubuntu)] == [("noble",), ("noble-updates",)]


def test_release_file() -> None:
    text = 'PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n'
    text += "VERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n"
    assert read_release(text) == Release(("linuxmint", "ubuntu", "debian"), ("wilma", "noble"))
    assert read_release("ID=debian\n").is_debian
    assert not read_release("").is_debian
