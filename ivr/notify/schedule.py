"""When a mail is tried again, and when nobody tries any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """Back-off: `first_s`, then twice as long each time up to `longest_s`; over after `most_tries`.

    As it stands a mail is tried for about a day.
    """

    first_s: float = 5.0
    longest_s: float = 600.0
    most_tries: int = 150
    spread: float = 0.2
    """Each wait is up to this much shorter or longer by chance, so that many mails do not come as one."""

    def next_try(self, now: datetime, tries: int, chance: float) -> datetime | None:
        """When the try after number `tries` is due, or None: give up. `chance`: 0 to 1."""
        if tries >= self.most_tries:
            return None
        wait_s = min(self.longest_s, self.first_s * 2.0 ** min(tries - 1, 30))
        return now + timedelta(seconds=wait_s * (1 + self.spread * (2 * chance - 1)))


__all__ = ["Schedule"]
