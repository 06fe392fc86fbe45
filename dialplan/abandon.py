"""The caller has hung up: what he left behind is seen through, without him.

Only a node that has something of his to keep (a message) goes on, through everything that needs nobody on the
line: words, which nobody hears, variables, pages and mails; up to the first thing that asks for him.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from dialplan.commands import Hangup, Play, Told
from dialplan.engine import BUDGET, advance, go_on
from dialplan.events import Event, Played
from dialplan.model import Configuration
from dialplan.nodes.record import Record
from dialplan.run import Hop, Run, State, Step

UNHEARD: Final = "not said: the caller had hung up"


def abandon(configuration: Configuration, state: State, event: Event | None, now: datetime) -> Step:
    """What is still to be done. `event`: what had come of the caller's last step, when something had.

    The commands of the step are told ones alone; there are none, and no hops, when nothing is to be done.
    """
    nothing = Step(state, (), ())
    if state.ended or not isinstance(_node(configuration, state), Record):
        return nothing
    told: list[Told] = []
    hops: list[Hop] = []
    step = advance(configuration, state, event, now) if event is not None else nothing
    for _ in range(BUDGET):
        told += step.commands[:-1]  # type: ignore[arg-type]
        hops += step.hops
        asked = step.commands[-1] if step.commands else None
        if asked is None or not isinstance(asked, Play | Hangup):
            after = _see_through(configuration, step.state, now)
        elif isinstance(asked, Play) and not step.state.ended:
            after = _unheard(advance(configuration, step.state, Played(), now))
        else:
            after = None
        if after is None:
            break
        step = after
    is_over = step.state.ended and hops and hops[-1].exit == "end"
    return Step(step.state, tuple(told), tuple(hops[:-1] if is_over else hops))


def _see_through(configuration: Configuration, state: State, now: datetime) -> Step | None:
    """On from a message that waits for its fate; None elsewhere."""
    node = _node(configuration, state)
    if not isinstance(node, Record):
        return None
    run = Run(configuration, configuration.brands[state.brand], state, now)
    move = node.gone(run)
    return None if move is None else go_on(run, node, move)


def _unheard(step: Step) -> Step:
    """The words that the caller did not wait for are not told as said."""
    return step._replace(hops=tuple(_not_said(hop) for hop in step.hops))


def _not_said(hop: Hop) -> Hop:
    return hop._replace(why=UNHEARD) if hop.kind == "announce" else hop


def _node(configuration: Configuration, state: State) -> object:
    plan = configuration.plans.get(state.plan)
    return plan.nodes.get(state.node) if plan else None
