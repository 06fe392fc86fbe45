"""Mails of a plan: written as soon as the database takes them; the end of the service waits, but not long."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from dialplan.commands import SendMail
from dialplan.source import load
from ivr.calls.post import PlanPost
from ivr.clock import SystemClock
from ivr.notify import list_mails
from ivr.records import CallRecord
from ivr.settings import ROOT
from ivr.storage import Database, DatabaseUnavailable

NOW = datetime(2026, 11, 22, 2, 14, 15, tzinfo=UTC)
MAIL = SendMail("test", ("service-team.ext@escaux.com",))


@pytest.fixture(scope="module")
def call() -> Any:
    record = CallRecord("c1", "1.1", "PJSIP/1", "+3232055582", None, NOW, brand="fuzer", plan="night")
    configuration = load(ROOT / "config").configuration
    return SimpleNamespace(record=record, configuration=configuration, state=None, hops=[], mails=0)


async def away(_work: Callable[[Session], Any], **_: object) -> None:
    raise DatabaseUnavailable("the database", "it is gone")


async def test_a_mail_is_written_when_the_database_is_back(
    database: Database, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, well = PlanPost(database, SystemClock()), database.run
    monkeypatch.setattr(database, "run", away)
    post.send(MAIL, call)
    await asyncio.sleep(0.05)
    monkeypatch.setattr(database, "run", well)
    assert await post.drain(10) == 0
    (mail,) = await database.read(lambda session: list_mails(session, 5))
    assert mail.mail.to == MAIL.to or list(mail.mail.to) == list(MAIL.to)


async def test_the_end_does_not_wait_for_a_database_that_is_gone(
    database: Database, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = PlanPost(database, SystemClock())
    monkeypatch.setattr(database, "run", away)
    post.send(MAIL, call)
    with capture_logs() as logs:
        assert await post.drain(0.05) == 1
    (last,) = [line for line in logs if line["log_level"] == "critical"]
    assert last["event"] == "mail.lost"
    assert last["mail"].startswith("call:c1:mail")
