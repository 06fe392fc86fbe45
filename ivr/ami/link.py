"""The link to the switch, as the rest of the service sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace

from ivr.ami.commands import AmiCommands
from ivr.ami.delivery import EVERY_EVENT, Delivery, EventHandler, SyncHandler, Unsubscribe
from ivr.ami.errors import AmiDisconnected, AmiError, AmiFailed, AmiTimeout, AmiUncertain, AmiValueError
from ivr.ami.filters import EventChoice
from ivr.ami.headers import HeaderValue, check_headers
from ivr.ami.messages import AmiAnswer, AmiEvent, ChannelSnapshot
from ivr.ami.originate import LOOK_AGAIN_S, OriginateOutcome, Originations
from ivr.ami.pending import PendingAction
from ivr.ami.session import Account, Timing
from ivr.ami.state import LinkMetrics, LinkState, StateHandler
from ivr.ami.supervisor import Supervisor


class AmiLink(AmiCommands):
    """The supervised manager link. Make it inside a running event loop; `start`, later `close`."""

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        *,
        events: Collection[str],
        ping_s: float = 2.5,
        pong_s: float = 5.0,
        timing: Timing | None = None,
        max_queued: int = 10_000,
    ) -> None:
        self._events = EventChoice(events)
        self._delivery = Delivery(max_queued)
        self._originations = Originations()
        self._tasks: list[asyncio.Task[None]] = []
        self._looking: set[asyncio.Task[None]] = set()
        account = Account(host, port, username, secret)
        timed = replace(timing or Timing(), ping_s=ping_s, pong_s=pong_s)
        self._supervisor = Supervisor(account, self._events, timed, self._delivery)
        self._delivery.subscribe("OriginateResponse", self._originations.take_response)
        self._delivery.subscribe("Hangup", self._originations.take_hangup)
        self._delivery.on_sync(self._look_for_legs)

    @property
    def state(self) -> LinkState:
        """How things stand."""
        return self._supervisor.state

    @property
    def why(self) -> str:
        """Why the link is not ready, in words for an administrator; empty when it is."""
        return self._supervisor.why

    @property
    def last_pong_age_s(self) -> float:
        """Seconds since the switch last answered a ping on the present link; infinite without one."""
        return self._supervisor.last_pong_age_s

    @property
    def metrics(self) -> LinkMetrics:
        """The counts as they are now, a copy."""
        return self._supervisor.count()

    def subscribe(self, event: str, handler: EventHandler) -> Unsubscribe:
        """Have `handler` called, in order, for each event of that name (`*`: each that comes).

        Raises `AmiValueError` for an event that was not among those asked of the switch.
        """
        if event != EVERY_EVENT and event not in self._events.names:
            raise AmiValueError("Filter", f"{event!r} is not among the events this link asks for")
        return self._delivery.subscribe(event, handler)

    def on_sync(self, handler: SyncHandler) -> Unsubscribe:
        """Have `handler` called with every live channel after each log-in, before later events."""
        return self._delivery.on_sync(handler)

    def on_state(self, handler: StateHandler) -> Unsubscribe:
        """Have `handler` called with each new state; the answer ends it."""
        return self._supervisor.on_state(handler)

    async def start(self) -> None:
        """Begin to connect, and go on for ever. Returns at once: see `wait_ready`."""
        if self._tasks:
            raise RuntimeError("the AMI link is started already")
        self._tasks = [
            asyncio.create_task(self._delivery.run(), name="ami delivery"),
            asyncio.create_task(self._supervisor.run(), name="ami link"),
        ]

    async def close(self) -> None:
        """Log off and stop. Unanswered actions fail; what is still queued is not delivered."""
        tasks, self._tasks = [*self._tasks, *self._looking], []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._supervisor.end("closed")
        self._delivery.clear()

    async def wait_ready(self, timeout_s: float) -> None:
        """Wait for a synced link. Raises `AmiRefused` as soon as that is known, `AmiTimeout` at the end."""
        await self._supervisor.wait_ready(timeout_s)

    async def action(
        self,
        name: str,
        headers: Mapping[str, HeaderValue] | None = None,
        /,
        *,
        timeout_s: float = 5.0,
        variables: Mapping[str, str] | None = None,
        **more: HeaderValue,
    ) -> AmiAnswer:
        """Send an action that has one answer, and wait for it.

        Raises `AmiValueError`, `AmiDisconnected` (at once when the link is not ready), `AmiTimeout`.
        A refusal by the switch is an answer whose `success` is False.
        """
        pending = self._prepare(name, {**(headers or {}), **more}, variables)
        return await self._ask(pending, timeout_s)

    async def action_list(
        self,
        name: str,
        complete_event: str,
        headers: Mapping[str, HeaderValue] | None = None,
        /,
        *,
        timeout_s: float = 10.0,
        **more: HeaderValue,
    ) -> list[AmiEvent]:
        """Send an action whose answer is a list that `complete_event` ends. Raises `AmiFailed` too."""
        pending = self._prepare(name, {**(headers or {}), **more}, None, complete_event)
        answer = await self._ask(pending, timeout_s)
        if not answer.success:
            raise AmiFailed(name, answer.message)
        return pending.listed

    async def originate(
        self,
        *,
        channel: str,
        channel_id: str,
        context: str = "",
        exten: str = "s",
        priority: int | str = 1,
        application: str = "",
        data: str = "",
        caller_id: str = "",
        timeout_ms: int = 30_000,
        variables: Mapping[str, str] | None = None,
        account: str = "",
        answer_s: float = 5.0,
    ) -> None:
        """Ring `channel`; once answered it goes to `context`, or to `application`. Returns when queued.

        The leg bears `channel_id`; await `outcome(channel_id)`. Raises `AmiUncertain` when it may or
        may not be ringing: its outcome can be awaited all the same. To try again then, use the same id:
        the switch refuses a second channel of that id while the first one lives.
        """
        if bool(context) == bool(application):
            raise AmiValueError("Context", "give either a context or an application")
        where: dict[str, HeaderValue] = {"Context": context, "Exten": exten, "Priority": priority}
        if application:
            where = {"Application": application, "Data": data}
        optional = {"CallerID": caller_id, "Account": account}
        where |= {name: value for name, value in optional.items() if value}
        where |= {"Channel": channel, "ChannelId": channel_id, "Timeout": timeout_ms}
        self._originations.expect(channel_id, timeout_ms / 1000 + 60)
        try:
            answer = await self.action("Originate", where, timeout_s=answer_s, variables=variables)
            if not answer.success:
                raise AmiFailed("Originate", answer.message)
        except AmiTimeout as error:
            raise AmiUncertain(channel_id, str(error)) from error
        except AmiDisconnected as error:
            if error.was_sent:
                raise AmiUncertain(channel_id, str(error)) from error
            self._originations.forget(channel_id)
            raise
        except AmiError:
            self._originations.forget(channel_id)
            raise

    async def outcome(self, channel_id: str, timeout_s: float) -> OriginateOutcome:
        """What became of a leg we originated. Raises `AmiTimeout`; survives a lost link (see the sync)."""
        return await self._originations.outcome(channel_id, timeout_s)

    def _look_for_legs(self, channels: list[ChannelSnapshot]) -> None:
        """After each log-in: what became of the legs whose outcome the lost link kept from us?"""
        if missing := self._originations.take_sync(channels):
            task = asyncio.create_task(self._look_again(missing), name="ami look for legs")
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _look_again(self, missing: frozenset[str]) -> None:
        await asyncio.sleep(LOOK_AGAIN_S)
        try:
            channels = await self.core_show_channels()
        except AmiError:
            return  # the link went again: the next sync looks for them
        self._originations.give_up(missing & self._originations.take_sync(channels))

    def _prepare(
        self,
        name: str,
        headers: Mapping[str, HeaderValue],
        variables: Mapping[str, str] | None,
        complete_event: str | None = None,
    ) -> PendingAction:
        if not name.isalnum() or not name.isascii():
            raise AmiValueError("Action", "is no action name")
        if name.lower() == "originate":  # without it the whole session waits until somebody answers
            headers = {
                **{key: value for key, value in headers.items() if key.lower() != "async"},
                "Async": True,
            }
        return PendingAction(name, check_headers(headers, variables), complete_event)

    async def _ask(self, action: PendingAction, timeout_s: float) -> AmiAnswer:
        session = self._supervisor.session_for(action.name)
        metrics = self._supervisor.metrics
        metrics.actions += 1
        try:
            return await session.ask(action, timeout_s)
        except AmiTimeout:
            metrics.timeouts += 1
            raise


__all__ = ["AmiLink"]
