"""Recognition while the recording is still being made."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from audio import alaw
from audio.recognise import Heard, Recogniser

_EVERY: Final = alaw.RATE_HZ // 5
_SETTLED_S: Final = 0.6
_WHOLE: Final = 0.98
_MOST_KEPT_S: Final = 45.0


class Listening:
    """Feed it what comes in; it gives each prompt once, as soon as the prompt is over.

    A prompt is over when all of it was heard, or when 0.6 s have passed without any more of it.
    """

    def __init__(self, recogniser: Recogniser, *, tolerant: bool = False) -> None:
        self._recogniser, self._tolerant = recogniser, tolerant
        self._kept = bytearray()
        self._before = 0
        self._new = 0

    @property
    def length_s(self) -> float:
        """How much was fed."""
        return (self._before + len(self._kept)) / alaw.RATE_HZ

    def feed(self, codes: bytes) -> list[Heard]:
        """The prompts that ended with these A-law codes; their times count from the very start."""
        self._kept += codes
        self._new += len(codes)
        if self._new < _EVERY:
            return []
        self._new = 0
        heard = self._hear()
        now_s = len(self._kept) / alaw.RATE_HZ
        over = [each for each in heard if each.share >= _WHOLE or each.end_s < now_s - _SETTLED_S]
        return self._give(self._leading(heard, over))

    def finish(self) -> list[Heard]:
        """What is left when nothing more will come."""
        return self._give(self._hear())

    def hearing(self) -> Heard | None:
        """The prompt that is playing right now, as far as can be told yet."""
        heard = self._hear()
        return self._timed(heard[-1]) if heard else None

    def _hear(self) -> list[Heard]:
        return self._recogniser.hear(bytes(self._kept), tolerant=self._tolerant)

    @staticmethod
    def _leading(heard: list[Heard], over: list[Heard]) -> list[Heard]:
        """Those before the first that is still going on, so that the order is kept."""
        first_open = next((place for place, each in enumerate(heard) if each not in over), len(heard))
        return heard[:first_open]

    def _give(self, heard: list[Heard]) -> list[Heard]:
        told = [self._timed(each) for each in heard]
        ends = round(max((each.end_s for each in heard), default=0.0) * alaw.RATE_HZ)
        self._forget(max(ends, len(self._kept) - int(_MOST_KEPT_S * alaw.RATE_HZ)))
        return told

    def _timed(self, heard: Heard) -> Heard:
        before_s = self._before / alaw.RATE_HZ
        return replace(heard, start_s=heard.start_s + before_s, end_s=heard.end_s + before_s)

    def _forget(self, count: int) -> None:
        if count > 0:
            del self._kept[:count]
            self._before += count
