"""Three answers from few cases: when a rate is credibly below or above a limit (DOMAIN R01, E9)."""

from __future__ import annotations

from typing import Literal

from helpers.analysis.rates import wilson_interval
from helpers.analysis.signal import MINIMUM_CASES

Side = Literal["below", "above", "undecided"]


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
