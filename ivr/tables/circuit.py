"""When a database is left alone: after failures in a row, so that no call waits for it in vain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_FAILURES: Final = 3
OPEN_S: Final = 10.0
"""How long it is left alone; then one call tries it again."""


@dataclass(slots=True)
class Circuit:
    """Failures of one database. `now_s` is any steady clock."""

    failures: int = 0
    closed_until_s: float = 0.0

    def is_open(self, now_s: float) -> bool:
        """Whether nobody may ask now. When the time is over one may: the next waits for his answer."""
        if self.failures < MOST_FAILURES:
            return False
        if now_s < self.closed_until_s:
            return True
        self.closed_until_s = now_s + OPEN_S
        return False

    def note(self, is_well: bool, now_s: float) -> None:
        """An answer came, or none."""
        self.failures = 0 if is_well else self.failures + 1
        if self.failures >= MOST_FAILURES:
            self.closed_until_s = now_s + OPEN_S
