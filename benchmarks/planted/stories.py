"""What is planted: one story of a known size, month and scope, or none.

The size is the shift of the mean in standard deviations of the series' own noise, as the demo
company counts it: noise is the spread of ln(actual / expected) without stories, expected being
the generator's own mean before any chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

#: What may happen, and the metric in whose noise its size is counted.
KINDS: Mapping[str, str] = {
    "traffic": "sessions",  # fewer or more visits of one store
    "conversion": "store_cvr",  # of the visits of one store fewer or more buy
    "basket": "aov",  # dearer or cheaper baskets in one store
    "demand": "gmv",  # visits and conversion of one store together
    "company": "gmv",  # visits of all stores
    "market": "gmv",  # one country of a store that ships to several
    "product": "units_sold",  # one article of one store
    "click_price": "cpc",  # advertising of one store
    "refunds": "refund_rate",  # of one store
}
SIZES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
#: How many months a story may last.
LENGTHS = (1, 1, 2, 3)


@dataclass(frozen=True)
class Story:
    """One planted story; ``factor`` is what the mean is multiplied by in each of its months."""

    kind: str
    metric: str
    month: int
    months: int = 1
    store: str = ""
    member: str = ""
    size: float = 0.0
    direction: str = "down"
    factor: float = 1.0
    noise: float = 0.0

    def covers(self, month: int) -> bool:
        """Tell whether the story is on in a month."""
        return self.month <= month < self.month + self.months


def draw(
    rng: np.random.Generator,
    months: range,
    chance: float,
    scopes: Mapping[str, list[tuple[str, str]]],
    noise: Mapping[tuple[str, str, str], float],
) -> list[Story]:
    """Plant stories one after the other, of any kind, size and length alike, never two at once.

    Args:
        rng: The seed's own chance.
        months: Where stories may lie.
        chance: How likely one begins in a month that has none.
        scopes: Kind -> (store, member) it may be about.
        noise: (kind, store, member) -> standard deviation of its series.
    """
    found = []
    free = months.start
    for month in months:
        if month < free or rng.random() >= chance:
            continue
        kind = list(KINDS)[rng.integers(len(KINDS))]
        store, member = scopes[kind][rng.integers(len(scopes[kind]))]
        size, sign = float(rng.choice(SIZES)), int(rng.choice((-1, 1)))
        length = min(int(rng.choice(LENGTHS)), months.stop - month)
        spread = float(noise[kind, store, member])
        found.append(
            Story(
                kind, KINDS[kind], month, length, store, member, size,
                "up" if sign > 0 else "down", float(np.exp(sign * size * spread)), spread,
            )
        )  # fmt: skip
        free = month + length
    return found
