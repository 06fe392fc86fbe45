"""The book in an event loop: wakes whoever is let in, at once; one timer for all that time alone changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from dialplan.commands import Target
from dialplan.events import Admission, Admitted
from ivr.calls.places.book import Book
from ivr.calls.places.kept import Kept
from ivr.calls.places.wish import Waiter, Wish

LEAST_S = 0.001
"""A timer may go off a moment before the clock says so."""


class Places(Protocol):
    """Who gives out places: this box alone, or several that share a database."""

    async def ask(self, wish: Wish) -> Admitted | Turn:
        """Take places and an agent, be refused, or wait."""

    def talk(self, call: str) -> None:
        """The agent who is held for this call has picked up."""

    def engage(self, call: str, agent: Target, group: str) -> None:
        """The call rings an agent of this group by name."""

    def part(self, call: str) -> None:
        """The phone that the call rang is quiet: whom it rang by name is left to his groups again."""

    def give_back(self, call: str, outcome: str) -> None:
        """Give back the agent, and the places that are not for the whole call."""

    def end(self, call: str) -> None:
        """The call is over; may be said more than once."""

    def kept_of(self, call: str) -> Kept | None:
        """What the call has, for its record; times are seconds since 1970."""


class Turn:
    """A caller's waiting for his turn."""

    __slots__ = ("_usher", "on_news", "waiter")

    def __init__(self, usher: Usher, waiter: Waiter) -> None:
        self._usher = usher
        self.waiter = waiter
        self.on_news: Callable[[], None] | None = None
        """Called once he is answered, and when he becomes the first of his queue."""

    @property
    def answer(self) -> Admitted | None:
        """None while he waits."""
        return self.waiter.answer

    @property
    def is_first(self) -> bool:
        """Whether he is, or has been, the first of his queue."""
        return self.waiter.is_first_told

    @property
    def position(self) -> int:
        """His place in the queue, from 1."""
        return self._usher.book.position(self.waiter)

    def expect_s(self) -> float | None:
        """How long he will go on waiting; None when nobody can tell."""
        return self._usher.book.expect_s(self.waiter, self._usher.now())

    def leave(self, admission: Admission, key: str = "") -> Admitted:
        """Wait no longer. The answer may be that he was let in just before."""
        return self._usher.withdraw(self, admission, key)

    def abandon(self) -> None:
        """Wait no longer, and have nothing of it."""
        if self.leave(Admission.KEY).admission is Admission.IN:
            self._usher.give_back(self.waiter.wish.call, "")


class Usher:
    """The `Places` of one box."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.book = Book()
        self.now = now
        self._turns: dict[int, Turn] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = float("inf")
        self._is_closed = False

    async def ask(self, wish: Wish) -> Admitted | Turn:
        """Take places and an agent, be refused, or wait."""
        answer = self.book.ask(wish, self.now())
        turn: Admitted | Turn = answer if isinstance(answer, Admitted) else self._seat(answer)
        self._tell()
        return turn

    def withdraw(self, turn: Turn, admission: Admission, key: str = "") -> Admitted:
        """A caller leaves the line."""
        answer = self.book.withdraw(turn.waiter, admission, self.now(), key)
        self._tell()
        return answer

    def talk(self, call: str) -> None:
        """The agent who is held for this call has picked up."""
        self.book.talk(call, self.now())

    def engage(self, call: str, agent: Target, group: str) -> None:
        """The call rings an agent of this group by name."""
        self.book.engage(call, agent, group, self.now())

    def part(self, call: str) -> None:
        """The phone that the call rang is quiet: whom it rang by name is left to his groups again."""
        if not self._is_closed:
            self.book.part(call, self.now())
            self._tell()

    def give_back(self, call: str, outcome: str) -> None:
        """Give back the agent, and the places that are not for the whole call."""
        if not self._is_closed:
            self.book.give_back(call, outcome, self.now())
            self._tell()

    def end(self, call: str) -> None:
        """The call is over."""
        if not self._is_closed:
            self.book.end(call, self.now())
            self._tell()

    def kept_of(self, call: str) -> Kept | None:
        """What the call has, for its record."""
        kept = self.book.kept_of(call)
        return kept.shifted(time.time() - self.now()) if kept else None

    def adopt(self, call: str, kept: Kept) -> None:
        """Give a call that outlived the last run what its record says."""
        self.book.adopt(call, kept.shifted(self.now() - time.time()), self.now())

    def note_starts(self, call: str, kept: Kept) -> None:
        """Count a call of the last run that is over."""
        self.book.note_starts(call, kept.shifted(self.now() - time.time()))

    def close(self) -> None:
        """Let nobody in any more: the service stops, and what calls have they keep."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _seat(self, waiter: Waiter) -> Turn:
        turn = self._turns[waiter.number] = Turn(self, waiter)
        return turn

    def _tell(self) -> None:
        """Wake those who have news, and see to the timer."""
        news, self.book.news = self.book.news, []
        for waiter in news:
            turn = self._turns.get(waiter.number)
            if waiter.answer is not None:
                self._turns.pop(waiter.number, None)
            if turn is not None and turn.on_news is not None:
                turn.on_news()
        self._set_timer()

    def _set_timer(self) -> None:
        due = self.book.next_due()
        if due is None or due >= self._timer_due or self._is_closed:
            # a timer that goes off for nothing sets the next
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = due
        delay_s = max(LEAST_S, due - self.now())
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._pass_time)

    def _pass_time(self) -> None:
        self._timer, self._timer_due = None, float("inf")
        self.book.pass_time(self.now())
        self._tell()


__all__ = ["Places", "Turn", "Usher"]
