"""`audio` calculates: no clock, no event loop, nothing of the service or the plan."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

AUDIO = Path(__file__).resolve().parents[2] / "audio"
FORBIDDEN = {"ivr", "dialplan", "asyncio", "socket", "time", "random"}
CLOCKS = {"now", "utcnow", "today"}
MAY_LOOK_FOR_PROGRAMS = {"cli.py"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", sorted(AUDIO.glob("*.py")), ids=lambda path: path.name)
def test_a_module_imports_nothing_it_may_not(path: Path) -> None:
    allowed = {"asterisk"} if path.name in MAY_LOOK_FOR_PROGRAMS else set()
    assert imported(path) & ((FORBIDDEN | {"asterisk"}) - allowed) == set()


@pytest.mark.parametrize("path", sorted(AUDIO.glob("*.py")), ids=lambda path: path.name)
def test_no_module_asks_what_time_it_is(path: Path) -> None:
    """Days are values here; today is none."""
    asked = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert asked & CLOCKS == set()
