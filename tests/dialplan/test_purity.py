"""The dialplan stays pure: no clock, no sockets, no chance, and nothing of the service."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from paper import ROOT

FORBIDDEN = {
    "asyncio",
    "socket",
    "time",
    "random",
    "threading",
    "subprocess",
    "logging",
    "structlog",
    "ivr",
    "audio",
}
MODULES = sorted((ROOT / "dialplan").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_nothing_impure(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in named} & FORBIDDEN


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_asks_what_time_it_is(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert (
                node.attr not in ("now", "today", "utcnow")
                or "run" in ast.unparse(node.value)
                or (ast.unparse(node.value) == "self")
            ), f"line {node.lineno}"


def test_only_the_loader_reads_files() -> None:
    readers = {
        path.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("read_text", "read_bytes", "open")
    }
    assert readers == {"source.py"}
