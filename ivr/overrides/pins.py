"""PINs that are keyed on calls: looked at one after another, every try in the audit before it is answered.

After too many wrong ones, from one caller or from all of them together, no PIN is looked at for a while: the
right one would not be told from a wrong one either.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from dialplan.commands import CheckPin
from dialplan.events import PinChecked
from dialplan.model import Configuration
from dialplan.pins import hash_pin, is_pin
from ivr.clock import Clock
from ivr.overrides.kept import count_actions, note
from ivr.storage import AuditAction, Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tries:
    """So many wrong PINs within so long are allowed."""

    most: int
    within: timedelta


OF_ONE_CALLER: Final = Tries(6, timedelta(minutes=15))
OF_ALL: Final = Tries(20, timedelta(hours=1))
WITHHELD: Final = "a caller without a number"


class Pins:
    """One for the service."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
        demo_pin: str = "",
    ) -> None:
        """`demo_pin`: of everybody of the directory who has none of his own; empty: those have none."""
        self._database, self._clock, self._configuration = database, clock, configuration
        self._demo_pin, self._demo_hash = demo_pin, ""
        self._turn = asyncio.Lock()

    async def check(self, command: CheckPin, caller: str | None, call_id: str) -> PinChecked:
        """Whose PIN it is. DatabaseUnavailable: it was not looked at."""
        actor = caller or WITHHELD
        async with self._turn:
            if await self._is_blocked(actor):
                await self._note(AuditAction.PIN_BLOCKED, actor, "", call_id)
                return PinChecked(is_blocked=True)
            who = await asyncio.to_thread(self._owner, command)
            action = AuditAction.PIN_RIGHT if who else AuditAction.PIN_WRONG
            await self._note(action, actor, who, call_id)
            return PinChecked(who)

    def _owner(self, command: CheckPin) -> str:
        """Every hash is tried, so that the time it takes does not tell whose turn it was."""
        configuration = self._configuration()
        pins = configuration.desk.pins
        if self._demo_pin:
            self._demo_hash = self._demo_hash or hash_pin(self._demo_pin, secrets.token_bytes(16))
            pins = {**dict.fromkeys(configuration.directory, self._demo_hash), **pins}
        people = command.people or tuple(configuration.desk.pins)
        known = [one for one in people if one in pins]
        if pins and not known:
            is_pin(command.digits, next(iter(pins.values())))  # nobody's: it takes as long all the same
        owners = [one for one in known if is_pin(command.digits, pins[one])]
        return owners[0] if owners else ""

    async def _is_blocked(self, actor: str) -> bool:
        now = self._clock.now()

        def count(session: Session) -> bool:
            wrong = AuditAction.PIN_WRONG
            own = count_actions(session, wrong, now - OF_ONE_CALLER.within, actor)
            return (
                own >= OF_ONE_CALLER.most or count_actions(session, wrong, now - OF_ALL.within) >= OF_ALL.most
            )

        return await self._database.read(count)

    async def _note(self, action: AuditAction, actor: str, who: str, call_id: str) -> None:
        now: datetime = self._clock.now()
        await self._database.run(lambda session: note(session, now, actor, action, who, "", call_id))
        log.info("pin.tried", action=str(action), who=who)
