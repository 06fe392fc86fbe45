"""An engineer takes a caller out of whatever his plan asks: the plan learns it, and the call is over."""

from __future__ import annotations

from paper import at, small

from dialplan.commands import Admit, Hangup, Leave, Play
from dialplan.engine import CallFacts, advance, begin
from dialplan.events import Admission, Admitted, TakenOver
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
