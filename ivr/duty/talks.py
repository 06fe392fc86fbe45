"""Who talks: on a leg on which he has accepted, with the caller mostly, or on the engineers' number. He is
engaged for other pages.

A leg is known from when it is picked up until the switch says that it is over, whatever became of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ivr.duty.hunt import Attempt
from ivr.duty.page import Page


@dataclass(frozen=True, slots=True)
class Talk:
    """Somebody talks on `leg` for the page with the call ID `ref` (empty: on the engineers' number)."""

    leg: str
    ref: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg as it is written down: who is on it, and for which page it was rung (empty: he has called the
    engineers' number). `caller_of`: the page whose caller is being called from it."""

    entry: str
    page_id: str = ""
    caller_of: str = ""


class Run(Protocol):
    """What is wanted of a page (see `ivr.duty.run.PageRun`)."""

    page: Page
    attempts: dict[str, Attempt]


class Talks:
    """The engineers' legs that are picked up."""

    def __init__(self) -> None:
        self._legs: dict[str, Run] = {}
        self._lines: dict[str, Leg] = {}
        self._former: dict[str, Leg] = {}
        """Legs of pages of an earlier run, until they come back to us, or are over."""
        self.changed: Callable[[], None] = lambda: None
        """Told when somebody has come, or gone."""
        self.others: Callable[[str], Mapping[str, Talk]] = lambda page_id: {}
        """Who talks on other boxes, not for that page."""

    def restore(self, legs: Mapping[str, Leg]) -> int:
        """What was known to an earlier run; how many."""
        self._lines |= {leg: one for leg, one in legs.items() if not one.page_id and leg not in self._lines}
        self._former = {leg: one for leg, one in legs.items() if one.page_id and leg not in self._legs}
        return len(legs)

    def dial_in(self, channel: str, entry: str) -> None:
        """Somebody has called the engineers' number."""
        self._lines[channel] = Leg(entry)
        self.changed()

    def leave_line(self, channel: str) -> bool:
        """That call is over; whether it was known."""
        if self._lines.pop(channel, None) is None:
            return False
        self.changed()
        return True

    def line(self, channel: str) -> Leg | None:
        """Who is on that call of the engineers' number; None: nobody."""
        return self._lines.get(channel)

    @property
    def channels(self) -> tuple[str, ...]:
        """Those of calls of the engineers' number, and of what an earlier run has known."""
        return (*self._lines, *self._former)

    def call_caller(self, channel: str, page_id: str) -> None:
        """From that call the caller of this page is being called; empty: no longer."""
        if (leg := self._lines.get(channel)) is not None:
            self._lines[channel] = replace(leg, caller_of=page_id)
            self.changed()

    def begin(self, attempt_id: str, run: Run) -> None:
        """The leg was picked up."""
        self._legs[attempt_id] = run
        self._former.pop(attempt_id, None)
        self.changed()

    def end(self, attempt_id: str) -> bool:
        """The leg is over; whether it was known."""
        known, former = self._legs.pop(attempt_id, None), self._former.pop(attempt_id, None)
        if known is None and former is None:
            return False
        self.changed()
        return True

    def knows(self, attempt_id: str) -> bool:
        """Whether that leg is."""
        return attempt_id in self._legs

    def legs(self, *, with_pages: bool) -> Mapping[str, Leg]:
        """Every leg that somebody is on, by its channel; those of pages on demand."""
        if not with_pages:
            return dict(self._lines)
        rung = {leg: Leg(run.attempts[leg].entry, run.page.id) for leg, run in self._legs.items()}
        return self._former | rung | self._lines

    def elsewhere(self, page: Page) -> Mapping[str, Talk]:
        """Directory entry -> what he talks on, of those who have accepted another page and are on its leg, or
        are on the engineers' number; on whichever box."""
        held = ((leg, run.page) for leg, run in self._legs.items())
        on_line = {leg.entry: Talk(channel, "") for channel, leg in self._lines.items()}
        return (
            {**self.others(page.id)}
            | on_line
            | {
                other.acceptance.entry: Talk(leg, other.call_ref)
                for leg, other in held
                if other.id != page.id and other.is_held_by(leg) and other.acceptance is not None
            }
        )


__all__ = ["Leg", "Talk", "Talks"]
