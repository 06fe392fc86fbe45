"""Commands write as they do into a pipe, whatever terminal the tests run on."""

from __future__ import annotations

import pytest

from ivr.cli import shared


@pytest.fixture(autouse=True)
def into_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A console is made for each test: what the one before was told of the terminal counts no more."""
    monkeypatch.delenv("COLUMNS", raising=False)
    shared._console.cache_clear()
