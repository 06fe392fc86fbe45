"""The SVG of a plan: one file that needs nothing else, with every text of it escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from dialplan.drawing.colours import LINE, PATH, Look, look_of
from dialplan.drawing.dot import Curve, Layout, Point
from dialplan.drawing.graph import LAST_RESORT, REST, START, Arrow, Box, Drawn, Lit
from dialplan.drawing.sizes import (
    KIND_PX,
    LABEL_PX,
    LEAD,
    LINE_PX,
    NAME_PX,
    PAD_PX,
    box_size,
    label_lines,
    width_of,
)

MARGIN: Final = 28.0
HEAD: Final = 62.0
FOOT: Final = 58.0
FONT: Final = "system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"
HALO: Final = 'stroke="#ffffff" stroke-width="3.5" paint-order="stroke" stroke-linejoin="round"'
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_svg(drawn: Drawn, layout: Layout, way: Sequence[Lit] = (), subtitle: str = "") -> str:
    """The drawing; `way`: a call's steps through all its plans, lit where they are in this one."""
    steps = _steps(drawn, way)
    legend = list(_legend(drawn, bool(way)))
    title = drawn.title or drawn.plan
    widths = (layout.width, width_of(title, 21), width_of(subtitle, 13), _legend_width(drawn, bool(way)))
    width, height = max(widths) + 2 * MARGIN, layout.height + HEAD + FOOT + 2 * MARGIN
    left = (width - layout.width) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" font-family="{FONT}">',
        f"<title>{text(f'Plan {drawn.plan}: {title}')}</title>",
        f"<desc>{text(subtitle)}</desc>",
        _defs(),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        _words(MARGIN, MARGIN + 18, title, 21, weight=600),
        _words(MARGIN, MARGIN + 40, subtitle, 13, colour="#555555"),
        f'<g transform="translate({left:.1f} {MARGIN + HEAD:.1f})">',
    ]
    pairs = list(zip(drawn.arrows, layout.curves, strict=True))
    lit = {arrow: numbers for arrow, _ in pairs if (numbers := _numbers_of(arrow, steps, way))}
    for is_lit in (False, True):
        parts += [_arrow(*pair, bool(way), is_lit) for pair in pairs if (pair[0] in lit) is is_lit]
    parts += [_box(box, layout.boxes[box.id], steps.get(box.id, ()), way) for box in drawn.boxes]
    parts += ["</g>", f'<g transform="translate({MARGIN} {height - MARGIN - 14:.1f})">', *legend, "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def text(words: str) -> str:
    """Text that is nothing but text in XML, whatever it holds."""
    return escape(_NO_XML.sub("\ufffd", words), quote=True)


# -- a call's way


def _steps(drawn: Drawn, way: Sequence[Lit]) -> dict[str, list[int]]:
    """Node -> the numbers of the steps that came by it."""
    found: dict[str, list[int]] = {}
    for number, step in enumerate(way, 1):
        if step.plan == drawn.plan:
            found.setdefault(step.node, []).append(number)
    return found


def _numbers_of(arrow: Arrow, steps: dict[str, list[int]], way: Sequence[Lit]) -> list[int]:
    """The steps that took this arrow: the node left by it, and its target met in the next step."""
    if arrow.source == START:
        return [1] if steps.get(arrow.target, [0])[0] == 1 else []
    found = []
    for number in steps.get(arrow.source, ()):
        after = way[number] if number < len(way) else None
        step = way[number - 1]
        goes = after is not None and (after.plan, after.node) == (step.plan, arrow.target)
        if goes and (step.exit in (*arrow.exits, REST) or step.exit == LAST_RESORT == arrow.target):
            found.append(number)
    return found


# -- boxes


def _box(box: Box, middle: Point, numbers: Sequence[int], way: Sequence[Lit]) -> str:
    width, height = box_size(box)
    x, y = middle[0] - width / 2, middle[1] - height / 2
    is_dim = bool(way) and not numbers and not (box.id == START and way)
    parts = [f'<g transform="translate({x:.1f} {y:.1f})"' + (' opacity="0.45"' if is_dim else "") + ">"]
    why = "; ".join(way[number - 1].why for number in numbers)
    parts.append(f"<title>{text(f'{box.id} ({box.kind})' + (f': {why}' if why else ''))}</title>")
    if box.id == START:
        parts += [
            f'<rect width="{width}" height="{height}" rx="{height / 2}" fill="#222222"/>',
            _words(width / 2, 18.5, "start", 13, colour="#ffffff", anchor="middle"),
        ]
    else:
        parts += _card(box, width, height, look_of(box.kind), bool(numbers))
        parts += _badge(numbers)
    body = "\n".join([*parts, "</g>"])
    return f'<a href="{text(box.plan)}.svg">{body}</a>' if box.plan else body


def _card(box: Box, width: float, height: float, look: Look, is_lit: bool) -> Iterator[str]:
    stroke, thick = (PATH, 3.0) if is_lit else (look.ink, 1.3)
    dashes = ' stroke-dasharray="6 4"' if box.plan and not is_lit else ""
    yield (
        f'<rect width="{width:.1f}" height="{height:.1f}" rx="9" fill="{look.ground}" stroke="{stroke}" '
        f'stroke-width="{thick}"{dashes}/>'
    )
    yield f'<rect x="0" y="9" width="4.5" height="{height - 18:.1f}" fill="{look.ink}"/>'
    y = PAD_PX + KIND_PX * 0.72
    yield _words(PAD_PX, y, box.kind, KIND_PX, colour=look.ink)
    y += NAME_PX * LEAD - 1
    yield _words(PAD_PX, y, box.id, NAME_PX, weight=600)
    for line in box.lines:
        y += LINE_PX * LEAD
        yield _words(PAD_PX, y, line, LINE_PX, colour="#3d3d3d")


def _badge(numbers: Sequence[int]) -> Iterator[str]:
    """When the call came by, at the box's upper left corner."""
    if numbers:
        said = ", ".join(map(str, numbers))
        width = max(24.0, width_of(said, 13) + 14)
        yield f'<rect x="{-width / 2:.1f}" y="-12" width="{width:.1f}" height="24" rx="12" fill="{PATH}"/>'
        yield _words(0, 4.6, said, 13, colour="#ffffff", weight=600, anchor="middle")


# -- arrows


def _arrow(arrow: Arrow, curve: Curve, has_way: bool, is_lit: bool) -> str:
    colour, thick = (PATH, 3.4) if is_lit else (LINE, 1.4)
    dashes = ' stroke-dasharray="5 4"' if arrow.is_rest and not is_lit else ""
    dim = ' opacity="0.5"' if has_way and not is_lit else ""
    head = "lit" if is_lit else "plain"
    parts = [
        f"<g{dim}>",
        f'<path d="{_path(curve)}" fill="none" stroke="{colour}" stroke-width="{thick}"{dashes} '
        f'marker-end="url(#{head})"/>',
    ]
    if curve.label:
        parts += _label(arrow, curve.label, colour if is_lit else "#333333", is_lit)
    return "\n".join([*parts, "</g>"])


def _path(curve: Curve) -> str:
    first, *others = curve.points
    words = [f"M{first[0]:.1f},{first[1]:.1f}"]
    for index in range(0, len(others) - 2, 3):
        words.append("C" + " ".join(f"{x:.1f},{y:.1f}" for x, y in others[index : index + 3]))
    return " ".join(words)


def _label(arrow: Arrow, at: Point, colour: str, is_lit: bool) -> Iterator[str]:
    lines = label_lines(arrow)
    top = at[1] - (len(lines) - 1) * LABEL_PX * LEAD / 2 + LABEL_PX * 0.35
    for index, line in enumerate(lines):
        y = top + index * LABEL_PX * LEAD
        yield _words(
            at[0], y, line, LABEL_PX, colour=colour, anchor="middle", weight=600 if is_lit else 400, halo=True
        )


# -- around it


def _legend(drawn: Drawn, has_way: bool) -> Iterator[str]:
    """Only what is in the drawing."""
    yield '<line x1="0" y1="-26" x2="60" y2="-26" stroke="#dddddd"/>'
    x = 0.0
    for look in _looks(drawn):
        paint = f'fill="{look.ground}" stroke="{look.ink}"'
        yield f'<rect x="{x:.1f}" y="-9" width="14" height="14" rx="3" {paint}/>'
        yield _words(x + 20, 3, look.title, 12, colour="#333333")
        x += 20 + width_of(look.title, 12) + 16
    yield f'<line x1="{x:.1f}" y1="-2" x2="{x + 24:.1f}" y2="-2" stroke="{LINE}" stroke-dasharray="5 4"/>'
    yield _words(x + 30, 3, "rest", 12, colour="#333333")
    if has_way:
        x += 30 + width_of("rest", 12) + 16
        yield f'<line x1="{x:.1f}" y1="-2" x2="{x + 24:.1f}" y2="-2" stroke="{PATH}" stroke-width="3.4"/>'
        yield _words(x + 30, 3, "the call's way, step by step", 12, colour="#333333")


def _legend_width(drawn: Drawn, has_way: bool) -> float:
    looks = sum(36 + width_of(look.title, 12) for look in _looks(drawn))
    return looks + 90 + (46 + width_of("the call's way, step by step", 12) if has_way else 0)


def _looks(drawn: Drawn) -> list[Look]:
    return list(dict.fromkeys(look_of(box.kind) for box in drawn.boxes if box.id != START))


def _defs() -> str:
    heads = (("plain", LINE, 7.0), ("lit", PATH, 3.3))
    markers = "".join(
        f'<marker id="{name}" viewBox="0 0 10 10" refX="1" refY="5" markerWidth="{size}" '
        f'markerHeight="{size}" orient="auto"><path d="M0,0 L10,5 L0,10 z" fill="{colour}"/></marker>'
        for name, colour, size in heads
    )
    return f"<defs>{markers}</defs>"


def _words(
    x: float,
    y: float,
    words: str,
    size: float,
    *,
    colour: str = "#1a1a1a",
    weight: int = 400,
    anchor: str = "start",
    halo: bool = False,
) -> str:
    around = (
        ' stroke="#ffffff" stroke-width="3.5" paint-order="stroke" stroke-linejoin="round"' if halo else ""
    )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}"{around}>{text(words)}</text>'
    )


__all__ = ["text", "write_svg"]
