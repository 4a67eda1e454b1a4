"""The arithmetic behind findings: blocks, prices at a constant mix, the odds of few cases."""

import math

import numpy as np
import pytest

from helpers.analysis.findings.blocks import solve
from helpers.analysis.findings.expecting import Panel, expect
from helpers.analysis.findings.odds import Normal
from helpers.analysis.findings.scales import price_level


def test_blocks_give_what_the_whole_matrix_gives():
    rng = np.random.default_rng(3)
    count, months, parts = 3, 5, 4
    roots = rng.normal(size=(count, months, months))
    blocks = roots @ roots.transpose(0, 2, 1) + np.eye(months)
    through = rng.normal(size=(count, months, parts))
    root = rng.normal(size=(parts, 2))  # shared by two numbers only: no inverse of its own
    shared = root @ root.T
    values = rng.normal(size=(count, months))
    known = np.ones((count, months), dtype=bool)
    known[1, 2] = known[0, 0] = False
    solved = solve(blocks, through, shared, values, known)

    flat = through.reshape(-1, parts)
    whole = flat @ shared @ flat.T
    for place in range(count):
        at = slice(place * months, (place + 1) * months)
        whole[at, at] += blocks[place]
    there = np.flatnonzero(known.reshape(-1))
    inverse = np.linalg.inv(whole[np.ix_(there, there)])
    kept = values.reshape(-1)[there]
    assert solved.pull.reshape(-1)[there] == pytest.approx(inverse @ kept)
    assert solved.precision.reshape(-1)[there] == pytest.approx(np.diag(inverse))
    assert solved.pull[1, 2] == 0
    some = [(0, 1), (2, 4), (2, 0)]
    places = [list(there).index(row * months + month) for row, month in some]
    assert solved.between(some) == pytest.approx(inverse[np.ix_(places, places)])
    third = [list(there).index(row * months + 3) for row in range(count)]
    assert solved.by_month()[3] == pytest.approx(inverse[np.ix_(third, third)])
    _, size = np.linalg.slogdet(whole[np.ix_(there, there)])
    assert solved.likelihood == pytest.approx(-0.5 * (kept @ inverse @ kept + size))


def test_prices_are_compared_article_by_article_whatever_was_bought():
    rng = np.random.default_rng(5)
    prices = np.array([5.0, 20.0, 80.0])
    level = np.array([1.0, 1.02, 0.97, 1.30])
    units = rng.integers(1, 60, (3, 4)).astype(float)
    units[2, 0] = units[0, 3] = 0  # comes later; is gone
    found = price_level(units, units * prices[:, None] * level)
    assert np.exp(found - found[0]) == pytest.approx(level / level[0])


def test_a_changed_mix_alone_moves_no_price():
    units = np.array([[90.0, 10.0], [10.0, 90.0]])
    found = price_level(units, units * np.array([[10.0], [50.0]]))
    assert found[0] == pytest.approx(found[1])


def test_few_cases_are_judged_by_the_law_of_counts():
    # Ten are expected for certain: Poisson, half of the count itself (scipy is not asked).
    chances = [math.exp(-10) * 10**n / math.factorial(n) for n in range(80)]
    normal = Normal(mean=math.log(10), spread=math.sqrt(0.1), counting=math.sqrt(0.1), freedom=30)
    for count in (0, 2, 10, 18, 25):
        above = sum(chances[count + 1 :]) + chances[count] / 2
        below = sum(chances[:count]) + chances[count] / 2
        told = normal.odds(math.log(count + 0.5), count, 1.0)
        assert told == pytest.approx(min(1.0, 2 * min(above, below)), rel=2e-3)


