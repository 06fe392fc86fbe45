"""One log-in at the switch, from the socket to the sync, and its heartbeat."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from ivr.ami.errors import AmiDisconnected, AmiFailed, AmiProtocolError, AmiRefused, AmiTimeout
from ivr.ami.filters import EventChoice
from ivr.ami.messages import AmiAnswer, AmiEvent, ChannelSnapshot, read_snapshot
from ivr.ami.pending import PendingAction
from ivr.ami.protocol import LinkProtocol

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Where the switch is and who we are. The secret is never printed."""

    host: str
    port: int
    username: str
    secret: str

    def __repr__(self) -> str:
        return f"Account({self.username}@{self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Timing:
    """Limits of every wait, in seconds."""

    ping_s: float = 2.5
    pong_s: float = 5.0
    """A pong later than this ends the link; with `ping_s` it is how soon a dead one is noticed."""
    connect_s: float = 3.0
    login_s: float = 5.0
    """For each step of the log-in. A refusal takes the switch one second."""
    boot_s: float = 30.0
    """How long a switch that is starting may take before the link is used all the same."""
    sync_s: float = 7.0
    retry_s: tuple[float, float] = (0.2, 5.0)
    """Shortest and longest wait before connecting again."""
    refused_retry_s: tuple[float, float] = (5.0, 60.0)
    """The same after a refused log-in: a wrong password does not get right by hammering."""
    steady_s: float = 10.0
    """A link that was ready this long starts over with the shortest wait."""


