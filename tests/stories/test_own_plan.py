"""Stories of a plan of one's own: menu, language, collect, calendar, mail, goto and hang-up, on real calls.

`dutyline simulate` is asked the same each time: the real call takes the same nodes by the same exits.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from audio.source import load_catalogue
from dialplan.simulate import simulate
from dialplan.source import load
from ivr.ami import AmiFailed
from ivr.carrier.habits import Habit, answer_and_talk
from tests.stories.house import ENGINEERS, FRIDAY_MORNING, SATURDAY_NIGHT, House, together

pytestmark = pytest.mark.switch

AGENT_1 = "+32470000021"
NUMBER = "03 205 60 00"

PLAN = """\
title: Everything a plan can do
start: tongue
nodes:
  tongue: {language: {ask: choose-language, keys: {1: nl, 2: fr, 3: de, 4: en}, wait: 6 s}, next: choose}
  choose:
    menu: press-1-to-confirm
    keys: {1: customer, 2: hours, 3: goodbye, "*": elsewhere}
    wait: 6 s
    tries: 2
    exits: {no-input: silent, wrong-input: wrong}
    rest: goodbye
  customer:
    collect: enter-customer-number
    into: customer
    digits: 3-6
    wait: 6 s
    wait-next: 3 s
    confirm: yes
    tries: 2
    next: tell
    exits: {no-input: silent, wrong-input: wrong}
    rest: goodbye
  tell: {mail: plan-mail, to: $brand.mailboxes, cc: $brand.copy, next: agent}
  agent: {destination: agent-1, ring: 5 s, rest: goodbye}
  hours:
    calendar:
      - {when: office-hours, go: open}
    rest: closed
  open: {announce: please-hold, next: goodbye}
  closed: {announce: office-closed, next: busy}
  busy: {hangup: busy}
  silent: {announce: goodbye, next: bye}
  wrong: {announce: invalid-choice, next: bye}
  elsewhere: {goto: other.end}
  goodbye: {announce: goodbye, next: bye}
  bye: {hangup: normal}
"""
OTHER = """\
title: The other one
start: begin
nodes:
  begin: {announce: please-hold, next: end}
  end: {announce: still-trying, next: bye}
  bye: {hangup: normal}
