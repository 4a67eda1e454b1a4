import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.signal import (
    difference_interval,
    judge_last,
    judge_rates,
    judge_series,
    trend_limits,
    wilson_interval,
    xmr_limits,
)

# DOMAIN E5
POINTS = [52, 47, 53, 51, 50, 49, 55, 48, 50, 52, 51]


def test_limits_are_the_golden_ones():
    limits = xmr_limits(POINTS)
    assert limits.mean == pytest.approx(50.72727272727273)
    assert limits.moving_range == pytest.approx(3.3)
    assert limits.upper == pytest.approx(59.505272727272725)
    assert limits.lower == pytest.approx(41.94927272727273)
    assert limits.range_limit == pytest.approx(10.7844)
    assert limits.judge(70) == "signal_up"
    assert limits.judge(41.9) == "signal_down"
    assert limits.judge(59.5) == "noise"
    assert abs(70 - 51) > limits.range_limit


def test_seven_points_give_no_limits():
    assert xmr_limits(POINTS[:7]) is None
    assert xmr_limits(POINTS[:8]) is not None


def test_no_moving_range_spans_a_gap():
    # Ranges 1 (10-11) and 1 (11-10) on either side; across the gap it would be 90.
    values = [10, 11, 10, 11, None, 101, 100, 101, 100, float("nan")]
    assert xmr_limits(values).moving_range == pytest.approx(1.0)
    assert xmr_limits(values).points == 8


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=40),
    st.floats(-1e5, 1e5),
    st.floats(0.01, 100),
)
def test_limits_move_and_stretch_with_the_scale(values, shift, factor):
    before = xmr_limits(values)
    after = xmr_limits([value * factor + shift for value in values])
    assert after.mean == pytest.approx(before.mean * factor + shift, rel=1e-6, abs=1e-3)
    width = before.upper - before.lower
    assert after.upper - after.lower == pytest.approx(width * factor, rel=1e-6, abs=1e-3)


def test_a_season_is_no_signal_once_two_years_are_known():
    year = [100, 90, 95, 100, 105, 100, 95, 100, 110, 120, 220, 180]
    wobble = [1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01, 0.99, 1.00, 1.02, 0.98, 1.00]
    second = [value * 1.1 * one for value, one in zip(year, wobble, strict=True)]
    november = [*year, *second, *(value * 1.21 for value in year[:11])]
    judged = judge_series(november, 12)
    assert (judged.method, judged.signal) == ("year_on_year", "noise")
    assert judged.lower < november[-1] < judged.upper
    # Half of it is missing: that is news, although 133 is an ordinary value for other months.
    fallen = judge_series([*november[:-1], 133.0], 12)
    assert fallen.signal == "signal_down"


def test_with_one_year_the_plain_values_are_judged_and_labelled():
    judged = judge_series([*POINTS, 70], 12)
    assert (judged.method, judged.signal) == ("plain", "signal_up")
    assert judged.upper == pytest.approx(59.505272727272725)
    assert judged.points == 11


@pytest.mark.parametrize("values", [[], [None], [1, 2, 3], [*POINTS, None]])
def test_too_little_history_is_not_judged(values):
    assert judge_series(values, 12).signal == "not_enough_data"


def test_what_cannot_be_negative_has_no_normal_range_below_nought():
    judged = judge_series([40, 0, 40, 0, 40, 0, 40, 0, 20], 12)
    assert judged.lower == 0.0


def test_wilson_interval_is_the_textbook_one():
    # 10 of 100, Newcombe (1998): 0.0552 to 0.1744
    low, high = wilson_interval(10, 100)
    assert (round(low, 4), round(high, 4)) == (0.0552, 0.1744)
    assert wilson_interval(0, 10)[0] == 0.0
    assert wilson_interval(0, 0) is None


@given(st.integers(1, 10_000), st.data())
def test_wilson_interval_holds_the_rate_and_stays_inside(trials, data):
    cases = data.draw(st.integers(0, trials))
    low, high = wilson_interval(cases, trials)
    assert 0 <= low <= cases / trials + 1e-12
    assert cases / trials - 1e-12 <= high <= 1


def test_difference_interval_is_newcombes():
    # Newcombe (1998), method 10, 56/70 against 48/80: 0.0524 to 0.3339
    low, high = difference_interval((48, 80), (56, 70))
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_rates_are_judged_by_their_interval():
    assert judge_rates((48, 80), (56, 70)).signal == "signal_up"
    assert judge_rates((56, 70), (48, 80)).signal == "signal_down"
    assert judge_rates((48, 80), (49, 80)).signal == "noise"
    assert judge_rates((20, 29), (2, 29)).signal == "not_enough_data"


@given(st.integers(30, 5000), st.integers(30, 5000), st.data())
def test_a_rate_is_a_signal_exactly_outside_its_normal_range(before, after, data):
    first = data.draw(st.integers(0, before)), before
    second = data.draw(st.integers(0, after)), after
    judged = judge_rates(first, second)
    rate = second[0] / second[1]
    if judged.signal == "noise":
        assert judged.lower - 1e-9 <= rate <= judged.upper + 1e-9
    elif judged.signal == "signal_up":
        assert rate >= judged.upper - 1e-9


def history(values, last_status="ok"):
    months = pd.date_range("2024-01-01", periods=len(values), freq="MS")
    status = ["ok"] * (len(values) - 1) + [last_status]
    return pd.DataFrame(
        {
            "metric": "gmv",
            "member": "",
            "month": months.strftime("%Y-%m"),
            "month_start": months,
            "value": values,
            "status": status,
        }
    )


def test_the_last_finished_month_is_judged_and_a_running_one_left_out():
    assert judge_last(history([*POINTS, 70.0]), "gmv").signal == "signal_up"
    assert judge_last(history([*POINTS, 50.0, 3.0], "preliminary"), "gmv").signal == "noise"


def test_level_lines_end_where_the_season_begins():
    assert trend_limits(history([*POINTS, 70.0])).upper == pytest.approx(59.505272727272725)
    assert trend_limits(history([50.0 + (m % 12) for m in range(25)])) is None
    assert math.isclose(trend_limits(history([0, 40] * 5 + [20.0])).lower, 0.0)
