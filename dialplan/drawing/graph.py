"""What is drawn of a plan: a box for each node, an arrow for each way between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from dialplan.model import Plan
from dialplan.words import Value

START: Final = "(start)"
LAST_RESORT: Final = "last-resort"
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


def draw_plan(plan: Plan, way: Sequence[Lit] = ()) -> Drawn:
    """The boxes and arrows of a plan; the last resort is one when the call came to it."""
    boxes = [Box(START, "start"), *(_box(name, node) for name, node in plan.nodes.items())]
    arrows = [Arrow(START, plan.start, ())] if plan.start in plan.nodes else []
    arrows += [arrow for name, node in plan.nodes.items() for arrow in _arrows(name, node, plan.nodes)]
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
        yield ", ".join(several), target


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


__all__ = ["LAST_RESORT", "REST", "START", "Arrow", "Box", "Drawn", "Lit", "draw_plan", "ways_of", "wrap"]
