import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.expectation import expect
from helpers.analysis.signal import (
    CONFIDENCE,
    MINIMUM_SEASONS,
    false_discoveries,
    judge_pairs,
    judge_series,
    xmr_limits,
)
from laws import examples

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


def test_eight_on_one_side_are_counted_back_from_the_last():
    limits = xmr_limits(POINTS)  # its mean is 50.73
    assert limits.run([40, *[51] * 8]) == 8
    assert limits.run([60, *[50] * 8]) == -8
    assert limits.run([50, 52, 50.9, 51]) == 3
    assert limits.run([]) == 0


YEAR = [100, 90, 95, 100, 105, 100, 95, 100, 110, 120, 220, 180]
#: Chance of five per cent, fixed; no month has the same luck twice.
LUCK = np.random.default_rng(20).normal(0, 0.05, 60)


def company(months, growth=0.10, luck=LUCK):
    """A shop with a season that grows: months of sales, oldest first."""
    return [
        YEAR[month % 12] * (1 + growth) ** (month / 12) * math.exp(luck[month])
        for month in range(months)
    ]


def test_a_season_is_no_signal_once_two_years_are_known():
    november = company(35)
    judged = judge_series(november, 12)
    assert (judged.method, judged.signal) == ("seasonal", "noise")
    assert judged.lower < november[-1] < judged.upper
    assert judged.points == 34
    # Half of it is missing: that is news, although 133 is an ordinary value for other months.
    fallen = judge_series([*november[:-1], 133.0], 12)
    assert (fallen.signal, fallen.reason) == ("signal_down", "outside_limits")
    assert fallen.p_value < 0.0001
    # ln(133 / 265) is -0.69: about 14 times the chance of five per cent.
    assert -20 < fallen.size < -9
    assert fallen.expected == pytest.approx(220 * 1.1 ** (34 / 12), rel=0.12)


def test_a_third_more_in_the_same_month_is_seen_and_an_eighth_is_not():
    past = company(35)
    assert judge_series([*past, 180 * 1.1 ** (35 / 12) * 1.33], 12).signal == "signal_up"
    assert judge_series([*past, 180 * 1.1 ** (35 / 12) * 1.12], 12).signal == "noise"


def test_below_two_seasons_nothing_is_tested_however_large_the_change():
    judged = judge_series([*company(23), 5000.0], 12)
    assert (judged.signal, judged.reason, judged.points) == (
        "not_enough_data", "too_little_history", 23,
    )  # fmt: skip
    assert judge_series([*company(24), 5000.0], 12).signal == "signal_up"
    assert MINIMUM_SEASONS == 2


def test_without_a_season_the_limits_are_those_of_the_chart():
    judged = judge_series([*POINTS, 70], None)
    assert (judged.method, judged.signal) == ("plain", "signal_up")
    assert judged.upper == pytest.approx(59.505272727272725, rel=1e-3)
    assert judged.points == 11
    # (70 - 50.727) / (3.3 / 1.128): 2.66 is 3 / 1.128.
    assert judged.size == pytest.approx(6.59, abs=0.01)


@pytest.mark.parametrize("values", [[], [None], [1, 2, 3], [*POINTS, None]])
@pytest.mark.parametrize("season", [12, None])
def test_too_little_history_is_not_judged(values, season):
    judged = judge_series(values, season)
    assert (judged.signal, judged.is_judged) == ("not_enough_data", False)
    assert judged.reason in ("no_value", "too_little_history")


def test_what_never_varied_has_no_measure_of_chance():
    assert judge_series([100.0] * 30 + [101.0], 12).reason == "no_variation"


def test_what_cannot_be_negative_has_no_normal_range_below_nought():
    judged = judge_series([40, 0, 40, 0, 40, 0, 40, 0, 20], None)
    assert judged.lower == 0.0


def test_the_odd_day_of_a_leap_year_is_no_change():
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 3
    days[25] = 29  # February of the third year
    luck = np.zeros(60)
    luck[::3], luck[1::3] = 0.002, -0.002
    sales = [day * math.exp(luck[month]) for month, day in enumerate(days)][:26]
    assert judge_series(sales, 12).signal == "signal_up"
    assert judge_series(sales, 12, exposure=days[:26]).signal == "noise"


def test_a_feast_that_moved_is_no_change_once_the_model_knows_it():
    # A feast that adds 60 % moves from February to January in the third year.
    share = np.zeros(37)
    share[[1, 13, 24, 36]] = 1.0
    sales = [100 * math.exp(LUCK[m] * 0.4 + 0.47 * share[m]) for m in range(25)]
    assert judge_series(sales, 12).signal == "signal_up"
    assert judge_series(sales, 12, events=[share[:25].tolist()]).signal == "noise"


