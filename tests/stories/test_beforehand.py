"""Stories of what happens before anybody calls: a drill by day, and the question before a duty begins."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import update

from ivr.carrier.habits import Habit, answer_and_key, cause, voicemail
from ivr.storage import Page, PageState
from tests.stories.house import BRUSSELS, House

pytestmark = [pytest.mark.switch, pytest.mark.timeout(300)]

TSC, ADU, WTI, MAB, MSS, SVO = (f"+3247000000{n}" for n in range(1, 7))
TSC_FIXED = "+32470000011"


@pytest_asyncio.fixture(autouse=True)
async def nobody_is_at_work(house: House) -> None:
    """A drill leaves whoever has accepted a call lately alone: the calls of other stories are done."""
    done = update(Page).where(Page.state == PageState.ACCEPTED).values(state=PageState.DONE)
    await house.database.run(lambda session: session.execute(done))


async def test_a_drill_rings_every_phone_and_says_which_ones_work(house: House) -> None:
    await house.phones(
        {
            TSC: answer_and_key("1", after_s=1, listens_s=12),
            TSC_FIXED: voicemail(after_s=2, greets_s=1),
            ADU: cause(1),
            WTI: Habit.BUSY.value,
            MAB: answer_and_key("1", after_s=0.5, listens_s=1),
            MSS: cause(38),
            SVO: answer_and_key("1", after_s=0.5, listens_s=1),
        }
    )
    said = await house.dutyline("duty", "drill", "--anyway", timeout_s=180)
    assert said.code == 1, "some phones do not work"
    ends = {ring["number"]: ring for ring in (await house.client.ask("drill-show"))["rings"]}
    states = {number: ring["state"] for number, ring in ends.items()}
    assert states == {
        TSC: "keyed",
        TSC_FIXED: "silent",
        ADU: "unknown-number",
        WTI: "busy",
        MAB: "keyed",
        MSS: "network",
        SVO: "keyed",
    }, said.out
    assert house.rung() == [TSC, TSC_FIXED, ADU, WTI, MAB, MSS, SVO], "one after the other"
    assert ends[TSC]["rang"]
    assert ends[TSC_FIXED]["answered_s"] == pytest.approx(2, abs=1.5), "the voicemail's second"
    assert ends[MSS]["cause"] == 38
    assert "3 of 7 phones work" in said.out
    heard = house.heard_by((await house.leg_over(TSC)).heard_bytes())
    assert heard[:3] == ["page-intro", "drill-intro", "drill-keys"]
    assert heard[-1] == "drill-thanks"
    mail = await house.mail_arrives("Drill", to="service-team.ext@escaux.com")
    body = mail.get_content()
    assert "TSC, 0470 00 00 01: rang, picked up after" in body
    assert "no key: voicemail?" in body
    assert "network fault (cause 38)" in body


async def test_a_drill_waits_for_a_page_and_gives_way_to_it(house: House) -> None:
    """The phone rings for the drill when a call comes in: the drill ends at once, the page rings."""
    first = str((await house.client.ask("duty"))["order"][0]["number"])
    who = (await house.client.ask("duty"))["order"][0]["trigram"]
    await house.phones({first: Habit.RING_FOREVER.value, ADU: answer_and_key("1", after_s=0.5, listens_s=2)})
    begun = await house.client.ask("drill", {"who": who, "anyway": True})
    await house.rings(first)
    await house.client.ask("page", {"brand": "fuzer"})
    await house.rings(first, turn=2)
    found = await _over(house, begun["run"])
    ring = next(one for one in found["rings"] if one["number"] == first)
    assert (ring["state"], ring["why"]) == ("gave-way", "page")


async def test_a_drill_outlives_the_service_and_rings_no_phone_twice(house: House) -> None:
    """`kill -9` while the third phone is picked up: he is asked all the same, and the others are rung."""
    await house.phones(
        {
            **dict.fromkeys((TSC, TSC_FIXED, MAB, MSS, SVO), answer_and_key("1", after_s=0.5, listens_s=1)),
            ADU: answer_and_key("wwwwwwwwwwwwwwwwwwww1w1w1w1w1w1w1w1", after_s=0.5, listens_s=1),
            WTI: answer_and_key("1", after_s=0.5, listens_s=1),
        }
    )
    begun = await house.client.ask("drill", {"anyway": True, "by": "a story"})
    await house.answers(ADU, timeout_s=60)
    await house.kill_service()
    await asyncio.sleep(1)
    await house.ready(60)
    found = await _over(house, begun["run"], timeout_s=150)
    assert sorted(house.rung()) == sorted([TSC, TSC_FIXED, ADU, WTI, MAB, MSS, SVO]), "none twice"
    states = {ring["number"]: ring["state"] for ring in found["rings"]}
    assert states == dict.fromkeys(states, "keyed")
    assert found["tries"] == 2
    assert found["detail"] == "7 of 7 phones work"


async def _over(house: House, run: str, timeout_s: float = 60.0) -> dict[str, Any]:
    async with asyncio.timeout(timeout_s):
        while True:
            found = await house.client.ask("drill-show", {"run": run})
            if found["over"]:
                return found
            await asyncio.sleep(0.3)


def whole_minute_in(seconds: float) -> datetime:
    """The first whole minute that is at least so far away."""
    at = datetime.now(BRUSSELS) + timedelta(seconds=seconds + 60)
    return at.replace(second=0, microsecond=0)


def three_come_on_duty(at: datetime, more: str) -> Any:
    """After ADU, at that minute: WTI in a first layer, MSS in a second, MAB in a third."""
    layers = "".join(
        f"  {name}: {{people: [ADU, {who}], turn: weekly, first: {at - timedelta(weeks=1):%Y-%m-%d %H:%M}}}\n"
        for name, who in (("one", "WTI"), ("two", "MSS"), ("three", "MAB"))
    )

    def change(text: str) -> str:
        text = re.sub(r"roster:\n(  .*\n)+", f"layers:\n{layers}", text)
        return re.sub(r"handshake:\n(  .*\n)+", f"handshake:\n{more}", text)

    return change


async def test_three_come_on_duty_one_keys_one_is_silent_one_has_quiet_hours(house: House) -> None:
    """WTI says that he is there; of MSS, who is not, the next and the desk are told; MAB is mailed a link."""
    await house.phones({WTI: answer_and_key("1", listens_s=9), MSS: voicemail(after_s=0.5, greets_s=1)})
    more = "  {before: 2 min, tries: 2, pause: 5 s, ring: 20 s, to: [service-team.ext@escaux.com]}\n"
    changes = {
        "duty.yaml": three_come_on_duty(whole_minute_in(120 + 15), more),
        "directory.yaml": lambda text: text.replace(
            "phone: +32 470 00 00 04", "phone: {number: +32 470 00 00 04, quiet: [always]}"
        ),
    }
    async with house.configured(changes):
        mail = await house.mail_arrives("MAB, vous êtes de garde", to="mab@example.com", timeout_s=120)
        await follow_link(mail.get_content())
        there = await _handshake(house, "WTI", "done")
        silent = await _handshake(house, "MSS", "done", timeout_s=90)
        linked = await _handshake(house, "MAB", "done")
        told = await house.dutyline("schedule", "show", silent["id"][:8])
    assert sorted(house.rung()) == [WTI, MSS, MSS], "two tries; nothing rings in its quiet hours"
    assert there["answer"] == "here"
    heard = [one.prompt_id for one in await house.heard_whole(await house.leg_over(WTI))]
    assert heard[:2] == ["page-intro", "handshake-intro"]
    assert heard[-2:] == ["handshake-keys", "handshake-thanks"]
    assert "has not answered; MAB and the desk were told" in silent["detail"]
    assert told.out.count("no key: voicemail?") == 2, told.out
    desk = await house.mail_arrives("MSS does not answer", to="service-team.ext@escaux.com")
    assert "no key: voicemail?" in desk.get_content()
    backup = await house.mail_arrives("MSS ne répond pas", to="mab@example.com")
    assert "MAB est prévenu aussi" in backup.get_content()
    assert (linked["answer"], linked["detail"]) == ("here", "MAB is there, by link")


async def follow_link(text: str) -> None:
    """Open the link of a mail, as a scanner would; then press the button, as the engineer does."""
    link = re.search(r"http://\S+", text)[0]  # type: ignore[index]
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            async with http.get(link) as page:
                assert page.status == 200
                assert "Je suis là" in await page.text(), "to open it changes nothing"
        async with http.get(link + "0") as wrong:
            assert wrong.status == 404
        async with http.post(link, data={"said": "here"}) as page:
            assert "une garde tranquille" in await page.text()


async def test_a_forecast_that_was_missed_is_mailed_late_and_once(house: House) -> None:
    """The service is dead at the minute at which it is due; a day has nobody, for all are on leave."""
    due = whole_minute_in(25)
    leave = due + timedelta(days=2)

    def change(text: str) -> str:
        text = re.sub(r"weeks: .*", "weeks: [[MAB], [MSS], [SVO], [TSC], [ADU], [WTI]]", text)
        text = re.sub(r"  at: 06:00", f"  at: {due:%H:%M}", text)
        everybody = "".join(
            f"  - {{engineer: {who}, from: {leave:%Y-%m-%d}, until: {leave:%Y-%m-%d}}}\n"
            for who in ("TSC", "ADU", "WTI", "MAB", "MSS", "SVO")
        )
        return f"{text}leave:\n{everybody}"

    async with house.configured({"duty.yaml": change}):
        await asyncio.sleep(6)  # it is looked every five seconds: the new time is known
        async with house.without_service():
            await asyncio.sleep(max(0.0, (due - datetime.now(BRUSSELS)).total_seconds()) + 1)
        mail = await house.mail_arrives("days on duty", to="service-team.ext@escaux.com", timeout_s=60)
        assert "Nobody is on duty from" in mail.get_content()
        await asyncio.sleep(12)
        mails = [one for one in house.mails() if "days on duty" in one["Subject"]]
        assert len(mails) == 1
        printed = await house.dutyline("duty", "forecast", "--language", "fr")
        assert printed.code == 1
        assert "Personne n'est de garde" in printed.out
        listed = await house.dutyline("schedule")
        assert "This box leads" in listed.out
        assert "done: 2 to see to, mailed to service-team.ext@escaux.com" in listed.out


async def _handshake(house: House, who: str, state: str, timeout_s: float = 60.0) -> dict[str, Any]:
    """Wait until the last handshake of an engineer stands so."""
    async with asyncio.timeout(timeout_s):
        while True:
            runs = (await house.client.ask("schedule"))["runs"]
            for run in runs:
                if (run["job"], run["subject"], run["state"]) == ("handshake", who, state):
                    began = datetime.fromisoformat(run["started"])
                    if began >= house.opened:
                        return run
            await asyncio.sleep(0.3)
