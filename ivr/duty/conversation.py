"""What an engineer hears when he picks up, and what his keys do.

Brand, call ID, customer or caller, then the keys: 1 accepts, 2 passes, 3 says it again. Whoever says
nothing has not accepted: a voicemail answers too. Whoever is late hears that the call is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dialplan.commands import Prompt, Say, Spoken, Utterance
from ivr.agi import AgiError, AgiSession
from ivr.duty.hunt import Attempt
from ivr.duty.page import Acceptance, Page
from ivr.duty.run import TALK_S, PageRun
from ivr.speech import files_of

KEYS = "123"
STOP_KEY = "#"
"""Played into the leg by ourselves to stop what it listens to (see `Phones.interrupt`)."""
TURNS = 2
"""Times it is said before silence counts as silence."""
KEY_WAIT_MS = 4000
PROMPT_LIMIT_S = 30.0


class EngineersEar:
    """One picked-up leg of a page."""

    def __init__(self, agi: AgiSession, run: PageRun, attempt: Attempt) -> None:
        self._agi, self._run, self._attempt = agi, run, attempt
        self._language = spoken(attempt.language)

    async def hold(self) -> None:
        """The whole conversation; the attempt stands decided when it returns."""
        try:
            async with asyncio.timeout(TALK_S):
                await self._talk()
        except (TimeoutError, AgiError):
            pass
        finally:
            await self._run.stay_silent(self._attempt.id)

    async def _talk(self) -> None:
        for _ in range(TURNS):
            if not self._run.page.is_live:
                break
            key = await self._say(self._news())
            if key == "1" and self._run.page.is_live:
                await self._accept()
                return
            if key == "2":
                await self._pass()
                return
        if self._run.page.is_live:
            await self._run.stay_silent(self._attempt.id)
            await self._say([Prompt("page-goodbye", self._language)], wait_ms=0)
        else:
            await self._tell_taken(self._run.page.acceptance)

    def _news(self) -> list[Utterance]:
        page, language = self._run.page, self._language
        news: list[Utterance] = [
            Prompt("page-intro", language),
            Prompt(f"brand-{page.request.brand}", language),
            Prompt("page-call", language),
            Say("digits", page.call_ref, language),
        ]
        return [*news, *_who(page, language), Prompt("page-keys", language)]

    async def _say(self, utterances: Sequence[Utterance], wait_ms: int = KEY_WAIT_MS) -> str:
        """Speak; the key that was pressed during it or after it, of 1, 2, 3; empty: none."""
        for file in files_of(utterances):
            key = (await self._agi.stream_file(file, KEYS + STOP_KEY, timeout_s=PROMPT_LIMIT_S)).digit
            if key:
                return key.strip(STOP_KEY)
        key = await self._agi.wait_for_digit(wait_ms, timeout_s=wait_ms / 1000 + 5) if wait_ms else None
        if key and key not in KEYS + STOP_KEY:
            await self._agi.stream_file(self._file("page-wrong-key"), timeout_s=PROMPT_LIMIT_S)
        return key if key and key in KEYS else ""

    async def _accept(self) -> None:
        acceptance = await self._run.accept(self._attempt.id)
        if acceptance is not None and acceptance.attempt_id == self._attempt.id:
            await self._say([Prompt("page-accepted", self._language)], wait_ms=0)
        else:
            await self._tell_taken(acceptance)

    async def _pass(self) -> None:
        await self._run.pass_on(self._attempt.id)
        await self._say([Prompt("page-passed", self._language)], wait_ms=0)

    async def _tell_taken(self, acceptance: Acceptance | None) -> None:
        await self._run.hear_taken(self._attempt.id)
        await tell_taken(self._agi, acceptance, self._language)

    def _file(self, prompt: str) -> str:
        return files_of([Prompt(prompt, self._language)])[0]


async def tell_taken(agi: AgiSession, acceptance: Acceptance | None, language: Spoken) -> None:
    """Say that the call is taken, and by whom when that is known (trigrams are spelled)."""
    if acceptance is None or not acceptance.title.isascii() or not acceptance.title.isalpha():
        words: list[Utterance] = [Prompt("page-taken", language)]
    else:
        letters = [Prompt(f"letter-{letter}", language) for letter in acceptance.title.lower()[:3]]
        words = [Prompt("page-taken-by", language), *letters]
    for file in files_of(words):
        await agi.stream_file(file, timeout_s=PROMPT_LIMIT_S)


def _who(page: Page, language: Spoken) -> list[Utterance]:
    """The customer when one is known; else the caller's number when it is shown."""
    request = page.request
    if request.customer and request.customer.isdigit():
        return [Prompt("page-customer", language), Say("digits", request.customer, language)]
    if request.caller:
        return [Prompt("page-caller", language), Say("phone", request.caller, language)]
    return [Prompt("page-unknown-customer", language)]


def spoken(language: str) -> Spoken:
    """A language that prompts exist in; English for anything else."""
    return language if language in ("nl", "fr", "de", "en") else "en"  # type: ignore[return-value]
