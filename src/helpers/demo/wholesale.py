"""Trade between companies: inquiries by name and hour, and the orders some of them lead to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import CENT, TICK, Array, share_of
from helpers.demo.sales import Sales
from helpers.demo.timeline import Clock, Timeline

#: Chance that an inquiry ends in an order, and that an order has one more line.
ORDERS, SECOND_LINE = 0.06, 0.35
CHANNELS = (("inquiry", 0.66), ("tm", 0.26), ("rfq", 0.08))
QUALITIES = (("A", 0.22), ("B", 0.46), ("C", 0.32))
LEVELS = (("L0", 0.38), ("L1+", 0.34), ("L2", 0.19), ("L3", 0.09))


@dataclass(frozen=True)
class Inquiries:
    """What buyers asked for, one entry per inquiry in order of time."""

    utc: Array
    day: Array
    sku: Array
    country: Array
    customer: Array
    channel: Array
    quality: Array
    level: Array
    #: UTC second of the first answer; 0 where there was none.
    replied: Array
    #: Number of the order it led to; -1 for none.
    order: Array


@dataclass(frozen=True)
class Terms:
    """What was agreed with each order; money in ticks, days may lie after the window."""

    deposit: Array
    balance: Array
    promised: Array
    #: Local day of shipment; -1 while it has not left.
    shipped: Array
    is_finished: Array
    is_disputed: Array
    freight: Array


@dataclass(frozen=True)
class Trade:
    """One wholesale shop's inquiries, orders and terms."""

    inquiries: Inquiries
    sales: Sales
    terms: Terms


def trade(
    rng: np.random.Generator, drawn: Drawn, timeline: Timeline, goods: Assortment, clock: Clock
) -> Trade:
    """Give every inquiry that the shop counted an hour and a buyer, and some of them an order."""
    inquiries = _inquire(rng, drawn, clock)
    leads = np.flatnonzero(rng.random(len(inquiries.utc)) < ORDERS)
    delay = rng.integers(2 * 86_400, 21 * 86_400, len(leads))
    placed = inquiries.utc[leads] + delay
    inside = placed < clock.end
    leads, placed = leads[inside], placed[inside]
    sequence = np.argsort(placed, kind="stable")
    leads, placed = leads[sequence], placed[sequence]
    inquiries.order[leads] = np.arange(len(leads))
    _come_back(rng, inquiries, leads, drawn.expected.profile.loyalty)
    sales = _order(rng, drawn, timeline, goods, clock, inquiries, leads, placed)
    return Trade(inquiries, sales, _agree(rng, sales, timeline))


def _come_back(
    rng: np.random.Generator, inquiries: Inquiries, leads: Array, loyalty: float
) -> None:
    """Let some orders be those of buyers who ordered before, asked from where they always ask."""
    again = rng.random(len(leads)) < loyalty
    earlier = np.floor(rng.random(len(leads)) * np.arange(len(leads))).astype(int)
    for place in np.flatnonzero(again[1:]).tolist():
        lead, known = leads[place + 1], leads[earlier[place + 1]]
        inquiries.customer[lead] = inquiries.customer[known]
        inquiries.country[lead] = inquiries.country[known]


def _chosen(rng: np.random.Generator, count: int, words: tuple[tuple[str, float], ...]) -> Array:
    picked: Array = rng.choice(len(words), count, p=[one[1] for one in words])
    return picked


