"""Takes the mails of the outbox to the mail server, each once.

A mail is claimed (a committed row) before it is tried, and what came of it is committed afterwards. When
the process dies between the server's "250" and that commit, nobody can know, and the mail is sent again
with the same Message-ID, by which mail systems tell a repeat. That is the only way to a second copy.
"""

from __future__ import annotations

import asyncio
import platform
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import structlog

from ivr.notify.claims import Outcome, Terms, claim, hurry, release, settle
from ivr.notify.message import Posting, compose
from ivr.notify.outbox import MAILS, is_address
from ivr.notify.rounds import PAUSE_S, Rounds
from ivr.notify.schedule import Schedule
from ivr.notify.transport import Transport
from ivr.notify.trust import say_tls
from ivr.notify.verdicts import Verdict, is_about_one, judge
from ivr.storage import Database, DatabaseUnavailable, MailState

log = structlog.get_logger(__name__)
AT_ONCE: Final = 4
LEASE_S: Final = 180.0
"""Longer than a transport may take for one mail."""


def _now() -> datetime:
    return datetime.now(UTC)


class Courier:
    """Delivers what waits in the outbox until closed. Clock, sleep and chance are given from outside."""

    def __init__(
        self,
        db: Database,
        transport: Transport,
        *,
        sender: Callable[[], str],
        folder: Path | None = None,
        owner: str = "",
        schedule: Schedule | None = None,
        now: Callable[[], datetime] = _now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`sender`: the address mails come from, asked for each time. `folder`: where enclosed files lie.
        `owner`: this box among several."""
        self._folder = folder
        self._db, self._transport, self._sender = db, transport, sender
        self._owner = owner or platform.node() or "courier"
        self._schedule = schedule or Schedule()
        self._now, self._sleep, self._chance = now, sleep, chance
        self._rounds = Rounds(
            db,
            MAILS,
            release=lambda session: release(session, self._owner, self._now()),
            look=self._look,
            now=now,
            sleep=sleep,
        )
        self._busy: dict[asyncio.Task[None], str] = {}
        """Mails in hand, by id."""
        self._taking: asyncio.Future[datetime | None] | None = None
        self.trouble = ""
        """What is wrong with the way out, in words; empty while mails go through."""
        self._is_away = False
        """The server did not take the last mail, whatever was in it."""
        self.sent = self.lost = 0
        """Mails delivered, and mails given up or refused altogether, since the start."""

    @property
    def alarm(self) -> bool:
        """Whether a person should look: the way out is blocked, or a mail was given up."""
        return bool(self.trouble) or self.lost > 0

    def start(self) -> None:
        """Begin, as a task of the running loop."""
        self._rounds.start()

    def wake(self) -> None:
        """Look into the outbox now."""
        self._rounds.wake()

    async def close(self, *, timeout_s: float = 5.0) -> None:
        """Take no more mails, and see those in hand through as far as the time allows."""
        await self._rounds.close()
        if self._taking is not None:
            await asyncio.wait({self._taking}, timeout=timeout_s)
        if not self._busy:
            return
        _, left = await asyncio.wait(self._busy, timeout=timeout_s)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _look(self) -> datetime | None:
        # seen through when we are closed: mails that are claimed must come into a hand
        self._taking = asyncio.ensure_future(self._take_out())
        return await asyncio.shield(self._taking)

    async def _take_out(self) -> datetime | None:
        """Claim as many due mails as there are hands, and send them. Returns when the next is due."""
        terms = Terms(
            now=self._now(),
            most=AT_ONCE - len(self._busy),
            owner=self._owner,
            sender=self._sender(),
            lease_s=LEASE_S,
            in_hand=frozenset(self._busy.values()),
        )
        postings, due = await self._db.run(lambda session: claim(session, terms))
        for posting in postings:
            task = asyncio.create_task(self._deliver(posting), name=f"mail-{posting.id}")
            self._busy[task] = posting.id
            task.add_done_callback(self._finish)
        if due is None or len(self._busy) >= AT_ONCE:
            return None
        return due

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._busy.pop(task, None)
        self._rounds.wake()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a mail could not be seen through", exc_info=error)

    async def _deliver(self, posting: Posting) -> None:
        outcome = await self._try(posting)
        now = self._now()
        retry_at = self._schedule.next_try(now, posting.tries, self._chance())
        state = await self._write_down(posting, outcome, now, retry_at)
        self._tell(posting, outcome, state, retry_at)
        if self._is_away and outcome.replies:
            await self._catch_up()

    async def _catch_up(self) -> None:
        """The server is back: what has waited for it goes now, and not when its turn would have come."""
        self._is_away = False
        try:
            mails = await self._db.run(
                lambda session: hurry(session, f"{self._transport.where}: ", self._now())
            )
        except DatabaseUnavailable as error:
            log.warning("mails that waited go when they are due", reason=str(error))
        else:
            log.info("the mail server is back", mails=mails)

    async def _try(self, posting: Posting) -> Outcome:
        if not is_address(posting.sender):
            self.trouble = f'the desk\'s mail_from, "{posting.sender}", is no mail address'
            return Outcome(error=self.trouble)
        try:
            message = await self._compose(posting)
            replies = await self._transport.send(message, posting.sender, posting.waiting)
        except Exception as error:
            text = f"{self._transport.where}: {_words(error)}"
            verdict = judge(error)
            if verdict is Verdict.LATER:
                self.trouble = text
                self._is_away = self._is_away or not is_about_one(error)
            return Outcome(error=text, verdict=verdict)
        self.trouble = ""
        return Outcome(replies)

    async def _compose(self, posting: Posting) -> EmailMessage:
        """Files are read off the loop."""
        if not posting.enclosed:
            return compose(posting)
        return await asyncio.to_thread(compose, posting, self._folder)

    async def _write_down(
        self, posting: Posting, outcome: Outcome, now: datetime, retry_at: datetime | None
    ) -> MailState:
        """Commit what came of it, however long the database is away: forgetting would send it twice."""
        while True:
            try:
                return await self._db.run(
                    lambda session: settle(session, posting, outcome, now=now, retry_at=retry_at)
                )
            except DatabaseUnavailable as error:
                log.warning("a sent mail cannot be marked yet", mail=posting.id, reason=str(error))
                await self._sleep(PAUSE_S)

    def _tell(self, posting: Posting, outcome: Outcome, state: MailState, retry_at: datetime | None) -> None:
        # not the subject: it holds the caller's number
        about = log.bind(mail=posting.id, tries=posting.tries)
        answers = {f"{reply.code} {reply.text}" for reply in outcome.replies.values() if reply.code != 250}
        reason = outcome.error or "; ".join(sorted(answers))
        if state is MailState.SENT:
            self.sent += 1
            if reason:
                about.error("mail sent, but not to all", reason=reason)
            else:
                about.info("mail sent")
        elif state is MailState.WAITING:
            about.warning("mail not sent yet", reason=reason, retry_at=str(retry_at))
        else:
            self.lost += 1
            about.error("mail given up", state=str(state), reason=reason)


def _words(error: BaseException) -> str:
    text = say_tls(error) or " ".join(str(error).split())
    if isinstance(error, TimeoutError) and not text:
        return "no answer in time"
    return text or type(error).__name__


__all__ = ["Courier"]
