"""On-call calendars that others keep: fetched from a real server, which fails in every way it can."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from dialplan.model import Duty, Layer
from dialplan.remote import Remote
from dialplan.roster import explain_duty, on_duty
from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.duty import calendars as module
from ivr.duty.calendars import Calendars, as_json
from ivr.settings import ROOT

NIGHT = datetime(2026, 10, 24, 22, 15, tzinfo=UTC)
"""The night in which the clock is set back."""
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n"
EVENT = (
    "BEGIN:VEVENT\r\nUID:1@example\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART;TZID=Europe/Brussels:20260103T180000\r\nDTEND;TZID=Europe/Brussels:20260104T080000\r\n"
    "RRULE:FREQ=WEEKLY\r\nSUMMARY:{who}\r\nEND:VEVENT\r\n"
)
SECRET = "f00dfeed"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def feed(who: str = "SVO, then ADU") -> str:
    return HEAD + EVENT.format(who=who) + "END:VCALENDAR\r\n"


class Server:
    """A server of calendars; `says` is what it answers next."""

    def __init__(self) -> None:
        self.says: Handler = lambda request: self.text(feed())
        self.asked: list[dict[str, str]] = []
        self.port = 0

    async def text(self, text: str | bytes, **headers: str) -> web.Response:
        body = text.encode() if isinstance(text, str) else text
        return web.Response(body=body, content_type="text/calendar", headers=headers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.headers))
        return await self.says(request)


class Desk:
    """The service's side: calendars in a folder, and the duty they are laid over."""

    def __init__(self, folder: Path, server: Server, clock: VirtualClock) -> None:
        self.folder, self.server, self.clock = folder, server, clock
        self.changes = 0
        address = f"http://127.0.0.1:{server.port}/{SECRET}/on-call.ics"
        shipped = load(ROOT / "config").configuration.duty
        layer = Layer("second", "Second", shipped.roster.zone, remote=Remote(address, 900.0, ("WTI",)))
        self.plain = replace(shipped, roster=replace(shipped.roster, weeks=()), layers=(layer,))
        self.calendars = self.again()

    def again(self) -> Calendars:
        """After a restart."""
        self.calendars = Calendars(self.folder, self.clock, lambda: self.plain, self.changed)
        self.calendars.start()
        return self.calendars

    def changed(self) -> None:
        self.changes += 1

    @property
    def duty(self) -> Duty:
        return self.calendars.over(self.plain)

    @property
    def order(self) -> list[str]:
        return [one.trigram for one in on_duty(self.duty, self.clock.now())]

    @property
    def notes(self) -> str:
        return "; ".join(self.calendars.notes(self.plain))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_get("/{tail:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    yield server
    await runner.cleanup()


@pytest.fixture
def desk(tmp_path: Path, server: Server) -> Desk:
    return Desk(tmp_path / "calendars", server, VirtualClock(NIGHT))


async def test_what_was_fetched_is_on_duty_through_the_night_in_which_the_clock_is_changed(
    desk: Desk,
) -> None:
    assert desk.order == ["WTI"] and "was never fetched" in desk.notes
    await desk.calendars.look()
    assert (desk.order, desk.changes, desk.notes) == (["SVO", "ADU"], 1, "")
    assert "by the calendar at 127.0.0.1, until Sunday 25 October 08:00" in explain_duty(desk.duty, NIGHT)
    before_eight = datetime(2026, 10, 25, 6, 59, tzinfo=UTC)
    assert on_duty(desk.duty, before_eight) and not on_duty(desk.duty, before_eight.replace(hour=7, minute=0))


async def test_it_is_asked_on_its_schedule_and_only_for_what_is_new(desk: Desk) -> None:
    async def polite(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == '"one"':
            return web.Response(status=304)
        return await desk.server.text(feed(), ETag='"one"')

    desk.server.says = polite
    await desk.calendars.look()
    await desk.calendars.look()
    assert len(desk.server.asked) == 1
    await desk.clock.pass_time(900)
    await desk.calendars.look()
    assert len(desk.server.asked) == 2 and desk.changes == 1
    (row,) = as_json(desk.calendars, desk.plain)
    assert (row["fetched_at"], row["why"]) == ("2026-10-24T22:30:00+00:00", "")
    await desk.clock.pass_time(900)
    desk.server.says = lambda request: desk.server.text(feed("TSC"))
    await desk.calendars.look()
    assert (desk.order, desk.changes) == (["TSC"], 2)


async def slow(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


async def half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "4000"})
    await response.prepare(request)
    await response.write(HEAD.encode())
    assert request.transport is not None
    request.transport.close()
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"X" * 65536)


