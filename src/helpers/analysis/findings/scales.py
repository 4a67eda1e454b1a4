"""On which scale a series is judged: logarithms, per day, per case, at a constant mix of articles.

What a month shows is partly known without any history: a longer month sells more, a count of few
varies by the root of itself, and the mean basket moves with which articles happened to be bought.
What is known so is no noise and need not be doubted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.analysis.comparison import adds_up
from helpers.analysis.findings.watching import Figures, Watched
from helpers.metrics.dimensions import SEPARATOR

if TYPE_CHECKING:
    import numpy as np

#: What makes up a store's basket: quantities and money by article.
UNITS, MONEY, ARTICLES = "units_sold", "merchandise_gmv", ("store", "product")


@dataclass(frozen=True)
class Scaled:
    """One series as it is judged.

    Attributes:
        logs: By month; not-a-number where unknown.
        exposures: What a count is taken of, by month; infinite where nothing is counted.
        factor: What the exponential of the last logarithm times this is: the metric's own unit.
    """

    logs: np.ndarray
    exposures: np.ndarray
    factor: float


def scaled(figures: Figures, one: Watched, member: str) -> Scaled:
    """Bring a series on the scale it is judged on.

    Of a count n stands the logarithm of n + 1/2, which is without bias to the second order, also
    where few are counted (Haldane 1956). Of what is not counted, nought becomes a hundredth of
    the usual.
    """
    import numpy as np

    values = figures.of(one.metric, one.by, member)
    days = np.array([float(len(period)) for period in figures.periods])
    per = days if adds_up(one.metric, "store") else np.ones_like(days)
    if one.counts:
        cases = figures.of(one.cases, one.by, member)
        with np.errstate(invalid="ignore", divide="ignore"):
            of = np.where(values > 0, cases / values, np.nan) * per
        of = np.where(np.isfinite(of), of, np.nanmedian(of) if np.isfinite(of).any() else 1.0)
        return Scaled(np.log((cases + 0.5) / of), of, float(per[-1]))
    usual = np.nanmedian(np.where(values > 0, values, np.nan))
    values = np.where(np.isfinite(values), np.maximum(values, 0.01 * usual), np.nan)
    logs, factor = np.log(values / per), float(per[-1])
    if one.constant_mix:
        mix = mix_of(figures, member)
        logs, factor = logs - mix, factor * math.exp(mix[-1])
    return Scaled(logs, np.full(len(days), np.inf), factor)


def mix_of(figures: Figures, store: str) -> np.ndarray:
    """Say how much dearer each month's articles are, at prices that do not change; logarithms.

    Noughts where no articles are told, so that nothing is taken out.
    """
    import numpy as np

    tables = [figures.values.get((name, ARTICLES)) for name in (UNITS, MONEY)]
    if tables[0] is None or tables[1] is None:
        return np.zeros(len(figures.periods))
    mine = [one for one in tables[0].index if one.split(SEPARATOR, 1)[0] == store]
    units, money = (
        np.nan_to_num(one.reindex(mine).to_numpy(dtype=float)) for one in tables if one is not None
    )
    sold, paid = units.sum(axis=0), money.sum(axis=0)
    if not len(mine) or (np.minimum(sold, paid) <= 0).any():
        return np.zeros(len(figures.periods))
    return np.asarray(np.log(paid / sold) - price_level(units, money))


def price_level(units: np.ndarray, money: np.ndarray) -> np.ndarray:
    """Give each month's level of prices, the same articles compared with themselves; logarithms.

    The time product dummy index (Summers 1973; de Haan, Hendriks and Scholz 2021, Review of
    Income and Wealth 67): the logarithm of a price is its article's plus its month's, by least
    squares weighted by the money of the article in the month. Articles that come and go say
    nothing of prices where they are not sold; no month is the base.

    Args:
        units: Articles x months, nought where none was sold.
        money: The same, what was paid for them.

    >>> import numpy as np
    >>> level = price_level(np.array([[4, 2.0], [1, 9]]), np.array([[40, 22.0], [5, 49.5]]))
    >>> round(float(np.exp(level[1] - level[0])), 6)
    1.1
    """
    import numpy as np

    there = (units > 0) & (money > 0)
    weights = np.where(there, money / np.maximum(money.sum(axis=0), 1e-12), 0.0)
    prices = np.log(np.where(there, money, 1.0) / np.where(there, units, 1.0))
    whole = np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    # Normal equations of the months, the articles solved for; they know levels only apart from
    # one constant, which is chosen so that the months' levels add up to the prices' mean.
    left = np.diag(weights.sum(axis=0)) - weights.T @ (weights / whole)
    right = (weights * (prices - (weights * prices).sum(axis=1, keepdims=True) / whole)).sum(axis=0)
    found = np.linalg.lstsq(left, right, rcond=None)[0]
    return np.asarray(found - found.mean() + (weights * prices).sum() / max(weights.sum(), 1e-12))
