"""Names that were meant to be settings, and are none: what stands there counts for nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from ivr.settings import Settings

PREFIX: Final = "DUTYLINE_"
LIKENESS: Final = 0.85
"""How like a setting a name must be: others may be somebody's own, for the URL of a table."""


def misspelt_settings(names: Iterable[str] | None = None) -> Iterator[str]:
    """A sentence for each, with the setting that is most like it. `names`: those of the environment and of
    `dutyline.env` where not given."""
    known = {name.upper() for name in Settings.model_fields}
    for name in sorted(set(_names() if names is None else names)):
        own = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and own not in known:
            for right in get_close_matches(own, known, n=1, cutoff=LIKENESS):
                yield f"{name} is no setting, and is not read; did you mean {PREFIX}{right}?"


def _names() -> Iterator[str]:
    yield from os.environ
    file = Path(str(Settings.model_config["env_file"]))
    if file.is_file():
        from dotenv import dotenv_values  # only those who have the file wait for it

        yield from dotenv_values(file)


__all__ = ["misspelt_settings"]
