"""A caller waits on the switch for a place: welcome, music, where he stands, how long it will take.

He waits in `WAIT FOR DIGIT` (or hears a prompt in `STREAM FILE`), which ends at once when the switch reads
the next line from us: so whoever is let in is on his way within milliseconds, without polling, without AMI
and without a key that a caller could press himself. And it ends when our socket closes: should the service
die, the caller is at the failsafe.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

from dialplan.commands import Say, Utterance, Waiting
from dialplan.events import Admission, Admitted
from ivr.agi import AgiSession
from ivr.calls.places import Turn
from ivr.speech import files_of

GRACE_S: Final = 15.0
"""For the switch to answer after the time it was told."""
LONGEST_S: Final = 3600.0
"""One `WAIT FOR DIGIT` at most; the next follows."""
SHORT_WAIT_S: Final = 45.0


class Hands(Protocol):
    """What the performer does for us."""

    async def open(self) -> None:
        """Answer the call, if it is not."""

    async def stream(self, file: str, keys: str) -> str:
        """Play a sound file; the key that stopped it."""


class Holding:
    """One caller's wait."""

    def __init__(self, agi: AgiSession, hands: Hands, turn: Turn, tell: Callable[..., None]) -> None:
        self._agi, self._hands, self._turn, self._tell = agi, hands, turn, tell
        self._waiting: Waiting = turn.waiter.waiting
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.Timeout | None = None
        self._is_interruptible = False
        """Whether becoming the first is worth a word now."""
        self._is_first_said = False
        self._has_music = False

    async def wait(self) -> Admitted:
        """Until he is let in, leaves by a key, or has waited too long. Raises AgiError when he is gone."""
        self._turn.on_news = self._take_news
        try:
            return await self._wait()
        finally:
            self._turn.on_news = None

    async def _wait(self) -> Admitted:
        waiting, turn = self._waiting, self._turn
        await self._hands.open()
        if not waiting.late:
            await self._say(waiting.welcome)
        next_at = self._loop.time() + waiting.every_s
        while turn.answer is None:
            if self._is_first_due:
                self._is_first_said = True
                self._tell("position", position=1)
                await self._say(waiting.first)
            elif waiting.periodic and self._loop.time() >= next_at:
                self._tell("position", position=turn.position)
                for words in waiting.periodic:
                    await self._say(words)
                next_at = self._loop.time() + waiting.every_s
            else:
                await self._listen(next_at - self._loop.time() if waiting.periodic else LONGEST_S)
        await self._music(is_on=False)
        return turn.answer

    @property
    def _is_first_due(self) -> bool:
        return self._turn.is_first and bool(self._waiting.first) and not self._is_first_said

    async def _listen(self, longest_s: float) -> None:
        """Music, until a key, the time, or news."""
        await self._music(is_on=True)
        wait_ms = round(min(max(longest_s, 0.02), LONGEST_S) * 1000)
        self._is_interruptible = True
        try:
            key = await self._unless_called(partial(self._digit, wait_ms))
        finally:
            self._is_interruptible = False
        self._take_key(key)

    async def _digit(self, wait_ms: int) -> str:
        return await self._agi.wait_for_digit(wait_ms, timeout_s=wait_ms / 1000 + GRACE_S) or ""

    async def _say(self, words: Iterable[Utterance]) -> None:
        """One group of words; nothing of it where it wants a value that nobody knows."""
        filled = self._fill(tuple(words))
        for file in files_of(filled):
            if self._turn.answer is not None:
                return
            self._has_music = False  # a prompt ends the music
            key = await self._unless_called(partial(self._hands.stream, file, self._waiting.keys))
            if self._take_key(key):
                return

    def _take_key(self, key: str) -> bool:
        """Whether that key ends the waiting. The book has the last word."""
        if not key or key not in self._waiting.keys or self._turn.answer is not None:
            return False
        self._turn.leave(Admission.KEY, key)
        return True

    def _fill(self, words: tuple[Utterance, ...]) -> tuple[Utterance, ...]:
        filled: list[Utterance] = []
        for word in words:
            if isinstance(word, Say) and not word.value and word.kind in ("position", "duration"):
                value = self._value(word.kind)
                if not value:
                    return ()
                word = replace(word, value=value)
            filled.append(word)
        return tuple(filled)

    def _value(self, kind: str) -> str:
        if self._turn.answer is not None:
            return ""
        if kind == "position":
            return str(self._turn.position)
        expected_s = self._turn.expect_s()
        return "" if expected_s is None else str(round_wait(expected_s))

    async def _music(self, *, is_on: bool) -> None:
        if is_on and not self._has_music:
            await self._agi.command("SET MUSIC", "ON", self._waiting.music)
        elif not is_on:
            await self._agi.command("SET MUSIC", "OFF")
        self._has_music = is_on

    async def _unless_called(self, work: Callable[[], Awaitable[str]]) -> str:
        """The work's answer; nothing when news came first, which breaks it off."""
        if self._turn.answer is not None:
            return ""
        alarm = asyncio.timeout(None)
        try:
            async with alarm:
                self._alarm = alarm
                return await work()
        except TimeoutError:
            if not alarm.expired():
                raise
            return ""
        finally:
            self._alarm = None

    def _take_news(self) -> None:
        if self._turn.answer is None and not (self._is_interruptible and self._is_first_due):
            return
        alarm, self._alarm = self._alarm, None
        if alarm is not None:
            alarm.reschedule(self._loop.time())


def round_wait(seconds: float) -> int:
    """A wait as people say it: half a minute, or so many whole minutes, rather more than less."""
    return 30 if seconds <= SHORT_WAIT_S else max(1, round(seconds / 60 + 0.25)) * 60


__all__ = ["Hands", "Holding", "round_wait"]
