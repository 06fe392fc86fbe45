"""Stories of the engineers' number: who comes in, what he hears, and what comes of his keys."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from dialplan.pins import hash_pin
from ivr.carrier import PlacedCall
from ivr.carrier.habits import Habit, answer_and_key, answer_and_talk, cause, in_turn
from ivr.duty.history import read_history
from tests.stories.house import CALLER, House, until

pytestmark = [pytest.mark.switch, pytest.mark.timeout(300)]

LINE, DESK, TOLD = "32470000090", "032055582", "032056130"
AGENT_1, STRANGER = "+32470000021", "+32470009733"
ADU, WTI, MAB = "+32470000002", "+32470000003", "+32470000004"
PIN, OTHER_PIN = "48151623", "2468"
TOLD_PLAN = """\
title: An engineer is rung for a caller who has gone
start: page
nodes:
  page: {page: standard, next: told}
  told: {announce: office-closed, next: bye}
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
QUEUE_PLAN = """\
title: An engineer is rung, and the caller waits
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
SAYS_PLAN = """\
title: An engineer is rung, and the caller says what it is about
start: page
nodes:
  page: {page: standard, next: words}
  words: {record: leave-message, longest: 20 s, silence: 10 s, next: bye, rest: bye}
  bye: {hangup: normal}
"""
FIRST = "    - {number: 03 205 55 82, carrier: Telenet, plan: night}\n"
NUMBERS = "".join(
    f"    - {{number: 03 205 61 3{digit}, carrier: Telenet, plan: {plan}}}\n"
    for digit, plan in enumerate(("told", "talks", "waits", "says"))
)
PINS = f"""
pins:
  adu: {hash_pin(PIN, b"0123456789abcdef")}
  wti: {hash_pin(OTHER_PIN, b"0123456789abcdef")}
