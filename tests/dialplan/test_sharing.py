"""Plans that are nearly copies share what is equal, and callers of each meet what their own plan says."""

from __future__ import annotations

import pickle

from paper import NUMBER, PaperCall, small

from dialplan.commands import Dial, Play
from dialplan.model import Configuration

PLAN = """
    start: hello
    nodes:
      hello: {announce: please-hold, next: LATER}
      choose: {menu: choose-language, keys: {1: ring}, tries: 2, rest: ring}
      ring: {destination: $brand.office, ring: 20 s, exits: {busy: sorry}, rest: bye}
      sorry: {announce: all-agents-busy, next: bye}
      bye: {hangup: normal}
"""
COPY, OTHER = PLAN.replace("LATER", "choose"), PLAN.replace("LATER", "choose").replace("20 s", "21 s")
UNASKED = COPY.replace("tries: 2", "tries: 2, type-ahead: no")
CALLED = {"copy": "+3232055583", "other": "+3232055584", "unasked": "+3232055585"}
BRANDS = f"""
    acme:
      title: Acme
      welcome: welcome-fuzer
      spoken: brand-fuzer
      mailboxes: [support@example.com]
      accepted_to: who@example.com
      office: office
      numbers:
        - {{number: {NUMBER}, plan: main}}
        - {{number: {CALLED["copy"]}, plan: copy}}
        - {{number: {CALLED["other"]}, plan: other}}
        - {{number: {CALLED["unasked"]}, plan: unasked}}
"""


def test_copies_are_one_and_what_differs_is_apart() -> None:
    plans = house().plans
    assert plans["copy"].nodes is plans["main"].nodes
    assert plans["other"].nodes == {**plans["main"].nodes, "ring": plans["other"].nodes["ring"]}
    shared = [name for name, node in plans["other"].nodes.items() if node is plans["main"].nodes[name]]
    assert shared == ["choose", "bye"], "an announce node looks at what follows it in its own plan"
    assert plans["other"].nodes["ring"] != plans["main"].nodes["ring"]


def test_callers_of_each_meet_their_own_plan() -> None:
    configuration = pickle.loads(pickle.dumps(house()))  # as it comes from the process that has built it
    listening, ringing = {}, {}
    for name, number in {"main": NUMBER, **CALLED}.items():
        call = PaperCall(configuration, number)
        assert isinstance(call.asked, Play)
        listening[name] = call.asked.listens
        call.listens().keys("1")
        assert isinstance(call.asked, Dial)
        ringing[name] = call.asked.ring_s
        assert [hop.plan for hop in call.hops] == [name, name]
    assert listening == {"main": True, "copy": True, "other": True, "unasked": False}
    assert ringing == {"main": 20, "copy": 20, "other": 21, "unasked": 20}


def house() -> Configuration:
    return small(COPY, brands=BRANDS, plans__copy=COPY, plans__other=OTHER, plans__unasked=UNASKED)
