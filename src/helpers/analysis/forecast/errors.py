"""How wrong forecasts were: as a share of what was sold, on which side, and against the naive."""

from __future__ import annotations

import math
from collections.abc import Sequence


def wape(actual: Sequence[float], forecast: Sequence[float]) -> float | None:
    """Give the weighted absolute percentage error; None where nothing was sold at all.

    Unlike the mean of percentages it stands a month of nought (DOMAIN E2).

    >>> round(wape([100, 0, 50, 200], [90, 10, 60, 180]), 6)
    0.142857
    """
    total = math.fsum(actual)
    if total <= 0:
        return None
    return math.fsum(abs(a - f) for a, f in zip(actual, forecast, strict=True)) / total


def bias(actual: Sequence[float], forecast: Sequence[float]) -> float | None:
    """Give the share by which forecasts lay too high; negative where too low.

    >>> round(bias([100, 0, 50, 200], [90, 10, 60, 180]), 6)
    -0.028571
    """
    total = math.fsum(actual)
    return (math.fsum(forecast) - total) / total if total > 0 else None


def mase(
    actual: Sequence[float], forecast: Sequence[float], history: Sequence[float], lag: int = 1
) -> float | None:
    """Give the mean absolute error in units of the naive's own error within the history.

    Below 1 the forecast beats "the same as ``lag`` periods ago". It needs no sum to divide by,
    so that it serves articles that sell now and then (Hyndman and Koehler 2006).

    Returns:
        None where nothing was forecast or the history never moved.

    >>> mase([2, 4], [3, 3], [0, 2, 0, 2])
    0.5
    """
    steps = [abs(now - then) for now, then in zip(history[lag:], history, strict=False)]
    scale = math.fsum(steps) / len(steps) if steps else 0.0
    if not scale or not actual:
        return None
    off = math.fsum(abs(a - f) for a, f in zip(actual, forecast, strict=True))
    return off / len(actual) / scale
