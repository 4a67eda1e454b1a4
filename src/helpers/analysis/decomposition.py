"""Split a change into exact parts: drivers, currency, and price, volume and mix (DOMAIN E3, E4).

Belongs here: arithmetic on plain numbers whose parts add up to the whole, without a remainder.
``drivers`` and ``products`` bring the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


def logarithmic_mean(first: float, second: float) -> float:
    """Give the mean that makes logarithmic shares add up; between the two, ``first`` if equal.

    >>> round(logarithmic_mean(118800, 100000), 2)
    109130.24
    """
    if min(first, second) <= 0:
        return 0.0
    apart = (first - second) / second
    if apart == 0:
        return first
    # Each form of the logarithm keeps its digits only on its own side: close together, or far.
    gap = math.log1p(apart) if abs(apart) < 0.5 else math.log(first / second)
    return (first - second) / gap


def split_change(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Split the change of a product into one effect per factor (LMDI-I, Ang 2005).

    The effects add up to the change whatever the order of the factors. A factor that is zero in
    one of the two periods takes the whole change, shared evenly among such factors: the limit
    of the formula as the zero is approached.

    Args:
        before: Factors of the earlier period; their product is the quantity that changed.
        after: The same factors in the later period.

    Raises:
        ValueError: The factors differ, or one is negative.

    >>> effects = split_change({"orders": 100, "aov": 10}, {"orders": 120, "aov": 10})
    >>> {name: round(value, 6) for name, value in effects.items()}
    {'orders': 200.0, 'aov': 0.0}
    """
    if before.keys() != after.keys() or not before:
        raise ValueError(f"factors differ: {sorted(before)} and {sorted(after)}")
    if min(*before.values(), *after.values()) < 0:
        raise ValueError("a negative factor has no logarithm; split only what is zero or more")
    first, last = math.prod(before.values()), math.prod(after.values())
    if first == 0 or last == 0:
        return _split_from_nothing(before, after, last - first)
    weight = logarithmic_mean(last, first)
    effects = {name: weight * math.log(after[name] / before[name]) for name in before}
    # The last digits: shares of a change that is itself rounded are made to add up to it.
    residue = (last - first) - math.fsum(effects.values())
    largest = max(effects, key=lambda name: abs(effects[name]))
    effects[largest] += residue
    return effects


def chain_factors(counts: Mapping[str, float]) -> dict[str, float]:
    """Turn a funnel's counts into factors whose product is the last count.

    Args:
        counts: Top first; all but the last are above nought.

    >>> chain_factors({"visitors": 1000, "orders": 20, "sales": 900})
    {'visitors': 1000, 'orders': 0.02, 'sales': 45.0}
    """
    above = [1.0, *list(counts.values())[:-1]]
    return {
        name: count / before if place else count
        for place, ((name, count), before) in enumerate(zip(counts.items(), above, strict=True))
    }


def _split_from_nothing(
    before: Mapping[str, float], after: Mapping[str, float], change: float
) -> dict[str, float]:
    empty = before if change > 0 else after
    zeros = [name for name, value in empty.items() if value == 0]
    return {name: change / len(zeros) if change and name in zeros else 0.0 for name in before}


@dataclass(frozen=True)
class CurrencySplit:
    """A change in base currency: what was sold, and what the exchange rate did to it."""

    volume: float
    currency: float

    @property
    def total(self) -> float:
        """The whole change."""
        return self.volume + self.currency


def split_currency(
    local_before: float, rate_before: float, local_after: float, rate_after: float
) -> CurrencySplit:
    """Set the exchange rate's effect apart: trade at last period's rate, the rest is currency.

    >>> split_currency(1_000_000, 7.2, 1_100_000, 6.9).total.__round__()
    390000
    """
    return CurrencySplit(
        volume=(local_after - local_before) * rate_before,
        currency=local_after * (rate_after - rate_before),
    )


@dataclass(frozen=True)
class PriceVolumeMix:
    """A change in product revenue, in five parts that add up to it."""

    volume: float
    mix: float
    price: float
    new: float
    discontinued: float

    @property
    def total(self) -> float:
        """The whole change."""
        return math.fsum((self.volume, self.mix, self.price, self.new, self.discontinued))


def split_price_volume_mix(
    before: Mapping[str, tuple[float, float]], after: Mapping[str, tuple[float, float]]
) -> PriceVolumeMix:
    """Split a revenue change over products, each given as (units, revenue).

    Products sold in one period only are new or discontinued. Among the others, volume is the
    change of all units at last period's average price, mix the drift towards dearer or cheaper
    products, price the rest.
    """
    sold_before = {key for key, (units, _) in before.items() if units > 0}
    sold_after = {key for key, (units, _) in after.items() if units > 0}
    kept = sold_before & sold_after
    new = math.fsum(revenue for key, (_, revenue) in after.items() if key not in kept)
    gone = math.fsum(revenue for key, (_, revenue) in before.items() if key not in kept)
    units_before = math.fsum(before[key][0] for key in kept)
    units_after = math.fsum(after[key][0] for key in kept)
    revenue_before = math.fsum(before[key][1] for key in kept)
    revenue_after = math.fsum(after[key][1] for key in kept)
    if not kept:
        return PriceVolumeMix(0.0, 0.0, 0.0, new, -gone)
    at_old_prices = math.fsum(after[key][0] * before[key][1] / before[key][0] for key in kept)
    volume = (units_after - units_before) * revenue_before / units_before
    return PriceVolumeMix(
        volume=volume,
        mix=at_old_prices - revenue_before - volume,
        price=revenue_after - at_old_prices,
        new=new,
        discontinued=-gone,
    )
