"""Three answers from few cases: when a rate is credibly below or above a limit (DOMAIN R01, E9)."""

from __future__ import annotations

from typing import Literal

from helpers.analysis.rates import wilson_interval
from helpers.analysis.signal import MINIMUM_CASES

Side = Literal["below", "above", "undecided"]


def clicks_needed(orders: int, rate: float, confidence: float = 0.95) -> int:
    """Say how many clicks with so many orders make "the true rate is below ``rate``" credible.

    Exact binomial, one-sided: the least n with P(X <= orders | n, rate) <= 1 - confidence.

    >>> clicks_needed(0, 0.02), clicks_needed(1, 0.02)
    (149, 236)
    """
    from scipy import stats

    clicks = orders + 1
    while stats.binom.cdf(orders, clicks, rate) > 1 - confidence:
        clicks += max(1, clicks // 8)
    while clicks > orders + 1 and stats.binom.cdf(orders, clicks - 1, rate) <= 1 - confidence:
        clicks -= 1
    return clicks


def is_credibly_below(cases: float, trials: float, rate: float, confidence: float = 0.95) -> bool:
    """Tell whether a true rate of ``rate`` or more would hardly ever give so few cases."""
    from scipy import stats

    return trials > 0 and bool(stats.binom.cdf(cases, trials, rate) <= 1 - confidence)


def side_of(cases: float, trials: float, limit: float, least: int = MINIMUM_CASES) -> Side:
    """Say on which side of a limit a rate lies: ``undecided`` where its interval holds the limit.

    Args:
        cases: Numerator.
        trials: Denominator.
        limit: The rate it is held against.
        least: Fewer trials than this decide nothing.
    """
    interval = wilson_interval(cases, trials)
    if interval is None or trials < least or interval[0] <= limit <= interval[1]:
        return "undecided"
    return "below" if interval[1] < limit else "above"
