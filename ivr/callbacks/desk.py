"""All call-backs of this installation: keeps what callers wish, drives what is owed, takes agents' legs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from dialplan.commands import AskCallback
from dialplan.dial_rules import CallBackRules, refusal_of
from dialplan.events import Event, Failed, Kept
from dialplan.model import Configuration
from ivr.agi import AgiError, AgiSession
from ivr.ami import AmiLink
from ivr.callbacks.leases import CallbackLeases
from ivr.callbacks.legs import CallbackLegs
from ivr.callbacks.model import OPEN, Ask, Callback
from ivr.callbacks.run import CallbackRun, Means
from ivr.callbacks.shared import SharedCallbacks
from ivr.callbacks.store import Added, add, open_callbacks, take_back
from ivr.calls.places import Places
from ivr.clock import Clock
from ivr.feed import Feed
from ivr.notify.outbox import enqueue
from ivr.records import CallRecord
from ivr.storage import Database, StorageError

CALLBACK_LEG: Final = "callback-"
"""How the ids of agents' legs begin, by which they are told from those of pages."""
FAULT_PAUSE_S: Final = 2.0

log = structlog.get_logger(__name__)


class CallbackDesk:
    """Keeps one `CallbackRun` for each call back that is owed."""

    def __init__(
        self,
        *,
        database: Database,
        link: AmiLink,
        places: Places,
        configuration: Callable[[], Configuration],
        clock: Clock,
        feed: Feed,
        has_talked: Callable[[str], bool],
        leases: CallbackLeases | None = None,
        is_able: Callable[[], bool] = lambda: True,
    ) -> None:
        """`has_talked`: whether, by the switch's own call records, the caller was on that leg.

        `leases`: where several boxes share the database; `is_able`: whether phones can be rung.
        """
        self._database, self._configuration = database, configuration
        self._clock, self._feed = clock, feed
        legs = CallbackLegs(link, self._reached)
        self._shared = SharedCallbacks(self, leases, clock, is_able) if leases else None
        self._box = leases.box if leases else ""
        self._means = Means(
            database, places, legs, clock, configuration, has_talked, self._tell, box=self._box
        )
        self._runs: dict[str, CallbackRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._adding = 0
        self.refused = 0
        """Wishes refused by the rules or the limits since the start."""

    @property
    def runs(self) -> Mapping[str, CallbackRun]:
        """What is owed, or talked, by id."""
        return self._runs

    async def start(self) -> int:
        """Go on with what an earlier run owed; how many."""
        if self._shared is None:
            owed = await self._database.read(open_callbacks)
        else:
            owed = await self._shared.leases.take_own()
            self._shared.start()
        for callback in owed:
            self.drive(callback)
        return len(owed)

    @property
    def shared(self) -> SharedCallbacks | None:
        """Our part in those of all boxes; None: there is one."""
        return self._shared

    @property
    def is_adding(self) -> bool:
        """Whether a wish is being written down."""
        return self._adding > 0

    async def close(self) -> None:
        """Stop driving; the rows stay, and legs go on in the switch."""
        if self._shared is not None:
            await self._shared.close()
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def of_call(self, record: CallRecord) -> CallersWish:
        """The wishes of one caller (see `ivr.calls.performer`)."""
        return CallersWish(self, record)

    async def keep(self, record: CallRecord, command: AskCallback) -> Event:
        """Write a wish down; committed when this returns `Kept`."""
        configuration = self._configuration()
        desk = configuration.desk
        rules = desk.call_back
        if why := refusal_of(command.number, rules, desk.country, configuration.numbers):
            self._refuse(record, str(why))
            return Kept(refused=str(why))
        wish = self._wish(record, command)
        self._adding += 1
        try:
            added = await self._database.run(lambda session: self._add(session, wish, rules))
        except StorageError as fault:
            return Failed(f"the call back could not be written down: {fault}")
        finally:
            self._adding -= 1
        if added.callback is None:
            self._refuse(record, added.refused)
            return Kept(refused=added.refused)
        is_ours = added.callback.owner in ("", self._box)
        if added.callback.id not in self._runs and added.callback.state in OPEN and is_ours:
            self.drive(added.callback)
        return Kept(added.position)

    def _add(self, session: Session, wish: Callback, rules: CallBackRules) -> Added:
        """A limit that is reached is an alarm, in the same transaction: one mail an hour."""
        added = add(session, wish, rules)
        brand = self._configuration().brands.get(wish.brand)
        if added.limit and brand is not None:
            facts = {"brand": brand.title, "reason": added.limit, "at": wish.asked_at}
            enqueue(
                session,
                template="call-back-alarm",
                language=brand.mail_language,
                to=brand.mailboxes,
                cc=brand.copy,
                variables={**facts, "dialled": wish.dialled, "caller": wish.caller},
                dedupe=f"callback-alarm:{wish.brand}:{added.limit}:{wish.asked_at:%Y-%m-%dT%H}",
                now=wish.asked_at,
            )
        return added

    def _wish(self, record: CallRecord, command: AskCallback) -> Callback:
        now, rules = self._clock.now(), self._configuration().desk.call_back
        return Callback(
            id=uuid4().hex[:16],
            call_id=record.id,
            brand=record.brand,
            dialled=record.dialled,
            caller=record.caller,
            caller_name=record.caller_name,
            number=command.number,
            shown=command.show,
            queue=command.queue,
            priority=command.priority,
            ask=Ask(command.targets, command.agents, command.limits),
            asked_at=now,
            waits_since=now - timedelta(seconds=command.since_s),
            due_at=now,
            gives_up_at=now + timedelta(seconds=rules.within_s),
            most_tries=rules.tries,
            owner=self._box,
        )

    def _refuse(self, record: CallRecord, why: str) -> None:
        """Somebody may be trying to dial out at our expense: it is counted, and said loudly."""
        self.refused += 1
        log.error("callback.refused", call=record.id, why=why)
        self._feed.publish("call-back", self._clock.now(), call=record.id, state="refused", why=why)

    async def cancel(self, callback_id: str, why: str = "cancelled by command") -> bool:
        """Take one back that no agent has taken yet."""
        run = self._runs.get(callback_id)
        if run is not None or self._shared is None:
            return run is not None and await run.cancel(why)
        now = self._clock.now()
        return await self._database.run(lambda session: take_back(session, callback_id, why, now))

    async def talk(self, agi: AgiSession, leg_id: str) -> None:
        """The handler of an agent's leg that was picked up, or has come back after we were away."""
        run = next((one for one in self._runs.values() if one.callback.leg == leg_id), None)
        if run is None and self._shared is not None:
            run = await self._shared.find_leg(leg_id)
        if run is not None:
            await run.talk(agi)
            return
        log.warning("callback.unknown_leg", leg=leg_id[:40])
        try:
            await agi.hangup()
        except AgiError as fault:
            log.debug("callback.leg_gone", why=str(fault))

    async def _reached(self, leg_id: str) -> None:
        for run in list(self._runs.values()):
            if run.callback.leg == leg_id:
                await run.note_reached()

    def drive(self, callback: Callback) -> CallbackRun:
        """See to it from now on."""
        run = self._runs[callback.id] = CallbackRun(callback, self._means)
        self._tell(callback)
        task = asyncio.get_running_loop().create_task(self._see_to(run), name=f"call back {callback.id}")
        self._tasks[callback.id] = task
        return run

    def drop(self, run: CallbackRun) -> None:
        """Another box sees to it."""
        if self._runs.get(run.callback.id) is run:
            self._tasks[run.callback.id].cancel()

    async def _see_to(self, run: CallbackRun) -> None:
        """A fault of ours must not lose a call back: it is said, and tried again."""
        try:
            while True:
                try:
                    await run.drive()
                    return
                except Exception:
                    log.exception("callback.fault", callback=run.callback.id)
                    await asyncio.sleep(FAULT_PAUSE_S)
        finally:
            if self._runs.get(run.callback.id) is run:
                del self._runs[run.callback.id]
                self._tasks.pop(run.callback.id, None)

    def _tell(self, callback: Callback) -> None:
        log.info("callback.step", callback=callback.id, state=str(callback.state), tries=callback.tries)
        self._feed.publish("call-back", self._clock.now(), **callback.to_json())


class CallersWish:
    """What one caller may wish (see `ivr.calls.performer.Wishes`)."""

    def __init__(self, desk: CallbackDesk, record: CallRecord) -> None:
        self._desk, self._record = desk, record

    async def keep(self, command: AskCallback) -> Event:
        """Durable when this returns `Kept`; `Failed` when it could not be written down."""
        return await self._desk.keep(self._record, command)


__all__ = ["CALLBACK_LEG", "CallbackDesk", "CallersWish"]
