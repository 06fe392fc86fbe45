"""The whole house on real Asterisk: switch, demo carrier and the service as the process it is in life.

Stories are told with it: somebody calls, somebody's phone rings, somebody hears and presses; what a
person heard is recorded on the carrier's side and recognised by comparing it with the prompts.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from audio.recognise import Heard, Recogniser
from ivr.ami import AmiLink
from ivr.carrier import Carrier, PlacedCall
from ivr.carrier.journal import Leg
from ivr.cli.client import ServiceClient
from ivr.cli.launch import Household
from ivr.duty.ledger import read_attempts
from ivr.records import RecordedCall, last_calls
from ivr.settings import Settings
from ivr.storage import Attempt, Database, Page

BRUSSELS = ZoneInfo("Europe/Brussels")
SATURDAY_NIGHT = datetime(2026, 11, 21, 23, 15, tzinfo=BRUSSELS)
FRIDAY_MORNING = datetime(2026, 11, 20, 10, 0, tzinfo=BRUSSELS)
CALLER = "+32470009999"
ENGINEERS = (*(f"+3247000000{n}" for n in range(1, 7)), "+32470000011")
"""Every phone that the shipped roster rings: six mobiles, and the fixed line of the team leader."""


async def until(is_so: Callable[[], Any], timeout_s: float = 15.0, what: str | Callable[[], str] = "") -> Any:
    """The first true answer of `is_so`, asked often; AssertionError when it never is."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if answer := is_so():
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {timeout_s:g} s: {what() if callable(what) else what or is_so}")


