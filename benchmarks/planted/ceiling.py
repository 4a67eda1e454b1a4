"""What somebody could tell who knew the generator: every mean and every spread of every month.

The chance of a month is drawn for the month and moves all of its days, so that no finer figures
tell more. What does: prices of the same articles for a basket, orders for sales, visits for a
story of all visits, numbers and not money for refunds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planted.company import SHARED, STORES, Company, make_company

#: So many standard deviations so many series and so few alarms ask for.
ASKED, ASKED_OF_RUNS = 3.3, 3.7


def ceiling_of(seed: int, story: Mapping[str, Any]) -> float:
    """Give the chance that such an observer tells the story in one of its months."""
    sharp = story["size"] * story["noise"] / _sharpest(make_company(seed), story)
    rng = np.random.default_rng(17)
    scores = sharp + rng.normal(size=(20_000, story["months"]))
    hit = (scores > ASKED).any(axis=1)
    for length in range(2, story["months"] + 1):
        hit |= scores[:, :length].sum(axis=1) / length**0.5 > ASKED_OF_RUNS
    return float(hit.mean())


def _sharpest(company: Company, story: Mapping[str, Any]) -> float:
    """Give the spread of the figure that shows the story best, its own chance and counting."""
    orders_of = {store: orders for store, _, _, orders in STORES}
    total = sum(orders_of.values())
    if not story["store"]:
        own = sum((orders / total * company.means[store]["spread"]["visits"]) ** 2
                  for store, orders in orders_of.items())  # fmt: skip
        return float((own + SHARED[0] ** 2) ** 0.5)
    means, orders = company.means[story["store"]], orders_of[story["store"]]
    spread = means["spread"]
    match story["kind"]:
        case "traffic":
            return float(spread["visits"])
        case "conversion":
            return float((spread["cvr"] ** 2 + 1 / orders) ** 0.5)
        case "basket":
            return float(spread["basket"])
        case "demand":
            return float((spread["visits"] ** 2 + spread["cvr"] ** 2 + 1 / orders) ** 0.5)
        case "click_price":
            return float(spread["click"])
        case "refunds":
            return float((spread["refund"] ** 2 + 1 / (means["refund"][0] * orders)) ** 0.5)
        case "market":
            book = company.markets[story["store"]]
            part = orders * book["weight"][book["countries"].index(story["member"])]
            alone = spread["visits"] ** 2 + spread["cvr"] ** 2
            # Beside the store's other countries, or by itself, whichever is steadier.
            return float((0.06**2 + 1 / part + min(1 / (orders - part), alone)) ** 0.5)
        case _:
            book = company.articles[story["store"]]
            listed = [f"SKU-{article:04d}" for article in book["listed"]]
            weights = book["weight"].mean(axis=1)
            part = orders * weights[listed.index(story["member"])] / weights.sum()
            return float((0.10**2 + 1 / part + 1 / (orders - part)) ** 0.5)
