"""What apt prints when things go wrong, and the obstacle it stands for. As apt 2.6 and 3.0 word it."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk.apt_words import (
    Download,
    has_failure,
    is_suite_absent,
    read_candidate,
    read_failure,
    read_percent,
    read_uri_line,
)
from asterisk.obstacles import (
    DiskFullError,
    MirrorUnreachableError,
    ObtainError,
    PackageBrokenError,
    SignatureRefusedError,
)

AT = "http://mirror.example/debian"
OLD_KEYRING = f"""\
Err:1 {AT} forky InRelease
  The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 6ED0E7B82643E131
Reading package lists...
W: GPG error: {AT} forky InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 6ED0E7B82643E131
E: The repository '{AT} forky InRelease' is not signed.
"""  # noqa: E501
OLD_KEYRING_SQV = f"""\
Err:1 {AT} forky InRelease
  Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key 6ED0E7B82643E131, which is needed to verify signature.
Warning: OpenPGP signature verification failed: {AT} forky InRelease: Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key 6ED0E7B82643E131, which is needed to verify signature.
Error: The repository '{AT} forky InRelease' is not signed.
"""  # noqa: E501
NO_NAME = f"""\
Err:1 {AT} sid InRelease
  Could not resolve 'mirror.example'
E: Failed to fetch {AT}/dists/sid/InRelease  Could not resolve 'mirror.example'
E: Some index files failed to download. They have been ignored, or old ones used instead.
"""
PROXY_REFUSES = f"""\
E: Failed to fetch {AT}/dists/sid/InRelease  407  Proxy Authentication Required [IP: 192.0.2.1 8080]
E: The repository '{AT} sid InRelease' is not signed.
"""
LOG_IN_PAGE = f"""\
E: Failed to fetch {AT}/dists/sid/InRelease  Clearsigned file isn't valid, got 'NOSPLIT' (does the network require authentication?)
E: The repository '{AT} sid InRelease' is not signed.
"""  # noqa: E501
NO_SUITE = f"""\
Ign:1 {AT} nosuch InRelease
Err:2 {AT} nosuch Release
  404  Not Found [IP: 192.0.2.1 80]
E: The repository '{AT} nosuch Release' does not have a Release file.
"""
NO_ROOM = "E: You don't have enough free space in /home/u/.cache/dutyline/apt/sid/cache/archives/.\n"
DISK_FULL = (
    "E: Write error - write (28: No space left on device)\n"
    f"E: The repository '{AT} sid InRelease' is not signed.\n"
)
UNINSTALLABLE = "E: Unable to correct problems, you have held broken packages.\n"
GONE = f"E: Failed to fetch {AT}/pool/main/s/sipp_3.8.0-1_amd64.deb  404  Not Found [IP: 192.0.2.1 80]\n"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (OLD_KEYRING, SignatureRefusedError),
        (OLD_KEYRING_SQV, SignatureRefusedError),
        (NO_NAME, MirrorUnreachableError),
        (PROXY_REFUSES, MirrorUnreachableError),
        (LOG_IN_PAGE, MirrorUnreachableError),
        (GONE, MirrorUnreachableError),
        (NO_ROOM, DiskFullError),
        (DISK_FULL, DiskFullError),
        (UNINSTALLABLE, PackageBrokenError),
        ("", PackageBrokenError),
    ],
)
def test_each_failure_is_recognised(said: str, kind: type[ObtainError]) -> None:
    assert type(read_failure(said, "sipp", "sid", Path("/cache"))) is kind


def test_both_spellings_of_apts_marks_are_read() -> None:
    for said in (OLD_KEYRING, OLD_KEYRING_SQV):
        detail = str(read_failure(said, "asterisk", "forky", Path("/cache")))
        assert "6ED0E7B82643E131" in detail
        assert "Warning:" not in detail and has_failure(said)


def test_the_sentence_quotes_the_telling_line() -> None:
    sentence = str(read_failure(OLD_KEYRING, "asterisk", "forky", Path("/cache")))
    assert "NO_PUBKEY 6ED0E7B82643E131" in sentence
    assert "`forky`" in sentence


def test_only_a_version_that_has_gone_asks_for_new_lists() -> None:
    gone = read_failure(GONE, "sipp", "sid", Path("/cache"))
    cut = read_failure(NO_NAME, "sipp", "sid", Path("/cache"))
    assert isinstance(gone, MirrorUnreachableError) and gone.is_outdated
    assert isinstance(cut, MirrorUnreachableError) and not cut.is_outdated


def test_an_absent_suite_is_told_from_an_absent_network() -> None:
    assert is_suite_absent(NO_SUITE)
    assert not any(is_suite_absent(said) for said in (NO_NAME, PROXY_REFUSES, OLD_KEYRING, LOG_IN_PAGE))


def test_an_old_apt_that_ends_well_without_its_lists_is_not_believed() -> None:
    assert has_failure("W: Failed to fetch http://mirror.example/debian/dists/sid/InRelease\n")
    assert not has_failure("Reading package lists...\nW: Some harmless remark\n")


def test_uri_line() -> None:
    file = "asterisk_1%3a22.10.1+dfsg-1_amd64.deb"
    line = f"'{AT}/pool/a_1%3a22.10.1%2bdfsg-1_amd64.deb' {file} 2534036 SHA256:cf59d4"
    assert read_uri_line(line) == Download(
        f"{AT}/pool/a_1%3a22.10.1%2bdfsg-1_amd64.deb",
        file,
        2534036,
        "asterisk",
        "1:22.10.1+dfsg-1",
    )
    assert read_uri_line("Reading package lists...") is None


def test_status_lines() -> None:
    assert read_percent("dlstatus:1:23.45:Retrieving file 5 of 123 (12s remaining)") == 23.45
    assert read_percent("pmstatus:asterisk:1.0:Preparing") is None
    assert read_percent("dlstatus:") is None


def test_candidate() -> None:
    assert read_candidate("asterisk:\n  Installed: (none)\n  Candidate: 1:22.10.1\n") == "1:22.10.1"
    assert read_candidate("asterisk:\n  Installed: (none)\n  Candidate: (none)\n") is None
    assert read_candidate("") is None