def test_a_change_of_level_shows_in_several_months_before_it_shows_in_one():
    luck = LUCK.copy()
    luck[36:] = LUCK[:24] * 0.6 + 0.13
    lifted = company(40, luck=luck)
    assert judge_series(lifted, 12, confidence=0.99).signal == "noise"
    assert judge_series(lifted, 12, tested=4, confidence=0.99).signal == "signal_up"


def test_an_earlier_exception_does_not_widen_the_limits():
    calm = company(36)
    struck = [*calm]
    struck[17] *= 0.3  # the warehouse burnt
    found = [
        expect([math.log(value) for value in values], 12).limits(0.99) for values in (calm, struck)
    ]
    assert (found[1][1] - found[1][0]) < 1.25 * (found[0][1] - found[0][0])
    assert expect([math.log(value) for value in struck], 12).exceptions == (17,)


@examples(25)
@given(st.integers(0, 10_000), st.floats(0.01, 1000), st.floats(-0.02, 0.02))
def test_neither_the_currency_nor_a_steady_growth_changes_a_verdict(seed, factor, growth):
    luck = np.random.default_rng(seed).normal(0, 0.1, 37)
    sales = company(31, luck=luck)
    first = judge_series(sales, 12)
    other = judge_series(
        [value * factor * math.exp(growth * month) for month, value in enumerate(sales)], 12
    )
    assert other.p_value == pytest.approx(first.p_value, rel=1e-4, abs=1e-9)
    scale = factor * math.exp(growth * 30)
    assert other.lower == pytest.approx(first.lower * scale, rel=1e-4)
    assert other.upper == pytest.approx(first.upper * scale, rel=1e-4)
    # The verdict, the p-value and the limits say the same.
    assert (first.signal == "noise") == (first.lower <= sales[-1] <= first.upper)
    assert (first.signal == "noise") == (first.p_value >= 1 - CONFIDENCE)


@pytest.mark.parametrize(("months", "spread"), [(24, 0.05), (36, 0.15)])
def test_quiet_shops_raise_as_many_alarms_as_promised(months, spread):
    rng = np.random.default_rng(months)
    chances = []
    for _ in range(300):
        season = rng.normal(0, rng.uniform(0, 0.3), 12)[np.arange(months + 1) % 12]
        trend = rng.normal(0.01, 0.01) * np.arange(months + 1)
        logs = season + trend + rng.normal(0, spread, months + 1)
        chances.append(expect(logs.tolist(), 12).p_value(logs[-1]))
    # Of 300, 15 are expected below 0.05 and 3 below 0.01; more than 27 or 10 would be no luck.
    assert sum(chance < 0.05 for chance in chances) <= 27
    assert sum(chance < 0.01 for chance in chances) <= 10
    # And the test is not blind: a tenth lies below a tenth.
    assert 12 <= sum(chance < 0.1 for chance in chances) <= 48


def test_a_year_is_judged_by_the_growth_its_months_share():
    before = [100.0] * 12
    steady = [105.0, 106, 104, 105, 107, 103, 105, 106, 104, 105, 106, 104]
    judged = judge_pairs(before, steady)
    assert (judged.signal, judged.points) == ("signal_up", 12)
    lucky = [100.0, 99, 101, 100, 98, 102, 100, 99, 101, 100, 100, 190]
    assert judge_pairs(before, lucky).signal == "noise"
    assert judge_pairs(before[:5], steady[:5]).reason == "too_little_history"


def test_q_values_are_the_textbook_ones():
    # Benjamini and Hochberg (1995), section 3.1: at 0.05 the first four of fifteen are found.
    told = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
            0.4262, 0.5719, 0.6528, 0.7590, 1.0000]  # fmt: skip
    found = false_discoveries(told)
    assert [q <= 0.05 for q in found] == [True] * 4 + [False] * 11
    # The fourth: 0.0095 * 15 / 4.
    assert found[3] == pytest.approx(0.035625)
    assert false_discoveries([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.randoms())
def test_q_values_keep_the_order_and_never_flatter(chances, shuffler):
    found = false_discoveries(chances)
    for q, chance in zip(found, chances, strict=True):
        assert chance - 1e-12 <= q <= 1
    ranked = sorted(zip(chances, found, strict=True))
    assert all(one[1] <= two[1] + 1e-12 for one, two in pairwise(ranked))
    order = list(range(len(chances)))
    shuffler.shuffle(order)
    assert false_discoveries([chances[place] for place in order]) == [found[p] for p in order]
    assert false_discoveries(chances, [7.0] * len(chances)) == pytest.approx(found)


def test_weights_let_the_larger_shop_be_heard_first():
    plain = false_discoveries([0.02, 0.02, 0.5, 0.9])
    weighted = false_discoveries([0.02, 0.02, 0.5, 0.9], [8, 1, 1, 1])
    assert weighted[0] < plain[0]
