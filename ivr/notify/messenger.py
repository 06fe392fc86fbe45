"""Delivers messages beside mail: claims them, has a gateway try, and keeps the history of each try."""

from __future__ import annotations

import asyncio
import platform
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from ivr.notify.channels import NOTICES
from ivr.notify.gateway import Gateway
from ivr.notify.notices import Outgoing, Receipt, claim, release, settle
from ivr.notify.rounds import Rounds
from ivr.notify.schedule import Schedule
from ivr.notify.verdicts import Verdict
from ivr.storage import Database, MailState

log = structlog.get_logger(__name__)
AT_ONCE: Final = 4
LEASE_S: Final = 60.0
"""Longer than a gateway may take."""
BACK_OFF: Final = Schedule(first_s=2.0, longest_s=120.0, most_tries=40)


def _now() -> datetime:
    return datetime.now(UTC)


class Messenger:
    """One for each service. `gateways`: by the name of the channel."""

    def __init__(
        self,
        database: Database,
        gateways: Mapping[str, Gateway],
        *,
        owner: str = "",
        schedule: Schedule = BACK_OFF,
        now: Callable[[], datetime] = _now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`owner`: this box among several."""
        self._database, self._gateways = database, dict(gateways)
        self._owner = owner or platform.node() or "messenger"
        self._schedule, self._now, self._sleep, self._chance = schedule, now, sleep, chance
        self._rounds = Rounds(
            database,
            NOTICES,
            release=lambda session: release(session, self._owner, self._now()),
            look=self.look,
            now=now,
            sleep=sleep,
        )
        self.trouble = ""
        """What the last try that failed said; empty while messages go through."""
        self.sent = self.lost = 0
        """Messages delivered, and those given up, since the start."""

    def start(self) -> None:
        """Begin, as a task of the running loop."""
        self._rounds.start()

    async def close(self) -> None:
        """Stop; what is in hand is tried again after its lease."""
        await self._rounds.close()

    async def look(self) -> datetime | None:
        """Try what is due; when the next is."""
        now = self._now()
        taken, due = await self._database.run(
            lambda session: claim(session, now, self._owner, AT_ONCE, LEASE_S)
        )
        await asyncio.gather(*(self._deliver(one) for one in taken))
        return now if taken else due

    async def _deliver(self, message: Outgoing) -> None:
        began = time.monotonic()
        gateway = self._gateways.get(message.channel)
        if gateway is None:
            receipt = Receipt(Verdict.NEVER, 0, f"nothing here delivers {message.channel}")
        else:
            receipt = await gateway.send(message)
        took_s, at = time.monotonic() - began, self._now()
        retry_at = self._schedule.next_try(at, message.tries, self._chance())
        if retry_at is not None and receipt.wait_s:
            retry_at = max(retry_at, at + timedelta(seconds=receipt.wait_s))
        state = await self._database.run(
            lambda session: settle(session, message, receipt, at, took_s, retry_at)
        )
        self._tell(message, receipt, state)

    def _tell(self, message: Outgoing, receipt: Receipt, state: MailState) -> None:
        if receipt.verdict is Verdict.SENT:
            self.sent, self.trouble = self.sent + 1, ""
            return
        self.trouble = f"{message.channel}: {receipt.code or ''} {receipt.reply}".replace(":  ", ": ")
        is_lost = state in (MailState.DEAD, MailState.REFUSED)
        self.lost += is_lost
        say = log.error if is_lost else log.warning
        say("notice.not_sent", notice=message.id, tries=message.tries, state=str(state), code=receipt.code)


__all__ = ["Messenger"]
