"""How much room words take, without a font at hand: near enough for boxes to fit them."""

from __future__ import annotations

from dialplan.drawing.graph import START, Arrow, Box, exit_in_words, wrap

NARROW, WIDE = frozenset("iIlj.,:;'|!ft()[]/ -"), frozenset("mwMW@%…")
NAME_PX, LINE_PX, KIND_PX, LABEL_PX = 15.0, 12.0, 11.0, 11.5
PAD_PX, LEAD = 14.0, 1.35
LEAST_PX = 128.0
LABEL_SIGNS = 22


def width_of(text: str, size_px: float) -> float:
    """Pixels of a line of text, on the safe side."""
    ems = sum(0.36 if sign in NARROW else 0.92 if sign in WIDE else 0.6 for sign in text)
    return ems * size_px


def box_size(box: Box) -> tuple[float, float]:
    """Width and height of a box, pixels."""
    if box.id == START:
        return 64.0, 28.0
    widths = [width_of(box.id, NAME_PX * 1.04), width_of(box.kind, KIND_PX) + 26.0]
    widths += [width_of(line, LINE_PX) for line in box.lines]
    height = PAD_PX * 1.7 + KIND_PX + NAME_PX * LEAD + len(box.lines) * LINE_PX * LEAD
    return max(LEAST_PX, max(widths) + 2 * PAD_PX), height


def label_lines(arrow: Arrow) -> list[str]:
    """What stands on an arrow; `next` goes without saying."""
    names = [exit_in_words(name) for name in arrow.exits if name != "next"]
    return wrap(", ".join(names), LABEL_SIGNS) if names else []


def label_size(arrow: Arrow) -> tuple[float, float]:
    """Width and height of what stands on an arrow, pixels; 0 when nothing does."""
    lines = label_lines(arrow)
    if not lines:
        return 0.0, 0.0
    return max(width_of(line, LABEL_PX) for line in lines) + 10.0, len(lines) * LABEL_PX * LEAD + 4.0
