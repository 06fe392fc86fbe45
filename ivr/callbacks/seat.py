"""A call back's place in line: it keeps the rank of a caller who waits, and holds an agent as a call does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from dialplan.commands import Admit, Limit, Target, Waiting
from dialplan.events import Admission, Admitted, Outcome
from dialplan.model import Configuration
from ivr.callbacks.model import Callback
from ivr.calls.places import Places, Wish


def key_of(callback: Callback) -> str:
    """What the places know it as."""
    return f"callback-{callback.id}"


@dataclass(frozen=True, slots=True)
class Seat:
    """One call back among those who wait. `stop`: set when it is taken back."""

    callback: Callback
    places: Places
    stop: asyncio.Event

    async def people(self, configuration: Configuration, now: datetime) -> tuple[Target, ...]:
        """Whom to ring, when there is a place for him; an agent is held then. Empty: nobody was free."""
        admitted = await self._admit(now)
        if admitted is None or admitted.admission is not Admission.IN:
            return ()
        ask = self.callback.ask
        if not admitted.agent:
            return ask.targets
        entry = configuration.directory.get(admitted.agent)
        known = tuple(one for one in ask.agents.people if one.entry == admitted.agent) if ask.agents else ()
        return entry.targets if entry else known

    async def _admit(self, now: datetime) -> Admitted | None:
        callback, ask = self.callback, self.callback.ask
        left_s = max(1.0, (callback.gives_up_at - now).total_seconds())
        waiting = Waiting(callback.queue, wait_s=left_s, priority=callback.priority)
        admit = Admit(self._limits(), ask.agents, waiting)
        label = f"call back of {callback.call_id}"
        waited_s = max(0.0, (now - callback.waits_since).total_seconds())
        turn = await self.places.ask(Wish(key_of(callback), admit, now.timestamp(), label, waited_s))
        if isinstance(turn, Admitted):
            return turn
        news = asyncio.Event()
        turn.on_news = news.set
        try:
            while turn.answer is None and not self.stop.is_set():
                news.clear()
                await _either(news, self.stop)
        finally:
            if turn.answer is None:
                turn.abandon()
        return turn.answer

    async def hold_again(self) -> None:
        """Its place and its agent are taken, for callers and other call-backs, whoever came in between."""
        callback = self.callback
        agent = Target(callback.agent_entry, callback.agent_entry, callback.agent_number)
        agents = callback.ask.agents
        held = replace(agents, people=(agent,)) if agents else None
        await self.places.ask(Wish(key_of(callback), Admit(self._limits(), held)))

    def give_back(self) -> None:
        """The agent rests when he has worked, and is rung later when he did not answer."""
        has_worked = self.callback.accepted_at is not None
        self.places.give_back(
            key_of(self.callback), str(Outcome.ANSWERED if has_worked else Outcome.NO_ANSWER)
        )

    def _limits(self) -> tuple[Limit, ...]:
        """Those of the destination; without agents of a group, one call back at a time rings its people."""
        ask = self.callback.ask
        alone = () if ask.agents else (Limit(f"call-back:{self.callback.queue}", 1),)
        return (*ask.limits, *alone)


async def _either(one: asyncio.Event, other: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(one.wait()), asyncio.ensure_future(other.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
