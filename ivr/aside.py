"""`python -m ivr.aside`: the process in which `ivr.building` has a large configuration built.

It steps back behind the calls before it imports anything, and does so while nobody waits for it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_BEHIND_CALLS: Final = 10
"""How much nicer than the service (see `nice`)."""
_AUTOGROUP: Final = Path("/proc/self/autogroup")
"""Where Linux shares the cores among sessions first (see sched(7)), only a session's own niceness counts."""


def step_back() -> None:
    """Calls go first."""
    os.nice(_BEHIND_CALLS)
    with suppress(OSError):
        _AUTOGROUP.write_text(str(_BEHIND_CALLS))


if __name__ == "__main__":
    step_back()
    from ivr.building import serve

    serve()