def test_many_cases_and_what_is_no_count_are_judged_by_students_t():
    # t with 5 degrees of freedom: 2.571 is its 97.5 % point (any table).
    normal = Normal(mean=0.0, spread=0.2, counting=0.0, freedom=5)
    assert normal.odds(0.2 * 2.5706) == pytest.approx(0.05, abs=1e-4)
    assert normal.reach(0.95) == pytest.approx(0.2 * 2.5706, abs=1e-4)
    assert normal.odds(0.2 * 2.5706, 5e5, 5e5) == normal.odds(0.2 * 2.5706)
    assert normal.odds_of(float("nan")) == 1.0


def test_what_is_not_known_of_the_mean_makes_counts_less_telling():
    sure = Normal(math.log(10), math.sqrt(0.1), math.sqrt(0.1), 30)
    unsure = Normal(math.log(10), math.sqrt(0.1 + 0.2**2), math.sqrt(0.1), 30)
    assert unsure.odds(math.log(22.5), 22, 1.0) > 2 * sure.odds(math.log(22.5), 22, 1.0)


@pytest.fixture(scope="module")
def quiet_panels():
    """Counts of six stores over four years, season and trend; the last month like any other."""
    found = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        months = 48
        phases = np.arange(months) % 12 + 1
        season = rng.normal(0, 0.15, 12)
        place = np.arange(months)
        means = np.array([
            math.log(size) + 0.01 * place + season[place % 12] + rng.normal(0, 0.04, 12)[place % 12]
            + rng.normal(0, 0.05, months) for size in (20, 30, 45, 70, 110, 300)
        ])  # fmt: skip
        counts = rng.poisson(np.exp(means))
        exposures = np.ones(counts.shape)
        none = np.zeros((*counts.shape, 0))
        panel = Panel(np.log(counts + 0.5), phases, none, np.zeros(0, dtype=bool), exposures)
        found.append((expect(panel), counts[:, -1]))
    return found


def test_quiet_months_lie_where_they_are_expected(quiet_panels):
    off = [(np.log(last + 0.5) - found.mean) / found.spread for found, last in quiet_panels]
    scores = np.concatenate(off)
    # 144 of them: the variance of so many standard normal values lies in 1 ± 0.36, 99.7 of 100.
    assert 0.64 < scores.var() < 1.36
    assert abs(scores.mean()) < 0.25
    odds = [
        Normal(*(float(getattr(found, name)[row]) for name in
                 ("mean", "spread", "counting", "freedom"))).odds(
            math.log(last[row] + 0.5), float(last[row]), 1.0)
        for found, last in quiet_panels for row in range(len(last))
    ]  # fmt: skip
    # Of 144, 14.4 below a tenth: more than 26 are not chance (binomial, 1 in 1000).
    assert sum(p < 0.1 for p in odds) <= 26
    assert min(odds) > 1e-4


def test_most_of_the_doubt_about_few_is_counting(quiet_panels):
    for found, _ in quiet_panels:
        assert (found.counting < found.spread).all()
        # Twenty cases vary by 22 %, three hundred by 6 %: known, not estimated.
        assert found.counting[0] > 2 * found.counting[-1]


def test_a_promotion_that_moved_into_the_month_is_no_news():
    """Four days of sale that always lay in November reach two days into this December."""
    months = 48
    place = np.arange(months)
    events = np.zeros((6, months, 1))
    events[:, place % 12 == 10, 0] = 0.16
    events[:, -2:, 0] = 0.08
    odds = []
    for promotion in (True, False):
        rng = np.random.default_rng(11)
        logs = 5 + rng.normal(0, 0.05, (6, months)) + np.where(place % 12 == 10, 0.2, 0.0)
        logs[:, -2] -= 0.1
        logs[:, -1] += 0.1
        known = np.array([promotion])
        loads = events if promotion else np.zeros_like(events)
        panel = Panel(logs, place % 12 + 1, loads, known, np.full(logs.shape, np.inf))
        found = expect(panel)
        # All of them together, as the company is judged.
        off = (logs[:, -1] - found.alone).sum()
        odds.append(abs(off) / math.sqrt(found.alone_covariance.sum()))
    assert odds[0] < odds[1]
    assert odds[0] < 2 < odds[1]
