import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.attainment import attained, run_rate
from helpers.vocabulary.units import Direction

SHARES = [0.06, 0.05, 0.07, 0.07, 0.07, 0.08, 0.08, 0.08, 0.09, 0.09, 0.15, 0.11]


def test_run_rate_is_the_golden_one():
    # DOMAIN E3
    rate = run_rate(12_000_000, 6_200_000, 7, SHARES)
    assert rate.attainment == pytest.approx(0.516667, abs=1e-6)
    assert rate.expected == pytest.approx(5_760_000)
    assert rate.pace_index == pytest.approx(1.076389, abs=1e-6)
    assert rate.landing == pytest.approx(12_916_666.67, abs=0.01)
    assert rate.linear_landing == pytest.approx(10_628_571.43, abs=0.01)
    assert rate.required_average == pytest.approx(1_160_000)
    assert [round(month) for month in rate.required_by_month] == [
        892_308, 1_003_846, 1_003_846, 1_673_077, 1_226_923,
    ]  # fmt: skip


@given(
    st.floats(1, 1e9),
    st.floats(0, 1e9),
    st.integers(0, 12),
    st.lists(st.floats(0.01, 1), min_size=12, max_size=12),
    st.floats(0, 0.99),
)
def test_what_is_required_fills_the_gap(target, so_far, done, shares, part):
    rate = run_rate(target, so_far, done, shares, part)
    if done == 12:
        assert rate.required_by_month == ()
        assert rate.required_average is None
    else:
        gap = max(target - so_far, 0)
        assert math.fsum(rate.required_by_month) == pytest.approx(gap, rel=1e-9, abs=1e-6)


def test_a_running_month_counts_by_its_days():
    # Half of August on top of the golden case: 0.48 + 0.04 of the year.
    rate = run_rate(12_000_000, 6_240_000, 7, SHARES, 0.5)
    assert rate.expected == pytest.approx(6_240_000)
    assert rate.pace_index == pytest.approx(1.0)
    assert len(rate.required_by_month) == 5


def test_attainment_reads_the_direction():
    assert attained(90, 100, Direction.HIGHER_IS_BETTER) == pytest.approx(0.9)
    assert attained(0.04, 0.05, Direction.LOWER_IS_BETTER) == pytest.approx(1.25)
    assert attained(None, 100, Direction.HIGHER_IS_BETTER) is None
    assert attained(5, 0, Direction.HIGHER_IS_BETTER) is None
