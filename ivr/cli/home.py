"""How numbers are written and read on this installation: as in the country of its desk."""

from __future__ import annotations

import re
from functools import cache

from dialplan.numbers import display
from ivr.cli.places import configuration_folder

USUAL = "BE"
_COUNTRY = re.compile(r"""^country:\s*["']?([A-Z]{2})\b""", re.MULTILINE)


@cache
def home() -> str:
    """The country of desk.yaml, read without the rest of the configuration, which may have faults."""
    try:
        found = _COUNTRY.search((configuration_folder(None) / "desk.yaml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return USUAL
    return found[1] if found else USUAL


def shown(number: str | None) -> str:
    """A number as people of that country write it; `withheld` for none."""
    return display(number, home())
