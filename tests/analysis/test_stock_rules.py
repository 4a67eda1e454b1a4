import pytest

from helpers.analysis.stock import implied_service_level, rule_safety_stock, safety_stock


def test_safety_stock_is_the_textbook_formula():
    # z(95 %) = 1.6449; sigma 4 a day over 25 days: 1.6449 * 5 * 4
    assert safety_stock(4, 25) == pytest.approx(32.897, abs=0.001)
    # With a delivery that varies by 3 days at 10 a day: 1.6449 * sqrt(25*16 + 900)
    assert safety_stock(4, 25, daily_units=10, lead_spread=3) == pytest.approx(59.306, abs=0.001)


def test_the_house_rule_is_one_and_a_half_months():
    assert rule_safety_stock(300) == 450  # DOMAIN R07


def test_the_rule_says_which_service_it_buys():
    assert implied_service_level(32.897, 4, 25) == pytest.approx(0.95, abs=1e-4)
    assert implied_service_level(10, 0, 25) is None