"""
CHANGES: Mapping[str, Callable[[str], str]] = {
    "desk.yaml": lambda text: text + PINS,
    "duty.yaml": lambda text: text.replace(
        "  weeks: [TSC, ADU, WTI, MAB, MSS, SVO]", "  weeks: [[WTI, MAB]]"
    ),
    "plans/told.yaml": lambda _: TOLD_PLAN,
    "plans/talks.yaml": lambda _: TALK_PLAN,
    "plans/waits.yaml": lambda _: QUEUE_PLAN,
    "plans/says.yaml": lambda _: SAYS_PLAN,
    "brands.yaml": lambda text: text.replace(FIRST, FIRST + NUMBERS),
}


@pytest.fixture
async def desk(house: House) -> AsyncIterator[House]:
    """The house with PINs; WTI is on duty, and ADU is not rung at all. The duty is as it was afterwards."""
    async with house.configured(CHANGES):
        await house.phones(dict.fromkeys((WTI, MAB), Habit.RING_FOREVER.value))
        yield house
        with contextlib.suppress(Exception):
            for one in (await house.dutyline("duty", "changes", "--json")).json():
                await house.dutyline("duty", "cancel", one["id"])


async def dial_in(house: House, caller: str = ADU, pin: str = PIN) -> PlacedCall:
    """Somebody comes in with his PIN; the menu has begun, and a key cuts it short."""
    call = await house.call(LINE, at=None, caller=caller)
    await house.hears(call, "switch-enter-pin")
    await call.press(f"{pin}#")
    await house.hears(call, "line-hello", 30)
    return call


async def key(house: House, call: PlacedCall, keyed: str, then: str, turn: int = 1) -> None:
    """Press, and wait until that prompt has been heard so often in all."""
    await call.press(keyed)
    await until(lambda: house.heard(call).count(then) >= turn, 40, f"{then} is heard after {keyed}")


async def duty_now(house: House) -> list[str]:
    duty = await house.client.ask("duty", {"at": datetime.now(UTC).isoformat()})
    return [str(one["number"]) for one in duty["order"]]


async def page_for_a_caller_who_has_gone(house: House) -> Any:
    """A page that looks for an engineer; the caller was told so, and has hung up."""
    call = await house.call(TOLD, at=None)
    await house.hears(call, "office-closed")
    await call.hang_up()
    async with asyncio.timeout(10):
        while not await house.pages():
            await asyncio.sleep(0.05)
    return await house.last_page()


async def history_of(house: House, page: Any) -> list[tuple[str, str]]:
    lines = await house.read(lambda session: read_history(session, page.id))
    return [(str(one.kind), one.by) for one in lines]


async def notes_of(house: House, page: Any) -> list[tuple[str, str]]:
    lines = await house.read(lambda session: read_history(session, page.id))
    return [((one.facts or {})["kind"], one.by) for one in lines if str(one.kind) == "note"]


async def test_an_engineer_takes_duty_is_rung_by_the_next_page_and_marks_it(desk: House) -> None:
    """He hears who has it, takes it, is rung, accepts, and says later that he has called back."""
    assert (await duty_now(desk))[0] == WTI
    call = await dial_in(desk)
    assert desk.heard(call)[0] == "switch-enter-pin", "nothing is said before the PIN"
    await key(desk, call, "1", "line-handover")
    said = desk.heard(call)
    after = said[said.index("line-on-duty") :]
    assert after[:4] == ["line-on-duty", "letter-w", "letter-t", "letter-i"] and "line-handover" in after
    await key(desk, call, "2", "line-take")
    await key(desk, call, "1", "line-until-handover")
    await key(desk, call, "1", "line-confirm")
    assert "line-you-take" in desk.heard(call)
    await key(desk, call, "1", "line-changed")
    await key(desk, call, "0", "page-goodbye")
    await call.ended()
    on_duty = await duty_now(desk)
    assert on_duty[0] == ADU and WTI not in on_duty, "he has relieved him"
    hops = (await desk.record_from(ADU)).hops
    steps = [hop.exit for hop in hops if hop.kind == "duty-line"]
    assert steps == ["known", "on-duty", "duty-changed", "next"]
    assert PIN not in repr(hops)

    await desk.phones({ADU: answer_and_key("1", after_s=0.5, listens_s=3)})
    page = await page_for_a_caller_who_has_gone(desk)
    await desk.rings(ADU)
    accepted = await desk.page_reaches("accepted")
    assert accepted.accepted_by == "adu" and desk.rung() == [ADU]
    await desk.leg_over(ADU)
    call = await dial_in(desk)
    await desk.hears(call, "line-one-page")
    await key(desk, call, "3", "line-you-have-it")
    await key(desk, call, "6", "line-confirm")
    await key(desk, call, "1", "line-no-pages")
    await key(desk, call, "0", "page-goodbye")
    done = await desk.page_reaches("done")
    assert (done.id, done.called_back_by, done.called_back_how) == (page.id, "adu", "line")
    assert ("called-back", "adu") in await history_of(desk, page)


async def test_he_calls_the_caller_back_from_any_telephone(desk: House) -> None:
    """His letters say who he is; the caller sees the brand's number; the page is done as he answers."""
    await desk.phones({CALLER: answer_and_talk(after_s=1, talks_s=4)})
    page = await page_for_a_caller_who_has_gone(desk)
    call = await desk.call(LINE, at=None, caller=STRANGER)
    await desk.hears(call, "line-who")
    await call.press("238#")
    await desk.hears(call, "switch-enter-pin")
    await call.press(f"{PIN}#")
    await desk.hears(call, "line-hello", 30)
    await key(desk, call, "3", "line-nobody-has-it")
    await key(desk, call, "5", "callback-ringing")
    ring = await desk.answers(CALLER)
    assert ring.shown == "+3232055582", "the brand's own number"
    done = await desk.page_reaches("done")
    assert (done.called_back_by, done.called_back_how, done.accepted_by) == ("adu", "line", "adu")
    await desk.leg_over(CALLER)
    await until(lambda: "line-called-back" in desk.heard(call), 20, "he hears that it stands in the page")
    await call.hang_up()
    exits = [hop.exit for hop in (await desk.record_from(STRANGER)).hops if hop.kind == "duty-line"]
    assert exits[:5] == ["known", "page-accepted", "calling-back", "called-back", "hang-up"]
    assert ("accepted", "adu") in await history_of(desk, page)


async def test_he_hears_what_the_caller_has_recorded(desk: House) -> None:
    """Key 8 plays the caller's own words, and a key in the middle of them is one of the page's."""
    words = "engineer-calls-back"
    spoken = desk.settings.state_dir / "switch/data/sounds/dutyline/de" / f"{words}.alaw"
    caller = await desk.call("032056133", at=None)
    await desk.hears(caller, "beep", 30)
    await caller.say(spoken)
    await asyncio.sleep(len(spoken.read_bytes()) / 8000 + 0.5)
    await caller.press("#")
    await caller.ended()
    call = await dial_in(desk)
    await key(desk, call, "3", "line-page-words")
    await key(desk, call, "8", words)
    assert "page-caller-said" in desk.heard(call)
    await key(desk, call, "8", "page-caller-said", 2)
    await asyncio.sleep(1)
    await key(desk, call, "1", "page-accepted")
    assert (await desk.page_reaches("accepted")).accepted_by == "adu"
    await call.hang_up()
    exits = [hop.exit for hop in (await desk.record_from(ADU)).hops if hop.kind == "duty-line"]
    assert exits[:4] == ["known", "words", "words", "page-accepted"]


