"""What was paid for clicks: campaigns, search terms, days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import CATEGORIES, Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK, Array, smallest_payment
from helpers.demo.sales import Sales
from helpers.demo.stores import Profile
from helpers.demo.stories import AD_COST_NOISE, Story
from helpers.demo.timeline import Timeline

#: Search terms of each category, best first.
TERMS = (
    ("electric kettle", "travel kettle", "gooseneck kettle", "coffee grinder"),
    ("camping lantern", "camping chair foldable", "camping stove"),
    ("storage boxes with lids", "shoe rack", "drawer organizer"),
    ("cat water fountain", "automatic cat feeder", "dog bed large"),
    ("makeup mirror with lights", "massage gun", "hair dryer"),
)


@dataclass(frozen=True)
class Target:
    """One line of an advertising report: what a campaign bids on."""

    campaign: str
    ad_group: str
    targeting: str
    match_type: str
    term: str
    category: int
    share: float


@dataclass(frozen=True)
class Advertising:
    """One shop's advertising, one entry per target and day with any impression."""

    profile: Profile
    targets: list[Target]
    day: Array
    target: Array
    impressions: Array
    clicks: Array
    spend: Array
    orders: Array
    units: Array
    sales: Array


def _targets(shop: Profile) -> list[Target]:
    found: list[Target] = []
    weights = (0.34, 0.18, 0.16, 0.18, 0.14)
    for category, terms in enumerate(TERMS):
        short = CATEGORIES[category][0].split(" ")[0].rstrip("s")
        campaign = f"{shop.id.split('-')[-1].upper()} | {short} | Exact"
        part = weights[category] * 0.75 / sum(1 / (n + 1) for n in range(len(terms)))
        for place, term in enumerate(terms):
            found.append(Target(campaign, short, term, "EXACT", term, category, part / (place + 1)))
        if shop.platform == "amazon":
            campaign = f"{shop.id.split('-')[-1].upper()} | {short} | Auto"
            found.append(Target(campaign, short, "close-match", "-", terms[0] + " best", category,
                                weights[category] * 0.25))  # fmt: skip
    return found


def advertise(
    rng: np.random.Generator,
    drawn: Drawn,
    sales: Sales,
    stories: list[Story],
    timeline: Timeline,
    goods: Assortment,
) -> Advertising:
    """Buy a part of the shop's sessions, at prices that move from month to month."""
    shop = drawn.expected.profile
    targets = _targets(shop)
    share = np.array([one.share for one in targets]) / sum(one.share for one in targets)
    categories = np.array([one.category for one in targets])
    days = len(timeline.days)
    by_category = np.stack([
        drawn.sessions[:, goods.category == one].sum(axis=1) for one in range(len(CATEGORIES))
    ], axis=1)  # fmt: skip
    everybody = np.maximum(by_category.sum(axis=1, keepdims=True), 1)
    # Targets draw from their own category, so that seasons show in the campaigns too.
    lean = by_category / everybody * len(CATEGORIES)
    expected = drawn.sessions.sum(axis=1)[:, None] * shop.paid_share * share * lean[:, categories]
    clicks = rng.poisson(expected)
    impressions = clicks + rng.poisson(expected * 230 * np.exp(rng.normal(0, 0.2, expected.shape)))

    price = shop.click_price * _click_prices(rng, shop, stories, timeline)
    step = smallest_payment(shop.currency)
    exact = clicks * price[:, None] * np.exp(rng.normal(0, 0.12, (days, len(targets))))
    spend = np.rint(exact * TICK / step).astype(np.int64) * step
    rate = np.clip(drawn.lines.sum(axis=1) / np.maximum(drawn.sessions.sum(axis=1), 1), 0, 0.5)
    orders = rng.binomial(clicks, np.repeat(rate[:, None] * 0.92, len(targets), axis=1))
    units = orders + rng.binomial(orders, 0.14)
    placed = sales.is_placed
    sold = max(int(sales.quantity[placed].sum()), 1)
    worth = int(sales.paid[placed].sum()) // sold // step * step
    keep = np.nonzero(impressions)
    return Advertising(
        profile=shop, targets=targets, day=keep[0], target=keep[1],
        impressions=impressions[keep], clicks=clicks[keep], spend=spend[keep],
        orders=orders[keep], units=units[keep], sales=units[keep] * worth,
    )  # fmt: skip


def _click_prices(
    rng: np.random.Generator, shop: Profile, stories: list[Story], timeline: Timeline
) -> Array:
    """Give the price of a click per day, around 1: months wander by exactly the known noise."""
    count = len(timeline.months)
    wander = rng.normal(0, 1, count)
    if count > 2:
        wander = (wander - wander.mean()) / wander.std(ddof=1)
    # Advertising gets a little dearer every year, everywhere.
    level = np.exp(wander * AD_COST_NOISE + np.arange(count) / 12 * 0.03)
    for story in stories:
        if story.plan.lever == "click" and story.plan.scope["store"] == shop.id:
            level[story.plan.first_month : story.plan.last_month + 1] *= story.factor
    prices: Array = level[timeline.month_of_day]
    return prices
