"""From units sold to orders: who bought, when, where to, at which price, with which tax."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import CENT, TICK, Array, share_of, smallest_payment
from helpers.demo.stores import Profile
from helpers.demo.timeline import Clock, Timeline

#: Orders per hour of the local day, as shares to be normalised.
_HOURS = np.array([
    2.2, 1.3, 0.8, 0.6, 0.6, 0.9, 1.7, 2.8, 3.9, 4.7, 5.2, 5.4,
    5.6, 5.3, 5.1, 5.0, 5.1, 5.3, 5.8, 6.5, 7.2, 7.1, 6.0, 3.9,
])  # fmt: skip

#: States with their share of parcels and sales tax in thousandths.
US_STATES = (
    ("CA", 0.24, 85), ("TX", 0.17, 80), ("FL", 0.14, 70), ("NY", 0.13, 85), ("WA", 0.08, 92),
    ("IL", 0.10, 88), ("OR", 0.05, 0), ("GA", 0.09, 73),
)  # fmt: skip


#: Platforms that tell prices and discounts per unit: a line's discount is a whole one for each.
BY_THE_UNIT = ("shopee", "lazada")


@dataclass(frozen=True)
class Sales:
    """One shop's orders and their lines, in order of time; money in ticks."""

    profile: Profile
    clock: Clock
    step: int
    # one entry per order
    utc: Array
    day: Array
    country: Array
    state: Array
    cancelled: Array
    customer: Array
    shipping: Array
    #: A customer's first order in this shop.
    is_first: Array
    # one entry per line; lines of one order stand together
    order: Array
    sku: Array
    quantity: Array
    unit_price: Array
    listed: Array
    #: Seller-funded: cut on the line itself, and the line's part of an order-level code.
    line_discount: Array
    code_discount: Array
    platform_discount: Array
    tax_inside: Array
    tax_on_top: Array
    line_cancelled: Array

    @property
    def seller_discount(self) -> Array:
        """Give what the seller took off, line and order level together."""
        total: Array = self.line_discount + self.code_discount
        return total

    @property
    def paid(self) -> Array:
        """Give list value minus seller discounts, on the shop's tax basis."""
        return self.listed - self.seller_discount

    @property
    def gmv(self) -> Array:
        """Give list value minus seller discounts, tax out."""
        return self.paid - self.tax_inside

    @property
    def is_placed(self) -> Array:
        """Mark the lines that count as sold."""
        placed: Array = ~(self.line_cancelled | self.cancelled[self.order])
        return placed

    @property
    def line_day(self) -> Array:
        """Give the local day of every line."""
        days: Array = self.day[self.order]
        return days

    def code(self, order: int) -> str:
        """Give the ship-to country of an order."""
        return list(self.profile.ships_to)[int(self.country[order])]


