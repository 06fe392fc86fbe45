"""Stories of callers who would rather be called back: an agent presses 1, and both hear each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from audio.alaw import decode
from ivr.callbacks import Callback, last_callbacks
from ivr.carrier import PlacedCall
from ivr.carrier.habits import Habit, answer_and_key, answer_and_talk, in_turn, refuse, voicemail
from ivr.carrier.journal import Leg
from ivr.carrier.voices import pitch_of
from tests.stories.house import House, until

pytestmark = pytest.mark.switch

NUMBER = "032056110"
AGENT_1, AGENT_2 = "+32470000021", "+32470000022"
WAITING_NUMBER = "032056111"
WAITING_PLAN = """\
title: One agent, and a queue
start: tongue
nodes:
  tongue: {language: en, next: desk}
  desk:
    destination: agent-1
    ring: 10 s
    limit: {calls: 1}
    queue: {wait: 2 min, welcome: all-agents-busy, keys: {1: later}}
    rest: bye
  later: {call-back: desk, wait: 8 s, next: bye, rest: bye}
  bye: {hangup: normal}
"""
PLAN = """\
title: All agents are busy
start: tongue
nodes:
  tongue: {language: en, next: desk}
  desk: {destination: [agent-1, agent-2], ring: 3 s, rest: later}
  later:
    call-back: desk
    wait: 8 s
    next: bye
    exits: {declined: declined, not-allowed: refused, limit: refused}
    rest: bye
  declined: {announce: still-trying, next: bye}
  refused: {announce: goodbye, next: bye}
  bye: {hangup: normal}
"""
CHANGES = {
    "plans/later.yaml": lambda _: PLAN,
    "plans/queue.yaml": lambda _: WAITING_PLAN,
    "desk.yaml": lambda text: text + "\ncall_back: {tries: 2, pause: 5 s, ring: 8 s, per_number: 2}\n",
    "brands.yaml": lambda text: text.replace(
        "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n",
        "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n"
        "    - {number: 03 205 61 10, carrier: Telenet, plan: later}\n"
        "    - {number: 03 205 61 11, carrier: Telenet, plan: queue}\n",
    ),
}


@pytest.fixture
async def desk(house: House) -> AsyncIterator[House]:
    """The house with that plan live; nothing is owed afterwards."""
    async with house.configured(CHANGES):
        yield house
        await house.ready()
        await house.client.ask("cancel-callbacks")


async def asks(house: House, caller: str, keys: str = "1", heard: str = "callback-kept") -> PlacedCall:
    """Somebody reaches nobody, is offered a call back, and takes it; he has hung up when this returns."""
    call = await house.call(NUMBER, caller=caller)
    await house.hears(call, "callback-offer-keys", 60)
    await call.press(keys)
    await house.hears(call, heard, 20)
    await call.ended(20)
    return call


async def owed(house: House, number: str) -> Callback:
    """The call back to that number, as it stands."""
    found = await house.read(lambda session: last_callbacks(session, 20))
    return next(one for one in found if one.number == number)


async def reaches(house: House, number: str, state: str, timeout_s: float = 40) -> Callback:
    """Wait until the call back to that number stands so."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while (found := await owed(house, number)).state != state:
        assert asyncio.get_running_loop().time() < deadline, f"it is {found.state}: {found.why}"
        await asyncio.sleep(0.1)
    return found


async def speak(house: House, leg: Leg) -> None:
    """Whoever holds that phone begins to talk."""
    headers = {"Channel": leg.id, "Context": "habits", "Exten": "talk", "Priority": "1"}
    assert (await house.carrier.link.action("Redirect", headers)).success


