import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.rates import (
    compare_rates,
    difference_interval,
    funnel_plot,
    judge_rates,
    wilson_interval,
)


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


def test_two_rates_are_compared_by_the_score_test():
    # (0.8 - 0.6) / sqrt(104/150 * 46/150 * (1/70 + 1/80)) = 0.2 / 0.075466 = 2.650
    found = compare_rates((48, 80), (56, 70))
    assert found.size == pytest.approx(2.650, abs=0.001)
    assert found.p_value == pytest.approx(0.00805, abs=0.0001)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert found.trials == 150
    assert compare_rates((0, 0), (1, 2)) is None


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_comparing_the_other_way_round_turns_the_sign(before, after, data):
    first = data.draw(st.integers(0, before)), before
    second = data.draw(st.integers(0, after)), after
    forth, back = compare_rates(first, second), compare_rates(second, first)
    assert forth.difference == pytest.approx(-back.difference)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))
    assert forth.p_value == pytest.approx(back.p_value)


def test_a_funnel_is_wide_for_the_small_and_narrow_for_the_large():
    # Everybody's rate is 3 %, but one of the small ones has 6 % and one of the large ones 4 %.
    members = [(300, 10_000), (285, 10_000), (315, 10_000), (12, 400), (24, 400), (400, 10_000),
               *[(282 + 3 * (place * 7 % 13), 10_000) for place in range(26)]]  # fmt: skip
    found = funnel_plot(members)
    assert found.spread == 0
    assert found.centre == pytest.approx(9136 / 300_800)
    assert [one.signal for one in found.members] == ["noise"] * 5 + ["signal_up"] + ["noise"] * 26
    small, large = found.members[4], found.members[5]
    assert small.upper > large.upper > found.centre > large.lower > small.lower


def test_shops_that_differ_anyway_are_held_against_how_much_they_differ():
    # Rates from 2 % to 4 % on 10,000 each: chance alone would spread them by 0.17 points.
    usual = [(200, 10_000), (240, 10_000), (280, 10_000), (320, 10_000), (360, 10_000),
             (400, 10_000), (260, 10_000), (340, 10_000), (300, 10_000)]  # fmt: skip
    found = funnel_plot(usual)
    assert 0.004 < found.spread < 0.010
    assert {one.signal for one in found.members} == {"noise"}
    assert funnel_plot([*usual, (900, 10_000)]).members[-1].signal == "signal_up"


def test_who_has_too_few_cases_is_not_judged_and_still_counts():
    found = funnel_plot([(5, 100), (5, 100), (2, 10)])
    assert found.centre == pytest.approx(12 / 210)
    assert found.members[2].reason == "too_few_cases"
    assert funnel_plot([(0, 100)]) is None


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(30, 300)), min_size=1, max_size=4))
def test_a_member_is_a_signal_exactly_outside_its_limits(drawn):
    members = [(min(cases, trials), trials) for cases, trials in drawn]
    found = funnel_plot(members)
    if found is None:
        return
    for (cases, trials), one in zip(members, found.members, strict=True):
        inside = one.lower - 1e-9 <= cases / trials <= one.upper + 1e-9
        assert inside == (one.signal == "noise")
