"""Stories at the engineer's phone: what he hears, each key, and the caller at the other end of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import numpy as np
import pytest

from audio.alaw import decode
from dialplan.pins import hash_pin
from ivr.carrier import PlacedCall
from ivr.carrier.habits import (
    Habit,
    answer_and_key,
    answer_and_talk,
    hang_up_in_the_middle,
    in_turn,
    refuse,
    silent,
)
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
SAYS_PLAN = """\
title: An engineer is rung, and the caller says what it is about
start: tongue
nodes:
  tongue: {language: en, next: page}
  page: {page: standard, next: words}
  words: {record: leave-message, longest: 20 s, silence: 10 s, next: on, rest: on}
  on: {announce: still-trying, next: on-2}
  on-2: {announce: still-trying, next: bye}
  bye: {hangup: normal}
"""
SECOND = "+32470000006"
"""SVO, who is rung after him."""
PIN_OF_ALL = hash_pin("4711", bytes(16))
PINS = {
    "duty.yaml": lambda text: text.replace("    ring: 30 s ", "    pin: yes\n    ring: 30 s "),
    "desk.yaml": lambda text: (
        text
        + "\npins:\n"
        + "".join(
            f'  {who}: "{PIN_OF_ALL}"\n' for who in ("tsc", "adu", "wti", "mab", "mss", "svo", "aca", "ade")
        )
    ),
}
DUTY = {
    "duty.yaml": lambda text: text.replace("  weeks: [TSC, ADU, WTI, MAB, MSS, SVO]", "  weeks: [[MAB, SVO]]")
}
CHANGES: Mapping[str, Callable[[str], str]] = {
    **DUTY,
    "plans/waits.yaml": lambda _: QUEUE_PLAN,
    "plans/talks.yaml": lambda _: TALK_PLAN,
    "plans/says.yaml": lambda _: SAYS_PLAN,
    "brands.yaml": lambda text: text.replace(
        "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n",
        "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n"
        "    - {number: 03 205 61 20, carrier: Telenet, plan: waits}\n"
        "    - {number: 03 205 61 21, carrier: Telenet, plan: talks}\n"
        "    - {number: 03 205 61 22, carrier: Telenet, plan: says}\n",
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


def is_answered(leg: Leg) -> bool:
    return leg.answered_at is not None


def is_over(leg: Leg) -> bool:
    return leg.ended_at is not None


async def nth(house: House, number: str, n: int, when: Callable[[Leg], bool], timeout_s: float = 40) -> Leg:
    """Wait until the nth ring of that phone in this story is so far."""

    def find() -> Leg | None:
        legs = house.carrier.legs(number)
        return legs[n - 1] if len(legs) >= n and when(legs[n - 1]) else None

    leg: Leg = await until(find, timeout_s, f"ring {n} of {number}: {house.carrier.legs(number)}")
    return leg


async def speak(house: House, leg: Leg) -> None:
    """Whoever holds that phone begins to talk."""
    headers = {"Channel": leg.id, "Context": "habits", "Exten": "talk", "Priority": "1"}
    assert (await house.carrier.link.action("Redirect", headers)).success


def said(house: House, leg: Leg) -> list[str]:
    """What a leg has heard, so far."""
    return house.heard_by(leg.heard_bytes())


async def press(house: House, leg: Leg, key: str) -> None:
    """Whoever holds that phone presses a key."""
    await house.carrier.link.play_dtmf(leg.id, key, receive=False, duration_ms=150)


def presses(key: str) -> str:
    """Picks up, listens for a moment, presses it."""
    return answer_and_key(key, after_s=0.3, listens_s=3)


async def hears(house: House, leg: Leg, prompt: str, timeout_s: float = 40) -> None:
    await until(lambda: prompt in said(house, leg), timeout_s, f"{prompt}: {said(house, leg)}")


def takes(key: str) -> str:
    """Accepts the page of the first caller; of the next one he presses this key."""
    return in_turn(
        answer_and_key("1", after_s=0.3, listens_s=1), answer_and_key(key, after_s=0.3, listens_s=3)
    )


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
    engineer = await nth(desk, ENGINEER, 2, is_answered)
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


async def test_key_4_while_the_agents_phone_rings(desk: House) -> None:
    """The agent's phone falls silent, and the caller talks with the engineer."""
    await desk.phones({AGENT_1: Habit.RING_FOREVER.value, ENGINEER: presses("4")})
    call = await desk.call(TALK)
    engineer = await desk.answers(ENGINEER)
    rung = await desk.leg_over(AGENT_1)
    assert rung.answered_at is None
    await desk.hears(call, "engineer-connecting", 40)
    await asyncio.sleep(1.5)
    await speak(desk, engineer)
    await asyncio.sleep(3)
    await desk.carrier.link.action("Hangup", Channel=engineer.id)
    await call.ended(20)
    assert await heard_voice(desk, call, ENGINEER)
    record = await desk.record_of(call)
    assert (record.record.agent_entry, record.record.hung_by) == ("mab", "agent")
    assert record.hops[-1].exit == "engineer"
    assert "MAB, on call, was connected" in record.hops[-1].why


