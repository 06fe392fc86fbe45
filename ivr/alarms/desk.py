"""The desk of alarms: takes them, whatever brings them, and sees each become a page, or part of one.

An alarm is committed before its sender is told that we have it. What becomes of it is decided in a second
transaction, and its page made after that; whoever is killed in between goes on where it was.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final, Protocol

import structlog
from sqlalchemy.orm import Session

from dialplan.model import Configuration
from ivr.alarms import ledger
from ivr.alarms.ending import end_pages
from ivr.alarms.model import ALARMS, Decided, Ended, Incoming, Joined, Over, Wanted
from ivr.clock import Clock
from ivr.duty.page import Page, PageRefused, PageRequest
from ivr.feed import Feed
from ivr.storage import AlarmSource, Database, DatabaseUnavailable

log = structlog.get_logger(__name__)
LOOK_S: Final = 15.0
"""How often alarms are looked for unasked: other boxes write them too, and windows end."""
PAUSE_S: Final = 1.0
MOST_IN_ONE: Final = 200
NOTED_ONE_BY_ONE: Final = 20
"""Alarms of a storm that are each a line of the page's history; after them each tenfold is."""
KEPT: Final = timedelta(days=90)


class Pages(Protocol):
    """What the desk wants of the pager."""

    async def page(self, request: PageRequest) -> Page:
        """Begin a page."""

    async def note(self, page_id: str, kind: str, facts: Mapping[str, object], by: str = "") -> None:
        """A line of the page's history."""

    async def stand_down(self, page_id: str) -> bool:
        """Look for nobody any more, unless somebody has accepted; False: somebody has, or it was over."""


class Voice(Protocol):
    """What the desk wants of the speaker."""

    async def speak(self, name: str, words: str, language: str) -> bool:
        """Whether the words are in that sound file now."""


@dataclass(slots=True)
class _Handed:
    """Alarms handed over together, and who waits for their commit."""

    incoming: Sequence[Incoming]
    also: Callable[[Session], None] | None
    done: asyncio.Future[list[str]]


