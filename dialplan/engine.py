"""The engine: a call comes in, a step at a time, and leaves by a person or an intended end.

`begin` and `advance` are pure: no clock, no input or output, no chance. A driver performs the commands of
a step and gives back what happened; the same state and event give the same step, on a live call and in a
simulation alike.

Nobody falls out of the tree: a node that raises, an event `Failed` and an exit that leads nowhere take the
node's `rest`; without one, out of steps or at an unknown node, the plan's last resort is rung.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dialplan import gates, last_resort
from dialplan.commands import Collect, Command, Hangup, Leave, Play, Prompt
from dialplan.events import Admitted, Dialled, Event, Failed, Outcome
from dialplan.model import Configuration
from dialplan.overrides import override_of, say_override
from dialplan.run import HELD, Ask, CallFacts, End, Go, Hop, Jump, Move, Node, Run, State, Step
from dialplan.words import languages_of

__all__ = ["BUDGET", "UNALLOCATED", "CallFacts", "Hop", "State", "Step", "advance", "begin", "go_on"]

BUDGET = 200
"""Steps of one call: more than any caller has patience for, few enough to end a loop at once."""

UNALLOCATED = 1
"""Q.850 cause 1: unallocated number."""

_NOTHING: Mapping[str, str] = {}


def begin(configuration: Configuration, call: CallFacts, now: datetime) -> Step:
    """A call comes in. `now` is aware. An unknown number is rejected with cause 1, without being answered."""
    number = configuration.numbers.get(call.dialled)
    if number is None:
        return _reject(configuration, call, now)
    brand = configuration.brands[number.brand]
    switched = override_of(configuration.overrides, number, now) if configuration.overrides else None
    plan_id = switched.to if switched else number.plan
    state = State(call, brand.id, plan_id, "", brand.language, _NOTHING, (), 0, False, False)
    run = Run(configuration, brand, state, now)
    if switched:
        why = say_override(switched, configuration.desk.timezone)
        run.hops.append(Hop(number.plan, "", "override", "switched", why, now))
    plan = configuration.plans.get(plan_id)
    if plan is None:
        return _resort(run, "plan", f'plan "{plan_id}" is unknown')
    if number.gates or plan.gates:
        asked = gates.ask(run, (*number.gates, *plan.gates), plan.id, plan.start)
        if asked is not None:
            return _step(run, asked)
    run.node = plan.start
    return _walk(run)


def advance(configuration: Configuration, state: State, event: Event, now: datetime) -> Step:
    """What was asked has been answered by `event`. A call that has ended stays ended."""
    if state.ended:
        return Step(state, (Hangup(),), ())
    run = Run(configuration, configuration.brands[state.brand], state, now)
    if type(event) is Dialled and event.outcome is Outcome.ANSWERED:
        run.answered = True
    elif type(event) is Admitted and event.position:
        run.answered = True  # who waits hears music
    if state.node == last_resort.NODE:
        return _resort_on(run, last_resort.resume(run, event))
    if state.node == gates.NODE:
        return _past_gates(run, event)
    plan = configuration.plans.get(state.plan)
    node = plan.nodes.get(state.node) if plan else None
    if node is None:
        return _resort(run, "node", f'node "{state.node}" is unknown')
    run.used += 1
    return _walk(run, node, _resumed(node, run, event))


def go_on(run: Run, node: Node, move: Move) -> Step:
    """On from a node by a move that no answer led to (see `dialplan.abandon`)."""
    return _walk(run, node, move)


def _walk(run: Run, node: Node | None = None, move: Move | None = None) -> Step:
    """Go from node to node until something must be asked or the call ends. Written for speed."""
    plans = run.configuration.plans
    while True:
        if run.used > BUDGET:
            return _resort(run, node.kind if node else "node", f"more than {BUDGET} steps")
        if type(move) is Go:
            assert node is not None
            refusal = _leave(run, node, move)
            if refusal:
                return _resort(run, node.kind, refusal)
        elif type(move) is Ask:
            return _step(run, move)
        elif type(move) is Jump:
            _jump(run, move)
            into = plans.get(run.plan)
            if into is not None and into.gates:
                asked = gates.ask(run, into.gates, run.plan, run.node)
                if asked is not None:
                    return _step(run, asked)
        elif type(move) is End:
            return _end(run, node.kind if node else "node", move)
        plan = plans.get(run.plan)
        node = plan.nodes.get(run.node) if plan else None
        if node is None:
            return _resort(run, "node", f'node "{run.node}" is unknown')
        run.used += 1
        try:
            move = node.enter(run)
        except Exception as error:  # a node's fault must not be the caller's
            move = _fault(error)


def _resumed(node: Node, run: Run, event: Event) -> Move:
    try:
        if type(event) is not Failed:
            return node.resume(run, event)
        move = Go("rest", f"failed: {event.reason}")
    except Exception as error:
        move = _fault(error)
    if run.memory and run.memory[0] == HELD:
        run.tell(Leave())
    return move


def _past_gates(run: Run, event: Event) -> Step:
    """Into the plan, over the limit, or the end of a call that is refused."""
    run.used += 1
    refused = gates.resume(run, event)
    return _walk(run) if refused is None else _end(run, gates.KIND, refused)


def _fault(error: Exception) -> Go:
    """Only the kind of the error: its text may hold what the caller keyed."""
    return Go("rest", f"fault in the node: {type(error).__name__}")


def _leave(run: Run, node: Node, go: Go) -> str:
    """Leave the node by an exit. The answer is empty, or says why there is no way on."""
    exit_, why = go
    target = node.exits.get(exit_)
    if target is None:
        target = node.exits.get("rest")
        if target is None:
            return f"{why}; no rest" if exit_ == "rest" else f'{why}; no exit "{exit_}" and no rest'
        exit_ = "rest"
    run.hops.append(Hop(run.plan, run.node, node.kind, exit_, why, run.now))
    run.node = target
    return ""


def _jump(run: Run, jump: Jump) -> None:
    run.hops.append(Hop(run.plan, run.node, "goto", "next", jump.why, run.now))
    run.plan = jump.plan
    plan = run.configuration.plans.get(jump.plan)
    run.node = jump.node or (plan.start if plan else "")


def _resort(run: Run, kind: str, why: str) -> Step:
    """The plan has no way on: to its person, with a line in the trace that says why."""
    run.hops.append(Hop(run.plan, run.node, kind, last_resort.NODE, why, run.now))
    run.node = last_resort.NODE
    return _resort_on(run, last_resort.enter(run))


def _resort_on(run: Run, move: Ask | End) -> Step:
    return _step(run, move) if isinstance(move, Ask) else _end(run, last_resort.NODE, move)


def _step(run: Run, ask: Ask) -> Step:
    command = ask.command
    answered = run.answered or type(command) is Play or type(command) is Collect
    state = State(
        run.call,
        run.brand.id,
        run.plan,
        run.node,
        run.language,
        run.variables,
        ask.memory,
        run.used,
        answered,
        False,
        run.admitted,
    )
    return Step(state, (*run.told, command) if run.told else (command,), tuple(run.hops))


def _end(run: Run, kind: str, end: End) -> Step:
    run.hops.append(Hop(run.plan, run.node, kind, end.exit, end.why, run.now))
    state = State(
        run.call,
        run.brand.id,
        run.plan,
        run.node,
        run.language,
        run.variables,
        (),
        run.used,
        run.answered,
        True,
        run.admitted,
    )
    return Step(state, (*run.told, Hangup(end.cause, end.utterances)), tuple(run.hops))


def _reject(configuration: Configuration, call: CallFacts, now: datetime) -> Step:
    """Nobody has this number: say so before the call is answered, where the switch can, and reject it."""
    language = configuration.desk.language
    words = tuple(Prompt("number-unknown", spoken) for spoken in languages_of(language, call.dutch_first))
    hop = Hop("", "", "number", "unknown", "no brand has the dialled number", now)
    state = State(call, "", "", "", language, _NOTHING, (), 0, False, True)
    commands: tuple[Command, ...] = (Hangup(UNALLOCATED, words),)
    return Step(state, commands, (hop,))
