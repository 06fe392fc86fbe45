"""Plans switched by phone: what a call that asks for it may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from dialplan.commands import CheckPin, SwitchPlan
from dialplan.events import Event, Failed, Switched
from ivr.clock import Clock
from ivr.overrides.board import Board, Wish
from ivr.overrides.pins import Pins
from ivr.records import CallRecord
from ivr.storage import StorageError

log = structlog.get_logger(__name__)


class ByPhone:
    """One for the service; `of_call` gives each call its own hands."""

    def __init__(self, board: Board, pins: Pins, clock: Clock) -> None:
        self.board, self.pins, self.clock = board, pins, clock

    def of_call(self, record: CallRecord) -> CallSwitching:
        """What the call of this record may do."""
        return CallSwitching(self, record)


@dataclass(frozen=True, slots=True)
class CallSwitching:
    """One call's PINs and switches."""

    house: ByPhone
    record: CallRecord

    async def check(self, command: CheckPin) -> Event:
        """Whose PIN it is; `Failed` when the database is away, for then nobody counts the tries."""
        try:
            return await self.house.pins.check(command, self.record.caller, self.record.id)
        except StorageError as fault:
            log.error("pin.not_checked", why=str(fault))
            return Failed(str(fault))

    async def switch(self, command: SwitchPlan) -> Event:
        """Live when this returns `Switched` without a refusal."""
        by = f"{command.by} by phone"
        try:
            if not command.plan:
                await self.house.board.switch_back(command.group, by, self.record.id)
                return Switched()
            now = self.house.clock.now()
            end = now + timedelta(seconds=command.for_s) if command.for_s else None
            await self.house.board.switch(
                Wish(command.group, command.plan, by, end=end, call_id=self.record.id)
            )
            return Switched()
        except ValueError as refusal:
            return Switched(str(refusal))
        except StorageError as fault:
            log.error("override.not_kept", why=str(fault))
            return Failed(str(fault))
