"""What is drawn of a plan: a box for each node, an arrow for each way between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from dialplan.model import Configuration, Plan
from dialplan.nodes.goto import Goto
from dialplan.words import Value

START: Final = "(start)"
LAST_RESORT: Final = "last-resort"
OVER: Final = "over a limit"
"""Stands for every limit that sends calls into the middle of a plan."""
REST: Final = "rest"
LINES: Final = 3
LINE: Final = 34
"""Characters of a line in a box."""
_PLAIN: Final = ("exits", "kind")


@dataclass(frozen=True, slots=True)
class Box:
    """A node. `plan`: the plan that a goto leads to."""

    id: str
    kind: str
    lines: tuple[str, ...] = ()
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """The exits by which one node leads to another."""

    source: str
    target: str
    exits: tuple[str, ...]

    @property
    def is_rest(self) -> bool:
        """Whether nothing but the rest goes that way."""
        return self.exits == (REST,)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan to be drawn."""

    plan: str
    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class Lit:
    """One step of a call's way: the node, the exit it was left by, and why."""

    plan: str
    node: str
    exit: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where calls come into the middle of a plan. `origin`: a limit, or another plan (`plan`)."""

    origin: str
    node: str
    plan: str = ""


def entrances_of(configuration: Configuration, plan: str) -> tuple[Entrance, ...]:
    """Every way into the middle of a plan: over the limits of numbers, groups and plans, and from nodes of
    other plans."""
    found: dict[Entrance, None] = {}
    gates = [gate for number in configuration.numbers.values() for gate in number.gates]
    gates += [gate for each in configuration.plans.values() for gate in each.gates]
    for gate in gates:
        if gate.over is not None and gate.over[0] == plan:
            found[Entrance(OVER, gate.over[1])] = None
    for other in configuration.plans.values():
        for name, node in other.nodes.items():
            if isinstance(node, Goto) and node.plan == plan and node.node and other.id != plan:
                found[Entrance(f"{other.id}.{name}", node.node, other.id)] = None
    return tuple(found)


def draw_plan(plan: Plan, way: Sequence[Lit] = (), entrances: Sequence[Entrance] = ()) -> Drawn:
    """The boxes and arrows of a plan; the last resort is one when the call came to it, and so is every
    entrance into its middle."""
    boxes = [Box(START, "start"), *(_box(name, node) for name, node in plan.nodes.items())]
    boxes += [
        Box(origin, "goto" if from_ else "limit", ("calls from another plan",) if from_ else (), from_)
        for origin, from_ in dict.fromkeys((each.origin, each.plan) for each in entrances)
    ]
    arrows = [Arrow(START, plan.start, ())] if plan.start in plan.nodes else []
    arrows += [arrow for name, node in plan.nodes.items() for arrow in _arrows(name, node, plan.nodes)]
    arrows += [Arrow(each.origin, each.node, ()) for each in entrances if each.node in plan.nodes]
    fallen = [step.node for step in way if step.plan == plan.id and step.exit == LAST_RESORT]
    if fallen:
        boxes.append(Box(LAST_RESORT, LAST_RESORT, ("the plan's last person",)))
        arrows += [
            Arrow(name, LAST_RESORT, (LAST_RESORT,)) for name in dict.fromkeys(fallen) if name in plan.nodes
        ]
    return Drawn(plan.id, plan.title, tuple(boxes), tuple(arrows))


def _arrows(name: str, node: Any, nodes: Mapping[str, Any]) -> Iterator[Arrow]:
    """One for each target, in the order of the exits."""
    for exits, target in _targets(node.exits):
        if target in nodes:
            yield Arrow(name, target, exits)


def ways_of(exits: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The exits that lead to each target, in words, and the target."""
    for several, target in _targets(exits):
        yield ", ".join(map(exit_in_words, several)), target


def exit_in_words(exit_: str) -> str:
    """An exit as it is shown: the case of a switch that fits no value has a name as well."""
    return exit_ or '""'


def _targets(exits: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """A rest that goes where another exit goes needs no word."""
    targets: dict[str, list[str]] = {}
    for exit_, target in exits.items():
        targets.setdefault(target, []).append(exit_)
    for target, several in targets.items():
        yield tuple([one for one in several if one != REST] or several), target


def _box(name: str, node: Any) -> Box:
    if node.kind == "goto":
        return Box(name, node.kind, (f"→ {node.plan}" + (f".{node.node}" if node.node else ""),), node.plan)
    return Box(name, node.kind, tuple(_short(_say(node)))[:LINES])


def _say(node: Any) -> Iterator[str]:
    """What the node holds that is not as usual: words, people, names."""
    for field in fields(node):
        if field.name in _PLAIN:
            continue
        value = getattr(node, field.name)
        if value == field.default or not value:
            continue
        said = ", ".join(value) if field.name == "values" else _say_value(value)
        if said:
            yield said


def _say_value(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return f"{value} %"
    if isinstance(value, Value):
        return f"${value.variable}"
    if isinstance(value, tuple | list):
        said = [_say_value(one) for one in value]
        return ", ".join(said) if all(said) else ""
    if isinstance(value, Mapping):
        pairs = {name: one for name, one in value.items() if isinstance(one, str)}
        return ", ".join(f"{name} = {one}" for name, one in pairs.items()) if pairs == dict(value) else ""
    return ""


def _short(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from wrap(line, LINE)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most so many characters, broken between words where there are any."""
    lines: list[str] = []
    for word in text.split():
        while len(word) > width:
            lines.append(f"{word[: width - 1]}…")
            word = ""
        if not word:
            continue
        if lines and len(lines[-1]) + 1 + len(word) <= width and not lines[-1].endswith("…"):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


__all__ = [
    "LAST_RESORT", "OVER", "REST", "START", "Arrow", "Box", "Drawn", "Entrance", "Lit", "draw_plan",
    "entrances_of", "exit_in_words", "ways_of", "wrap",
]  # fmt: skip
