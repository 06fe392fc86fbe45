"""Whatever goes wrong, the user reads one sentence, and then the way with Docker."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk import obstacles
from asterisk.obstacles import ObtainError

EVERY = [
    obstacles.ToolMissingError("asterisk", "dpkg-deb"),
    obstacles.UnsupportedArchitectureError("asterisk", "sparc64"),
    obstacles.MirrorMissingError("asterisk", (Path("/etc/apt/sources.list"),)),
    obstacles.NotOfferedError("asterisk", ("jammy",), 20),
    obstacles.MirrorUnreachableError("asterisk", "Could not resolve 'mirror.example'"),
    obstacles.StalledError("asterisk", 180.0),
    obstacles.SignatureRefusedError("asterisk", "forky", "NO_PUBKEY 6ED0E7B82643E131"),
    obstacles.DiskFullError("asterisk", Path("/home/u/.cache/dutyline"), 312),
    obstacles.DiskFullError("asterisk", Path("/home/u/.cache/dutyline")),
    obstacles.CacheUnusableError("asterisk", Path("/nowhere"), "Permission denied"),
    obstacles.LockTakenError("asterisk", Path("/home/u/.cache/dutyline"), 1800.0),
    obstacles.NotCachedError("asterisk", Path("/home/u/.cache/dutyline")),
    obstacles.UnusableProgramError("asterisk", "DUTYLINE_ASTERISK", Path("/opt/a"), "it is version 18"),
    obstacles.PackageBrokenError("asterisk", "held broken packages."),
]


@pytest.mark.parametrize("obstacle", EVERY, ids=lambda obstacle: type(obstacle).__name__)
def test_one_sentence_and_the_docker_way(obstacle: ObtainError) -> None:
    sentence, docker = str(obstacle).split(". ")
    assert "asterisk" in sentence.lower()
    assert docker == "With Docker none of this is needed: `docker compose up`."
    assert "  " not in sentence and "\n" not in sentence


def test_none_is_forgotten() -> None:
    assert {type(obstacle) for obstacle in EVERY} == set(ObtainError.__subclasses__())


def test_the_data_can_be_asked_for() -> None:
    refused = obstacles.SignatureRefusedError("sipp", "sid", "BADSIG")
    assert (refused.package, refused.suite, refused.detail) == ("sipp", "sid", "BADSIG")
