"""Tests of one change against another: how many visitors, what was found, and what it is worth.

Belongs here: two arms of a test, planned and read (DOMAIN E8), the clicks it takes to believe
that a keyword does not sell (R01), and what a mailing brought beyond those who got none. Rates
that were not drawn by lot are compared in ``rates``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Literal

from helpers.analysis.rates import MINIMUM_CASES, compare_rates

Outcome = Literal["better", "worse", "no_difference", "too_early", "not_enough_data"]
#: Beyond this no lift is looked for: it would be no test of a detail.
_LARGEST_LIFT = 1000.0


def required_n(rate: float, lift: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Say how many visitors each arm needs to show a relative lift of a conversion rate.

    Two-sided test of two proportions, normal approximation (Fleiss, Levin and Paik 2003, 4.14).

    Args:
        rate: Conversion rate without the change, between 0 and 1.
        lift: Smallest relative change worth finding: 0.2 is a fifth more, -0.2 a fifth less.
        alpha: Accepted share of tests that see a difference where there is none.
        power: Wanted share of tests that see the lift where it is there.

    Raises:
        ValueError: A rate outside 0 and 1, or no lift at all.

    >>> required_n(0.03, 0.2)
    13914
    """
    other = rate * (1 + lift)
    if not (0 < rate < 1 and 0 <= other <= 1 and lift):
        raise ValueError(f"rate {rate} and lift {lift}: both rates lie in 0 to 1 and differ")
    found, tested = NormalDist().inv_cdf(power), NormalDist().inv_cdf(1 - alpha / 2)
    alone, both = _spreads(rate, other)
    return math.ceil(((tested * both + found * alone) / (other - rate)) ** 2)


def achieved_power(rate: float, lift: float, n: float, alpha: float = 0.05) -> float:
    """Say how likely ``n`` visitors per arm are to show a relative lift that is really there.

    >>> round(achieved_power(0.03, 0.2, 13_914), 3)
    0.8
    """
    other = rate * (1 + lift)
    alone, both = _spreads(rate, other)
    gap = abs(other - rate) * math.sqrt(n)
    return NormalDist().cdf((gap - NormalDist().inv_cdf(1 - alpha / 2) * both) / alone)


def detectable_lift(rate: float, n: float, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """Give the smallest relative lift that ``n`` visitors per arm can show.

    Returns:
        None where not even a rate of one would be told from ``rate``.

    >>> round(detectable_lift(0.03, 13_914), 3)
    0.2
    """
    low, high = 0.0, min(1 / rate - 1, _LARGEST_LIFT)
    if n <= 0 or achieved_power(rate, high, n, alpha) < power:
        return None
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        if middle and achieved_power(rate, middle, n, alpha) >= power:
            high = middle
        else:
            low = middle
    return high


def _spreads(rate: float, other: float) -> tuple[float, float]:
    """Give the standard deviation of the difference: with two rates, and if there were one."""
    mean = (rate + other) / 2
    return (
        math.sqrt(rate * (1 - rate) + other * (1 - other)),
        math.sqrt(2 * mean * (1 - mean)),
    )


def clicks_needed(orders: int, rate: float = 0.02, confidence: float = 0.95) -> int:
    """Say after how many clicks so few orders prove a conversion rate below ``rate``.

    Exact binomial, one-sided: the least n with P(X <= orders | n, rate) <= 1 - confidence. With
    fewer clicks, "it does not sell" is a guess (DOMAIN R01).

    >>> clicks_needed(0), clicks_needed(1)
    (149, 236)
    """
    from scipy.special import bdtr

    low, high = orders, max(1, orders)
    while bdtr(orders, high, rate) > 1 - confidence:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bdtr(orders, middle, rate) > 1 - confidence else (low, middle)
    return high


def is_credibly_below(
    orders: float, clicks: float, rate: float = 0.02, confidence: float = 0.95
) -> bool:
    """Tell whether so few orders of so many clicks prove a conversion rate below ``rate``.

    >>> is_credibly_below(0, 148), is_credibly_below(0, 149)
    (False, True)
    """
    from scipy.special import bdtr

    return clicks > orders and bool(bdtr(orders, round(clicks), rate) <= 1 - confidence)


@lru_cache(maxsize=256)
def false_alarms_of_peeking(looks: int, alpha: float = 0.05) -> float:
    """Say how often a test that changes nothing looks like a find on at least one of its looks.

    Somebody who looks every day and stops at the first p below 0.05 is wrong far more often than
    in 5 % of tests: evenly spaced looks, computed by recursion (Armitage, McPherson and Rowe
    1969).

    >>> [round(false_alarms_of_peeking(looks), 3) for looks in (1, 2, 5, 20)]
    [0.05, 0.083, 0.142, 0.248]
    """
    import numpy as np

    reach = NormalDist().inv_cdf(1 - alpha / 2)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    # Density of the running sum of those that have not stopped, on nodes that spread with it.
    place, density = nodes * reach, np.exp(-((nodes * reach) ** 2) / 2) / math.sqrt(2 * math.pi)
    mass = density * weights * reach
    for look in range(2, looks + 1):
        ahead = nodes * reach * math.sqrt(look)
        step = np.exp(-((ahead[:, None] - place[None, :]) ** 2) / 2) / math.sqrt(2 * math.pi)
        place, mass = ahead, (step @ mass) * weights * reach * math.sqrt(look)
    return 1 - float(mass.sum())


@lru_cache(maxsize=256)
def alpha_per_look(looks: int, alpha: float = 0.05) -> float:
    """Give the p-value that each of several planned looks must beat to keep ``alpha`` in all.

    The same at every look (Pocock 1977): who must look early, may, at this price.

    >>> [round(alpha_per_look(looks), 4) for looks in (1, 2, 5)]
    [0.05, 0.0294, 0.0158]
    """
    low, high = alpha / looks, alpha
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if false_alarms_of_peeking(looks, middle) < alpha else (low, middle)
        )
    return (low + high) / 2


