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
from dialplan.events import Admitted, Dialled, Event, Failed, Outcome, TakenOver
from dialplan.model import Configuration
from dialplan.overrides import override_of, say_override
from dialplan.run import HELD, Ask, CallFacts, End, Go, Hop, Jump, Move, Node, Run, State, Step
from dialplan.words import languages_of

__all__ = [
    "BUDGET",
    "TAKEN_OVER",
    "UNALLOCATED",
    "CallFacts",
    "Hop",
    "State",
    "Step",
    "advance",
    "begin",
    "go_on",
]

BUDGET = 200
"""Steps of one call: more than any caller has patience for, few enough to end a loop at once."""

UNALLOCATED = 1
"""Q.850 cause 1: unallocated number."""

TAKEN_OVER = "engineer"
"""The exit in the trace of a caller whom the on-call engineer has taken out of the plan."""

_ANSWERED = Outcome.ANSWERED
_NOTHING: Mapping[str, str] = {}
_new = tuple.__new__
"""Makes a named tuple in a third of the time that calling its class takes."""


def begin(configuration: Configuration, call: CallFacts, now: datetime) -> Step:
    """A call comes in. `now` is aware. An unknown number is rejected with cause 1, without being answered."""
    number = configuration.numbers.get(call.dialled)
    if number is None:
        return _reject(configuration, call, now)
    brand = configuration.brands[number.brand]
    switched = override_of(configuration.overrides, number, now) if configuration.overrides else None
    plan_id = switched.to if switched else number.plan
    state = _new(State, (call, brand.id, plan_id, "", brand.language, _NOTHING, (), 0, False, False, ()))
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
    if type(event) is Dialled and event.outcome is _ANSWERED:
        run.answered = True
    elif type(event) is Admitted and event.position:
        run.answered = True  # who waits hears music
    elif type(event) is TakenOver:
        return _taken_over(run, event)
    plan = configuration.plans.get(run.plan)
    node = plan.nodes.get(run.node) if plan else None
    if node is None:
        return _resume_own(run, event)
    run.used += 1
    try:
        move = node.resume(run, event) if type(event) is not Failed else _failed(run, event)
    except Exception as error:
        move = _give_back(run, _fault(error))
    if type(move) is Ask and run.used <= BUDGET:
        return _step(run, move)
    return _walk(run, node, move)


def go_on(run: Run, node: Node, move: Move) -> Step:
    """On from a node by a move that no answer led to (see `dialplan.abandon`)."""
    return _walk(run, node, move)


def _walk(run: Run, node: Node | None = None, move: Move | None = None) -> Step:
    """Go from node to node until something must be asked or the call ends. Written for speed."""
    plans = run.configuration.plans
    plan = plans.get(run.plan)
    while True:
        if run.used > BUDGET:
            if type(move) is Ask and move.memory and move.memory[0] == HELD:
                run.tell(Leave())
            return _resort(run, node.kind if node else "node", f"more than {BUDGET} steps")
        if type(move) is Go:
            exit_, why = move
            assert node is not None
            target = node.exits.get(exit_)
            if target is None:
                target, exit_, why = _rest_of(node, exit_, why)
                if target is None:
                    return _resort(run, node.kind, why)
            run.hops.append(_new(Hop, (run.plan, run.node, node.kind, exit_, why, run.now)))
            run.node = target
        elif type(move) is Ask:
            return _step(run, move)
        elif type(move) is Jump:
            _jump(run, move)
            plan = plans.get(run.plan)
            if plan is not None and plan.gates:
                asked = gates.ask(run, plan.gates, run.plan, run.node)
                if asked is not None:
                    return _step(run, asked)
        elif type(move) is End:
            return _end(run, node.kind if node else "node", move)
        node = plan.nodes.get(run.node) if plan else None
        if node is None:
            return _resort(run, "node", f'node "{run.node}" is unknown')
        run.used += 1
        try:
            move = node.enter(run)
        except Exception as error:  # a node's fault must not be the caller's
            move = _fault(error)


def _rest_of(node: Node, exit_: str, why: str) -> tuple[str | None, str, str]:
    """Where an exit goes that leads nowhere: target, exit and why; no target: there is no way on."""
    target = node.exits.get("rest")
    if target is not None:
        return target, "rest", why
    return None, exit_, f"{why}; no rest" if exit_ == "rest" else f'{why}; no exit "{exit_}" and no rest'


def _resume_own(run: Run, event: Event) -> Step:
    """An answer for one of the engine's own nodes, whose names no plan may have."""
    if run.node == last_resort.NODE:
        return _resort_on(run, last_resort.resume(run, event))
    if run.node == gates.NODE:
        return _past_gates(run, event)
    return _resort(run, "node", f'node "{run.node}" is unknown')


def _failed(run: Run, event: Failed) -> Move:
    return _give_back(run, Go("rest", f"failed: {event.reason}"))


def _give_back(run: Run, move: Move) -> Move:
    """The node could not go on by itself: what it holds is given back for it."""
    if run.memory and run.memory[0] == HELD:
        run.tell(Leave())
    return move


def _past_gates(run: Run, event: Event) -> Step:
    """Into the plan, over the limit, or the end of a call that is refused."""
    run.used += 1
    move = gates.resume(run, event)
    return _end(run, gates.KIND, move) if type(move) is End else _walk(run, None, move)


def _taken_over(run: Run, event: TakenOver) -> Step:
    """The on-call engineer has talked with the caller, wherever in the plan that was: he has been served."""
    run.answered, run.used = True, run.used + 1
    plan = run.configuration.plans.get(run.plan)
    node = plan.nodes.get(run.node) if plan else None
    _give_back(run, Go(TAKEN_OVER, ""))
    who = event.title or event.entry
    why = f"{who}, on call, was connected with the caller who waited here; they talked {event.talked_s:.0f} s"
    return _end(run, node.kind if node else run.node, End(TAKEN_OVER, why))


def _fault(error: Exception) -> Go:
    """Only the kind of the error: its text may hold what the caller keyed."""
    return Go("rest", f"fault in the node: {type(error).__name__}")


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
    command, memory = ask
    kind = type(command)
    answered = run.answered or kind is Play or kind is Collect
    state = _new(
        State,
        (
            run.call, run.brand.id, run.plan, run.node, run.language, run.variables, memory, run.used,
            answered, False, run.admitted,
        ),
    )  # fmt: skip
    commands = (*run.told, command) if run.told else (command,)
    return _new(Step, (state, commands, tuple(run.hops)))


def _end(run: Run, kind: str, end: End) -> Step:
    exit_, why, cause, words = end
    run.hops.append(_new(Hop, (run.plan, run.node, kind, exit_, why, run.now)))
    state = _new(
        State,
        (
            run.call, run.brand.id, run.plan, run.node, run.language, run.variables, (), run.used,
            run.answered, True, run.admitted,
        ),
    )  # fmt: skip
    return _new(Step, (state, (*run.told, Hangup(cause, words)), tuple(run.hops)))


def _reject(configuration: Configuration, call: CallFacts, now: datetime) -> Step:
    """Nobody has this number: say so before the call is answered, where the switch can, and reject it."""
    language = configuration.desk.language
    words = tuple(Prompt("number-unknown", spoken) for spoken in languages_of(language, call.dutch_first))
    hop = Hop("", "", "number", "unknown", "no brand has the dialled number", now)
    state = State(call, "", "", "", language, _NOTHING, (), 0, False, True)
    commands: tuple[Command, ...] = (Hangup(UNALLOCATED, words),)
    return Step(state, commands, (hop,))