async def in_a_circle(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(f"{request.path}/{SECRET}")


def says(status: int = 200, body: bytes = b"") -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body)

    return handle


FAULTS: dict[str, tuple[Handler, str]] = {
    "gone": (says(404), "the server answers 404 Not Found"),
    "failing": (says(500), "the server answers 500 Internal Server Error"),
    "a page to log in": (says(200, b"<html>log in</html>"), "line 1: not an iCal file"),
    "empty": (says(200), "line 1: not an iCal file"),
    "half of it": (half, "the connection broke"),
    "no answer": (slow, "no answer within 0.5 s"),
    "endless": (endless, "it is larger than 0 MB"),
    "in a circle": (in_a_circle, "it leads from one address to the next"),
    "another alphabet": (says(200, feed("Caf\xe9").encode("latin-1")), "it is not written in UTF-8"),
    "every second": (
        says(200, feed().replace("FREQ=WEEKLY", "FREQ=SECONDLY").encode()),
        "recurs every minute or second",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_when_it_cannot_be_fetched_the_last_good_copy_counts_and_that_is_said(
    desk: Desk, fault: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    await desk.calendars.look()
    await desk.clock.pass_time(900)
    if fault == "no answer":
        monkeypatch.setattr(module, "TIMEOUT_S", 0.5)
    if fault == "endless":
        monkeypatch.setattr(module, "LARGEST", 1 << 19)
    desk.server.says, why = FAULTS[fault]
    await desk.calendars.look()
    assert desk.order == ["SVO", "ADU"]
    assert why in desk.notes, desk.notes
    assert (
        "second: the calendar at 127.0.0.1 cannot be fetched; its copy of 2026-10-24 22:15 UTC" in desk.notes
    )
    assert desk.calendars.failing == 1
    desk.server.says = lambda request: desk.server.text(feed("TSC"))
    await desk.clock.pass_time(60)
    await desk.calendars.look()
    assert (desk.order, desk.notes, desk.calendars.failing) == (["TSC"], "", 0)
    assert SECRET not in desk.notes + "".join(capfd.readouterr())


async def test_after_a_restart_the_copy_counts_though_the_server_is_gone(desk: Desk) -> None:
    await desk.calendars.look()
    desk.server.says = says(503)
    desk.again()
    assert desk.order == ["SVO", "ADU"]
    await desk.calendars.look()
    assert desk.order == ["SVO", "ADU"] and "503" in desk.notes
    for file in desk.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and SECRET not in file.read_text()


async def test_a_damaged_copy_is_as_if_there_were_none(desk: Desk) -> None:
    await desk.calendars.look()
    for file in desk.folder.glob("*.ics"):
        file.write_text(file.read_text()[:60])
    desk.again()
    assert desk.order == ["WTI"]
    await desk.calendars.look()
    assert desk.order == ["SVO", "ADU"]


async def test_an_event_that_names_no_engineer_is_said(desk: Desk) -> None:
    desk.server.says = lambda request: desk.server.text(feed("on call: nobody yet"))
    await desk.calendars.look()
    assert desk.order == []
    assert desk.notes == (
        'second: the calendar at 127.0.0.1 has events that name no engineer: "on call: nobody yet"'
    )


async def test_a_slow_server_keeps_nobody_waiting(desk: Desk) -> None:
    desk.server.says = slow
    looking = asyncio.ensure_future(desk.calendars.look())
    await asyncio.sleep(0.2)
    await asyncio.wait_for(desk.calendars.look(), 1)
    assert len(desk.server.asked) == 1, "it is asked once at a time"
    looking.cancel()
