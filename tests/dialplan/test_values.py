"""Variables: set, copied from the system, branched on, and shared out by chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from paper import NUMBER, PaperCall, at, small

from dialplan.engine import CallFacts, begin
from dialplan.run import Run
from dialplan.variables import SYSTEM, all_values

SET = """
    start: note
    nodes:
      note:
        set:
          priority: high
          from: $caller
          about: "$brand, $weekday at $time: $$5"
        next: swap
      swap: {set: {priority: $from, from: $priority}, next: say}
      say: {announce: ["$about:digits", "$caller:phone"], next: bye}
      bye: {hangup: normal}
"""


class TestSet:
    def test_texts_and_variables_of_the_system_are_kept(self) -> None:
        call = PaperCall(small(SET))
        assert call.state.variables == {
            "priority": "+32470000099",
            "from": "high",
            "about": "Acme, Mon at 10:00: $5",
        }, "and a swap works: all are read before any is set"
        assert call.hears[:2] == ["nl:digits Acme, Mon at 10:00: $5", "nl:phone +32470000099"]

    def test_the_trace_says_what_was_written_and_not_the_caller(self) -> None:
        why = PaperCall(small(SET)).hops[0].why
        assert why == 'set priority = "high", from = "$caller", about = "$brand, $weekday at $time: $5"'


def test_every_variable_of_the_system_has_a_value() -> None:
    configuration = small(SET)
    call = CallFacts("c1", NUMBER, "+3222000000", "Somebody")
    state = begin(configuration, call, at("2026-11-23 10:00")).state
    values = all_values(Run(configuration, configuration.brands["acme"], state, at("2026-11-23 10:00")))
    assert {name: values[name] for name in SYSTEM} == {
        "call": "c1",
        "caller": "+3222000000",
        "caller_shown": "02 200 00 00",
        "caller_name": "Somebody",
        "caller_kind": "fixed",
        "country": "BE",
        "zone": "brussels",
        "dialled": "+3232055582",
        "group": "acme",
        "brand": "Acme",
        "brand_id": "acme",
        "plan": "main",
        "node": "say",
        "language": "bi",
        "at": "2026-11-23T10:00:00+01:00",
        "date": "2026-11-23",
        "time": "10:00",
        "hour": "10",
        "weekday": "Mon",
    }
    assert all(variable.says for variable in SYSTEM.values())


SWITCH = """
    start: note
    nodes:
      note: {set: {value: "VALUE"}, next: which}
      which:
        switch: $value
        cases:
          "465": a
          100..199: b
          "32*": c
          gold, Silver: d
          "": e
        rest: f
      a: {hangup: 41}
      b: {hangup: 42}
      c: {hangup: 43}
      d: {hangup: 44}
      e: {hangup: 45}
      f: {hangup: 46}
"""


@pytest.mark.parametrize(
    ("value", "exit_", "why"),
    [
        ("465", "465", '$value fits "465"'),
        ("100", "100..199", '$value fits "100..199"'),
        ("199", "100..199", '$value fits "100..199"'),
        ("00150", "100..199", '$value fits "100..199"'),
        ("200", "rest", '$value fits none of 465, 100..199, 32*, gold, Silver, ""'),
        ("3299", "32*", '$value fits "32*"'),
        (" SILVER ", "gold, Silver", '$value fits "gold, Silver"'),
        ("", "", "$value has no value"),
        ("²", "rest", '$value fits none of 465, 100..199, 32*, gold, Silver, ""'),
    ],
)
def test_a_switch_takes_the_first_case_that_fits(value: str, exit_: str, why: str) -> None:
    call = PaperCall(small(SWITCH.replace("VALUE", value)))
    assert (call.hops[1].exit, call.hops[1].why) == (exit_, why)


def test_a_switch_on_the_system_and_without_a_value() -> None:
    plan = """
        start: which
        nodes:
          which: {switch: $zone, cases: {brussels: a, "*": b}, rest: c}
          a: {hangup: 41}
          b: {hangup: 42}
          c: {hangup: 43}
    """
    ends = {"+3222000000": 41, "+3293300000": 42, None: 43}
    for caller, end in ends.items():
        assert PaperCall(small(plan), caller=caller).hung_up == end
    assert PaperCall(small(plan), caller=None).hops[0].why == "$zone has no value"


SHARES = """
    start: first
    nodes:
      first: {percentage: {a: 70 %, b: 30 %}}
      a: {set: {side: a}, next: second}
      b: {set: {side: b}, next: second}
      second: {percentage: {c: 50, d: 25.5 %, e: "24,5 %"}}
      c: {hangup: 41}
      d: {hangup: 42}
      e: {hangup: 43}
"""


class TestPercentage:
    CALLS = 4000

    def test_each_way_gets_its_share_and_two_splits_are_independent(self) -> None:
        configuration = small(SHARES)
        met: Counter[tuple[str, str]] = Counter()
        for each in range(self.CALLS):
            facts = CallFacts("c", NUMBER, None, chance=(each + 0.5) / self.CALLS)
            step = begin(configuration, facts, at("2026-11-23 10:00"))
            met[step.hops[0].exit, step.hops[2].exit] += 1
        for first, share in (("a", 0.7), ("b", 0.3)):
            for second, part in (("c", 0.5), ("d", 0.255), ("e", 0.245)):
                assert met[first, second] / self.CALLS == pytest.approx(share * part, abs=0.03)

    def test_the_same_call_goes_the_same_way_and_the_trace_says_so(self) -> None:
        configuration = small(SHARES)
        facts = CallFacts("c", NUMBER, None, chance=0.123)
        first, second = (begin(configuration, facts, at("2026-11-23 10:00")) for _ in range(2))
        assert first == second
        share = {"a": "70 %", "b": "30 %"}[first.hops[0].exit]
        assert first.hops[0].why == f"chance sends {share} this way"
        other = replace(facts, id="another")
        assert begin(configuration, other, at("2026-11-23 10:00")).hops[0].exit == first.hops[0].exit
