"""The book in an event loop: nobody is woken late, nobody is left behind, whatever is cancelled."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from dialplan.commands import Admit, Agents, Limit, Target, Waiting
from dialplan.events import Admission, Admitted
from ivr.calls.places import Door, Turn, Usher, read_kept
from ivr.calls.places.view import say, states, taken, view, waiting
from ivr.clock import SystemClock

pytestmark = pytest.mark.alone

DESK = Admit((Limit("destination:desk", at_once=1),), None, Waiting("desk", wait_s=60))
AGENTS = Agents("night", (Target("ann", "Ann", "+32470000021"),), wrap_up_s=0.1, aside_s=0.1)


async def waits(usher: Usher, call: str, admit: Admit = DESK) -> Turn:
    turn = await Door(usher, call, label="+32470009999").ask(admit)
    assert isinstance(turn, Turn), turn
    return turn


async def woken(turn: Turn) -> float:
    """When news comes, by the clock."""
    news = asyncio.Event()
    turn.on_news = news.set
    await asyncio.wait_for(news.wait(), 5)
    return time.monotonic()


async def test_who_is_next_is_woken_in_the_same_step() -> None:
    usher = Usher()
    assert isinstance(await Door(usher, "a").ask(DESK), Admitted)
    turn = await waits(usher, "b")
    heard: list[Admitted | None] = []
    turn.on_news = lambda: heard.append(turn.answer)
    usher.end("a")
    assert [one and one.admission for one in heard] == [Admission.IN]


async def test_a_rest_ends_by_the_clock_and_not_by_asking() -> None:
    usher = Usher()
    admit = replace(DESK, limits=(), agents=AGENTS)
    await Door(usher, "a").ask(admit)
    turn = await waits(usher, "b", admit)
    usher.talk("a")
    began = time.monotonic()
    usher.give_back("a", "answered")
    at = await woken(turn)
    assert 0.1 <= at - began < 1.0
    assert turn.answer and turn.answer.agent == "ann"


async def test_a_wait_that_is_too_long_ends_by_the_same_timer() -> None:
    usher = Usher()
    await Door(usher, "a").ask(DESK)
    turns = [
        await waits(usher, call, replace(DESK, waiting=Waiting("desk", wait_s=wait_s)))
        for call, wait_s in (("b", 0.3), ("c", 0.1), ("d", 0.2))
    ]
    moments = await asyncio.gather(*(woken(turn) for turn in turns))
    assert moments[1] < moments[2] < moments[0]
    assert {turn.answer.admission for turn in turns if turn.answer} == {Admission.TIMEOUT}


async def test_a_window_opens_by_the_clock() -> None:
    usher = Usher()
    admit = replace(DESK, limits=(Limit("destination:desk", starts=1, within_s=0.2),))
    await Door(usher, "a").ask(admit)
    usher.end("a")
    began = time.monotonic()
    turn = await waits(usher, "b", admit)
    assert await woken(turn) - began > 0.15
    assert turn.answer and turn.answer.admission is Admission.IN


@pytest.mark.parametrize("is_let_in", [True, False])
async def test_who_abandons_his_turn_leaves_nothing_behind(is_let_in: bool) -> None:
    usher = Usher()
    await Door(usher, "a").ask(DESK)
    turn = await waits(usher, "b")
    if is_let_in:
        usher.end("a")
    turn.abandon()
    usher.end("a")
    assert isinstance(await Door(usher, "c").ask(DESK), Admitted), "the place is free"
    usher.end("c")
    assert usher.book.is_quiet() is False, "the call of b has come to a queue"
    usher.end("b")
    assert usher.book.is_quiet()
    assert not usher._turns


async def test_a_call_may_be_ended_twice() -> None:
    usher = Usher()
    await Door(usher, "a").ask(DESK)
    usher.end("a")
    usher.end("a")
    assert usher.book.is_quiet()


async def test_a_service_that_stops_lets_nobody_in() -> None:
    """What calls have they keep, in their records; the next service knows of it."""
    usher = Usher()
    await Door(usher, "a").ask(DESK)
    turn = await waits(usher, "b")
    usher.close()
    usher.end("a")
    assert turn.answer is None


async def test_what_a_call_has_is_told_by_the_calendar_and_taken_back_by_the_next_service() -> None:
    first, second = Usher(), Usher(lambda: time.monotonic() + 1000)
    door = Door(first, "a")
    await door.ask(Admit((Limit("number:1", at_once=1, starts=1, within_s=50, whole_call=True),), AGENTS))
    text = door.kept()
    kept = read_kept(text)
    assert abs(kept.places[0].since - time.time()) < 5
    second.adopt("a", kept)
    assert taken(second) == {"number:1": 1}
    assert states(second)["talking"] == 1
    assert '"places"' not in door.kept_at_the_end() and "number:1" in door.kept_at_the_end()


async def test_what_people_are_shown() -> None:
    usher = Usher()
    per_caller = Limit("caller:+32470009999", at_once=1)
    await Door(usher, "a").ask(replace(DESK, limits=(*DESK.limits, per_caller)))
    await waits(usher, "b")
    shown = view(usher, SystemClock().now())
    assert [one["queue"] for one in shown["queues"]] == ["desk"]
    (one,) = shown["queues"][0]["waiting"]
    assert (one["position"], one["call"], one["caller"]) == (1, "b", "+32470009999")
    assert [(one["limit"], one["taken"], one["of"]) for one in shown["places"]] == [
        ("caller:*", 1, None),
        ("destination:desk", 1, 1),
    ], "a caller's number is nobody's business in a list of limits"
    assert dict(waiting(usher)) == {"desk": 1}
    assert say(usher) == "1 wait in 1 queue; 2 places taken"
