"""Rates of few cases: intervals, two rates beside each other, and many in a funnel (DOMAIN E9).

Belongs here: what cases and trials alone can tell. A rate with a history is ``signal``'s business,
a planned test that of ``experiments``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from helpers.analysis.signal import CONFIDENCE, MINIMUM_CASES, Judgement, Signal

#: From fewer members no spread between them can be told.
MINIMUM_MEMBERS = 5


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


@dataclass(frozen=True)
class RateComparison:
    """Two rates beside each other.

    Attributes:
        before: The earlier rate, or the control's.
        after: The later rate, or the variant's.
        difference: ``after - before``, as a fraction: 0.01 is one point.
        low: Lower end of the interval of the difference (Newcombe 1998, method 10).
        high: Its upper end.
        size: The difference in standard deviations, as if nothing had changed (score test).
        p_value: Probability of a difference as large on either side, if nothing had changed.
        trials: Trials of both together.
    """

    before: float
    after: float
    difference: float
    low: float
    high: float
    size: float
    p_value: float
    trials: float


def compare_rates(
    before: tuple[float, float], after: tuple[float, float], confidence: float = 0.95
) -> RateComparison | None:
    """Put two rates, each as (cases, trials), beside each other; None without trials.

    >>> found = compare_rates((48, 80), (56, 70))
    >>> round(found.difference, 2), round(found.size, 2), round(found.p_value, 4)
    (0.2, 2.65, 0.008)
    """
    interval = difference_interval(before, after, confidence)
    if interval is None:
        return None
    first, second = before[0] / before[1], after[0] / after[1]
    pooled = (before[0] + after[0]) / (before[1] + after[1])
    spread = math.sqrt(pooled * (1 - pooled) * (1 / before[1] + 1 / after[1]))
    size = (second - first) / spread if spread else 0.0
    p_value = 2 * NormalDist().cdf(-abs(size))
    return RateComparison(
        first, second, second - first, *interval, size, p_value, before[1] + after[1]
    )


def judge_rates(
    before: tuple[float, float], after: tuple[float, float], confidence: float = 0.95
) -> Judgement:
    """Judge the difference of two rates: a change only where its interval excludes nought."""
    found = compare_rates(before, after, confidence)
    if found is None or min(before[1], after[1]) < MINIMUM_CASES:
        return Judgement("not_enough_data", "none", reason="too_few_cases")
    # Read the other way round: where the new rate would have to lie to count as unchanged.
    reach = (
        found.before - (found.high - found.difference),
        found.before + (found.difference - found.low),
    )
    signal: Signal = "signal_up" if found.low > 0 else "signal_down" if found.high < 0 else "noise"
    return Judgement(
        signal,
        "interval",
        max(0.0, reach[0]),
        min(1.0, reach[1]),
        2,
        expected=found.before,
        size=found.size,
        p_value=found.p_value,
        reason="within_limits" if signal == "noise" else "outside_limits",
    )


def chance_of(cases: int, trials: int, rate: float) -> float:
    """Give the exact binomial probability of a count as far from ``rate`` on either side.

    >>> round(chance_of(10, 100, 0.05), 3)
    0.056
    """
    from scipy.special import bdtr, bdtrc

    below = float(bdtr(cases, trials, rate))
    above = float(bdtrc(cases - 1, trials, rate)) if cases else 1.0
    return min(1.0, 2 * min(below, above))


@dataclass(frozen=True)
class FunnelPlot:
    """Many members' rates against what all of them together would lead one to expect.

    Attributes:
        centre: Cases of all over trials of all.
        spread: How far members' true rates lie apart beyond chance, as a standard deviation; 0
            where chance explains all of it. With it a member stands out only against the usual
            differences between members (Spiegelhalter 2005, additive over-dispersion).
        members: A judgement per member, in the order they were given.
    """

    centre: float
    spread: float
    members: tuple[Judgement, ...]


def funnel_plot(
    members: Sequence[tuple[float, float]],
    minimum: float = MINIMUM_CASES,
    confidence: float = CONFIDENCE,
) -> FunnelPlot | None:
    """Judge the rates of many markets, keywords or stores at once.

    Small members swing widely by chance and fill both ends of any ranking. The limits are wide
    for them and narrow for large ones: binomial where chance alone explains the spread, wider
    where members differ anyway.

    Args:
        members: (cases, trials) of each.
        minimum: Members with fewer trials are not judged, and count in the centre only.
        confidence: What share of members stays inside if none is special.

    Returns:
        None where nobody has trials, or all trials or none are cases.
    """
    trials = math.fsum(total for _, total in members)
    centre = math.fsum(cases for cases, _ in members) / trials if trials else 0.0
    if not 0 < centre < 1:
        return None
    spread = _spread_between(centre, [one for one in members if one[1] >= minimum])
    return FunnelPlot(
        centre,
        spread,
        tuple(
            _judge_member(cases, total, centre, spread, confidence)
            if total >= minimum
            else Judgement("not_enough_data", "none", reason="too_few_cases")
            for cases, total in members
        ),
    )


def _spread_between(centre: float, members: Sequence[tuple[float, float]]) -> float:
    """Estimate the spread of true rates by moments; 0 unless it is beyond chance itself."""
    from scipy.special import chdtrc

    if len(members) < MINIMUM_MEMBERS:
        return 0.0
    variances = [centre * (1 - centre) / total for _, total in members]
    sizes = [
        (cases / total - centre) / math.sqrt(variance)
        for (cases, total), variance in zip(members, variances, strict=True)
    ]
    # The member that is looked for must not widen the limits it is judged by: the outer tenth on
    # each side counts as far out as the member next to it.
    ordered = sorted(sizes)
    cut = max(1, len(ordered) // 10)
    low, high = ordered[cut], ordered[-1 - cut]
    observed = math.fsum(min(max(size, low), high) ** 2 for size in sizes)
    freedom = len(members) - 1
    if chdtrc(freedom, observed) > 0.05:
        return 0.0
    weights = [1 / variance for variance in variances]
    scale = math.fsum(weights) - math.fsum(w * w for w in weights) / math.fsum(weights)
    return math.sqrt(max(0.0, (observed - freedom) / scale))


def _judge_member(
    cases: float, trials: float, centre: float, spread: float, confidence: float
) -> Judgement:
    rate = cases / trials
    deviation = math.sqrt(centre * (1 - centre) / trials + spread**2)
    size = (rate - centre) / deviation
    if spread:
        p_value = 2 * NormalDist().cdf(-abs(size))
        reach = NormalDist().inv_cdf((1 + confidence) / 2) * deviation
        lower, upper = max(0.0, centre - reach), min(1.0, centre + reach)
    else:
        p_value = chance_of(round(cases), round(trials), centre)
        lower, upper = _binomial_limits(round(trials), centre, 1 - confidence)
    out = p_value < 1 - confidence
    signal: Signal = "noise" if not out else "signal_up" if rate > centre else "signal_down"
    return Judgement(
        signal,
        "interval",
        lower,
        upper,
        round(trials),
        expected=centre,
        size=size,
        p_value=p_value,
        reason="outside_limits" if out else "within_limits",
    )


def _binomial_limits(trials: int, rate: float, alarm: float) -> tuple[float, float]:
    """Give the least and the greatest rate of so many trials that are no signal."""
    middle = min(trials, max(0, round(rate * trials)))
    # The p-value falls on both sides of the middle, so that a search by halves finds its edge.
    low, high = -1, middle
    while high - low > 1:
        between = (low + high) // 2
        low, high = (between, high) if chance_of(between, trials, rate) < alarm else (low, between)
    least = high
    low, high = middle, trials + 1
    while high - low > 1:
        between = (low + high) // 2
        low, high = (low, between) if chance_of(between, trials, rate) < alarm else (between, high)
    return least / trials, low / trials