class AlarmDesk:
    """One for each service. Whatever brings alarms calls `keep`, and answers its sender after that."""

    def __init__(
        self,
        *,
        database: Database,
        pages: Pages,
        voice: Voice,
        configuration: Callable[[], Configuration],
        clock: Clock,
        feed: Feed,
        owner: str,
    ) -> None:
        """`owner`: this box among several."""
        self._database, self._pages, self._voice = database, pages, voice
        self._configuration, self._clock, self._feed, self._owner = configuration, clock, feed, owner
        self._wake = asyncio.Event()
        self._handed: list[_Handed] = []
        self._committing: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_first = True
        self._ended: deque[Ended] = deque(maxlen=1000)
        """Pages whose engineers have been told that all is over, lately."""
        self.taken = self.repeated = self.paged = 0
        """Alarms written down, those that were here already, and pages begun, since the start."""

    async def keep(
        self, incoming: Sequence[Incoming], also: Callable[[Session], None] | None = None
    ) -> list[str]:
        """Commit alarms; for each its id, or an empty one when it was here already. DatabaseUnavailable.

        Those handed over at the same time share one transaction. `also`: done in it too.
        """
        done: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self._handed.append(_Handed(incoming, also, done))
        if self._committing is None or self._committing.done():
            self._committing = self._spawn(self._commit_all(), "alarms are written down")
        return await done

    async def _commit_all(self) -> None:
        # one turn of the loop: whoever is about to hand over gets into the same transaction
        await asyncio.sleep(0)
        while self._handed:
            batch, self._handed = self._handed[:MOST_IN_ONE], self._handed[MOST_IN_ONE:]
            try:
                found = await self._database.run(partial(self._write, batch=batch))
            except Exception as fault:
                for one in batch:
                    if not one.done.done():
                        one.done.set_exception(fault)
                continue
            for one, ids in zip(batch, found, strict=True):
                self._count(ids)
                if not one.done.done():
                    one.done.set_result(ids)

    def _write(self, session: Session, batch: Sequence[_Handed]) -> list[list[str]]:
        now = self._clock.now()
        found = []
        for one in batch:
            found.append(ledger.keep(session, one.incoming, now))
            if one.also is not None:
                one.also(session)
        return found

    def _count(self, ids: Sequence[str]) -> None:
        new = sum(map(bool, ids))
        self.taken += new
        self.repeated += len(ids) - new

    def start(self) -> None:
        """Begin to look at alarms, as a task of the running loop."""
        if self._task is None:
            self._database.listen(ALARMS, self._wake.set)
            self._task = asyncio.create_task(self._run(), name="alarms")

    async def close(self) -> None:
        """Stop. What is undecided is decided after the next start."""
        for task in [one for one in (self._task, *self._tasks) if one is not None]:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                more = await self.look()
            except DatabaseUnavailable as fault:
                log.warning("alarms.unread", why=str(fault))
                await asyncio.sleep(PAUSE_S)
            except Exception:
                # a fault of ours must not end it; the alarms are still there
                log.exception("alarms.fault")
                await asyncio.sleep(PAUSE_S)
            else:
                if not more:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), LOOK_S)

    async def look(self) -> bool:
        """Decide about what came in, and make the pages of it. Whether there may be more."""
        await self._take_up()
        terms = ledger.Terms(self._configuration(), self._clock.now(), self._owner)
        decided = await self._database.run(lambda session: ledger.decide(session, terms))
        for wanted in decided.wanted:
            await self._make_page(wanted)
        await self._note(decided)
        await self._end_pages(terms)
        storms = await self._database.run(lambda session: ledger.sum_up(session, terms))
        for page_id, counted in storms:
            await self._note_line(page_id, "alarm-storm", {"counted": counted})
        return decided.looked_at >= ledger.AT_ONCE

    async def _end_pages(self, terms: ledger.Terms) -> None:
        """Pages of which every alarm is over: whoever has them is told, and nobody else is looked for."""
        ended = await self._database.run(lambda session: end_pages(session, terms, self._ended))
        for one in ended:
            if not one.is_live:
                self._ended.append(one)
            elif await self._stand_down(one.page_id):
                log.info("alarm.over", page=one.page_id)
            else:
                # somebody has accepted in this moment: he is told
                asyncio.get_running_loop().call_later(PAUSE_S, self._wake.set)

    async def _stand_down(self, page_id: str) -> bool:
        try:
            return await self._pages.stand_down(page_id)
        except PageRefused as fault:
            log.warning("alarm.not_called_off", page=page_id, why=str(fault))
            return True

    async def _take_up(self) -> None:
        """Pages that were to be made when a box died: this one before the restart, or another."""
        now, mine, configuration = self._clock.now(), self._is_first, self._configuration()

        def work(session: Session) -> list[Wanted]:
            found = ledger.claim_paging(session, self._owner, now, mine=mine)
            again = (ledger.wanted_again(session, alarm, configuration) for alarm in found)
            return [one for one in again if one is not None]

        for wanted in await self._database.run(work):
            log.info("alarm.taken_up", alarm=wanted.alarm_id)
            await self._make_page(wanted)
        self._is_first = False

    async def _make_page(self, wanted: Wanted) -> Page:
        """The phones ring at once; what is read aloud is made meanwhile."""
        clip = ledger.clip_of(wanted.alarm_id)
        self._spawn(self._voice.speak(clip, wanted.words, wanted.language), f"speech of {wanted.alarm_id}")
        page = await self._pages.page(_request(wanted, clip))
        self.paged += 1
        early = await self._database.run(lambda session: ledger.note_page(session, wanted.alarm_id, page.id))
        log.info("alarm.paged", alarm=wanted.alarm_id, page=page.id, call_ref=page.call_ref)
        self._feed.publish("alarm", self._clock.now(), alarm=wanted.alarm_id, page=page.id, state="paged")
        await self._note_line(page.id, "alarm", _facts_of(wanted))
        for joined in early:
            await self._note_joined(joined)
        return page

    async def _note(self, decided: Decided) -> None:
        for joined in decided.joined:
            await self._note_joined(joined)
        for over in decided.over:
            await self._note_over(over)

    async def _note_joined(self, joined: Joined) -> None:
        is_told = joined.counted <= NOTED_ONE_BY_ONE or str(joined.counted).strip("0") == "1"
        if joined.page_id and is_told:
            facts = {"words": joined.words, "counted": joined.counted, "alarm": joined.alarm_id}
            await self._note_line(joined.page_id, "alarm-joined", facts)

    async def _note_over(self, over: Over) -> None:
        if over.page_id:
            facts = {"words": over.words, "alarm": over.alarm_id}
            await self._note_line(over.page_id, "alarm-over", facts)

    async def _note_line(self, page_id: str, kind: str, facts: Mapping[str, object]) -> None:
        """A line that cannot be written costs nobody his page: the alarm's own row has the same."""
        try:
            await self._pages.note(page_id, kind, facts)
        except Exception as fault:
            log.warning("alarm.not_noted", page=page_id, kind=kind, why=f"{type(fault).__name__}: {fault}")

    async def forget(self) -> int:
        """Let go of what came in, byte by byte, after its time."""
        before = self._clock.now() - KEPT
        return await self._database.run(lambda session: ledger.forget_raw(session, before))

    def _spawn(self, work: Any, name: str) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _request(wanted: Wanted, clip: str) -> PageRequest:
    return PageRequest(
        policy=wanted.policy,
        brand=wanted.brand,
        customer=wanted.customer,
        about=wanted.words,
        severity=str(wanted.severity),
        category="alarm",
        words=(clip,),
    )


def _facts_of(wanted: Wanted) -> dict[str, object]:
    return {
        "words": wanted.words,
        "sender": wanted.sender,
        "source": str(wanted.source),
        "severity": wanted.severity,
        "alarm": wanted.alarm_id,
    }


__all__ = ["AlarmDesk", "AlarmSource", "Pages", "Voice"]
