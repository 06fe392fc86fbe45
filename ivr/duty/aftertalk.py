"""What an engineer hears who is rung after an acceptance.

It is the one who has the page, reminded of the promise to the caller; or one who is asked to take it over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from dialplan.commands import Prompt, Say, Utterance
from ivr.agi import AgiError, AgiSession
from ivr.duty import steps
from ivr.duty.conversation import ending_of
from ivr.duty.hunt import Attempt
from ivr.duty.page import GoingOn
from ivr.duty.promise import HANDOVER, lapses_at
from ivr.duty.run import TALK_S, PageRun
from ivr.duty.speaking import STOP_KEY, Leg, spoken, tell
from ivr.storage.states import PageState

YES, NO, AGAIN = "1", "2", "3"
SILENT_TURNS: Final = 2
MOST_TURNS: Final = 8
STEP_S: Final = 60
"""What is left is said in whole minutes, when there is one."""

log = structlog.get_logger(__name__)


class AfterEar:
    """One picked-up leg of an accepted page. The attempt stands decided when `hold` returns."""

    def __init__(self, agi: AgiSession, run: PageRun, attempt: Attempt) -> None:
        self._agi, self._run, self._attempt = agi, run, attempt
        self._language = spoken(attempt.language)
        self._leg = Leg(agi, self._language)
        self._is_offer = attempt.stage == HANDOVER
        self._has_keyed = False

    async def hold(self) -> None:
        """The whole conversation. When it is cancelled nothing is decided: the leg comes back to us."""
        try:
            async with asyncio.timeout(TALK_S):
                await self._talk()
        except (TimeoutError, AgiError) as fault:
            log.info("page.conversation_over", attempt=self._attempt.id, why=str(fault) or "too long")
        is_heard = self._has_keyed and not self._is_offer
        await (self._run.hear if is_heard else self._run.stay_silent)(self._attempt.id)

    async def _talk(self) -> None:
        silent = 0
        for _ in range(MOST_TURNS):
            if silent >= SILENT_TURNS or not self._is_wanted():
                break
            key = await self._ask()
            silent = 0 if key else silent + 1
            if key in (YES, NO):
                await (self._take_over(key) if self._is_offer else self._answer(key))
                return
            if key and key != AGAIN:
                await self._leg.tell("page-wrong-key")
        await self._part()

    async def _ask(self) -> str:
        key = await self._leg.ask(self._news())
        if key == STOP_KEY and not self._is_wanted():
            return ""
        if key:
            self._has_keyed = True
            await self._run.press(self._attempt.id, key)
        return key

    async def _answer(self, key: str) -> None:
        """To the reminder: he has called back, or cannot."""
        who = self._attempt.entry
        take = steps.call_back(who, "key") if key == YES else steps.go_on(GoingOn.PASSED, who)
        is_taken = await self._run.step(take)
        if key == YES and (is_taken or self._run.page.state is PageState.DONE):
            await self._run.hear(self._attempt.id)
            await self._leg.tell("line-called-back")
        elif is_taken:
            await self._run.pass_on(self._attempt.id)
            await self._leg.tell("page-passed")
        else:  # in this moment the page was moved
            await self._run.hear(self._attempt.id)
            await tell(self._agi, self._ending())

    async def _take_over(self, key: str) -> None:
        """To the offer: he takes the page over, or does not."""
        if key == NO:
            await self._run.pass_on(self._attempt.id)
            await self._leg.tell("page-handover-kept")
            return
        await self._run.accept(self._attempt.id)
        await tell(self._agi, ending_of(self._run.page, self._attempt.id, self._language))

    async def _part(self) -> None:
        """He has pressed nothing of use; or the page went on without him."""
        if self._is_wanted() and not self._has_keyed:
            await self._run.stay_silent(self._attempt.id)
            await self._leg.tell("page-goodbye")
        elif self._is_wanted():
            await self._run.hear(self._attempt.id)
            await self._leg.tell("page-goodbye" if self._is_offer else "page-reminded")
        else:
            await self._run.hear_taken(self._attempt.id)
            await tell(self._agi, self._ending())

    def _is_wanted(self) -> bool:
        """Whether there is still something to ask of him."""
        page, entry = self._run.page, self._attempt.entry
        if page.state is not PageState.ACCEPTED or page.acceptance is None:
            return False
        if self._is_offer:
            return page.handover is not None and page.handover.to.entry == entry
        return page.acceptance.entry == entry

    def _ending(self) -> list[Utterance]:
        page, language = self._run.page, self._language
        if page.state is PageState.DONE:
            return [Prompt("line-called-back", language)]
        if page.is_live and not self._is_offer:
            return [Prompt("page-lapsed", language)]
        return ending_of(page, self._attempt.id, language)

    def _news(self) -> Sequence[Utterance]:
        page, language = self._run.page, self._language
        intro, keys = ("page-handover", "page-handover-keys") if self._is_offer else REMINDER_PROMPTS
        return [
            Prompt("page-intro", language),
            Prompt(page.request.spoken or f"brand-{page.request.brand}", language),
            Prompt("page-call", language),
            Say("digits", page.call_ref, language),
            Prompt(intro, language),
            *self._time_left(),
            Prompt(keys, language),
        ]

    def _time_left(self) -> list[Utterance]:
        lapses = lapses_at(self._run.page)
        if lapses is None:
            return []
        left_s = round((lapses - self._run.now()) / timedelta(seconds=1))
        if left_s <= 0:
            return []
        left_s = left_s // STEP_S * STEP_S or left_s
        language = self._language
        return [Prompt("line-promise", language), Say("duration", str(left_s), language)]


REMINDER_PROMPTS: Final = ("page-reminder", "page-reminder-keys")

__all__ = ["AfterEar"]
