"""Numbers as each language writes them; a missing one is never 0."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.vocabulary.units import Direction, Status
from helpers.vocabulary.wording import scaled, write_change, write_missing, write_value


@pytest.mark.parametrize(
    ("size", "en", "zh"),
    [
        (0, "0", "0"),
        (0.5, "0.50", "0.50"),
        (999, "999", "999"),
        (999.999, "1,000", "1,000"),
        (9999.6, "10.0k", "1.00万"),
        (12345, "12.3k", "1.23万"),
        (999_999, "1.00m", "100.0万"),
        (123_456_789, "123.5m", "1.23亿"),
        (2_500_000_000, "2.50bn", "25.0亿"),
    ],
)
def test_large_numbers(size, en, zh):
    assert (scaled(size, "en"), scaled(size, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("value", "unit", "currency", "en", "zh"),
    [
        (-1234.5, "money", "EUR", "−€1,234", "−€1,234"),
        (1509496.33, "money", "CNY", "CN¥1.51m", "¥150.9万"),
        (0.3069, "percent", "", "30.7%", "30.7%"),
        (0.0004, "percent", "", "0.04%", "0.04%"),
        (-0.00001, "percent", "", "0.00%", "0.00%"),
        (3.456, "times", "", "3.46×", "3.46×"),
        (42, "days", "", "42 days", "42天"),
    ],
)
def test_values_with_units(value, unit, currency, en, zh):
    assert write_value(value, unit, "en", currency) == en
    assert write_value(value, unit, "zh", currency) == zh


def test_missing_is_said_and_never_nought():
    assert write_value(None, "money", "en", "GBP") == "n/a (no source)"
    assert write_value(math.nan, "count", "zh") == "无数据（缺来源）"
    assert write_change(None, "money", "zh") == "无可比基期"
    assert len({write_missing(s, "zh") for s in Status if not s.has_value}) == 3


def test_changes_carry_their_sign():
    assert write_change(0.0, "money", "en") == "±0.0%"
    assert write_change(0.0004, "money", "en") == "+0.04%"
    assert write_change(-0.012, "percent", "en") == "−1.2 pp"


def test_direction_judges():
    assert Direction.HIGHER_IS_BETTER.judge(2) == 1
    assert Direction.LOWER_IS_BETTER.judge(2) == -1
    assert Direction.NEUTRAL.judge(2) == 0


@given(st.floats(0, 1e12))
def test_scaling_loses_no_more_than_its_last_figure(size):
    text = scaled(size, "en").replace(",", "")
    factor = {"k": 1e3, "m": 1e6, "n": 1e9}.get(text[-1], 1)
    shown = float(text.rstrip("bnmk")) * factor
    assert abs(shown - size) <= max(0.5, size * 0.0051)
