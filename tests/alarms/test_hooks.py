"""Webhooks of monitoring over HTTP: believed or not, understood or not, and never twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from dialplan.alarms import Form
from ivr.alarms.forms import FormFault, read_events, recognise
from ivr.alarms.hooks import MOST_BYTES, Hooks
from ivr.alarms.signing import GRAFANA, HUB, SIGNATURE, RefusedSignature, check_signature, sign
from ivr.storage import AlarmState, DatabaseUnavailable, Page, PageState
from ivr.web.alarms import alarm_routes
from tests.alarms.desks import Setting, a_desk

SECRET, OLD_SECRET = "monitoring-secret", "the-one-before"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "HostDown", "instance": "web-1", "severity": "critical"},
    "annotations": {"summary": "HostDown: web-1 does not answer"},
    "startsAt": "2026-11-22T02:10:00Z",
    "fingerprint": "f00d",
}


class Web:
    """Monitoring's side."""

    def __init__(self, setting: Setting, client: TestClient[web.Request, web.Application]) -> None:
        self.setting, self.client = setting, client

    async def post(self, body: Any, name: str = "monitoring", **headers: str) -> tuple[int, Any]:
        """As it is, unsigned."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.post(f"/alarms/{name}", data=content, headers=headers) as answer:
            found = answer.status, await answer.json()
        await self.setting.settle()
        return found

    async def signed(self, body: Any, secret: str = SECRET, late_s: float = 0) -> tuple[int, Any]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        at = self.setting.clock.now() - timedelta(seconds=late_s)
        return await self.post(content, **{SIGNATURE: sign(secret, content, at)})


@pytest.fixture
async def monitoring(tmp_path: Path) -> AsyncIterator[Web]:
    async with a_desk(tmp_path) as setting:
        hooks = Hooks(
            setting.desk,
            rows=lambda: setting.configuration.alarms.hooks,
            secrets=lambda name: [SECRET, OLD_SECRET],
            now=setting.clock.now,
        )
        app = web.Application()
        app.router.add_routes(alarm_routes(hooks))
        async with TestClient(TestServer(app)) as client:
            yield Web(setting, client)


async def test_an_alert_rings_once_however_often_it_is_sent(monitoring: Web) -> None:
    body = {"version": "4", "alerts": [ALERT]}
    assert (await monitoring.signed(body))[1]["alarms"][0]["state"] == "taken"
    assert await monitoring.signed(body, late_s=2) == (202, {"alarms": [{"state": "known"}]})
    [request] = monitoring.setting.pages.begun
    assert (request.brand, request.customer, request.severity) == ("fuzer", "465", "1")
    assert request.about == "HostDown: web-1 does not answer"
    [alarm] = await monitoring.setting.alarms()
    assert alarm.repeats == 1


async def test_what_is_resolved_is_noted_and_told(monitoring: Web) -> None:
    await monitoring.signed({"alerts": [ALERT]})
    await monitoring.signed({"alerts": [{**ALERT, "status": "resolved"}]})
    assert len(monitoring.setting.pages.begun) == 1
    kinds = [kind for _, kind, _ in monitoring.setting.pages.notes]
    assert kinds == ["alarm", "alarm-over"]
    [mail] = await monitoring.setting.mails("alarm-over")
    assert "HostDown" in mail.subject
    states = [alarm.state for alarm in await monitoring.setting.alarms()]
    assert states == [AlarmState.PAGED, AlarmState.RESOLVED]


async def test_fired_again_after_it_was_over_is_another_alarm(monitoring: Web) -> None:
    icinga = {"notification_type": "PROBLEM", "host": "db-1", "service": "disk", "service_state": "CRITICAL"}
    await monitoring.signed(icinga)
    monitoring.setting.clock.advance(minutes=40)
    await monitoring.setting.page_is(PageState.ACCEPTED)
    await monitoring.signed(icinga)
    assert len(monitoring.setting.pages.begun) == 1, "Icinga says again that it is still so"
    await monitoring.signed({**icinga, "notification_type": "RECOVERY", "service_state": "OK"})
    monitoring.setting.clock.advance(minutes=1)
    await monitoring.signed(icinga)
    assert len(monitoring.setting.pages.begun) == 2


async def test_what_becomes_worse_rings_and_what_becomes_less_bad_does_not(monitoring: Web) -> None:
    """Icinga says nothing by which its WARNING and its CRITICAL could be told apart but how bad it is."""
    icinga = {"notification_type": "PROBLEM", "host": "db-1", "service": "disk"}
    said = [{**icinga, "service_state": state} for state in ("WARNING", "CRITICAL", "OK")]
    said[2]["notification_type"] = "RECOVERY"
    await monitoring.signed(said[0])
    await monitoring.setting.page_is(PageState.ACCEPTED)
    for minutes, state in ((90, 1), (1, 1), (60, 0), (1, 1)):
        monitoring.setting.clock.advance(minutes=minutes)
        await monitoring.signed(said[state])
    severities = [request.severity for request in monitoring.setting.pages.begun]
    assert severities == ["3", "1"], "the worse one once, and nobody for that it became less bad"
    monitoring.setting.clock.advance(minutes=1)
    await monitoring.signed(said[2])
    assert [row.state for row in await monitoring.setting.alarms()] == [
        *(AlarmState.PAGED, AlarmState.PAGED, AlarmState.RESOLVED)
    ]
    monitoring.setting.clock.advance(minutes=1)
    await monitoring.signed(said[0])
    assert len(monitoring.setting.pages.begun) == 3, "it was over, and begins again"


async def test_a_worse_one_of_the_same_beginning_rings_once(monitoring: Web) -> None:
    plain = {"words": "Queue is long", "fingerprint": "queue", "since": "2026-11-22T02:10:00Z"}
    for severity in ("warning", "critical", "critical", "warning"):
        await monitoring.signed({**plain, "severity": severity})
        monitoring.setting.clock.advance(minutes=1)
    assert [request.severity for request in monitoring.setting.pages.begun] == ["3", "1"]


async def test_words_without_a_name_ring_again_after_an_hour(monitoring: Web) -> None:
    """A script that sends a sentence never says that it is over: tomorrow it is another alarm."""
    secret = {"Authorization": f"Bearer {SECRET}"}
    for minutes in (0, 20, 41):
        monitoring.setting.clock.advance(minutes=minutes)
        await monitoring.post({"words": "The backup has failed"}, **secret)
        await monitoring.setting.page_is(PageState.DONE)
    assert len(monitoring.setting.pages.begun) == 2
    assert [alarm.repeats for alarm in await monitoring.setting.alarms()] == [1, 0]


async def test_names_as_long_as_they_like(monitoring: Web) -> None:
    for name in ("é" * 1500, "é" * 1501):
        body = {"words": f"It ends with {len(name)}", "fingerprint": name, "since": name}
        assert (await monitoring.signed(body))[0] == 202
        assert (await monitoring.signed(body))[1] == {"alarms": [{"state": "known"}]}
    assert all(len(alarm.key) < 1500 for alarm in await monitoring.setting.alarms())


def down(host: str, severity: str = "critical", name: str = "HostDown", **more: str) -> dict[str, Any]:
    """An alert of Alertmanager about a host."""
    return {
        "status": "firing",
        "labels": {"alertname": name, "instance": host, "severity": severity},
        "annotations": {"summary": f"{name}: {host} does not answer"},
        "startsAt": "2026-11-22T02:10:00Z",
        "fingerprint": f"{name}-{host}-{severity}",
        **more,
    }


HOSTS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel")


async def test_what_monitoring_sends_in_one_request_is_one_page(monitoring: Web) -> None:
    """Forty hosts behind a switch: one engineer is woken, not five."""
    await monitoring.signed({"alerts": [down(host) for host in HOSTS]})
    pages = monitoring.setting.pages
    assert [request.about for request in pages.begun] == ["HostDown: alpha does not answer"]
    states = [alarm.state for alarm in await monitoring.setting.alarms()]
    assert states == [AlarmState.PAGED, *[AlarmState.JOINED] * 7]
    alarms = await monitoring.setting.alarms()
    assert len({alarm.page_id for alarm in alarms} - {""}) == 1
    over = [down(host, status="resolved") for host in HOSTS]
    monitoring.setting.clock.advance(minutes=1)
    await monitoring.signed({"alerts": over[:7]})
    rows = await monitoring.setting.database.read(lambda session: session.query(Page).all())
    assert [page.state for page in rows] == [PageState.RINGING], "one of them is still down"
    await monitoring.signed({"alerts": over[7:]})
    rows = await monitoring.setting.database.read(lambda session: session.query(Page).all())
    assert [page.state for page in rows] == [PageState.CANCELLED]


async def test_of_one_request_a_worse_one_is_a_page_of_its_own_and_a_new_one_later_as_well(
    monitoring: Web,
) -> None:
    first = [down("alpha", "warning"), down("bravo"), down("charlie", "warning"), down("delta")]
    await monitoring.signed({"alerts": first})
    begun = monitoring.setting.pages.begun
    assert [request.severity for request in begun] == ["3", "1"]
    await monitoring.setting.page_is(PageState.ACCEPTED)
    monitoring.setting.clock.advance(minutes=5)
    await monitoring.signed({"alerts": [*first, down("db", name="DatabaseGone"), down("echo")]})
    assert [request.about for request in begun[2:]] == ["DatabaseGone: db does not answer"]


async def test_sent_again_when_nobody_had_accepted_it_rings_again(monitoring: Web) -> None:
    await monitoring.signed({"alerts": [ALERT]})
    await monitoring.setting.page_is(PageState.EXHAUSTED)
    monitoring.setting.clock.advance(minutes=45)
    await monitoring.signed({"alerts": [ALERT]})
    assert len(monitoring.setting.pages.begun) == 2
    assert len(await monitoring.setting.alarms()) == 1


async def test_who_is_believed(monitoring: Web) -> None:
    body = json.dumps({"words": "Fire in the cellar"}).encode()
    stale = await monitoring.signed(body, late_s=301)
    assert stale == (401, {"error": "the signature is of 301 s ago; it is good for 300 s"})
    assert (await monitoring.signed(body, secret="guessed"))[0] == 401
    assert (await monitoring.post(body))[1]["error"].startswith("wants a signature")
    assert (await monitoring.post(body, **{SIGNATURE: "v1=x"}))[0] == 401
    assert (await monitoring.post(body, Authorization="Bearer guessed"))[0] == 401
    assert await monitoring.setting.alarms() == []
    assert (await monitoring.signed(body, secret=OLD_SECRET))[0] == 202, "while secrets are exchanged"
    assert (await monitoring.post(body, Authorization=f"Bearer {SECRET}"))[0] == 202


@pytest.mark.parametrize("header", [HUB, GRAFANA])
async def test_signatures_of_others(monitoring: Web, header: str) -> None:
    import hmac

    body = b'{"title": "Queue is full"}'
    digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
    assert (await monitoring.post(body, **{header: f"sha256={digest}"}))[0] == 202
    assert (await monitoring.post(body, **{header: "sha256=" + "0" * 64}))[0] == 401


@pytest.mark.parametrize("header", ["Authorization", SIGNATURE, HUB])
async def test_bytes_that_are_no_text_are_not_believed(monitoring: Web, header: str) -> None:
    said = {"Authorization": "Bearer é", SIGNATURE: "t=1,v1=é", HUB: "sha256=é"}[header]
    sent = said.encode("latin-1").decode("utf-8", "surrogateescape")
    with pytest.raises(RefusedSignature):
        check_signature([SECRET], {header: sent}, b"{}", monitoring.setting.clock.now())


async def test_what_cannot_be_taken_is_said(monitoring: Web) -> None:
    signed = monitoring.signed
    assert (await monitoring.post({}, name="unheard-of"))[0] == 404
    assert (await monitoring.post(b"x" * (MOST_BYTES + 1)))[0] == 413
    assert await signed(b"not json") == (
        422,
        {"error": "the body is no JSON: Expecting value: line 1 column 1 (char 0)"},
    )
    assert await signed([1]) == (422, {"error": "the body is no JSON object"})
    assert (await signed({"alerts": []}))[1]["error"].startswith('"alerts" is missing or empty')
    assert (await signed({"weather": "fine"}))[1]["error"].startswith('none of "words"')
    assert await monitoring.setting.alarms() == []


async def test_without_a_database_it_is_to_be_sent_again(tmp_path: Path) -> None:
    class Away:
        async def keep(self, incoming: Any) -> list[str]:
            raise DatabaseUnavailable("here", "it is locked")

    async with a_desk(tmp_path) as setting:
        rows = setting.configuration.alarms.hooks
        hooks = Hooks(Away(), rows=lambda: rows, secrets=lambda name: [SECRET], now=setting.clock.now)
        answer = await hooks.take("monitoring", {"Authorization": f"Bearer {SECRET}"}, b'{"words": "x"}')
        assert answer.status == 503


FORMS: list[tuple[str, Form, dict[str, Any], str, bool, int]] = [
    ("alertmanager", Form.ALERTMANAGER, {"alerts": [ALERT]}, "HostDown: web-1 does not answer", False, 1),
    (
        "zabbix",
        Form.ZABBIX,
        {
            "event_id": "77",
            "event_value": "1",
            "event_name": "CPU is hot",
            "host": "sw-3",
            "event_nseverity": "5",
        },
        "CPU is hot (sw-3)",
        False,
        1,
    ),
    (
        "zabbix, over",
        Form.ZABBIX,
        {"eventid": 77, "event_value": "0", "trigger_name": "CPU is hot", "event_severity": "Warning"},
        "CPU is hot",
        True,
        3,
    ),
    (
        "icinga",
        Form.ICINGA,
        {
            "notification.type": "PROBLEM",
            "host.name": "db",
            "service.name": "disk",
            "service.state": "CRITICAL",
        }
        | {"service.output": "92 % full"},
        "disk on db CRITICAL: 92 % full",
        False,
        1,
    ),
    (
        "icinga, a host",
        Form.ICINGA,
        {"type": "RECOVERY", "host": {"name": "db"}, "host_state": "UP"},
        "db UP",
        True,
        0,
    ),
    ("plain", Form.PLAIN, {"title": "Door open", "priority": "P2"}, "Door open", False, 2),
]


@pytest.mark.parametrize(
    ("form", "body", "words", "is_over", "severity"), [f[1:] for f in FORMS], ids=[f[0] for f in FORMS]
)
def test_forms(form: Form, body: dict[str, Any], words: str, is_over: bool, severity: int) -> None:
    assert recognise(body) is form
    [event] = read_events(Form.ANY, body)
    assert (event.words, event.is_over, event.severity) == (words, is_over, severity)


@pytest.mark.parametrize("kind", ["FLAPPINGSTOP", "DOWNTIMECANCELLED", "DowntimeRemoved", "FlappingEnd"])
def test_the_end_of_a_downtime_or_of_flapping_rings_nobody(kind: str) -> None:
    body = {"NOTIFICATIONTYPE": kind, "HOSTNAME": "db-1", "SERVICEDESC": "disk", "SERVICESTATE": "OK"}
    [event] = read_events(Form.ICINGA, body)
    assert not event.is_news


@pytest.mark.parametrize(
    ("said", "is_over"),
    [
        ({"value": "0", "status": "PROBLEM"}, False),
        ({"value": "0", "status": "RESOLVED"}, True),
        ({"value": "0", "event_value": "1"}, False),
        ({"value": "0"}, True),
        ({"value": "1"}, False),
    ],
)
def test_what_was_measured_does_not_end_a_problem(said: dict[str, str], is_over: bool) -> None:
    [event] = read_events(Form.ZABBIX, {"event_id": "5", "event_name": "No bytes received", **said})
    assert event.is_over is is_over


def test_an_acknowledgement_rings_nobody() -> None:
    [event] = read_events(Form.ICINGA, {"type": "ACKNOWLEDGEMENT", "host": "db", "state": "DOWN"})
    assert not event.is_news


@pytest.mark.parametrize("body", [{"alerts": [1]}, {"alerts": [{}]}, {"alerts": [ALERT] * 501}])
def test_hostile_alerts(body: dict[str, Any]) -> None:
    with pytest.raises(FormFault):
        read_events(Form.ANY, body)
