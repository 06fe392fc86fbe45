"""Plans drawn: every node and way is there, a call's way is lit, and no title can break the picture."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

import pytest
from paper import small

from asterisk.obtain import ObtainError, Package, Tree, default_cache, find_or_obtain
from dialplan.drawing.colours import OTHER, look_of
from dialplan.drawing.dot import read_layout, write_dot
from dialplan.drawing.graph import Lit, draw_plan, entrances_of, ways_of, wrap
from dialplan.drawing.svg import write_svg
from dialplan.model import Plan
from dialplan.nodes import KINDS
from dialplan.nodes.goto import Goto
from dialplan.source import load
from ivr.cli.drawing import ask_dot
from ivr.settings import ROOT

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text></svg><script>alert("1")</script> & \' \x00\x1b \ud800 𝔘'


@dataclass(frozen=True)
class Node:
    """A node of any kind."""

    kind: str
    exits: dict[str, str]
    words: tuple[str, ...] = ()
    into: str = ""
    seconds: float = field(default=0.0)


NODES = {
    "hours": Node("calendar", {"open": "menu", "closed": "night", "rest": "night"}),
    "menu": Node("menu", {"1": "desk", "9": "menu", "no-input": "desk", "rest": "desk"}, ("choose",)),
    "desk": Node("destination", {"busy": "bye", "limit": "bye", "rest": "sorry"}, ("agent-1", "agent-2")),
    "sorry": Node("announce", {"next": "bye", "rest": "bye"}, (HOSTILE,)),
    "night": Goto("night", "page"),
    "bye": Node("hangup", {}),
}
PLAN = Plan("day", HOSTILE, "hours", NODES)  # type: ignore[arg-type]
WAY = [
    Lit("day", "hours", "open", "it is open"),
    Lit("day", "menu", "9", "the caller chose 9"),
    Lit("day", "menu", "1", HOSTILE),
    Lit("day", "desk", "rest"),
    Lit("day", "sorry", "next"),
    Lit("day", "bye", "end"),
]


@pytest.fixture(scope="module")
def dot() -> Tree:
    """Graphviz, installed or unpacked."""
    try:
        return find_or_obtain(Package.GRAPHVIZ, default_cache())
    except ObtainError as fault:
        pytest.skip(str(fault))


def drawing(dot: Tree, plan: Plan, way: list[Lit], subtitle: str = "") -> ElementTree.Element:
    drawn = draw_plan(plan, way)
    layout = read_layout(ask_dot(dot, write_dot(drawn)), drawn)
    return ElementTree.fromstring(write_svg(drawn, layout, way, subtitle))


def texts(picture: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


def test_every_node_and_exit_is_there(dot: Tree) -> None:
    said = texts(drawing(dot, PLAN, []))
    assert set(NODES) <= set(said)
    assert {"busy, limit", "rest", "1, no-input", "9", "closed"} <= set(said)
    assert "→ night.page" in said and "agent-1, agent-2" in said
    assert {"speaks or listens", "decides", "rings people", "ends the call", "leads to another plan"} <= set(
        said
    )


def test_a_goto_is_a_link_to_the_other_drawing(dot: Tree) -> None:
    links = drawing(dot, PLAN, []).iter(f"{SVG}a")
    assert [link.get("href") for link in links] == ["night.svg"]


def test_a_calls_way_is_numbered_and_lit(dot: Tree) -> None:
    picture = drawing(dot, PLAN, WAY)
    said = texts(picture)
    assert {"1", "2, 3", "4", "5", "6"} <= set(said)
    assert "the call's way, step by step" in said
    lit = [path for path in picture.iter(f"{SVG}path") if path.get("marker-end") == "url(#lit)"]
    assert len(lit) == 6, "start, open, 9, 1, rest, next"
    tips = [element.text or "" for element in picture.iter(f"{SVG}title")]
    assert any("the caller chose 9" in tip for tip in tips)


def test_a_call_that_fell_out_of_the_plan_is_shown_with_its_last_person(dot: Tree) -> None:
    way = [Lit("day", "hours", "last-resort", "no rest"), Lit("day", "last-resort", "answered")]
    said = texts(drawing(dot, PLAN, way))
    assert "the plan's last person" in said and "last-resort" in said


ENTRANCES = """
    start: hello
    caller-limit: {starts: 3, within: 1 min, over: often}
    nodes:
      hello: {announce: please-hold, next: bye}
      often: {announce: lines-busy, next: bye}
      page: {page: standard, next: bye}
      bye: {hangup: normal}
"""


def test_every_way_into_the_middle_of_a_plan_is_drawn(dot: Tree) -> None:
    """Nothing floats: neither where a limit leads, nor where another plan does."""
    configuration = small(ENTRANCES, plans__other="start: go\nnodes:\n  go: {goto: main.page}\n")
    plan = configuration.plans["main"]
    entrances = entrances_of(configuration, "main")
    drawn = draw_plan(plan, (), entrances)
    assert {(arrow.source, arrow.target) for arrow in drawn.arrows if arrow.source not in plan.nodes} == {
        ("(start)", "hello"),
        ("over a limit", "often"),
        ("other.go", "page"),
    }
    layout = read_layout(ask_dot(dot, write_dot(drawn)), drawn)
    picture = ElementTree.fromstring(write_svg(drawn, layout, [], ""))
    assert {"over a limit", "other.go"} <= set(texts(picture))
    assert [link.get("href") for link in picture.iter(f"{SVG}a")] == ["other.svg"]


def test_no_text_is_anything_but_text(dot: Tree) -> None:
    picture = drawing(dot, PLAN, WAY, HOSTILE)
    assert not list(picture.iter(f"{SVG}script"))
    assert any("<script>" in said for said in texts(picture))


def test_names_never_reach_graphviz() -> None:
    assert re.fullmatch(r"[\x20-\x7e\n]*", write_dot(draw_plan(PLAN)))
    assert "script" not in write_dot(draw_plan(PLAN))


def test_the_shipped_plans_can_be_drawn(dot: Tree) -> None:
    for plan in load(ROOT / "config").configuration.plans.values():
        assert set(plan.nodes) <= set(texts(drawing(dot, plan, [])))


def test_an_answer_that_is_none_is_said() -> None:
    for answer in ("", "{}", '{"bb": "0,0,1,1", "objects": []}'):
        with pytest.raises(ValueError, match="Graphviz gave no layout"):
            read_layout(answer, draw_plan(PLAN))


def test_words_are_broken_between_words() -> None:
    assert wrap("all-agents-busy, please-hold, engineer-calls-back", 24) == [
        "all-agents-busy,",
        "please-hold,",
        "engineer-calls-back",
    ]
    assert wrap("x" * 40, 10) == ["xxxxxxxxx…"]


def test_every_kind_of_node_has_a_look() -> None:
    assert [kind for kind in KINDS if look_of(kind) is OTHER] == []


def test_the_exit_for_no_value_has_a_name_as_well() -> None:
    assert list(ways_of({"": "message", "1": "desk", "rest": "desk"})) == [('""', "message"), ("1", "desk")]
