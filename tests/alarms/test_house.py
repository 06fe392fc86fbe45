"""All of it together: the settings lead to a mailbox that is read, and its trouble is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from audio.source import load_catalogue
from ivr.alarms.house import AlarmHouse
from ivr.alarms.voice import LONGEST, Speaker, readable
from ivr.feed import Feed
from ivr.settings import ROOT, Settings
from tests.alarms.desks import ALERTS, Setting, a_desk, a_mail
from tests.alarms.imap_servers import PASSWORD, USER, start_dovecot
from tests.alarms.test_listener import send
from tests.notify.post_office import until
from tests.ports import free_port


@asynccontextmanager
async def a_house(folder: Path, setting: Setting, **more: Any) -> AsyncIterator[AlarmHouse]:
    settings = Settings(state=folder / "state", alarm_mail_port=free_port(), **more)
    house = AlarmHouse(
        settings,
        database=setting.database,
        pages=setting.pages,
        configuration=lambda: setting.configuration,
        clock=setting.clock,
        feed=Feed(),
        sounds=folder / "sounds",
        owner="this-box",
    )
    house.start()
    try:
        yield house
    finally:
        await house.close()


async def test_mails_by_both_ways_ring_and_the_subject_is_spoken(tmp_path: Path) -> None:
    server = await asyncio.to_thread(start_dovecot, tmp_path / "imap")
    imap = {"imap_host": "127.0.0.1", "imap_port": server.port, "imap_tls": "none"}
    login = {"imap_user": USER, "imap_password": PASSWORD}
    try:
        async with a_desk(tmp_path) as setting, a_house(tmp_path, setting, **imap, **login) as house:
            await until(lambda: house.listener.is_up)
            await send(house.listener.port, a_mail("By SMTP"))
            await asyncio.to_thread(server.put, a_mail("By IMAP"))
            await until(lambda: len(setting.pages.begun) == 2)
            assert {request.about for request in setting.pages.begun} == {"By SMTP", "By IMAP"}
            assert not house.trouble
            assert "127.0.0.1" in house.standing
            clips = [tmp_path / "sounds" / f"{request.words[0]}.alaw" for request in setting.pages.begun]
            await until(lambda: all(clip.exists() for clip in clips), 40)
            assert all(clip.stat().st_size > 4000 for clip in clips), "half a second at least"
    finally:
        await asyncio.to_thread(server.clear)


async def test_a_mailbox_that_cannot_be_read_is_told_of_once(tmp_path: Path) -> None:
    away = {"imap_host": "127.0.0.1", "imap_port": free_port(), "imap_tls": "none"}
    async with a_desk(tmp_path) as setting, a_house(tmp_path, setting, **away) as house:
        await until(lambda: house.trouble)
        await house.tend()
        assert await setting.mails() == []
        setting.clock.advance(minutes=11)
        await house.tend()
        await house.tend()
        [mail] = await setting.mails("alarms-unread")
        assert mail.to == ["support@fuzer.net"]


async def test_the_command_pages_at_once_and_says_what_it_does_not_know(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as setting, a_house(tmp_path, setting) as house:
        asked = {"brand": "fuzer", "customer": "465", "severity": 2, "words": "The cellar\nis wet"}
        done = await house.page(asked)
        again = await house.page(asked)
        assert done["call_ref"] != again["call_ref"], "two commands are two pages"
        [first, _] = setting.pages.begun
        assert (first.about, first.severity, first.customer) == ("The cellar is wet", "2", "465")
        strange = await house.page({"brand": "fuzzer"})
        assert strange["error"] == 'unknown brand "fuzzer"; did you mean "fuzer"?'
        strange = await house.page({"brand": "fuzer", "policy": "x"})
        assert strange["error"].startswith('unknown policy "x"; known are standard')


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        (
            "[FIRING:1] web_01 -- disk > 90% (https://grafana.example.com/d/x?y=1)",
            "FIRING:1 web 01 -- disk 90% (",
        ),
        ("Störung am Gerät äöü", "Störung am Gerät äöü"),
        ("-w /etc/passwd; rm -rf", "-w /etc/passwd; rm -rf"),
        ("***", ""),
        ("", ""),
    ],
)
def test_what_is_read_aloud(words: str, heard: str) -> None:
    assert readable(words) == heard
    assert len(readable("word " * 500)) <= LONGEST


def written(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_hostile_words_are_spoken_and_nothing_more(tmp_path: Path) -> None:
    speaker = Speaker(tmp_path)
    assert await speaker.speak("alarm-1", "-w /tmp/x $(touch /tmp/y) `id` <speak>\x00", "en")
    assert written(tmp_path) == ["alarm-1.alaw"]


async def test_without_a_voice_nothing_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("DUTYLINE_CACHE", str(tmp_path / "empty"))
    monkeypatch.delenv("DUTYLINE_ESPEAK", raising=False)
    speaker = Speaker(tmp_path / "sounds")
    assert not await speaker.speak("alarm-1", "Core router down", "en")
    assert speaker.is_mute
    assert not await speaker.speak("alarm-2", "Core router down", "en")


def test_what_an_engineer_hears_of_an_alarm_is_there_in_four_languages() -> None:
    said = load_catalogue(ROOT / "prompts" / "catalogue.yaml").texts["category-alarm"]
    assert set(said) == {"nl", "fr", "de", "en"}
    assert ALERTS == "escauxalerts@actiphone.be"
