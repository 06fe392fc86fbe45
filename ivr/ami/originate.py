"""What became of the calls we originated.

An Originate is always asynchronous and bears a channel id that we chose, so its outcome can be
recognised in `OriginateResponse` and `Hangup`, and after a lost link in the sync.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ivr.ami.errors import AmiTimeout, AmiValueError
from ivr.ami.messages import AmiEvent, ChannelSnapshot

CAUSE_GRACE_S = 0.5
"""How long the hang-up cause may trail behind the failure."""

LOOK_AGAIN_S = 1.0
"""How long after a sync a leg that is missing is looked for once more."""

_CHANNEL_ID = re.compile(r"[A-Za-z0-9_.-]{1,140}")


class OriginateResult(StrEnum):
    """How an originated leg ended or began."""

    ANSWERED = "answered"
    BUSY = "busy"
    CONGESTED = "congested"
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    VANISHED = "vanished"
    """The link was lost meanwhile, and after it there is no such channel."""


_RESULT_OF_REASON = {
    3: OriginateResult.NO_ANSWER,
    4: OriginateResult.ANSWERED,
    5: OriginateResult.BUSY,
    8: OriginateResult.CONGESTED,
}
"""`Reason` of OriginateResponse: Asterisk's control frames (`pbx_dial_reason` in `main/pbx.c`)."""

_RESULT_OF_CAUSE = {
    17: OriginateResult.BUSY,
    21: OriginateResult.REJECTED,
    **dict.fromkeys((18, 19), OriginateResult.NO_ANSWER),
    **dict.fromkeys((27, 34, 38, 41, 42, 44), OriginateResult.CONGESTED),
}
"""Q.850 causes. They go before the reason, which Asterisk 22 leaves 0 for a leg that just hangs up."""


@dataclass(frozen=True, slots=True)
class OriginateOutcome:
    """What became of one originated leg."""

    channel_id: str
    result: OriginateResult
    reason: int = 0
    """Asterisk's `Reason`; 0 when it gave none."""
    hangup_cause: int | None = None
    """Q.850 cause of a leg that was not answered; None when no channel came to be, or none was told."""
    channel: str = ""
    """Name of the channel, once there is one."""

    @property
    def is_answered(self) -> bool:
        """Whether somebody or something answered."""
        return self.result is OriginateResult.ANSWERED


@dataclass(slots=True)
class _Awaited:
    future: asyncio.Future[OriginateOutcome]
    expires_at: float
    failure: AmiEvent | None = None
    cause: int | None = None
    channel: str = ""


class Originations:
    """The legs whose outcome is still to come or to be fetched."""

    def __init__(self) -> None:
        self._awaited: dict[str, _Awaited] = {}
        self._loop = asyncio.get_running_loop()

    def __len__(self) -> int:
        return len(self._awaited)

    def expect(self, channel_id: str, keep_s: float) -> None:
        """Watch for a leg about to be originated; its outcome is kept `keep_s` for whoever asks."""
        if not _CHANNEL_ID.fullmatch(channel_id):
            raise AmiValueError("ChannelId", "is 1 to 140 letters, digits, dots, dashes and underscores")
        now = self._loop.time()
        for old in [key for key, awaited in self._awaited.items() if awaited.expires_at < now]:
            self.forget(old)
        if channel_id in self._awaited:
            raise AmiValueError("ChannelId", "is awaited already: fetch its outcome before using it again")
        self._awaited[channel_id] = _Awaited(self._loop.create_future(), now + keep_s)

    def forget(self, channel_id: str) -> None:
        """Nobody will ask for this outcome."""
        if awaited := self._awaited.pop(channel_id, None):
            awaited.future.cancel()

    async def outcome(self, channel_id: str, timeout_s: float) -> OriginateOutcome:
        """The outcome, once. Raises `AmiTimeout`; AmiValueError for an id that was not originated here."""
        awaited = self._awaited.get(channel_id)
        if awaited is None:
            raise AmiValueError("ChannelId", "was not originated by this link, or its outcome was fetched")
        await asyncio.wait({awaited.future}, timeout=timeout_s)
        if not awaited.future.done():
            raise AmiTimeout("Originate: no outcome", timeout_s)
        self._awaited.pop(channel_id, None)
        return awaited.future.result()

    def take_response(self, event: AmiEvent) -> None:
        """An `OriginateResponse`."""
        channel_id = event.get("Uniqueid")
        awaited = self._awaited.get(channel_id)
        if awaited is None:
            return
        if event.get("Response") == "Success":
            name = event.get("Channel")
            self._settle(
                awaited,
                OriginateOutcome(channel_id, OriginateResult.ANSWERED, _reason(event), None, name),
            )
            return
        awaited.failure = event
        if awaited.cause is not None:
            self._settle_failure(channel_id)
        else:
            self._loop.call_later(CAUSE_GRACE_S, self._settle_failure, channel_id)

    def take_hangup(self, event: AmiEvent) -> None:
        """A `Hangup`: the cause of a leg that was not answered."""
        awaited = self._awaited.get(event.get("Uniqueid"))
        if awaited is None or awaited.future.done():
            return
        cause = event.get("Cause")
        awaited.cause = int(cause) if cause.isdecimal() else 0
        awaited.channel = event.get("Channel")
        if awaited.failure is not None:
            self._settle_failure(event.get("Uniqueid"))

    def take_sync(self, channels: Iterable[ChannelSnapshot]) -> frozenset[str]:
        """After a lost link: legs that are up were answered. Returns those that are not there.

        They are not given up yet: a switch that was stuck may only now carry out what it had been sent.
        """
        live = {channel.unique_id: channel for channel in channels}
        for channel_id, snapshot in live.items():
            awaited = self._awaited.get(channel_id)
            if awaited and snapshot.is_up:
                name = snapshot.channel
                self._settle(awaited, OriginateOutcome(channel_id, OriginateResult.ANSWERED, 4, None, name))
        open_legs = {key for key, awaited in self._awaited.items() if not awaited.future.done()}
        return frozenset(open_legs - live.keys())

    def give_up(self, missing: Iterable[str]) -> None:
        """These legs were looked for twice: they are gone, or never came to be."""
        for channel_id in missing:
            if awaited := self._awaited.get(channel_id):
                outcome = OriginateOutcome(channel_id, OriginateResult.VANISHED, 0, awaited.cause)
                self._settle(awaited, outcome)

    def _settle_failure(self, channel_id: str) -> None:
        awaited = self._awaited.get(channel_id)
        if awaited is None or awaited.failure is None:
            return
        reason = _reason(awaited.failure)
        by_reason = _RESULT_OF_REASON.get(reason, OriginateResult.FAILED)
        result = _RESULT_OF_CAUSE.get(awaited.cause or 0, by_reason)
        self._settle(awaited, OriginateOutcome(channel_id, result, reason, awaited.cause, awaited.channel))

    def _settle(self, awaited: _Awaited, outcome: OriginateOutcome) -> None:
        if not awaited.future.done():
            awaited.future.set_result(outcome)


def _reason(event: AmiEvent) -> int:
    text = event.get("Reason")
    return int(text) if text.isdecimal() else 0


__all__ = ["OriginateOutcome", "OriginateResult", "Originations"]
