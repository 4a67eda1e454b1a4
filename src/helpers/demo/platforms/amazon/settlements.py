"""Settlement V2: what was booked, in components, one file per settlement."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from helpers.demo.aftermath import Aftermath
from helpers.demo.assortment import Assortment
from helpers.demo.money import written
from helpers.demo.platforms.amazon.marketplaces import MARKETPLACES, order_id
from helpers.demo.platforms.files import Exports, tab_separated
from helpers.demo.timeline import Clock, Timeline, stamp

SETTLEMENT = (
    "settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date",
    "total-amount", "currency", "transaction-type", "order-id", "merchant-order-id",
    "adjustment-id", "shipment-id", "marketplace-name", "amount-type", "amount-description",
    "amount", "fulfillment-id", "posted-date", "posted-date-time", "order-item-code",
    "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased",
    "promotion-id",
)  # fmt: skip

#: Accounts settle every fourteen days since so many months, and once a month before that.
FORTNIGHTLY = 6
#: So many hundredths of what a settlement earned stay with the platform until the next one.
HELD_BACK = 18


class Booked(NamedTuple):
    """One amount component of one transaction; money in ticks, positive is to the seller."""

    utc: int
    #: Order within the moment; components of one transaction share it.
    rank: int
    transaction: str
    order: str
    kind: str
    description: str
    amount: int
    sku: str
    units: str


def book(after: Aftermath, goods: Assortment) -> list[Booked]:
    """List all that a shop's account was credited and charged, in order of time."""
    sales = after.sales
    shop = sales.profile.id
    booked: list[Booked] = []
    american = shop == "amazon-us"
    numbers = [order_id(shop, order) for order in range(len(sales.utc))]
    order_of, sku_of = sales.order.tolist(), sales.sku.tolist()
    principal = (sales.listed - sales.tax_inside).tolist()
    tax = (sales.tax_inside + sales.tax_on_top).tolist()
    discount, quantity = sales.seller_discount.tolist(), sales.quantity.tolist()
    shipping = sales.shipping.tolist()
    post = after.postings
    told: set[int] = set()
    for rank, (utc, line, commission, fulfilment) in enumerate(zip(
        post.utc.tolist(), post.line.tolist(), post.commission.tolist(),
        post.fulfilment.tolist(), strict=True,
    )):  # fmt: skip
        order = order_of[line]
        key = (utc, rank * 8, "Order", numbers[order])
        sku, units = goods.sku[sku_of[line]], str(quantity[line])
        booked.append(Booked(*key, "ItemPrice", "Principal", principal[line], sku, units))
        if tax[line]:
            booked.append(Booked(*key, "ItemPrice", "Tax", tax[line], sku, units))
            if american:
                booked.append(Booked(*key, "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal",
                               -tax[line], sku, units))  # fmt: skip
        if shipping[order] and order not in told:
            booked.append(Booked(*key, "ItemPrice", "Shipping", shipping[order], sku, units))
        told.add(order)
        if discount[line]:
            booked.append(Booked(*key, "Promotion", "Principal", -discount[line], sku, units))
        booked.append(Booked(*key, "ItemFees", "FBAPerUnitFulfillmentFee", fulfilment, sku, units))
        booked.append(Booked(*key, "ItemFees", "Commission", commission, sku, units))
    back = after.refunds
    for rank, (utc, line, amount, taxed, fee, kept) in enumerate(zip(
        back.utc.tolist(), back.line.tolist(), back.amount.tolist(), back.tax.tolist(),
        back.commission_back.tolist(), back.commission_kept.tolist(), strict=True,
    )):  # fmt: skip
        key = (utc, rank * 8, "Refund", numbers[order_of[line]])
        sku = goods.sku[sku_of[line]]
        booked.append(Booked(*key, "ItemPrice", "Principal", -amount, sku, ""))
        if taxed:
            booked.append(Booked(*key, "ItemPrice", "Tax", -taxed, sku, ""))
            if american:
                booked.append(Booked(*key, "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal",
                               taxed, sku, ""))  # fmt: skip
        booked.append(Booked(*key, "ItemFees", "Commission", fee, sku, ""))
        if kept:
            booked.append(Booked(*key, "ItemFees", "RefundCommission", kept, sku, ""))
    words = {"storage": "Storage Fee", "plan": "Subscription Fee"}
    for one in after.charges:
        kind = "other-transaction"
        booked.append(Booked(one.utc, 0, kind, "", kind, words[one.kind], one.amount, "", ""))
    booked.sort(key=lambda row: (row.utc, row.rank))
    return booked


