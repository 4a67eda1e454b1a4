"""Signal or noise: is the last value of a series more than its own chance (DOMAIN E5, E9).

Belongs here: verdicts on numbers, and what many verdicts together are worth. The prediction they
rest on is ``expectation``; rates without a history are ``rates``; which numbers to judge is
``comparison``'s business.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from helpers.analysis.expectation import expect

Signal = Literal["signal_up", "signal_down", "noise", "not_enough_data"]
Method = Literal["seasonal", "plain", "interval", "none"]
Reason = Literal[
    "outside_limits", "within_limits", "too_little_history", "too_few_cases", "no_value",
    "no_variation", "",
]  # fmt: skip

#: Limits from fewer points move with every new one, so that nothing should be read into them.
MINIMUM_POINTS = 8
#: So many whole seasons must lie before a value: a season seen once cannot be told from a change.
MINIMUM_SEASONS = 2
#: A rate of fewer cases than this is not judged at all.
MINIMUM_CASES = 30
#: A year is judged by at least so many pairs of months.
MINIMUM_PAIRS = 6
#: What share of quiet values stays inside the limits: three standard deviations.
CONFIDENCE = 0.9973
#: Wheeler's constants: 3 / d2 and D4 for moving ranges of two.
LIMIT_FACTOR, RANGE_FACTOR = 2.66, 3.268


@dataclass(frozen=True)
class Rhythm:
    """How periods of a kind are judged.

    ``season`` is the number of them in a year; None where a year has too many for each to have a
    normal value of its own. ``judged_by`` is how many earlier ones are read, on a card and in a
    trend alike, lest the two contradict each other.
    """

    season: int | None
    judged_by: int


#: Other kinds are not judged by a history.
RHYTHMS: Mapping[str, Rhythm] = {
    "month": Rhythm(12, 36),
    "quarter": Rhythm(4, 12),
    "week": Rhythm(None, 24),
}


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

    def run(self, values: Sequence[float]) -> int:
        """Count how many of the last values lie on one side of the mean; below it negative.

        Eight are a change of level, even where none is outside the limits: chance alone does
        that once in 128 times.

        >>> xmr_limits([52, 47, 53, 51, 50, 49, 55, 48]).run([49, 51, 52, 53])
        3
        """
        count = 0
        for value in reversed(values):
            side = (value > self.mean) - (value < self.mean)
            if not side or count * side < 0:
                break
            count += side
        return count


@dataclass(frozen=True)
class Judgement:
    """What can be said of the last value of a series, by which method, and why.

    ``seasonal``: the value against what its own level, trend and season led one to expect, on the
    log scale. ``plain``: the value against its own past. ``interval``: the difference of two
    rates, or of pairs.

    Attributes:
        signal: On which side of its limits the value lies, if on any.
        method: How it was judged.
        lower: Lower end of the normal range of the value, in the metric's own unit.
        upper: Its upper end.
        points: Past values, pairs or trials behind the verdict.
        expected: The value that was expected.
        size: How far the value departs from it, in standard deviations of the series' own noise
            (``seasonal``, ``plain``) or of the difference (``interval``).
        p_value: Probability of a departure as large on either side, if nothing had changed.
        reason: Why this verdict, or why none.
    """

    signal: Signal
    method: Method
    lower: float | None = None
    upper: float | None = None
    points: int = 0
    expected: float | None = None
    size: float | None = None
    p_value: float | None = None
    reason: Reason = ""

    @property
    def is_judged(self) -> bool:
        """Tell whether there is a verdict at all."""
        return self.signal != "not_enough_data"


NOT_JUDGED = Judgement("not_enough_data", "none")


def _unjudged(reason: Reason, points: int = 0) -> Judgement:
    return Judgement("not_enough_data", "none", points=points, reason=reason)


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


def judge_series(
    values: Sequence[float | None],
    season: int | None = 12,
    *,
    exposure: Sequence[float] | None = None,
    events: Sequence[Sequence[float]] = (),
    tested: int = 1,
    confidence: float = CONFIDENCE,
) -> Judgement:
    """Judge the last value by those before it.

    With a season the value is judged against what level, trend and season let expect
    (``expectation.expect``), on the log scale where all values are positive. That needs
    ``MINIMUM_SEASONS`` whole seasons before it; with less there is no verdict, because a season
    seen once cannot be told from a change. Without a season, the limits are those of a process
    behaviour chart.

    Args:
        values: Oldest first, equally spaced, ending with the value to judge. None is a gap;
            noughts before the first sale are no history.
        season: Number of periods in a year, or None where there is no season.
        exposure: What each value had a chance in, such as the days of the month; None for rates
            and levels, which do not grow with days.
        events: For each moving event, which share of it falls in each period
            (``alignment.event_shares``): years differ in it, so that the season does not hold it.
        tested: How many of the last values to judge together: more than one asks for a change of
            level, which single values are too noisy to show.
        confidence: What share of quiet values stays inside the limits.
    """
    if season is None:
        return _judge_plainly(values, confidence)
    scaled = _ready_to_judge(values, season, exposure, tested)
    if isinstance(scaled, Judgement):
        return scaled
    ready, on_log = scaled
    found = expect(ready, season, tested, events)
    if found is None:
        return _unjudged("no_variation")
    last = [value for value in ready[-tested:] if value is not None]
    mean = math.fsum(last) / len(last)
    days = exposure[-1] if exposure is not None and on_log else 1.0
    ends = (*found.limits(confidence), found.centre)
    lower, upper, expected = (math.exp(end) * days if on_log else end for end in ends)
    p_value = found.p_value(mean)
    signal: Signal = "noise"
    if p_value < 1 - confidence:
        signal = "signal_up" if mean > found.centre else "signal_down"
    return Judgement(
        signal,
        "seasonal",
        lower,
        upper,
        found.points,
        expected,
        (mean - found.centre) / found.noise,
        p_value,
        "within_limits" if signal == "noise" else "outside_limits",
    )


def _ready_to_judge(
    values: Sequence[float | None], season: int, exposure: Sequence[float] | None, tested: int
) -> tuple[list[float | None], bool] | Judgement:
    """Bring a series on the scale it is judged on, or say why it cannot be judged."""
    known = [None if _is_missing(value) else float(value) for value in values]  # type: ignore[arg-type]
    if len(known) < tested or any(value is None for value in known[-tested:]):
        return _unjudged("no_value")
    # What was not there yet did not vary.
    first = next((place for place, value in enumerate(known) if value), len(known))
    known[:first] = [None] * first
    past = [value for value in known[:-tested] if value is not None]
    if len(past) < MINIMUM_SEASONS * season:
        return _unjudged("too_little_history", len(past))
    if min(value for value in known if value is not None) <= 0:
        return known, False
    days = exposure if exposure is not None else [1.0] * len(known)
    logs = [
        None if value is None else math.log(value / one)
        for value, one in zip(known, days, strict=True)
    ]
    return logs, True


def _judge_plainly(values: Sequence[float | None], confidence: float) -> Judgement:
    """Judge the last value by the limits of a process behaviour chart, and no season."""
    from scipy.special import ndtr, ndtri

    if not values or _is_missing(values[-1]):
        return _unjudged("no_value")
    *past, last = _since_it_began(_unbroken_tail(values))
    limits = xmr_limits(past)
    if limits is None:
        return _unjudged("too_little_history", len(past))
    spread = limits.moving_range * LIMIT_FACTOR / 3
    reach = float(ndtri((1 + confidence) / 2)) * spread if confidence != CONFIDENCE else 3 * spread
    lower, upper = limits.mean - reach, limits.mean + reach
    size = (last - limits.mean) / spread if spread else 0.0
    signal: Signal = "signal_up" if last > upper else "signal_down" if last < lower else "noise"
    return Judgement(
        signal,
        "plain",
        # What cannot be negative has no normal range below nought.
        max(lower, 0.0) if min(*past, last) >= 0 else lower,
        upper,
        limits.points,
        limits.mean,
        size,
        float(2 * ndtr(-abs(size))),
        "within_limits" if signal == "noise" else "outside_limits",
    )


def judge_pairs(
    before: Sequence[float | None], after: Sequence[float | None], confidence: float = 0.95
) -> Judgement:
    """Judge a year by its months, each paired with the same month a year earlier.

    The season cancels within each pair. A change is one where the interval of the average
    change over the months excludes nought: growth that most months share, not one good month.
    """
    from scipy.special import stdtr, stdtrit

    pairs = [
        (float(then), float(now))
        for then, now in zip(before, after, strict=True)
        if then is not None and now is not None
    ]
    if len(pairs) < MINIMUM_PAIRS or len(pairs) < len(before):
        return _unjudged("too_little_history", len(pairs))
    on_log = min(min(pair) for pair in pairs) > 0
    gaps = [math.log(now / then) if on_log else now - then for then, now in pairs]
    mean, freedom = math.fsum(gaps) / len(gaps), len(gaps) - 1
    spread = math.sqrt(math.fsum((gap - mean) ** 2 for gap in gaps) / freedom / len(gaps))
    reach = float(stdtrit(freedom, (1 + confidence) / 2)) * spread
    signal: Signal = "noise" if abs(mean) <= reach else "signal_up" if mean > 0 else "signal_down"
    return Judgement(
        signal,
        "interval",
        points=len(pairs),
        size=mean / spread if spread else None,
        p_value=float(2 * stdtr(freedom, -abs(mean) / spread)) if spread else None,
        reason="within_limits" if signal == "noise" else "outside_limits",
    )


def false_discoveries(
    p_values: Sequence[float], weights: Sequence[float] | None = None
) -> list[float]:
    """Give each of many tests its q-value: the share of false ones among all as good or better.

    Of a thousand quiet series, three lie outside limits of three standard deviations. Whoever
    reports what has q below 0.1 is wrong in one of ten reports, however many series were asked,
    and in a month where nothing happened, with probability 0.1 reports anything at all
    (Benjamini and Hochberg 1995; weights: Genovese, Roeder and Wasserman 2006).

    Args:
        p_values: One of each test.
        weights: What is worth more attention beforehand, such as money; positive.

    Returns:
        q-values in the same order; each at least its p-value where there are no weights.

    >>> [round(q, 3) for q in false_discoveries([0.01, 0.04, 0.03, 0.5])]
    [0.04, 0.053, 0.053, 0.5]
    """
    count = len(p_values)
    if weights is not None:
        mean = math.fsum(weights) / count
        p_values = [p * mean / w for p, w in zip(p_values, weights, strict=True)]
    found = [1.0] * count
    least = 1.0
    for rank, place in sorted(
        enumerate(sorted(range(count), key=lambda one: p_values[one]), start=1), reverse=True
    ):
        least = min(least, p_values[place] * count / rank)
        found[place] = least
    return found


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
