"""What finance booked: by the day of posting, at the month's mean rate, and never quite our sum."""

from __future__ import annotations

from functools import cache
from statistics import fmean

import numpy as np

from helpers.demo.life import Company, Shop
from helpers.demo.money import TICK, Array
from helpers.demo.rates import rates_text
from helpers.demo.timeline import Timeline

BASE = "CNY"
#: Journals by hand: how far the books are from what can be worked out, and how much that varies.
_BIAS, _SPREAD = -0.002, 0.003


def booked_revenue(rng: np.random.Generator, company: Company) -> list[int]:
    """Give the revenue that finance booked in each month, in whole yuan."""
    timeline = company.timeline
    total = np.zeros(len(timeline.months))
    for shop in company.shops:
        total += _booked(shop, timeline) / TICK * _mean_rates(shop.profile.currency, timeline)
    return [round(one) for one in total * (1 + _BIAS + _SPREAD * rng.standard_normal(len(total)))]


def _booked(shop: Shop, timeline: Timeline) -> Array:
    """Add up a shop by the months in which goods were posted, in its own currency."""
    sales, post, back = shop.after.sales, shop.after.postings, shop.after.refunds
    month_of, count = timeline.month_of_day, len(timeline.months)
    placed = sales.is_placed
    posted = sales.line_day.copy()  # who is told no posting books on the day of the order
    order_posted = sales.day.copy()
    if len(post.line):
        posted[:] = order_posted[:] = -1
        posted[post.line] = post.day
        np.maximum.at(order_posted, sales.order[post.line], post.day)
    lines = placed & (posted >= 0)
    worth = sales.listed - sales.seller_discount - sales.tax_inside
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, month_of[posted[lines]], worth[lines])
    np.add.at(total, month_of[back.day], -back.amount)
    kept = np.zeros(len(sales.utc), dtype=bool)
    kept[sales.order[lines]] = True
    np.add.at(total, month_of[order_posted[kept]], sales.shipping[kept])
    return total


@cache
def _mean_rates(currency: str, timeline: Timeline) -> Array:
    """Give a month's mean of yuan for one unit."""
    from currency_converter import CurrencyConverter

    bank = CurrencyConverter(fallback_on_wrong_date=True, fallback_on_missing_rate=True)
    euros: dict[str, float] = {}
    for line in rates_text(timeline).splitlines()[1:]:
        day, name, rate = line.split(",")
        if name == currency:
            euros[day] = float(rate)
    means = []
    for month in range(len(timeline.months)):
        first, after = timeline.days_of(month)
        days = timeline.days[first:after]
        if currency in bank.currencies:
            means.append(fmean(bank.convert(1, currency, BASE, day) for day in days))
        else:
            known = [
                (bank.convert(1, "EUR", BASE, day), euros.get(day.isoformat())) for day in days
            ]
            means.append(fmean(yuan * rate for yuan, rate in known if rate is not None))
    return np.array(means)
