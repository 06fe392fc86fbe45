"""Text messages by a real HTTP gateway: each is delivered once, tried again, or given up in plain sight."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from dialplan.model import Configuration
from dialplan.source import load
from ivr.notify.channels import ChannelName
from ivr.notify.gateway import FileGateway, HttpForm, HttpGateway
from ivr.notify.messenger import Messenger
from ivr.notify.notices import claim, find_notices, notice_json, revive
from ivr.notify.people import tell_person
from ivr.settings import ROOT, Settings
from ivr.storage import Database, Mail, MailState, Notice
from tests.notify.post_office import NOW, VirtualTime

SECRET = "hush-hush"
FACTS = {"call_ref": "482", "brand": "Fuzer", "caller": "+32470009999", "at": NOW, "ringing": []}


@dataclass
class Provider:
    """A gateway that answers as told; then it takes everything."""

    answers: list[web.Response] = field(default_factory=list)
    asked: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    port: int = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append((dict(request.headers) | dict(request.query), body))
        if self.answers:
            return self.answers.pop(0)
        return web.json_response({"status": "queued", "messages": [{"id": f"sms-{len(self.asked)}"}]})


@asynccontextmanager
async def a_provider() -> AsyncIterator[Provider]:
    provider = Provider()
    app = web.Application()
    app.router.add_route("*", "/{way:.*}", provider.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.port = runner.addresses[0][1]
    try:
        yield provider
    finally:
        await runner.cleanup()


def form_of(provider: Provider, **more: Any) -> HttpForm:
    usual = HttpForm(
        url=f"http://127.0.0.1:{provider.port}/send",
        headers={"Authorization": "Bearer {secret}"},
        body={"to": "{to}", "from": "{from}", "message": {"text": "{text}", "ref": "{id}"}},
        sender="Dutyline",
        secret=SECRET,
        accepted_if="status=queued|sent",
        reference="messages.0.id",
    )
    return replace(usual, **more)


def with_sms(configuration: Configuration) -> Configuration:
    adu = replace(configuration.directory["adu"], sms="+32470000002")
    return replace(configuration, directory={**configuration.directory, "adu": adu})


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(f"sqlite:///{tmp_path / 'dutyline.db'}")
    await found.open()
    yield found
    await found.close()


async def tell(database: Database, entry: str = "adu", dedupe: str = "once", **more: Any) -> tuple[str, ...]:
    configuration = more.pop("configuration", None) or with_sms(load(ROOT / "config").configuration)
    return await database.run(
        lambda session: tell_person(
            session, configuration, entry, "call-in", FACTS, dedupe, more.pop("now", NOW), **more
        )
    )


async def notices(database: Database) -> list[Notice]:
    return list(await database.read(lambda session: session.scalars(select(Notice)).all()))


async def told(database: Database) -> dict[str, Any]:
    [row] = await notices(database)
    return await database.read(
        lambda session: notice_json(session, find_notices(session, row.id)[0], with_tries=True)
    )


async def test_a_person_is_told_on_every_channel_he_has(database: Database) -> None:
    assert len(await tell(database)) == 2
    assert await tell(database) == (), "once only"
    [row] = await notices(database)
    assert (row.address, row.entry, row.language) == ("+32470000002", "adu", "fr")
    assert row.text == "[482] Fuzer : appel de 0470 00 99 99"
    mails = await database.read(lambda session: session.scalars(select(Mail)).all())
    assert [mail.to for mail in mails] == [["adu@example.com"]]


async def test_channels_can_be_chosen(database: Database) -> None:
    await tell(database, channels=[ChannelName.MAIL])
    assert await notices(database) == []
    await tell(database, "wti", channels=["sms"])
    [row] = await notices(database)
    assert row.address == "+32470000003", "asked for by name: the first mobile phone"


async def test_nobody_without_a_way_stops_the_transaction(database: Database) -> None:
    assert await tell(database, "night-desk-mobile") == ()
    assert await tell(database, "nobody-of-that-name") == ()


async def test_a_gateway_is_asked_as_its_provider_wants(database: Database) -> None:
    async with a_provider() as provider:
        await tell(database)
        messenger = Messenger(database, {"sms": HttpGateway(form_of(provider))}, now=lambda: NOW)
        await messenger.look()
        [(headers, body)] = provider.asked
        [row] = await notices(database)
        assert headers["Authorization"] == f"Bearer {SECRET}"
        assert json.loads(body) == {
            "to": "+32470000002",
            "from": "Dutyline",
            "message": {"text": row.text, "ref": row.id},
        }
        assert (row.state, row.reference) == (MailState.SENT, "sms-1")
        assert messenger.sent == 1
        assert (await told(database))["history"][0]["verdict"] == "sent"


@pytest.mark.parametrize("kind", ["form", "query"])
async def test_other_forms_of_asking(database: Database, kind: Any) -> None:
    async with a_provider() as provider:
        await tell(database)
        flat = {"to": "{to_digits}", "text": "{text}"}
        form = form_of(provider, kind=kind, body=flat, method="GET" if kind == "query" else "POST")
        await Messenger(database, {"sms": HttpGateway(form)}, now=lambda: NOW).look()
        [(asked, body)] = provider.asked
        assert "32470000002" in (asked.get("to") or body)
        [row] = await notices(database)
        assert row.state is MailState.SENT


async def test_a_gateway_in_trouble_is_asked_again_and_the_history_tells(database: Database) -> None:
    clock = VirtualTime()
    async with a_provider() as provider:
        provider.answers = [
            web.Response(status=503, text="busy"),
            web.Response(status=429, headers={"Retry-After": "120"}, text=f"slow down, {SECRET}"),
        ]
        await tell(database)
        messenger = Messenger(
            database, {"sms": HttpGateway(form_of(provider))}, now=clock.now, chance=lambda: 0.5
        )
        await messenger.look()
        await messenger.look()
        assert len(provider.asked) == 1, "not before it is due"
        clock.advance(2)
        await messenger.look()
        clock.advance(60)
        await messenger.look()
        assert len(provider.asked) == 2, "it had asked for two minutes"
        assert "429" in messenger.trouble
        clock.advance(60)
        await messenger.look()
        one = await told(database)
        assert [try_["code"] for try_ in one["history"]] == [503, 429, 200]
        assert [try_["verdict"] for try_ in one["history"]] == ["later", "later", "sent"]
        assert SECRET not in json.dumps(one)
        assert one["state"] == "sent"
        assert messenger.trouble == ""


async def test_what_is_refused_is_shown_and_not_tried_for_ever(database: Database) -> None:
    async with a_provider() as provider:
        provider.answers = [web.Response(status=400, text="no such number")]
        await tell(database)
        messenger = Messenger(database, {"sms": HttpGateway(form_of(provider))}, now=lambda: NOW)
        await messenger.look()
        await messenger.look()
        [row] = await notices(database)
        assert (row.state, row.error) == (MailState.REFUSED, "400 no such number")
        assert len(provider.asked) == messenger.lost == 1
        assert await database.run(lambda session: revive(session, row.id, NOW))
        await messenger.look()
        assert (await told(database))["state"] == "sent"


async def test_an_answer_that_says_no_with_200(database: Database) -> None:
    async with a_provider() as provider:
        provider.answers = [web.json_response({"status": "rejected"})]
        await tell(database)
        await Messenger(database, {"sms": HttpGateway(form_of(provider))}, now=lambda: NOW).look()
        [row] = await notices(database)
        assert row.state is MailState.REFUSED
        assert "not accepted" in row.error


async def test_news_of_the_night_does_not_come_in_the_morning(database: Database) -> None:
    clock = VirtualTime()
    async with a_provider() as provider:
        await tell(database)
        clock.advance(timedelta(hours=6).total_seconds())
        await Messenger(database, {"sms": HttpGateway(form_of(provider))}, now=clock.now).look()
        [row] = await notices(database)
        assert (row.state, provider.asked) == (MailState.DEAD, [])


async def test_a_gateway_that_is_not_there(database: Database) -> None:
    form = HttpForm(url="http://127.0.0.1:9/", secret=SECRET, timeout_s=2)
    await tell(database)
    messenger = Messenger(database, {"sms": HttpGateway(form)}, now=lambda: NOW)
    await messenger.look()
    [row] = await notices(database)
    assert row.state is MailState.WAITING
    assert messenger.trouble


async def test_a_box_that_died_in_the_middle_does_not_keep_the_message(database: Database) -> None:
    clock = VirtualTime()
    async with a_provider() as provider:
        await tell(database)
        gateway = HttpGateway(form_of(provider))

        await database.run(lambda session: claim(session, clock.now(), "a", 4, 60))
        other = Messenger(database, {"sms": gateway}, owner="b", now=clock.now)
        await other.look()
        assert provider.asked == []
        clock.advance(61)
        await other.look()
        assert len(provider.asked) == 1


async def test_it_delivers_by_itself_as_messages_come(database: Database, tmp_path: Path) -> None:
    from tests.notify.post_office import until

    messenger = Messenger(database, {"sms": FileGateway(tmp_path / "texts")}, now=lambda: NOW)
    messenger.start()
    await tell(database)
    await until(lambda: list((tmp_path / "texts").glob("*.txt")))
    await until(lambda: messenger.sent == 1)
    await messenger.close()
    [file] = (tmp_path / "texts").glob("*.txt")
    assert file.read_text().startswith("+32470000002\n[482] Fuzer")


def test_settings_that_cannot_work_are_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"names no \{to\}"):
        Settings(state=tmp_path, sms_url="http://127.0.0.1/", sms_body={"text": "{text}"})
    with pytest.raises(ValueError, match="path=value"):
        Settings(state=tmp_path, sms_accepted_if="queued")
