"""Black and white lists."""

from __future__ import annotations

import pytest
from paper import PaperCall
from resources import with_resources

PLAN = """
    start: check
    nodes:
      check: {list: [blocked, hidden, from-a-file], exits: {listed: no}, next: welcome}
      no: {hangup: rejected}
      welcome: {hangup: normal}
"""


@pytest.mark.parametrize(
    ("caller", "why"),
    [
        ("+32470000098", 'the caller is in the list "blocked" by its number'),
        ("+32470000097",
         'the caller is in the list "blocked" by its number: abuse, until 2026-11-30'),
        ("+32900123456", 'the caller is in the list "blocked" by the prefix +32900: they never call'),
        ("+442079460000", 'the caller is in the list "blocked" by the prefix +4420'),
        (None, 'the caller is in the list "hidden" by showing no number'),
        ("+32470000096",
         'the caller is in the list "from-a-file" by its number: spam, until 2026-12-01 12:00'),
        ("+3281200000", 'the caller is in the list "from-a-file" by the prefix +3281'),
    ],
)  # fmt: skip
def test_who_is_listed_is_refused_and_the_trace_says_why(caller: str | None, why: str) -> None:
    call = PaperCall(with_resources(PLAN), caller=caller)
    assert call.hung_up == 21
    assert call.hops[0].exit == "listed" and call.hops[0].why == why


def test_who_is_not_listed_goes_on() -> None:
    call = PaperCall(with_resources(PLAN), caller="+32470000099")
    assert call.hung_up == 16
    assert call.hops[0].why == 'the caller is not in the list "blocked" or "hidden" or "from-a-file"'


def test_an_entry_ends_with_its_day_by_the_clock_of_the_desk() -> None:
    configuration = with_resources(PLAN)
    for when, end in (("2026-11-30 23:59", 21), ("2026-12-01 00:00", 16)):
        assert PaperCall(configuration, caller="+32470000097", when=when).hung_up == end, when
    for when, end in (("2026-12-01 11:59", 21), ("2026-12-01 12:00", 16)):
        assert PaperCall(configuration, caller="+32470000096", when=when).hung_up == end, when


def test_any_value_can_be_looked_for() -> None:
    plan = """
        start: ask
        nodes:
          ask: {collect: enter-customer-number, into: customer, digits: 3-6, next: gold, rest: bye}
          gold: {list: gold, value: $customer, exits: {listed: vip}, next: bye}
          vip: {hangup: 41}
          bye: {hangup: 16}
    """
    call = PaperCall(with_resources(plan)).keys("465")
    assert call.hung_up == 41 and call.hops[1].why == '$customer is in the list "gold" by its value'
    assert PaperCall(with_resources(plan)).keys("466").hung_up == 16