async def test_a_stranger_gets_nothing(desk: House) -> None:
    """With a spoofed number, or as himself: the PIN is asked for, three times, and a mail goes out."""
    spoofed = await desk.call(LINE, at=None, caller=WTI)
    await desk.hears(spoofed, "switch-enter-pin")
    for _ in range(2):
        before = desk.heard(spoofed).count("switch-pin-wrong")
        await key(desk, spoofed, "1212#", "switch-pin-wrong", before + 1)
        await asyncio.sleep(2)
    await spoofed.press("1212#")
    await desk.hears(spoofed, "switch-pin-refused", 20)
    await spoofed.ended()
    assert set(desk.heard(spoofed)) <= {"switch-enter-pin", "switch-pin-wrong", "switch-pin-refused"}
    await desk.mail_arrives("Wrong PINs", to="escaux@actiphone.be")
    hops = (await desk.record_from(WTI)).hops
    assert [(hop.exit, hop.why) for hop in hops if hop.kind == "duty-line"] == [
        ("not-known", "3 wrong PINs were keyed")
    ]
    stranger = await desk.call(LINE, at=None, caller=STRANGER)
    await desk.hears(stranger, "line-who")
    await stranger.press("984#")
    await desk.hears(stranger, "switch-enter-pin")
    await stranger.press(f"{PIN}#")  # the PIN of somebody else
    await desk.hears(stranger, "switch-pin-wrong", 20)
    await stranger.hang_up()
    assert set(desk.heard(stranger)) <= {"line-who", "switch-enter-pin", "switch-pin-wrong"}
    assert desk.rung() == []


async def test_hanging_up_at_any_step_leaves_nothing_behind(desk: House) -> None:
    """In the menu, before a confirmation, while the caller's telephone rings: nothing goes on."""
    before = await duty_now(desk)
    await desk.phones({CALLER: answer_and_talk(after_s=30)})
    page = await page_for_a_caller_who_has_gone(desk)
    menu = await dial_in(desk)
    await menu.hang_up()
    unsure = await dial_in(desk)
    await key(desk, unsure, "2", "line-take")
    await key(desk, unsure, "1", "line-until-handover")
    await key(desk, unsure, "1", "line-confirm")
    await unsure.hang_up()
    rings = await dial_in(desk)
    await key(desk, rings, "3", "line-nobody-has-it")
    await key(desk, rings, "5", "callback-ringing")
    await desk.rings(CALLER)
    await rings.hang_up()
    await desk.leg_over(CALLER)
    assert await duty_now(desk) == before
    found = await desk.page_reaches("accepted")
    assert found.id == page.id and found.called_back_at is None, "he has it, and still has to call back"
    await until(lambda: desk.heard(rings), 5)
    status = await desk.client.ask("status")
    assert status["calls"] == []


async def test_when_the_service_dies_in_the_middle_he_comes_to_the_failsafe(desk: House) -> None:
    await desk.phones({"+32470000061": answer_and_talk(after_s=0.5)})
    call = await dial_in(desk)
    await desk.kill_service()
    await desk.hears(call, "apology-technical", 20)
    await desk.answers("+32470000061")
    await call.hang_up()
    await desk.ready(60)


async def test_he_types_ahead_and_the_talk_outlives_the_service(desk: House) -> None:
    """Open calls and call back in one go; the promise is kept as the caller answers, come what may."""
    await desk.phones({CALLER: answer_and_talk(after_s=1)})
    page = await page_for_a_caller_who_has_gone(desk)
    call = await dial_in(desk)
    await call.press("35")
    ring = await desk.answers(CALLER, timeout_s=30)
    done = await desk.page_reaches("done")
    assert done.id == page.id
    await desk.kill_service()
    await desk.ready(60)
    assert ring.is_live and call.is_live, "they talk on"
    await call.hang_up()
    await desk.leg_over(CALLER)


