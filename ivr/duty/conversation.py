"""What an engineer hears when he picks up, and what his keys do.

Brand, call ID, customer or caller, category, the caller's own words, then the keys: 1 accepts, 2 passes, 3
says it again, 4 accepts and connects him with the caller, 5 accepts and calls the caller back. Where a PIN is
asked, nothing of it is said before. Whoever says nothing has not accepted: a voicemail answers too. Whoever
is late hears who has the call. A prompt that cannot be played is left out: the keys are read all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Final

import structlog

from dialplan.commands import CheckPin, Prompt, Say, Spoken, Utterance
from dialplan.events import PinChecked
from dialplan.pins import is_pin
from ivr.agi import AgiError, AgiSession
from ivr.duty.connecting import CALL_BACK, CONNECT, Connecting, write_beside
from ivr.duty.hunt import Attempt
from ivr.duty.means import Book, Means
from ivr.duty.page import GoingOn, Page
from ivr.duty.run import TALK_S, PageRun
from ivr.duty.speaking import STOP_KEY, Leg, spoken, tell
from ivr.storage import StorageError
from ivr.storage.states import PageState

ACCEPT, PASS, AGAIN = "1", "2", "3"
TAKES: Final = (ACCEPT, CONNECT, CALL_BACK)
"""Keys that accept."""
SILENT_TURNS: Final = 2
"""Times it is said to somebody who presses nothing."""
MOST_TURNS: Final = 8
PIN_TRIES: Final = 3
WORDS_S: Final = 30.0
"""So much of the caller's words for somebody who has pressed no key yet: it may be a voicemail, and the next
engineer waits. Whoever asks for it again hears all."""
ALL_WORDS_S: Final = 90.0
WORDS_WAIT_S: Final = 1.0

log = structlog.get_logger(__name__)


class EngineersEar:
    """One picked-up leg of a page."""

    def __init__(self, agi: AgiSession, run: PageRun, attempt: Attempt, means: Means, book: Book) -> None:
        self._agi, self._run, self._attempt = agi, run, attempt
        self._means, self._book = means, book
        self._language = spoken(attempt.language)
        self._leg = Leg(agi, self._language)
        self._connecting = Connecting(self._leg, run.page, attempt, means, book)
        self._has_keyed = False
        self._words: Sequence[str] = ()

    async def hold(self, picked_up: datetime | None = None) -> None:
        """The whole conversation; the attempt stands decided when it returns.

        `picked_up`: when, where that is known and something can be learned of it. When this is cancelled
        nothing is decided: the switch holds the leg, and the service that is started next goes on with it.
        """
        key = ""
        try:
            async with asyncio.timeout(TALK_S):
                key = await self._talk()
        except (TimeoutError, AgiError) as fault:
            log.info("page.conversation_over", attempt=self._attempt.id, why=str(fault) or "too long")
        self._learn(picked_up)
        await self._run.stay_silent(self._attempt.id)
        if key in (CONNECT, CALL_BACK):
            await self._go_on(self._connecting.do(key))

    async def come_back(self) -> None:
        """The leg of the one who has accepted has come back to us: his talk is over, or we were away."""
        await self._go_on(self._connecting.go_on())

    async def _go_on(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except AgiError as fault:
            log.info("page.leg_gone", attempt=self._attempt.id, why=str(fault))

    def _learn(self, picked_up: datetime | None) -> None:
        """A voicemail answers at its second; not where somebody was told that the call is taken."""
        if picked_up is None:
            return
        if self._has_keyed:
            self._means.lessons.answered_by_somebody(self._attempt, picked_up)
        elif self._run.page.is_open:
            self._means.lessons.answered_by_nobody(self._attempt, picked_up)

    # -- the conversation

    async def _talk(self) -> str:
        """The key with which he took the call; empty: he has not."""
        words = asyncio.ensure_future(self._find_words())
        try:
            if not await self._is_himself():
                return ""
            await asyncio.wait({words}, timeout=WORDS_WAIT_S)
            self._words = words.result() if words.done() else ()
        finally:
            words.cancel()
        return await self._offer()

    async def _offer(self) -> str:
        silent, words_s = 0, WORDS_S if not self._has_keyed else ALL_WORDS_S
        said = self._news()
        for _ in range(MOST_TURNS):
            if silent >= SILENT_TURNS or not self._run.page.is_open:
                break
            key = await self._ask(said, words_s)
            silent += not key
            if key in TAKES:
                return await self._accept(key)
            if key == PASS:
                await self._pass_on()
                return ""
            if key == AGAIN:
                silent, words_s, said = 0, ALL_WORDS_S, self._news()
                await self._leg.tell("page-again")
            elif key:
                said = self._choices()
                await self._leg.tell("page-wrong-key")
            elif self._run.page.is_open:
                said = self._facts() + self._choices()
        await self._part()
        return ""

    async def _ask(self, said: Sequence[Utterance], words_s: float) -> str:
        """The key he presses; none when it was ours, which only stops the words."""
        key = await self._leg.ask(said, words_s=words_s)
        if not key or (key == STOP_KEY and not self._run.page.is_open):
            return ""
        self._has_keyed = True
        if key not in TAKES:
            self._note_key(key)
        return key

    def _note_key(self, key: str) -> None:
        write_beside(self._run.press(self._attempt.id, key))

    async def _accept(self, key: str) -> str:
        """The acceptance is in the database before he hears of it, and before anything else is written:
        meanwhile others are woken."""
        acceptance = await self._run.accept(self._attempt.id)
        self._note_key(key)
        if acceptance is None or acceptance.attempt_id != self._attempt.id:
            await self._part()
            return ""
        await self._leg.tell("page-accepted")
        return key

    async def _pass_on(self) -> None:
        await self._run.pass_on(self._attempt.id)
        await self._leg.tell("page-passed")

    async def _part(self) -> None:
        await part(self._leg, self._run, self._attempt.id)

    # -- who he is

    async def _is_himself(self) -> bool:
        """Whether he keys his PIN, where one is asked; three wrong ones are no acceptance."""
        if not self._is_pin_asked():
            return True
        await self._leg.tell("page-intro")
        silent = 0
        for tries in range(1, PIN_TRIES + 1):
            digits = await self._leg.read_digits("switch-enter-pin")
            if not self._run.page.is_open:
                return True
            silent = 0 if digits else silent + 1
            if silent >= SILENT_TURNS:
                break
            if digits and await self._is_right(digits, tries):
                return True
            if not self._run.page.is_open:
                return True
        await self._run.stay_silent(self._attempt.id)
        await self._leg.tell("page-goodbye" if silent else "page-pin-refused")
        return False

    async def _is_right(self, digits: str, tries: int) -> bool:
        self._has_keyed = True
        attempt, request = self._attempt, self._run.page.request
        asked = CheckPin(digits, (attempt.entry,))
        try:
            checked = await self._means.check_pin(asked, attempt.number, request.call_id or "")
        except StorageError as fault:
            # he is to be woken all the same; nobody counts the tries but we, on this leg
            log.error("page.pin_not_counted", why=str(fault))
            kept = self._means.configuration().desk.pins.get(attempt.entry, "")
            checked = PinChecked(attempt.entry if await asyncio.to_thread(is_pin, digits, kept) else "")
        if checked.who:
            return True
        facts: dict[str, object] = {"tries": tries, "blocked": checked.is_blocked, "attempt": attempt.id}
        write_beside(self._book.note(self._run.page.id, "pin-wrong", facts, attempt.entry))
        if tries < PIN_TRIES:
            await self._leg.tell("switch-pin-wrong")
        return False

    def _is_pin_asked(self) -> bool:
        """By the policy, or by what stands with the engineer; of somebody who has one."""
        configuration, entry = self._means.configuration(), self._attempt.entry
        policy = configuration.duty.policies.get(self._run.page.request.policy)
        own = next((one.pin for one in configuration.duty.engineers if one.entry == entry), None)
        is_asked = own if own is not None else bool(policy and policy.pin)
        if is_asked and entry not in configuration.desk.pins:
            log.error("page.no_pin_known", entry=entry)
            return False
        return is_asked

    # -- what he hears

    def _news(self) -> list[Utterance]:
        """All of it."""
        return [*self._facts(), *self._said_words(), *self._choices()]

    def _facts(self) -> list[Utterance]:
        return [*facts_of(self._run.page, self._language), *self._category()]

    def _category(self) -> list[Utterance]:
        category = self._run.page.request.category
        prompt = f"category-{category}"
        is_known = bool(category) and self._means.has_prompt(prompt, self._language)
        return [Prompt(prompt, self._language)] if is_known else []

    def _said_words(self) -> list[Utterance]:
        language = self._language
        words: list[Utterance] = [Say("recording", name, language) for name in self._words]
        # what nobody said on a call is the subject of an alarm, read aloud
        intro = [Prompt("page-caller-said", language)] if words and self._run.page.request.call_id else []
        return [*intro, *words]

    def _choices(self) -> list[Utterance]:
        """The keys that make sense now."""
        keys = ["page-keys"]
        keys += ["page-key-connect"] if self._connecting.can_connect else []
        keys += ["page-key-call-back"] if self._connecting.refusal is None else []
        return [Prompt(key, self._language) for key in keys]

    async def _find_words(self) -> Sequence[str]:
        """Recordings of the call, those left after the page began as well."""
        request = self._run.page.request
        found = await self._means.words_of(request.call_id) if request.call_id else ()
        return tuple(dict.fromkeys((*request.words, *found)))


async def part(leg: Leg, run: PageRun, attempt_id: str) -> None:
    """Nothing was pressed; or the page is decided, and whoever is on the leg hears how."""
    if run.page.is_open:
        await run.stay_silent(attempt_id)
        await leg.tell("page-goodbye")
    else:
        await run.hear_taken(attempt_id)
        await tell(leg.agi, ending_of(run.page, attempt_id, leg.language))


def ending_of(page: Page, attempt_id: str, language: Spoken) -> list[Utterance]:
    """What a leg is told when the page is decided: the call is yours, is taken, or is no longer wanted."""
    acceptance = page.acceptance
    if page.state is PageState.CANCELLED:
        return [Prompt("page-cancelled", language)]
    if acceptance is not None and acceptance.attempt_id == attempt_id:
        return [Prompt("page-accepted", language)]
    if page.state is PageState.DONE:
        return [Prompt("line-called-back", language)]
    if acceptance is None:
        return [Prompt("page-goodbye", language)]
    if not acceptance.title.isascii() or not acceptance.title.isalpha() or len(acceptance.title) > 4:
        return [Prompt("page-taken", language)]
    letters = [Prompt(f"letter-{letter}", language) for letter in acceptance.title.lower()]
    return [Prompt("page-taken-by", language), *letters]


def facts_of(page: Page, language: Spoken) -> list[Utterance]:
    """Which call it is: who speaks, the brand, the call ID, the customer or the caller."""
    return [
        Prompt("page-intro", language),
        Prompt(page.request.spoken or f"brand-{page.request.brand}", language),
        Prompt("page-call", language),
        Say("digits", page.call_ref, language),
        *([Prompt(_WHY_AGAIN[page.gone_on.why], language)] if page.gone_on else []),
        *_who(page, language),
    ]


_WHY_AGAIN: Final = {GoingOn.PROMISE: "page-why-promise", GoingOn.PASSED: "page-why-passed"}
"""Somebody had accepted before: why another is rung."""


def _who(page: Page, language: Spoken) -> list[Utterance]:
    """The customer when one is known; else the caller's number when it is shown."""
    request = page.request
    if request.customer and request.customer.isdigit():
        return [Prompt("page-customer", language), Say("digits", request.customer, language)]
    if request.caller:
        return [Prompt("page-caller", language), Say("phone", request.caller, language)]
    return [Prompt("page-unknown-customer", language)]


__all__ = ["EngineersEar", "ending_of", "facts_of", "part", "spoken", "tell"]
