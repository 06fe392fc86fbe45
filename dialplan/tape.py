"""What happened on a call, answer by answer: enough to drive a configuration with it again.

The engine is pure, so the facts of a call, the moment it began and the answers it was given bring back
every hop and every command. Kept as JSON, one short list an answer:
`{"coin": 1, "chance": 0.31, "began": "...", "heard": [[1800, "played"], [21800, "dialled", {...}]]}`.

What is keyed at a question that asks for a secret (a PIN) is never on a tape, nor in a variable of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from dialplan.commands import Collect, Command
from dialplan.events import (
    Admission,
    Admitted,
    Dialled,
    EngineerServed,
    Event,
    Failed,
    Found,
    Kept,
    Keyed,
    LineEnd,
    Outcome,
    PinChecked,
    Played,
    Recorded,
    Switched,
    TakenOver,
)
from dialplan.run import CallFacts

KINDS: Final[Mapping[str, type[Any]]] = {
    "played": Played,
    "keyed": Keyed,
    "dialled": Dialled,
    "admitted": Admitted,
    "recorded": Recorded,
    "found": Found,
    "kept": Kept,
    "pin-checked": PinChecked,
    "switched": Switched,
    "engineer-served": EngineerServed,
    "taken-over": TakenOver,
    "failed": Failed,
}
_NAMES: Final = {kind: name for name, kind in KINDS.items()}
_ENUMS: Final[Mapping[str, Any]] = {"outcome": Outcome, "admission": Admission, "end": LineEnd}
_DEFAULTS: Final = {kind: {one.name: one.default for one in fields(kind)} for kind in KINDS.values()}
MASK: Final = "*"
"""Stands for each digit of a secret."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, and when it came: seconds after the call began."""

    after_s: float
    event: Event
    secret_digits: int = 0
    """How many digits of a secret were keyed, which nobody knows any more."""


@dataclass(frozen=True, slots=True)
class Tape:
    """A whole call."""

    facts: CallFacts
    began: datetime
    """By the plan's clock."""
    heard: tuple[Heard, ...] = ()
    left_s: float | None = None
    """When the caller hung up, if he did so while something was asked of him."""
    values: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Hop -> the variables that were set on the way to it."""


class Recording:
    """A tape that is being made. Adding to it costs an append."""

    __slots__ = ("_began", "_heard", "_left_s", "_secrets", "_seen", "_values")

    def __init__(self, began: datetime) -> None:
        self._began = began
        self._heard: list[tuple[datetime, Event, bool]] = []
        self._values: dict[int, dict[str, str]] = {}
        self._secrets: set[str] = set()
        self._seen: Mapping[str, str] = {}
        self._left_s: float | None = None

    def add(self, at: datetime, event: Event, command: Command) -> None:
        """The answer to `command`."""
        is_secret = type(command) is Collect and command.secret
        if is_secret and isinstance(event, Keyed) and event.digits:
            self._secrets.add(event.digits)
        self._heard.append((at, event, is_secret))

    def leave(self, at: datetime) -> None:
        """The caller has hung up."""
        self._left_s = (at - self._began).total_seconds()

    def note_values(self, hop: int, variables: Mapping[str, str]) -> dict[str, str]:
        """What has been set since the last time, secrets masked; `hop` is the one that came of it."""
        if variables is self._seen:
            return {}
        before, self._seen = self._seen, variables
        new = {name: self._shown(value) for name, value in variables.items() if before.get(name) != value}
        if new:
            self._values.setdefault(hop, {}).update(new)
        return new

    def _shown(self, value: str) -> str:
        return MASK * len(value) if value in self._secrets else value

    def to_json(self, facts: CallFacts) -> str:
        """The tape as it is kept."""
        kept: dict[str, Any] = {
            "coin": int(facts.dutch_first),
            "chance": facts.chance,
            "began": self._began.isoformat(),
            "heard": [self._entry(*each) for each in self._heard],
        }
        if self._left_s is not None:
            kept["left"] = round(self._left_s, 3)
        if self._values:
            kept["set"] = self._values
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    def _entry(self, at: datetime, event: Event, is_secret: bool) -> list[Any]:
        said = _as_json(event)
        if is_secret and "digits" in said:
            said["digits"] = len(said["digits"])
        entry: list[Any] = [
            round((at - self._began).total_seconds() * 1000),
            _NAMES.get(type(event), "unknown"),
        ]
        return [*entry, said] if said else entry


def _as_json(event: Event) -> dict[str, Any]:
    """The fields that are not as usual."""
    defaults = _DEFAULTS.get(type(event), {})
    values = {name: getattr(event, name) for name in defaults}
    return {
        name: dict(value) if isinstance(value, Mapping) else value
        for name, value in values.items()
        if value != defaults[name]
    }


def read_tape(text: str, facts: CallFacts) -> Tape:
    """A tape as it was kept. `facts`: of the call's record; coin and chance are on the tape.

    Raises ValueError when it cannot be read.
    """
    try:
        kept = json.loads(text)
        whole = CallFacts(
            facts.id,
            facts.dialled,
            facts.caller,
            facts.caller_name,
            bool(kept["coin"]),
            float(kept["chance"]),
        )
        return Tape(
            whole,
            datetime.fromisoformat(kept["began"]),
            tuple(_heard(*entry) for entry in kept["heard"]),
            kept.get("left"),
            {int(hop): values for hop, values in kept.get("set", {}).items()},
        )
    except (KeyError, TypeError, IndexError, AttributeError) as fault:
        raise ValueError(f"the tape cannot be read: {fault}") from fault


def _heard(after_ms: int, name: str, said: Mapping[str, Any] | None = None) -> Heard:
    values = {key: _ENUMS[key](value) if key in _ENUMS else value for key, value in (said or {}).items()}
    if name == "keyed" and isinstance(values.get("digits"), int):
        return Heard(after_ms / 1000, Keyed("", bool(values.get("terminated"))), values["digits"])
    if name == "found":
        values.setdefault("row", None)
    return Heard(after_ms / 1000, KINDS[name](**values))
