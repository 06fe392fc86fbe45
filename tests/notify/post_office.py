"""A real mail server in a thread that behaves as told, and a clock whose hours pass at once."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

NOW = datetime(2026, 11, 22, 2, 14, 15, tzinfo=UTC)


@dataclass
class Received:
    """One message as the server took it."""

    sender: str
    recipients: list[str]
    message: EmailMessage


@dataclass
class Manners:
    """How the server behaves; changed by tests as they go."""

    rcpt: dict[str, list[str]] = field(default_factory=dict)
    """Address -> replies to give to it, one each time; then it is taken."""
    always: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    """Replies to messages, one each time; then they are taken."""
    slow_s: float = 0.0
    received: list[Received] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the address, or say what was asked for."""
        if address in self.always:
            return self.always[address]
        if self.rcpt.get(address):
            return self.rcpt[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the message, or say what was asked for."""
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.data:
            return self.data.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), message))
        return "250 taken"


class PostOffice(Controller):
    """The server; `port` is a free one unless given."""

    def __init__(self, manners: Manners, port: int = 0, **options: Any) -> None:
        super().__init__(manners, hostname="127.0.0.1", port=port, ready_timeout=20, **options)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class VirtualTime:
    """A clock that stands still until it is moved; sleepers wake when it has passed their time."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """What it shows."""
        return self.at

    def sleep(self, wait_s: float) -> asyncio.Future[None]:
        """Until it has gone on by so much, counted from the call."""
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if wait_s > 0:
            self._sleepers.append((self.at + timedelta(seconds=wait_s), waking))
        else:
            waking.set_result(None)
        return waking

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        for due, waking in self._sleepers:
            if due <= self.at and not waking.done():
                waking.set_result(None)
        self._sleepers = [one for one in self._sleepers if not one[1].done()]


async def until(condition: Callable[[], Any], within_s: float = 20) -> None:
    """Wait for what is bound to happen."""
    end = time.monotonic() + within_s
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.01)
