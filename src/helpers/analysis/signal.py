"""Signal or noise: process limits, intervals for rates, and minimum samples (DOMAIN E5, E9).

Belongs here: pure statistics on numbers. Which numbers to judge is ``comparison``'s business.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Signal = Literal["signal_up", "signal_down", "noise", "not_enough_data"]
Method = Literal["year_on_year", "plain", "interval", "none"]

#: Limits from fewer points move with every new one, so that nothing should be read into them.
MINIMUM_POINTS = 8
#: How many earlier periods a value is judged by, on a card and in a trend alike, lest the two
#: contradict each other: two whole seasons.
PERIODS_JUDGED = 24
#: A year is judged by at least so many pairs of months.
MINIMUM_PAIRS = 6
#: A rate of fewer cases than this is not judged at all.
MINIMUM_CASES = 30
#: Wheeler's constants: 3 / d2 and D4 for moving ranges of two.
LIMIT_FACTOR, RANGE_FACTOR = 2.66, 3.268
#: How many periods of a kind make a year; no season is known for other kinds.
SEASON = {"month": 12, "quarter": 4, "week": 52}


@dataclass(frozen=True)
class XmrLimits:
    """Natural limits of a process that only varies by chance."""

    mean: float
    lower: float
    upper: float
    moving_range: float
    range_limit: float
    points: int

    def judge(self, value: float) -> Signal:
        """Say on which side of the limits ``value`` falls, if on any."""
        if value > self.upper:
            return "signal_up"
        return "signal_down" if value < self.lower else "noise"


@dataclass(frozen=True)
class Judgement:
    """What can be said of the last value of a series, and by which method.

    ``year_on_year``: the growth on the same period a year earlier against its own past, on the
    log scale; the season is out of it. ``plain``: the value against its own past; a season is
    still inside, and sentences say so. ``interval``: the difference of two rates.
    """

    signal: Signal
    method: Method
    #: Normal range of the last value, in the metric's own unit.
    lower: float | None = None
    upper: float | None = None
    points: int = 0


NOT_JUDGED = Judgement("not_enough_data", "none")


def xmr_limits(values: Sequence[float | None]) -> XmrLimits | None:
    """Compute the limits of a process behaviour chart from its past values.

    Leave the value to be judged out. Gaps are skipped, and no moving range spans one.

    Returns:
        None when fewer than ``MINIMUM_POINTS`` values are there.

    >>> round(xmr_limits([52, 47, 53, 51, 50, 49, 55, 48, 50, 52, 51]).upper, 3)
    59.505
    """
    series = [None if _is_missing(value) else float(value) for value in values]  # type: ignore[arg-type]
    known = [value for value in series if value is not None]
    ranges = [
        abs(after - before)
        for before, after in pairwise(series)
        if before is not None and after is not None
    ]
    if len(known) < MINIMUM_POINTS or not ranges:
        return None
    mean = math.fsum(known) / len(known)
    moving = math.fsum(ranges) / len(ranges)
    reach = LIMIT_FACTOR * moving
    return XmrLimits(mean, mean - reach, mean + reach, moving, RANGE_FACTOR * moving, len(known))


def judge_series(values: Sequence[float | None], season: int | None = 12) -> Judgement:
    """Judge the last value by those before it.

    With two whole seasons before it, the season is taken out by comparing each value with the
    one a season earlier, on the log scale where all are positive. With less, the plain values
    are judged, because a season seen once cannot be told from a change.

    Args:
        values: Oldest first, equally spaced, ending with the value to judge.
        season: Number of periods in a year, or None where there is no season.
    """
    if not values or _is_missing(values[-1]):
        return NOT_JUDGED
    run = _since_it_began(_unbroken_tail(values))
    *past, last = run
    if season and len(past) >= 2 * season:
        on_log = min(run) > 0
        scale = [math.log(value) for value in run] if on_log else run
        growth = [now - then for now, then in zip(scale[season:], scale, strict=False)]
        limits = xmr_limits(growth[:-1])
        if limits is not None:
            base = scale[-1 - season]
            ends = (base + limits.lower, base + limits.upper)
            lower, upper = (math.exp(end) for end in ends) if on_log else ends
            return Judgement(limits.judge(growth[-1]), "year_on_year", lower, upper, limits.points)
    limits = xmr_limits(past)
    if limits is None:
        return NOT_JUDGED
    # What cannot be negative has no normal range below nought.
    lower = max(limits.lower, 0.0) if min(run) >= 0 else limits.lower
    return Judgement(limits.judge(last), "plain", lower, limits.upper, limits.points)


def judge_pairs(
    before: Sequence[float | None], after: Sequence[float | None], confidence: float = 0.95
) -> Judgement:
    """Judge a year by its months, each paired with the same month a year earlier.

    The season cancels within each pair. A change is one where the interval of the average
    change over the months excludes nought: growth that most months share, not one good month.
    """
    pairs = [
        (float(then), float(now))
        for then, now in zip(before, after, strict=True)
        if then is not None and now is not None
    ]
    if len(pairs) < MINIMUM_PAIRS or len(pairs) < len(before):
        return NOT_JUDGED
    on_log = min(min(pair) for pair in pairs) > 0
    gaps = [math.log(now / then) if on_log else now - then for then, now in pairs]
    mean = math.fsum(gaps) / len(gaps)
    spread = math.sqrt(math.fsum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1))
    reach = _t_quantile(confidence, len(gaps) - 1) * spread / math.sqrt(len(gaps))
    signal: Signal = "noise" if abs(mean) <= reach else "signal_up" if mean > 0 else "signal_down"
    return Judgement(signal, "interval", points=len(pairs))


def _t_quantile(confidence: float, freedom: int) -> float:
    """Give Student's quantile by its expansion; right to 0.5 % from five degrees on."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def judge_last(history: pd.DataFrame, metric: str | None = None, member: str = "") -> Judgement:
    """Judge the last finished month of a ``comparison.history`` frame.

    A month that is still running is left out: whole months are no measure for a part of one
    (``comparison.compare`` judges those by the same days of the months before).
    """
    series = _series(history, metric, member)
    finished = series[series["status"] != "preliminary"]
    return judge_series(list(finished["value"])[-PERIODS_JUDGED - 1 :])