def _inquire(rng: np.random.Generator, drawn: Drawn, clock: Clock) -> Inquiries:
    days, goods = np.nonzero(drawn.lines)
    counts = drawn.lines[days, goods]
    day, sku = np.repeat(days, counts), np.repeat(goods, counts)
    count = len(day)
    starts = clock.day_starts
    utc = starts[day] + np.floor(rng.random(count) * (starts[day + 1] - starts[day])).astype(int)
    rows = np.argsort(utc, kind="stable")
    utc, day, sku = utc[rows], day[rows], sku[rows]
    mix = np.cumsum(drawn.expected.countries, axis=1)[day]
    country = np.minimum((rng.random(count)[:, None] > mix).sum(axis=1), mix.shape[1] - 1)
    # A buyer asks several times: about one inquiry in three comes from somebody known.
    customer = np.where(
        rng.random(count) < drawn.expected.profile.loyalty,
        rng.integers(0, np.maximum(np.arange(count) // 2, 1)),
        np.arange(count),
    )
    # Somebody known asks from where he always asks.
    country = country[customer]
    waits = np.exp(rng.normal(10.2, 1.1, count)).astype(int)
    replied = np.where(rng.random(count) < 0.94, utc + waits, 0)
    return Inquiries(
        utc=utc, day=day, sku=sku, country=country, customer=customer,
        channel=_chosen(rng, count, CHANNELS), quality=_chosen(rng, count, QUALITIES),
        level=_chosen(rng, count, LEVELS), replied=np.where(replied < clock.end, replied, 0),
        order=np.full(count, -1),
    )  # fmt: skip


def _order(
    rng: np.random.Generator,
    drawn: Drawn,
    timeline: Timeline,
    goods: Assortment,
    clock: Clock,
    inquiries: Inquiries,
    leads: Array,
    placed: Array,
) -> Sales:
    """Turn leads into orders of one to three articles, dozens of units each."""
    shop, count = drawn.expected.profile, len(leads)
    day = clock.day_of(placed)
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
    order: list[int] = []
    sku: list[int] = []
    for number, lead in enumerate(leads.tolist()):
        asked = int(inquiries.sku[lead])
        more = int(rng.random() < SECOND_LINE) + int(rng.random() < SECOND_LINE / 3)
        others = [int(one) for one in rng.choice(listed, 2, replace=False) if int(one) != asked]
        sku += [asked, *others[:more]]
        order += [number] * (1 + len(others[:more]))
    orders, skus = np.array(order, dtype=np.int64), np.array(sku, dtype=np.int64)
    lines = len(orders)
    quantity = 10 * rng.integers(1, 6, lines)
    base = goods.prices[drawn.expected.shop, timeline.years[day[orders]], skus]
    # Larger quantities are cheaper: up to eight per cent.
    price = base - share_of(base, np.clip(2 * (quantity // 10 - 1), 0, 8), 100, CENT)
    value = price * quantity
    given = (rng.random(count) < 0.25)[orders]
    # Whole dollars off per line, so that an order's discount is the sum of its lines'.
    discount = np.where(given, share_of(value, 3, 100, TICK), 0)
    none = np.zeros(lines, dtype=np.int64)
    _, first = np.unique(inquiries.customer[leads], return_index=True)
    is_first = np.zeros(count, dtype=bool)
    is_first[first] = True
    freight = rng.integers(60, 420, count) * TICK
    return Sales(
        profile=shop, clock=clock, step=CENT, utc=placed, day=day,
        country=inquiries.country[leads], state=np.zeros(count, dtype=np.int64),
        cancelled=rng.random(count) < shop.cancelled, customer=inquiries.customer[leads],
        shipping=freight, is_first=is_first, order=orders, sku=skus, quantity=quantity,
        unit_price=price, listed=value, line_discount=none, code_discount=discount,
        platform_discount=none, tax_inside=none, tax_on_top=none,
        line_cancelled=np.zeros(lines, dtype=bool),
    )  # fmt: skip


def _agree(rng: np.random.Generator, sales: Sales, timeline: Timeline) -> Terms:
    count = len(sales.utc)
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, sales.order, sales.paid)
    total += sales.shipping
    deposit = share_of(total, rng.choice([20, 30, 30, 50, 100], count), 100, CENT)
    promised = sales.day + rng.integers(15, 46, count)
    shipped = promised + np.rint(rng.normal(-2, 4, count)).astype(np.int64)
    shipped = np.maximum(shipped, sales.day + 3)
    left = (shipped < len(timeline.days)) & ~sales.cancelled
    shipped = np.where(left, shipped, -1)
    # Confirmed by the buyer some three weeks after it left.
    is_finished = left & (shipped + 24 < len(timeline.days))
    is_disputed = left & ~is_finished & (rng.random(count) < 0.08)
    return Terms(
        deposit=deposit, balance=total - deposit, promised=promised, shipped=shipped,
        is_finished=is_finished, is_disputed=is_disputed, freight=sales.shipping,
    )  # fmt: skip
