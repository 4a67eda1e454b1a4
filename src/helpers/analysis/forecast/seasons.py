"""What stands between a month's sales and its demand: the season, and days without stock."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: A series with more empty periods than this sells now and then (Syntetos and Boylan 2005:
#: an average gap of 1.32 periods between sales, so 1 - 1 / 1.32 of them without any).
INTERMITTENT = 1 - 1 / 1.32
#: With stock on less than this share of its days, a month says too little about its demand.
LEAST_IN_STOCK = 0.5


def is_intermittent(series: Sequence[float]) -> bool:
    """Tell whether an article sells only now and then."""
    return bool(series) and sum(value <= 0 for value in series) / len(series) > INTERMITTENT


def seasonal_index(series: Sequence[float], season: int = 12) -> tuple[float, ...] | None:
    """Give the factor of each place in the season, their geometric mean being 1.

    Classical decomposition on the log scale: what is left of each value after its centred moving
    average, averaged over the years.

    Returns:
        The factor of the first period of ``series`` first; None with less than two seasons, or
        where a value is not above nought: a season seen once is indistinguishable from news.

    >>> [round(one, 2) for one in seasonal_index([1, 4] * 6, season=2)]
    [0.5, 2.0]
    """
    if len(series) < 2 * season or min(series) <= 0:
        return None
    logs = [math.log(value) for value in series]
    half = season // 2
    ends = 0.5 if season % 2 == 0 else 1.0
    left: list[list[float]] = [[] for _ in range(season)]
    for place in range(half, len(logs) - half):
        around = logs[place - half : place + half + 1]
        middle = (math.fsum(around[1:-1]) + ends * (around[0] + around[-1])) / season
        left[place % season].append(logs[place] - middle)
    if not all(left):
        return None
    means = [math.fsum(one) / len(one) for one in left]
    whole = math.fsum(means) / season
    return tuple(math.exp(one - whole) for one in means)


def pooled_index(many: Sequence[Sequence[float]], season: int = 12) -> tuple[float, ...] | None:
    """Give the season that series of one kind share, each weighing as much as it sells.

    Args:
        many: Series over the same periods, say the articles of a category.
        season: Periods in a year.
    """
    if not many:
        return None
    return seasonal_index([math.fsum(values) for values in zip(*many, strict=True)], season)


def demand(sold: Sequence[float], in_stock: Sequence[float | None]) -> list[float | None]:
    """Scale what was sold up to what would have been, had there been stock on all days.

    Args:
        sold: Units of each period.
        in_stock: Share of its days with stock; None: not known, taken as all of them.

    Returns:
        None for a period with stock on less than half of its days: scaling that up would make
        a forecast out of a handful of days.

    >>> demand([30, 15, 2], [1.0, 0.5, 0.1])
    [30.0, 30.0, None]
    """
    found: list[float | None] = []
    for units, share in zip(sold, in_stock, strict=True):
        whole = 1.0 if share is None else share
        found.append(units / whole if whole >= LEAST_IN_STOCK else None)
    return found


def filled(series: Sequence[float | None], season: int = 12) -> list[float] | None:
    """Close gaps: by the same period a year before, else by what lies next to it.

    Returns:
        None where more than a quarter is missing, or the first or last periods are.
    """
    gaps = [place for place, value in enumerate(series) if value is None]
    if not series or series[0] is None or series[-1] is None or 4 * len(gaps) > len(series):
        return None
    closed: list[float] = []
    for place, value in enumerate(series):
        if value is not None:
            closed.append(float(value))
            continue
        before = series[place - season] if place >= season else None
        after = next(one for one in series[place:] if one is not None)
        closed.append(float(before) if before is not None else (closed[-1] + after) / 2)
    return closed
