"""What a node works with: the call so far, and the ways in which a node can move on.

`Run` is the one mutable thing of the engine and lives for one step only; between the steps there is the
immutable `State`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, NamedTuple, Protocol, TypeAlias, TypeVar

from dialplan.commands import Asked, Command, Told, Utterance
from dialplan.events import Event
from dialplan.model import Brand, Configuration

Memory: TypeAlias = tuple[str | int, ...]
"""What a node keeps while it waits for an answer. `HELD` comes first while it holds a place or an agent."""

HELD: Final = "held"
"""A memory that begins with it: whatever ends the node must give back what it holds (`Leave`)."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known when a call comes in. Numbers are E.164; `caller` is None when withheld."""

    id: str
    dialled: str
    caller: str | None
    caller_name: str = ""
    dutch_first: bool = True
    """How the coin fell that decides which language of `bi` is spoken first."""
    chance: float = 0.0
    """A number from 0 up to 1, drawn once for the call: percentages and orders by chance come from it."""


class Hop(NamedTuple):
    """One line of the trace: which node was left by which exit, and why, as a plain sentence."""

    plan: str
    node: str
    kind: str
    exit: str
    why: str
    at: datetime

    @property
    def where(self) -> str:
        """`plan.node`; less where the call is in no node or no plan."""
        return ".".join(filter(None, (self.plan, self.node)))


class State(NamedTuple):
    """A call between two steps: immutable, and all that `advance` needs beside the configuration."""

    call: CallFacts
    brand: str
    plan: str
    node: str
    language: str
    variables: Mapping[str, str]
    memory: Memory
    used: int
    """Steps taken of the budget."""
    answered: bool
    ended: bool
    admitted: tuple[str, ...] = ()
    """The keys of the limits in which the call holds a place until its end."""


class Step(NamedTuple):
    """What came of one step: the state to keep, the commands to perform, the hops made."""

    state: State
    commands: tuple[Command, ...]
    hops: tuple[Hop, ...]


class Go(NamedTuple):
    """Leave the node by an exit."""

    exit: str
    why: str


class Ask(NamedTuple):
    """Ask the driver for something and wait in the node."""

    command: Asked
    memory: Memory = ()


class Jump(NamedTuple):
    """Go on in another plan; `node` empty: at its start."""

    plan: str
    node: str
    why: str


class End(NamedTuple):
    """The intended end of the call."""

    exit: str
    why: str
    cause: int = 16
    utterances: tuple[Utterance, ...] = ()
    """Said first; before the call is answered, where the switch can."""


Move: TypeAlias = Go | Ask | Jump | End


class Node(Protocol):
    """One node of a plan. It may raise: the engine then takes its `rest`."""

    kind: ClassVar[str]

    @property
    def exits(self) -> Mapping[str, str]:
        """Exit -> node of the same plan."""

    def enter(self, run: Run) -> Move:
        """The call arrives."""

    def resume(self, run: Run, event: Event) -> Move:
        """What was asked has been answered."""


class Run:
    """One step of one call."""

    __slots__ = (
        "admitted", "answered", "brand", "call", "configuration", "hops", "language", "memory", "node", "now",
        "plan", "told", "used", "variables",
    )  # fmt: skip

    configuration: Configuration
    brand: Brand
    now: datetime
    call: CallFacts
    plan: str
    node: str
    language: str
    variables: Mapping[str, str]
    memory: Memory
    used: int
    answered: bool
    admitted: tuple[str, ...]

    def __init__(self, configuration: Configuration, brand: Brand, state: State, now: datetime) -> None:
        self.configuration = configuration
        self.brand = brand
        self.now = now
        (
            self.call, _, self.plan, self.node, self.language, self.variables, self.memory, self.used,
            self.answered, _, self.admitted,
        ) = state  # fmt: skip
        self.told: list[Told] = []
        self.hops: list[Hop] = []

    def tell(self, command: Told) -> None:
        """Have something done on the way; the call does not wait for it."""
        self.told.append(command)

    def set_variable(self, name: str, value: str) -> None:
        """Keep a value for the rest of the call."""
        self.variables = {**self.variables, name: value}


class Unexpected(Exception):  # noqa: N818 - it is what happened
    """An event that is no answer to what was asked."""

    def __init__(self, event: Event) -> None:
        self.event = event
        super().__init__(f"{type(event).__name__} is no answer to what was asked")


EventT = TypeVar("EventT")


def expect(event: Event, kind: type[EventT]) -> EventT:
    """The event, if it is of this kind; raises Unexpected."""
    if type(event) is kind or isinstance(event, kind):
        return event
    raise Unexpected(event)
