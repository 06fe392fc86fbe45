"""A folder's configuration is kept for commands that answer at once, and never a moment too long."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest

from dialplan import days
from dialplan.source import load
from ivr.cli.kept import MOST, keep_configuration, kept_configuration, state_of
from ivr.cli.simulating import load_quickly
from ivr.settings import ROOT


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dutyline" / "read"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "config", tmp_path / "config"))


def test_the_second_time_it_is_the_same_without_being_read(folder: Path) -> None:
    first = load_quickly(folder)
    assert kept_configuration(folder) == first == load(folder).configuration


@pytest.mark.parametrize("name", ["brands.yaml", "plans/night.yaml", "tables/new.csv", "calendars/new.ics"])
def test_a_change_of_any_file_is_seen(folder: Path, name: str) -> None:
    load_quickly(folder)
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "\n# changed\n")
    assert kept_configuration(folder) is None


def test_a_file_that_is_gone_is_seen(folder: Path) -> None:
    load_quickly(folder)
    (folder / "plans" / "night.yaml").unlink()
    assert kept_configuration(folder) is None


def test_a_change_while_it_was_read_is_seen(folder: Path) -> None:
    state = state_of(folder)
    configuration = load(folder).configuration
    (folder / "brands.yaml").write_text((folder / "brands.yaml").read_text() + "\n# while it was read\n")
    keep_configuration(folder, state, configuration)
    assert kept_configuration(folder) is None


def test_what_others_may_have_written_is_not_used(folder: Path, cache: Path) -> None:
    load_quickly(folder)
    (path,) = cache.glob("*.kept")
    path.chmod(0o666)
    assert kept_configuration(folder) is None
    path.chmod(0o600)
    assert kept_configuration(folder) is not None


@pytest.mark.parametrize("content", [b"", b"\n", b"nonsense", pickle.dumps(1)])
def test_what_cannot_be_read_is_made_again(folder: Path, cache: Path, content: bytes) -> None:
    load_quickly(folder)
    (path,) = cache.glob("*.kept")
    path.write_bytes(path.read_bytes().partition(b"\n")[0] + b"\n" + content)
    assert kept_configuration(folder) is None
    assert load_quickly(folder).brands


def test_a_faulty_folder_is_not_kept(folder: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plans" / "night.yaml").write_text("nonsense: [")
    with pytest.raises(SystemExit):
        load_quickly(folder)
    assert not list(cache.glob("*.kept"))
    assert "plans/night.yaml:1:" in capsys.readouterr().out


def test_where_nothing_can_be_kept_it_is_read_each_time(folder: Path, cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file where a folder should be")
    assert load_quickly(folder) == load_quickly(folder)


def test_only_so_many_folders_are_remembered(tmp_path: Path, cache: Path) -> None:
    for number in range(MOST + 3):
        other = tmp_path / f"config-{number}"
        other.mkdir()
        keep_configuration(other, state_of(other), number)
        os.utime(cache / next(iter(cache.glob("*.kept"))).name)
    assert len(list(cache.glob("*.kept"))) == MOST


def test_the_holidays_come_along(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_quickly(folder)
    monkeypatch.setattr(days, "_YEARS", {})
    monkeypatch.setattr(days, "_library", None)
    kept_configuration(folder)
    year = max(key[3] for key in days._YEARS)
    assert days.holiday_name("BE", "", days.date(year, 7, 21)) == "National Day"
