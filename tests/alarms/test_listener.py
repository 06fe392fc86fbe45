"""Our own mail server for alarms, with real clients: "250" means that it is committed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from ivr.alarms.listener import Listener
from ivr.settings import ROOT
from ivr.storage import AlarmState, DatabaseUnavailable
from tests.alarms.desks import ALERTS, Setting, a_desk, a_mail
from tests.alarms.test_mailbox import HOSTILE


@asynccontextmanager
async def listening(setting: Setting, **more: Any) -> AsyncIterator[Listener]:
    listener = Listener(
        more.pop("keeper", setting.desk),
        host="127.0.0.1",
        port=0,
        addresses=lambda: setting.configuration.alarms.addresses,
        own_address=lambda: "dutyline@localhost",
        **more,
    )
    await listener.open()
    try:
        yield listener
    finally:
        await listener.close()


async def send(port: int, mail: bytes, *, to: str = ALERTS, sender: str = "monitor@fuzer.net") -> Any:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=20) as client:
        return await client.sendmail(sender, [to], mail)


async def test_a_mail_is_committed_when_it_is_answered(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as setting, listening(setting) as listener:
        await send(listener.port, a_mail("Core router down"))
        [alarm] = await setting.alarms()
        assert (alarm.subject, alarm.sender) == ("Core router down", "monitor@fuzer.net")
        await setting.settle()
        assert len(setting.pages.begun) == 1


async def test_it_takes_mails_for_its_addresses_alone(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as setting, listening(setting) as listener:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
            await send(listener.port, a_mail(), to="somebody@example.com")
        assert refused.value.recipients[0].code == 550
        await send(listener.port, a_mail(), to=ALERTS.upper())
        assert len(await setting.alarms()) == 1


async def test_without_a_database_the_sender_is_asked_to_come_again(tmp_path: Path) -> None:
    class Away:
        async def keep(self, incoming: Any) -> list[str]:
            raise DatabaseUnavailable("here", "it is locked")

    async with a_desk(tmp_path) as setting, listening(setting, keeper=Away()) as listener:
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await send(listener.port, a_mail())
        assert refused.value.code == 451


async def test_a_mail_that_is_too_large_is_refused_for_good(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as setting, listening(setting, most_bytes=50_000) as listener:
        with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
            await send(listener.port, a_mail(body="x" * 60 + "\r\n" + "0123456789\r\n" * 10_000))
        assert refused.value.code == 552
        await send(listener.port, a_mail())
        assert len(await setting.alarms()) == 1


async def test_hostile_mails_are_alarms_too(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as setting, listening(setting) as listener:
        for mail in HOSTILE.values():
            await send(listener.port, mail)
        assert len(await setting.alarms()) == len(HOSTILE)
        await setting.settle()
        assert {alarm.state for alarm in await setting.alarms()} <= {AlarmState.PAGED, AlarmState.JOINED}


async def test_hostile_clients_harm_nobody(tmp_path: Path) -> None:
    def misbehave(port: int) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as line:
            line.recv(200)
            line.sendall(
                b"EHLO \xff\x00\xfe\r\n" + b"A" * 100_000 + b"\r\nMAIL FROM:<\r\nRCPT TO:\x00\r\nDATA\r\n"
            )
            line.recv(2000)
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 5).close()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as line:
            for words in ("EHLO x", "MAIL FROM:<a@b.be>", f"RCPT TO:<{ALERTS}>", "DATA"):
                line.recv(2000)
                line.sendall(f"{words}\r\n".encode())
            line.recv(2000)
            line.sendall(b"Subject: half")

    async with a_desk(tmp_path) as setting, listening(setting) as listener:
        await asyncio.gather(*(asyncio.to_thread(misbehave, listener.port) for _ in range(10)))
        await send(listener.port, a_mail("All the same"))
        assert [alarm.subject for alarm in await setting.alarms()] == ["All the same"]


async def test_ten_thousand_a_minute(tmp_path: Path) -> None:
    """A tenth of them, at that rate or above: each is there once, and one engineer is rung."""
    number, clients = 1000, 10

    async def flood(port: int, first: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=60) as client:
            for one in range(first, number, clients):
                await client.sendmail("monitor@fuzer.net", [ALERTS], a_mail(f"Link {one} down"))

    async with a_desk(tmp_path) as setting, listening(setting) as listener:
        setting.desk.start()
        began = time.monotonic()
        await asyncio.gather(*(flood(listener.port, first) for first in range(clients)))
        took_s = time.monotonic() - began
        await setting.settle()
        alarms = await setting.alarms()
        assert len(alarms) == len({alarm.subject for alarm in alarms}) == number
        assert len(setting.pages.begun) == 1
        assert Counter(alarm.state for alarm in alarms) == {
            AlarmState.PAGED: 1,
            AlarmState.JOINED: number - 1,
        }
        assert len(await setting.mails("alarm-mail")) == 20
        # 6 s would be the rate itself; a machine that is busy with other things gets ten times that
        assert took_s < 60


class Box:
    """The process that is killed, and started again on the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.alarms.box", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).strip().isdigit():
            assert self.process.poll() is None, "it has ended by itself"
        self.port = int(line)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


async def test_killed_at_any_moment_no_mail_is_lost_or_doubled(tmp_path: Path) -> None:
    """A sender repeats what it got no 250 for, as all do; kill -9 comes in between, again and again."""
    box, chance = Box(tmp_path), random.Random(7)
    mails = {
        f"Alarm of {name}": a_mail(f"Alarm of {name}") for name in ("wood", "stone", "iron", "glass", "clay")
    }
    await asyncio.to_thread(box.start)
    try:
        for subject, mail in mails.items():
            killing = asyncio.get_running_loop().call_later(chance.uniform(0.0, 0.06), box.kill)
            while True:
                try:
                    await send(box.port, mail)
                    break
                except (OSError, aiosmtplib.SMTPException):
                    await asyncio.to_thread(box.start)
            killing.cancel()
            assert subject
            if box.process is not None and box.process.poll() is None:
                # answered: now it may die before it has rung anybody
                box.kill()
            await asyncio.to_thread(box.start)
        await asyncio.sleep(1.5)
    finally:
        box.kill()
    async with a_desk(tmp_path) as setting:
        await setting.settle()
        alarms = await setting.alarms()
        assert sorted(alarm.subject for alarm in alarms) == sorted(mails)
        assert {alarm.state for alarm in alarms} == {AlarmState.PAGED}
        pages = await setting.database.read(all_pages)
        assert sorted(pages) == sorted(alarm.id for alarm in alarms), "one page for each, and not two"


def all_pages(session: Any) -> list[str]:
    from sqlalchemy import select

    from ivr.storage import Page

    return [
        json.loads(one)["words"][0].removeprefix("alarm-") for one in session.scalars(select(Page.request))
    ]


async def test_a_port_that_is_taken_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.alarms.listener.AGAIN_S", 0.2)
    async with a_desk(tmp_path) as setting:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            listener = Listener(
                setting.desk, host="127.0.0.1", port=port, addresses=lambda: (ALERTS,), own_address=str
            )
            listener.start()
            while not listener.trouble:
                await asyncio.sleep(0.01)
        while not listener.is_up:
            await asyncio.sleep(0.05)
        assert not listener.trouble
        await send(port, a_mail())
        await listener.close()
