"""Stories of the engineer who presses 4 or 5, whatever the caller is at, and whatever becomes of the service.

He is never left in silence: he talks with the caller, or hears what has become of him and what can be done.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import numpy as np
import pytest

from audio.alaw import decode
from ivr.carrier import PlacedCall
from ivr.carrier.habits import Habit, answer_and_key, answer_and_talk
from ivr.carrier.journal import Leg
from ivr.duty.history import read_history
from tests.stories.house import CALLER, House, until
from tests.stories.test_engineers_phone import (
    DUTY,
    ENGINEER,
    SECOND,
    heard_voice,
    hears,
    is_answered,
    nth,
    press,
    presses,
    said,
    speak,
)

pytestmark = [pytest.mark.switch, pytest.mark.timeout(300)]

AGENT_1, NIGHT_MOBILE = "+32470000021", "+32470000061"
LISTENS, RECORDS, TALKS = "032056120", "032056121", "032056122"
LISTENS_PLAN = """\
title: An engineer is rung, and the caller hears one thing after the other
start: tongue
nodes:
  tongue: {language: en, next: page}
  page: {page: standard, next: on-1}
  on-1: {announce: still-trying, next: on-2}
  on-2: {announce: still-trying, next: on-3}
  on-3: {announce: still-trying, next: on-4}
  on-4: {announce: still-trying, next: on-5}
  on-5: {announce: still-trying, next: bye}
  bye: {hangup: normal}
"""
RECORDS_PLAN = """\
title: An engineer is rung, and the caller says what it is about
start: tongue
nodes:
  tongue: {language: en, next: page}
  page: {page: standard, next: words}
  words: {record: leave-message, longest: 60 s, silence: 30 s, next: bye, rest: bye}
  bye: {hangup: normal}
"""
TALKS_PLAN = """\
title: An engineer is rung while an agent talks
start: tongue
nodes:
  tongue: {language: en, next: page}
  page: {page: standard, next: desk}
  desk: {destination: agent-1, ring: 40 s, rest: bye}
  bye: {hangup: normal}
