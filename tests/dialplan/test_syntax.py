"""YAML that is none is told in words for people, at the place where the mistake begins."""

from __future__ import annotations

import pytest

from dialplan.document import compose

GOOD = """\
title: Care
start: ask
nodes:
  ask:
    menu: choose
    keys: {1: bye}
    rest: bye
  bye: {hangup: normal}
"""

OPEN = 'the "{" that begins here lacks its "}", or a ","'
SIGN = 'nothing can begin with "%"; put the value in quotes'
ALONE = 'a ": " cannot stand here; quote a value that holds one, or indent this line as its like'
SLIPS = {
    "a key indented too much": ("    keys", "     keys", 6, 10, ALONE),
    "a key indented too little": (
        "    keys",
        "   keys",
        6,
        4,
        "this line is not indented as those it belongs to; from line 4 on they begin in column 3",
    ),
    "a brace that is not closed": ("{1: bye}", "{1: bye", 6, 11, OPEN),
    "a list that is not closed": ("{1: bye}", "[1, 2", 6, 11, OPEN.replace("{", "[").replace("}", "]")),
    "a brace at the end of the file": (
        "normal}",
        "normal",
        8,
        8,
        OPEN,
    ),
    "a brace too many": ("normal}", "normal}}", 8, 24, 'there is a "}" too many'),
    "a key without its colon": ("start: ask", "start ask", 2, 1, 'a key is to be followed by ": "'),
    "a colon without its space": ("start: ask", "start:ask", 2, 1, 'a key is to be followed by ": "'),
    "a colon in a value": ("Care", "Care: the line", 1, 12, ALONE),
    "a sign that begins nothing": ("Care", "%Care", 1, 8, SIGN),
    "a quote that does not end": ("Care", '"Care', 1, 8, "the quote that begins here does not end"),
    "words after a quote": (
        "Care",
        '"Care" line',
        1,
        15,
        "this does not belong to the value before it; put the whole value in quotes",
    ),
    "two commas": ("1: bye}", "1: bye,, 2: bye}", 6, 19, 'a value is expected here, not ","'),
    "a tab": ("    keys", "\tkeys", 6, 1, "a tab stands here; indent with spaces"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_where_it_begins(name: str) -> None:
    right, wrong, line, column, words = SLIPS[name]
    assert right in GOOD
    _, faults = compose("plan.yaml", GOOD.replace(right, wrong, 1))
    assert [str(fault) for fault in faults] == [f"plan.yaml:{line}:{column}: not YAML: {words}"]
