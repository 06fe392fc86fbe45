"""A call that the demo carrier has placed: a caller with a telephone in his hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ivr.ami import AmiAnswer, AmiEvent, AmiFailed
from ivr.ami.headers import HeaderValue

_CAUSE_GRACE_S = 1.0
"""How long the hang-up's cause may trail behind the failure of the call."""


class Hand(Protocol):
    """What a call needs of the link to the carrier."""

    async def play_dtmf(
        self, channel: str, digit: str, *, receive: bool = True, duration_ms: int = 100
    ) -> None: ...

    async def hangup(self, channel: str, cause: int = 16) -> None: ...

    async def action(self, name: str, headers: Mapping[str, HeaderValue] | None = None, /) -> AmiAnswer: ...


class PlacedCall:
    """One caller. Made by `Carrier.place_call`."""

    def __init__(self, leg_id: str, number: str, heard_path: Path | None, hand: Hand) -> None:
        self.id = leg_id
        self.number = number
        self.heard_path = heard_path
        """What the caller hears: headerless A-law, growing in pieces of up to 4 s; None: not kept."""
        self.placed_at = datetime.now(UTC)
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.cause: int | None = None
        """Q.850 cause of the end; None while it lives, 0 when the carrier was told none."""
        self.channel = ""
        """Name of its channel on the carrier, once there is one."""
        self.keys: list[tuple[datetime, str]] = []
        self._hand = hand
        self._answered = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def is_live(self) -> bool:
        return not self._ended.is_set()

    async def press(self, keys: str, *, pause_s: float = 0.25) -> None:
        """Press keys one after another, sent as RFC 4733 events; `w` waits half a second."""
        for key in keys:
            if key in "wW":
                await asyncio.sleep(0.5)
                continue
            self.keys.append((datetime.now(UTC), key))
            await self._hand.play_dtmf(self.channel or self.id, key, receive=False, duration_ms=100)
            await asyncio.sleep(pause_s)

    async def say(self, sound: Path) -> None:
        """Say what is in a sound file that Asterisk can play (`.alaw`); returns as he begins to speak."""
        name = str(sound.with_suffix(""))
        channel = self.channel or self.id
        for action, headers in (
            ("Setvar", {"Channel": channel, "Variable": "SAY", "Value": name}),
            ("Redirect", {"Channel": channel, "Context": "callers", "Exten": "say", "Priority": "1"}),
        ):
            answer = await self._hand.action(action, headers)
            if not answer.success:
                raise AmiFailed(action, answer.message)

    async def hang_up(self) -> None:
        """Hang up, if the call still lives."""
        if self.is_live:
            try:
                await self._hand.hangup(self.channel or self.id)
            except AmiFailed:
                return

    async def answered(self, timeout_s: float = 10.0) -> bool:
        """Wait until it is answered (True), or has ended without (False). Raises TimeoutError."""
        ways = [asyncio.create_task(event.wait()) for event in (self._answered, self._ended)]
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
        return self._answered.is_set()

    async def ended(self, timeout_s: float = 30.0) -> int:
        """Wait for the end; the Q.850 cause. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._ended.wait()
        return self.cause or 0

    def heard(self) -> bytes:
        """What the caller has heard so far, A-law, before the answer and after. Whole only after the end."""
        if self.heard_path is None:
            return b""
        parts = (early_path(self.heard_path), self.heard_path)
        return b"".join(path.read_bytes() for path in parts if path.exists())

    def take_response(self, event: AmiEvent) -> None:
        """The carrier's `OriginateResponse` for this call."""
        if event.get("Response") == "Success":
            self.channel = event.get("Channel")
            self.answered_at = self.answered_at or _at(event)
            self._answered.set()
        else:
            asyncio.get_running_loop().call_later(_CAUSE_GRACE_S, self._end, datetime.now(UTC), 0)

    def take_hangup(self, event: AmiEvent) -> None:
        """The carrier's `Hangup` for this call."""
        self._end(_at(event), int(event.get("Cause") or 0))

    def _end(self, at: datetime, cause: int) -> None:
        if self._ended.is_set():
            return
        self.ended_at, self.cause = at, cause
        self._ended.set()


def early_path(heard_path: Path) -> Path:
    """The recording of what is said before the answer, such as why a call is refused."""
    return heard_path.with_stem(f"{heard_path.stem}-early")


def _at(event: AmiEvent) -> datetime:
    stamp = event.get("Timestamp")
    return datetime.fromtimestamp(float(stamp) if stamp else time.time(), UTC)


__all__ = ["Hand", "PlacedCall", "early_path"]
