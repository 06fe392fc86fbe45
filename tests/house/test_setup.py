"""`make run` on a machine that has hardly anything: the environment, with and without pip."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ivr.setup import environment as environment_module
from ivr.setup import install, pip_wheel
from ivr.setup.compiled import NAME, compile_project
from ivr.setup.environment import Environment
from ivr.setup.faults import PipMissingError, VenvFailedError
from ivr.setup.install import install_project
from ivr.setup.pip_wheel import WheelMissingError, find_wheel
from ivr.setup.stamp import Stamp

ROOT = Path(__file__).resolve().parent.parent.parent
NO_EXTRAS: frozenset[str] = frozenset()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (folder / ".venv").mkdir()
    return folder


def test_the_second_start_has_nothing_to_install(checkout: Path) -> None:
    Stamp.of(checkout, frozenset({"test"})).write(checkout / ".venv")
    stamp = Stamp.read(checkout / ".venv")
    assert stamp is not None
    assert stamp.covers(checkout, frozenset({"test"}))
    assert stamp.covers(checkout, NO_EXTRAS)
    assert not stamp.covers(checkout, frozenset({"test", "lint"}))


def test_new_libraries_or_another_place_are_installed_for(checkout: Path) -> None:
    Stamp.of(checkout, NO_EXTRAS).write(checkout / ".venv")
    stamp = Stamp.read(checkout / ".venv")
    assert stamp is not None
    moved = checkout.rename(checkout.parent / "moved")
    assert not stamp.covers(moved, NO_EXTRAS)
    fresh = Stamp.of(moved, NO_EXTRAS)
    (moved / "pyproject.toml").write_text("[project]\nname = 'y'\n")
    assert not fresh.covers(moved, NO_EXTRAS)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"root": 1}', '{"root": "/x", "pyproject": ""}'])
def test_a_broken_stamp_is_none(checkout: Path, text: str) -> None:
    (checkout / ".venv" / "dutyline.json").write_text(text)
    assert Stamp.read(checkout / ".venv") is None


@pytest.mark.skipif(find_spec("ensurepip") is None, reason="this Python itself came without pip")
def test_a_python_without_ensurepip_gets_the_distributions_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Debian's python3 is without python3-venv: only --without-pip works."""
    monkeypatch.setattr(sys, "executable", str(_bare_python(tmp_path)))
    monkeypatch.setattr(environment_module, "find_wheel", lambda scratch, say: _wheel())
    environment = Environment(tmp_path / "venv")
    environment.make()
    assert environment.is_sound()
    asked = [environment.python, "-c", "import pip; print(pip.__file__)"]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True)
    assert said.stdout.startswith(str(tmp_path / "venv"))
    assert "virtual environment" in capsys.readouterr().err


def test_no_pip_to_be_had_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none(scratch: Path, say: object) -> Path:
        raise WheelMissingError("the archive does not answer.")

    monkeypatch.setattr(sys, "executable", str(_bare_python(tmp_path)))
    monkeypatch.setattr(environment_module, "find_wheel", find_none)
    with pytest.raises(
        PipMissingError, match=r"the archive does not answer\. Installing the package python3"
    ):
        Environment(tmp_path / "venv").make()


def test_a_python_without_venv_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "No module named venv" >&2\nexit 1\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(VenvFailedError, match=r"No module named venv.*python3-venv.*docker compose up"):
        Environment(tmp_path / "venv").make()


def test_a_wheel_on_the_machine_is_taken_as_it_is(tmp_path: Path) -> None:
    wheels = tmp_path / "usr/share/python-wheels"
    wheels.mkdir(parents=True)
    (wheels / "pip-23.0.1-py3-none-any.whl").touch()
    (wheels / "setuptools-66.1.1-py3-none-any.whl").touch()
    said: list[str] = []
    assert find_wheel(tmp_path / "scratch", said.append, tmp_path).name.startswith("pip-23")
    assert said == []


def test_without_apt_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WheelMissingError, match="apt-get"):
        find_wheel(tmp_path / "scratch", lambda sentence: None, tmp_path)
    assert pip_wheel.DEB == "python3-pip-whl"


def test_pips_first_error_is_the_reason() -> None:
    said = "WARNING: Retrying\nERROR: No matching distribution found for numpy\nERROR: and so on\n"
    assert install._reason(said) == "No matching distribution found for numpy"
    away = "WARNING: Retrying (Retry(total=4))\nERROR: Could not find it (from versions: none)\n"
    assert install._reason(away) == "the package index cannot be reached"
    assert install._reason("") == "pip ended without a word"


def test_a_failed_install_names_its_log(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment(checkout / ".venv")
    environment.python = checkout / "pip-that-fails"
    environment.python.write_text("#!/bin/sh\necho 'ERROR: no network'\nexit 1\n")
    environment.python.chmod(0o755)
    with pytest.raises(install.InstallFailedError, match=r"no network\. All .*install\.log"):
        install_project(environment, checkout, NO_EXTRAS)


def test_no_python_at_all_is_one_sentence() -> None:
    command = ["make", "-s", "run", "PYTHON=/nowhere/python3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    first = done.stderr.splitlines()[0]
    assert first.startswith("dutyline: no Python 3.11 or newer was found (looked for: /nowhere/python3)")


def _bare_python(folder: Path) -> Path:
    """A python that makes environments without pip only."""
    python = folder / "python3"
    real = Path(sys._base_executable if hasattr(sys, "_base_executable") else sys.executable)
    python.write_text(
        f'#!/bin/sh\ncase "$*" in\n  *--without-pip*) exec {real} "$@";;\n'
        "  *) echo 'ensurepip is not available' >&2; exit 1;;\nesac\n"
    )
    python.chmod(0o755)
    return python


def _wheel() -> Path:
    spec = find_spec("ensurepip")
    assert spec is not None and spec.origin is not None
    places = (Path(spec.origin).parent / "_bundled", Path("/", pip_wheel.WHEELS))
    bundled = [wheel for place in places for wheel in sorted(place.glob("pip-*.whl"))]
    if not bundled:
        pytest.skip("no wheel of pip is on this machine")
    return bundled[-1]


def test_a_start_finds_the_projects_bytecode_made(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where Python itself is told to write none; and once, until something changes."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = Environment(checkout / ".venv")
    environment.python = Path(sys.executable)
    source = checkout / "ivr" / "here.py"
    source.parent.mkdir()
    source.write_text("WORD = 1\n")
    compile_project(environment, checkout)
    (made,) = (checkout / "ivr" / "__pycache__").iterdir()
    made.unlink()
    compile_project(environment, checkout)
    assert not made.exists()
    later = (checkout / ".venv" / NAME).stat().st_mtime + 1
    os.utime(source, (later, later))
    compile_project(environment, checkout)
    assert made.exists()
