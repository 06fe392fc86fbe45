"""What comes of a call on paper: its steps, what was heard, who was rung, which mails went out, its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialplan.commands import Command, Utterance
from dialplan.events import Event
from dialplan.run import Hop


@dataclass(frozen=True, slots=True)
class Rung:
    """A phone that was rung, by the call or by the page that it began."""

    entry: str
    label: str
    number: str
    by: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that went out, by a node of the plan or by the page."""

    template: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Performed:
    """What was done between two steps: the commands, when (by the clock of the desk), and what came of it.

    `made`: hops made before. `event` answers the last command; None at the end of the call.
    """

    at: datetime
    made: int
    commands: tuple[Command, ...]
    event: Event | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a caller would have met."""

    brand: str
    plan: str
    steps: tuple[Hop, ...]
    heard: tuple[str, ...]
    rang: tuple[Rung, ...]
    mails: tuple[Sent, ...]
    ended: str
    spoken: tuple[Utterance, ...] = ()
    """Everything said, with its language."""
    ended_at: datetime | None = None
    performed: tuple[Performed, ...] = ()
    """Everything that was done, in order."""

    def as_json(self) -> dict[str, Any]:
        """The form that `dutyline simulate --json` prints."""
        return {
            "brand": self.brand,
            "plan": self.plan,
            "steps": [{"node": h.node, "kind": h.kind, "exit": h.exit, "why": h.why} for h in self.steps],
            "heard": list(self.heard),
            "rang": [_as_dict(rung) for rung in self.rang],
            "mails": [_as_dict(sent) for sent in self.mails],
            "ended": self.ended,
        }


def _as_dict(record: Rung | Sent) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in record.__slots__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
