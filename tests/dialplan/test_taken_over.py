"""An engineer takes a caller out of whatever his plan asks: the plan learns it, and the call is over."""

from __future__ import annotations

import pytest
from paper import at, shipped, small

from dialplan.commands import Admit, Hangup, Leave, Play
from dialplan.engine import CallFacts, advance, begin
from dialplan.events import Admission, Admitted, TakenOver
from dialplan.simulate import Simulation, UnknownDestination, WrongSupposition, simulate
from dialplan.story import tell
from dialplan.tape import Recording, read_tape

NIGHT = at("2026-11-21 23:15")
TAKEN = TakenOver("adu", "ADU", 34.2)
FACTS = CallFacts("1", "+3232055582", "+32470009999")
QUEUE = """\
start: desk
nodes:
  desk: {destination: one, limit: {calls: 1}, queue: {wait: 2 min}, rest: bye}
  bye: {hangup: normal}
"""


def test_out_of_a_prompt() -> None:
    step = begin(small(), FACTS, NIGHT)
    assert isinstance(step.commands[-1], Play)
    step = advance(small(), step.state, TAKEN, NIGHT)
    assert step.commands == (Hangup(),)
    assert step.state.ended and step.state.answered
    hop = step.hops[-1]
    assert (hop.node, hop.kind, hop.exit) == ("hello", "announce", "engineer")
    assert hop.why == "ADU, on call, was connected with the caller who waited here; they talked 34 s"


def test_out_of_a_queue_and_out_of_a_ring_the_place_is_given_back() -> None:
    configuration = small(QUEUE)
    step = begin(configuration, FACTS, NIGHT)
    assert isinstance(step.commands[-1], Admit)
    assert advance(configuration, step.state, TAKEN, NIGHT).commands == (Hangup(),)
    rung = advance(configuration, step.state, Admitted(Admission.IN), NIGHT)
    assert advance(configuration, rung.state, TAKEN, NIGHT).commands == (Leave(), Hangup())


def test_out_of_the_last_resort() -> None:
    configuration = small(
        "start: ring\nnodes:\n  ring: {destination: one, rest: bye}\n  bye: {hangup: normal}\n"
    )
    step = begin(configuration, FACTS, NIGHT)
    step = advance(configuration, step.state._replace(node="last-resort"), TAKEN, NIGHT)
    assert step.state.ended and step.hops[-1].exit == "engineer"


def test_it_stands_on_the_tape() -> None:
    tape = Recording(NIGHT)
    tape.add(NIGHT, TAKEN, Play(()))
    assert [one.event for one in read_tape(tape.to_json(FACTS), FACTS).heard] == [TAKEN]


def suppose(**nodes: str) -> Simulation:
    return simulate(shipped(), "03 205 55 82", "02 511 00 00", NIGHT, suppose=nodes)


def test_it_can_be_supposed_of_a_prompt() -> None:
    """He hears who comes, and talks with the first of those who are rung; nobody else is rung for him."""
    call = suppose(connecting="engineer")
    assert call.ended == "answered by mab"
    assert call.heard[-2:] == ("night-desk-connecting", "engineer-connecting")
    assert [one.entry for one in call.rang if one.by == "call"] == []
    assert (call.steps[-1].node, call.steps[-1].exit) == ("connecting", "engineer")


def test_it_can_be_supposed_of_a_ring_which_falls_silent_and_of_another_engineer() -> None:
    call = suppose(desk="no-answer", **{"night.desk-again": "engineer:WTI"})
    assert call.ended == "answered by wti"
    assert [(one.entry, one.outcome) for one in call.rang if one.by == "call"] == [
        ("agent-1", "no-answer"), ("agent-2", "no-answer"), ("agent-1", "taken elsewhere"),
    ]  # fmt: skip
    assert "WTI, on call" in call.steps[-1].why


def test_nobody_comes_who_is_not_rung_or_not_known() -> None:
    with pytest.raises(
        WrongSupposition, match=r"night\.welcome .* after a node by which an engineer is rung"
    ):
        suppose(welcome="engineer")
    with pytest.raises(UnknownDestination, match='did you mean "WTI"'):
        suppose(desk="engineer:WTT")


def test_it_is_told_step_by_step() -> None:
    call = suppose(desk="engineer")
    assert any("MAB, on call, takes the caller over, and they talk" in line for line in tell(shipped(), call))