"""
CHANGES = {
    "plans/everything.yaml": lambda _: PLAN,
    "plans/other.yaml": lambda _: OTHER,
    "brands.yaml": lambda text: text.replace(
        "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n",
        "    - {number: +32 2 788 74 99, carrier: public, plan: day-and-night}\n"
        f"    - {{number: {NUMBER}, carrier: Telenet, plan: everything}}\n",
    ),
}


@dataclass(frozen=True)
class Caller:
    """What somebody keys at each question, and what he should meet."""

    title: str
    keys: list[str]
    steps: list[tuple[str, str]]
    heard: list[str]
    cause: int = 16
    is_day: bool = False

    @property
    def at(self) -> datetime:
        return FRIDAY_MORNING if self.is_day else SATURDAY_NIGHT


BYE = ("bye", "end")
CALLERS = [
    Caller(
        "French, the customer's number, confirmed: the agent",
        ["2", "1", "465#", "1"],
        [("tongue", "next"), ("choose", "1"), ("customer", "next"), ("tell", "next"), ("agent", "answered")],
        ["press-1-to-confirm", "enter-customer-number", "customer-number-is"],
    ),
    Caller(
        "says nothing at all",
        [],
        [("tongue", "next"), ("choose", "no-input"), ("silent", "next"), BYE],
        ["press-1-to-confirm", "no-input", "press-1-to-confirm", "goodbye"],
    ),
    Caller(
        "keys what is no choice, twice",
        ["1", "9", "8"],
        [("tongue", "next"), ("choose", "wrong-input"), ("wrong", "next"), BYE],
        ["press-1-to-confirm", "invalid-choice", "press-1-to-confirm", "invalid-choice"],
    ),
    Caller(
        "too few digits, then the right ones, not confirmed",
        ["4", "1", "12#", "4711#", "2"],
        [("tongue", "next"), ("choose", "1"), ("customer", "wrong-input"), ("wrong", "next"), BYE],
        ["press-1-to-confirm", "enter-customer-number", "invalid-choice"],
    ),
    Caller(
        "closed at night",
        ["3", "2"],
        [("tongue", "next"), ("choose", "2"), ("hours", "rest"), ("closed", "next"), ("busy", "end")],
        ["press-1-to-confirm", "office-closed"],
        cause=17,
    ),
    Caller(
        "open by day",
        ["1", "2"],
        [
            ("tongue", "next"),
            ("choose", "2"),
            ("hours", "office-hours"),
            ("open", "next"),
            ("goodbye", "next"),
            BYE,
        ],
        ["press-1-to-confirm", "please-hold", "goodbye"],
        is_day=True,
    ),
    Caller(
        "to the middle of another plan",
        ["1", "*"],
        [("tongue", "next"), ("choose", "*"), ("elsewhere", "next"), ("end", "next"), BYE],
        ["press-1-to-confirm", "still-trying"],
    ),
]


async def test_every_node_on_a_real_call_does_what_simulate_foretells(house: House) -> None:
    """All at once; each keys when the plan begins to ask. The first caller is `dutyline call` itself."""
    await house.phones({AGENT_1: answer_and_talk(after_s=0.3, talks_s=2)})

    async def told(place: int, who: Caller) -> None:
        caller = f"+3247000{9700 + place}"
        heard = await (placed_by_command if place == 0 else placed)(house, caller, who)
        found = await house.record_from(caller)
        steps = [(hop.node, hop.exit) for hop in found.hops]
        assert steps == who.steps, who.title
        assert found.record.cause == who.cause, who.title
        assert heard[0].startswith("choose-language"), "cut short by the key, it may be that of two languages"
        missing = [prompt for prompt in who.heard if prompt not in heard]
        assert not missing, f"{who.title}: not heard {missing}, but {heard}"
        assert foretold(house, who) == steps, who.title

    async with house.configured(CHANGES):
        await together(*(told(place, who) for place, who in enumerate(CALLERS)))

    mail = await house.mail_arrives("0470 00 97 00", to="support@fuzer.net")
    assert "465" in mail.get_content(), "the variable that was keyed"


async def placed_by_command(house: House, caller: str, who: Caller) -> list[str]:
    """What `dutyline call` says that the caller heard."""
    asked = ["--from", caller, "--at", who.at.isoformat(), "--keys", ",".join(who.keys)]
    said = await house.dutyline("call", NUMBER, *asked, "--json", timeout_s=110)
    assert said.code == 0, said
    events = lines(said.out)
    assert [one["cause"] for one in events if one["kind"] == "end"] == [who.cause]
    assert [(one["node"], one["exit"]) for one in events if one["kind"] == "hop"] == who.steps
    return [one["prompt"] for one in events if one["kind"] == "heard"]


async def placed(house: House, caller: str, who: Caller) -> list[str]:
    """What a caller hears who presses his keys a moment after each question has begun."""
    keys, call_id = list(who.keys), ""
    async with asyncio.timeout(100):
        feed = aiter(house.client.follow())
        await anext(feed)
        call = await house.call(NUMBER.replace(" ", ""), caller=caller, at=who.at)
        async for line in feed:
            if line.get("kind") == "call" and line.get("caller") == caller:
                call_id = line["call"]
            if not call_id or line.get("call") != call_id:
                continue
            if line["kind"] == "end":
                break
            if line.get("what") == "collect" and keys:
                await asyncio.sleep(0.7)
                with suppress(AmiFailed):  # gone already: the trace will tell
                    await call.press(keys.pop(0))
        await feed.aclose()
        await call.ended()
    return [one.prompt_id for one in await house.heard_whole(call)]


def foretold(house: House, who: Caller) -> list[tuple[str, str]]:
    """What the engine says on paper."""
    prompts = load_catalogue(house.settings.prompts / "catalogue.yaml").ids
    loaded = load(house.settings.config, prompts)
    done = simulate(loaded.configuration, NUMBER, None, who.at, who.keys)
    return [(hop.node, hop.exit) for hop in done.steps]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


async def test_keys_pressed_ahead_of_the_questions_are_not_lost(house: House) -> None:
    """Whoever knows the menu keys it all at once, while the first words are still spoken."""
    await house.phones(dict.fromkeys(ENGINEERS, Habit.RING_FOREVER.value))
    async with house.configured(CHANGES):
        call = await house.call(NUMBER.replace(" ", ""), caller="+32470009790")
        await call.answered()
        await asyncio.sleep(1)
        await call.press("13")
        await call.ended(60)
    found = await house.record_from("+32470009790")
    assert [(hop.node, hop.exit) for hop in found.hops] == [
        ("tongue", "next"),
        ("choose", "3"),
        ("goodbye", "next"),
        BYE,
    ]