@pytest.mark.parametrize("is_back_first", [True, False])
async def test_the_service_dies_while_the_caller_s_telephone_rings(desk: House, is_back_first: bool) -> None:
    """The caller picks up before the service is back, or after: he has been called back, and is not rung
    again."""
    await desk.phones({CALLER: answer_and_talk(after_s=12 if is_back_first else 3)})
    page = await page_for_a_caller_who_has_gone(desk)
    call = await dial_in(desk)
    await key(desk, call, "3", "line-nobody-has-it")
    await key(desk, call, "5", "callback-ringing")
    await desk.rings(CALLER)
    if is_back_first:
        await desk.kill_service()
        await desk.ready(60)
        assert desk.carrier.legs(CALLER)[0].answered_at is None, "the caller's telephone still rings"
        await desk.answers(CALLER)
    else:
        async with desk.without_service():
            await desk.answers(CALLER)
    done = await desk.page_reaches("done")
    assert (done.id, done.called_back_by, done.called_back_how) == (page.id, "adu", "line")
    assert call.is_live and desk.carrier.legs(CALLER)[0].is_live, "they talk"
    await desk.phones({ADU: answer_and_key("1", after_s=0.5)})
    await desk.dutyline("duty", "override", "adu", "--for", "1 h")
    rung = len(desk.rung())
    other = await page_for_a_caller_who_has_gone(desk)
    await until(lambda: len(desk.rung()) > rung, 15, "somebody is rung")
    await asyncio.sleep(1)
    assert ADU not in desk.rung(), "he talks, and is not rung meanwhile"
    await call.hang_up()
    await desk.leg_over(CALLER)
    assert desk.rung().count(CALLER) == 1
    await desk.rings(ADU, timeout_s=45)
    assert (await desk.page_reaches("accepted")).id == other.id


async def test_the_service_dies_and_the_caller_does_not_pick_up(desk: House) -> None:
    """The engineer hears so; nobody else is woken for it, and the caller still waits to be called back."""
    await desk.phones({CALLER: cause(17, after_s=4)})
    page = await page_for_a_caller_who_has_gone(desk)
    call = await dial_in(desk)
    await key(desk, call, "3", "line-nobody-has-it")
    await key(desk, call, "5", "callback-ringing")
    await desk.rings(CALLER)
    await desk.kill_service()
    await desk.hears(call, "page-not-reached", 20)
    await call.ended()
    await desk.ready(60)
    assert desk.rung() == [CALLER] or set(desk.rung()) == {CALLER, WTI}
    found = await desk.page_reaches("accepted")
    assert found.id == page.id and found.called_back_at is None, "he has it, and still has to call back"
    async with asyncio.timeout(10):
        while ("caller-not-reached", "adu") not in await notes_of(desk, page):
            await asyncio.sleep(0.1)


async def test_he_is_connected_with_the_desk(desk: House) -> None:
    await desk.phones({AGENT_1: answer_and_talk(after_s=0.3)})
    call = await dial_in(desk)
    await key(desk, call, "4", "line-desk")
    await desk.answers(AGENT_1)
    await call.hang_up()
    record = await desk.record_from(ADU)
    assert record.record.agent_entry == "agent-1"
    assert [hop.exit for hop in record.hops] == ["known", "desk", "desk", "answered"]


async def test_he_steps_into_the_talk_of_caller_and_agent(desk: House) -> None:
    """The caller is with the agent: key 4 brings the engineer into that conversation."""
    await desk.phones({AGENT_1: answer_and_talk(after_s=0.3)})
    caller = await desk.call("032056131", at=None)
    await desk.answers(AGENT_1)
    call = await dial_in(desk)
    await key(desk, call, "3", "page-call")
    await key(desk, call, "4", "page-joining")
    done = await desk.page_reaches("done")
    assert (done.called_back_by, done.called_back_how) == ("adu", "line")
    assert caller.is_live and call.is_live
    await call.hang_up()
    await asyncio.sleep(1)
    assert caller.is_live, "caller and agent talk on"
    exits = [hop.exit for hop in (await desk.record_from(ADU)).hops if hop.kind == "duty-line"]
    assert exits[:3] == ["known", "page-accepted", "joining"]
    await caller.hang_up()


async def test_a_caller_who_waits_is_fetched_out_of_the_queue(desk: House) -> None:
    """All agents talk; the engineer dials in and talks with the caller who waits."""
    await desk.phones({AGENT_1: in_turn(answer_and_talk(after_s=0.3))})
    first = await desk.call("032056132", at=None, caller="+32470009991")
    await desk.answers(AGENT_1)
    waiting = await desk.call("032056132", at=None)
    await desk.hears(waiting, "all-agents-busy")
    call = await dial_in(desk, WTI, OTHER_PIN)
    pages = {page.caller: page for page in await desk.pages()}
    await key(desk, call, "3", "page-call")
    await key(desk, call, "7", "page-call", 2)
    await key(desk, call, "4", "page-connecting")
    await desk.hears(waiting, "engineer-connecting", 20)

    async def is_done() -> bool:
        return {page.caller: str(page.state) for page in await desk.pages()}[CALLER] == "done"

    async with asyncio.timeout(15):
        while not await is_done():
            await asyncio.sleep(0.1)
    assert pages[CALLER].id
    assert call.is_live and waiting.is_live, "they talk"
    await waiting.hang_up()
    await call.ended()
    await first.hang_up()
