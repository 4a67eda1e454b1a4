"""BG/NBD and Gamma-Gamma against published figures and customers made up from known parameters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.customers.lifetime import (
    Buying,
    Spending,
    buying_log_likelihood,
    fit_buying,
    fit_spending,
)
from laws import examples

#: CDNOW, as published by Fader, Hardie and Lee (2005) and Fader and Hardie (2013).
CDNOW = Buying(0.243, 4.414, 0.793, 2.426)
CDNOW_SPENDING = Spending(6.25, 3.74, 15.44)


def test_the_published_customer_will_buy_as_published():
    """Customer 0001 of CDNOW: two repeats, the last in week 30.43 of 38.86; 1.226 in 39 weeks."""
    one = (np.array([2]), np.array([30.43]), np.array([38.86]))
    assert CDNOW.expected_of(39, *one)[0] == pytest.approx(1.226, abs=0.001)
    # 1 / (1 + 0.793 / 3.426 * ((4.414 + 38.86) / (4.414 + 30.43)) ** 2.243), by hand:
    # (43.274 / 34.844) ** 2.243 = 1.62600; * 0.231465 = 0.37636; 1 / 1.37636
    assert CDNOW.alive(*one)[0] == pytest.approx(0.7266, abs=0.0005)


def test_published_customers_spend_as_published():
    # Fader and Hardie (2013): 22.35 over two repeats gives 24.66, 11.77 over one 18.91, none 35.
    made = CDNOW_SPENDING.expected_of(np.array([2, 1, 0]), np.array([22.35, 11.77, np.nan]))
    assert made == pytest.approx([24.66, 18.91, 35.22], abs=0.01)
    assert CDNOW_SPENDING.mean == pytest.approx(made[2])


def test_the_likelihood_of_one_customer_is_the_formula():
    """No repeat in T: (alpha / (alpha + T)) ** r, for nobody leaves before a second order."""
    found = buying_log_likelihood(CDNOW, np.array([0]), np.array([0.0]), np.array([10.0]),
                                  np.array([3]))  # fmt: skip
    assert found == pytest.approx(3 * 0.243 * np.log(4.414 / 14.414))


def simulated(model, count, seed, least=26.0, most=78.0):
    """Customers of the model, as (repeats, last, age)."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(least, most, count)
    rate = rng.gamma(model.r, 1 / model.alpha, count)
    leaving = rng.beta(model.a, model.b, count)
    now, last, repeats = np.zeros(count), np.zeros(count), np.zeros(count, dtype=int)
    alive = np.ones(count, dtype=bool)
    while alive.any():
        now = now + np.where(alive, rng.exponential(1 / np.maximum(rate, 1e-12)), 0.0)
        alive &= now < age
        repeats += alive
        last = np.where(alive, now, last)
        alive &= rng.random(count) >= leaving
    return repeats, last, age


def test_known_parameters_are_found_again():
    history = simulated(CDNOW, 12_000, 3)
    found = fit_buying(*history, np.ones(12_000))
    assert found.r == pytest.approx(CDNOW.r, rel=0.1)
    assert found.alpha == pytest.approx(CDNOW.alpha, rel=0.15)
    assert found.a / (found.a + found.b) == pytest.approx(0.793 / 3.219, rel=0.1)
    assert found.expected(52) == pytest.approx(CDNOW.expected(52), rel=0.05)
    # What it says of each customer adds up to what it says of all of them.
    ahead = found.expected_of(26, *history).sum()
    assert ahead == pytest.approx(CDNOW.expected_of(26, *history).sum(), rel=0.05)


def test_equal_histories_are_one_row_with_a_count():
    repeats, last, age = (np.round(one) for one in simulated(CDNOW, 2_000, 4))
    rows, count = np.unique(np.stack([repeats, last, age], axis=1), axis=0, return_counts=True)
    one_by_one = buying_log_likelihood(CDNOW, repeats, last, age, np.ones(2_000))
    assert len(rows) < 1_200
    assert buying_log_likelihood(CDNOW, *rows.T, count) == pytest.approx(one_by_one)


def test_spending_is_found_again_on_those_who_came_back():
    rng = np.random.default_rng(8)
    repeats = rng.poisson(1.5, 40_000)
    own = rng.gamma(CDNOW_SPENDING.q, 1 / CDNOW_SPENDING.scale, 40_000)  # rate of their orders
    shape = CDNOW_SPENDING.p * np.maximum(repeats, 1)
    average = np.where(repeats > 0, rng.gamma(shape, 1 / own) / np.maximum(repeats, 1), np.nan)
    found = fit_spending(repeats, average, np.ones(40_000))
    assert found.p == pytest.approx(6.25, rel=0.1)
    assert found.q == pytest.approx(3.74, rel=0.1)
    assert found.mean == pytest.approx(CDNOW_SPENDING.mean, rel=0.05)


def test_few_customers_are_refused():
    repeats, last, age = simulated(CDNOW, 250, 5)
    assert fit_buying(repeats, last, age, np.ones(250)) is None
    many = np.zeros(5_000)
    assert fit_buying(many, many, many + 10, np.ones(5_000)) is None  # nobody came back
    assert fit_spending(np.ones(30), np.full(30, 9.0), np.ones(30)) is None


PARAMETERS = st.builds(
    Buying, st.floats(0.1, 3), st.floats(0.5, 30), st.floats(0.2, 2.5), st.floats(1, 5)
)


@examples(50)
@given(PARAMETERS, st.integers(0, 20), st.floats(0, 1), st.floats(1, 100), st.floats(1, 60))
def test_longer_ahead_is_never_fewer_and_nobody_is_more_than_alive(model, x, part, age, ahead):
    one = (np.array([x]), np.array([age * part if x else 0.0]), np.array([age]))
    near, far = model.expected_of(ahead, *one)[0], model.expected_of(2 * ahead, *one)[0]
    assert -1e-9 <= near <= far + 1e-9
    assert 0 <= model.alive(*one)[0] <= 1
    assert near <= (model.r + x) / (model.alpha + age) * ahead + 1e-9  # the rate of who stays


@examples(50)
@given(st.floats(1, 8), st.floats(1.5, 6), st.floats(1, 50), st.integers(1, 50),
       st.floats(0.5, 500))  # fmt: skip
def test_expected_spending_lies_between_ones_own_and_everybodys(p, q, scale, x, own):
    model = Spending(p, q, scale)
    made = model.expected_of(np.array([x]), np.array([own]))[0]
    assert min(own, model.mean) - 1e-6 <= made <= max(own, model.mean) + 1e-6