class Session:
    """A connection in use. Ends when `lost` is done; never connects again by itself."""

    def __init__(
        self, account: Account, events: EventChoice, timing: Timing, deliver: Callable[[AmiEvent], None]
    ) -> None:
        self._account = account
        self._events = events
        self._timing = timing
        self._deliver = deliver
        self._booted = asyncio.Event()
        self._long_actions: dict[str, float] = {}
        """Actions under way that may keep the switch from answering a ping, and until when."""
        self._long_action_ended_at = 0.0
        self._loop = asyncio.get_running_loop()
        self.protocol = LinkProtocol(self._receive)
        self.last_pong_at = 0.0
        """Loop time of the last proof that the switch answers; 0 before the first."""

    @property
    def lost(self) -> asyncio.Future[str]:
        """Done with the reason when the connection is gone."""
        return self.protocol.lost

    def drop(self, why: str) -> None:
        """End the connection."""
        self.protocol.drop(why)

    async def connect(self) -> None:
        """Open the socket and wait for the switch's greeting."""
        account = self._account
        try:
            async with asyncio.timeout(self._timing.connect_s):
                sock = await _open_socket(account.host, account.port)
                await self._loop.create_connection(lambda: self.protocol, sock=sock)
        except TimeoutError:
            raise AmiTimeout("the connection", self._timing.connect_s) from None
        await _first_of(self.protocol.greeted, self.lost, timeout_s=self._timing.login_s)
        if self.lost.done():
            raise AmiProtocolError(self.lost.result())
        if not self.protocol.greeted.done():
            raise AmiTimeout("the connection: no greeting", self._timing.login_s)

    async def log_in(self) -> None:
        """Log in with hardly any events, then choose those wanted. Raises `AmiRefused`."""
        account, limit_s = self._account, self._timing.login_s
        login = PendingAction(
            "Login", {"Username": account.username, "Secret": account.secret, "Events": "system"}
        )
        answer = await self.ask(login, limit_s)
        if not answer.success:
            raise self._refusal(answer.message or "no reason given")
        self.last_pong_at = self._loop.time()
        await self._choose_events(limit_s)

    async def _choose_events(self, limit_s: float) -> None:
        filters = self._events.filters()
        mask = PendingAction("Events", {"EventMask": self._events.mask})
        *answers, on = await asyncio.gather(*(self.ask(action, limit_s) for action in (*filters, mask)))
        if refused := [answer.message for answer in answers if not answer.success]:
            log.warning("ami events come unfiltered; the user needs write=system", why=refused[0])
        if not on.success:
            raise AmiFailed("Events", on.message)

    async def wait_booted(self) -> None:
        """Wait until the switch has loaded all: before that, endpoints are missing and calls fail."""
        booted = asyncio.ensure_future(self._booted.wait())
        try:
            await _first_of(booted, self.lost, timeout_s=self._timing.boot_s)
        finally:
            booted.cancel()
        if self.lost.done():
            raise AmiDisconnected("Login", was_sent=True)
        if not self._booted.is_set():
            log.warning("ami switch does not say that it has booted; the user may lack read=system")

    async def collect_channels(self) -> list[ChannelSnapshot]:
        """Every live channel. Raises `AmiRefused` when the user may not see them."""
        show = PendingAction("CoreShowChannels", {}, "CoreShowChannelsComplete")
        answer = await self.ask(show, self._timing.sync_s)
        if not answer.success:
            raise self._refusal(f"CoreShowChannels: {answer.message} (needs write=system or reporting)")
        return [read_snapshot(item) for item in show.listed]

    async def ask(self, action: PendingAction, timeout_s: float) -> AmiAnswer:
        """Send an action and wait for its answer.

        Raises `AmiDisconnected` when the link is or gets lost, `AmiTimeout` when no answer comes; in
        either case nothing of the action is kept, and it is never sent again.
        """
        future = self.protocol.send(action)
        if timeout_s > self._timing.ping_s + self._timing.pong_s:
            self._long_actions[action.id] = self._loop.time() + timeout_s
        try:
            await asyncio.wait({future}, timeout=timeout_s)
            if not future.done():
                await asyncio.sleep(0.01)  # our own loop may have been late: let it read what is there
            if not future.done():
                raise AmiTimeout(action.name, timeout_s)
            return future.result()
        finally:
            self.protocol.forget(action)
            if self._long_actions.pop(action.id, None):
                self._long_action_ended_at = self._loop.time()

    async def beat(self) -> None:
        """Ping until the link is lost; end it when a pong stays out."""
        while not self.lost.done():
            await asyncio.sleep(self._timing.ping_s)
            try:
                await self._ping()
            except AmiTimeout as error:
                self.drop(f"no pong within {error.timeout_s:.1f} s")
            except AmiDisconnected:
                return
            else:
                self.last_pong_at = self._loop.time()

    async def _ping(self) -> None:
        """One ping and its pong.

        The switch does one action of a session at a time and is mute during a long one, such as a
        reload; so the pong has until `pong_s` after that one is over.
        """
        ping = PendingAction("Ping", {})
        sent_at = self._loop.time()
        future = self.protocol.send(ping)
        try:
            while not future.done():
                begin = max(sent_at, self._long_action_ended_at)
                due_at = max(begin + self._timing.pong_s, *self._long_actions.values(), 0.0)
                left_s = due_at - self._loop.time()
                if left_s < 0:
                    raise AmiTimeout("Ping", self._loop.time() - sent_at)
                await asyncio.wait({future}, timeout=left_s + 0.01)
            future.result()
        finally:
            self.protocol.forget(ping)

    def _receive(self, event: AmiEvent) -> None:
        if event.name == "FullyBooted":
            self._booted.set()
        self._deliver(event)
        if event.name == "Shutdown":
            self.drop("the switch is shutting down")

    def _refusal(self, why: str) -> AmiRefused:
        account = self._account
        return AmiRefused(account.host, account.port, account.username, why)


async def _first_of(*futures: asyncio.Future[Any], timeout_s: float) -> None:
    await asyncio.wait(futures, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)


async def _open_socket(host: str, port: int) -> socket.socket:
    """A connected socket. An address in digits is taken as it is: no resolver is asked."""
    loop = asyncio.get_running_loop()
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
    else:
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        address = (host, port)
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


__all__ = ["Account", "Session", "Timing"]
