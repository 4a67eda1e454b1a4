import math
import random

import pytest

from helpers.analysis.forecast import bias, seasonal_naive, wape

# DOMAIN E2
ACTUAL, GUESSED = [100, 0, 50, 200], [90, 10, 60, 180]


def test_errors_are_the_golden_ones():
    assert wape(ACTUAL, GUESSED) == pytest.approx(0.14285714285714285)
    assert 1 - wape(ACTUAL, GUESSED) == pytest.approx(0.8571428571428572)
    assert bias(ACTUAL, GUESSED) == pytest.approx(-0.02857142857142857)
    assert wape([0, 0], [1, 2]) is None


def test_a_steady_season_is_forecast_exactly():
    year = [100.0, 80, 120, 90, 100, 110, 95, 105, 130, 140, 250, 200]
    series = year + [v * 1.1 for v in year] + [v * 1.21 for v in year]
    made = seasonal_naive(series, 14)
    assert made.values[0] == pytest.approx(133.1)
    assert made.values[10] == pytest.approx(250 * 1.331)
    assert made.values[12] == pytest.approx(100 * 1.1**4)
    assert made.lower[0] == pytest.approx(made.upper[0])


def test_less_than_two_seasons_and_a_month_give_no_forecast():
    assert seasonal_naive([10.0] * 24, 3) is None
    assert seasonal_naive([10.0] * 25, 3) is not None
    assert seasonal_naive([10.0] * 24 + [0.0], 3) is None


def test_the_range_holds_what_it_promises():
    """An 80 % range must hold about 80 % of what comes (3 standard errors over 600 series)."""
    chance = random.Random(11)
    held = 0
    for _ in range(600):
        series = [
            100 * math.exp(0.5 * math.sin(month / 6 * math.pi) + chance.gauss(0, 0.1))
            for month in range(37)
        ]
        made = seasonal_naive(series[:-1], 1)
        held += made.lower[0] <= series[-1] <= made.upper[0]
    assert 0.72 <= held / 600 <= 0.88