async def together(*work: Awaitable[None]) -> None:
    """All of it at once; every assertion that failed is shown, not the first alone."""
    ends = await asyncio.gather(*work, return_exceptions=True)
    faults = [end for end in ends if isinstance(end, Exception)]
    if faults:
        raise ExceptionGroup("not everybody was served", faults)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its output as data."""
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass(slots=True)
class House:
    """What a story may touch; made anew for each test, in its own event loop."""

    settings: Settings
    household: Household
    carrier: Carrier
    recogniser: Recogniser
    client: ServiceClient
    database: Database
    opened: datetime = field(default_factory=lambda: datetime.now(UTC))
    placed: list[PlacedCall] = field(default_factory=list)
    mails_before: frozenset[str] = frozenset()
    pages_before: frozenset[str] = frozenset()

    # -- callers

    async def call(self, number: str, *, at: datetime | None = SATURDAY_NIGHT, **more: Any) -> PlacedCall:
        """Somebody dials; by default on a Saturday night."""
        call = await self.carrier.place_call(number, at=at, **more)
        self.placed.append(call)
        return call

    def heard_by(self, sound: bytes) -> list[str]:
        """The prompts in a recording, in order."""
        return [heard.prompt_id for heard in self.recogniser.hear(sound)]

    def heard(self, call: PlacedCall) -> list[str]:
        """What the caller has heard."""
        return self.heard_by(call.heard())

    async def heard_whole(self, sound: PlacedCall | Leg, timeout_s: float = 10.0) -> list[Heard]:
        """All that a leg which is over has heard: its recording is written out a moment after the end."""
        read = sound.heard if isinstance(sound, PlacedCall) else sound.heard_bytes
        deadline = time.monotonic() + timeout_s
        before = -1
        while (size := len(read())) != before and time.monotonic() < deadline:
            before = size
            await asyncio.sleep(0.6)
        return self.recogniser.hear(read())

    async def hears(self, call: PlacedCall, prompt: str, timeout_s: float = 30.0) -> None:
        """Wait until the caller has heard that prompt."""
        await until(
            lambda: prompt in self.heard(call),
            timeout_s,
            lambda: f"the caller hears {prompt}: {self.heard(call)}",
        )

    # -- phones

    async def phones(self, habits: Mapping[str, str]) -> None:
        """What phones will do when they ring."""
        await self.carrier.set_phones(habits)

    async def rings(self, number: str, *, turn: int = 0, timeout_s: float = 15.0) -> Leg:
        """Wait until that phone rings."""
        return await self.carrier.wait_for_leg(number, turn=turn, timeout_s=timeout_s)

    async def answers(self, number: str, *, turn: int = 0, timeout_s: float = 20.0) -> Leg:
        """Wait until that phone has been picked up."""
        return await self.carrier.wait_for_leg(
            number, lambda leg: leg.answered_at is not None, turn=turn, timeout_s=timeout_s
        )

    async def leg_over(self, number: str, *, turn: int = 0, timeout_s: float = 30.0) -> Leg:
        """Wait until that phone has rung and is quiet again."""
        return await self.carrier.wait_for_leg(
            number, lambda leg: leg.ended_at is not None, turn=turn, timeout_s=timeout_s
        )

    async def conversations(self, wanted: Mapping[str, int], timeout_s: float = 60.0) -> None:
        """Wait until so many calls have been picked up on each of these phones."""

        def answered() -> dict[str, int]:
            return {
                number: sum(leg.answered_at is not None for leg in self.carrier.legs(number))
                for number in wanted
            }

        await until(lambda: answered() == dict(wanted), timeout_s, f"{wanted} conversations: {answered()}")

    def rung(self) -> list[str]:
        """Which phones rang so far, in order."""
        return [leg.number for leg in self.carrier.legs()]

    # -- what is kept

    async def read(self, work: Callable[[Session], Any]) -> Any:
        return await self.database.read(work)

    async def record_of(self, call: PlacedCall, timeout_s: float = 5.0) -> RecordedCall:
        """The finished record of a call."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for one in await self.read(lambda session: last_calls(session, 20)):
                if one.record.started >= call.placed_at and one.record.ended is not None:
                    return one
            await asyncio.sleep(0.05)
        raise AssertionError("the call has no finished record")

    async def record_from(self, caller: str | None, timeout_s: float = 10.0) -> RecordedCall:
        """The finished record of that caller's last call; for stories with several calls at once."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for one in await self.read(lambda session: last_calls(session, 60)):
                record = one.record
                if record.caller == caller and record.ended is not None and record.started >= self.opened:
                    return one
            await asyncio.sleep(0.1)
        raise AssertionError(f"the call of {caller} has no finished record")

    async def pages(self) -> list[Page]:
        """Pages of this story, oldest first."""
        pages = await self.read(lambda session: session.query(Page).order_by(Page.started).all())
        return [page for page in pages if page.id not in self.pages_before]

    async def last_page(self) -> Page:
        return (await self.pages())[-1]

    async def page_reaches(self, state: str, timeout_s: float = 30.0) -> Page:
        """Wait until the newest page stands so."""
        deadline = time.monotonic() + timeout_s
        page = None
        while time.monotonic() < deadline:
            pages = await self.pages()
            page = pages[-1] if pages else None
            if page is not None and page.state == state:
                return page
            await asyncio.sleep(0.05)
        raise AssertionError(f"the page is {page.state if page else 'not there'}, not {state}")

    async def attempts(self, page: Page) -> Sequence[Attempt]:
        """The rings of a page, in order."""
        return await self.read(lambda session: read_attempts(session, page.id))

    def mails(self) -> list[EmailMessage]:
        """Mails that went out during this test, oldest first."""
        folder = self.settings.state_dir / "mails"
        files = sorted(folder.rglob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        new = [path for path in files if path.name not in self.mails_before]
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in new]  # type: ignore[misc]

    async def mail_arrives(self, *words: str, to: str = "", timeout_s: float = 10.0) -> EmailMessage:
        """Wait for a mail with these words in its subject (and that address)."""

        def find() -> EmailMessage | None:
            for mail in self.mails():
                if all(word in mail["Subject"] for word in words) and to in mail["To"]:
                    return mail
            return None

        return await until(find, timeout_s, f"a mail with {words}: {[m['Subject'] for m in self.mails()]}")

    async def channels(self) -> int:
        """How many channels live on the switch."""
        settings = self.settings
        link = AmiLink(settings.host, settings.ami_port, "dutyline", settings.secret("ami"), events=())
        await link.start()
        try:
            await link.wait_ready(10)
            return len(await link.core_show_channels())
        finally:
            await link.close()

    async def switch_is_quiet(self, timeout_s: float = 45.0) -> None:
        """Wait until no channel is left on the switch."""
        deadline = time.monotonic() + timeout_s
        while left := await self.channels():
            assert time.monotonic() < deadline, f"{left} channels are left on the switch"
            await asyncio.sleep(0.3)

    # -- the command line

    async def dutyline(self, *words: str, timeout_s: float = 60.0, **env: str) -> Said:
        """Run `dutyline` with these words, on this installation."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ivr",
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self.household.service._environment(), "COLUMNS": "200", "NO_COLOR": "1", **env},
        )
        try:
            async with asyncio.timeout(timeout_s):
                out, err = await process.communicate()
        except BaseException:
            process.kill()
            raise
        assert process.returncode is not None
        return Said(process.returncode, out.decode(), err.decode())

    # -- the service

    async def kill_service(self) -> None:
        """`kill -9`; the launcher starts it again by itself unless `hold_service` was called."""
        process = self.household.service
        pid = process.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    @asynccontextmanager
    async def without_service(self) -> AsyncIterator[None]:
        """The service is killed and not started again before the end."""
        service = self.household.service
        start = service.start

        async def stay_away() -> None:
            await asyncio.sleep(0)

        service.start = stay_away  # type: ignore[method-assign]
        try:
            await self.kill_service()
            await until(lambda: service.pid is None, 10, "the service is dead")
            yield
        finally:
            service.start = start  # type: ignore[method-assign]
            await until(lambda: service.pid is not None, 20, "the launcher starts the service again")
            await self.ready(60)

    async def ready(self, timeout_s: float = 20.0) -> None:
        """Wait until the service can take calls."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                if (await self.client.ready())["ready"]:
                    return
            except Exception:
                pass
            await asyncio.sleep(0.05)
        raise AssertionError("the service is not ready")

    @asynccontextmanager
    async def configured(self, changes: Mapping[str, Callable[[str], str]]) -> AsyncIterator[None]:
        """The live configuration with some files changed, or added; as shipped again afterwards."""
        folder = self.settings.config
        before = {name: (folder / name).read_text() if (folder / name).exists() else "" for name in changes}
        for name, change in changes.items():
            after = change(before[name])
            assert after != before[name], f"the change to {name} changes nothing"
            (folder / name).write_text(after)
        answer = await self.client.ask("reload")
        assert answer["reloaded"], answer
        try:
            yield
        finally:
            for name, text in before.items():
                (folder / name).write_text(text) if text else (folder / name).unlink()
            assert (await self.client.ask("reload"))["reloaded"]


async def make_house(settings: Settings, household: Household) -> House:
    """A house for one test: links in this loop, phones as shipped, nothing remembered."""
    carrier = Carrier(settings)
    await carrier.attach()
    await carrier.reset_phones()
    carrier.forget_legs()
    database = Database(settings.database_url)
    await database.open()
    mails = frozenset(path.name for path in (settings.state_dir / "mails").rglob("*.eml"))
    pages = await database.read(lambda session: frozenset(page.id for page in session.query(Page)))
    return House(
        settings,
        household,
        carrier,
        Recogniser.load(settings.prompts),
        ServiceClient(settings),
        database,
        mails_before=mails,
        pages_before=pages,
    )


async def leave(house: House) -> None:
    """Everybody hangs up; no page is left for the next story."""
    await house.ready()
    await house.client.ask("cancel-pages")
    for page in (await house.client.ask("pages"))["pages"]:
        await house.client.ask("page-done", {"page": page["id"]})
    for call in house.placed:
        await house.carrier.link.action("Hangup", Channel=call.id)
    await house.carrier.link.action("Hangup", Channel="/.*/")
    await until_quiet(house)
    await house.carrier.stop()
    await house.database.close()


async def until_quiet(house: House, timeout_s: float = 15.0) -> None:
    """Until no channel lives on the carrier."""
    deadline = time.monotonic() + timeout_s
    while await house.carrier.link.core_show_channels():
        if time.monotonic() > deadline:
            raise AssertionError("somebody does not hang up")
        await asyncio.sleep(0.05)


def copy_configuration(source: Path, target: Path) -> Path:
    """The shipped configuration, to be changed at will: without scenarios, which tell of it as shipped."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("scenarios"))
    return target


__all__ = [
    "BRUSSELS",
    "CALLER",
    "ENGINEERS",
    "FRIDAY_MORNING",
    "SATURDAY_NIGHT",
    "House",
    "copy_configuration",
    "leave",
    "make_house",
    "together",
    "until",
]
