"""All Orders: what was sold, line by line, in UTC."""

from __future__ import annotations

import numpy as np

from helpers.demo.assortment import Assortment
from helpers.demo.money import written
from helpers.demo.platforms.amazon.marketplaces import MARKETPLACES, asin, order_id, title
from helpers.demo.platforms.downloads import by_month
from helpers.demo.platforms.files import Exports, tab_separated
from helpers.demo.sales import US_STATES, Sales
from helpers.demo.timeline import Timeline, stamp

ALL_ORDERS = (
    "amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date", "order-status",
    "fulfillment-channel", "sales-channel", "order-channel", "url", "ship-service-level",
    "product-name", "sku", "asin", "item-status", "quantity", "currency", "item-price", "item-tax",
    "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax",
    "item-promotion-discount", "ship-promotion-discount", "ship-city", "ship-state",
    "ship-postal-code", "ship-country", "promotion-ids",
)  # fmt: skip

#: An All Orders file repeats the last days of the file before, with what became of them.
OVERLAP_DAYS = 3
#: How long an order waits for its payment; till then it has no price.
PENDING_SECONDS = 9 * 3600


def all_orders(sales: Sales, timeline: Timeline, goods: Assortment) -> Exports:
    """Write All Orders files by year, then by month, in UTC, with line totals as ``item-price``."""
    shop = sales.profile.id
    place = MARKETPLACES[shop]
    step = sales.step
    first_line = np.flatnonzero(np.diff(sales.order, prepend=-1))
    bounds = np.append(first_line, len(sales.order)).tolist()
    day, utc = sales.day.tolist(), sales.utc.tolist()
    codes = [sales.code(order) for order in range(len(day))]
    columns = zip(
        sales.sku.tolist(), sales.quantity.tolist(), sales.listed.tolist(),
        (sales.tax_inside + sales.tax_on_top).tolist(), sales.seller_discount.tolist(),
        sales.line_cancelled.tolist(), strict=True,
    )  # fmt: skip
    lines = list(columns)
    shipping, cancelled, states = (
        sales.shipping.tolist(), sales.cancelled.tolist(), sales.state.tolist(),
    )  # fmt: skip
    ends = np.searchsorted(sales.day, np.arange(len(timeline.days) + 1)).tolist()
    month_of = timeline.month_of_day.tolist()
    for file in by_month(timeline):
        # Downloaded in the night after the file's last day, by the shop's clock.
        seen = int(sales.clock.day_starts[file.after]) + 5 * 3600
        is_last = file.after == len(timeline.days)
        rows: list[str] = []
        for order in range(ends[max(file.first - OVERLAP_DAYS, 0)], ends[file.after]):
            month = month_of[day[order]]
            decided = utc[order] + 9 * 3600
            shipped = utc[order] + 26 * 3600
            if cancelled[order] and (decided <= seen or is_last):
                status, updated = "Cancelled", min(decided, seen - 60)
            elif utc[order] > seen - PENDING_SECONDS and not is_last:
                status, updated = "Pending", utc[order] + 60
            elif shipped <= seen:
                status, updated = "Shipped", shipped
            else:
                status, updated = "Unshipped", utc[order] + 1800
            bought = stamp(utc[order], "%Y-%m-%dT%H:%M:%S+00:00")
            changed = stamp(updated, "%Y-%m-%dT%H:%M:%S+00:00")
            state = US_STATES[states[order]][0] if shop == "amazon-us" else ""
            city = place.cities[(order * 7 + states[order]) % len(place.cities)]
            number = order_id(shop, order)
            for line in range(bounds[order], bounds[order + 1]):
                sku, quantity, listed, tax, discount, gone = lines[line]
                item = "Cancelled" if gone else status
                if status == "Cancelled":
                    quantity = 0
                if status in ("Pending", "Cancelled"):
                    # No price is told before payment, and none is left of a cancelled order.
                    prices = [""] * 3
                else:
                    prices = [written(listed, step), written(tax, step) if tax else "",
                              written(discount, step) if discount else ""]  # fmt: skip
                fee = shipping[order] if line == bounds[order] else 0
                rows.append("\t".join((
                    number, "", bought, changed, status, "Amazon", place.channel, "", "",
                    "Standard", title(goods, shop, sku), goods.sku[sku], asin(sku), item,
                    str(quantity), sales.profile.currency, prices[0], prices[1],
                    written(fee, step) if fee and prices[0] else "", "", "", "", prices[2], "",
                    city, state, "",
                    codes[order], f"PLM-{sku:04d}-{month:02d}" if discount else "",
                )))  # fmt: skip
        yield (
            f"{shop}/{file.name}/all-orders-{file.name}.txt",
            tab_separated(ALL_ORDERS, rows, place.encoding),
        )
