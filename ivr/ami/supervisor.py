"""Stays connected: the one owner of the link's connection.

connecting -> syncing -> ready; from anywhere to down and back to connecting; refused when the
switch does not let us in, and tried again slowly.
"""

from __future__ import annotations

import asyncio
import math

import structlog

from ivr.ami.backoff import Backoff
from ivr.ami.delivery import Delivery, Sync, Unsubscribe, add_handler
from ivr.ami.errors import AmiDisconnected, AmiError, AmiRefused, AmiTimeout
from ivr.ami.filters import EventChoice
from ivr.ami.messages import AmiEvent, ChannelSnapshot
from ivr.ami.session import Account, Session, Timing
from ivr.ami.state import LinkMetrics, LinkState, StateHandler

log = structlog.get_logger(__name__)


class Supervisor:
    """Connects, logs in, syncs, and begins again when the link is lost. `run` never ends by itself."""

    def __init__(self, account: Account, events: EventChoice, timing: Timing, delivery: Delivery) -> None:
        self.state = LinkState.DOWN
        self.why = "not started"
        """Why the link is not ready; empty when it is."""
        self.metrics = LinkMetrics()
        self._said = ""
        self._account = account
        self._events = events
        self._timing = timing
        self._delivery = delivery
        self._retry = Backoff(*timing.retry_s)
        self._refused_retry = Backoff(*timing.refused_retry_s)
        self._refusal: AmiRefused | None = None
        self._session: Session | None = None
        self._held: list[AmiEvent] | None = None
        self._changed = asyncio.Event()
        self._state_handlers: list[StateHandler] = []

    def session_for(self, action: str) -> Session:
        """The session to send on. Raises `AmiDisconnected` at once when the link is not ready."""
        if self._session is None or self.state is not LinkState.READY:
            raise AmiDisconnected(action, was_sent=False)
        return self._session

    @property
    def last_pong_age_s(self) -> float:
        """Seconds since the switch last proved to be there; infinite without a log-in."""
        if self._session is None or not self._session.last_pong_at:
            return math.inf
        return asyncio.get_running_loop().time() - self._session.last_pong_at

    def count(self) -> LinkMetrics:
        """The counts as they are now."""
        return self.metrics.with_now(self._delivery, len(self._held or ()), self._session)

    def on_state(self, handler: StateHandler) -> Unsubscribe:
        """Have `handler` called with each new state; the answer ends it."""
        return add_handler(self._state_handlers, handler)

    async def wait_ready(self, timeout_s: float) -> None:
        """Wait for a synced link. Raises `AmiRefused` as soon as that is known, `AmiTimeout` at the end."""
        until = asyncio.get_running_loop().time() + timeout_s
        while self.state is not LinkState.READY:
            if self.state is LinkState.REFUSED and self._refusal:
                raise self._refusal
            try:
                async with asyncio.timeout_at(until):
                    await self._changed.wait()
            except TimeoutError:
                place = f"AMI at {self._account.host}:{self._account.port} ({self.why})"
                raise AmiTimeout(place, timeout_s) from None

    async def run(self) -> None:
        """Connect, live until the link is lost, wait, begin again."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            backoff = await self._live_and_lose()
            if loop.time() - began > self._timing.steady_s:
                self._retry.reset()
            await asyncio.sleep(backoff.next_s())

    def end(self, why: str) -> None:
        """The link is over, for now or for good."""
        session, self._session = self._session, None
        if session:
            session.drop(why)
            self.metrics.late_answers += session.protocol.late_answers
            self.metrics.latin1_lines += session.protocol.framer.latin1_lines
        self._say(LinkState.DOWN, why)

    async def _live_and_lose(self) -> Backoff:
        """One session to its end; how long to wait afterwards."""
        try:
            await self._live()
        except AmiRefused as refusal:
            self._refuse(refusal)
            return self._refused_retry
        except ConnectionRefusedError:
            self._lose(f"nothing listens at {self._account.host}:{self._account.port}")
        except (AmiError, OSError) as error:
            self._lose(str(error) or type(error).__name__)
        except Exception as error:
            log.exception("ami link failed in a way nobody foresaw")
            self._lose(repr(error))
        return self._retry

    async def _live(self) -> None:
        """One session, from connecting to its end. Never returns: raises when the link is lost."""
        self._say(LinkState.CONNECTING, self.why)
        self._held = []
        session = self._session = Session(self._account, self._events, self._timing, self._receive)
        await session.connect()
        self.metrics.connects += 1
        await session.log_in()
        self._refused_retry.reset()
        self._say(LinkState.SYNCING, "the live channels are being collected")
        beat = asyncio.create_task(session.beat(), name="ami heartbeat")
        try:
            await session.wait_booted()
            self._sync(session, await session.collect_channels())
            raise AmiError(await asyncio.shield(session.lost))
        finally:
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)

    def _sync(self, session: Session, channels: list[ChannelSnapshot]) -> None:
        """Queue the sync, and behind it what has come since the log-in; ready when it was heard."""
        held, self._held = self._held or [], None

        def be_ready() -> None:
            if self._session is session and not session.lost.done():
                self._say(LinkState.READY, "")

        if not self._delivery.put(Sync(channels, be_ready), *held):
            self._overflow()

    def _receive(self, event: AmiEvent) -> None:
        """An event from the wire: kept back until the sync is queued, then queued behind it."""
        self.metrics.events += 1
        if self._held is None:
            if not self._delivery.put(event):
                self._overflow()
            return
        self._held.append(event)
        if len(self._held) > self._delivery.limit:
            self._held.clear()
            self._overflow()

    def _overflow(self) -> None:
        self.metrics.overflows += 1
        if self._session:
            self._session.drop("events came faster than they were handled")

    def _lose(self, why: str) -> None:
        """Say once why the link is down, however often it is tried again."""
        if self.state is LinkState.CONNECTING:
            self.metrics.failed_connects += 1
        else:
            self.metrics.losses += 1
        if why != self._said:
            log.warning("ami link down", why=why)
        self._said = why
        self.end(why)

    def _refuse(self, refusal: AmiRefused) -> None:
        self.metrics.refusals += 1
        self._refusal = refusal
        log.error("ami log-in refused", why=str(refusal))
        session, self._session = self._session, None
        if session:
            session.drop(str(refusal))
        self._say(LinkState.REFUSED, str(refusal))

    def _say(self, state: LinkState, why: str) -> None:
        self.why = why
        if state is self.state:
            return
        self.state = state
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        if state is LinkState.READY:
            self._said = ""
            log.info("ami link ready")
        for handler in tuple(self._state_handlers):
            try:
                handler(state)
            except Exception:
                log.exception("ami state handler failed", state=state)


__all__ = ["Supervisor"]
