"""Our own mail server, for alarms alone: "250" is said once the mail is committed, and not before.

It takes mails to the addresses of `alarms.yaml`, relays nothing, and has no users: it listens on this
machine, unless an administrator says otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from ivr.alarms.model import Incoming
from ivr.alarms.reading import read_mail
from ivr.storage import AlarmSource, DatabaseUnavailable

log = structlog.get_logger(__name__)
MOST_BYTES: Final = 25_000_000
MOST_AT_ONCE: Final = 200
"""Connections; further ones are told to come again (421)."""
SILENCE_S: Final = 60.0
logging.getLogger("mail.log").setLevel(logging.WARNING)
AGAIN_S: Final = 30.0
"""How often a port that is taken is tried."""


class Keeper(Protocol):
    """What takes alarms (see `AlarmDesk.keep`)."""

    async def keep(self, incoming: Sequence[Incoming]) -> list[str]:
        """Commit them."""


class Listener:
    """Takes mails by SMTP and hands them over."""

    def __init__(
        self,
        keeper: Keeper,
        *,
        host: str,
        port: int,
        addresses: Callable[[], Sequence[str]],
        own_address: Callable[[], str],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """`addresses`: whom mails may be for, asked each time; `own_address`: the sender of our own mails."""
        self._keeper, self._host, self._port = keeper, host, port
        self._addresses, self._own_address, self._most_bytes = addresses, own_address, most_bytes
        self._server: asyncio.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._open = 0
        self.trouble = ""
        """Why it does not listen, in words."""

    @property
    def port(self) -> int:
        """The port it listens on; the one it was given before that."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else self._port

    @property
    def is_up(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    def start(self) -> None:
        """Listen, and go on trying while the port is taken: no call waits for this."""
        self._task = asyncio.create_task(self._listen(), name="alarm mails")

    async def close(self) -> None:
        """Take no more mails; those in hand have been committed or not been answered."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._server is not None:
            self._server.close()

    async def _listen(self) -> None:
        while self._server is None:
            try:
                await self.open()
            except OSError as fault:
                self.trouble = f"port {self._port} cannot be had: {fault.strerror or fault}"
                log.error("alarms.not_listening", port=self._port, why=self.trouble)
                await asyncio.sleep(AGAIN_S)

    async def open(self) -> None:
        """Listen now. OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, self._host, self._port)
        self.trouble = ""
        log.info("alarms.listening", port=self.port)

    def _protocol(self) -> asyncio.Protocol:
        return _Conversation(
            self,
            data_size_limit=self._most_bytes,
            hostname="dutyline",
            ident="Dutyline alarms",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
            timeout=SILENCE_S,
        )

    def enter(self) -> bool:
        """Whether one more connection has room."""
        self._open += 1
        return self._open <= MOST_AT_ONCE

    def leave(self) -> None:
        """A connection is over."""
        self._open -= 1

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only whom alarms may be for."""
        if address.lower() not in self._addresses():
            return "550 5.1.1 No alarms are taken for that address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Commit the mail, then say that we have it."""
        content = envelope.original_content or b""
        alarm = read_mail(
            content,
            AlarmSource.SMTP,
            own_address=self._own_address(),
            envelope_sender=envelope.mail_from or "",
        )
        try:
            await self._keeper.keep([alarm])
        except DatabaseUnavailable as fault:
            log.warning("alarm.not_kept", why=str(fault))
            return "451 4.3.0 The mail cannot be kept now; try again"
        except Exception:
            log.exception("alarm.fault")
            return "451 4.3.0 Something is wrong here; try again"
        return "250 2.0.0 The mail is kept"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever a hostile client brings about ends its command, and nothing else."""
        log.warning("alarms.smtp_fault", why=f"{type(error).__name__}: {error}")
        return "451 4.3.0 Something is wrong here; try again"


class _Conversation(SMTP):
    """One connection; over the limit it is turned away before it can say anything."""

    line_length_limit = 1 << 20
    """Bytes. RFC 5321 allows 1,000, and machines that write alarms have not all read it."""

    def __init__(self, listener: Listener, **options: Any) -> None:
        super().__init__(listener, **options)
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Room, or 421."""
        if not self._listener.enter():
            with contextlib.suppress(Exception):
                transport.write(b"421 4.3.2 Too many at once; try again\r\n")  # type: ignore[attr-defined]
            transport.close()
            return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Give the place back."""
        self._listener.leave()
        if self.transport is not None:
            super().connection_lost(error)


__all__ = ["Listener"]
