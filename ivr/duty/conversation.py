"""What an engineer hears when he picks up, and what his keys do.

Brand, call ID, customer or caller, then the keys: 1 accepts, 2 passes, 3 says it again. Whoever says
nothing has not accepted: a voicemail answers too. Whoever is late hears that the call is taken. A
prompt that cannot be played is left out: the keys are read all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from dialplan.commands import Prompt, Say, Spoken, Utterance
from ivr.agi import AgiError, AgiFailed, AgiSession
from ivr.duty.hunt import Attempt
from ivr.duty.page import Page
from ivr.duty.run import TALK_S, PageRun
from ivr.speech import files_of
from ivr.storage.states import PageState

KEYS = "123"
STOP_KEY = "#"
"""Played into the leg by ourselves to stop what it listens to (see `Phones.interrupt`)."""
SILENT_TURNS = 2
"""Times it is said to somebody who presses nothing."""
KEY_WAIT_MS = 4000
PROMPT_LIMIT_S = 30.0

log = structlog.get_logger(__name__)


class EngineersEar:
    """One picked-up leg of a page."""

    def __init__(self, agi: AgiSession, run: PageRun, attempt: Attempt) -> None:
        self._agi, self._run, self._attempt = agi, run, attempt
        self._language = spoken(attempt.language)

    async def hold(self) -> None:
        """The whole conversation; the attempt stands decided when it returns.

        When it is cancelled nothing is decided: the switch holds the leg, and the service that is
        started next goes on with it.
        """
        try:
            async with asyncio.timeout(TALK_S):
                await self._talk()
        except (TimeoutError, AgiError) as fault:
            log.info("page.conversation_over", attempt=self._attempt.id, why=str(fault) or "too long")
        await self._run.stay_silent(self._attempt.id)

    async def _talk(self) -> None:
        silent = 0
        while self._run.page.is_open and silent < SILENT_TURNS:
            key = await self._ask(self._news())
            if key == "1":
                await self._run.accept(self._attempt.id)
                break
            if key == "2" and self._run.page.is_live:
                await self._run.pass_on(self._attempt.id)
                await tell(self._agi, [Prompt("page-passed", self._language)])
                return
            silent += not key
        if self._run.page.is_open:
            await self._run.stay_silent(self._attempt.id)
            await tell(self._agi, [Prompt("page-goodbye", self._language)])
        else:
            await self._run.hear_taken(self._attempt.id)
            await tell(self._agi, ending_of(self._run.page, self._attempt.id, self._language))

    def _news(self) -> list[Utterance]:
        page, language = self._run.page, self._language
        news: list[Utterance] = [
            Prompt("page-intro", language),
            Prompt(page.request.spoken or f"brand-{page.request.brand}", language),
            Prompt("page-call", language),
            Say("digits", page.call_ref, language),
        ]
        return [*news, *_who(page, language), Prompt("page-keys", language)]

    async def _ask(self, utterances: Sequence[Utterance]) -> str:
        """Speak; the key that was pressed during it or after it, of 1, 2, 3; empty: none."""
        for file in files_of(utterances):
            if key := await play(self._agi, file, KEYS + STOP_KEY):
                return key.strip(STOP_KEY)
        key = await self._agi.wait_for_digit(KEY_WAIT_MS, timeout_s=KEY_WAIT_MS / 1000 + 5) or ""
        if key and key not in KEYS + STOP_KEY:
            await tell(self._agi, [Prompt("page-wrong-key", self._language)])
            return "3"
        return key if key and key in KEYS else ""


async def tell(agi: AgiSession, utterances: Sequence[Utterance]) -> None:
    """Say something to the end, whatever is pressed."""
    for file in files_of(utterances):
        await play(agi, file)


async def play(agi: AgiSession, file: str, keys: str = "") -> str:
    """Play a sound file; the key that stopped it. One that cannot be played is said in the log."""
    try:
        return (await agi.stream_file(file, keys, timeout_s=PROMPT_LIMIT_S)).digit or ""
    except AgiFailed as fault:
        log.error("page.prompt_missing", file=file, why=str(fault))
        return ""


def ending_of(page: Page, attempt_id: str, language: Spoken) -> list[Utterance]:
    """What a leg is told when the page is decided: the call is yours, is taken, or is no longer wanted."""
    acceptance = page.acceptance
    if acceptance is not None and acceptance.attempt_id == attempt_id:
        return [Prompt("page-accepted", language)]
    if acceptance is None:
        return [Prompt("page-cancelled" if page.state is PageState.CANCELLED else "page-goodbye", language)]
    if not acceptance.title.isascii() or not acceptance.title.isalpha() or len(acceptance.title) > 4:
        return [Prompt("page-taken", language)]
    letters = [Prompt(f"letter-{letter}", language) for letter in acceptance.title.lower()]
    return [Prompt("page-taken-by", language), *letters]


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
