"""Reading the alerts mailbox on real IMAP servers: at once, and not one mail lost or doubled."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.alarms.mailbox import Account, MailboxReader
from ivr.storage import AlarmState, DatabaseUnavailable
from tests.alarms.desks import Setting, a_desk, a_mail
from tests.alarms.imap_servers import PASSWORD, USER, ImapServer, start_dovecot, start_pymap
from tests.notify.post_office import until


@pytest.fixture(params=["dovecot", "pymap"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ImapServer]:
    start = {"dovecot": start_dovecot, "pymap": start_pymap}[request.param]
    found = start(tmp_path / "imap")
    yield found
    found.clear()


@pytest.fixture
def dovecot(tmp_path: Path) -> Iterator[ImapServer]:
    found = start_dovecot(tmp_path / "imap")
    yield found
    found.clear()


def reader_of(server: ImapServer, setting: Setting, **more: Any) -> MailboxReader:
    account = Account("127.0.0.1", server.port, "none", USER, PASSWORD, poll_s=0.3)
    return MailboxReader(
        account,
        more.pop("keeper", setting.desk),
        setting.database,
        own_address=lambda: "dutyline@localhost",
        now=setting.clock.now,
        **more,
    )


async def in_thread(work: Callable[..., Any], *given: Any) -> Any:
    return await asyncio.to_thread(work, *given)


async def subjects(setting: Setting, number: int) -> list[str]:
    """The subjects of the alarms, once there are so many."""

    async def are_there() -> bool:
        return len(await setting.alarms()) >= number

    await until(are_there)
    return [alarm.subject for alarm in await setting.alarms()]


async def test_mails_are_taken_as_they_come_and_marked(server: ImapServer, tmp_path: Path) -> None:
    await in_thread(server.put, a_mail("There before us"))
    async with a_desk(tmp_path) as setting:
        reader = reader_of(server, setting)
        reader.start()
        assert await subjects(setting, 1) == ["There before us"]
        await asyncio.sleep(0.5)
        await in_thread(server.put, a_mail("While we listen"), a_mail("And another"))
        assert await subjects(setting, 3) == ["There before us", "While we listen", "And another"]
        await until(lambda: reader.read == 3)
        assert await in_thread(server.unseen) == 0
        await reader.close()
        await setting.settle()
        assert len(setting.pages.begun) == 3


async def test_one_that_somebody_opened_before_us_is_not_lost(server: ImapServer, tmp_path: Path) -> None:
    async with a_desk(tmp_path) as setting:
        reader = reader_of(server, setting)
        reader.start()
        await in_thread(server.put, a_mail("First"))
        await subjects(setting, 1)
        await reader.close()

        def read_by_somebody() -> None:
            server.put(a_mail("Opened by a colleague"))
            with server.client() as program:
                program.store("2", "+FLAGS", r"(\Seen)")

        await in_thread(read_by_somebody)
        again = reader_of(server, setting)
        again.start()
        assert await subjects(setting, 2) == ["First", "Opened by a colleague"]
        await again.close()


async def test_old_mails_that_were_read_long_ago_are_left_alone(server: ImapServer, tmp_path: Path) -> None:
    def years_of_mail() -> None:
        server.put(*(a_mail(f"Old {number}") for number in range(5)), a_mail("Still unread"))
        with server.client() as program:
            program.store("1:5", "+FLAGS", r"(\Seen)")

    await in_thread(years_of_mail)
    async with a_desk(tmp_path) as setting:
        reader = reader_of(server, setting)
        reader.start()
        assert await subjects(setting, 1) == ["Still unread"]
        await in_thread(server.put, a_mail("New"))
        assert await subjects(setting, 2) == ["Still unread", "New"]
        await reader.close()


async def test_killed_between_the_commit_and_the_mark(server: ImapServer, tmp_path: Path) -> None:
    """The mail is committed and not marked; whoever comes next finds it, and knows it."""
    await in_thread(server.put, a_mail("Once"))
    async with a_desk(tmp_path) as setting:

        class Dies(MailboxReader):
            async def _mark(self, client: Any, uids: Any) -> None:
                raise asyncio.CancelledError

        first = reader_of(server, setting)
        first.__class__ = Dies
        first.start()
        await subjects(setting, 1)
        await first.close()
        assert await in_thread(server.unseen) == 1
        second = reader_of(server, setting)
        second.start()
        await until(lambda: second.read == 1)
        await asyncio.sleep(0.3)
        await second.close()
        await setting.settle()
        assert [(alarm.subject, alarm.repeats) for alarm in await setting.alarms()] == [("Once", 1)]
        assert len(setting.pages.begun) == 1
        assert await in_thread(server.unseen) == 0


async def test_while_the_database_is_away_the_mail_stays_unseen(server: ImapServer, tmp_path: Path) -> None:
    await in_thread(server.put, a_mail("Patience"))
    async with a_desk(tmp_path) as setting:
        tried = asyncio.Event()

        class Away:
            async def keep(self, incoming: Any, also: Any = None) -> list[str]:
                if not tried.is_set():
                    tried.set()
                    raise DatabaseUnavailable("here", "it is locked")
                found: list[str] = await setting.desk.keep(incoming, also)
                return found

        reader = reader_of(server, setting, keeper=Away())
        reader.start()
        await asyncio.wait_for(tried.wait(), 20)
        assert await setting.alarms() == []
        assert await subjects(setting, 1) == ["Patience"]
        await reader.close()


async def test_the_server_goes_and_comes_back(dovecot: ImapServer, tmp_path: Path) -> None:
    async with a_desk(tmp_path) as setting:
        reader = reader_of(dovecot, setting)
        reader.start()
        await in_thread(dovecot.put, a_mail("Before"))
        await subjects(setting, 1)
        await in_thread(dovecot.stop)
        await until(lambda: reader.trouble)
        assert reader.since is not None
        back = await in_thread(start_dovecot, dovecot.folder, dovecot.port)
        dovecot.process = back.process
        await in_thread(dovecot.put, a_mail("After"))
        assert await subjects(setting, 2) == ["Before", "After"]
        await until(lambda: not reader.trouble)
        await reader.close()


async def test_a_wrong_password_is_said(dovecot: ImapServer, tmp_path: Path) -> None:
    async with a_desk(tmp_path) as setting:
        account = Account("127.0.0.1", dovecot.port, "none", USER, "wrong")
        reader = MailboxReader(
            account, setting.desk, setting.database, own_address=str, now=setting.clock.now
        )
        reader.start()
        await until(lambda: reader.trouble)
        assert "log-in" in reader.trouble
        assert "wrong" not in reader.trouble
        await reader.close()


async def test_a_server_that_says_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.alarms.mailbox.STEP_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        async with a_desk(tmp_path) as setting:
            account = Account("127.0.0.1", mute.getsockname()[1], "none", USER, PASSWORD)
            reader = MailboxReader(
                account, setting.desk, setting.database, own_address=str, now=setting.clock.now
            )
            reader.start()
            await until(lambda: reader.trouble, 40)
            await reader.close()


HOSTILE = {
    "no subject": b"From: x@y.be\r\n\r\nhello\r\n",
    "no header at all": b"\r\nhello\r\n",
    "latin-1": "From: x@y.be\r\nSubject: Défaut critique\r\n\r\nété\r\n".encode("latin-1"),
    "broken mime": b"Subject: broken\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
    "endless line": b"Subject: endless\r\n\r\n" + b"x" * 200_000 + b"\r\n",
    "a header without end": b"Subject: " + b"s" * 300_000 + b"\r\n\r\nbody\r\n",
    "literals": b"Subject: {12}\r\nX: 1 FETCH (UID 1 BODY[] {3}\r\n\r\n) OK\r\n1 FETCH (UID 99)\r\n",
}


async def test_hostile_mails_hold_up_nobody(dovecot: ImapServer, tmp_path: Path) -> None:
    await in_thread(dovecot.put, *HOSTILE.values(), a_mail("The one behind"))
    async with a_desk(tmp_path) as setting:
        reader = reader_of(dovecot, setting)
        reader.start()
        found = await subjects(setting, len(HOSTILE) + 1)
        await reader.close()
        assert "The one behind" in found
        assert "Défaut critique" in found
        await setting.settle()
        assert {alarm.state for alarm in await setting.alarms()} <= {AlarmState.PAGED, AlarmState.JOINED}
        alarms = {alarm.subject: alarm for alarm in await setting.alarms()}
        raw = alarms["endless"].raw
        assert raw is not None
        assert raw.rstrip() == HOSTILE["endless line"].rstrip()


async def test_of_a_huge_mail_the_beginning_is_kept(
    dovecot: ImapServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.alarms.mailbox.MOST_BYTES", 1_000_000)
    huge = a_mail("Huge", body="0123456789abcdef\r\n" * 150_000)
    await in_thread(dovecot.put, huge)
    async with a_desk(tmp_path) as setting:
        reader = reader_of(dovecot, setting)
        reader.start()
        assert await subjects(setting, 1) == ["Huge"]
        await reader.close()
        await setting.settle()
        [alarm] = await setting.alarms()
        assert alarm.raw is not None
        assert alarm.size >= 2_000_000 > len(alarm.raw)
        [mail] = await setting.mails("alarm-mail")
        assert "too large" in mail.body
