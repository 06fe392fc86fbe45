"""An alarm desk on a real database, with a pager that writes pages down and rings nobody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from dialplan.model import Configuration
from dialplan.source import load
from ivr.alarms.desk import AlarmDesk
from ivr.alarms.model import Incoming
from ivr.alarms.reading import read_mail
from ivr.duty.page import PageRequest
from ivr.feed import Feed
from ivr.settings import ROOT
from ivr.storage import AlarmSource, Database, KeptAlarm, Mail, Page, PageState

NIGHT = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
ALERTS = "escauxalerts@actiphone.be"


@dataclass
class TestClock:
    """Stands still until it is moved."""

    __test__ = False
    at: datetime = NIGHT

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class PagesOnPaper:
    """Stands for the pager: pages are rows, as the real one's are."""

    database: Database
    clock: TestClock
    begun: list[PageRequest] = field(default_factory=list)
    notes: list[tuple[str, str, Mapping[str, object]]] = field(default_factory=list)
    fails: int = 0
    before_answer: Callable[[], None] | None = None

    async def page(self, request: PageRequest) -> Any:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the pager is at a loss")
        before = await self.database.read(lambda session: session.query(Page).count())
        page = Page(
            id=uuid4().hex,
            call_ref=f"{before + 100:03}",
            request=json.dumps({"words": request.words}),
            brand=request.brand,
            started=self.clock.now(),
            state=PageState.RINGING,
        )
        await self.database.run(lambda session: session.add(page))
        self.begun.append(request)
        if self.before_answer is not None:
            self.before_answer()
        return page

    async def note(self, page_id: str, kind: str, facts: Mapping[str, object], by: str = "") -> None:
        self.notes.append((page_id, kind, facts))

    async def stand_down(self, page_id: str) -> bool:
        def work(session: Any) -> bool:
            page = session.get_one(Page, page_id)
            is_off = page.state in (PageState.PAGED, PageState.RINGING)
            page.state = PageState.CANCELLED if is_off else page.state
            return bool(is_off)

        return await self.database.run(work)


@dataclass
class VoiceOnPaper:
    """Stands for the voice."""

    said: list[tuple[str, str]] = field(default_factory=list)

    async def speak(self, name: str, words: str, language: str) -> bool:
        self.said.append((words, language))
        return True


@dataclass
class Setting:
    """A desk and all that is around it."""

    database: Database
    clock: TestClock
    pages: PagesOnPaper
    voice: VoiceOnPaper
    desk: AlarmDesk
    configuration: Configuration

    async def mail(self, raw: bytes, source: AlarmSource = AlarmSource.SMTP, **more: Any) -> str:
        """A mail comes in, and is looked at."""
        found = await self.desk.keep([read_mail(raw, source, own_address="dutyline@localhost", **more)])
        await self.settle()
        return found[0]

    async def take(self, *incoming: Incoming) -> None:
        await self.desk.keep(incoming)
        await self.settle()

    async def settle(self) -> None:
        while await self.desk.look():
            pass

    async def alarms(self) -> list[KeptAlarm]:
        return list(
            await self.database.read(
                lambda session: session.scalars(select(KeptAlarm).order_by(KeptAlarm.received)).all()
            )
        )

    async def mails(self, template: str = "") -> list[Mail]:
        found = await self.database.read(
            lambda session: session.scalars(select(Mail).order_by(Mail.created)).all()
        )
        return [mail for mail in found if template in ("", mail.template)]

    async def page_is(self, state: PageState) -> None:
        """What becomes of the pages there are."""
        await self.database.run(lambda session: session.execute(update(Page).values(state=state)))


@asynccontextmanager
async def a_desk(folder: Path, configuration: Configuration | None = None) -> AsyncIterator[Setting]:
    database = Database(f"sqlite:///{folder / 'dutyline.db'}")
    await database.open()
    clock = TestClock()
    pages, voice = PagesOnPaper(database, clock), VoiceOnPaper()
    configuration = configuration or load(ROOT / "config").configuration
    desk = AlarmDesk(
        database=database,
        pages=pages,
        voice=voice,
        configuration=lambda: configuration,
        clock=clock,
        feed=Feed(),
        owner="this-box",
    )
    try:
        yield Setting(database, clock, pages, voice, desk, configuration)
    finally:
        await desk.close()
        await database.close()


def a_mail(
    subject: str = "Core router down",
    *,
    sender: str = "monitor@fuzer.net",
    message_id: str | None = None,
    body: str = "It does not answer.",
    **headers: str,
) -> bytes:
    """A mail as monitoring writes it."""
    lines = [f"From: {sender}", f"To: {ALERTS}", f"Subject: {subject}"]
    if message_id is None:
        message_id = f"<{uuid4().hex}@monitor.fuzer.net>"
    if message_id:
        lines.append(f"Message-ID: {message_id}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body, ""]).encode()


def parsed(raw: bytes) -> Any:
    return BytesParser(policy=policy.default).parsebytes(raw)
