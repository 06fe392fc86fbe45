"""Mails go out once: through servers that are down, slow, moody or refuse one address, and restarts."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.notify import (
    Courier,
    FileTransport,
    Reply,
    Schedule,
    SmtpTransport,
    count_mails,
    enqueue,
    list_mails,
    make_transport,
    revive,
    show_mail,
)
from ivr.settings import Settings
from ivr.storage import Database, DeliveryState, Mail, MailState

from .post_office import NOW, Manners, PostOffice, VirtualTime, until

DESK, TEAM, WRONG = "support@fuzer.net", "service-team.ext@escaux.com", "nobody@fuzer.net"


@pytest.fixture
def manners() -> Manners:
    return Manners()


@pytest.fixture
def office(manners: Manners) -> Iterator[PostOffice]:
    office = PostOffice(manners)
    office.start()
    yield office
    office.stop()


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
async def courier_of(database: Database, time: VirtualTime) -> AsyncIterator[Callable[..., Courier]]:
    """Makes couriers that are closed at the end."""
    couriers: list[Courier] = []

    def make(transport: Any, **options: Any) -> Courier:
        courier = Courier(
            database,
            transport,
            sender=lambda: "dutyline@localhost",
            now=time.now,
            sleep=time.sleep,
            chance=lambda: 0.5,
            **options,
        )
        couriers.append(courier)
        courier.start()
        return courier

    yield make
    for courier in couriers:
        await courier.close(timeout_s=1)


def smtp(office: PostOffice, **options: Any) -> SmtpTransport:
    return SmtpTransport("127.0.0.1", office.port, **options)


async def write(database: Database, dedupe: str = "m1", to: Sequence[str] = (DESK,), **changes: Any) -> str:
    variables = {"at": NOW, "host": "box", **changes}
    mail_id = await database.run(
        lambda s: enqueue(
            s,
            template="test",
            language="en",
            to=to,
            cc=(TEAM,),
            variables=variables,
            dedupe=dedupe,
            now=NOW,
        )
    )
    assert mail_id is not None
    return mail_id


async def state_of(database: Database, mail_id: str) -> MailState:
    return await database.read(lambda s: s.get_one(Mail, mail_id).state)


async def reach(database: Database, mail_id: str, state: MailState) -> None:
    """Wait until the mail is in that state."""

    async def is_there() -> bool:
        return await state_of(database, mail_id) is state

    await until(is_there)


async def tries_of(database: Database, mail_id: str) -> tuple[int, MailState]:
    def look(session: Session) -> tuple[int, MailState]:
        mail = session.get_one(Mail, mail_id)
        return mail.tries, mail.state

    return await database.read(look)


async def waits_again(database: Database, mail_id: str, tries: int) -> None:
    """Wait until so many tries were made and the mail waits for the next."""

    async def is_there() -> bool:
        return await tries_of(database, mail_id) == (tries, MailState.WAITING)

    await until(is_there)


async def test_a_mail_goes_out_once(
    database: Database,
    office: PostOffice,
    manners: Manners,
    courier_of: Callable[..., Courier],
    time: VirtualTime,
) -> None:
    courier = courier_of(smtp(office))
    mail_id = await write(database)
    await reach(database, mail_id, MailState.SENT)
    time.advance(3600)
    courier.wake()
    await asyncio.sleep(0.1)
    [received] = manners.received
    assert sorted(received.recipients) == sorted((DESK, TEAM))
    assert received.sender == "dutyline@localhost"
    message = received.message
    assert message["From"] == "Dutyline <dutyline@localhost>"
    assert (message["To"], message["Cc"]) == (DESK, TEAM)
    assert message["Subject"] == "Dutyline: test mail"
    assert message["Message-ID"] == f"<{mail_id}@localhost>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Sunday 22 November 2026 at 03:14" in message.get_content()
    assert not courier.alarm


async def test_what_waited_before_the_start_goes_out_too(
    database: Database, office: PostOffice, manners: Manners, courier_of: Callable[..., Courier]
) -> None:
    ids = [await write(database, f"m{i}") for i in range(10)]
    courier_of(smtp(office))
    for mail_id in ids:
        await reach(database, mail_id, MailState.SENT)
    assert len(manners.received) == 10


async def test_a_server_that_is_down_and_comes_up(
    database: Database, manners: Manners, courier_of: Callable[..., Courier], time: VirtualTime
) -> None:
    first = PostOffice(manners)
    first.start()
    first.stop()
    courier = courier_of(smtp(first))
    mail_id = await write(database)
    await waits_again(database, mail_id, 1)
    assert "127.0.0.1" in courier.trouble
    assert courier.alarm
    for tries in (2, 3):
        time.advance(60)
        await waits_again(database, mail_id, tries)
    second = PostOffice(manners, first.port)
    second.start()
    try:
        time.advance(60)
        await reach(database, mail_id, MailState.SENT)
    finally:
        second.stop()
    assert len(manners.received) == 1
    assert not courier.alarm
    found = await database.read(lambda s: show_mail(s, mail_id[:8]))
    assert found is not None
    assert found.mail.error == ""


async def test_when_the_server_is_back_all_that_waited_for_it_goes_with_the_first(
    database: Database, manners: Manners, courier_of: Callable[..., Courier], time: VirtualTime
) -> None:
    """After an hour each mail waits for up to ten minutes; the first that gets through fetches the others."""
    first = PostOffice(manners)
    first.start()
    first.stop()
    courier_of(smtp(first))
    old = [await write(database, f"m{number}") for number in range(6)]
    for tries in range(1, 11):
        for mail_id in old:
            await waits_again(database, mail_id, tries)
        time.advance(900)
    for mail_id in old:
        await waits_again(database, mail_id, 11)
    time.advance(1)
    second = PostOffice(manners, first.port)
    second.start()
    try:
        new = await write(database, "new")
        await reach(database, new, MailState.SENT)
        for mail_id in old:
            await reach(database, mail_id, MailState.SENT)
    finally:
        second.stop()
    assert len(manners.received) == 7


async def test_a_mail_that_the_server_puts_off_is_not_hurried_by_others(
    database: Database,
    office: PostOffice,
    manners: Manners,
    courier_of: Callable[..., Courier],
    time: VirtualTime,
) -> None:
    manners.data = ["451 not now"]
    courier_of(smtp(office))
    put_off = await write(database, "m1")
    await waits_again(database, put_off, 1)
    await reach(database, await write(database, "m2"), MailState.SENT)
    await asyncio.sleep(0.1)
    assert await tries_of(database, put_off) == (1, MailState.WAITING)


async def test_a_slow_server_does_not_hold_up_the_others(
    database: Database,
    office: PostOffice,
    manners: Manners,
    courier_of: Callable[..., Courier],
    time: VirtualTime,
) -> None:
    """A server that says nothing is left after the limit, and the mail tried again."""
    manners.slow_s = 30
    courier_of(smtp(office, step_s=0.3))
    mail_id = await write(database)
    await waits_again(database, mail_id, 1)
    manners.slow_s = 0
    time.advance(60)
    await reach(database, mail_id, MailState.SENT)
    assert len(manners.received) == 1


async def test_try_again_later_means_later(
    database: Database,
    office: PostOffice,
    manners: Manners,
    courier_of: Callable[..., Courier],
    time: VirtualTime,
) -> None:
    manners.data = ["451 try again later", "421 too busy"]
    courier_of(smtp(office))
    mail_id = await write(database)
    await waits_again(database, mail_id, 1)
    time.advance(4)
    await asyncio.sleep(0.1)
    assert await tries_of(database, mail_id) == (1, MailState.WAITING)
    time.advance(60)
    await waits_again(database, mail_id, 2)
    time.advance(60)
    await reach(database, mail_id, MailState.SENT)
    assert len(manners.received) == 1


async def test_one_refused_address_does_not_keep_the_mail_from_the_others(
    database: Database,
    office: PostOffice,
    manners: Manners,
    courier_of: Callable[..., Courier],
    time: VirtualTime,
) -> None:
    manners.always[WRONG] = "550 no such user"
    courier = courier_of(smtp(office))
    mail_id = await write(database, to=(DESK, WRONG))
    await reach(database, mail_id, MailState.SENT)
    time.advance(24 * 3600)
    await asyncio.sleep(0.1)
    [received] = manners.received
    assert sorted(received.recipients) == sorted((DESK, TEAM))
    found = await database.read(lambda s: show_mail(s, mail_id))
    assert found is not None
    shown = found.to_json(is_whole=True)
    assert {one["address"]: one["state"] for one in shown["deliveries"]} == {
        DESK: "sent",
        TEAM: "sent",
        WRONG: "refused",
    }
    assert shown["error"] == f"{WRONG}: 550 no such user"
    assert courier.sent == 1


async def test_an_address_that_is_put_off_gets_it_later_and_the_others_only_once(
    database: Database,
    office: PostOffice,
    manners: Manners,
    courier_of: Callable[..., Courier],
    time: VirtualTime,
) -> None:
    """Greylisting, as most mail servers do it."""
    manners.rcpt[TEAM] = ["450 greylisted", "450 greylisted"]
    courier_of(smtp(office))
    mail_id = await write(database)
    await waits_again(database, mail_id, 1)
    time.advance(60)
    await waits_again(database, mail_id, 2)
    time.advance(60)
    await reach(database, mail_id, MailState.SENT)
    assert [one.recipients for one in manners.received] == [[DESK], [TEAM]]
    assert len({one.message["Message-ID"] for one in manners.received}) == 1


async def test_a_mail_that_everybody_refuses_is_shown_as_refused(
    database: Database,
    office: PostOffice,
    manners: Manners,
    courier_of: Callable[..., Courier],
    time: VirtualTime,
) -> None:
    manners.data = ["554 we do not want this"]
    courier = courier_of(smtp(office))
    mail_id = await write(database)
    await reach(database, mail_id, MailState.REFUSED)
    time.advance(24 * 3600)
    await asyncio.sleep(0.1)
    assert manners.received == []
    await until(lambda: courier.alarm)
    standing = await database.read(count_mails)
    assert (standing.refused, standing.waiting, standing.refused_addresses) == (1, 0, 2)


async def test_a_mail_that_never_gets_through_is_given_up_with_an_alarm_and_can_be_revived(
    database: Database,
    office: PostOffice,
    manners: Manners,
    courier_of: Callable[..., Courier],
    time: VirtualTime,
) -> None:
    """A day of trying in virtual time."""
    manners.always = {DESK: "450 not now", TEAM: "450 not now"}
    courier = courier_of(smtp(office), schedule=Schedule(most_tries=6))
    mail_id = await write(database)
    for tries in range(1, 6):
        await waits_again(database, mail_id, tries)
        time.advance(3600)
    await reach(database, mail_id, MailState.DEAD)
    await until(lambda: courier.lost == 1)
    assert courier.alarm
    manners.always = {}
    assert await database.run(lambda s: revive(s, mail_id, time.now()))
    courier.wake()
    await reach(database, mail_id, MailState.SENT)
    assert not await database.run(lambda s: revive(s, mail_id, time.now()))


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
async def test_a_wrong_password_waits_for_the_administrator(
    database: Database, manners: Manners, courier_of: Callable[..., Courier], time: VirtualTime
) -> None:
    office = PostOffice(
        manners,
        auth_required=True,
        auth_require_tls=False,
        authenticator=lambda server, session, envelope, mechanism, data: _check(data),
    )
    office.start()
    try:
        courier = courier_of(smtp(office, user="desk", password="wrong"))
        mail_id = await write(database)
        await waits_again(database, mail_id, 1)
        assert "Authentication" in courier.trouble
        assert "wrong" not in courier.trouble
        await courier.close()
        courier_of(smtp(office, user="desk", password="right"))
        time.advance(60)
        await reach(database, mail_id, MailState.SENT)
    finally:
        office.stop()


def _check(data: Any) -> Any:
    from aiosmtpd.smtp import AuthResult

    return AuthResult(success=data.password == b"right", handled=False)


async def test_encryption_that_is_asked_for_is_not_done_without(
    database: Database, office: PostOffice, manners: Manners, courier_of: Callable[..., Courier]
) -> None:
    courier = courier_of(smtp(office, tls="starttls", user="desk", password="secret"))
    mail_id = await write(database)
    await waits_again(database, mail_id, 1)
    assert "STARTTLS" in courier.trouble
    assert manners.received == []


async def test_a_sender_that_is_no_address_is_told_and_costs_no_mail(
    database: Database, office: PostOffice, manners: Manners, time: VirtualTime
) -> None:
    sender = ["not an address"]
    courier = Courier(
        database, smtp(office), sender=lambda: sender[0], now=time.now, sleep=time.sleep, chance=lambda: 0.5
    )
    courier.start()
    mail_id = await write(database)
    await waits_again(database, mail_id, 1)
    assert "mail_from" in courier.trouble
    sender[0] = "dutyline@localhost"
    time.advance(60)
    await reach(database, mail_id, MailState.SENT)
    await courier.close()


class Recording:
    """A way out that remembers, and can be held or made to fail."""

    where = "nowhere"

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(
        self, message: EmailMessage, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, Reply]:
        await self.gate.wait()
        self.sent.append(message)
        return {address: Reply(250, "OK") for address in recipients}


async def test_a_crash_between_sending_and_writing_repeats_with_the_same_message_id(
    database: Database, courier_of: Callable[..., Courier], time: VirtualTime
) -> None:
    """The one case in which a mail can come twice: both copies carry one Message-ID."""
    way = Recording()
    mail_id = await write(database)
    first = courier_of(way)
    await reach(database, mail_id, MailState.SENT)
    await first.close()

    def forget(session: Session) -> None:
        found = session.get_one(Mail, mail_id)
        found.state = MailState.SENDING
        found.next_at = NOW + timedelta(minutes=3)
        found.owner = first._owner
        for one in show_mail(session, mail_id).deliveries:  # type: ignore[union-attr]
            one.state = DeliveryState.WAITING

    await database.run(forget)
    courier_of(way)
    await reach(database, mail_id, MailState.SENT)
    assert len(way.sent) == 2
    assert len({message["Message-ID"] for message in way.sent}) == 1


async def test_a_dead_box_s_mail_is_taken_over_when_its_lease_is_over(
    database: Database, courier_of: Callable[..., Courier], time: VirtualTime
) -> None:
    mail_id = await write(database)

    def claim_elsewhere(session: Session) -> None:
        found = session.get_one(Mail, mail_id)
        found.state, found.owner = MailState.SENDING, "other-box"
        found.next_at = NOW + timedelta(minutes=3)

    await database.run(claim_elsewhere)
    way = Recording()
    courier_of(way, owner="this-box")
    time.advance(60)
    await asyncio.sleep(0.2)
    assert way.sent == []
    time.advance(150)
    await reach(database, mail_id, MailState.SENT)
    assert len(way.sent) == 1


async def test_a_mail_in_hand_is_not_taken_again_however_long_it_takes(
    database: Database, courier_of: Callable[..., Courier], time: VirtualTime
) -> None:
    way = Recording()
    way.gate.clear()
    courier_of(way)
    mail_id = await write(database)
    await reach(database, mail_id, MailState.SENDING)
    for _ in range(5):
        time.advance(600)
        await asyncio.sleep(0.02)
    way.gate.set()
    await reach(database, mail_id, MailState.SENT)
    assert len(way.sent) == 1


async def test_closing_sees_mails_in_hand_through(
    database: Database, courier_of: Callable[..., Courier]
) -> None:
    way = Recording()
    way.gate.clear()
    courier = courier_of(way)
    mail_id = await write(database)
    await reach(database, mail_id, MailState.SENDING)
    closing = asyncio.create_task(courier.close(timeout_s=20))
    await asyncio.sleep(0.05)
    way.gate.set()
    await closing
    assert await state_of(database, mail_id) is MailState.SENT


async def test_two_couriers_on_one_outbox_send_each_mail_once(
    database: Database, courier_of: Callable[..., Courier]
) -> None:
    way = Recording()
    for i in range(30):
        await write(database, f"m{i}")
    for name in ("a", "b"):
        courier_of(way, owner=name)

    async def is_done() -> bool:
        return (await database.read(count_mails)).sent == 30

    await until(is_done)
    assert len(way.sent) == 30


async def test_the_demo_keeps_mails_as_files(
    database: Database, courier_of: Callable[..., Courier], tmp_path: Path
) -> None:
    transport = make_transport(Settings(state=tmp_path / "demo", _env_file=None))
    assert isinstance(transport, FileTransport)
    courier_of(transport)
    mail_id = await write(database)
    await reach(database, mail_id, MailState.SENT)
    [path] = (tmp_path / "demo" / "mails").iterdir()
    assert path.name == f"{mail_id}@localhost.eml"
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (message["To"], message["Cc"]) == (DESK, TEAM)


async def test_a_folder_that_cannot_be_written_is_tried_again(
    database: Database, courier_of: Callable[..., Courier], tmp_path: Path, time: VirtualTime
) -> None:
    folder = tmp_path / "mails"
    folder.write_text("in the way")
    courier = courier_of(FileTransport(folder))
    mail_id = await write(database)
    await waits_again(database, mail_id, 1)
    assert courier.alarm
    folder.unlink()
    time.advance(60)
    await reach(database, mail_id, MailState.SENT)


async def test_the_database_may_go_away_after_sending(
    database: Database, courier_of: Callable[..., Courier], time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent is marked as soon as the database is back; until then it is not sent again."""
    from ivr.storage import DatabaseUnavailable

    way = Recording()
    way.gate.clear()
    courier_of(way)
    mail_id = await write(database)
    await reach(database, mail_id, MailState.SENDING)

    async def away(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailable("x", "away")

    with monkeypatch.context() as patch:
        patch.setattr(database, "run", away)
        way.gate.set()
        await until(lambda: way.sent)
        for _ in range(4):
            time.advance(100)
            await asyncio.sleep(0.02)
    time.advance(100)

    async def is_sent() -> bool:
        time.advance(5)
        return await state_of(database, mail_id) is MailState.SENT

    await until(is_sent)
    assert len(way.sent) == 1


async def test_mails_are_listed_newest_first(database: Database) -> None:
    def work(session: Session) -> None:
        for i in range(3):
            enqueue(
                session,
                template="test",
                language="nl",
                to=[DESK],
                variables={"at": NOW},
                dedupe=f"m{i}",
                now=NOW + timedelta(minutes=i),
            )

    await database.run(work)
    found = await database.read(lambda s: list_mails(s, 2))
    assert [one.mail.dedupe for one in found] == ["m2", "m1"]
    assert found[0].to_json() == {
        "id": found[0].mail.id,
        "state": "waiting",
        "template": "test",
        "language": "nl",
        "to": [DESK],
        "cc": [],
        "subject": "Dutyline: testmail",
        "created": "2026-11-22T02:16:15.000+00:00",
        "sent": None,
        "tries": 0,
        "error": "",
    }
    assert await database.read(lambda s: show_mail(s, "zz")) is None
    assert await database.read(lambda s: len(s.scalars(select(Mail)).all())) == 3


def test_tls_modes_reach_the_client() -> None:
    client = SmtpTransport("mail.example", 465, tls="tls")._client()
    assert (client.use_tls, client._start_tls_on_connect) == (True, False)
    client = SmtpTransport("mail.example", 25, tls="none")._client()
    assert (client.use_tls, client._start_tls_on_connect) == (False, False)
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
