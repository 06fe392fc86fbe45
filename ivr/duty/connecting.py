"""After the acceptance, on the engineer's own leg: he is connected with the caller, or calls him back.

Nothing here can undo the acceptance. Whether the caller still lives is asked right before he is joined, and
the engineer is never left in silence: what cannot be done is said, and the other way is offered. The talk
itself belongs to the switch, and outlives this service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import structlog

from dialplan.commands import Prompt, Utterance
from dialplan.dial_rules import Refusal, refusal_of
from dialplan.numbers import NumberKind, kind_of
from ivr.contract import Variable, dial_string
from ivr.duty.hunt import Attempt
from ivr.duty.means import Book, Means
from ivr.duty.page import Page, PageRefused
from ivr.duty.speaking import Leg
from ivr.outcome import Whereabouts
from ivr.storage import StorageError

CONNECT, CALL_BACK = "4", "5"
MOST_TRIES: Final = 3
"""Times the caller is looked for again: he may go from a queue to an agent in between."""
MOST_OFFERS: Final = 5
OFFER_WAIT_MS: Final = 7000
MEET_LIMIT_S: Final = 60.0
"""So long an engineer waits for a caller who leaves a message, say."""
SURE_S: Final = 1.0
"""Who has been in a conversation for so long is in it."""
LONGEST_TALK_S: Final = 4 * 3600.0
BRIDGE_RESULT: Final = "BRIDGERESULT"
_TO_BE_HAD: Final = (Whereabouts.WAITS, Whereabouts.TALKS)
_REASONS: Final = {Whereabouts.GONE: "page-nobody-there"}

log = structlog.get_logger(__name__)


class Connecting:
    """The keys 4 and 5 of one engineer. Every method may raise AgiError: he has hung up, or was joined."""

    def __init__(self, leg: Leg, page: Page, attempt: Attempt, means: Means, book: Book) -> None:
        self._leg, self._page, self._attempt = leg, page, attempt
        self._means, self._book = means, book
        self._call_id = page.request.call_id or ""
        self._has_met = False

    # -- what can be offered

    @property
    def can_connect(self) -> bool:
        """Whether the caller is on the line, as far as is known."""
        return bool(self._call_id) and self._means.callers.is_on_line(self._call_id)

    @property
    def refusal(self) -> Refusal | None:
        """Why the caller may not be called back; None when he may."""
        configuration = self._means.configuration()
        desk = configuration.desk
        number = self._page.request.caller
        return refusal_of(number, desk.call_back, desk.country, configuration.numbers)

    async def do(self, key: str) -> None:
        """Key 4 or 5; then whatever else he wants, until he says nothing more."""
        await (self._be_connected() if key == CONNECT else self._call_back())
        await self._offer()

    async def go_on(self) -> None:
        """The leg has come back to us: the talk is over, or we were away."""
        has_met = await self._leg.agi.get_variable(Variable.TALKED) == "1"
        dialled = await self._has_dialled()
        if has_met or dialled == "ANSWER":
            self.note_reached("connected" if has_met else "call")
            await self._leg.tell("page-talk-over")
        elif dialled:
            await self._not_reached(dialled)
        else:
            # we were away: whether he waited for the caller nobody knows any more
            await self._leg.tell("page-accepted", *(["page-nobody-there"] if self._is_gone else []))
        await self._offer()

    @property
    def _is_gone(self) -> bool:
        """Whether there was a caller, who has hung up."""
        return bool(self._call_id) and not self.can_connect

    async def _offer(self) -> None:
        """4 and 5 once more, as long as either makes sense."""
        for _ in range(MOST_OFFERS):
            keys, words = self._open_ways()
            if not keys:
                break
            key = await self._leg.ask(words, wait_ms=OFFER_WAIT_MS)
            if not key:
                break
            if key not in keys:
                await self._leg.tell("page-wrong-key")
                continue
            self._press(key)
            await (self._be_connected() if key == CONNECT else self._call_back())
        await self._leg.tell("page-goodbye")

    def _open_ways(self) -> tuple[str, list[Utterance]]:
        language = self._leg.language
        ways: list[tuple[str, str]] = []
        if self.can_connect:
            ways.append((CONNECT, "page-connect-now"))
        if self.refusal is None:
            ways.append((CALL_BACK, "page-call-back-now"))
        return "".join(key for key, _ in ways), [Prompt(prompt, language) for _, prompt in ways]

    # -- key 4

    async def _be_connected(self) -> None:
        where, is_told = Whereabouts.GONE, False
        for _ in range(2 * MOST_TRIES):
            where, channel = await self._look()
            if where not in _TO_BE_HAD:
                break
            if where is Whereabouts.TALKS and not is_told:
                # telling takes a while: then it is looked once more, right before he joins them
                await self._leg.tell("page-joining")
                is_told = True
                continue
            if await (self._meet() if where is Whereabouts.WAITS else self._join(channel)):
                await self._leg.tell("page-talk-over")
                return
        await self._leg.tell(_REASONS.get(where, "page-not-connected"))

    async def _look(self) -> tuple[Whereabouts, str]:
        return await self._means.callers.find(self._call_id) if self._call_id else (Whereabouts.GONE, "")

    async def _meet(self) -> bool:
        """Wait, with music, until the caller's leg fetches this one; False: it does not come.

        Meanwhile both are told, each on his own side.
        """
        agi, who = self._leg.agi, (self._attempt.entry, self._attempt.title, self._attempt.number)
        meeting = asyncio.ensure_future(
            self._means.callers.meet(
                self._call_id, self._attempt.id, who, lambda: not agi.hung_up.is_set(), self._note_met
            )
        )
        try:
            await self._leg.tell("page-connecting")
            await agi.command("SET MUSIC", "ON")
            return await self._wait_for(meeting)
        finally:
            if not self._has_met:
                meeting.cancel()
                await asyncio.gather(meeting, return_exceptions=True)

    async def _wait_for(self, meeting: asyncio.Future[bool]) -> bool:
        loop = asyncio.get_running_loop()
        until = loop.time() + MEET_LIMIT_S
        while not meeting.done() and (self._has_met or loop.time() < until):
            left_s = max(0.1, until - loop.time()) if not self._has_met else MEET_LIMIT_S
            digit = asyncio.ensure_future(
                self._leg.agi.wait_for_digit(round(left_s * 1000), timeout_s=left_s + 5)
            )
            try:
                waits: list[asyncio.Future[Any]] = [meeting, digit]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                if digit.done():
                    digit.result()  # AgiError: joined, or hung up
            finally:
                digit.cancel()
                await asyncio.gather(digit, return_exceptions=True)
        await self._leg.agi.command("SET MUSIC", "OFF")
        return meeting.done() and not meeting.cancelled() and meeting.result()

    def _note_met(self) -> None:
        self._has_met = True
        self.note_reached("connected")

    async def _join(self, channel: str) -> bool:
        """Step into the conversation of the caller with an agent; False: there is none any more."""
        agi = self._leg.agi
        await agi.set_variable(BRIDGE_RESULT, "")
        await agi.set_variable(Variable.DONE, "1")  # should we die, he talks on and is hung up afterwards
        talk = asyncio.ensure_future(agi.exec("BridgeAdd", channel, timeout_s=LONGEST_TALK_S))
        try:
            await asyncio.wait({talk}, timeout=SURE_S)
            if not talk.done():
                self.note_reached("connected")
                self._means.callers.note_joined(self._call_id, self._attempt.title)
            await talk
        finally:
            talk.cancel()
        await agi.set_variable(Variable.DONE, "")
        return await agi.get_variable(BRIDGE_RESULT) == "SUCCESS"

    # -- key 5

    async def _call_back(self) -> None:
        refusal = self.refusal
        if refusal is not None:
            self._note("call-back-refused", {"why": str(refusal)})
            nothing = refusal is Refusal.NONE
            await self._leg.tell("page-no-number" if nothing else "callback-not-allowed")
            return
        await self._leg.tell("callback-ringing")
        status = await self._dial()
        if status == "ANSWER":
            self.note_reached("call")
            await self._leg.tell("page-talk-over")
        else:
            await self._not_reached(status)

    async def _not_reached(self, status: str) -> None:
        self._note("call-back-failed", {"status": status})
        await self._leg.agi.set_variable("DIALSTATUS", "")  # told once, whatever becomes of us
        await self._leg.tell("page-not-reached")

    async def _dial(self) -> str:
        """Ring the caller, showing the brand's own number; the two talk in the switch."""
        ring_s = self._means.configuration().desk.call_back.ring_s
        plain = "".join(sign for sign in self._page.brand_title if sign.isalnum() or sign in " .-")
        options = f"rgf({plain} <{self._shown()}>)"
        phone = dial_string(self._page.request.caller)
        await self._leg.agi.exec("Dial", phone, round(ring_s), options, timeout_s=LONGEST_TALK_S + ring_s)
        return await self._has_dialled()

    async def _has_dialled(self) -> str:
        """How a call from this leg ended; empty: none was made."""
        return await self._leg.agi.get_variable("DIALSTATUS") or ""

    def _shown(self) -> str:
        """A number that may be shown: the brand's, unless that is a free or a premium one."""
        configuration = self._means.configuration()
        brand = configuration.brands.get(self._page.request.brand)
        own = brand.shown_number if brand else ""
        return own if own and kind_of(own) is NumberKind.FIXED else configuration.desk.shown_number

    # -- what is written down, beside the talk

    def note_reached(self, how: str) -> None:
        """The caller was reached: the promise to him is kept."""
        write_beside(self._mark(how))

    async def _mark(self, how: str) -> None:
        await self._book.mark_called_back(self._page.id, self._attempt.entry, how)

    def _note(self, kind: str, facts: dict[str, object]) -> None:
        write_beside(self._book.note(self._page.id, kind, facts, self._attempt.entry))

    def _press(self, key: str) -> None:
        self._note("key", {"key": key, "who": self._attempt.title, "attempt": self._attempt.id})


def write_beside(work: Coroutine[object, object, None]) -> None:
    """History is written beside the talk: nobody waits for it, and a fault of it ends nothing."""
    task = asyncio.ensure_future(_written(work))
    _WRITING.add(task)
    task.add_done_callback(_WRITING.discard)


_WRITING: Final[set[asyncio.Task[None]]] = set()
"""What is being written down beside a talk; it may outlast the leg."""


async def _written(work: Coroutine[object, object, None]) -> None:
    """What cannot be written down is said; the talk goes on."""
    try:
        await work
    except (StorageError, PageRefused, NotImplementedError) as fault:
        log.error("page.not_noted", why=str(fault) or type(fault).__name__)


__all__ = ["CALL_BACK", "CONNECT", "Connecting", "write_beside"]