"""
FIRST = "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n"
NUMBERS = "".join(
    f"    - {{number: 03 205 61 2{digit}, carrier: Telenet, plan: {plan}}}\n"
    for digit, plan in enumerate(("listens", "records", "talks"))
)
CHANGES: Mapping[str, Callable[[str], str]] = {
    **DUTY,
    "plans/listens.yaml": lambda _: LISTENS_PLAN,
    "plans/records.yaml": lambda _: RECORDS_PLAN,
    "plans/talks.yaml": lambda _: TALKS_PLAN,
    "brands.yaml": lambda text: text.replace(FIRST, FIRST + NUMBERS),
}
SOON = {
    "duty.yaml": lambda text: (
        DUTY["duty.yaml"](text)
        .replace("promise: 20 min", "promise: 100 s", 1)
        .replace("remind: 5 min", "remind: 40 s", 1)
    )
}


@pytest.fixture
async def desk(house: House) -> AsyncIterator[House]:
    """The house with those plans live; MAB is on duty, and after him SVO, whose phone only rings."""
    async with house.configured(CHANGES):
        await house.phones({SECOND: Habit.RING_FOREVER.value, AGENT_1: Habit.RING_FOREVER.value})
        yield house


LONGEST_SILENCE_S = 9.0
"""He is given seven seconds to press a key."""


async def never_silent(desk: House, leg: Leg) -> None:
    """Something was said or played to him all the time, until he was left; looked at when the leg is over."""
    await desk.carrier.link.action("Hangup", Channel=leg.id)
    await desk.heard_whole(leg)
    samples = decode(leg.heard_bytes()).astype(float)
    tenths = samples[: len(samples) // 800 * 800].reshape(-1, 800)
    longest = run = 0
    for level in np.sqrt((tenths**2).mean(axis=1)):
        run = run + 1 if level < 60 else 0
        longest = max(longest, run)
    assert longest / 10 < LONGEST_SILENCE_S, f"{longest / 10} s of silence"


async def they_talk(desk: House, call: PlacedCall, engineer: Leg) -> None:
    """The engineer says something, and the caller hears him; then the engineer leaves."""
    await desk.hears(call, "engineer-connecting", 40)
    await asyncio.sleep(1.5)
    await speak(desk, engineer)
    await asyncio.sleep(3)
    await desk.carrier.link.action("Hangup", Channel=engineer.id)
    await call.ended(20)
    assert await heard_voice(desk, call, ENGINEER)
    assert (await desk.page_reaches("done")).called_back_how == "connected"
    record = await desk.record_of(call)
    assert (record.record.agent_entry, record.record.disposition) == ("mab", "answered")
    assert record.hops[-1].exit == "engineer"


async def test_pressed_before_he_has_heard_anything(desk: House) -> None:
    """In the first words that he hears; the caller is in the middle of a prompt."""
    await desk.phones({ENGINEER: answer_and_key("4", after_s=0.3, listens_s=0.2)})
    call = await desk.call(LISTENS)
    engineer = await desk.answers(ENGINEER)
    await they_talk(desk, call, engineer)
    assert "still-trying" in desk.heard(call)
    assert "page-keys" not in said(desk, engineer)


async def test_pressed_while_the_caller_is_asked_to_say_something(desk: House) -> None:
    """He has not begun to speak: nothing is recorded, and he need not."""
    await desk.phones({ENGINEER: answer_and_key("4", after_s=0.1, listens_s=0.1)})
    call = await desk.call(RECORDS)
    engineer = await desk.answers(ENGINEER)
    await they_talk(desk, call, engineer)
    heard = desk.heard(call)
    assert "beep" not in heard, heard


async def test_pressed_while_the_caller_records_a_message(desk: House) -> None:
    """What he has said until then is kept."""
    words = "engineer-calls-back"
    spoken = desk.settings.state_dir / "switch/data/sounds/dutyline/de" / f"{words}.alaw"
    await desk.phones({ENGINEER: answer_and_key("4", after_s=9, listens_s=4)})
    call = await desk.call(RECORDS)
    engineer = await desk.answers(ENGINEER, timeout_s=40)
    assert "beep" in desk.heard(call), "he is speaking"
    await call.say(spoken)
    await they_talk(desk, call, engineer)
    kept = (await desk.dutyline("recordings", "--json")).json()
    assert kept[0]["state"] == "kept", kept[0]


@pytest.mark.parametrize("after_s", [0.0, 1.2, 2.5])
async def test_pressed_as_the_caller_hangs_up(desk: House, after_s: float) -> None:
    """With the key, and while they hear that they are connected: he hears that the caller has gone."""
    await desk.phones({ENGINEER: answer_and_key("4", after_s=0.3, listens_s=2), CALLER: Habit.BUSY.value})
    call = await desk.call(LISTENS)
    engineer = await desk.answers(ENGINEER)
    await asyncio.sleep(2 + after_s)
    await call.hang_up()
    await hears(desk, engineer, "page-nobody-there")
    await hears(desk, engineer, "page-call-back-now")
    assert (await desk.last_page()).state == "accepted", "he still has to call back"
    await press(desk, engineer, "5")
    await hears(desk, engineer, "page-not-reached")
    await never_silent(desk, engineer)


async def history_of(desk: House) -> list[tuple[str, str]]:
    """Kind of each line, and of a note its own."""
    page = await desk.last_page()
    lines = await desk.read(lambda session: read_history(session, page.id))
    return [(str(one.kind), str((one.facts or {}).get("kind", ""))) for one in lines]


async def stands(desk: House, rung: int = 1) -> None:
    """The acceptance of the one who pressed, who alone was rung, so often."""
    page = await desk.last_page()
    assert page.accepted_number == ENGINEER
    assert desk.rung().count(ENGINEER) == rung and SECOND not in desk.rung(), desk.rung()
    history = await history_of(desk)
    assert [kind for kind, _ in history].count("accepted") == 1, history


async def test_killed_as_the_two_are_being_connected(desk: House) -> None:
    """The caller comes to the failsafe person, and the engineer, who waits, to the two of them by 4."""
    await desk.phones({ENGINEER: presses("4"), NIGHT_MOBILE: answer_and_talk(after_s=0.5)})
    call = await desk.call(LISTENS)
    engineer = await desk.answers(ENGINEER)
    await desk.page_reaches("accepted")
    await hears(desk, engineer, "page-accepted")
    await desk.kill_service()
    await hears(desk, engineer, "please-hold", 20)
    await desk.answers(NIGHT_MOBILE, timeout_s=40)
    await desk.ready(60)
    await hears(desk, engineer, "page-connect-now")
    await stands(desk)
    await press(desk, engineer, "4")
    await hears(desk, engineer, "page-joining")
    await desk.page_reaches("done")
    await asyncio.sleep(3)
    await call.hang_up()
    assert desk.carrier.legs(ENGINEER)[-1].is_live, "the two others may talk on"
    await desk.carrier.link.action("Hangup", Channel=desk.carrier.legs(NIGHT_MOBILE)[-1].id)
    await hears(desk, engineer, "page-talk-over")
    assert await heard_voice(desk, engineer, NIGHT_MOBILE), "the three talk"
    assert "apology-technical" in desk.heard(call)
    await stands(desk)


async def test_killed_while_he_waits_for_a_caller_who_then_goes(desk: House) -> None:
    """He waits with music, hears that the caller has gone, and is reminded of the promise in time."""
    async with desk.configured(SOON):
        await desk.phones({ENGINEER: presses("4"), NIGHT_MOBILE: Habit.RING_FOREVER.value})
        call = await desk.call(LISTENS)
        engineer = await desk.answers(ENGINEER)
        await hears(desk, engineer, "page-accepted")
        async with desk.without_service():
            await call.hang_up()
            await asyncio.sleep(14)
        await hears(desk, engineer, "page-nobody-there")
        await hears(desk, engineer, "page-call-back-now")
        await stands(desk)
        await never_silent(desk, engineer)
        reminded = await nth(desk, ENGINEER, 2, is_answered, 100)
        await hears(desk, reminded, "page-reminder")
        assert ("reminded", "") in await history_of(desk)


async def test_killed_while_the_call_back_rings_and_the_caller_answers(desk: House) -> None:
    """The telephone rings on, the two talk, and the service that comes back knows of it."""
    await desk.phones({ENGINEER: presses("5"), CALLER: answer_and_talk(after_s=6)})
    call = await desk.call(LISTENS)
    engineer = await desk.answers(ENGINEER)
    await call.hang_up()
    await desk.rings(CALLER, timeout_s=40)
    await asyncio.sleep(0.5)
    await desk.kill_service()
    caller = await desk.answers(CALLER, timeout_s=30)
    await desk.ready(60)
    page = await desk.page_reaches("done")
    assert page.called_back_by == "mab"
    assert caller.is_live and desk.carrier.legs(ENGINEER)[-1].is_live, "they talk on"
    await asyncio.sleep(1)
    await desk.carrier.link.action("Hangup", Channel=caller.id)
    await hears(desk, engineer, "page-talk-over")
    assert await heard_voice(desk, engineer, CALLER)
    assert desk.rung().count(CALLER) == 1, "once"
    await stands(desk)
    assert ("called-back", "") in await history_of(desk)


async def test_killed_while_the_call_back_rings_in_vain(desk: House) -> None:
    """He hears that the caller does not answer, and may try again; the page still waits for it."""
    short = {"desk.yaml": lambda text: text + "\ncall_back: {ring: 10 s}\n"}
    async with desk.configured(short):
        await desk.phones({ENGINEER: presses("5"), CALLER: Habit.RING_FOREVER.value})
        call = await desk.call(LISTENS)
        engineer = await desk.answers(ENGINEER)
        await call.hang_up()
        await desk.rings(CALLER, timeout_s=40)
        await desk.kill_service()
        await desk.ready(60)
        await hears(desk, engineer, "page-not-reached")
        await hears(desk, engineer, "page-call-back-now")
        assert (await desk.last_page()).state == "accepted"
        assert ("note", "call-back-failed") in await history_of(desk)
        assert desk.rung().count(CALLER) == 1
        await press(desk, engineer, "5")
        await until(lambda: desk.rung().count(CALLER) == 2, 20, "the caller is rung again")
        await stands(desk)
        await never_silent(desk, engineer)