async def test_key_4_joins_the_caller_and_the_agent(desk: House) -> None:
    """Three on one line; when the agent leaves, the two others talk on."""
    await desk.phones({AGENT_1: answer_and_talk(after_s=0.3), ENGINEER: presses("4")})
    call = await desk.call(TALK)
    agent = await desk.answers(AGENT_1)
    engineer = await desk.answers(ENGINEER)
    await hears(desk, engineer, "page-joining")
    await asyncio.sleep(4)
    await desk.carrier.link.action("Hangup", Channel=agent.id)
    await desk.leg_over(AGENT_1)
    await speak(desk, engineer)
    await asyncio.sleep(4)
    assert call.is_live and desk.carrier.legs(ENGINEER)[-1].is_live
    await call.hang_up()
    await hears(desk, engineer, "page-talk-over")
    await desk.leg_over(ENGINEER)
    assert await heard_voice(desk, engineer, AGENT_1), "the engineer hears the agent"
    assert await heard_voice(desk, call, AGENT_1), "the caller has heard the agent"
    assert await heard_voice(desk, call, ENGINEER), "and then the engineer"
    record = await desk.record_of(call)
    assert record.record.agent_entry == "agent-1", "whom he talked with first"
    assert "MAB, on call, joined the conversation" in [hop.why for hop in record.hops]
    assert (await desk.page_reaches("done")).called_back_how == "connected"


async def test_key_4_when_the_caller_has_gone_offers_to_call_him(desk: House) -> None:
    """He is told so; 5 rings the caller, who sees the brand's own number."""
    await desk.phones(
        {
            AGENT_1: answer_and_talk(after_s=0.3),
            ENGINEER: answer_and_key("4wwwwwwwwwwwwwwwwwwww5", after_s=0.3, listens_s=6),
            CALLER: answer_and_talk(after_s=1),
        }
    )
    call = await desk.call(TALK)
    engineer = await desk.answers(ENGINEER)
    await call.hang_up()
    reached = await desk.answers(CALLER, timeout_s=40)
    assert reached.shown.endswith("32055582"), "the brand's number, which may be shown"
    page = await desk.page_reaches("done")
    assert (page.called_back_how, page.called_back_by) == ("call", "mab")
    await asyncio.sleep(2)
    await desk.carrier.link.action("Hangup", Channel=engineer.id)
    await desk.leg_over(CALLER)
    heard = said(desk, engineer)
    assert "page-nobody-there" in heard and "callback-ringing" in heard, heard
    assert "page-key-connect" not in heard, "a way that is not there is not offered"
    assert await heard_voice(desk, engineer, CALLER), "and hears him"


async def test_key_5_calls_the_caller_back_and_when_he_is_busy_it_is_offered_again(desk: House) -> None:
    await desk.phones(
        {
            AGENT_1: answer_and_talk(after_s=0.3, talks_s=3),
            ENGINEER: presses("5"),
            CALLER: in_turn(refuse(Habit.BUSY), answer_and_talk(after_s=0.5, talks_s=3)),
        }
    )
    await desk.call(TALK)
    engineer = await desk.answers(ENGINEER)
    await hears(desk, engineer, "page-not-reached")
    await hears(desk, engineer, "page-call-back-now")
    assert (await desk.last_page()).state == "accepted", "the caller still waits for the call"
    await press(desk, engineer, "5")
    await nth(desk, CALLER, 2, is_answered)
    assert (await desk.page_reaches("done")).called_back_how == "call"
    await hears(desk, engineer, "page-talk-over")
    assert said(desk, engineer).index("page-accepted") < said(desk, engineer).index("callback-ringing")


async def test_a_withheld_caller_cannot_be_called_back(desk: House) -> None:
    await desk.phones({AGENT_1: answer_and_talk(after_s=0.3), ENGINEER: presses("5")})
    call = await desk.call(TALK, caller=None)
    engineer = await desk.answers(ENGINEER)
    await hears(desk, engineer, "page-no-number")
    await desk.page_reaches("accepted")
    assert "page-key-call-back" not in said(desk, engineer)
    await hears(desk, engineer, "page-connect-now")
    await call.hang_up()


async def test_the_callers_own_words_a_wrong_key_and_once_more(desk: House) -> None:
    """He leaves words while the engineer's phone rings, and the engineer hears them."""
    words = "engineer-calls-back"
    spoken = desk.settings.state_dir / "switch/data/sounds/dutyline/de" / f"{words}.alaw"
    await desk.phones({ENGINEER: answer_and_key("8", after_s=17, listens_s=5)})
    call = await desk.call(SAYS)
    await desk.hears(call, "beep", 30)
    await call.say(spoken)
    await asyncio.sleep(len(spoken.read_bytes()) / 8000 + 0.5)
    await call.press("#")
    engineer = await desk.answers(ENGINEER, timeout_s=40)
    assert "still-trying" in desk.heard(call), "his words were over when the engineer picked up"
    await hears(desk, engineer, "page-wrong-key")
    await press(desk, engineer, "3")
    await hears(desk, engineer, "page-again")
    await hears(desk, engineer, words)
    await press(desk, engineer, "1")
    await hears(desk, engineer, "page-accepted")
    heard = said(desk, engineer)
    assert heard.index("page-caller-said") < heard.index(words) < heard.index("page-accepted")


