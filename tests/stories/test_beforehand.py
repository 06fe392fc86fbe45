"""Stories of what happens before anybody calls: a drill by day, and the question before a duty begins."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from ivr.carrier.habits import Habit, answer_and_key, cause, voicemail
from tests.stories.house import BRUSSELS, House

pytestmark = pytest.mark.switch

TSC, ADU, WTI, MAB, MSS, SVO = (f"+3247000000{n}" for n in range(1, 7))
TSC_FIXED = "+32470000011"


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


def handover_in(minutes: float) -> tuple[str, str]:
    """A handover of the roster so soon: its day and time, and the day on which the first week began."""
    at = datetime.now(BRUSSELS) + timedelta(minutes=minutes)
    monday = at - timedelta(weeks=1)
    return f"{at:%a %H:%M}", f"{monday:%Y-%m-%d}"


def roster_with(weeks: str, minutes: float, more: str) -> Any:
    handover, first = handover_in(minutes)

    def change(text: str) -> str:
        text = re.sub(r"handover: .*", f"handover: {handover}", text)
        text = re.sub(r"first_week: .*", f"first_week: {first}", text)
        text = re.sub(r"weeks: .*", f"weeks: {weeks}", text)
        return re.sub(r"handshake:\n(  .*\n)+", f"handshake:\n{more}", text)

    return change


async def test_whoever_comes_on_duty_is_rung_and_says_that_he_is_there(house: House) -> None:
    await house.phones({WTI: answer_and_key("1", after_s=0.5, listens_s=8)})
    soon = "  {before: 2 min, tries: 1, ring: 20 s, to: [service-team.ext@escaux.com]}\n"
    # the configuration is live a moment before the handshake is due
    async with house.configured({"duty.yaml": roster_with("[ADU, WTI]", 3, soon)}):
        await house.answers(WTI, timeout_s=90)
        leg = await house.leg_over(WTI, timeout_s=60)
        heard = house.heard_by(leg.heard_bytes())
        assert heard[:2] == ["page-intro", "handshake-intro"]
        assert "handshake-keys" in heard
        assert heard[-1] == "handshake-thanks"
        run = await _handshake(house, "WTI", "done")
        assert run["answer"] == "here"
    assert house.rung() == [WTI]


async def test_silence_tells_the_back_up_and_the_desk(house: House) -> None:
    await house.phones({WTI: voicemail(after_s=0.5, greets_s=1)})
    soon = "  {before: 2 min, tries: 2, pause: 5 s, ring: 20 s, to: [service-team.ext@escaux.com]}\n"
    async with house.configured({"duty.yaml": roster_with("[ADU, [WTI, MAB]]", 3, soon)}):
        run = await _handshake(house, "WTI", "done", timeout_s=150)
        assert "has not answered; MAB and the desk were told" in run["detail"]
    assert house.rung() == [WTI, WTI], "two tries"
    desk = await house.mail_arrives("WTI does not answer", to="service-team.ext@escaux.com")
    assert "no key: voicemail?" in desk.get_content()
    backup = await house.mail_arrives("WTI ne répond pas", to="mab@example.com")
    assert "MAB est prévenu aussi" in backup.get_content()


async def test_a_link_in_a_mail_does_as_well_as_a_key(house: House) -> None:
    soon = "  {before: 2 min, by: mail, tries: 1, pause: 30 s, to: [service-team.ext@escaux.com]}\n"
    async with house.configured({"duty.yaml": roster_with("[ADU, WTI]", 3, soon)}):
        mail = await house.mail_arrives("WTI, u bent van wacht", to="wti@example.com", timeout_s=90)
        link = re.search(r"http://\S+", mail.get_content())[0]  # type: ignore[index]
        async with aiohttp.ClientSession() as http:
            async with http.get(link) as page:
                assert page.status == 200
                assert "Ik ben er" in await page.text()
            assert (await _handshake(house, "WTI", "running"))["answer"] == "", "to open it changes nothing"
            async with http.get(link + "0") as wrong:
                assert wrong.status == 404
            async with http.post(link, data={"said": "here"}) as page:
                assert "Een rustige wacht" in await page.text()
        run = await _handshake(house, "WTI", "done")
        assert (run["answer"], run["detail"]) == ("here", "WTI is there, by link")
    assert house.rung() == []


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
