"""The part of this box in the call-backs of all: it drives its own, takes up those of boxes that have died,
and leaves what another has by now. Where there is one box it does nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from ivr.callbacks.leases import CallbackLeases
from ivr.callbacks.model import Callback
from ivr.callbacks.run import CallbackRun
from ivr.clock import Clock
from ivr.storage import StorageError
from ivr.storage.leases import RENEW_S, Calm

log = structlog.get_logger(__name__)


class Desk(Protocol):
    """What this wants of the desk."""

    @property
    def runs(self) -> Mapping[str, CallbackRun]:
        """What this box sees to, by id."""

    @property
    def is_adding(self) -> bool:
        """Whether a wish is being written down: it is in the database before it is driven."""

    def drive(self, callback: Callback) -> CallbackRun:
        """See to it from now on."""

    def drop(self, run: CallbackRun) -> None:
        """Another box sees to it."""


class SharedCallbacks:
    """One for the desk. `is_able`: whether phones can be rung."""

    def __init__(self, desk: Desk, leases: CallbackLeases, clock: Clock, is_able: Callable[[], bool]) -> None:
        self._desk, self.leases, self._clock, self._is_able = desk, leases, clock, is_able
        self._calm = Calm()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look every few seconds."""
        self._task = asyncio.get_running_loop().create_task(self._keep_looking(), name="leases of call-backs")

    async def close(self) -> None:
        """Stop. The leases stay: whoever is started again soon goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def find_leg(self, leg_id: str) -> CallbackRun | None:
        """The call back of an agent's leg that has come to us, and that another box may have taken up."""
        found = await self.leases.take_leg(leg_id)
        if found is None:
            return None
        return self._desk.runs.get(found.id) or self._desk.drive(found)

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("callback.leases_fault")
            await asyncio.sleep(RENEW_S)

    async def look(self) -> None:
        """Renew our leases, take up what dead boxes have left, leave what another has taken."""
        before = dict(self._desk.runs)
        try:
            ours = await self.leases.renew(is_able=self._is_able(), may_take=self._may_take())
            self._calm.note_well(self._clock.now())
            kept = {one.id for one in ours}
            for run in [run for one, run in before.items() if one not in kept]:
                if not await run.look_elsewhere():
                    log.warning("callback.left_to_another", callback=run.callback.id)
                    self._desk.drop(run)
        except StorageError as fault:
            self._calm.note_away()
            log.warning("callback.leases_not_kept", why=str(fault))
            return
        for one in ours:
            if one.id not in self._desk.runs and one.id not in before and not self._desk.is_adding:
                log.warning("callback.taken_up", callback=one.id)
                self._desk.drive(one)

    def _may_take(self) -> bool:
        return self._calm.is_long_enough(self._clock.now()) and self._is_able()


__all__ = ["SharedCallbacks"]
