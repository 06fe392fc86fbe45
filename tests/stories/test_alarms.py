"""Stories of alarms: a mail makes the engineer's phone ring, and he hears what it is about."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import aiohttp
import aiosmtplib
import pytest

from audio.sound import read_recording
from ivr.alarms.signing import SIGNATURE, sign
from ivr.carrier.habits import Habit, answer_and_key
from tests.alarms.desks import ALERTS, a_mail
from tests.stories.house import House

pytestmark = pytest.mark.switch


async def mail_comes_in(house: House, mail: bytes) -> None:
    """By SMTP, as monitoring sends it."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=house.settings.alarm_mail_port) as client:
        await client.sendmail("monitor@fuzer.net", [ALERTS], mail)


async def webhook(house: House, body: Any, **headers: str) -> tuple[int, Any]:
    """By HTTP, as monitoring posts it."""
    url = f"http://127.0.0.1:{house.settings.web_port}/alarms/monitoring"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def first_on_duty(house: House) -> str:
    duty = await house.client.ask("duty", {})
    return str(duty["order"][0]["number"])


async def test_a_mail_makes_the_phone_ring_and_the_subject_is_heard(house: House) -> None:
    first = await first_on_duty(house)
    await house.phones({first: answer_and_key("1", after_s=2, listens_s=26)})
    await mail_comes_in(house, a_mail("Core router in Antwerp is down"))
    await mail_comes_in(house, a_mail("Core router in Antwerp is down"))

    leg = await house.answers(first)
    page = await house.page_reaches("accepted", 60)
    await house.leg_over(first, timeout_s=40)
    heard = leg.heard_bytes()
    said = house.heard_by(heard)
    assert said[:3] == ["page-intro", "brand-fuzer", "page-call"]
    assert "category-alarm" in said
    assert [word for word in said if word.startswith("num-")][3:6] == ["num-4", "num-6", "num-5"]
    subject = house.settings.state_dir / "switch" / "data" / "sounds" / "dutyline" / "messages"
    [clip] = subject.glob("alarm-*.alaw")
    assert is_heard(read_recording(clip), heard), "the subject, read aloud"
    assert "page-accepted" in said

    forwarded = await house.mail_arrives("alarm: Core router in Antwerp is down", to="support@fuzer.net")
    [enclosed] = forwarded.iter_attachments()
    assert enclosed.get_content_type() == "message/rfc822"
    assert "It does not answer." in enclosed.get_content().get_content()
    assert len(await house.pages()) == 1, "the second mail joined the page of the first"
    assert page.customer == "465"


def is_heard(words: bytes, sound: bytes) -> bool:
    """Whether those A-law codes were played: some tenth of a second of them stands in the recording as it is,
    however many packets a busy machine has lost."""
    return any(words[at : at + 800] in sound for at in range(len(words) // 4, len(words) - 800, 200))


async def test_monitoring_calls_a_webhook_and_says_when_it_is_over(house: House) -> None:
    first = await first_on_duty(house)
    await house.phones({first: answer_and_key("1", after_s=1, listens_s=3)})
    alert = {
        "status": "firing",
        "labels": {"alertname": "LinkDown", "instance": "edge-1", "severity": "critical"},
        "annotations": {"summary": "Link of edge-1 is down"},
        "startsAt": "2026-11-22T02:14:00Z",
        "fingerprint": "5ea1",
    }
    body = json.dumps({"version": "4", "alerts": [alert]}).encode()
    secret = house.settings.secret("webhook-monitoring")
    signed = {SIGNATURE: sign(secret, body, datetime.now(UTC))}
    assert (await webhook(house, body))[0] == 401
    status, said = await webhook(house, body, **signed)
    assert (status, said["alarms"][0]["state"]) == (202, "taken")
    assert (await webhook(house, body, **signed))[1]["alarms"] == [{"state": "known"}], (
        "a replay does nothing"
    )
    await house.rings(first)
    page = await house.page_reaches("accepted", 40)

    over = json.dumps({"version": "4", "alerts": [{**alert, "status": "resolved"}]}).encode()
    status, _ = await webhook(house, over, Authorization=f"Bearer {secret}")
    assert status == 202
    told = await house.mail_arrives("over: ", "Link of edge-1 is down", to="support@fuzer.net")
    assert page.call_ref in told["Subject"]
    assert len(await house.pages()) == 1


async def test_what_is_over_before_anybody_accepts_stops_ringing(house: House) -> None:
    first = await first_on_duty(house)
    await house.phones({first: Habit.RING_FOREVER})
    alert = {
        "status": "firing",
        "labels": {"alertname": "PowerLost", "instance": "edge-2", "severity": "critical"},
        "annotations": {"summary": "edge-2 runs on its battery"},
        "startsAt": "2026-11-22T03:14:00Z",
        "fingerprint": "ba77e21",
    }
    secret = house.settings.secret("webhook-monitoring")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await webhook(house, json.dumps({"version": "4", "alerts": [alert]}), **bearer))[0] == 202
    await house.rings(first)
    over = json.dumps({"version": "4", "alerts": [{**alert, "status": "resolved"}]})
    assert (await webhook(house, over, **bearer))[0] == 202
    page = await house.page_reaches("cancelled", 20)
    await house.leg_over(first, timeout_s=10)
    his = (await house.client.ask("duty", {}))["order"][0]["entry"]
    told = await house.mail_arrives(page.call_ref, "edge-2 runs on its battery", to=f"{his}@example.com")
    assert "battery" in told.get_content(), "whose phone has rung knows that he may sleep on"


async def test_the_command_rings_somebody(house: House) -> None:
    first = await first_on_duty(house)
    await house.phones({first: answer_and_key("1", after_s=1, listens_s=3)})
    said = await house.dutyline(
        "page",
        "--brand",
        "fuzer",
        "--customer",
        "465",
        "--severity",
        "1",
        "--words",
        "The cellar is wet",
        "--json",
    )
    page = await house.page_reaches("accepted", 40)
    assert said.json()["call_ref"] == page.call_ref
    assert page.customer == "465"
    unknown = await house.dutyline("page", "--brand", "fuzzer")
    assert unknown.code == 1
    assert "unknown brand" in unknown.err
