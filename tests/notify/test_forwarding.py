"""A mail in a mail: every byte of it arrives, whatever it is."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from ivr.notify.enclosed import ALARM_FILE
from ivr.notify.message import Posting, compose
from ivr.notify.outbox import Attached

MAILS = {
    "plain": b"From: a@b.be\r\nSubject: x\r\n\r\nhello\r\n.\r\nFrom here\r\n",
    "utf-8": "From: a@b.be\nSubject: é\n\nété €\n".encode(),
    "latin-1": "Subject: é\n\nété\n".encode("latin-1"),
    "folded and long headers": b"Received: from a.example.com\r\n by b.example.com "
    + b"x" * 200
    + b"\r\n\r\nhi",
    "broken mime": b"Content-Type: multipart/mixed; boundary=x\n\n--x\nhi\n",
    "no header": b"\n\nhello",
    "empty": b"",
}
AS_A_FILE = {"nul": b"Subject: a\0b\r\n\r\nx", "endless line": b"Subject: a\r\n\r\n" + b"x" * 5000}


def sent(content: bytes | None) -> bytes:
    """What goes over the wire."""
    enclosed = (Attached(f"{ALARM_FILE}1", "alarm.eml", "message/rfc822", content),)
    posting = Posting(
        "id",
        "d@x.be",
        ("a@b.be",),
        (),
        "s",
        "body\n",
        "en",
        datetime.now(UTC),
        1,
        "<id@x.be>",
        ("a@b.be",),
        enclosed,
    )
    return compose(posting).as_bytes()


def plain(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").rstrip()


@pytest.mark.parametrize("name", MAILS)
def test_it_arrives_as_a_mail(name: str) -> None:
    wire = sent(MAILS[name])
    message = message_from_bytes(wire, policy=policy.default)
    assert isinstance(message, EmailMessage)
    [part] = message.iter_attachments()
    assert part.get_content_type() == "message/rfc822"
    assert part.get("Content-Transfer-Encoding", "7bit") in ("7bit", "8bit")
    assert plain(MAILS[name]) in plain(wire)


@pytest.mark.parametrize("name", AS_A_FILE)
def test_what_no_mail_server_would_take_goes_as_a_file(name: str) -> None:
    message = message_from_bytes(sent(AS_A_FILE[name]), policy=policy.default)
    assert isinstance(message, EmailMessage)
    [part] = message.iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == AS_A_FILE[name]


def test_one_that_is_no_longer_kept_is_said_to_be_missing() -> None:
    assert b"alarm.eml" in sent(None)
    assert b"rfc822" not in sent(None)
