"""The bench's arithmetic: what it says of a set of measurements, and how it looks for a limit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Search, cost_ms, middle, percentile, ratio, ratio_of_rounds, spread

FIGURES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile(range(1, 201), 0.99) == 198
    assert percentile([7.0], 0.99) == 7.0


def test_of_a_few_values_the_99th_percentile_is_the_worst() -> None:
    assert percentile([1.0, 2.0, 500.0], 0.99) == 500.0


def test_nothing_measured_is_said_to_be_no_number() -> None:
    assert math.isnan(percentile([], 0.99))
    assert math.isnan(middle([]))
    assert math.isnan(middle([math.nan]))
    assert math.isnan(ratio(1.0, 0.0))
    assert math.isnan(spread([]).p99)


@given(FIGURES)
def test_so_many_values_lie_at_or_below_a_percentile(values: list[float]) -> None:
    limit = percentile(values, 0.9)
    assert limit in values
    assert sum(value <= limit for value in values) >= 0.9 * len(values) - 1e-6


def test_what_slows_a_whole_round_cancels_in_the_ratio() -> None:
    native, service = [20.0, 40.0, 20.0], [25.0, 50.0, 25.0]
    assert ratio_of_rounds(service, native) == pytest.approx(1.25)
    assert middle(service) / middle(native) == pytest.approx(1.25)
    one_bad_round = [25.0, 50.0, 75.0]
    assert ratio_of_rounds(one_bad_round, native) == pytest.approx(1.25)


def test_a_reference_with_fewer_rounds_is_compared_where_both_were_measured() -> None:
    assert ratio_of_rounds([10.0, 30.0, 99.0], [40.0, 120.0]) == pytest.approx(0.25)


def test_what_the_house_uses_when_idle_is_no_cost_of_calls() -> None:
    assert cost_ms(busy_s=5.0, idle_rate=0.1, lasted_s=10.0, calls=200) == pytest.approx(20.0)


def test_the_welcome_is_told_by_its_middle_its_tail_and_its_worst() -> None:
    told = spread([float(value) for value in range(1, 101)])
    assert (told.count, told.p50, told.p99, told.most) == (100, 50.0, 99.0, 100.0)


@pytest.mark.parametrize("limit", [3.0, 9.0, 20.0, 41.0, 333.0])
def test_the_search_finds_the_limit_within_one_step(limit: float) -> None:
    search, asked = Search(start=20.0), 0
    while not search.is_over:
        asked += 1
        search.tell(search.rate <= limit)
    assert search.best <= limit < search.ceiling
    assert search.ceiling == pytest.approx(search.best * search.step)
    assert asked < 60


def test_one_hiccup_of_the_machine_is_no_limit() -> None:
    search = Search(start=20.0)
    search.tell(False)
    assert search.rate == 20.0 and search.ceiling == math.inf
    search.tell(True)
    assert search.best == 20.0 and search.rate > 20.0


def test_a_search_that_was_cut_short_still_says_what_held() -> None:
    search = Search(start=20.0)
    assert search.best == 0.0
    search.tell(True)
    search.tell(True)
    assert search.best == pytest.approx(20.0 * 1.06**4) and not search.is_over
