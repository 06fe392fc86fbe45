"""What was over: nobody is rung for it any more, and whoever has it in hand is told, once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dialplan.alarms import Form
from dialplan.model import Configuration
from dialplan.source import load
from ivr.alarms.forms import read_events
from ivr.alarms.hooks import alarm_of
from ivr.settings import ROOT
from ivr.storage import Attempt, Mail, Notice, Page, PageState
from ivr.storage.states import AttemptState
from tests.alarms.desks import Setting, a_desk, a_mail

FIRING = {
    "status": "firing",
    "labels": {"alertname": "HostDown", "instance": "web-1", "severity": "critical"},
    "annotations": {"summary": "HostDown: web-1 does not answer"},
    "startsAt": "2026-11-22T02:10:00Z",
    "fingerprint": "f00d",
}
OTHER = {**FIRING, "fingerprint": "beef"}


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """The shipped desk; ADU and WTI have mail and texts."""
    shipped = load(ROOT / "config").configuration
    people = {
        name: replace(entry, sms=entry.phones[0].number) if name in ("adu", "wti") else entry
        for name, entry in shipped.directory.items()
    }
    return replace(shipped, directory=people)


@pytest.fixture
async def setting(tmp_path: Path, configuration: Configuration) -> AsyncIterator[Setting]:
    async with a_desk(tmp_path, configuration) as found:
        yield found


async def says(setting: Setting, alert: dict[str, Any], status: str = "firing") -> None:
    """Monitoring does, some time later."""
    setting.clock.advance(seconds=20)
    body = {"version": "4", "alerts": [{**alert, "status": status}]}
    events = read_events(Form.ALERTMANAGER, body)
    await setting.take(*(alarm_of(event, "monitoring", json.dumps(body).encode()) for event in events))


async def only_page(setting: Setting) -> Page:
    [page] = await setting.database.read(lambda session: session.scalars(select(Page)).all())
    return page


async def is_rung(setting: Setting, *entries: str) -> None:
    """Their phones ring, or have rung, for the page."""
    page = await only_page(setting)

    def work(session: Any) -> None:
        for seq, entry in enumerate(entries):
            session.add(
                Attempt(
                    id=f"{page.id}-{seq}", page_id=page.id, seq=seq, stage="roster", turn=0, entry=entry,
                    title=entry.upper(), language="en", label="mobile", number="+32470000001", backup=False,
                    ring_s=30, state=AttemptState.RINGING, planned_at=setting.clock.now(),
                )
            )  # fmt: skip

    await setting.database.run(work)


async def is_accepted(setting: Setting, entry: str) -> None:
    values = {"state": PageState.ACCEPTED, "accepted_by": entry, "accepted_title": entry.upper()}
    await setting.database.run(lambda session: session.execute(update(Page).values(**values)))


async def told(setting: Setting, template: str) -> list[str]:
    """The people who were told so, by mail and by text."""

    def look(session: Any) -> list[str]:
        mails = session.scalars(select(Mail).where(Mail.template == template)).all()
        texts = session.scalars(select(Notice).where(Notice.template == template)).all()
        desks = {box for brand in setting.configuration.brands.values() for box in brand.mailboxes}
        by_mail = [f"mail {to}" for mail in mails for to in mail.to if to not in desks]
        return sorted([*by_mail, *(f"sms {text.entry}" for text in texts)])

    return await setting.database.read(look)


def ways_to(setting: Setting, *entries: str) -> list[str]:
    mails = [f"mail {setting.configuration.directory[entry].mail}" for entry in entries]
    return sorted([*mails, *(f"sms {entry}" for entry in entries)])


async def test_while_somebody_is_looked_for_the_page_is_called_off(setting: Setting) -> None:
    await says(setting, FIRING)
    await is_rung(setting, "adu", "wti")
    await says(setting, FIRING, "resolved")
    assert (await only_page(setting)).state is PageState.CANCELLED
    assert await told(setting, "alarm-over") == ways_to(setting, "adu", "wti"), "their phones have rung"
    desk = (await setting.mails("alarm-over"))[0]
    assert desk.to == ["support@fuzer.net"]
    await setting.settle()
    await says(setting, FIRING, "resolved")
    assert await told(setting, "alarm-over") == ways_to(setting, "adu", "wti"), "once"


async def test_whoever_has_accepted_keeps_it_and_is_told_once(setting: Setting) -> None:
    await says(setting, FIRING)
    await is_rung(setting, "adu", "wti")
    await is_accepted(setting, "wti")
    await says(setting, FIRING, "resolved")
    assert (await only_page(setting)).state is PageState.ACCEPTED
    assert await told(setting, "alarm-over") == ways_to(setting, "wti"), "nobody else has it in hand"
    setting.clock.advance(minutes=5)
    await setting.settle()
    assert await told(setting, "alarm-over") == ways_to(setting, "wti")


async def test_a_storm_is_over_with_its_last_alarm(setting: Setting) -> None:
    await says(setting, FIRING)
    await says(setting, OTHER)
    assert len(setting.pages.begun) == 1, "one page for both"
    await is_rung(setting, "adu")
    await says(setting, FIRING, "resolved")
    assert (await only_page(setting)).state is PageState.RINGING
    assert await told(setting, "alarm-over") == []
    await says(setting, OTHER, "resolved")
    assert (await only_page(setting)).state is PageState.CANCELLED
    assert await told(setting, "alarm-over") == ways_to(setting, "adu")


async def test_a_mail_among_them_keeps_it_ringing(setting: Setting) -> None:
    """Nobody ever says that what a mail told is over."""
    await setting.mail(a_mail("HostDown: web-1 does not answer"))
    page = await only_page(setting)
    await says(setting, FIRING)
    await setting.database.run(
        lambda session: session.execute(update(Page).where(Page.id != page.id).values(state=PageState.DONE))
    )
    await says(setting, FIRING, "resolved")
    states = await setting.database.read(
        lambda session: session.scalars(select(Page.state).where(Page.id == page.id)).all()
    )
    assert states == [PageState.RINGING]


async def test_what_fires_again_after_it_was_called_off_rings_again(setting: Setting) -> None:
    await says(setting, FIRING)
    await says(setting, FIRING, "resolved")
    await says(setting, {**FIRING, "startsAt": "2026-11-22T02:16:00Z"})
    assert len(setting.pages.begun) == 2, "nobody has ever taken it"


async def test_what_fires_again_after_an_acceptance_is_told_to_whoever_has_it(setting: Setting) -> None:
    await says(setting, FIRING)
    await is_accepted(setting, "adu")
    await says(setting, FIRING, "resolved")
    await says(setting, {**FIRING, "startsAt": "2026-11-22T02:16:00Z"})
    assert len(setting.pages.begun) == 1, "he is at work on it: it joins, within the window"
    assert await told(setting, "alarm-again") == ways_to(setting, "adu")
    await says(setting, {**FIRING, "startsAt": "2026-11-22T02:16:00Z"}, "resolved")
    assert len(await told(setting, "alarm-over")) == 4, "over twice: a mail and a text each time"


async def test_killed_before_the_page_was_called_off(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await says(setting, FIRING)
    await is_rung(setting, "adu")

    async def die(page_id: str) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(setting.pages, "stand_down", die)
        await says(setting, FIRING, "resolved")
    assert (await only_page(setting)).state is PageState.RINGING
    await setting.settle()
    assert (await only_page(setting)).state is PageState.CANCELLED
    assert await told(setting, "alarm-over") == ways_to(setting, "adu"), "nobody is told twice"


async def test_somebody_accepts_in_the_moment_in_which_it_is_over(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await says(setting, FIRING)
    usual = setting.pages.stand_down

    async def late(page_id: str) -> bool:
        await is_accepted(setting, "wti")
        return await usual(page_id)

    monkeypatch.setattr(setting.pages, "stand_down", late)
    await says(setting, FIRING, "resolved")
    await setting.settle()
    assert (await only_page(setting)).state is PageState.ACCEPTED
    assert await told(setting, "alarm-over") == ways_to(setting, "wti")
