"""The last resort on the phone: somebody at the desk hears that nobody has accepted a call.

Brand, call ID, customer or caller; 1: I have heard it, 3: again, 4: connect me with the caller, who may still
be on the line. Nobody accepts here: the page stays open to every engineer. Whoever presses nothing has not
heard it: a voicemail answers too, and the desk is rung again.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

import structlog

from dialplan.commands import Prompt, Utterance
from ivr.agi import AgiError, AgiSession
from ivr.duty.connecting import CONNECT, Connecting, write_beside
from ivr.duty.conversation import facts_of, part
from ivr.duty.hunt import Attempt
from ivr.duty.means import Book, Means
from ivr.duty.run import TALK_S, PageRun
from ivr.duty.speaking import STOP_KEY, Leg, spoken

HEARD, AGAIN = "1", "3"
SILENT_TURNS: Final = 2
MOST_TURNS: Final = 6

log = structlog.get_logger(__name__)


class DesksEar:
    """One picked-up leg of a last resort."""

    def __init__(self, agi: AgiSession, run: PageRun, attempt: Attempt, means: Means, book: Book) -> None:
        self._agi, self._run, self._attempt, self._book = agi, run, attempt, book
        self._language = spoken(attempt.language)
        self._leg = Leg(agi, self._language)
        self._connecting = Connecting(self._leg, run.page, attempt, means, book)

    async def hold(self, picked_up: datetime | None = None) -> None:
        """The whole conversation; the attempt stands decided when it returns."""
        key = ""
        try:
            async with asyncio.timeout(TALK_S):
                key = await self._talk()
            if key == CONNECT:
                await self._connecting.do(CONNECT)
        except (TimeoutError, AgiError) as fault:
            log.info("page.telling_over", attempt=self._attempt.id, why=str(fault) or "too long")
        await self._run.stay_silent(self._attempt.id)

    async def _talk(self) -> str:
        """The key with which it was heard; empty: it was not."""
        silent = 0
        for _ in range(MOST_TURNS):
            if silent >= SILENT_TURNS or not self._run.page.is_open:
                break
            key = await self._leg.ask(self._news())
            if key in (HEARD, CONNECT):
                await self._heard(key)
                return key
            silent = 0 if key else silent + 1
            if key and key not in (AGAIN, STOP_KEY):
                await self._leg.tell("page-wrong-key")
        await part(self._leg, self._run, self._attempt.id)
        return ""

    async def _heard(self, key: str) -> None:
        """It is in the database before the one at the desk is thanked."""
        await self._run.press(self._attempt.id, key)
        await self._run.hear(self._attempt.id)
        facts: dict[str, object] = {"who": self._attempt.title, "attempt": self._attempt.id, "key": key}
        write_beside(self._book.note(self._run.page.id, "desk-heard", facts, self._attempt.entry))
        if key == HEARD:
            await self._leg.tell("desk-heard")

    def _news(self) -> list[Utterance]:
        intro, *facts = facts_of(self._run.page, self._language)
        keys = ["desk-keys"] + (["desk-key-connect"] if self._connecting.can_connect else [])
        return [
            intro,
            Prompt("desk-nobody-accepted", self._language),
            *facts,
            *(Prompt(key, self._language) for key in keys),
        ]


__all__ = ["DesksEar"]