def settlements(after: Aftermath, timeline: Timeline, goods: Assortment) -> Exports:
    """Write one file per settlement, which straddles the months, in components."""
    sales = after.sales
    shop, step, clock = sales.profile.id, sales.step, sales.clock
    place = MARKETPLACES[shop]
    bounds = settlement_bounds(clock, timeline, place.prefix % 11)
    cycles: dict[int, list[Booked]] = defaultdict(list)
    for row in book(after, goods):
        cycles[bisect_right(bounds, row.utc) - 1].append(row)

    def money(ticks: int) -> str:
        return written(ticks, step).replace(".", place.decimal)

    moment = "%Y-%m-%d %H:%M:%S UTC"
    held = 0
    for cycle, (opens, closes) in enumerate(pairwise(bounds)):
        rows = cycles.get(cycle, [])
        if not rows:
            continue
        rows, held = _with_reserve(rows, held, closes, step)
        number = settlement_id(shop, cycle)
        total = sum(row.amount for row in rows)
        times = (opens, closes, closes + 172_800)
        head = [number, *(stamp(one, moment) for one in times), money(total)]
        head.append(sales.profile.currency)
        written_rows = ["\t".join(head + [""] * (len(SETTLEMENT) - len(head)))]
        for place_in_file, row in enumerate(rows):
            utc, _, transaction, order_number, kind, description, amount, sku, units = row
            written_rows.append("\t".join((
                number, "", "", "", "", "", transaction, order_number, "", "", "",
                place.channel if order_number else "", kind, description, money(amount),
                "AFN" if order_number else "", stamp(utc, place.posted_date), stamp(utc, moment),
                f"{cycle:03d}{place_in_file:07d}" if order_number else "", "", "", sku, units, "",
            )))  # fmt: skip
        last_day = int(np.clip(clock.day_of(np.array([closes - 1]))[0], 0, len(timeline.days) - 1))
        month = timeline.months[int(timeline.month_of_day[last_day])]
        yield (
            f"{shop}/{month}/settlement-{number}.txt",
            tab_separated(SETTLEMENT, written_rows, place.encoding),
        )


def _with_reserve(
    rows: list[Booked], held: int, closes: int, step: int
) -> tuple[list[Booked], int]:
    """Give back what the settlement before held and hold a part of this one's earnings."""
    holds = max(sum(row.amount for row in rows), 0) * HELD_BACK // 100 // step * step
    words = (("Previous Reserve Amount Balance", held), ("Current Reserve Amount", -holds))
    told = [
        Booked(closes - 1, 0, "other-transaction", "", "other-transaction", word, amount, "", "")
        for word, amount in words
        if amount
    ]
    return rows + told, holds


def settlement_id(shop: str, cycle: int) -> str:
    """Give the number of a shop's settlement."""
    return f"{MARKETPLACES[shop].prefix}{20_000_000 + cycle * 37_129:09d}"


def settlement_bounds(clock: Clock, timeline: Timeline, shift: int) -> list[int]:
    """Give the UTC seconds at which settlements begin, and the window's end as the last one.

    ``shift`` days after the month's turn one closes, so that none is a calendar month.
    """
    into = shift * 86_400 + 3 * 3600
    bounds = [int(clock.day_starts[0]) - shift * 86_400 + 3 * 3600]
    bounds += [
        int(clock.day_starts[timeline.days_of(month)[0]]) + into
        for month in range(1, len(timeline.months) - FORTNIGHTLY + 1)
    ]
    while bounds[-1] + 14 * 86_400 < clock.end:
        bounds.append(bounds[-1] + 14 * 86_400)
    return [*bounds, clock.end]
