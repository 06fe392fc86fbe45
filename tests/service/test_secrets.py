"""Secrets of an installation: whole from the first moment, and never empty."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr import settings
from ivr.settings import read_or_make_secret
from tests.service.face import asked, serving


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "ami"
    first = read_or_make_secret(path)
    assert len(first) == 32
    assert read_or_make_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("left", ["", "\n"])
def test_an_empty_secret_is_made_anew(tmp_path: Path, left: str) -> None:
    path = tmp_path / "control"
    path.write_text(left)
    made = read_or_make_secret(path)
    assert len(made) == 32
    assert read_or_make_secret(path) == made


def test_a_crash_while_it_is_made_leaves_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ami"

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(settings.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        read_or_make_secret(path)
    assert not path.exists()
    monkeypatch.undo()
    assert len(read_or_make_secret(path)) == 32


@pytest.mark.parametrize("left", [None, ""])
def test_all_who_ask_at_once_get_the_same(tmp_path: Path, left: str | None) -> None:
    path = tmp_path / "ami"
    if left is not None:
        path.write_text(left)
    with ThreadPoolExecutor(16) as many:
        given = set(many.map(read_or_make_secret, [path] * 64))
    assert given == {path.read_text().strip()}


async def test_without_a_token_the_control_port_is_closed() -> None:
    async with serving(token="") as url:
        for headers in ({}, {"Authorization": ""}, {"Authorization": "Bearer "}):
            assert (await asked(f"{url}/control/page", headers))[0] == 401
