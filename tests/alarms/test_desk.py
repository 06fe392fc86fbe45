"""Alarms become pages: one for each storm, none for our own mails, and none is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dialplan.source import load
from ivr.alarms.reading import read_mail
from ivr.settings import ROOT
from ivr.storage import AlarmSource, AlarmState, PageState
from tests.alarms.desks import ALERTS, Setting, a_desk, a_mail


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    async with a_desk(tmp_path) as found:
        yield found


async def test_a_mail_pages_by_the_procedure_of_fuzer(setting: Setting) -> None:
    await setting.mail(a_mail("Core router down"))
    [request] = setting.pages.begun
    assert (request.brand, request.policy, request.customer) == ("fuzer", "standard", "465")
    assert (request.severity, request.category, request.about) == ("1", "alarm", "Core router down")
    [alarm] = await setting.alarms()
    assert request.words == (f"alarm-{alarm.id}",)
    assert setting.voice.said == [("Core router down", "en")]
    assert alarm.state is AlarmState.PAGED
    [(page, kind, facts)] = setting.pages.notes
    assert (page, kind, facts["words"]) == (alarm.page_id, "alarm", "Core router down")


async def test_the_mail_is_forwarded_whole_to_the_mailboxes_of_fuzer(setting: Setting) -> None:
    await setting.mail(a_mail("Core router down"))
    [mail] = await setting.mails("alarm-mail")
    assert (mail.to, mail.cc) == (["support@fuzer.net"], ["service-team.ext@escaux.com"])
    assert "Core router down" in mail.subject


async def test_a_storm_is_one_page(setting: Setting) -> None:
    for number in range(60):
        await setting.mail(a_mail(f"[{number}] Link {number}a2b{number} down since 02:1{number % 10}"))
    assert len(setting.pages.begun) == 1
    alarms = await setting.alarms()
    assert [alarm.state for alarm in alarms] == [AlarmState.PAGED] + [AlarmState.JOINED] * 59
    assert {alarm.page_id for alarm in alarms} == {alarms[0].page_id}
    assert len(await setting.mails("alarm-mail")) == 20, "the rest are kept, and told of in one mail"
    joined = [facts["counted"] for _, kind, facts in setting.pages.notes if kind == "alarm-joined"]
    assert joined == list(range(2, 21))
    setting.clock.advance(minutes=31)
    await setting.settle()
    [storm] = await setting.mails("alarm-storm")
    assert "60" in storm.body
    await setting.settle()
    assert len(await setting.mails("alarm-storm")) == 1


async def test_after_the_acceptance_it_is_still_the_same_storm(setting: Setting) -> None:
    await setting.mail(a_mail())
    await setting.page_is(PageState.ACCEPTED)
    setting.clock.advance(minutes=29)
    await setting.mail(a_mail())
    assert len(setting.pages.begun) == 1
    setting.clock.advance(minutes=2)
    await setting.mail(a_mail())
    assert len(setting.pages.begun) == 2, "the window is over"


async def test_while_somebody_is_looked_for_it_joins_whatever_the_hour(setting: Setting) -> None:
    await setting.mail(a_mail())
    setting.clock.advance(hours=1)
    await setting.mail(a_mail())
    assert len(setting.pages.begun) == 1


async def test_when_nobody_accepted_the_next_one_tries_again(setting: Setting) -> None:
    await setting.mail(a_mail())
    await setting.page_is(PageState.EXHAUSTED)
    setting.clock.advance(minutes=5)
    await setting.mail(a_mail())
    assert len(setting.pages.begun) == 2


async def test_another_sender_or_another_subject_is_another_page_up_to_a_limit(setting: Setting) -> None:
    await setting.mail(a_mail("Router down"))
    await setting.mail(a_mail("Router down", sender="other@fuzer.net"))
    for name in ("Fiber", "Mail", "Power", "Heat", "Water", "Fire"):
        await setting.mail(a_mail(f"{name} alarm"))
    assert len(setting.pages.begun) == 5, "a storm of many kinds must not ring for ever"
    assert {alarm.state for alarm in await setting.alarms()} == {AlarmState.PAGED, AlarmState.JOINED}


async def test_the_same_mail_twice_is_one_alarm(setting: Setting) -> None:
    mail = a_mail()
    assert await setting.mail(mail)
    assert not await setting.mail(b"Received: from elsewhere\r\n" + mail)
    assert not await setting.mail(mail, AlarmSource.IMAP, place="box:1:7")
    [alarm] = await setting.alarms()
    assert alarm.repeats == 2
    assert len(setting.pages.begun) == 1


@pytest.mark.parametrize("state", [PageState.EXHAUSTED, PageState.CANCELLED])
async def test_after_so_many_pages_that_found_nobody_another_kind_rings_again(
    setting: Setting, state: PageState
) -> None:
    for name in ("alpha", "bravo", "charlie", "delta", "echo"):
        await setting.mail(a_mail(f"{name} is down"))
    assert len(setting.pages.begun) == 5
    await setting.page_is(state)
    setting.clock.advance(minutes=10)
    await setting.mail(a_mail("The generator burns"))
    assert [request.about for request in setting.pages.begun][5:] == ["The generator burns"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "Alarm zonder onderwerp"),
        ("fr", "Alarme sans objet"),
        ("de", "Alarm ohne Betreff"),
        ("en", "Alarm without a subject"),
    ],
)
async def test_a_mail_without_a_subject_is_an_alarm_and_no_call(
    tmp_path: Path, language: str, words: str
) -> None:
    shipped = load(ROOT / "config").configuration
    row = replace(shipped.alarms.mails[0], language=language)
    alarms = replace(shipped.alarms, mails=(row,))
    async with a_desk(tmp_path, replace(shipped, alarms=alarms, memo={})) as setting:
        await setting.mail(b"From: monitor@fuzer.net\r\n\r\nIt burns.\r\n")
        [request] = setting.pages.begun
        assert request.about == words, "otherwise the mails tell of a call with a withheld number"
        assert setting.voice.said == [(words, language)]


async def test_a_mail_that_is_read_again_rings_nobody_though_nobody_had_accepted(setting: Setting) -> None:
    """In a folder that may only be read each new connection finds it unseen."""
    raw = a_mail("Read twice")
    await setting.mail(raw, AlarmSource.IMAP, place="a:1:7")
    await setting.page_is(PageState.EXHAUSTED)
    setting.clock.advance(hours=2)
    assert await setting.mail(raw, AlarmSource.IMAP, place="a:1:7") == ""
    assert len(setting.pages.begun) == 1


async def test_the_same_bytes_without_a_name_are_the_same_for_an_hour(setting: Setting) -> None:
    mail = a_mail(message_id="")
    await setting.mail(mail)
    await setting.mail(mail)
    assert len(await setting.alarms()) == 1
    await setting.page_is(PageState.ACCEPTED)
    setting.clock.advance(hours=2)
    await setting.mail(mail)
    assert len(await setting.alarms()) == 2
    assert len(setting.pages.begun) == 2


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (a_mail(Auto_Submitted="auto-replied"), "an automatic reply"),
        (a_mail(X_Autoreply="yes"), "an automatic reply"),
        (a_mail(Precedence="auto_reply"), "an automatic reply"),
        (a_mail(X_Dutyline="1"), "a mail of our own that came back"),
        (a_mail(sender="Dutyline <dutyline@localhost>"), "a mail of our own that came back"),
        (
            a_mail(Content_Type='multipart/report; report-type="delivery-status"; boundary=x'),
            "a report about a mail that could not be delivered, or was read",
        ),
        (
            a_mail(sender="MAILER-DAEMON@relay.example.com", Return_Path="<>"),
            "a report of a mail server",
        ),
        (b"Received: by x\r\n" * 60 + a_mail(), "a mail that goes in a circle"),
    ],
)
async def test_loops_are_kept_and_ring_nobody(setting: Setting, raw: bytes, why: str) -> None:
    await setting.mail(raw)
    [alarm] = await setting.alarms()
    assert (alarm.state, alarm.why, alarm.raw) == (AlarmState.KEPT, why, raw)
    assert setting.pages.begun == []
    assert await setting.mails() == [], "forwarding it would go on with the circle"


async def test_a_forwarded_mail_that_comes_back_by_its_name(setting: Setting) -> None:
    await setting.mail(a_mail())
    [sent] = await setting.mails("alarm-mail")
    name = "<of-the-courier@localhost>"
    await setting.database.run(lambda session: setattr(session.merge(sent), "message_id", name))
    await setting.mail(a_mail("Fwd: anything", message_id=name))
    assert len(setting.pages.begun) == 1


async def test_what_monitoring_marks_as_generated_rings(setting: Setting) -> None:
    await setting.mail(a_mail(Auto_Submitted="auto-generated", Return_Path="<>"))
    assert len(setting.pages.begun) == 1


async def test_an_old_mail_in_the_mailbox_wakes_nobody_but_is_forwarded(setting: Setting) -> None:
    old = replace(read_mail(a_mail(), AlarmSource.IMAP), sent=setting.clock.now() - timedelta(days=2))
    await setting.take(old)
    [alarm] = await setting.alarms()
    assert (alarm.state, alarm.why) == (AlarmState.KEPT, "it was older than a day when it was found")
    assert setting.pages.begun == []
    assert len(await setting.mails("alarm-mail")) == 1


async def test_a_pager_that_fails_is_asked_again(setting: Setting) -> None:
    setting.pages.fails = 1
    await setting.desk.keep([read_mail(a_mail(), AlarmSource.SMTP)])
    with pytest.raises(RuntimeError):
        await setting.settle()
    setting.clock.advance(seconds=61)
    await setting.settle()
    assert len(setting.pages.begun) == 1
    [alarm] = await setting.alarms()
    assert alarm.state is AlarmState.PAGED


async def test_alarms_that_join_before_the_page_has_a_name(setting: Setting) -> None:
    setting.pages.fails = 1
    await setting.desk.keep([read_mail(a_mail(), AlarmSource.SMTP), read_mail(a_mail(), AlarmSource.SMTP)])
    with pytest.raises(RuntimeError):
        await setting.settle()
    setting.clock.advance(seconds=61)
    await setting.settle()
    first, second = await setting.alarms()
    assert first.page_id == second.page_id != ""
    assert len(setting.pages.begun) == 1
    assert [kind for _, kind, _ in setting.pages.notes] == ["alarm", "alarm-joined"]


@pytest.mark.parametrize("is_made", [True, False], ids=["the-page-was-made", "it-was-not"])
async def test_killed_between_the_decision_and_the_page(tmp_path: Path, is_made: bool) -> None:
    """The process ends right before, or right after, its page is made: after the restart there is one."""

    def die() -> None:
        raise SystemExit

    async with a_desk(tmp_path) as before:
        before.pages.before_answer = die if is_made else None
        before.pages.fails = 0 if is_made else 1
        await before.desk.keep([read_mail(a_mail(), AlarmSource.SMTP)])
        with pytest.raises((SystemExit, RuntimeError)):
            await before.settle()
    async with a_desk(tmp_path) as after:
        await after.settle()
        assert len(before.pages.begun) + len(after.pages.begun) == 1
        [alarm] = await after.alarms()
        assert alarm.state is AlarmState.PAGED
        assert alarm.page_id


async def test_a_mail_to_a_row_that_rings_nobody(tmp_path: Path, setting: Setting) -> None:
    alarms = setting.configuration.alarms
    quiet = replace(alarms, mails=(replace(alarms.mails[0], pages=False),))
    async with a_desk(tmp_path / "..", replace(setting.configuration, alarms=quiet)) as other:
        await other.mail(a_mail())
        assert other.pages.begun == []
        assert len(await other.mails("alarm-mail")) == 1


def test_the_shipped_desk_takes_alarms_at_its_mailbox(setting: Setting) -> None:
    assert setting.configuration.alarms.addresses == (ALERTS,)
