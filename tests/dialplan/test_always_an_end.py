"""Whatever plan is written and whatever happens on a call: it ends, at a person or an intended end."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper import CONFIG, known_prompts, shipped
from resources import with_resources

from dialplan.commands import (
    Admit,
    AskCallback,
    Collect,
    Command,
    Dial,
    Hangup,
    Limit,
    LookUp,
    Play,
    ServeEngineer,
)
from dialplan.commands import Record as RecordCommand
from dialplan.engine import BUDGET, CallFacts, Hop, advance, begin
from dialplan.events import (
    Admission,
    Admitted,
    Dialled,
    EngineerServed,
    Event,
    Failed,
    Found,
    Kept,
    Keyed,
    LineEnd,
    Outcome,
    Played,
    Recorded,
)
from dialplan.faults import ConfigurationFaults
from dialplan.last_resort import NOBODY, NODE
from dialplan.model import Configuration, Plan
from dialplan.nodes.announce import Announce
from dialplan.nodes.attempts import Attempts
from dialplan.nodes.calendar import CalendarNode
from dialplan.nodes.call_back import CallBack
from dialplan.nodes.collect import Collect as CollectNode
from dialplan.nodes.destination import IN_TURN, TOGETHER, Destination
from dialplan.nodes.duty_line import DutyLine
from dialplan.nodes.goto import Goto
from dialplan.nodes.hangup import HangupNode
from dialplan.nodes.language import Language
from dialplan.nodes.list import ListNode
from dialplan.nodes.lookup import LookupNode
from dialplan.nodes.mail import Mail
from dialplan.nodes.menu import Menu
from dialplan.nodes.origin import OriginNode
from dialplan.nodes.page import Page
from dialplan.nodes.percentage import Percentage
from dialplan.nodes.queue import Queue
from dialplan.nodes.record import Record
from dialplan.nodes.set import SetNode, parse_template
from dialplan.nodes.switch import SwitchNode, parse_patterns
from dialplan.run import Node
from dialplan.simulate import simulate
from dialplan.source import load_texts, read_texts

MOST_ANSWERS = BUDGET + 10
QUICK = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

NAMES = [f"n{index}" for index in range(6)]
OUTCOMES = [str(outcome) for outcome in Outcome]

targets = st.sampled_from([*NAMES, "nowhere"])
moments = st.datetimes(datetime(2025, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))


def exits(*names: str) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from([*names, "rest"]), targets, max_size=4)


limits = st.none() | st.builds(Limit, st.just("destination:x"), st.integers(1, 2))
queues = st.none() | st.builds(Queue, st.just("q"), st.integers(0, 2), keys=st.just({"1": "n1"}))
attempts = st.builds(
    Attempts,
    st.integers(1, 3),
    st.none() | st.just({"no-input": 2, "wrong-input": 1}),
    is_ahead=st.booleans(),
)


def deciding() -> st.SearchStrategy[Node]:
    """Nodes that choose by themselves, with names that are there and names that are not."""
    half = Decimal(50)
    return st.one_of(
        st.builds(OriginNode, exits("mobile", "important"), st.just(("important", "mobile", "ghost"))),
        st.builds(ListNode, exits("listed", "next"), st.sampled_from([("blocked", "hidden"), ("ghost",)]),
                  st.sampled_from(["caller", "customer"])),
        st.builds(SetNode, exits("next"), st.just({"customer": parse_template("$caller of $brand")})),
        st.builds(SwitchNode, exits("32*", "4711"), st.sampled_from(["customer", "caller", "hour"]),
                  st.just((("4711", parse_patterns("4711")), ("32*", parse_patterns("32*, +32*"))))),
        st.builds(Percentage, exits("n1", "n2"), st.just((("n1", half), ("n2", half)))),
        st.builds(LookupNode, exits("found", "not-found", "unanswered"),
                  st.sampled_from(["customers", "crm", "ghost"]), st.sampled_from(["caller", "customer"])),
    )  # fmt: skip


def nodes() -> st.SearchStrategy[Node]:
    return st.one_of(usual(), deciding())


def usual() -> st.SearchStrategy[Node]:
    people = st.lists(
        st.sampled_from(["one", "two", "$brand.office", "ghost"]), min_size=1, max_size=3, unique=True
    )
    words = st.just(("please-hold",))
    return st.one_of(
        st.builds(Announce, exits("next"), words, is_one=st.booleans(), stops=st.booleans()),
        st.builds(Menu, exits("1", "22", "no-input", "wrong-input", "extension"), words,
                  st.just(frozenset({"1", "22"})), attempts=attempts, repeat=st.sampled_from(["", "0"]),
                  extensions=st.booleans()),
        st.builds(Language, exits("next"), st.sampled_from(["nl", "fr", "de", "en"])),
        st.builds(CalendarNode, exits("work"), st.sampled_from([("work",), ("ghost",)])),
        st.builds(Destination, exits(*OUTCOMES, "limit", "queue-full", "queue-timeout"), people.map(tuple),
                  st.sampled_from([IN_TURN, TOGETHER]), limit=limits, queue=queues),
        st.builds(Destination, exits(*OUTCOMES, "limit", "nobody"), st.just(()), limit=limits,
                  queue=queues, group=st.sampled_from(["team", "ghosts"])),
        st.builds(Record, exits("next", "nothing"), words, review=st.booleans()),
        st.builds(CallBack, exits("next", "declined", "not-allowed", "limit"),
                  st.sampled_from(["one", "ghost"])),
        st.builds(Page, exits("next"), st.just("standard")),
        st.builds(DutyLine, exits("next", "desk", "not-known"), st.just(("engineers", "ghost"))),
        st.builds(Mail, exits("next"), st.just("plan-mail"), st.just(("a@example.com",))),
        st.builds(CollectNode, exits("next", "no-input", "wrong-input"), words, st.just("customer"),
                  st.just(2), st.just(4), confirm=st.booleans(), attempts=attempts),
        st.builds(Language, exits("next"), variable=st.just("customer")),
        st.builds(Goto, st.sampled_from(["main", "gone"]), st.sampled_from(["", *NAMES])),
        st.builds(HangupNode, words=st.sampled_from([(), ("goodbye",)])),
    )  # fmt: skip


SKILLS = "team: {title: The team, agents: [one, two], wrap-up: 5 s}\n"
PLAIN = """
    start: ring
    nodes:
      ring: {destination: team, rest: bye}
      bye: {hangup: normal}
