"""Stories of a duty that is changed while the desk runs: the next page rings whoever is on duty then."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta

import aiohttp
import pytest
import recurring_ical_events
from aiohttp import web
from icalendar import Calendar, Event

from ivr.carrier.habits import answer_and_key
from tests.stories.house import BRUSSELS, House

pytestmark = pytest.mark.switch

LINE = "+3232056020"
DESK = "032055582"
SECRET = "f00dfeedbeef"
PLAN = """\
start: hello
nodes:
  hello: {announce: office-closed, next: page}
  page: {page: standard, next: bye}
  bye: {hangup: normal}
"""
PUBLIC = "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
CHANGES = {
    "plans/told-then-paged.yaml": lambda _: PLAN,
    "brands.yaml": lambda text: text.replace(
        PUBLIC, PUBLIC + f"    - {{number: {LINE}, plan: told-then-paged, group: told}}\n"
    ),
}


def next_saturday_night() -> datetime:
    """23:15 on the Saturday after this one."""
    now = datetime.now(BRUSSELS)
    day = now + timedelta(days=(5 - now.weekday()) % 7 + 7)
    return day.replace(hour=23, minute=15, second=0, microsecond=0)


async def test_an_override_made_while_the_caller_listens_rings_the_other_engineer(house: House) -> None:
    """The caller has begun; the duty is changed; the page that follows rings the one who is on duty now."""
    night = next_saturday_night()
    usual = await _duty(house, night)
    (first, _), (trigram, last) = usual[0], usual[-1]
    await house.phones({last: answer_and_key("1", after_s=0.5, listens_s=3)})
    async with house.configured(CHANGES):
        call = await house.call(LINE, at=night)
        change = {"kind": "override", "people": [first], "from": f"{night:%Y-%m-%d} 18:00", "for": "1 day"}
        override = await house.client.ask("duty-change", change)
        assert override["change"]["state"] == "planned", override
        covered = {**change, "kind": "cover", "people": [first, trigram], "title": "storm", "by": "tsc"}
        made = await house.client.ask("duty-change", covered)
        assert made["change"]["state"] == "planned", made
        await house.rings(last, timeout_s=40)
        page = await house.page_reaches("accepted", timeout_s=40)
        await call.ended()
    assert page.accepted_number == last
    assert house.rung() == [last], "nobody else's phone has rung"
    await house.kill_service()
    await house.ready(60)
    answer = (await house.dutyline("duty", "at", f"{night:%Y-%m-%d} 23:15", "--json")).json()
    assert answer["order"][0]["trigram"] == trigram, "it outlives the service"
    assert f"{trigram} stands in for {first} (storm)" in "; ".join(answer["why"])
    for one in (await house.dutyline("duty", "changes", "--json")).json():
        said = await house.dutyline("duty", "cancel", one["id"])
        assert said.code == 0, said.err
    assert await _duty(house, night) == usual


async def test_whoever_is_put_on_duty_by_the_command_is_rung_by_the_next_page(house: House) -> None:
    night = next_saturday_night()
    usual = await _duty(house, night)
    trigram, last = usual[-1]
    await house.phones({last: answer_and_key("1", after_s=0.5, listens_s=3)})
    span = ("--from", f"{night:%Y-%m-%d} 18:00", "--for", "1 day")
    said = await house.dutyline("duty", "override", trigram.lower(), *span, "--why", "storm")
    assert said.code == 0 and said.out.startswith("live "), (said.out, said.err)
    assert f": {trigram}, then {usual[1][0]}, then " in said.out, "in the place of whoever is on call"
    given = (await house.dutyline("duty", "calendars", "make", trigram, "--json")).json()
    (turn,) = recurring_ical_events.of(Calendar.from_ical(await _get(given["address"]))).at(night)
    assert str(turn["SUMMARY"]) == f"On duty: {trigram}, rung first" and "storm" in str(turn["DESCRIPTION"])
    call = await house.call(DESK, at=night)
    page = await house.page_reaches("accepted", timeout_s=40)
    assert page.accepted_number == last
    await call.hang_up()
    for one in (await house.dutyline("duty", "changes", "--json")).json():
        await house.dutyline("duty", "cancel", one["id"])
    assert await _duty(house, night) == usual


async def test_whoever_a_fetched_calendar_names_is_rung_and_its_address_is_nowhere_said(
    house: House,
) -> None:
    """A server of somebody else's; then it is gone, and what it said last counts."""
    night = next_saturday_night()
    trigram, number = (await _duty(house, night))[-1]
    served = web.Application()
    served.router.add_get(f"/{SECRET}.ics", lambda request: _calendar(trigram, night))
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/{SECRET}.ics"
    layers = f"layers:\n  watch: {{calendar: '{address}', default: nobody, every: 1 min}}\n"
    await house.phones({number: answer_and_key("1", after_s=0.5, listens_s=3)})
    change = {"duty.yaml": lambda text: re.sub(r"(?ms)^roster:.*?(?=^backup_phones)", layers, text)}
    async with house.configured(change):
        async with asyncio.timeout(30):
            while await _duty(house, night) != [(trigram, number)]:
                await asyncio.sleep(0.3)
        await runner.cleanup()
        await house.kill_service()
        await house.ready(60)
        said = await house.dutyline("duty", "at", night.isoformat())
        assert "by the calendar at 127.0.0.1, until" in said.out, (said.out, said.err)
        call = await house.call(DESK, at=night)
        page = await house.page_reaches("accepted", timeout_s=40)
        assert page.accepted_number == number
        await call.hang_up()
        async with asyncio.timeout(30):
            while "cannot be fetched" not in (await house.client.ready())["checks"]["duty"]["note"]:
                await asyncio.sleep(0.3)
    log = (house.settings.state_dir / "service.log").read_text()
    assert "calendar.live" in log and SECRET not in log and SECRET not in said.out


async def _calendar(trigram: str, night: datetime) -> web.Response:
    calendar, event = Calendar(), Event()
    event.add("uid", "1@example.com")
    event.add("dtstart", night - timedelta(hours=4))
    event.add("dtend", night + timedelta(hours=4))
    event.add("summary", f"On call: {trigram}")
    calendar.add_component(event)
    return web.Response(body=calendar.to_ical(), content_type="text/calendar")


async def _get(address: str) -> str:
    """As a calendar program asks: with nothing but the address."""
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert answer.status == 200
        return await answer.text()


async def _duty(house: House, at: datetime) -> list[tuple[str, str]]:
    """Trigrams with the phones that ring first, in order."""
    duty = await house.client.ask("duty", {"at": at.isoformat()})
    return [(str(one["trigram"]), str(one["number"])) for one in duty["order"]]