async def heard_voice(house: House, leg: Leg, whose: str) -> bool:
    """Whether the voice of that phone is in what a leg that is over has heard, for half a second at least."""
    await house.heard_whole(leg)
    sound = decode(leg.heard_bytes()).astype(float)
    seconds = sound[: len(sound) // 4000 * 4000].reshape(-1, 4000)
    spectra = np.abs(np.fft.rfft(seconds * np.hanning(4000), axis=1))
    loudest = np.fft.rfftfreq(4000, 1 / 8000)[spectra.argmax(axis=1)]
    loud = np.sqrt((seconds**2).mean(axis=1)) > 1000
    return bool((loud & (np.abs(loudest - pitch_of(whose)) < 6)).any())


BUSY = refuse(Habit.BUSY)
TAKES = answer_and_key("1", after_s=0.3, listens_s=4)


async def test_the_agent_presses_1_and_both_hear_each_other(desk: House) -> None:
    caller = "+32470009501"
    await desk.phones({AGENT_1: in_turn(BUSY, TAKES), AGENT_2: BUSY, caller: answer_and_talk(after_s=1)})
    await asks(desk, caller)
    reached, agent = await desk.answers(caller, timeout_s=40), desk.carrier.legs(AGENT_1)[-1]
    assert reached.shown.endswith("32055582"), "the brand's number, which may be shown"
    await speak(desk, agent)
    done = await reaches(desk, caller, "done")
    assert (done.agent_entry, done.tries) == ("agent-1", 1)
    await asyncio.sleep(4)
    await desk.carrier.link.action("Hangup", Channel=agent.id)
    await desk.leg_over(caller)
    reached, agent = desk.carrier.legs(caller)[-1], desk.carrier.legs(AGENT_1)[-1]
    heard = [one.prompt_id for one in await desk.heard_whole(agent)]
    assert heard[:2] == ["callback-intro", "brand-fuzer"]
    assert await heard_voice(desk, agent, caller), "the agent hears the caller"
    assert await heard_voice(desk, reached, AGENT_1), "and the caller the agent"
    said = (await desk.dutyline("callbacks", "--json")).json()
    assert next(one for one in said if one["number"] == caller)["state"] == "done"


async def test_a_caller_who_leaves_the_queue_by_a_key_keeps_his_place(desk: House) -> None:
    """The agent talks; two wait, and the first of them leaves by key: it is he who is served next."""
    first, waits, after = "+32470009511", "+32470009512", "+32470009513"
    answers = answer_and_talk(after_s=0.3)
    await desk.phones(
        {AGENT_1: in_turn(answers, TAKES, answers), waits: answer_and_talk(after_s=0.5, talks_s=4)}
    )
    talks = await desk.call(WAITING_NUMBER, caller=first)
    await desk.answers(AGENT_1)
    leaves = await desk.call(WAITING_NUMBER, caller=waits)
    await desk.hears(leaves, "all-agents-busy", 30)
    stays = await desk.call(WAITING_NUMBER, caller=after)
    await desk.hears(stays, "all-agents-busy", 30)
    await leaves.press("1")
    await desk.hears(leaves, "callback-offer-keys", 60)
    await leaves.press("1")
    await desk.hears(leaves, "callback-kept", 30)
    await leaves.ended(30)
    assert len(desk.carrier.legs(AGENT_1)) == 1, "nobody is rung while the agent talks"
    assert (await owed(desk, waits)).state == "waiting"
    await talks.hang_up()
    await desk.answers(waits, timeout_s=40)
    assert len(desk.carrier.legs(AGENT_1)) == 2, "before the caller who came after him"
    await reaches(desk, waits, "done")
    await until(lambda: len(desk.carrier.legs(AGENT_1)) == 3, 40, "and then it is the other's turn")
    await stays.hang_up()


async def test_a_voicemail_never_takes_it_and_in_the_end_the_desk_is_told(desk: House) -> None:
    """Two tries: a voicemail first, then busy phones; the caller's phone stays quiet, and a mail goes out."""
    caller = "+32470009502"
    answers = voicemail(after_s=0.3, greets_s=1)
    await desk.phones({AGENT_1: in_turn(BUSY, answers, BUSY), AGENT_2: BUSY, caller: answer_and_talk()})
    await asks(desk, caller)
    given_up = await reaches(desk, caller, "given-up", 100)
    assert given_up.tries == 2
    mail = await desk.mail_arrives("0470 00 95 02", to="support@fuzer.net")
    assert "CALL BACK NOT MADE" in mail["Subject"]
    assert desk.carrier.legs(caller) == [], "the caller's phone never rang"


async def test_premium_foreign_and_own_numbers_are_never_dialled(desk: House) -> None:
    """A caller without a number keys those; then he keys one of his own, and that is rung."""
    wanted = "+32470009504"
    await desk.phones({AGENT_1: in_turn(BUSY, TAKES), AGENT_2: BUSY, wanted: answer_and_talk(after_s=0.5)})
    call = await desk.call(NUMBER, caller=None)
    for place, keyed in enumerate(("090012345#", "0033612345678#"), 1):
        await heard_times(desk, call, "callback-enter-number", place)
        await asyncio.sleep(1)
        await call.press(keyed)
    await heard_times(desk, call, "callback-enter-number", 3)
    await asyncio.sleep(1)
    await call.press("0470009504#")
    await desk.hears(call, "press-1-to-confirm", 30)
    await call.press("1")
    await call.ended(40)
    assert desk.heard(call).count("callback-not-allowed") == 2
    await desk.answers(wanted, timeout_s=40)
    assert {one for one in desk.rung() if one not in (AGENT_1, AGENT_2)} == {wanted}


async def heard_times(house: House, call: PlacedCall, prompt: str, times: int) -> None:
    await until(lambda: house.heard(call).count(prompt) >= times, 40, f"{prompt}: {house.heard(call)}")


async def test_a_service_that_dies_loses_no_call_back_and_makes_none_twice(desk: House) -> None:
    """`kill -9` after the agent has pressed 1, while the caller's phone rings: he picks up, and they talk."""
    caller = "+32470009503"
    await desk.phones({AGENT_1: in_turn(BUSY, TAKES), AGENT_2: BUSY, caller: answer_and_talk(after_s=5)})
    await asks(desk, caller)
    await desk.rings(caller, timeout_s=40)
    async with desk.without_service():
        await desk.answers(caller)
    await reaches(desk, caller, "done")
    await asyncio.sleep(3)
    await desk.carrier.link.action("Hangup", Channel=desk.carrier.legs(AGENT_1)[-1].id)
    await desk.leg_over(caller)
    await asyncio.sleep(8)
    assert len(desk.carrier.legs(caller)) == 1, "and once only"
    assert len(desk.carrier.legs(AGENT_1)) == 2
