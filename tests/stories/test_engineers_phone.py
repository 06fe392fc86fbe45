"""Stories at the engineer's phone: what he hears, each key, and the caller at the other end of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import numpy as np
import pytest

from audio.alaw import decode
from ivr.carrier import PlacedCall
from ivr.carrier.habits import answer_and_key, answer_and_talk, in_turn
from ivr.carrier.journal import Leg
from ivr.carrier.voices import pitch_of
from tests.stories.house import CALLER, House, until

pytestmark = pytest.mark.switch

AGENT_1, AGENT_2 = "+32470000021", "+32470000022"
ENGINEER = "+32470000004"
"""MAB, who is first on duty in these stories; he speaks French."""
QUEUE, TALK, SAYS = "032056120", "032056121", "032056122"
QUEUE_PLAN = """\
title: An engineer is rung, and the caller waits for an agent
start: tongue
nodes:
  tongue: {language: en, next: page}
  page: {page: standard, next: desk}
  desk:
    destination: agent-1
    ring: 20 s
    limit: {calls: 1}
    queue: {wait: 2 min, welcome: all-agents-busy}
    rest: bye
  bye: {hangup: normal}
"""
TALK_PLAN = """\
title: An engineer is rung while an agent talks
start: tongue
nodes:
  tongue: {language: en, next: page}
  page: {page: standard, next: desk}
  desk: {destination: agent-1, ring: 30 s, rest: bye}
  bye: {hangup: normal}
"""
DUTY = {
    "duty.yaml": lambda text: text.replace(
        "  weeks: [TSC, ADU, WTI, MAB, MSS, SVO]", "  weeks: [[MAB, SVO]]"
    )
}
CHANGES: Mapping[str, Callable[[str], str]] = {
    **DUTY,
    "plans/waits.yaml": lambda _: QUEUE_PLAN,
    "plans/talks.yaml": lambda _: TALK_PLAN,
    "brands.yaml": lambda text: text.replace(
        "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n",
        "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n"
        "    - {number: 03 205 61 20, carrier: Telenet, plan: waits}\n"
        "    - {number: 03 205 61 21, carrier: Telenet, plan: talks}\n",
    ),
}


@pytest.fixture
async def desk(house: House) -> AsyncIterator[House]:
    """The house with those plans live."""
    async with house.configured(CHANGES):
        yield house


async def heard_voice(house: House, sound: Leg | PlacedCall, whose: str) -> bool:
    """Whether the voice of that phone is in what a leg that is over has heard, for half a second at least."""
    await house.heard_whole(sound)
    read = sound.heard if isinstance(sound, PlacedCall) else sound.heard_bytes
    samples = decode(read()).astype(float)
    seconds = samples[: len(samples) // 4000 * 4000].reshape(-1, 4000)
    spectra = np.abs(np.fft.rfft(seconds * np.hanning(4000), axis=1))
    near = np.abs(np.fft.rfftfreq(4000, 1 / 8000) - pitch_of(whose)) < 6
    shares = spectra[:, near].max(axis=1) / np.maximum(spectra.max(axis=1), 1)
    loud = np.sqrt((seconds**2).mean(axis=1)) > 500
    return bool((loud & (shares > 0.4)).any())


async def speak(house: House, leg: Leg) -> None:
    """Whoever holds that phone begins to talk."""
    headers = {"Channel": leg.id, "Context": "habits", "Exten": "talk", "Priority": "1"}
    assert (await house.carrier.link.action("Redirect", headers)).success


def said(house: House, leg: Leg) -> list[str]:
    """What a leg has heard, so far."""
    return house.heard_by(leg.heard_bytes())


async def hears(house: House, leg: Leg, prompt: str, timeout_s: float = 40) -> None:
    await until(lambda: prompt in said(house, leg), timeout_s, f"{prompt}: {said(house, leg)}")


def takes(key: str) -> str:
    """Accepts the page of the first caller; of the next one he presses this key."""
    return in_turn(answer_and_key("1", after_s=0.3, listens_s=1), answer_and_key(key, after_s=0.3, listens_s=3))


async def first_talks(desk: House) -> PlacedCall:
    """Somebody who talks with the only agent, so that whoever comes next has to wait."""
    call = await desk.call(QUEUE, caller="+32470009601")
    await desk.answers(AGENT_1)
    await desk.leg_over(ENGINEER)
    return call


async def test_key_4_takes_the_caller_out_of_the_queue(desk: House) -> None:
    """The agent talks with somebody; the next caller waits, and the engineer has him."""
    await desk.phones({AGENT_1: answer_and_talk(after_s=0.3), ENGINEER: takes("4")})
    first = await first_talks(desk)
    call = await desk.call(QUEUE)
    engineer = await desk.answers(ENGINEER, turn=1)
    await desk.hears(call, "engineer-connecting", 40)
    await asyncio.sleep(2)
    await speak(desk, engineer)
    await asyncio.sleep(4)
    await call.hang_up()
    await hears(desk, engineer, "page-talk-over")
    assert await heard_voice(desk, call, ENGINEER), "the caller hears the engineer"
    record = await desk.record_of(call)
    assert (record.record.agent_entry, record.record.agent_number) == ("mab", ENGINEER)
    assert record.record.disposition == "answered"
    assert [hop.exit for hop in record.hops][-1] == "engineer"
    page = await desk.page_reaches("done")
    assert page.called_back_how == "connected"
    await first.hang_up()