@dataclass(frozen=True)
class Reading:
    """What a test of two arms says.

    Attributes:
        outcome: ``better`` or ``worse`` where the variant differs beyond chance; ``too_early``
            where the planned visitors are not there yet, whatever the arms show; ``no_difference``
            where they are and the arms do not differ; ``not_enough_data`` where an arm has fewer
            than ``MINIMUM_CASES`` visitors.
        difference: Variant's rate less the control's, as a fraction; None without visitors.
        low: Lower end of its interval.
        high: Its upper end.
        lift: The difference relative to the control's rate; None where that is nought.
        p_value: Probability of such a difference by chance, of one look.
        n: Visitors of the smaller arm.
        required: Visitors per arm that the smallest lift worth finding needs; None where none was
            named, or nobody bought in the control.
        power: How likely these visitors were to show that lift.
        detectable: Smallest lift that these visitors can show.
        looks: How often somebody has looked.
        false_alarms: Probability of a false find by ``p_value`` alone after so many looks.
    """

    outcome: Outcome
    difference: float | None
    low: float | None
    high: float | None
    lift: float | None
    p_value: float | None
    n: int
    required: int | None
    power: float | None
    detectable: float | None
    looks: int
    false_alarms: float

    @property
    def is_peeked(self) -> bool:
        """Tell whether looking has made a find more likely than the test promises."""
        return self.outcome == "too_early" or self.looks > 1


def read_test(
    control: tuple[int, int],
    variant: tuple[int, int],
    *,
    smallest_lift: float | None = None,
    planned: int | None = None,
    looks: int = 1,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Reading:
    """Read a test of two arms, each as (orders, visitors), as it was planned and no earlier.

    Args:
        control: The arm without the change.
        variant: The arm with it.
        smallest_lift: Smallest relative lift worth finding; it sets the visitors needed.
        planned: Visitors per arm that were planned; what ``smallest_lift`` needs if not given.
        looks: How often somebody has looked, this time included. Each look is held to the
            p-value that keeps ``alpha`` for all of them together.
        alpha: Accepted share of false finds.
        power: Wanted share of lifts found.
    """
    n = min(control[1], variant[1])
    rate = control[0] / control[1] if control[1] else 0.0
    knows_rate = 0 < rate < 1
    required = None
    if smallest_lift and knows_rate and rate * (1 + smallest_lift) <= 1:
        required = required_n(rate, smallest_lift, alpha, power)
    found = compare_rates(control, variant, 1 - alpha)
    needed = planned or required
    outcome: Outcome
    if found is None or n < MINIMUM_CASES:
        outcome = "not_enough_data"
    elif needed is not None and n < needed and looks < 2:
        outcome = "too_early"
    elif found.p_value >= alpha_per_look(looks, alpha):
        outcome = "too_early" if needed is not None and n < needed else "no_difference"
    else:
        outcome = "better" if found.difference > 0 else "worse"
    return Reading(
        outcome,
        found.difference if found else None,
        found.low if found else None,
        found.high if found else None,
        found.difference / rate if found and rate else None,
        found.p_value if found else None,
        n,
        required,
        achieved_power(rate, smallest_lift, n, alpha) if required and smallest_lift else None,
        detectable_lift(rate, n, alpha, power) if knows_rate else None,
        looks,
        false_alarms_of_peeking(looks, alpha),
    )


@dataclass(frozen=True)
class HoldoutLift:
    """What contacting people brought beyond what they would have bought anyway.

    Attributes:
        lift: Rate of the contacted over that of the held out, less one.
        low: Lower end of its 95 % interval.
        high: Its upper end.
        extra: Orders that the contact brought.
        extra_low: Lower end of their interval.
        extra_high: Its upper end.
        p_value: Probability of such a difference by chance.
    """

    lift: float
    low: float
    high: float
    extra: float
    extra_low: float
    extra_high: float
    p_value: float


def holdout_lift(
    contacted: tuple[int, int], held_out: tuple[int, int], confidence: float = 0.95
) -> HoldoutLift | None:
    """Compare those who were contacted with a group, drawn by lot, that was not.

    The interval of the ratio is that of its logarithm (Katz et al. 1978), the one of the extra
    orders Newcombe's interval of the difference times the contacted.

    Args:
        contacted: (buyers, people).
        held_out: (buyers, people).
        confidence: Of both intervals.

    Returns:
        None where a group has fewer than ``MINIMUM_CASES`` people or no buyer: no ratio then.

    >>> found = holdout_lift((300, 10_000), (200, 10_000))
    >>> round(found.lift, 2), round(found.extra)
    (0.5, 100)
    """
    if min(contacted[1], held_out[1]) < MINIMUM_CASES or min(contacted[0], held_out[0]) <= 0:
        return None
    found = compare_rates(held_out, contacted, confidence)
    assert found is not None, "both groups have people"
    ratio = found.after / found.before
    spread = math.sqrt(1 / contacted[0] - 1 / contacted[1] + 1 / held_out[0] - 1 / held_out[1])
    reach = math.exp(NormalDist().inv_cdf((1 + confidence) / 2) * spread)
    people = contacted[1]
    return HoldoutLift(
        ratio - 1,
        ratio / reach - 1,
        ratio * reach - 1,
        found.difference * people,
        found.low * people,
        found.high * people,
        found.p_value,
    )
