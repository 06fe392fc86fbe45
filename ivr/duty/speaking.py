"""Speaking on an engineer's leg and reading his keys: each prompt can be cut short by a key.

A prompt that cannot be played is left out, and said in the log: the keys are read all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from dialplan.commands import Prompt, Spoken, Utterance
from ivr.agi import AgiFailed, AgiSession
from ivr.speech import files_of

ANY_KEY: Final = "0123456789*#"
STOP_KEY: Final = "#"
"""Played into the leg by ourselves to stop what it listens to (see `Phones.interrupt`)."""
KEY_WAIT_MS: Final = 4000
PROMPT_LIMIT_S: Final = 30.0
PIN_WAIT_S: Final = 8.0
PIN_NEXT_S: Final = 4.0
LONGEST_PIN: Final = 12

log = structlog.get_logger(__name__)


class Leg:
    """One picked-up leg. Every method may raise AgiError."""

    def __init__(self, agi: AgiSession, language: Spoken) -> None:
        self.agi, self.language = agi, language

    async def tell(self, *prompts: str) -> None:
        """Say prompts to the end, whatever is pressed."""
        await tell(self.agi, [Prompt(prompt, self.language) for prompt in prompts])

    async def ask(
        self, utterances: Iterable[Utterance], *, wait_ms: int = KEY_WAIT_MS, words_s: float = 0.0
    ) -> str:
        """Speak; any key that was pressed during it or after it; empty: none.

        `words_s`: longest that recordings of the caller may last together.
        """
        if key := await self.say(utterances, words_s=words_s):
            return key
        return await self.agi.wait_for_digit(wait_ms, timeout_s=wait_ms / 1000 + 5) or ""

    async def say(self, utterances: Iterable[Utterance], *, words_s: float = 0.0) -> str:
        """Speak; the key that cut it short."""
        loop = asyncio.get_running_loop()
        for utterance in utterances:
            is_recording = not isinstance(utterance, Prompt) and utterance.kind == "recording"
            began = loop.time()
            for file in files_of([utterance]):
                limit_s = words_s if is_recording else PROMPT_LIMIT_S
                if limit_s > 0 and (key := await play(self.agi, file, ANY_KEY, limit_s)):
                    return key
            if is_recording:
                words_s -= loop.time() - began
        return ""

    async def read_digits(self, prompt: str) -> str:
        """The digits that are keyed after a prompt, up to `#`; during it they count too."""
        digits = await self.say([Prompt(prompt, self.language)])
        while len(digits) < LONGEST_PIN and not digits.endswith(STOP_KEY):
            wait_s = PIN_NEXT_S if digits else PIN_WAIT_S
            key = await self.agi.wait_for_digit(round(wait_s * 1000), timeout_s=wait_s + 5)
            if not key:
                break
            digits += key
        return digits.rstrip(STOP_KEY)


async def tell(agi: AgiSession, utterances: Sequence[Utterance]) -> None:
    """Say something to the end, whatever is pressed."""
    for file in files_of(utterances):
        await play(agi, file)


async def play(agi: AgiSession, file: str, keys: str = "", limit_s: float = PROMPT_LIMIT_S) -> str:
    """Play a sound file; the key that stopped it. After the limit the next command breaks it off."""
    try:
        async with asyncio.timeout(limit_s):
            return (await agi.stream_file(file, keys, timeout_s=limit_s + 1)).digit or ""
    except TimeoutError:
        return ""
    except AgiFailed as fault:
        log.error("page.prompt_missing", file=file, why=str(fault))
        return ""


def spoken(language: str) -> Spoken:
    """A language that prompts exist in; English for anything else."""
    return language if language in ("nl", "fr", "de", "en") else "en"  # type: ignore[return-value]


__all__ = ["ANY_KEY", "STOP_KEY", "Leg", "play", "spoken", "tell"]