"""
BASE = with_resources(PLAIN, skills=SKILLS)
ENGINEERS = "+32470000090"
"""The shipped number that is for engineers, not for callers."""
CALLERS_NUMBERS = sorted(shipped().numbers.keys() - {ENGINEERS})


def with_plan(nodes: dict[str, Node]) -> Configuration:
    return replace(BASE, plans={"main": Plan("main", "drawn", "n0", nodes)}, memo={})


plans = st.dictionaries(st.sampled_from(NAMES), nodes(), max_size=6).map(with_plan)


class Story:
    """A call on which things happen by a seed, fitting or not."""

    def __init__(
        self, configuration: Configuration, dialled: str, when: datetime, seed: int, wild: bool
    ) -> None:
        chance, self.asked, self.hops, self.answers = random.Random(seed), list[Command](), list[Hop](), 0
        caller = chance.choice([None, "+32470000099", "+3227887499"])
        step = begin(configuration, CallFacts("c", dialled, caller, chance=chance.random()), when)
        self.answered = False
        while True:
            assert len(step.commands) >= 1 and step.state.call.id == "c"
            asked = step.commands[-1]
            self.asked.append(asked)
            self.hops += step.hops
            if isinstance(asked, Hangup):
                assert step.state.ended
                break
            event = _any_event(chance) if wild else _fitting_event(chance, asked)
            self.answered |= isinstance(event, Dialled) and event.outcome is Outcome.ANSWERED
            when += timedelta(seconds=chance.randint(0, 40))
            step = advance(configuration, step.state, event, when)
            self.answers += 1
            assert self.answers <= MOST_ANSWERS, "the call does not end"

    @property
    def rung(self) -> set[str]:
        return {target.entry for asked in self.asked if isinstance(asked, Dial) for target in asked.targets}

    @property
    def facts(self) -> tuple[Any, ...]:
        return self.asked, self.hops, self.answers


def _any_event(chance: random.Random) -> Event:
    digits = "".join(chance.choices("0123456789*#ax ", k=chance.randint(0, 5)))
    dialled = Dialled(chance.choice(list(Outcome)), chance.randint(0, 130), chance.choice(["one", "", "x"]))
    admitted = Admitted(chance.choice(list(Admission)), chance.choice(["one", "", "x"]), key="1")
    found = Found(chance.choice([None, {}, {"name": "x"}]), "", chance.random() < 0.5)
    served = EngineerServed(chance.choice(list(LineEnd)), chance.choice(["one", "", "x"]))
    others = [Recorded(chance.choice(["", "r"])), Kept(), admitted, found, served]
    return chance.choice([Played(), Keyed(digits), dialled, Failed("broken"), *others])


def _fitting_event(chance: random.Random, asked: Command) -> Event:
    if chance.random() < 0.1:
        return Failed("broken")
    if isinstance(asked, Play):
        return Played()
    if isinstance(asked, Collect):
        return Keyed("".join(chance.choices("0123456789*#", k=chance.randint(0, asked.most))))
    if isinstance(asked, Admit):
        people = [target.entry for target in asked.agents.people] if asked.agents else [""]
        kinds = [Admission.IN, Admission.NOBODY if asked.agents else Admission.LIMIT]
        kinds += [Admission.FULL, Admission.TIMEOUT, Admission.KEY] if asked.waiting else [Admission.LIMIT]
        return Admitted(chance.choice(kinds), chance.choice(people or [""]), key="1")
    if isinstance(asked, LookUp):
        return Found(chance.choice([None, {"Customer Name": "x"}]), "", chance.random() < 0.3)
    if isinstance(asked, RecordCommand):
        return Recorded(chance.choice(["", "message-1"]), 3.0)
    if isinstance(asked, AskCallback):
        return Kept(1)
    if isinstance(asked, ServeEngineer):
        return EngineerServed(chance.choice(list(LineEnd)), "one")
    assert isinstance(asked, Dial), asked
    return Dialled(chance.choice(list(Outcome)), 0, asked.targets[0].entry)


@QUICK
@given(plans, moments, st.integers(), st.booleans())
def test_any_call_on_any_plan_ends_at_a_person_or_an_intended_end(
    configuration: Configuration, when: datetime, seed: int, wild: bool
) -> None:
    story = Story(configuration, "+3232055582", when, seed, wild)
    last = story.hops[-1]
    assert last.exit in ("answered", "end")
    if last.node == NODE:
        assert "boss" in story.rung, "the last resort has been rung"
        said = [
            asked for asked in story.asked if isinstance(asked, Play) and asked.utterances[0].id == NOBODY
        ]  # type: ignore[union-attr]
        assert last.exit == "answered" or said, "or the caller has been told"
    else:
        assert last.kind in ("hangup", "destination"), "a plan ends where its author wanted"


@QUICK
@given(plans, moments, st.integers(), st.booleans())
def test_the_same_call_is_the_same_call_again(
    configuration: Configuration, when: datetime, seed: int, wild: bool
) -> None:
    first, second = (Story(configuration, "+3232055582", when, seed, wild) for _ in range(2))
    assert first.facts == second.facts


@QUICK
@given(st.sampled_from(CALLERS_NUMBERS), moments, st.integers(), st.booleans())
def test_on_the_shipped_desk_nobody_is_left_without_a_person(
    number: str, when: datetime, seed: int, wild: bool
) -> None:
    story = Story(shipped(), number, when, seed, wild)
    if not story.answered:
        assert "night-desk-mobile" in story.rung, "the failsafe person was rung"
        assert any(hop.kind == "page" for hop in story.hops), "and an engineer is being looked for"


@settings(QUICK, max_examples=60)
@given(st.sampled_from(CALLERS_NUMBERS), moments, st.data())
def test_a_simulation_always_tells_how_it_ended(number: str, when: datetime, data: st.DataObject) -> None:
    people = ("agent-1", "agent-2", "night-desk-mobile", "fuzer-office")
    outcomes = data.draw(st.dictionaries(st.sampled_from(people), st.sampled_from(Outcome)))
    story = simulate(shipped(), number, None, when, outcomes=outcomes)
    assert story.ended.startswith(("answered by", "hung up by the plan"))
    assert story.as_json()["steps"][0] == {
        "node": "welcome", "kind": "announce", "exit": "next", "why": f"said {story.heard[0]}",
    }  # fmt: skip


SHIPPED_TEXTS = read_texts(CONFIG)
GARBAGE = [
    "",
    " ",
    ":",
    "-",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "#",
    "&a",
    "*a",
    "!x",
    "|",
    "\n",
    "0",
    "é",
    "\x07",
    "$",
    "$brand.",
    "~",
    "? ",
]


@settings(QUICK, max_examples=200)
@given(
    st.sampled_from(sorted(SHIPPED_TEXTS)),
    st.integers(0, 10_000),
    st.integers(0, 12),
    st.sampled_from(GARBAGE),
)
def test_a_mutated_configuration_is_refused_in_words_or_good(
    file: str, start: int, length: int, new: str
) -> None:
    text = SHIPPED_TEXTS[file]
    at = start % len(text)
    mutated = {**SHIPPED_TEXTS, file: text[:at] + new + text[at + length :]}
    try:
        loaded = load_texts(mutated, known_prompts())
    except ConfigurationFaults as found:
        assert found.faults
        for fault in found.faults:
            assert fault.file in SHIPPED_TEXTS and fault.line >= 1 and fault.column >= 1 and fault.message
        return
    for number in loaded.configuration.numbers:
        assert simulate(loaded.configuration, number, None, datetime(2026, 11, 21, 21, 14)).ended
