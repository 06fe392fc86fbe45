"""What a job is: when it is due, how late it may still be done, and the work itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ivr.schedule.book import KeptRun

A_DAY_S: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Due:
    """A moment (aware) at which something is to be done. After `last_at` it is worth nothing any more."""

    at: datetime
    subject: str = ""
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a run: a sentence for people, and what the job wants to know the next time (JSON)."""

    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done by itself.

    `says`: when it is done, in words; empty while it is not configured. `due`: the moments after the first
    and until the second of two moments. `work` may be called again for the same run when a box dies in the
    middle: what it has begun it must find again. `grace_s`: so late it is still caught up.
    `changes_s`: so far back a change of the configuration may still bring something that is due.
    """

    name: str
    says: Callable[[], str]
    due: Callable[[datetime, datetime], Iterable[Due]]
    work: Callable[[KeptRun], Awaitable[Done]]
    grace_s: float = A_DAY_S
    changes_s: Callable[[], float] = lambda: 0.0

    def is_late(self, due: Due, now: datetime) -> bool:
        """Whether nobody wants it any more."""
        return now > (due.last_at or due.at + timedelta(seconds=self.grace_s))


__all__ = ["Done", "Due", "Job"]