def make_orders(
    rng: np.random.Generator, drawn: Drawn, timeline: Timeline, goods: Assortment, clock: Clock
) -> Sales:
    """Turn one shop's daily lines and units into orders."""
    shop = drawn.expected.profile
    step = smallest_payment(shop.currency)
    day, sku, quantity = _lines(rng, drawn)
    order = _grouped(rng, day, sku, shop.joined)
    count = int(order[-1]) + 1 if len(order) else 0
    order_day = np.zeros(count, dtype=np.int64)
    order_day[order] = day

    starts = clock.day_starts
    moment = np.interp(rng.random(count), np.append(0, np.cumsum(_HOURS)) / _HOURS.sum(),
                       np.arange(25) / 24)  # fmt: skip
    utc = starts[order_day] + np.floor(
        np.minimum(moment, 0.999999) * (starts[order_day + 1] - starts[order_day])
    ).astype(np.int64)
    # Orders follow each other in time; their lines move with them.
    sequence = np.argsort(utc, kind="stable")
    place = np.empty(count, dtype=np.int64)
    place[sequence] = np.arange(count)
    utc, order_day = utc[sequence], order_day[sequence]
    rows = np.argsort(place[order], kind="stable")
    order, sku, quantity = place[order][rows], sku[rows], quantity[rows]
    day = order_day[order]

    mix = np.cumsum(drawn.expected.countries, axis=1)[order_day]
    country = np.minimum((rng.random(count)[:, None] > mix).sum(axis=1), mix.shape[1] - 1)
    state = rng.choice(len(US_STATES), count, p=[one[1] for one in US_STATES])
    customer, is_first = _customers(rng, order_day, shop.loyalty)

    price = goods.prices[drawn.expected.shop, timeline.years[day], sku]
    listed = price * quantity
    # A few lines have their price cut without any feast.
    cut = np.maximum(drawn.expected.cut[day, sku], np.where(rng.random(len(sku)) < 0.12, 10, 0))
    cut = cut.astype(np.int64)
    line_discount = share_of(listed, cut, 100, step)
    if shop.platform in BY_THE_UNIT:
        line_discount = share_of(price, cut, 100, step) * quantity
    code_discount = np.zeros_like(listed)
    platform_discount = np.zeros_like(listed)
    if shop.platform == "shopify":
        welcomed = (rng.random(count) < np.where(is_first, 0.28, 0.06))[order]
        code_discount = np.where(welcomed, share_of(listed - line_discount, 10, 100, step), 0)
    alone = np.bincount(order, minlength=count)[order] == 1
    if shop.platform == "shopee":
        # The seller's voucher, on orders of one line: nobody has to share it out.
        welcomed = (rng.random(count) < 0.12)[order] & alone
        code_discount = np.where(welcomed, share_of(listed - line_discount, 5, 100, step), 0)
    if shop.platform in ("tiktok", "shopee", "lazada"):
        feast = (drawn.expected.cut[day] > 0).any(axis=1)
        given = rng.random(len(sku)) < np.where(feast, 0.55, 0.2)
        worth = share_of(listed - line_discount, 6, 100, step)
        if shop.platform in BY_THE_UNIT:
            worth = worth // (step * quantity) * step * quantity
        platform_discount = np.where(given, worth, 0)

    paid = listed - line_discount - code_discount
    rates = np.array([shop.tax.get(code, 0) for code in shop.ships_to])[country][order]
    tax_inside = np.zeros_like(listed)
    tax_on_top = np.zeros_like(listed)
    if shop.tax_basis == "included":
        # Where the export has no tax, the declared rate gives it, to the fourth decimal.
        finest = 1 if shop.tax_rate else step
        tax_inside = share_of(paid, rates, 1000 + rates, finest)
    elif "US" in shop.ships_to:
        is_american = np.array([code == "US" for code in shop.ships_to])[country][order]
        by_state = np.array([one[2] for one in US_STATES])[state][order]
        if shop.platform == "shopify":
            # The own site collects tax only where it has a nexus.
            by_state = np.where(np.isin(state, [0, 3])[order], by_state, 0)
        tax_on_top = share_of(paid, np.where(is_american, by_state, 0), 1000, step)

    cancelled = rng.random(count) < shop.cancelled
    line_cancelled = (rng.random(len(sku)) < 0.012) & ~alone
    if shop.platform != "amazon":
        line_cancelled[:] = False
    charged = rng.random(count) < (0.3 if shop.platform == "shopify" else 0.06)
    whole = {"JPY": 410, "THB": 35, "TWD": 60}
    fee = whole.get(shop.currency, 5) * TICK
    fee -= CENT if shop.currency not in whole else 0
    shipping = np.where(charged, fee, 0)
    return Sales(
        profile=shop, clock=clock, step=step, utc=utc, day=order_day, country=country, state=state,
        cancelled=cancelled, customer=customer, shipping=shipping, is_first=is_first,
        order=order, sku=sku, quantity=quantity, unit_price=price, listed=listed,
        line_discount=line_discount, code_discount=code_discount,
        platform_discount=platform_discount, tax_inside=tax_inside, tax_on_top=tax_on_top,
        line_cancelled=line_cancelled,
    )  # fmt: skip


def _lines(rng: np.random.Generator, drawn: Drawn) -> tuple[Array, Array, Array]:
    """Spread each day's units of an article over its lines; shuffle within the day."""
    lines = drawn.lines
    days, goods = np.nonzero(lines)
    counts = lines[days, goods]
    first = np.cumsum(counts) - counts
    day, sku = np.repeat(days, counts), np.repeat(goods, counts)
    quantity = np.ones(len(day), dtype=np.int64)
    more = drawn.units[days, goods] - counts
    cell = np.repeat(np.arange(len(counts)), more)
    np.add.at(quantity, first[cell] + np.floor(rng.random(len(cell)) * counts[cell]).astype(int), 1)
    rows = np.lexsort((rng.random(len(day)), day))
    return day[rows], sku[rows], quantity[rows]


def _grouped(rng: np.random.Generator, day: Array, sku: Array, joined: float) -> Array:
    """Number orders: a line may join the order of the line before it, never twice an article."""
    joins = rng.random(len(day)) < joined
    joins[:1] = False
    joins[1:] &= (day[1:] == day[:-1]) & (sku[1:] != sku[:-1])
    order = np.cumsum(~joins) - 1
    # Three lines may hold one article twice with another between: the later one leaves.
    if len(order) > 2:
        twice = np.zeros(len(order), dtype=bool)
        for gap in range(2, 12):
            twice[gap:] |= (order[gap:] == order[:-gap]) & (sku[gap:] == sku[:-gap])
        joins &= ~twice
        order = np.cumsum(~joins) - 1
    return order


def _customers(rng: np.random.Generator, day: Array, loyalty: float) -> tuple[Array, Array]:
    """Say who ordered: a new face, or somebody who bought before, recent ones first."""
    count = len(day)
    who = np.zeros(count, dtype=np.int64)
    is_first = np.ones(count, dtype=bool)
    comes_back = rng.random(count)
    back = rng.exponential(0.35, count)
    seen: list[int] = []
    known = 0
    for order in range(count):
        # In the beginning there are few people who could come back.
        if seen and comes_back[order] < loyalty * len(seen) / (len(seen) + 60):
            place = int((1 - min(back[order], 0.999)) * len(seen))
            who[order] = seen[min(place, len(seen) - 1)]
            is_first[order] = False
        else:
            who[order] = known
            known += 1
        seen.append(int(who[order]))
    return who, is_first
