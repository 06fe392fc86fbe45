"""Messages that go with a mail, through a real mail server: whole, of the right type, no other file ever."""

from collections.abc import AsyncIterator, Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from audio import alaw
from audio.sound import parse_wave, wave_of
from ivr.notify import Attached, Courier, SmtpTransport, enqueue
from ivr.notify.enclosed import MOST_BYTES, read_enclosed
from ivr.storage import Database, Mail, MailState

from .post_office import NOW, Manners, PostOffice, VirtualTime, until

WAV = wave_of(bytes(range(256)) * 400)
MESSAGE = Attached("7k3-1.wav", "message-7k3-1.wav", "audio/wav")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "recordings"
    path.mkdir()
    (path / "7k3-1.wav").write_bytes(WAV)
    return path


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
async def courier_of(
    database: Database, folder: Path, office: PostOffice
) -> AsyncIterator[Callable[[], Courier]]:
    """Makes couriers, one after the other, as a service that is started anew does."""
    made: list[Courier] = []

    def make() -> Courier:
        transport, time = SmtpTransport("127.0.0.1", office.port), VirtualTime()
        courier = Courier(
            database,
            transport,
            sender=lambda: "dutyline@localhost",
            folder=folder,
            now=time.now,
            sleep=time.sleep,
        )
        made.append(courier)
        courier.start()
        return courier

    yield make
    for courier in made:
        await courier.close(timeout_s=1)


async def write(database: Database, *attached: Attached, language: str = "nl", **more: Any) -> str:
    facts = {"brand": "Fuzer", "caller": "+32470000001", "dialled": "+3232055582", "at": NOW}
    mail_id = await database.run(
        lambda session: enqueue(
            session,
            template="message-left",
            language=language,
            to=("support@fuzer.net",),
            variables=facts,
            dedupe=f"m{len(attached)}{language}",
            now=NOW,
            attached=attached,
            **more,
        )
    )
    assert mail_id
    return mail_id


async def received(database: Database, manners: Manners, mail_id: str) -> EmailMessage:
    async def is_sent() -> bool:
        return await database.read(lambda session: session.get_one(Mail, mail_id).state) is MailState.SENT

    await until(is_sent)
    return manners.received[-1].message


def body_of(message: EmailMessage) -> str:
    body = message.get_body()
    assert body is not None
    return str(body.get_content())


async def test_a_message_arrives_as_it_was_recorded(
    database: Database, manners: Manners, courier_of: Callable[[], Courier]
) -> None:
    courier_of()
    mail = await received(database, manners, await write(database, MESSAGE))
    (part,) = mail.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("audio/wav", "message-7k3-1.wav")
    assert part.get_content_disposition() == "attachment"
    facts = parse_wave(part.get_content())
    assert (facts.codec, facts.rate_hz) == (6, 8000) and part.get_content() == WAV
    assert body_of(mail).startswith("Een beller heeft een boodschap ingesproken voor Fuzer.")


async def test_it_survives_a_restart_between_writing_and_sending(
    database: Database, manners: Manners, courier_of: Callable[[], Courier]
) -> None:
    mail_id = await write(database, MESSAGE)
    courier_of()
    assert len(list((await received(database, manners, mail_id)).iter_attachments())) == 1


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nl", "Bijlage ontbreekt: message-gone.wav (het bestand is er niet meer)."),
        ("fr", "Pièce jointe manquante : message-gone.wav (le fichier n'existe plus)."),
        ("de", "Anhang fehlt: message-gone.wav (die Datei ist nicht mehr da)."),
        ("en", "Attachment missing: message-gone.wav (the file is no longer there)."),
    ],
)
async def test_a_file_that_is_gone_costs_the_mail_a_line(
    database: Database, manners: Manners, courier_of: Callable[[], Courier], language: str, line: str
) -> None:
    courier_of()
    gone = Attached("gone.wav", "message-gone.wav", "audio/wav")
    mail = await received(database, manners, await write(database, gone, MESSAGE, language=language))
    assert line in body_of(mail)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["message-7k3-1.wav"]


async def test_the_plan_s_own_subject_goes_before_the_template_s(
    database: Database, manners: Manners, courier_of: Callable[[], Courier]
) -> None:
    courier_of()
    mail = await received(database, manners, await write(database, subject="Boodschap\r\nBcc: a@b.be"))
    assert mail["Subject"] == "Boodschap Bcc: a@b.be" and mail["Bcc"] is None


def test_too_much_for_a_mail_is_left_out_and_said(folder: Path) -> None:
    (folder / "long.wav").write_bytes(b"x" * 600)
    long = Attached("long.wav", "long.wav", "audio/wav")
    parts, lines = read_enclosed((long, long), folder, "en", most_bytes=1000)
    assert len(parts) == 1
    assert lines == "\nAttachment missing: long.wav (too large for a mail).\n"
    assert MOST_BYTES > 600 * alaw.RATE_HZ * 2, "two messages of the longest kind fit"


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "", "sub/7k3-1.wav", "..", "link.wav"])
def test_no_other_file_is_ever_sent(folder: Path, path: str) -> None:
    (folder.parent / "secret").write_text("s")
    (folder / "link.wav").symlink_to(folder.parent / "secret")
    parts, lines = read_enclosed((Attached(path, "x", "audio/wav"),), folder, "en")
    assert parts == [] and "x" in lines


def test_without_a_folder_nothing_is_enclosed() -> None:
    assert read_enclosed((MESSAGE,), None, "en")[0] == []
