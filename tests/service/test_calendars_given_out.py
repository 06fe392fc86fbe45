"""The duty as ordinary calendar programs see it: over HTTP, under an address that nobody can guess."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio
import recurring_ical_events
from aiohttp import web
from icalendar import Calendar

from dialplan.changes import ChangeRefused
from dialplan.model import Duty, Swap
from dialplan.roster import on_duty, with_changes
from dialplan.source import load
from ivr.clock import VirtualClock
from ivr.duty.feeds import DutyFeeds, address_of
from ivr.overrides.kept import list_audit
from ivr.settings import ROOT
from ivr.storage import Database, DutyFeed
from ivr.web.calendars import calendar_routes

MARCH = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)
"""Nine days before the clock is changed."""


class Desk:
    """Feeds over HTTP on a database."""

    def __init__(self, database: Database) -> None:
        self.duty: Duty = load(ROOT / "config").configuration.duty
        self.clock, self.database = VirtualClock(MARCH), database
        self.feeds = DutyFeeds(database, self.clock, lambda: self.duty)
        self.base = ""

    async def get(self, address: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with aiohttp.ClientSession() as http, http.get(address, headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers

    async def given(self, what: str, language: str = "en") -> str:
        _, token = await self.feeds.make(what, "tsc", language=language)
        return address_of(self.base, token)


@pytest_asyncio.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    desk = Desk(database)
    app = web.Application()
    app.router.add_routes(calendar_routes(desk.feeds))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    desk.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield desk
    await runner.cleanup()


async def test_a_calendar_program_sees_who_is_on_duty_also_when_the_clock_is_changed(desk: Desk) -> None:
    status, text, headers = await desk.get(await desk.given(""))
    assert (status, headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    read = Calendar.from_ical(text)
    assert (str(read["X-WR-CALNAME"]), str(read["METHOD"])) == ("On duty", "PUBLISH")
    for day in range(120):
        moment = MARCH + timedelta(days=day)
        (event,) = recurring_ical_events.of(read).at(moment)
        assert str(event["SUMMARY"]).split(", ") == [one.trigram for one in on_duty(desk.duty, moment)]
    weeks = {round((e.end - e.start) / timedelta(hours=1)) for e in read.walk("VEVENT")[1:-1]}
    assert weeks == {167, 168}, "the week with the missing hour is an hour shorter"
    ids = [str(event["UID"]) for event in read.walk("VEVENT")]
    assert len(ids) == len(set(ids))


async def test_an_engineers_own_calendar_has_his_turns_in_his_language(desk: Desk) -> None:
    _, text, _ = await desk.get(await desk.given("adu", "nl"))
    read = Calendar.from_ical(text)
    assert str(read["X-WR-CALNAME"]) == "Wacht: ADU"
    events = read.walk("VEVENT")
    assert {str(event["SUMMARY"]) for event in events} == {"Wacht: ADU, eerst te bellen"}
    assert all(on_duty(desk.duty, event.start)[0].trigram == "ADU" for event in events)
    assert "ADU is van wacht: week 2 van 6" in str(events[0]["DESCRIPTION"])


async def test_a_change_is_in_the_calendar_at_once_and_what_has_not_changed_is_not_sent_again(
    desk: Desk,
) -> None:
    address = await desk.given("layer:roster")
    _, before, headers = await desk.get(address)
    status, nothing, _ = await desk.get(address, **{"If-None-Match": headers["ETag"]})
    assert (status, nothing) == (304, "")
    storm = Swap(MARCH, MARCH + timedelta(hours=5), ("SVO",), "storm")
    desk.duty = with_changes(desk.duty, [storm])
    status, after, _ = await desk.get(address, **{"If-None-Match": headers["ETag"]})
    assert status == 200
    assert after.count("BEGIN:VEVENT") == before.count("BEGIN:VEVENT") + 2
    assert "override (storm)" in after.replace("\r\n ", "")


async def test_a_revoked_address_and_a_guessed_one_lead_nowhere(desk: Desk) -> None:
    given, token = await desk.feeds.make("", "tsc")
    address = address_of(desk.base, token)
    assert (await desk.get(address))[0] == 200
    assert (await desk.feeds.list())[0].asked_at == MARCH
    await desk.feeds.revoke(given.id[:3], "adu")
    assert (await desk.get(address))[:2] == (404, "there is no such calendar\n")
    assert (await desk.get(address.replace(token, token[:-1])))[0] == 404
    assert await desk.feeds.list() == ()
    with pytest.raises(ChangeRefused, match="no calendar begins with"):
        await desk.feeds.revoke(given.id, "adu")
    rows = await desk.database.read(lambda session: list_audit(session, 10))
    assert [str(row.action) for row in reversed(rows)] == ["feed-made", "feed-revoked"]


async def test_the_token_is_nowhere_but_in_the_address(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    _, token = await desk.feeds.make("", "tsc")
    await desk.get(address_of(desk.base, token))
    rows = await desk.database.read(
        lambda s: [vars(row) | {"_sa_instance_state": 0} for row in s.query(DutyFeed)]
    )
    assert token not in str(rows)
    assert token not in "".join(capfd.readouterr())


@pytest.mark.parametrize(("what", "nearest"), [("adx", "ADU"), ("layer:rooster", "roster"), ("team:x", "")])
async def test_what_is_not_there_is_said(desk: Desk, what: str, nearest: str) -> None:
    with pytest.raises(ChangeRefused, match="there is no layer, team or engineer") as refused:
        await desk.feeds.make(what, "tsc")
    assert refused.value.nearest == nearest
