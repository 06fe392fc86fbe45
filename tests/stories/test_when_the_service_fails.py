"""Stories of a service that is down, hung, or dies in the middle of a call."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from ivr.carrier import PlacedCall
from ivr.carrier.habits import Habit, answer_and_key, answer_and_talk, refuse
from ivr.records import last_calls
from tests.stories.house import ENGINEERS, FRIDAY_MORNING, SATURDAY_NIGHT, House, until

pytestmark = [pytest.mark.switch, pytest.mark.alone]

FUZER_DESK = "032055582"
FUZER_OFFICE, ESCAUX_OFFICE = "+32470000051", "+32470000052"
AGENT_1 = "+32470000021"
NIGHT_MOBILE, DUTY_MANAGER = "+32470000061", "+32470000062"
TALKS = answer_and_talk(after_s=0.3)
APOLOGIES = [("apology-technical", "nl"), ("apology-technical", "fr")]

APOLOGY_S = 14.0
"""Its length in Dutch and French together, at most."""
WORDS_S = 13.0
"""The longest words of the night plan in both languages: the switch speaks them to their end."""


async def languages(house: House, call: PlacedCall) -> list[tuple[str, str]]:
    """What was heard, each with its language."""
    return [(heard.prompt_id, heard.language) for heard in await house.heard_whole(call)]


async def test_with_the_service_down_the_caller_comes_to_the_failsafe_person(house: House) -> None:
    """An apology in the brand's languages, then the brand's person, and the desk's when that one is busy."""
    await house.phones({NIGHT_MOBILE: refuse(Habit.BUSY), DUTY_MANAGER: TALKS})
    async with house.without_service():
        calls = [await house.call(FUZER_DESK), await house.call("+3232059999"), await house.call("032055542")]
        await house.conversations({DUTY_MANAGER: 3}, timeout_s=60)
        assert [call.is_live for call in calls] == [True] * 3
        for call in calls:
            await call.hang_up()
            await call.ended()
    for call in calls:
        assert list(dict.fromkeys(await languages(house, call))) == APOLOGIES, call.number
    assert house.rung().count(NIGHT_MOBILE) == 2, "of the brands; nobody has the third number"
    assert sorted(leg.shown for leg in house.carrier.legs(DUTY_MANAGER)) == [
        "+3232055542",
        "+3232055582",
        "+3232055582",
    ]
    rang = [leg.rang_at for leg in house.carrier.legs(DUTY_MANAGER)]
    answered = [call.answered_at for call in calls]
    assert max(rang) - min(answered) < timedelta(seconds=APOLOGY_S + 5)  # type: ignore[type-var, operator]


async def test_a_hung_service_loses_new_callers_to_the_failsafe_and_is_restarted(house: House) -> None:
    await house.phones({NIGHT_MOBILE: TALKS})
    hung = house.household.service.pid
    assert hung
    os.kill(hung, signal.SIGSTOP)
    call = await house.call(FUZER_DESK)
    await house.answers(NIGHT_MOBILE, timeout_s=40)
    assert call.is_live
    await until(lambda: house.household.service.pid not in (None, hung), 40, "a service in its place")
    await house.ready(60)
    assert call.is_live, "the restart does not touch the conversation"
    await call.hang_up()
    await call.ended()
    assert list(dict.fromkeys(await languages(house, call))) == APOLOGIES


