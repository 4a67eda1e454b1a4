import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.experiments import (
    achieved_power,
    alpha_per_look,
    clicks_needed,
    detectable_lift,
    false_alarms_of_peeking,
    holdout_lift,
    is_credibly_below,
    read_test,
    required_n,
)
from laws import examples


@pytest.mark.parametrize(
    ("rate", "lift", "needed"),
    [
        # DOMAIN E8, at five per cent and a power of eighty
        (0.012, 0.10, 135_624), (0.012, 0.18, 43_432), (0.012, 0.20, 35_498), (0.012, 0.40, 9_669),
        (0.02, 0.10, 80_682), (0.02, 0.18, 25_829), (0.02, 0.20, 21_109), (0.02, 0.40, 5_745),
        (0.03, 0.10, 53_211), (0.03, 0.18, 17_027), (0.03, 0.20, 13_914), (0.03, 0.40, 3_782),
        (0.05, 0.10, 31_234), (0.05, 0.18, 9_986), (0.05, 0.20, 8_158), (0.05, 0.40, 2_213),
    ],
)  # fmt: skip
def test_visitors_per_arm_are_the_golden_ones(rate, lift, needed):
    assert required_n(rate, lift) == needed


@pytest.mark.parametrize(
    ("orders", "clicks"), [(0, 149), (1, 236), (2, 313), (3, 386), (4, 456), (5, 523)]
)
def test_clicks_that_prove_a_rate_below_two_per_cent_are_the_golden_ones(orders, clicks):
    assert clicks_needed(orders, 0.02) == clicks
    assert not is_credibly_below(orders, clicks - 1)
    assert is_credibly_below(orders, clicks)


def test_no_order_of_149_clicks_by_hand():
    # 0.98 ** 148 = 0.0503 and 0.98 ** 149 = 0.0493
    assert 0.98**148 > 0.05 > 0.98**149


@given(st.integers(0, 30), st.floats(0.002, 0.5), st.floats(0.5, 0.99))
def test_one_click_fewer_proves_nothing(orders, rate, confidence):
    clicks = clicks_needed(orders, rate, confidence)

    def chance(n):
        return math.fsum(
            math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(orders + 1)
        )

    assert clicks > orders
    assert chance(clicks) <= 1 - confidence + 1e-9
    assert chance(clicks - 1) > 1 - confidence - 1e-9


@given(st.floats(0.005, 0.4), st.floats(0.02, 1.0), st.floats(0.55, 0.95))
def test_the_visitors_needed_have_the_power_that_was_asked(rate, lift, power):
    n = required_n(rate, lift, power=power)
    assert achieved_power(rate, lift, n) >= power - 1e-9
    assert achieved_power(rate, lift, n - 1) < power + 1e-9
    assert detectable_lift(rate, n, power=power) == pytest.approx(lift, rel=0.02 + 4 / n)


@given(st.floats(0.005, 0.4), st.floats(0.05, 0.5))
def test_a_larger_effect_needs_fewer_visitors(rate, lift):
    assert required_n(rate, lift * 1.5) < required_n(rate, lift)


@pytest.mark.parametrize(("rate", "lift"), [(0.0, 0.1), (1.0, 0.1), (0.6, 0.9), (0.03, 0.0)])
def test_a_plan_without_two_rates_is_refused(rate, lift):
    with pytest.raises(ValueError, match="both rates"):
        required_n(rate, lift)


def test_looking_often_finds_what_is_not_there():
    # Armitage, McPherson and Rowe (1969), table 2: 2, 3, 5, 10 and 20 looks at five per cent.
    found = [false_alarms_of_peeking(looks) for looks in (1, 2, 3, 5, 10, 20)]
    assert found == pytest.approx([0.05, 0.083, 0.107, 0.142, 0.193, 0.248], abs=0.0006)


def test_the_price_of_a_look_is_pocock_s():
    # Pocock (1977): nominal levels of 2, 3, 4, 5 and 10 looks.
    found = [alpha_per_look(looks) for looks in (2, 3, 4, 5, 10)]
    assert found == pytest.approx([0.0294, 0.0221, 0.0182, 0.0158, 0.0106], abs=0.0001)


def test_a_test_is_read_when_its_visitors_are_there_and_no_earlier():
    # 3 % against 3.6 %: a fifth more, for which 13,914 are needed.
    early = read_test((90, 3000), (135, 3000), smallest_lift=0.2)
    assert (early.outcome, early.required) == ("too_early", 13_914)
    assert early.p_value < 0.05 and early.is_peeked
    assert early.power == pytest.approx(0.26, abs=0.01)
    done = read_test((420, 14_000), (504, 14_000), smallest_lift=0.2)
    assert done.outcome == "better" and not done.is_peeked
    assert done.lift == pytest.approx(0.2)
    assert done.low > 0
    assert read_test((504, 14_000), (420, 14_000), smallest_lift=0.2).outcome == "worse"
    assert read_test((420, 14_000), (430, 14_000), smallest_lift=0.2).outcome == "no_difference"
    assert read_test((1, 20), (4, 20)).outcome == "not_enough_data"
    assert read_test((0, 0), (4, 20)).difference is None


def test_who_looks_five_times_must_see_more():
    # p = 0.03: enough for one look, not for one of five (0.0158).
    arms = ((420, 14_000), (484, 14_000))
    once, often = read_test(*arms), read_test(*arms, looks=5)
    assert 0.0158 < once.p_value < 0.05
    assert (once.outcome, often.outcome) == ("better", "no_difference")
    assert often.false_alarms == pytest.approx(0.142, abs=0.001)
    assert often.is_peeked


@examples(50)
@given(st.integers(30, 5000), st.integers(30, 5000), st.data())
def test_swapping_the_arms_turns_the_reading(first, second, data):
    control = data.draw(st.integers(1, first)), first
    variant = data.draw(st.integers(1, second)), second
    forth, back = read_test(control, variant), read_test(variant, control)
    turned = {"better": "worse", "worse": "better", "no_difference": "no_difference"}
    assert back.outcome == turned[forth.outcome]
    assert back.difference == pytest.approx(-forth.difference)


def test_a_mailing_is_worth_what_the_held_out_did_not_buy():
    found = holdout_lift((300, 10_000), (200, 10_000))
    # ln 1.5 ± 1.96 * sqrt(1/300 - 1/10000 + 1/200 - 1/10000) = 0.4055 ± 0.1768
    assert (found.lift, found.low, found.high) == pytest.approx((0.5, 0.257, 0.790), abs=0.001)
    assert found.extra == pytest.approx(100)
    assert 0 < found.extra_low < 100 < found.extra_high
    assert holdout_lift((3, 10), (200, 10_000)) is None
    assert holdout_lift((0, 100), (200, 10_000)) is None


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_lift_and_its_extra_orders_have_one_sign(contacted, held_out):
    found = holdout_lift((contacted, 400), (held_out, 400))
    assert found.low <= found.lift <= found.high
    assert found.lift * found.extra >= 0
