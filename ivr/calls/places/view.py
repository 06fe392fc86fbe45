"""What people and programs are shown of the places: who waits where, which agents are free, what is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from dialplan.counts import say_count
from ivr.calls.places.queue import Queue
from ivr.calls.places.staff import Agent, AgentState
from ivr.calls.places.usher import Usher

CALLER = "caller:"
"""Keys of limits for each caller hold his number: they are counted, never named."""


def view(usher: Usher, now: datetime) -> Mapping[str, Any]:
    """All of it, as `dutyline queues --json` prints it."""
    at = usher.now()
    return {
        "queues": [_queue(queue, at, now) for _, queue in sorted(usher.book.queues.items())],
        "agents": [_agent(usher, agent, at) for agent in sorted(usher.book.agents(), key=_group_and_name)],
        "places": list(_places(usher)),
    }


def waiting(usher: Usher) -> Iterator[tuple[str, int]]:
    """Queue, and how many wait in it."""
    return ((name, len(queue.waiters)) for name, queue in sorted(usher.book.queues.items()))


def taken(usher: Usher) -> Mapping[str, int]:
    """Places taken, by key; those of all callers together."""
    counted: Counter[str] = Counter()
    for key, places in usher.book.taken().items():
        counted[f"{CALLER}*" if key.startswith(CALLER) else key] += places
    return counted


def states(usher: Usher) -> Mapping[str, int]:
    """How many agents are in each state."""
    counted = Counter(str(usher.book.staff.doing(agent).state) for agent in usher.book.agents())
    return {str(state): counted[state] for state in AgentState}


def say(usher: Usher) -> str:
    """In one sentence."""
    callers = sum(count for _, count in waiting(usher))
    queues = sum(1 for _, count in waiting(usher) if count)
    places = sum(usher.book.taken().values())
    return f"{callers} wait in {say_count(queues, 'queue')}; {say_count(places, 'place')} taken"


def _queue(queue: Queue, at: float, now: datetime) -> dict[str, Any]:
    line = queue.line
    return {
        "queue": queue.name,
        "expected_wait_s": _rounded(queue.expect_s(line[-1], at) if line else None),
        "waiting": [
            {
                "position": position,
                "call": waiter.wish.call,
                "caller": waiter.wish.label or None,
                "priority": waiter.priority,
                "since": (now - timedelta(seconds=at - waiter.since)).isoformat(timespec="seconds"),
                "waited_s": _rounded(at - waiter.since),
            }
            for position, waiter in enumerate(line, 1)
        ],
    }


def _agent(usher: Usher, agent: Agent, at: float) -> dict[str, Any]:
    doing = usher.book.staff.doing(agent)
    is_resting = doing.state in (AgentState.WRAP_UP, AgentState.ASIDE)
    return {
        "agent": agent.entry,
        "name": agent.label or agent.entry,
        "group": agent.group,
        "state": str(doing.state),
        "call": doing.call or None,
        "for_s": _rounded(at - doing.since) if doing.since else None,
        "free_in_s": _rounded(agent.until - at) if is_resting else None,
    }


def _places(usher: Usher) -> Iterator[dict[str, Any]]:
    for key, count in sorted(taken(usher).items()):
        terms = usher.book.terms_of(key)
        yield {"limit": key, "taken": count, "of": (terms.at_once or None) if terms else None}


def _group_and_name(agent: Agent) -> tuple[str, str]:
    return agent.group, agent.label


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


__all__ = ["say", "states", "taken", "view", "waiting"]
