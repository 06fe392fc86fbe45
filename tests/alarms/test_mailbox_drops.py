"""A mailbox whose connection is lost in the middle of a mail: none is lost, and none holds up the others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from ivr.alarms.mailbox import Account, MailboxReader
from ivr.storage import KeptAlarm
from tests.alarms.desks import Setting, a_desk, a_mail
from tests.alarms.imap_servers import PASSWORD, USER, ImapServer, start_dovecot
from tests.notify.post_office import until

BODY = re.compile(rb"UID FETCH (\d+) \(UID (BODY\.PEEK\[\](?:<0\.\d+>)?)\)", re.IGNORECASE)
WORDS = "It burns. " * 400
IN_THE_MIDDLE = 2000
"""Bytes of an answer that come through."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ImapServer]:
    found = start_dovecot(tmp_path / "imap")
    yield found
    found.clear()


@asynccontextmanager
async def a_bad_line(server: ImapServer, drops: Callable[[int, bool], bool]) -> AsyncIterator[int]:
    """A way to the server that breaks in the middle of a mail's bytes; its port. `drops`: asked with the
    mail's number and whether the whole of it is asked for."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", server.port)
        left: list[int] = []

        async def ask() -> None:
            while line := await reader.readline():
                found = BODY.search(line)
                if found and drops(int(found[1]), not found[2].endswith(b">")):
                    left.append(IN_THE_MIDDLE)
                ours.write(line)

        async def answer() -> None:
            while data := await theirs.read(500):
                writer.write(data)
                await writer.drain()
                if left:
                    left[0] -= len(data)
                    if left[0] <= 0:
                        return

        tasks = [asyncio.create_task(ask()), asyncio.create_task(answer())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for one in (*tasks, writer, ours):
            with suppress(Exception):
                one.cancel() if isinstance(one, asyncio.Task) else one.close()

    line = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield line.sockets[0].getsockname()[1]
    finally:
        line.close()


async def alarms_of(server: ImapServer, setting: Setting, port: int, number: int) -> dict[str, KeptAlarm]:
    """What became of the mails, by their subjects, once there are so many."""
    account = Account("127.0.0.1", port, "none", USER, PASSWORD)
    reader = MailboxReader(account, setting.desk, setting.database, own_address=str, now=setting.clock.now)
    reader.start()

    async def are_there() -> bool:
        return len(await setting.alarms()) >= number

    await until(are_there, 40)
    await until(lambda: not reader.trouble, 20)
    await reader.close()
    assert await asyncio.to_thread(server.unseen) == 0
    return {alarm.subject: alarm for alarm in await setting.alarms()}


async def test_once_in_the_middle_of_a_mail(server: ImapServer, tmp_path: Path) -> None:
    mails = [a_mail(f"Fire {name}", body=WORDS) for name in ("one", "two", "three")]
    await asyncio.to_thread(server.put, *mails)
    dropped: list[int] = []

    def drops(uid: int, is_whole: bool) -> bool:
        dropped.append(uid)
        return uid == 2 and dropped.count(2) == 1

    async with a_desk(tmp_path) as setting, a_bad_line(server, drops) as port:
        found = await alarms_of(server, setting, port, 3)
        assert list(found) == ["Fire one", "Fire two", "Fire three"]
        raw = found["Fire two"].raw
        assert raw is not None
        assert WORDS.strip().encode() in raw
        assert [alarm.repeats for alarm in found.values()] == [0, 0, 0]


async def test_each_time_in_the_middle_of_the_same_mail(server: ImapServer, tmp_path: Path) -> None:
    mails = [a_mail(f"Fire {name}", body=WORDS) for name in ("one", "two", "three")]
    await asyncio.to_thread(server.put, *mails)
    async with a_desk(tmp_path) as setting, a_bad_line(server, lambda uid, _: uid == 2) as port:
        found = await alarms_of(server, setting, port, 3)
        assert list(found) == ["Fire one", "Mail that the mailbox does not give out", "Fire three"]
        await setting.settle()
        assert len(setting.pages.begun) == 3, "somebody is woken for that one as well"


async def test_one_of_which_only_the_beginning_comes(server: ImapServer, tmp_path: Path) -> None:
    await asyncio.to_thread(server.put, a_mail("Fire two", body=WORDS), a_mail("Behind"))
    async with a_desk(tmp_path) as setting, a_bad_line(server, lambda uid, whole: uid == 1 and whole) as port:
        found = await alarms_of(server, setting, port, 2)
        assert list(found) == ["Fire two", "Behind"]
