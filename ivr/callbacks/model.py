"""A call back that is owed, as the desk holds it and as its row keeps it."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from dialplan.commands import AgentOrder, Agents, Limit, Target
from ivr.storage import Callback as Row
from ivr.storage import CallbackState

OPEN: Final = (CallbackState.WAITING, CallbackState.RINGING_AGENT, CallbackState.RINGING_CALLER)
"""States in which something is still to be done."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Who calls back: these phones, or the agents of a group; within these limits."""

    targets: tuple[Target, ...] = ()
    agents: Agents | None = None
    limits: tuple[Limit, ...] = ()

    def to_text(self) -> str:
        """For the row."""
        return json.dumps(
            {
                "targets": [_plain(one) for one in self.targets],
                "agents": _agents(self.agents) if self.agents else None,
                "limits": [_plain(one) for one in self.limits],
            }
        )


def read_ask(text: str) -> Ask:
    """What a row says. ValueError, KeyError, TypeError for what nobody wrote."""
    said = json.loads(text)
    agents = said.get("agents")
    return Ask(
        tuple(Target(**one) for one in said.get("targets", ())),
        _read_agents(agents) if agents else None,
        tuple(Limit(**one) for one in said.get("limits", ())),
    )


def _plain(one: Target | Limit) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _agents(agents: Agents) -> dict[str, Any]:
    return {
        "group": agents.group,
        "people": [_plain(one) for one in agents.people],
        "order": str(agents.order),
        "wrap_up_s": agents.wrap_up_s,
        "aside_s": agents.aside_s,
    }


def _read_agents(said: dict[str, Any]) -> Agents:
    people = tuple(Target(**one) for one in said["people"])
    return Agents(said["group"], people, AgentOrder(said["order"]), said["wrap_up_s"], said["aside_s"])


@dataclass(frozen=True, slots=True)
class Callback:
    """One call back. The fields are the columns of `callbacks`, where their meaning stands."""

    id: str
    call_id: str
    brand: str
    dialled: str
    caller: str | None
    caller_name: str
    number: str
    shown: str
    queue: str
    priority: int
    ask: Ask
    asked_at: datetime
    waits_since: datetime
    due_at: datetime
    gives_up_at: datetime
    most_tries: int
    state: CallbackState = CallbackState.WAITING
    tries: int = 0
    leg: str = ""
    owner: str = ""
    box: str = ""
    agent_entry: str = ""
    agent_number: str = ""
    accepted_at: datetime | None = None
    reached_at: datetime | None = None
    ended: datetime | None = None
    why: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN

    def to_row(self) -> Row:
        """A new row."""
        values = {name: getattr(self, name) for name in NAMES}
        return Row(**{**values, "ask": self.ask.to_text()})

    def to_json(self) -> dict[str, Any]:
        """The form that `dutyline callbacks --json` prints; times in ISO 8601, UTC."""
        return {
            "id": self.id,
            "call": self.call_id,
            "brand": self.brand,
            "number": self.number,
            "queue": self.queue,
            "state": str(self.state),
            "tries": self.tries,
            "asked": _iso(self.asked_at),
            "due": _iso(self.due_at) if self.state is CallbackState.WAITING else None,
            "accepted": _iso(self.accepted_at),
            "reached": _iso(self.reached_at),
            "ended": _iso(self.ended),
            "agent": self.agent_entry,
            "why": self.why,
        }


NAMES: Final = tuple(field.name for field in fields(Callback))


def read_row(row: Row) -> Callback:
    """A row as it was read."""
    values = {name: getattr(row, name) for name in NAMES}
    return Callback(**{**values, "ask": read_ask(row.ask)})


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")


__all__ = ["NAMES", "OPEN", "Ask", "Callback", "read_ask", "read_row"]
