"""Who talks: on a leg on which he has accepted, with the caller mostly, or on the engineers' number. He is
engaged for other pages.

A leg is known from when it is picked up until the switch says that it is over, whatever became of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ivr.duty.page import Page


@dataclass(frozen=True, slots=True)
class Talk:
    """Somebody talks on `leg` for the page with the call ID `ref` (empty: on the engineers' number)."""

    leg: str
    ref: str


class Run(Protocol):
    """What is wanted of a page (see `ivr.duty.run.PageRun`)."""

    page: Page


class Talks:
    """The engineers' legs that are picked up."""

    def __init__(self) -> None:
        self._legs: dict[str, Run] = {}
        self._lines: dict[str, str] = {}

    def dial_in(self, channel: str, entry: str) -> None:
        """Somebody has called the engineers' number."""
        self._lines[channel] = entry

    def leave_line(self, channel: str) -> None:
        """That call is over."""
        self._lines.pop(channel, None)

    def begin(self, attempt_id: str, run: Run) -> None:
        """The leg was picked up."""
        self._legs[attempt_id] = run

    def end(self, attempt_id: str) -> bool:
        """The leg is over; whether it was known."""
        return self._legs.pop(attempt_id, None) is not None

    def knows(self, attempt_id: str) -> bool:
        """Whether that leg is."""
        return attempt_id in self._legs

    def elsewhere(self, page: Page) -> Mapping[str, Talk]:
        """Directory entry -> what he talks on, of those who have accepted another page and are on its leg, or
        are on the engineers' number."""
        held = ((leg, run.page) for leg, run in self._legs.items())
        on_line = {entry: Talk(channel, "") for channel, entry in self._lines.items()}
        return on_line | {
            other.acceptance.entry: Talk(leg, other.call_ref)
            for leg, other in held
            if other.id != page.id and other.is_held_by(leg) and other.acceptance is not None
        }


__all__ = ["Talk", "Talks"]