async def test_killing_the_service_leaves_conversations_alone_and_loses_nobody(house: House) -> None:
    """Three callers at that moment: one talks, for one a phone still rings, one hears a prompt."""
    late = answer_and_talk(after_s=15)
    await house.phones({FUZER_OFFICE: TALKS, ESCAUX_OFFICE: late, NIGHT_MOBILE: TALKS})
    await house.phones(dict.fromkeys(ENGINEERS, Habit.RING_FOREVER.value))
    talking = await house.call("+3227887499", caller="+32470009501", at=FRIDAY_MORNING)
    ringing = await house.call("+3227887470", caller="+32470009502", at=FRIDAY_MORNING)
    office = await house.answers(FUZER_OFFICE, timeout_s=60)
    await house.rings(ESCAUX_OFFICE, timeout_s=60)
    listening = await house.call("032055884", caller="+32470009503")
    await house.hears(listening, "welcome-colt")

    killed = house.household.service.pid
    await house.kill_service()
    at = datetime.now(UTC)
    person = await house.answers(NIGHT_MOBILE, timeout_s=60)
    assert person.rang_at is not None
    limit = timedelta(seconds=WORDS_S + APOLOGY_S + 2)
    assert person.rang_at - at < limit, "within two seconds, but for what is being said, and the apology"
    await house.answers(ESCAUX_OFFICE, timeout_s=40)
    await until(lambda: house.household.service.pid not in (None, killed), 40, "a service in its place")
    await house.ready(60)

    assert office.is_live and talking.is_live and ringing.is_live, "who talks, talks on"
    for call in (talking, ringing, listening):
        await call.hang_up()
        await call.ended()
    ended = datetime.now(UTC)
    # a prompt that a busy machine tore apart counts once
    said = list(dict.fromkeys(await languages(house, listening)))
    assert said[-2:] == APOLOGIES, said
    for call in (talking, ringing):
        assert APOLOGIES[0] not in await languages(house, call)
    for caller, entry in (("+32470009501", "fuzer-office"), ("+32470009502", ""), ("+32470009503", "")):
        record = (await house.record_from(caller, timeout_s=20)).record
        assert (record.disposition, record.agent_entry, record.cause) == ("answered", entry, 16), caller
        assert record.ended is not None and abs(record.ended - ended) < timedelta(seconds=5)


async def test_an_engineer_whose_call_loses_the_service_is_asked_to_hold_and_goes_on(house: House) -> None:
    first = str((await house.client.ask("duty", {"at": SATURDAY_NIGHT.isoformat()}))["order"][0]["number"])
    await house.phones({AGENT_1: TALKS, first: answer_and_key("1", after_s=0.3, listens_s=24)})
    call = await house.call(FUZER_DESK)
    engineer = await house.answers(first, timeout_s=30)
    await until(lambda: "page-intro" in house.heard_by(engineer.heard_bytes()), 20, "the engineer listens")
    await house.kill_service()
    page = await house.page_reaches("accepted", timeout_s=60)
    engineer = await house.leg_over(first, timeout_s=60)
    said = [one.prompt_id for one in await house.heard_whole(engineer)]
    assert "please-hold" in said
    assert said[-1] == "page-accepted", said
    assert said.index("please-hold") < len(said) - 1 - said[::-1].index("page-intro"), (
        "told again, from the start"
    )

    attempts = await house.attempts(page)
    assert [(one.number, str(one.state)) for one in attempts] == [(first, "accepted")]
    assert house.rung().count(first) == 1, "nobody is rung twice for one attempt"
    await house.ready(60)
    await asyncio.sleep(0)
    accepted = [mail for mail in house.mails() if "accepted" in mail["Subject"]]
    await until(lambda: any("accepted" in mail["Subject"] for mail in house.mails()), 20, "the second mail")
    assert len(accepted) <= 1
    assert len(await house.pages()) == 1
    await call.hang_up()


async def test_a_service_that_keeps_dying_does_not_ring_anybody_twice(house: House) -> None:
    first = str((await house.client.ask("duty", {"at": SATURDAY_NIGHT.isoformat()}))["order"][0]["number"])
    await house.phones({AGENT_1: TALKS, first: Habit.RING_FOREVER.value})
    call = await house.call(FUZER_DESK)
    await house.rings(first, timeout_s=30)
    for _ in range(2):
        before = house.household.service.pid
        await house.kill_service()
        await until(lambda before=before: house.household.service.pid not in (None, before), 40, "a new one")
        await house.ready(60)
    assert house.rung().count(first) == 1
    pages = await house.pages()
    assert [page.state for page in pages] == ["ringing"] or [page.state for page in pages] == ["paged"]
    assert len(await house.attempts(pages[0])) == 1
    await call.hang_up()
    calls = await house.read(lambda session: last_calls(session, 5))
    assert sum(one.record.started >= house.opened for one in calls) == 1
