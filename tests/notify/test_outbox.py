"""What is written into the outbox: with its transaction or not at all, once, and safe to put on the wire."""

from email import message_from_bytes, policy
from typing import Any

import aiosmtplib
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.notify import Verdict, enqueue, is_address, judge, judge_code, list_mails
from ivr.notify.message import Posting, compose
from ivr.notify.schedule import Schedule
from ivr.storage import Database, Mail, MailState, Page

from .post_office import NOW

CALL = {
    "call_ref": "482",
    "brand": "Fuzer",
    "dialled": "+3232055582",
    "caller": "+32470000001",
    "at": NOW,
    "ringing": [{"title": "ADU", "number": "+32470000002"}],
}


def put(session: Session, **changes: Any) -> str | None:
    options: dict[str, Any] = {
        "template": "call-in",
        "language": "en",
        "to": ["support@fuzer.net"],
        "cc": [],
        "variables": CALL,
        "dedupe": "page:p1:call-in",
        "now": NOW,
        **changes,
    }
    return enqueue(session, **options)


async def test_the_mail_is_committed_with_what_it_announces(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(Page(id="p1", call_ref="482", started=NOW))
        put(session)

    await database.run(work)
    [found] = await database.read(list_mails)
    assert found.mail.subject == "[482] Fuzer: call from 0470 00 00 01"


async def test_what_was_rolled_back_is_not_announced(database: Database) -> None:
    def work(session: Session) -> None:
        put(session)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(work)
    assert await database.read(list_mails) == []


async def test_the_same_notice_is_written_once(database: Database) -> None:
    assert await database.run(put)
    assert await database.run(put) is None
    assert await database.run(lambda s: put(s, dedupe="another"))
    assert len(await database.read(list_mails)) == 2


async def test_a_fault_in_a_template_costs_the_form_and_not_the_notice(database: Database) -> None:
    """An acceptance must not be lost because somebody mistyped a variable."""
    broken = {key: value for key, value in CALL.items() if key != "brand"}
    await database.run(lambda s: put(s, variables=broken))
    await database.run(lambda s: put(s, template="no-such", dedupe="m2"))
    for found in await database.read(list_mails):
        assert found.mail.state is MailState.WAITING
        assert "482" in found.mail.subject
        assert "+32470000001" in found.mail.body
    errors = {found.mail.template: found.mail.error for found in await database.read(list_mails)}
    assert "'brand' is undefined" in errors["call-in"]
    assert "there is none" in errors["no-such"]


async def test_addresses_that_are_none_are_shown_and_the_others_served(database: Database) -> None:
    evil = "a@b.c\r\nBcc: victim@x.y"
    await database.run(lambda s: put(s, to=["support@fuzer.net", evil, "SUPPORT@fuzer.net"], cc=["nowhere"]))
    [found] = await database.read(list_mails)
    states = {one.address: str(one.state) for one in found.deliveries}
    assert states == {"support@fuzer.net": "waiting", evil: "refused", "nowhere": "refused"}


async def test_a_mail_to_nobody_is_refused_at_once(database: Database) -> None:
    await database.run(lambda s: put(s, to=[], cc=["not an address"]))
    [found] = await database.read(list_mails)
    assert (found.mail.state, found.mail.error) == (MailState.REFUSED, "no address to send it to")


EVIL_NAMES = [
    "x\r\nBcc: victim@x.y",
    "x\nSubject: other\n\nbody",
    "x\u2028Bcc: victim@x.y",
    "x\0y\x1b[31m",
    "\udcff\udcfe",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe",
    "=?utf-8?q?Bcc=3A?=",
    "<script>alert(1)</script>",
    "x" * 5000,
]


@pytest.mark.parametrize("name", EVIL_NAMES)
async def test_no_name_can_make_up_headers_or_lines(database: Database, name: str) -> None:
    plain = await database.run(lambda s: put(s, variables={**CALL, "caller_name": "Jan"}, dedupe="plain"))
    evil = await database.run(
        lambda s: put(s, variables={**CALL, "caller_name": name, "brand": name}, dedupe="evil")
    )
    mails = await database.read(lambda s: {one.id: one for one in s.scalars(select(Mail))})
    wire = compose(posting(mails[evil or ""])).as_bytes()
    message = message_from_bytes(wire, policy=policy.default)
    expected = compose(posting(mails[plain or ""]))
    assert message.keys() == expected.keys()
    assert message["Bcc"] is None
    assert message["To"] == "support@fuzer.net"
    assert mails[evil or ""].body.count("\n") == mails[plain or ""].body.count("\n")
    assert "49" not in mails[evil or ""].body.replace("x" * 100, "")
    assert len(message["Subject"]) <= 200


def posting(mail: Mail) -> Posting:
    return Posting(
        id=mail.id,
        sender="dutyline@localhost",
        to=tuple(mail.to),
        cc=tuple(mail.cc),
        subject=mail.subject,
        body=mail.body,
        language=mail.language,
        created=mail.created,
        tries=1,
        message_id=f"<{mail.id}@localhost>",
        waiting=tuple(mail.to),
    )


@pytest.mark.parametrize(
    "text", ["a@b.c", "support.colt@escaux.com", "dutyline@localhost", "o'neil+x@a-b.be"]
)
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@b",
        "a b@c.d",
        "a@b.c,d@e.f",
        "<a@b.c>",
        "a@b.c\n",
        "a..b@c.d",
        "é@b.c",
        "a@-b",
        "a@b.",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (aiosmtplib.SMTPDataError(554, "spam"), Verdict.NEVER),
        (aiosmtplib.SMTPDataError(451, "later"), Verdict.LATER),
        (aiosmtplib.SMTPDataError(552, "full"), Verdict.LATER),
        (aiosmtplib.SMTPRecipientsRefused([]), Verdict.NEVER),
        (
            aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(550, "no", "a@b.c")]),
            Verdict.NEVER,
        ),
        (
            aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(450, "wait", "a@b.c")]),
            Verdict.LATER,
        ),
        (aiosmtplib.SMTPSenderRefused(553, "who?", "a@b.c"), Verdict.LATER),
        (aiosmtplib.SMTPAuthenticationError(535, "no"), Verdict.LATER),
        (aiosmtplib.SMTPHeloError(550, "go away"), Verdict.LATER),
        (aiosmtplib.SMTPConnectTimeoutError("slow"), Verdict.LATER),
        (aiosmtplib.SMTPServerDisconnected("bye"), Verdict.LATER),
        (aiosmtplib.SMTPNotSupported("STARTTLS"), Verdict.LATER),
        (ConnectionRefusedError(), Verdict.LATER),
        (TimeoutError(), Verdict.LATER),
        (OSError(28, "No space left on device"), Verdict.LATER),
        (ValueError("cannot be put on the wire"), Verdict.NEVER),
    ],
)
def test_the_verdict_on_a_try(error: BaseException, expected: Verdict) -> None:
    assert judge(error) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (250, Verdict.SENT),
        (251, Verdict.SENT),
        (354, Verdict.LATER),
        (421, Verdict.LATER),
        (450, Verdict.LATER),
        (550, Verdict.NEVER),
        (552, Verdict.LATER),
        (0, Verdict.LATER),
    ],
)
def test_the_verdict_on_a_code(code: int, expected: Verdict) -> None:
    assert judge_code(code) is expected


def test_waits_double_up_to_a_limit_and_end() -> None:
    schedule = Schedule()
    waits = [
        (due - NOW).total_seconds()
        for tries in range(1, 151)
        if (due := schedule.next_try(NOW, tries, 0.5)) is not None
    ]
    assert waits[:8] == [5, 10, 20, 40, 80, 160, 320, 600]
    assert len(waits) == 149
    assert 20 <= sum(waits) / 3600 <= 28
    spread = [schedule.next_try(NOW, 8, chance) for chance in (0.0, 1.0)]
    assert [(due - NOW).total_seconds() for due in spread if due] == [480, 720]