async def test_nothing_is_said_before_the_pin_and_three_wrong_ones_are_no_acceptance(desk: House) -> None:
    async with desk.configured(PINS):
        await desk.phones(
            {
                AGENT_1: answer_and_talk(after_s=0.3),
                ENGINEER: answer_and_key("1111#wwwwwwww2222#wwwwwwww3333#", after_s=0.3, listens_s=3),
                SECOND: answer_and_key("4711#wwwwwwwwwwww1", after_s=0.3, listens_s=3),
            }
        )
        await desk.call(TALK)
        refused = await desk.leg_over(ENGINEER, timeout_s=60)
        page = await desk.page_reaches("accepted", timeout_s=60)
        accepted = await desk.leg_over(SECOND)
    assert page.accepted_number == SECOND
    heard = said(desk, refused)
    assert heard[:2] == ["page-intro", "switch-enter-pin"] and heard[-1] == "page-pin-refused", heard
    assert not {"brand-fuzer", "page-call", "page-customer", "page-caller"} & set(heard), (
        "nothing of the caller"
    )
    heard = said(desk, accepted)
    assert heard.index("switch-enter-pin") < heard.index("brand-fuzer") < heard.index("page-accepted"), heard
    assert str((await desk.attempts(page))[0].state) == "silent"


async def test_all_who_listen_hear_at_once_who_has_it(desk: House) -> None:
    """Together: one accepts, the other listens and hears the letters."""
    together = {
        "duty.yaml": lambda text: text.replace("    ring: 30 s ", "    together: yes\n    ring: 30 s ")
    }
    async with desk.configured(together):
        await desk.phones(
            {
                AGENT_1: answer_and_talk(after_s=0.3),
                ENGINEER: answer_and_key("1", after_s=0.5, listens_s=5),
                SECOND: silent(after_s=0.5),
            }
        )
        await desk.call(TALK)
        page = await desk.page_reaches("accepted")
        loser = await desk.leg_over(SECOND)
    heard = said(desk, loser)
    assert heard[-4:] == ["page-taken-by", "letter-m", "letter-a", "letter-b"], heard
    states = {one.number: str(one.state) for one in await desk.attempts(page)}
    assert states == {ENGINEER: "accepted", SECOND: "taken"}


async def test_a_voicemail_is_learned_and_the_phone_is_rung_for_less(desk: House) -> None:
    """Twice it is picked up at the same second; the third time the ring ends before."""
    await desk.phones(
        {
            AGENT_1: answer_and_talk(after_s=0.3),
            ENGINEER: hang_up_in_the_middle(after_s=8, listens_s=0.5),
            SECOND: answer_and_key("1", after_s=0.3, listens_s=0.5),
        }
    )
    for turn in (1, 2):
        call = await desk.call(TALK, caller=f"+3247000961{turn}")
        await nth(desk, ENGINEER, turn, is_over)
        await desk.page_reaches("accepted")
        await call.hang_up()
    await desk.mail_arrives("messagerie", to="mab@example.com")
    learned = (await desk.dutyline("duty", "phones", "--json")).json()
    assert [(one["number"], one["entry"]) for one in learned if one["voicemail_s"]] == [(ENGINEER, "mab")]
    await desk.call(TALK, caller="+32470009613")
    third = await nth(desk, ENGINEER, 3, is_over)
    assert third.answered_at is None, "it fell silent before the voicemail"
    assert third.ended_at and third.rang_at
    assert 5 <= (third.ended_at - third.rang_at).total_seconds() < 8
    told = await desk.dutyline("duty", "phones", "--forget", "0470 00 00 04")
    assert told.code == 0 and "as long as others" in told.out
    assert (await desk.dutyline("duty", "phones", "--json")).json() == []


async def test_a_service_that_dies_leaves_the_two_in_their_talk(desk: House) -> None:
    """`kill -9` while caller and engineer talk: they talk on; the acceptance and the record hold."""
    await desk.phones({AGENT_1: Habit.RING_FOREVER.value, ENGINEER: presses("4")})
    call = await desk.call(TALK)
    engineer = await desk.answers(ENGINEER)
    await desk.hears(call, "engineer-connecting", 40)
    await asyncio.sleep(3)
    async with desk.without_service():
        await speak(desk, engineer)
        await asyncio.sleep(3)
        assert call.is_live and desk.carrier.legs(ENGINEER)[-1].is_live
    await asyncio.sleep(2)
    await call.hang_up()
    await hears(desk, engineer, "page-talk-over")
    assert await heard_voice(desk, call, ENGINEER)
    record = await desk.record_of(call, timeout_s=15)
    assert (record.record.agent_entry, record.record.disposition) == ("mab", "answered")
    assert (await desk.page_reaches("done")).called_back_how == "connected"
