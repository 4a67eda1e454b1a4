import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.inventory.safety import (
    implied_service_level,
    rule_safety_stock,
    safety_stock,
)


def test_safety_stock_is_the_textbook_formula():
    # z(95 %) = 1.6449; sigma 4 a day over 25 days: 1.6449 * 5 * 4
    assert safety_stock(4, 25) == pytest.approx(32.897, abs=0.001)
    # With a delivery that varies by 3 days at 10 a day: 1.6449 * sqrt(25*16 + 900)
    assert safety_stock(4, 25, daily_units=10, lead_spread=3) == pytest.approx(59.306, abs=0.001)


def test_the_house_rule_is_one_and_a_half_months():
    assert rule_safety_stock(300, 1.5) == 450  # DOMAIN R07


def test_the_rule_says_which_service_it_buys():
    assert implied_service_level(32.897, 4, 25) == pytest.approx(0.95, abs=1e-4)
    # The same stock when deliveries vary, too: 32.897 / 36.056 is 0.9124 spreads.
    level = implied_service_level(32.897, 4, 25, daily_units=10, lead_spread=3)
    assert level == pytest.approx(0.8192, abs=1e-3)
    assert implied_service_level(10, 0, 25) is None


@given(
    st.floats(0.1, 50), st.floats(1, 120), st.floats(0, 100), st.floats(0, 30),
    st.floats(0.5, 0.999),
)  # fmt: skip
def test_each_formula_undoes_the_other(spread, lead, daily, late, service):
    noises = {"daily_units": daily, "lead_spread": late}
    stock = safety_stock(spread, lead, service_level=service, **noises)
    assert implied_service_level(stock, spread, lead, **noises) == pytest.approx(service)
