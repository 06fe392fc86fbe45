"""Open calls by phone: each is told, and accepted, passed on, called back, marked; and its caller is reached.

The keys are those of an engineer who was rung: 1 accepts, 2 passes, 3 says it again, 4 connects, 5 calls the
caller back; beside them 6 notes that he has been called back, 7 is the next one, and 8 plays what the caller
has recorded. A number that is rung here is that of the page's caller, within the rules of calling back, and
nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, TypeAlias

import structlog

from dialplan.commands import Dial, Target
from dialplan.dial_rules import refusal_of
from dialplan.model import Configuration
from ivr.duty.line.ear import BACK, Ear, Piece
from ivr.duty.line.words import is_sign, say_count, say_page, spelled
from ivr.duty.page import Acceptance, Page, PageRefused
from ivr.outcome import Whereabouts
from ivr.storage import StorageError

ACCEPT, PASS, REPEAT, CONNECT, CALL_BACK, DONE, NEXT, WORDS = "1", "2", "3", "4", "5", "6", "7", "8"
MEET_LIMIT_S: Final = 60.0
HOW: Final = "line"
"""How a page says that the caller was called back from here."""

WordsOf: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""Names of the recordings of a call, the oldest first."""

log = structlog.get_logger(__name__)


async def no_words(call_id: str) -> Sequence[str]:
    """Where nothing is recorded."""
    return ()


class Pages(Protocol):
    """What is done with pages (see `ivr.duty.pager.Pager`)."""

    async def open_pages(self) -> list[Page]:
        """Those of which something is still to come, oldest first."""

    async def accept_for(self, page_id: str, entry: str, by: str, how: str) -> Acceptance | None:
        """Who has it when this returns; None: it is over. PageRefused."""

    async def pass_for(self, page_id: str, entry: str, by: str) -> bool:
        """Whether it was his to pass. PageRefused."""

    async def hand_over(self, page_id: str, to_entry: str, by: str, *, forced: bool = False) -> None:
        """Give an accepted page to somebody else. PageRefused."""

    async def mark_called_back(self, page_id: str, by: str, how: str) -> bool:
        """The caller was called back; False: that was known. PageRefused."""

    async def note(self, page_id: str, kind: str, facts: Mapping[str, object], by: str = "") -> None:
        """A line of the page's history."""

    def on_the_line(self, entry: str, channel: str) -> AbstractContextManager[None]:
        """He is not rung meanwhile."""

    async def call_caller(self, channel: str, page_id: str) -> None:
        """From that call the caller of the page is being called; empty: no longer."""


class Callers(Protocol):
    """Where callers are who have not hung up (see `ivr.calls.visiting.Visiting`)."""

    async def find(self, call_id: str) -> tuple[Whereabouts, str]:
        """Where that caller is, and the unique id of his channel."""

    async def meet(
        self,
        call_id: str,
        leg: str,
        who: tuple[str, str, str],
        is_there: Callable[[], bool],
        met: Callable[[], None],
    ) -> bool:
        """Have the waiting caller fetch the engineer on `leg`; whether they have talked."""

    def note_joined(self, call_id: str, title: str) -> None:
        """An engineer has come into the conversation of that caller with somebody else."""


@dataclass(frozen=True, slots=True)
class Himself:
    """The engineer: directory entry, what he is called, his call's channel and the number he calls from."""

    entry: str
    title: str
    uniqueid: str
    number: str
    is_there: Callable[[], bool] = lambda: True

    @property
    def by_phone(self) -> str:
        """As the history names him where it does not say by what means."""
        return f"{self.title} by phone"


class WantsDesk(Exception):  # noqa: N818 - it is what he wants
    """He wants to talk with the desk: the call goes on in its plan."""


