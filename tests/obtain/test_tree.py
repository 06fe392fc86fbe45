"""How an obtained program is started."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from asterisk.obstacles import ObtainError
from asterisk.obtain import default_cache, find_or_obtain
from asterisk.package import Package
from asterisk.tree import Origin, Tree


def unpacked(root: Path, name: str = "asterisk", program: str = "usr/sbin/asterisk") -> Tree:
    (root / program).parent.mkdir(parents=True)
    (root / program).touch()
    return Tree(
        name=name,
        version="22.10.1",
        origin=Origin.UNPACKED,
        program=root / program,
        root=root,
        data_dir=root / "usr/share/data",
        loader=root / "ld.so",
        libraries=(root / "a", root / "b"),
    )


def test_an_unpacked_program_runs_through_its_own_loader(tmp_path: Path) -> None:
    assert unpacked(tmp_path).argv("asterisk", "-C", Path("/x.conf")) == [
        str(tmp_path / "ld.so"),
        "--inhibit-cache",
        "--library-path",
        f"{tmp_path}/a:{tmp_path}/b",
        str(tmp_path / "usr/sbin/asterisk"),
        "-C",
        "/x.conf",
    ]


def test_other_programs_of_the_tree_can_be_started_too(tmp_path: Path) -> None:
    tree = unpacked(tmp_path)
    (tmp_path / "usr/bin").mkdir()
    (tmp_path / "usr/bin/astdb2sqlite3").touch()
    assert tree.argv("astdb2sqlite3")[-1] == str(tmp_path / "usr/bin/astdb2sqlite3")
    with pytest.raises(FileNotFoundError, match="no program `nonsense`"):
        tree.argv("nonsense")


def test_libraries_of_the_machine_are_kept_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    monkeypatch.setenv("LD_PRELOAD", "libfake.so")
    monkeypatch.setenv("LANG", "nl_BE.UTF-8")
    env = unpacked(tmp_path).env()
    assert "LD_LIBRARY_PATH" not in env and "LD_PRELOAD" not in env
    assert env["LANG"] == "nl_BE.UTF-8"


def test_espeak_is_told_where_its_voices_are(tmp_path: Path) -> None:
    env = unpacked(tmp_path, "espeak", "usr/bin/espeak-ng").env()
    assert env["ESPEAK_DATA_PATH"] == str(tmp_path / "usr/share")


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.delenv("DUTYLINE_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_cache() == Path("/home/someone/.cache/dutyline")
    monkeypatch.setenv("XDG_CACHE_HOME", "/big")
    assert default_cache() == Path("/big/dutyline")
    monkeypatch.setenv("DUTYLINE_CACHE", "~/mine")
    assert default_cache() == Path("/home/someone/mine")


@pytest.mark.switch
@pytest.mark.parametrize(
    ("package", "words", "answer"),
    [
        (Package.ASTERISK, ("-V",), "Asterisk "),
        (Package.SIPP, ("-v",), "SIPp v"),
        (Package.ESPEAK, ("--voices=nl",), "Dutch"),
    ],
)
def test_what_is_on_this_machine_really_runs(package: Package, words: tuple[str, ...], answer: str) -> None:
    try:
        tree = find_or_obtain(package, default_cache(), offline=True)
    except ObtainError as obstacle:
        pytest.skip(str(obstacle))
    command = tree.argv(package.recipe.program, *words)
    said = subprocess.run(command, env=tree.env(), capture_output=True, text=True, timeout=30, check=False)
    assert answer in said.stdout + said.stderr
