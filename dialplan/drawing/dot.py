"""Graphviz: what `dot` is asked, and what it answers. Names never reach it, only sizes.

Language: https://graphviz.org/doc/info/lang.html; answer: `-Tjson`, points of 1/72 inch, y upwards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dialplan.drawing.graph import START, Drawn
from dialplan.drawing.sizes import box_size, label_size

POINT: Final = 72.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """An arrow's line: a first point, then three for each Bezier curve; its tip; where its label stands."""

    points: tuple[Point, ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; pixels, y downwards. Boxes by their middle."""

    width: float
    height: float
    boxes: Mapping[str, Point]
    curves: tuple[Curve, ...]


def write_dot(drawn: Drawn) -> str:
    """The question: sizes of boxes and labels, and who leads to whom."""
    numbers = {box.id: index for index, box in enumerate(drawn.boxes)}
    lines = [
        "digraph plan {",
        "graph [rankdir=TB, nodesep=0.45, ranksep=0.5, splines=true, ordering=out, margin=0, pad=0];",
        'node [shape=box, fixedsize=true, label=""]; edge [label="", arrowsize=1];',
    ]
    for box in drawn.boxes:
        width, height = box_size(box)
        rank = ", group=start" if box.id == START else ""
        lines.append(f"n{numbers[box.id]} [width={width / POINT:.3f}, height={height / POINT:.3f}{rank}];")
    for arrow in drawn.arrows:
        ends = f"n{numbers[arrow.source]} -> n{numbers[arrow.target]}"
        weight = 4 if "next" in arrow.exits or not arrow.exits else 1
        lines.append(f"{ends} [weight={weight}{_room(*label_size(arrow))}];")
    return "\n".join([*lines, "}", ""])


def _room(width: float, height: float) -> str:
    """Room for a label that is drawn later."""
    if not width:
        return ""
    cell = f'BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{height:.0f}"'
    return f", label=<<TABLE {cell}><TR><TD></TD></TR></TABLE>>"


def read_layout(answer: str, drawn: Drawn) -> Layout:
    """The places of everything. Raises ValueError when that is no answer of Graphviz."""
    try:
        said = json.loads(answer)
        _, _, width, height = map(float, said["bb"].split(","))
        objects = {one["_gvid"]: one for one in said["objects"]}
        places = {one["name"]: _flip(one["pos"], height) for one in objects.values()}
        edges = {
            (objects[edge["tail"]]["name"], objects[edge["head"]]["name"]): _curve(edge, height)
            for edge in said.get("edges", ())
        }
        names = {box.id: f"n{index}" for index, box in enumerate(drawn.boxes)}
        return Layout(
            width,
            height,
            {box: places[name] for box, name in names.items()},
            tuple(edges[names[arrow.source], names[arrow.target]] for arrow in drawn.arrows),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"Graphviz gave no layout: {fault}") from fault


def _flip(pos: str, height: float) -> Point:
    x, y = pos.split(",")[:2]
    return float(x), height - float(y)


def _curve(edge: Mapping[str, Any], height: float) -> Curve:
    words = edge["pos"].split()
    points = [_flip(word, height) for word in words if word[0] not in "es"]
    tips = [_flip(word[2:], height) for word in words if word.startswith("e,")]
    label = _flip(edge["lp"], height) if "lp" in edge else None
    return Curve(tuple(points), tips[0] if tips else points[-1], label)


__all__ = ["Curve", "Layout", "Point", "read_layout", "write_dot"]
