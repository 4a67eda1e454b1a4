"""What comes next: the same month a year earlier, with an interval that owns up to its errors.

The seasonal naive forecast is the bar that any cleverer method has to clear. Its interval is as
wide as its own past errors were; without two years of history there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk, number
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    import pandas as pd

OUTLOOK_COLUMNS = [
    "metric", "label", "month", "month_start", "value", "lower", "upper", "kind", "unit",
    "currency", "status", "wape", "bias", "scored_months",
]  # fmt: skip


@dataclass(frozen=True)
class Forecast:
    """Values of the coming periods, with a range that holds ``confidence`` of them."""

    values: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    confidence: float


def wape(actual: Sequence[float], forecast: Sequence[float]) -> float | None:
    """Give the weighted absolute percentage error; None where nothing was sold at all.

    Unlike the mean of percentages it stands a month of nought.

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


def seasonal_naive(
    series: Sequence[float], horizon: int, season: int = 12, confidence: float = 0.8
) -> Forecast | None:
    """Forecast each period by the one a season earlier, carried forward by this year's growth.

    Growth is the sum of the last ``season`` periods over the sum of the ones before; the range
    comes from the errors that the same method made over the last season. On the log scale, so
    that a range never reaches below nought.

    Returns:
        None with less than two seasons and one period of positive history: a season seen once
        gives no error to learn a range from.
    """
    if len(series) < 2 * season + 1 or min(series[-2 * season - 1 :]) <= 0:
        return None
    growth = _growth(series, season)
    errors = [math.log(series[place] / made) for place, made in _one_step_forecasts(series, season)]
    spread = math.sqrt(math.fsum(error * error for error in errors) / len(errors))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    values, lower, upper = [], [], []
    for step in range(1, horizon + 1):
        laps = (step - 1) // season
        value = series[len(series) - season + (step - 1) % season] * growth ** (laps + 1)
        reach = math.exp(z * spread * math.sqrt(laps + 1))
        values.append(value)
        lower.append(value / reach)
        upper.append(value * reach)
    return Forecast(tuple(values), tuple(lower), tuple(upper), confidence)


def outlook(desk: Desk, metric: str = "gmv", horizon: int = 3) -> pd.DataFrame:
    """Forecast the months after the desk's period.

    Returns:
        metric, label, month, month_start, value, lower, upper (80 % range), kind (``actual`` for
        the twelve months before, ``forecast``), unit, currency, status, wape and bias of the
        method over the last twelve months it could be scored on, scored_months. Empty with less
        than 25 finished months.
    """
    import pandas as pd

    last = desk.elapsed.last_months(1)[0]
    if not desk.is_complete and desk.coverage[1] < last.end:
        last = last.previous()
    months = [month for month in last.last_months(49) if month.start >= desk.coverage[0].replace(
        day=1)]  # fmt: skip
    empty = pd.DataFrame(columns=OUTLOOK_COLUMNS)
    frame = desk.measure_series([metric], months)
    frame = frame[frame["dimension"].fillna("") == ""]
    values = dict(zip(frame["period"], frame["value"], strict=True))
    series = [number(values.get(month.text)) for month in months]
    if any(value is None for value in series):
        return empty
    known = [value for value in series if value is not None]
    made = seasonal_naive(known, horizon)
    if made is None:
        return empty
    scored = _one_step_forecasts(known, 12)
    actual = [known[place] for place, _ in scored]
    guessed = [value for _, value in scored]
    money = str(frame["unit"].iloc[0]) if desk.unit(metric) == "money" else ""

    def row(month: Period, value: float, low: float | None, high: float | None, kind: str) -> dict:
        return {
            "metric": metric,
            "label": desk.metric_label(metric),
            "month": month.text,
            "month_start": pd.Timestamp(month.start),
            "value": value,
            "lower": low,
            "upper": high,
            "kind": kind,
            "unit": str(desk.unit(metric)),
            "currency": money,
            "status": "ok",
            "wape": wape(actual, guessed),
            "bias": bias(actual, guessed),
            "scored_months": len(scored),
        }

    rows = [
        row(month, value, None, None, "actual")
        for month, value in list(zip(months, known, strict=True))[-12:]
    ]
    month = last
    for value, low, high in zip(made.values, made.lower, made.upper, strict=True):
        month = _month_after(month)
        rows.append(row(month, value, low, high, "forecast"))
    return pd.DataFrame(rows, columns=OUTLOOK_COLUMNS)


def _growth(series: Sequence[float], season: int) -> float:
    return math.fsum(series[-season:]) / math.fsum(series[-2 * season : -season])


def _one_step_forecasts(series: Sequence[float], season: int) -> list[tuple[int, float]]:
    """Forecast each of the last ``season`` periods from what was known before it."""
    first = max(len(series) - season, 2 * season)
    return [
        (place, series[place - season] * _growth(series[:place], season))
        for place in range(first, len(series))
    ]


def _month_after(month: Period) -> Period:
    from datetime import timedelta

    from helpers.vocabulary.periods import month_of

    return month_of(month.end + timedelta(days=1))
