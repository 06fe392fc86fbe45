"""The gate before a plan: the limits of the number, of its caller and of the plan, asked all at once.

Asked when a call comes in and when it goes on in another plan, and only where something is limited. A place
is kept until the call ends, and asked for once. When nobody can say whether there is a place the call is let
in: a fault of the house must not keep callers out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from dialplan.commands import Admit, Limit
from dialplan.events import Admission, Admitted, Event, Failed
from dialplan.limits import LINES_BUSY, Gate, say_limit
from dialplan.run import Ask, End, Hop, Run
from dialplan.words import utter

NODE: Final = "admission"
"""The gate's name in state and trace; no plan may have a node of this name."""

KIND: Final = "limit"

_WHAT: Final = {
    "number": "the number",
    "group": "the number group",
    "plan": "the plan",
    "caller": "the caller",
}


def ask(run: Run, gates: Iterable[Gate], plan: str, node: str) -> Ask | None:
    """Ask for a place at every gate that the call has not passed yet; None when there is none to ask for."""
    limits = tuple(
        limit
        for gate in gates
        if (limit := limit_of(run, gate)) is not None and limit.key not in run.admitted
    )
    if not limits:
        return None
    run.node = NODE
    return Ask(Admit(limits), (plan, node, *(limit.key for limit in limits)))


def limit_of(run: Run, gate: Gate) -> Limit | None:
    """The limit as it holds for this call; None for a caller without a number, who cannot be counted."""
    if not gate.per_caller:
        return gate.limit
    if not run.call.caller:
        return None
    return replace(gate.limit, key=f"{gate.limit.key}:{run.call.caller}")


def resume(run: Run, event: Event) -> End | Ask | None:
    """Go on where the call was going, or over the limit. None: `run` stands at the next node.

    Another plan to which a limit sends a call has limits of its own, and is asked for a place as well.
    """
    plan, node, *keys = (str(part) for part in run.memory)
    if isinstance(event, Admitted) and event.admission is not Admission.IN:
        return _refuse(run, event, keys)
    if isinstance(event, Admitted):
        run.admitted = (*run.admitted, *keys)
        _note(run, "in", "there is a place")
    else:
        reason = event.reason if isinstance(event, Failed) else "no answer to what was asked"
        _note(run, "in", f"let in, for the limit could not be asked: {reason}")
    run.plan, run.node = plan, node
    return None


def _refuse(run: Run, event: Admitted, keys: list[str]) -> End | Ask | None:
    gate = _full_gate(run, event.limit or keys[0])
    why = _say_full(gate)
    if gate is not None and gate.over is not None:
        _note(run, "over", why)
        asked, (run.plan, run.node) = run.plan, gate.over
        plan = run.configuration.plans.get(run.plan)
        return None if plan is None or run.plan == asked else ask(run, plan.gates, *gate.over)
    return End("over", why, gate.cause if gate else 17, utter(run, (LINES_BUSY,)))


def _full_gate(run: Run, key: str) -> Gate | None:
    configuration = run.configuration
    number = configuration.numbers.get(run.call.dialled)
    plan = configuration.plans.get(run.plan)
    gates = (*(number.gates if number else ()), *(plan.gates if plan else ()))
    found = (gate for gate in gates if (limit := limit_of(run, gate)) is not None and limit.key == key)
    return next(found, None)


def _say_full(gate: Gate | None) -> str:
    """Without the caller's number: the trace is read by people who need not know it."""
    if gate is None:
        return "there is no place"
    what = "caller" if gate.per_caller else gate.limit.key.partition(":")[0]
    return f"{_WHAT.get(what, what)} has no place: {say_limit(gate.limit)}"


def _note(run: Run, exit_: str, why: str) -> None:
    run.hops.append(Hop(run.plan, NODE, KIND, exit_, why, run.now))
