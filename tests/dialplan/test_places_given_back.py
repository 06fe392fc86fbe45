"""Whatever happens to a caller at a destination: what he was given is given back, or the call is over."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper import NUMBER
from switchboard import with_groups

from dialplan.commands import Admit, Command, Dial, Hangup, Leave, Limit, Play
from dialplan.engine import BUDGET, CallFacts, advance, begin
from dialplan.events import Admission, Admitted, Dialled, Event, Failed, Keyed, Outcome, Played
from dialplan.limits import Gate
from dialplan.model import Configuration, Plan
from dialplan.nodes.announce import Announce
from dialplan.nodes.destination import GROUP_ORDERS, IN_TURN, RANDOM, TOGETHER, Destination
from dialplan.nodes.goto import Goto
from dialplan.nodes.hangup import HangupNode
from dialplan.nodes.queue import Queue

QUICK = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
NAMES = [f"n{index}" for index in range(4)]
EXITS = [*map(str, Outcome), "limit", "queue-full", "queue-timeout", "nobody", "1", "2", "rest"]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

exits = st.dictionaries(st.sampled_from(EXITS), st.sampled_from([*NAMES, "nowhere"]), max_size=6)
limits = st.one_of(
    st.none(), st.builds(Limit, st.sampled_from(["destination:a", "destination:b"]), st.just(2))
)
queues = st.one_of(
    st.none(),
    st.builds(
        Queue, st.just("q"), st.sampled_from([0, 3]), st.just(60.0), keys=st.just({"1": "n1", "2": "n2"})
    ),
)
people = st.lists(st.sampled_from(["one", "two", "$brand.office", "ghost", "$whom"]), min_size=1, unique=True)
nodes = st.one_of(
    st.builds(
        Destination,
        exits,
        people.map(tuple),
        st.sampled_from([IN_TURN, TOGETHER, RANDOM]),
        limit=limits,
        queue=queues,
    ),
    st.builds(
        Destination,
        exits,
        st.just(()),
        st.sampled_from(["", *GROUP_ORDERS]),
        st.sampled_from([0.0, 9.0]),
        group=st.sampled_from(["night-desk", "gone"]),
        needs=st.sampled_from([{}, {"fr": 1}, {"xx": 1}]),
        limit=limits,
        queue=queues,
    ),
    st.builds(Announce, st.just({"next": "n3"}), st.just(("please-hold",))),
    st.builds(Goto, st.just("main"), st.sampled_from(["", *NAMES])),
    st.builds(HangupNode),
)
gates = st.lists(
    st.builds(
        Gate,
        st.builds(Limit, st.sampled_from(["plan:main", "caller:main"]), st.just(1), whole_call=st.just(True)),
        st.sampled_from([None, ("main", "n2"), ("gone", "n0")]),
        per_caller=st.booleans(),
    ),
    max_size=2,
).map(tuple)


def configured(drawn: dict[str, object], gated: tuple[Gate, ...]) -> Configuration:
    base = with_groups("start: bye\nnodes: {bye: {hangup: normal}}")
    plan = Plan("main", "drawn", "n0", drawn, gates=gated)  # type: ignore[arg-type]
    return replace(base, plans={"main": plan}, memo={})


class Book:
    """What a call has, as the service keeps it."""

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.agent = ""

    def told(self, command: Command) -> None:
        if isinstance(command, Leave):
            self.held.clear()
            self.agent = ""

    def granted(self, admit: Admit, admitted: Admitted) -> None:
        assert not self.held and not self.agent, "a place is asked for while another is still held"
        self.held = {limit.key for limit in admit.limits if not limit.whole_call}
        self.agent = admitted.agent


def answer(chance: random.Random, asked: Command, wild: bool) -> Event:
    if chance.random() < 0.1:
        return Failed("broken")
    if wild and chance.random() < 0.3:
        return chance.choice([Played(), Keyed("1"), Dialled(Outcome.BUSY), Dialled(Outcome.ANSWERED)])
    if isinstance(asked, Play):
        return Played()
    if isinstance(asked, Dial):
        return Dialled(chance.choice(list(Outcome)), 0, asked.targets[0].entry)
    assert isinstance(asked, Admit)
    return _admission(chance, asked)


def _admission(chance: random.Random, asked: Admit) -> Admitted:
    if chance.random() < 0.6:
        agents = asked.agents
        free = [one.entry for one in agents.people if one.entry not in agents.except_] if agents else [""]
        return Admitted(Admission.IN, chance.choice(free)) if free else Admitted(Admission.NOBODY)
    how = chance.choice([one for one in Admission if one is not Admission.IN])
    key = chance.choice(asked.limits).key if asked.limits else ""
    waited_s = chance.choice([0.0, 7.5, 60.0])
    return Admitted(how, key="1" if how is Admission.KEY else "", limit=key, waited_s=waited_s)


@QUICK
@given(st.dictionaries(st.sampled_from(NAMES), nodes, max_size=4), gates, st.integers(), st.booleans())
def test_every_place_and_every_agent_is_given_back(
    drawn: dict[str, object], gated: tuple[Gate, ...], seed: int, wild: bool
) -> None:
    chance, book, now = random.Random(seed), Book(), NOON
    configuration = configured(drawn, gated)
    facts = CallFacts("c", NUMBER, chance.choice([None, "+32470000099"]), chance=chance.random())
    step = begin(configuration, facts, now)
    for _ in range(BUDGET + 20):
        for command in step.commands[:-1]:
            book.told(command)
        asked = step.commands[-1]
        if isinstance(asked, Hangup):
            assert step.state.ended
            assert not book.held and not book.agent, "the call ends with nothing in its hands"
            return
        if not isinstance(asked, Dial):
            assert not book.held and not book.agent, "nobody is talked to, or asked for, with a place in hand"
        if isinstance(asked, Admit):
            keys = [limit.key for limit in asked.limits if limit.whole_call]
            assert not set(keys) & set(step.state.admitted), "no place is asked for twice"
            assert keys or asked.limits or asked.agents, "nothing is never asked for"
        event = answer(chance, asked, wild)
        if isinstance(asked, Admit) and isinstance(event, Admitted) and event.admission is Admission.IN:
            book.granted(asked, event)
        now += timedelta(seconds=chance.randint(0, 40))
        step = advance(configuration, step.state, event, now)
    raise AssertionError("the call does not end")


@QUICK
@given(st.dictionaries(st.sampled_from(NAMES), nodes, max_size=4), gates, st.integers())
def test_nobody_is_rung_twice_in_vain_by_a_group(
    drawn: dict[str, object], gated: tuple[Gate, ...], seed: int
) -> None:
    chance, configuration = random.Random(seed), configured(drawn, gated)
    step = begin(configuration, CallFacts("c", NUMBER, None, chance=chance.random()), NOON)
    last: Admit | None = None
    for _ in range(60):
        asked = step.commands[-1]
        if isinstance(asked, Hangup):
            return
        if isinstance(asked, Admit):
            last = asked
            assert asked.agents is None or len(asked.agents.except_) == len(set(asked.agents.except_))
        if (
            isinstance(asked, Dial)
            and last is not None
            and last.agents is not None
            and len(asked.targets) == 1
        ):
            entry = asked.targets[0].entry
            assert entry not in last.agents.except_ or step.state.memory[0] != "held"
        step = advance(configuration, step.state, answer(chance, asked, False), NOON)