def trend_limits(
    history: pd.DataFrame, metric: str | None = None, member: str = ""
) -> XmrLimits | None:
    """Give the limits a trend chart can draw as level lines, or None.

    None as well when two whole years are there: the normal range then follows the season and is
    no pair of level lines.
    """
    values = list(_series(history, metric, member)["value"])[:-1]
    if len(_unbroken_tail(values)) >= 2 * SEASON["month"]:
        return None
    limits = xmr_limits(values)
    if limits is None or limits.lower >= 0 or min(v for v in values if not _is_missing(v)) < 0:
        return limits
    return XmrLimits(
        limits.mean, 0.0, limits.upper, limits.moving_range, limits.range_limit, limits.points
    )


def wilson_interval(
    cases: float, trials: float, confidence: float = 0.95
) -> tuple[float, float] | None:
    """Give the Wilson score interval of a rate; None without trials.

    It stays inside 0 and 1 and is honest for few cases, which the textbook interval is not.

    >>> low, high = wilson_interval(10, 100)
    >>> round(low, 4), round(high, 4)
    (0.0552, 0.1744)
    """
    if trials <= 0 or not 0 <= cases <= trials:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = cases / trials
    spread = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    middle, scale = rate + z * z / (2 * trials), 1 + z * z / trials
    low = 0.0 if cases == 0 else max(0.0, (middle - spread) / scale)
    high = 1.0 if cases == trials else min(1.0, (middle + spread) / scale)
    return low, high


def difference_interval(
    before: tuple[float, float], after: tuple[float, float], confidence: float = 0.95
) -> tuple[float, float] | None:
    """Give Newcombe's interval of ``after - before``, two rates as (cases, trials)."""
    first, second = wilson_interval(*before, confidence), wilson_interval(*after, confidence)
    if first is None or second is None:
        return None
    p, q = before[0] / before[1], after[0] / after[1]
    gap = q - p
    down = math.hypot(q - second[0], first[1] - p)
    up = math.hypot(second[1] - q, p - first[0])
    return gap - down, gap + up


def judge_rates(before: tuple[float, float], after: tuple[float, float]) -> Judgement:
    """Judge the difference of two rates: a change only where its interval excludes nought."""
    interval = difference_interval(before, after)
    if interval is None or min(before[1], after[1]) < MINIMUM_CASES:
        return NOT_JUDGED
    base = before[0] / before[1]
    rate = after[0] / after[1]
    # Read the other way round: where the new rate would have to lie to count as unchanged.
    reach = (base - (interval[1] - (rate - base)), base + ((rate - base) - interval[0]))
    signal: Signal = (
        "signal_up" if interval[0] > 0 else "signal_down" if interval[1] < 0 else "noise"
    )
    return Judgement(signal, "interval", max(0.0, reach[0]), min(1.0, reach[1]), 2)


def _series(history: pd.DataFrame, metric: str | None, member: str) -> pd.DataFrame:
    chosen = history if metric is None else history[history["metric"] == metric]
    if "member" in chosen:
        chosen = chosen[chosen["member"].fillna("") == member]
    return chosen.sort_values("month_start")


def _unbroken_tail(values: Sequence[float | None]) -> list[float]:
    """Keep the values after the last gap: a series is judged by what is known without a break."""
    tail: list[float] = []
    for value in reversed(values):
        if value is None or _is_missing(value):
            break
        tail.insert(0, float(value))
    return tail


def _since_it_began(values: list[float]) -> list[float]:
    """Leave out noughts before the first sale: what was not there yet did not vary."""
    first = next((place for place, value in enumerate(values) if value), len(values) - 1)
    return values[first:]


def _is_missing(value: float | None) -> bool:
    return value is None or value != value  # NaN, and pandas' own missing marks
