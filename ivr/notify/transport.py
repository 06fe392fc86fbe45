"""Ways out for a mail: a mail server, or files in a folder."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Literal, Protocol
from uuid import uuid4

import aiosmtplib

from ivr.notify.trust import make_context
from ivr.settings import Settings


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said about one address."""

    code: int
    text: str


class Transport(Protocol):
    """Hands a message over to whoever brings it further."""

    where: str
    """For people: where mails go to."""

    async def send(
        self, message: EmailMessage, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, Reply]:
        """The answer for each address. Raises when the try failed as a whole (see `judge`)."""
        ...


class SmtpTransport:
    """A mail server. One connection a mail: nothing to keep alive, nothing shared between failures."""

    def __init__(
        self,
        host: str,
        port: int = 25,
        *,
        tls: Literal["none", "starttls", "tls"] = "none",
        user: str = "",
        password: str = "",
        ca_file: str = "",
        step_s: float = 20.0,
        whole_s: float = 60.0,
    ) -> None:
        """`ca_file`: authorities trusted besides the machine's own; `step_s`: limit on each answer of the
        server; `whole_s`: on all of a delivery."""
        self.where = f"mail server {host}:{port}"
        self._host, self._port, self._tls = host, port, tls
        self._user, self._password, self._ca_file = user, password, ca_file
        self._step_s, self._whole_s = step_s, whole_s

    async def send(
        self, message: EmailMessage, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, Reply]:
        """The server's answer for each address."""
        async with asyncio.timeout(self._whole_s):
            client = self._client()
            try:
                await client.connect()
                return await _hand_over(client, message, sender, recipients)
            finally:
                await _leave(client)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            # the default asks the resolver, which may block the loop
            local_hostname=platform.node() or "localhost",
            timeout=self._step_s,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=None if self._tls == "none" else make_context(self._ca_file),
            username=self._user or None,
            password=self._password if self._user else None,
        )


async def _hand_over(
    client: aiosmtplib.SMTP, message: EmailMessage, sender: str, recipients: Sequence[str]
) -> Mapping[str, Reply]:
    try:
        refused, answer = await client.sendmail(sender, list(recipients), message.as_bytes())
    except aiosmtplib.SMTPRecipientsRefused as error:
        return {one.recipient: Reply(one.code, _text(one.message)) for one in error.recipients}
    replies = {address: Reply(250, _text(answer)) for address in recipients}
    replies.update({address: Reply(one[0], _text(one[1])) for address, one in refused.items()})
    return replies


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye within a second; the mail has been taken or not by now, whatever happens here."""
    if client.is_connected:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1):
                await client.quit()
    client.close()


def _text(answer: object) -> str:
    return " ".join(str(answer).split())[:500]


MAIL_FILE: Final = ".eml"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9@._-]")


class FileTransport:
    """Keeps each mail as a file, whole or not at all; the same mail twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.where = f"folder {folder}"
        self._folder = folder

    async def send(
        self, message: EmailMessage, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, Reply]:
        """Write the file, off the loop."""
        path = self._folder / (_UNSAFE.sub("_", str(message["Message-ID"]).strip("<>")) + MAIL_FILE)
        await asyncio.to_thread(_keep, path, message.as_bytes())
        return {address: Reply(250, f"kept as {path.name}") for address in recipients}


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def make_transport(settings: Settings) -> Transport:
    """The way out that the settings ask for: their mail server, or files in the state folder."""
    if not settings.smtp_host:
        return FileTransport(settings.state_dir / "mails")
    return SmtpTransport(
        settings.smtp_host,
        settings.smtp_port,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        ca_file=settings.mail_ca_file,
    )


__all__ = ["FileTransport", "Reply", "SmtpTransport", "Transport", "make_transport"]
