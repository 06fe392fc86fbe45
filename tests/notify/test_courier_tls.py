"""Mails of ours over TLS, to a real mail server: both ways of it, and certificates that are not believed."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.notify import Courier, SmtpTransport, enqueue
from ivr.storage import Database, Mail, MailState
from tests.certificates import Certificate, make_certificate
from tests.notify.post_office import NOW, Manners, PostOffice, until

WAYS = ("tls", "starttls")
DESK = "support@fuzer.net"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def manners() -> Manners:
    return Manners()


@pytest.fixture
def office(way: str, manners: Manners, certificate: Certificate) -> Iterator[PostOffice]:
    yield from an_office(way, manners, certificate)


def an_office(way: str, manners: Manners, certificate: Certificate) -> Iterator[PostOffice]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.chain, certificate.key)
    more: dict[str, Any] = (
        {"ssl_context": context} if way == "tls" else {"tls_context": context, "require_starttls": True}
    )
    office = PostOffice(manners, **more)
    office.start()
    yield office
    office.stop()


async def sent_over(database: Database, transport: SmtpTransport) -> tuple[MailState, str]:
    """What becomes of a mail within seconds: its state, and what is wrong."""
    courier = Courier(database, transport, sender=lambda: "dutyline@localhost", now=lambda: NOW)
    mail_id = await database.run(
        lambda session: enqueue(
            session,
            template="test",
            language="en",
            to=(DESK,),
            variables={"at": NOW, "host": "box"},
            dedupe="one",
            now=NOW,
        )
    )
    assert mail_id is not None
    courier.start()

    async def is_settled() -> bool:
        return await database.read(lambda session: session.get_one(Mail, mail_id).owner == "") and (
            bool(courier.trouble) or courier.sent > 0
        )

    try:
        await until(is_settled, 8)
        return await database.read(lambda session: session.get_one(Mail, mail_id).state), courier.trouble
    finally:
        await courier.close()


def to_office(
    office: PostOffice, way: Any, host: str = "127.0.0.1", ca_file: Path | str = ""
) -> SmtpTransport:
    return SmtpTransport(host, office.port, tls=way, ca_file=str(ca_file), step_s=4)


async def test_a_mail_goes_over_tls(
    database: Database, office: PostOffice, manners: Manners, certificate: Certificate, way: str
) -> None:
    state, trouble = await sent_over(database, to_office(office, way, ca_file=certificate.authority))
    assert (state, trouble) == (MailState.SENT, "")
    assert [one.recipients for one in manners.received] == [[DESK]]


async def test_a_certificate_by_nobody_we_know_gets_no_mail(
    database: Database, office: PostOffice, manners: Manners, way: str
) -> None:
    state, trouble = await sent_over(database, to_office(office, way))
    assert state is MailState.WAITING, "it goes once the administrator has mended it"
    assert "its certificate is not trusted" in trouble and "DUTYLINE_MAIL_CA_FILE" in trouble
    assert manners.received == []


async def test_a_certificate_of_another_server_gets_no_mail(
    database: Database, manners: Manners, way: str, tmp_path: Path
) -> None:
    others = make_certificate(tmp_path, "DNS:mail.example.com")
    for office in an_office(way, manners, others):
        state, trouble = await sent_over(database, to_office(office, way, "localhost", others.authority))
        assert state is MailState.WAITING
        assert "its certificate is another one's" in trouble
        assert manners.received == []
