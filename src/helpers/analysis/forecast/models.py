"""The candidates: seasonal naive as the bar, and the ETS and Theta family of statsmodels.

ETS and Theta are fitted to the series without its season, on the log scale where all values are
above nought: twelve seasonal states cannot be learnt from three years together with everything
else, but an average over the years can (``seasons.seasonal_index``).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.analysis.forecast.seasons import seasonal_index


@dataclass(frozen=True)
class Shape:
    """What a candidate may use besides the history: the season's length and a pooled index.

    ``pooled`` is the index of the first period of the series, from series of the same kind.
    """

    season: int = 12
    pooled: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Candidate:
    """One way of forecasting.

    Attributes:
        id: As pages and the log name it.
        seasons: How many whole seasons of history it needs, 0 where a pooled index will do.
        least: How many periods at least.
        forecast: History, horizon and shape to values; None where it cannot.
    """

    id: str
    seasons: int
    least: int
    forecast: Callable[[Sequence[float], int, Shape], list[float] | None]

    def needs(self, shape: Shape) -> int:
        """Give the number of periods below which it says nothing."""
        return max(self.least, self.seasons * shape.season)


def seasonal_naive(series: Sequence[float], horizon: int, shape: Shape) -> list[float] | None:
    """Give each period the value of the one a season earlier."""
    season = shape.season
    if len(series) < season:
        return None
    return [series[len(series) - season + step % season] for step in range(horizon)]


def growing_naive(series: Sequence[float], horizon: int, shape: Shape) -> list[float] | None:
    """Give each period the value a season earlier, carried forward by the last season's growth."""
    season = shape.season
    before = math.fsum(series[-2 * season : -season])
    if len(series) < 2 * season or before <= 0:
        return None
    growth = math.fsum(series[-season:]) / before
    return [
        series[len(series) - season + step % season] * growth ** (step // season + 1)
        for step in range(horizon)
    ]


def level_naive(series: Sequence[float], horizon: int, shape: Shape) -> list[float] | None:
    """Give each period the last value, moved by the pooled season where there is one."""
    index = shape.pooled
    if not series:
        return None
    if index is None:
        return [series[-1]] * horizon
    last = series[-1] / index[(len(series) - 1) % len(index)]
    return [last * index[(len(series) + step) % len(index)] for step in range(horizon)]


def ets(series: Sequence[float], horizon: int, shape: Shape) -> list[float] | None:
    """Smooth level and damped trend; no trend where Akaike's criterion sees none."""
    return _without_season(series, horizon, shape, _smoothed)


def theta(series: Sequence[float], horizon: int, shape: Shape) -> list[float] | None:
    """Average a smoothed level and half the straight trend (Assimakopoulos, Nikolopoulos 2000)."""
    return _without_season(series, horizon, shape, _theta)


def recent_mean(series: Sequence[float], horizon: int, shape: Shape) -> list[float] | None:
    """Give each period the mean of the last season: for what sells now and then."""
    recent = series[-shape.season :]
    return [math.fsum(recent) / len(recent)] * horizon if recent else None


def croston(series: Sequence[float], horizon: int, shape: Shape) -> list[float] | None:
    """Smooth sizes and gaps of what sells now and then apart (Syntetos and Boylan 2005).

    Weight 0.1 on the newest, and their correction by half of it, without which the ratio of two
    averages lies too high.
    """
    weight = 0.1
    sold = [place for place, value in enumerate(series) if value > 0]
    if not sold:
        return [0.0] * horizon
    size, gap, before = float(series[sold[0]]), float(sold[0] + 1), sold[0]
    for place in sold[1:]:
        size += weight * (series[place] - size)
        gap += weight * (place - before - gap)
        before = place
    return [(1 - weight / 2) * size / gap] * horizon


#: The first of each list is the bar that the others have to clear.
SEASONAL: tuple[Candidate, ...] = (
    Candidate("seasonal_naive", 1, 12, seasonal_naive),
    Candidate("growing_naive", 2, 24, growing_naive),
    Candidate("ets", 2, 24, ets),
    Candidate("theta", 2, 24, theta),
)
POOLED: tuple[Candidate, ...] = (
    Candidate("level_naive", 0, 4, level_naive),
    Candidate("ets", 0, 10, ets),
    Candidate("theta", 0, 10, theta),
)
NOW_AND_THEN: tuple[Candidate, ...] = (
    Candidate("seasonal_naive", 1, 12, seasonal_naive),
    Candidate("recent_mean", 0, 12, recent_mean),
    Candidate("croston", 0, 12, croston),
)


def _without_season(
    series: Sequence[float],
    horizon: int,
    shape: Shape,
    extrapolate: Callable[[list[float], int], list[float]],
) -> list[float] | None:
    if not series or min(series) <= 0:
        return None
    index = shape.pooled or seasonal_index(series, shape.season)
    if index is None:
        return None
    logs = [math.log(value / index[place % len(index)]) for place, value in enumerate(series)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels warns where a parameter lies on its bound
        ahead = extrapolate(logs, horizon)
    return [
        math.exp(value) * index[(len(series) + step) % len(index)]
        for step, value in enumerate(ahead)
    ]


def _smoothed(logs: list[float], horizon: int) -> list[float]:
    import numpy as np
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    given = np.asarray(logs)
    if float(np.ptp(given)) < 1e-9:
        return [logs[-1]] * horizon
    fits = [
        # Estimated starting states cost three times as much and fit short series too closely.
        ETSModel(given, error="add", initialization_method="heuristic", **how).fit(disp=False)
        for how in ({}, {"trend": "add", "damped_trend": True})
    ]
    best = min(fits, key=lambda fit: fit.aicc)
    return [float(value) for value in best.forecast(horizon)]


def _theta(logs: list[float], horizon: int) -> list[float]:
    import numpy as np
    from statsmodels.tsa.forecasting.theta import ThetaModel

    given = np.asarray(logs)
    if float(np.ptp(given)) < 1e-9:
        return [logs[-1]] * horizon
    fit = ThetaModel(given, period=1, deseasonalize=False).fit(disp=False)
    return [float(value) for value in fit.forecast(horizon, theta=2)]
