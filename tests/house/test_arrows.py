"""Who may import whom, and that nothing looks at the clock which should be told the time."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter"}


def test_every_arrow_points_the_right_way() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as m; m()"]
    done = subprocess.run(
        [*command, "--no-logo", "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_layers_in_the_documentation_are_those_that_are_held() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    rows = page.partition("<!-- layers")[2].partition("<!-- /layers")[0].splitlines()
    told = [_names(row.split("|")[1]) for row in rows if row.startswith("| `")]
    assert told == [layer for layer in _layers() if layer != {"__main__"}]


def test_every_folder_of_the_service_has_its_layer() -> None:
    names = {
        path.stem if path.suffix else path.name
        for path in (ROOT / "ivr").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert names - {"__init__"} == set().union(*_layers())


def test_the_engine_is_told_the_time_and_never_asks() -> None:
    asking = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "dialplan").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    assert asking == []


def _layers() -> list[set[str]]:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return [{name.strip() for name in layer.split("|")} for layer in tools["contracts"][0]["layers"]]


def _names(cell: str) -> set[str]:
    return {name.strip(" `") for name in cell.split(",")}
