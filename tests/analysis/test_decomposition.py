import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.decomposition import (
    logarithmic_mean,
    split_change,
    split_currency,
    split_price_volume_mix,
)

positive = st.floats(1e-6, 1e9)


def test_drivers_are_the_golden_ones():
    # DOMAIN E4
    before = {"visitors": 100_000, "cvr": 0.02, "aov": 50}
    after = {"visitors": 120_000, "cvr": 0.018, "aov": 55}
    effects = split_change(before, after)
    assert logarithmic_mean(118_800, 100_000) == pytest.approx(109130.24182082254)
    assert effects["visitors"] == pytest.approx(19896.795582073097)
    assert effects["cvr"] == pytest.approx(-11498.018552105155)
    assert effects["aov"] == pytest.approx(10401.222970032057)
    assert math.fsum(effects.values()) == pytest.approx(18_800, abs=1e-9)


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=5))
def test_effects_add_up_to_the_change(pairs):
    before = {str(place): pair[0] for place, pair in enumerate(pairs)}
    after = {str(place): pair[1] for place, pair in enumerate(pairs)}
    first, last = math.prod(before.values()), math.prod(after.values())
    effects = split_change(before, after)
    assert math.fsum(effects.values()) == pytest.approx(last - first, rel=1e-9, abs=1e-9)


@given(st.tuples(positive, positive), st.tuples(positive, positive), st.tuples(positive, positive))
def test_the_order_of_the_factors_does_not_matter(a, b, c):
    named = {"a": a, "b": b, "c": c}
    results = [
        split_change({n: named[n][0] for n in order}, {n: named[n][1] for n in order})
        for order in permutations(named)
    ]
    scale = max(1.0, *(abs(value) for value in results[0].values()))
    for result in results[1:]:
        for name in named:
            assert result[name] == pytest.approx(results[0][name], abs=1e-6 * scale)


@given(positive, positive)
def test_logarithmic_mean_lies_between(a, b):
    mean = logarithmic_mean(a, b)
    assert min(a, b) * (1 - 1e-9) <= mean <= max(a, b) * (1 + 1e-9)
    assert mean == pytest.approx(logarithmic_mean(b, a), rel=1e-6)


def test_swapping_the_periods_turns_the_signs():
    forth = split_change({"x": 3, "y": 7}, {"x": 5, "y": 2})
    back = split_change({"x": 5, "y": 2}, {"x": 3, "y": 7})
    assert forth["x"] == pytest.approx(-back["x"])
    assert forth["y"] == pytest.approx(-back["y"])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"orders": 0, "aov": 10}, {"orders": 5, "aov": 12}, {"orders": 60, "aov": 0}),
        ({"orders": 5, "aov": 12}, {"orders": 0, "aov": 12}, {"orders": -60, "aov": 0}),
        ({"orders": 0, "aov": 0}, {"orders": 5, "aov": 12}, {"orders": 30, "aov": 30}),
        ({"orders": 0, "aov": 3}, {"orders": 7, "aov": 0}, {"orders": 0, "aov": 0}),
    ],
)
def test_zeros_take_the_change(before, after, expected):
    assert split_change(before, after) == pytest.approx(expected)


def test_the_zero_rule_is_the_limit_of_the_formula():
    near = split_change({"orders": 1e-200, "aov": 10}, {"orders": 5, "aov": 12})
    assert near["orders"] == pytest.approx(60, rel=0.01)


@pytest.mark.parametrize(
    ("before", "after"), [({"a": -1.0}, {"a": 1.0}), ({"a": 1.0}, {"b": 1.0}), ({}, {})]
)
def test_nonsense_is_refused(before, after):
    with pytest.raises(ValueError):
        split_change(before, after)


def test_currency_effect_is_the_golden_one():
    # DOMAIN E3: 1.0m -> 1.1m local at 7.2 -> 6.9
    split = split_currency(1_000_000, 7.2, 1_100_000, 6.9)
    assert split.volume == pytest.approx(720_000)
    assert split.currency == pytest.approx(-330_000)
    assert split.total == pytest.approx(390_000)
    assert split.total / 7_200_000 == pytest.approx(0.0541667, abs=1e-7)
    assert split.volume / 7_200_000 == pytest.approx(0.1)


@given(positive, st.floats(1e-4, 1e4), positive, st.floats(1e-4, 1e4))
def test_currency_and_trade_add_up(first, rate, last, new_rate):
    split = split_currency(first, rate, last, new_rate)
    whole = last * new_rate - first * rate
    assert split.total == pytest.approx(whole, rel=1e-6, abs=1e-6 * max(first, last) * 1e4)


BEFORE = {"A": (100, 1000), "B": (50, 1000), "OLD": (20, 600)}
AFTER = {"A": (120, 1080), "B": (40, 880), "NEW": (30, 450)}


def test_price_volume_mix_is_the_golden_one():
    # DOMAIN E4: A 100@10 -> 120@9, B 50@20 -> 40@22, NEW 30@15, OLD 20@30
    parts = split_price_volume_mix(BEFORE, AFTER)
    assert parts.volume == pytest.approx(133.3333333333)
    assert parts.mix == pytest.approx(-133.3333333333)
    assert parts.price == pytest.approx(-40)
    assert parts.new == pytest.approx(450)
    assert parts.discontinued == pytest.approx(-600)
    assert parts.total == pytest.approx(-190)


sold = st.dictionaries(
    st.sampled_from("ABCDEF"), st.tuples(st.integers(0, 1000), st.floats(0, 1e6)), max_size=6
)


@given(sold, sold)
def test_price_volume_mix_adds_up_whatever_is_new_or_gone(before, after):
    change = math.fsum(r for _, r in after.values()) - math.fsum(r for _, r in before.values())
    parts = split_price_volume_mix(before, after)
    scale = max([1.0, *(r for _, r in before.values()), *(r for _, r in after.values())])
    assert parts.total == pytest.approx(change, abs=1e-6 * scale * 1000)
