"""The alerts mailbox over TLS, on a real server: both ways of it, and certificates that are not believed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.alarms.mailbox import Account, MailboxReader
from tests.alarms.desks import Setting, a_desk, a_mail
from tests.alarms.imap_servers import PASSWORD, USER, ImapServer, start_dovecot, start_pymap
from tests.alarms.test_mailbox import in_thread, subjects
from tests.certificates import Certificate, make_certificate
from tests.notify.post_office import until

WAYS = ("tls", "starttls")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[ImapServer]:
    found = start_dovecot(tmp_path_factory.mktemp("imap") / "dovecot", certificate=certificate)
    yield found
    found.clear()


def account_on(server: ImapServer, way: Any, host: str = "127.0.0.1", ca_file: Path | str = "") -> Account:
    port = server.tls_port if way == "tls" else server.port
    return Account(host, port, way, USER, PASSWORD, ca_file=str(ca_file))


@contextlib.asynccontextmanager
async def reading(account: Account, setting: Setting) -> AsyncIterator[MailboxReader]:
    reader = MailboxReader(
        account, setting.desk, setting.database, own_address=lambda: "d@localhost", now=setting.clock.now
    )
    reader.start()
    try:
        yield reader
    finally:
        await reader.close()


async def trouble_of(account: Account, tmp_path: Path) -> str:
    """What keeps the mailbox from being read; it has to be known within seconds."""
    async with a_desk(tmp_path) as setting, reading(account, setting) as reader:
        began = time.monotonic()
        await until(lambda: reader.trouble)
        assert time.monotonic() - began < 5
        assert not reader.read
        return reader.trouble


@pytest.mark.parametrize("way", WAYS)
async def test_mails_come_over_tls(
    server: ImapServer, certificate: Certificate, way: str, tmp_path: Path
) -> None:
    await in_thread(server.put, a_mail(f"There before us, {way}"))
    account = account_on(server, way, ca_file=certificate.authority)
    async with a_desk(tmp_path) as setting, reading(account, setting) as reader:
        assert await subjects(setting, 1) == [f"There before us, {way}"]
        await asyncio.sleep(0.3)
        await in_thread(server.put, a_mail("While we listen"))
        assert (await subjects(setting, 2))[1] == "While we listen"
        await until(lambda: reader.read == 2)
        assert await in_thread(server.unseen) == 0
        assert not reader.trouble


@pytest.mark.parametrize("way", WAYS)
async def test_a_certificate_by_nobody_we_know_is_refused(
    server: ImapServer, way: str, tmp_path: Path
) -> None:
    trouble = await trouble_of(account_on(server, way), tmp_path)
    assert trouble.startswith("127.0.0.1: its certificate is not trusted: ")
    assert "DUTYLINE_MAIL_CA_FILE names whom to trust" in trouble


@pytest.mark.parametrize("way", WAYS)
async def test_a_certificate_of_another_server_is_refused(way: str, tmp_path: Path) -> None:
    others = make_certificate(tmp_path / "others", "DNS:mail.example.com")
    server = await in_thread(lambda: start_dovecot(tmp_path / "imap", certificate=others))
    try:
        account = account_on(server, way, "localhost", others.authority)
        trouble = await trouble_of(account, tmp_path / "state")
        assert trouble.startswith("localhost: its certificate is another one's: ")
        assert "'localhost'" in trouble
    finally:
        await in_thread(server.clear)


async def test_a_server_without_starttls_gets_no_password(tmp_path: Path) -> None:
    server = await in_thread(start_pymap, tmp_path)
    try:
        trouble = await trouble_of(account_on(server, "starttls"), tmp_path / "state")
        assert "STARTTLS" in trouble
    finally:
        await in_thread(server.clear)


async def test_tls_from_the_start_where_it_is_asked_for_first_is_said(
    server: ImapServer, tmp_path: Path
) -> None:
    account = Account("127.0.0.1", server.port, "tls", USER, PASSWORD)
    assert "is starttls meant?" in await trouble_of(account, tmp_path)


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file or directory"), ("no certificate\n", "no PEM in it")]
)
async def test_authorities_that_cannot_be_read_are_said(
    server: ImapServer, content: str | None, why: str, tmp_path: Path
) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_text(content)
    trouble = await trouble_of(account_on(server, "tls", ca_file=file), tmp_path)
    assert trouble == f"127.0.0.1: DUTYLINE_MAIL_CA_FILE {file} cannot be used: {why}"


LIES = {
    "it takes us in before": (b"* PREAUTH welcome\r\n", b"", "before TLS began"),
    "it goes on in the clear": (b"* OK hello\r\n", b"* CAPABILITY IMAP4rev1 AUTH=NON", "before TLS began"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_nothing_said_before_tls_is_believed(lie: str, tmp_path: Path) -> None:
    """Somebody on the way speaks for the server: no password is given to him."""
    greeting, after, why = LIES[lie]
    heard: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while line := await reader.readline():
            heard.append(line)
            tag, verb = line.split()[:2]
            if verb == b"CAPABILITY":
                writer.write(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK done\r\n")
            else:
                writer.write(tag + b" OK go on\r\n" + after)
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as liar:
        port = liar.sockets[0].getsockname()[1]
        account = Account("127.0.0.1", port, "starttls", USER, PASSWORD)
        assert why in await trouble_of(account, tmp_path)
    assert not [line for line in heard if b"LOGIN" in line]
