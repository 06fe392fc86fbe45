"""What an agent hears who has picked up for a call back, and what his keys do.

Brand and caller, then the keys: 1 calls the caller back now, 2 passes, 3 says it again. Whoever says nothing
has not accepted: a voicemail answers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from dialplan.commands import Dial, Prompt, Say, Spoken, Target, Utterance
from dialplan.events import Outcome
from ivr.agi import AgiFailed, AgiSession
from ivr.callbacks.model import Callback
from ivr.calls.ringing import AFTERMATH, dial_arguments, read_aftermath
from ivr.contract import Variable
from ivr.speech import files_of

ACCEPT, PASS, AGAIN = "1", "2", "3"
KEYS: Final = ACCEPT + PASS + AGAIN
SILENT_TURNS: Final = 2
MOST_TURNS: Final = 5
KEY_WAIT_MS: Final = 4000
PROMPT_LIMIT_S: Final = 30.0
LONGEST_CALL_S: Final = 4 * 3600.0

log = structlog.get_logger(__name__)


class AgentsEar:
    """One picked-up leg of a call back. Every method may raise AgiError."""

    def __init__(self, agi: AgiSession, callback: Callback, language: Spoken, spoken_brand: str) -> None:
        self._agi, self._callback = agi, callback
        self._language, self._spoken_brand = language, spoken_brand

    async def ask(self) -> str:
        """The key he presses: `ACCEPT`, `PASS`, or nothing."""
        silent = 0
        for _ in range(MOST_TURNS):
            key = await self._say_and_read(self._news())
            if key in (ACCEPT, PASS):
                return key
            silent += not key
            if silent >= SILENT_TURNS:
                return ""
        return ""

    async def tell(self, *prompts: str) -> None:
        """Say something to the end."""
        for file in files_of([Prompt(prompt, self._language) for prompt in prompts]):
            await self._play(file)

    async def dial(self, ring_s: float, brand: str) -> Outcome:
        """Ring the caller and let them talk; the call goes on in the switch when we die."""
        target = Target("", "", self._callback.number)
        dial = Dial((target,), ring_s, self._callback.shown)
        phones, seconds, options = dial_arguments(dial, brand)
        await self._agi.exec("Dial", phones, seconds, options, timeout_s=LONGEST_CALL_S + ring_s)
        text = await self._agi.get_full_variable(AFTERMATH) or ""
        return read_aftermath(text, dial).outcome

    async def has_dialled(self) -> str:
        """How a Dial ended that an earlier run has begun on this leg; empty: it has begun none."""
        return await self._agi.get_variable("DIALSTATUS") or ""

    async def hang_up(self) -> None:
        """The last word, which the extensions wait for."""
        await self._agi.set_variable(Variable.DONE, "1")
        await self._agi.hangup()

    def _news(self) -> list[Utterance]:
        language, caller = self._language, self._callback.number
        return [
            Prompt("callback-intro", language),
            Prompt(self._spoken_brand, language),
            Prompt("page-caller", language),
            Say("phone", caller, language),
            Prompt("callback-keys", language),
        ]

    async def _say_and_read(self, utterances: Sequence[Utterance]) -> str:
        for file in files_of(utterances):
            if key := await self._play(file, KEYS):
                return key
        key = await self._agi.wait_for_digit(KEY_WAIT_MS, timeout_s=KEY_WAIT_MS / 1000 + 5) or ""
        return key if key in KEYS else AGAIN

    async def _play(self, file: str, keys: str = "") -> str:
        """One that cannot be played is left out, and said."""
        try:
            return (await self._agi.stream_file(file, keys, timeout_s=PROMPT_LIMIT_S)).digit or ""
        except AgiFailed as fault:
            log.error("callback.prompt_missing", file=file, why=str(fault))
            return ""


__all__ = ["ACCEPT", "PASS", "AgentsEar"]