@dataclass(slots=True)
class Calls:
    """What one engineer does with the open calls. `note` keeps a step in the trace of his own call."""

    ear: Ear
    pages: Pages
    callers: Callers | None
    configuration: Callable[[], Configuration]
    now: Callable[[], datetime]
    him: Himself
    ring_s: float
    note: Callable[[str, str], None]
    words_of: WordsOf = no_words
    _marking: set[asyncio.Task[None]] = field(default_factory=set)

    async def go_through(self) -> None:
        """One call after the other, until he goes back. WantsDesk."""
        shown, place, is_told = "", 0, False
        intro = say_count(len(await self.sorted()))
        while True:
            pages = await self.sorted()
            if not pages:
                await self.ear.say("line-no-pages")
                return
            place = next((at for at, page in enumerate(pages) if page.id == shown), place % len(pages))
            page = pages[place]
            on_line = (await self._where(page))[0] in (Whereabouts.WAITS, Whereabouts.TALKS)
            words = await self._words(page)
            ways, keys = self._keys(page, on_line, has_next=len(pages) > 1, has_words=bool(words))
            told = [] if is_told and page.id == shown else self._tell(page)
            key = await self.ear.choose((*intro, *told, *ways, "line-back"), keys)
            intro, shown, is_told = [], page.id, key == WORDS
            if key == BACK:
                return
            if key == NEXT:
                shown, place = "", place + 1
            elif key == WORDS:
                await self._play(page, words)
            elif key != REPEAT:
                await self._do(key, page)

    def _tell(self, page: Page) -> list[Piece]:
        return say_page(page, self.him.entry, self.now(), self.configuration().prompts)

    async def _words(self, page: Page) -> Sequence[str]:
        """Recordings of the page, those that were left after it began as well."""
        request = page.request
        found = await self.words_of(request.call_id) if request.call_id else ()
        return tuple(dict.fromkeys((*request.words, *found)))

    async def _play(self, page: Page, words: Sequence[str]) -> None:
        """What the caller has recorded, or an alarm's subject; a key ends it, and is one of the page's."""
        self.note("words", f"heard what was recorded for call {page.call_ref}")
        intro: tuple[Piece, ...] = ("page-caller-said",) if page.request.call_id else ()
        await self.ear.say(*intro, *(("recording", name) for name in words))

    async def sorted(self) -> list[Page]:
        """His own first, then those that nobody has, then the others'; the oldest first."""
        pages = await self.pages.open_pages()
        return sorted(pages, key=lambda page: (self._rank(page), page.started))

    def _rank(self, page: Page) -> int:
        if self._is_his(page):
            return 0
        return 1 if page.acceptance is None or page.is_open else 2

    def _is_his(self, page: Page) -> bool:
        has_it = page.acceptance is not None and not page.is_open
        return has_it and page.acceptance is not None and page.acceptance.entry == self.him.entry

    def _keys(self, page: Page, on_line: bool, *, has_next: bool, has_words: bool) -> tuple[list[Piece], str]:
        """The keys that mean something for this page, and how they are told."""
        rank = self._rank(page)
        told: dict[str, Piece] = {WORDS: "line-page-words"} if has_words else {}
        if rank > 0:
            told[ACCEPT] = "line-page-accept" if rank == 1 else "line-page-take-over"
        if rank < 2:
            told[PASS] = "line-page-pass"
        told[CONNECT] = "line-page-connect" if on_line else "line-page-desk"
        if rank < 2:
            told[CALL_BACK], told[DONE] = "line-page-caller", "line-page-done"
        if on_line:
            told.pop(CALL_BACK, None)
        if has_next:
            told[NEXT] = "line-page-next"
        return list(told.values()), "".join((*told, REPEAT))

    async def _do(self, key: str, page: Page) -> None:
        work = {
            ACCEPT: self._accept,
            PASS: self._pass,
            CONNECT: self._connect,
            CALL_BACK: self._call_back,
            DONE: self._done,
        }[key]
        try:
            await work(page)
        except (PageRefused, StorageError) as fault:
            log.warning("line.page_refused", page=page.id, why=str(fault))
            self.note("page-refused", f"call {page.call_ref}: {fault}")
            await self.ear.say("line-page-gone" if isinstance(fault, PageRefused) else "line-failed")

    async def _accept(self, page: Page) -> bool:
        """Accept what nobody has, take over what somebody else has; whether it is his."""
        if self._rank(page) == 2:
            await self.pages.hand_over(page.id, self.him.entry, self.him.by_phone, forced=True)
            self.note("page-taken-over", f"took call {page.call_ref} over")
            await self.ear.say("page-accepted")
            return True
        acceptance = await self.pages.accept_for(page.id, self.him.entry, self.him.entry, HOW)
        if acceptance is not None and acceptance.entry == self.him.entry:
            self.note("page-accepted", f"accepted call {page.call_ref}")
            await self.ear.say("page-accepted")
            return True
        self.note("page-taken", f"call {page.call_ref} was not to be had any more")
        if acceptance is None:
            await self.ear.say("line-page-gone")
        elif is_sign(acceptance.title):
            await self.ear.say("page-taken-by", spelled(acceptance.title))
        else:
            await self.ear.say("page-taken")
        return False

    async def _pass(self, page: Page) -> None:
        passed = await self.pages.pass_for(page.id, self.him.entry, self.him.by_phone)
        self.note(
            "page-passed",
            f"passed call {page.call_ref} on" if passed else f"call {page.call_ref} was not his",
        )
        await self.ear.say("page-passed" if passed else "line-page-gone")

    async def _done(self, page: Page) -> None:
        if not await self.ear.confirm():
            await self.ear.say("switch-nothing-changed")
        elif await self._make_his(page):
            await self.pages.mark_called_back(page.id, self.him.entry, HOW)
            self.note("called-back", f"call {page.call_ref}: the caller has been called back, he says")
            await self.ear.say("line-called-back")

    async def _call_back(self, page: Page) -> None:
        """Ring the caller, with the brand's own number shown."""
        number = page.request.caller
        why = self._refusal(number)
        if why:
            self.note("not-called-back", f"call {page.call_ref}: {why}")
            await self.pages.note(page.id, "call-back-refused", {"why": why}, self.him.by_phone)
            await self.ear.say("callback-not-allowed" if number else "page-no-number")
            return
        if not await self._make_his(page):
            return
        await self.pages.note(page.id, "calling-back", {"from": self.him.number}, self.him.by_phone)
        self.note("calling-back", f"call {page.call_ref}: the caller's telephone rings")
        await self.ear.say("callback-ringing")
        # written down first, and what he hears should we die: the ring outlives us
        await self.pages.call_caller(self.him.uniqueid, page.id)
        last_words = ("page-not-reached", "page-goodbye")
        has_answered = await self.ear.ring(self._dial(page), lambda: self._mark_soon(page), last_words)
        await self.pages.call_caller(self.him.uniqueid, "")
        if has_answered:
            await self._settle()
            await self.pages.mark_called_back(page.id, self.him.entry, HOW)
            await self.ear.say("line-called-back")
            return
        self.note("not-reached", f"call {page.call_ref}: the caller was not reached")
        await self.pages.note(page.id, "caller-not-reached", {}, self.him.by_phone)
        await self.ear.say("page-not-reached")

    def _dial(self, page: Page) -> Dial:
        configuration = self.configuration()
        brand = configuration.brands.get(page.request.brand)
        shown = brand.shown_number if brand else configuration.desk.shown_number
        caller = Target("", page.brand_title, page.request.caller)
        return Dial((caller,), self.ring_s, shown, page.brand_title)

    def _refusal(self, number: str) -> str:
        configuration = self.configuration()
        desk = configuration.desk
        return str(refusal_of(number, desk.call_back, desk.country, configuration.numbers) or "")

    def _mark_soon(self, page: Page) -> None:
        """The caller has picked up: that is kept at once, for the talk may outlive this service."""
        self.note("called-back", f"call {page.call_ref}: the caller has picked up")
        task = asyncio.get_running_loop().create_task(self._mark(page), name=f"called back {page.call_ref}")
        self._marking.add(task)
        task.add_done_callback(self._marking.discard)

    async def _mark(self, page: Page) -> None:
        try:
            await self.pages.mark_called_back(page.id, self.him.entry, HOW)
        except (PageRefused, StorageError) as fault:
            log.warning("line.not_marked", page=page.id, why=str(fault))

    async def _settle(self) -> None:
        if self._marking:
            await asyncio.wait(set(self._marking))

    # -- the caller who has not hung up, and the desk

    async def _where(self, page: Page) -> tuple[Whereabouts, str]:
        """Where the page's caller is now, and his channel."""
        if self.callers is None or not page.request.call_id:
            return Whereabouts.GONE, ""
        return await self.callers.find(page.request.call_id)

    async def _connect(self, page: Page) -> None:
        """With the caller who still waits, with caller and agent where they talk; else with the desk."""
        where, uniqueid = await self._where(page)
        if where is Whereabouts.GONE or where is Whereabouts.OUT_OF_REACH:
            self.note("desk", f"asked for the desk, about call {page.call_ref}")
            await self.pages.note(page.id, "asked-for-desk", {}, self.him.by_phone)
            raise WantsDesk
        if where is Whereabouts.TALKS:
            await self._join(page, uniqueid)
        else:
            await self._meet(page)

    async def _join(self, page: Page, uniqueid: str) -> None:
        """Agent and caller go on talking; he steps into it."""
        call_id, is_his = page.request.call_id or "", self._rank(page) == 2 or await self._make_his(page)
        if not is_his:
            return
        await self.ear.say("page-joining")
        self.note("joining", f"call {page.call_ref}: steps into the conversation with the agent")

        def joined() -> None:
            if self.callers is not None:
                self.callers.note_joined(call_id, self.him.title)
            if self._rank(page) < 2:
                self._mark_soon(page)

        was_in = await self.ear.join(uniqueid, joined)
        await self.ear.say("page-talk-over" if was_in else "page-not-connected")

    async def _meet(self, page: Page) -> None:
        """The waiting caller's own leg fetches his: what follows is no longer a call of ours."""
        if self.callers is None or not await self._make_his(page):
            return
        await self.ear.say("page-connecting")
        self.note("connecting", f"call {page.call_ref}: to be connected with the caller, who waits")
        him = self.him
        meeting = self.callers.meet(
            page.request.call_id or "",
            him.uniqueid,
            (him.entry, him.title, him.number),
            him.is_there,
            lambda: self._mark_soon(page),
        )
        if not await self.ear.hold_for(meeting, MEET_LIMIT_S):
            await self.ear.say("page-not-connected")

    async def _make_his(self, page: Page) -> bool:
        return self._is_his(page) or await self._accept(page)


__all__ = ["Callers", "Calls", "Himself", "Pages", "WantsDesk", "WordsOf", "no_words"]
