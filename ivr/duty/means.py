"""What an engineer's leg is helped by: the callers on the line, their recorded words, PINs, lessons.

The parts behind these live elsewhere in the service; a pager without them (in a test, say) does without.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import dialplan.commands as command
from dialplan.events import PinChecked
from dialplan.model import Configuration
from ivr.duty.hunt import Attempt
from ivr.outcome import Whereabouts


class Callers(Protocol):
    """The callers on the line (see `ivr.calls.visiting`)."""

    def is_on_line(self, call_id: str) -> bool:
        """Whether that caller is still there, as far as is known."""

    async def find(self, call_id: str) -> tuple[Whereabouts, str]:
        """Where that caller is now, and the unique id of his channel."""

    async def meet(
        self,
        call_id: str,
        leg: str,
        who: tuple[str, str, str],
        is_there: Callable[[], bool],
        met: Callable[[], None],
    ) -> bool:
        """Have the waiting caller fetch the engineer on `leg`; False: it did not come to be."""

    def note_joined(self, call_id: str, title: str) -> None:
        """An engineer has come into the conversation of that caller."""


class NoCallers:
    """Where there is no telephone: nobody is on the line."""

    def is_on_line(self, call_id: str) -> bool:
        """Never."""
        return False

    async def find(self, call_id: str) -> tuple[Whereabouts, str]:
        """Gone."""
        return Whereabouts.GONE, ""

    async def meet(
        self,
        call_id: str,
        leg: str,
        who: tuple[str, str, str],
        is_there: Callable[[], bool],
        met: Callable[[], None],
    ) -> bool:
        """Nobody comes."""
        return False

    def note_joined(self, call_id: str, title: str) -> None:
        """Nothing."""


CheckPin = Callable[[command.CheckPin, str | None, str], Awaitable[PinChecked]]
"""What was keyed, the phone on which, and the call: whose PIN it is (see `ivr.overrides.pins`)."""


class Lessons(Protocol):
    """What is learned of phones (see `ivr.duty.lessons`)."""

    def answered_by_nobody(self, attempt: Attempt, at: datetime) -> None:
        """Picked up at `at`, and no key came: a voicemail or a pocket."""

    def answered_by_somebody(self, attempt: Attempt, at: datetime) -> None:
        """Picked up at `at`, and a key came."""


class NoLessons:
    """Where nothing is learned."""

    def answered_by_nobody(self, attempt: Attempt, at: datetime) -> None:
        """Nothing."""

    def answered_by_somebody(self, attempt: Attempt, at: datetime) -> None:
        """Nothing."""


class Book(Protocol):
    """Where it is written down what came of a page (see `ivr.duty.pager.Pager`)."""

    async def mark_called_back(self, page_id: str, by: str, how: str) -> bool:
        """The caller was called back, or talked to."""

    async def note(self, page_id: str, kind: str, facts: dict[str, object], by: str = "") -> None:
        """A line of the page's history."""


async def _no_words(call_id: str) -> Sequence[str]:
    return ()


async def _nobodys_pin(asked: command.CheckPin, caller: str | None, call_id: str) -> PinChecked:
    return PinChecked()


_NO_CALLERS = NoCallers()
_NO_LESSONS = NoLessons()


@dataclass(frozen=True, slots=True)
class Means:
    """All of it. `words_of`: names of the recordings of a call; `has_prompt`: whether that prompt exists in
    that language."""

    configuration: Callable[[], Configuration]
    callers: Callers = _NO_CALLERS
    words_of: Callable[[str], Awaitable[Sequence[str]]] = _no_words
    check_pin: CheckPin = _nobodys_pin
    has_prompt: Callable[[str, str], bool] = lambda prompt, language: False
    lessons: Lessons = _NO_LESSONS


__all__ = ["Book", "Callers", "CheckPin", "Lessons", "Means", "NoCallers", "NoLessons"]
