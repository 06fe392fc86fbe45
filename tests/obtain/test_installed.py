"""An Asterisk that somebody has installed already."""

from __future__ import annotations

from pathlib import Path

import pytest

import asterisk.installed
from asterisk.installed import find_installed, major
from asterisk.obstacles import UnusableProgramError
from asterisk.package import Package
from asterisk.progress import Silence
from asterisk.tree import Origin


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk.installed, "_SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", "")
    for package in Package:
        monkeypatch.delenv(package.recipe.variable, raising=False)


def install(prefix: Path, says: str, *, with_modules: bool = True) -> Path:
    program = prefix / "sbin/asterisk"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    modules = prefix / "lib/x86_64-linux-gnu/asterisk/modules"
    documents = prefix / "share/asterisk/documentation"
    for folder, file in ((modules, "chan_pjsip.so"), (documents, "core-en_US.xml")):
        folder.mkdir(parents=True)
        if with_modules:
            (folder / file).touch()
    return program


def test_one_on_the_path_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = install(tmp_path, "Asterisk 20.6.0~dfsg+~cs6.13")
    monkeypatch.setenv("PATH", str(program.parent))
    tree = find_installed(Package.ASTERISK, Silence())
    assert tree is not None
    assert (tree.version, tree.origin, tree.program) == ("20.6.0", Origin.INSTALLED, program)
    assert tree.modules_dir == tmp_path / "lib/x86_64-linux-gnu/asterisk/modules"
    assert tree.data_dir == tmp_path / "share/asterisk"
    assert tree.argv("asterisk", "-V") == [str(program), "-V"]


def test_one_that_the_environment_names_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = install(tmp_path, "Asterisk certified/20.7-cert3")
    monkeypatch.setenv("DUTYLINE_ASTERISK", str(program))
    tree = find_installed(Package.ASTERISK, Silence())
    assert tree is not None and tree.version == "20.7"


def test_none_is_no_fault() -> None:
    assert find_installed(Package.ASTERISK, Silence()) is None


@pytest.mark.parametrize(
    ("says", "with_modules", "why"),
    [
        ("Asterisk 18.10.0", True, "it is version 18.10.0 and 20 or newer is needed"),
        ("Asterisk 22.1.0", False, "it lacks chan_pjsip.so"),
        ("command not understood", True, "it does not say its version"),
    ],
)
def test_one_that_will_not_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, with_modules: bool, why: str
) -> None:
    """Met by chance it is passed over with a word; named on purpose it is an error."""
    program = install(tmp_path, says, with_modules=with_modules)
    said: list[str] = []

    class Ear(Silence):
        def say(self, sentence: str) -> None:
            said.append(sentence)

    monkeypatch.setattr(asterisk.installed, "_DATA_FOLDERS", ())
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(program.parent))
        assert find_installed(Package.ASTERISK, Ear()) is None
    assert said == [f"{program} is passed over: {why}."]
    monkeypatch.setenv("DUTYLINE_ASTERISK", str(program))
    with pytest.raises(UnusableProgramError, match=why):
        find_installed(Package.ASTERISK, Silence())


def test_a_named_program_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUTYLINE_ASTERISK", str(tmp_path / "asterisk"))
    with pytest.raises(UnusableProgramError, match="DUTYLINE_ASTERISK names"):
        find_installed(Package.ASTERISK, Silence())


def test_major_of_every_kind_of_version() -> None:
    versions = {"22.10.1": 22, "1:20.6.0~dfsg+~cs6.13-1": 20, "certified/20.7-cert3": 20, "20": 20, "": 0}
    assert {version: major(version) for version in versions} == versions
