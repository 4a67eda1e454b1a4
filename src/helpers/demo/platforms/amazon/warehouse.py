"""What lies in Amazon's warehouses, what moved there, and what buyers sent back."""

from __future__ import annotations

import numpy as np

from helpers.demo.aftermath import REASONS, Aftermath
from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK, written
from helpers.demo.platforms.amazon.marketplaces import MARKETPLACES, asin, order_id, title
from helpers.demo.platforms.downloads import by_year
from helpers.demo.platforms.files import Exports, tab_separated
from helpers.demo.shelves import counted
from helpers.demo.timeline import Timeline, stamp

INVENTORY = (
    "sku", "fnsku", "asin", "product-name", "condition", "your-price", "mfn-listing-exists",
    "mfn-fulfillable-quantity", "afn-listing-exists", "afn-warehouse-quantity",
    "afn-fulfillable-quantity", "afn-unsellable-quantity", "afn-reserved-quantity",
    "afn-total-quantity", "per-unit-volume", "afn-inbound-working-quantity",
    "afn-inbound-shipped-quantity", "afn-inbound-receiving-quantity",
)  # fmt: skip

RETURNS = (
    "return-date", "order-id", "sku", "asin", "fnsku", "product-name", "quantity",
    "fulfillment-center-id", "detailed-disposition", "reason", "status", "license-plate-number",
    "customer-comments",
)  # fmt: skip


def inventory(drawn: Drawn, timeline: Timeline, goods: Assortment) -> Exports:
    """Write what lies in the warehouse at each month's end; the file itself tells no date."""
    shop = drawn.expected.profile.id
    place = MARKETPLACES[shop]
    for month, day, shelves in counted(drawn, timeline, goods):
        name = timeline.months[month]
        rows = []
        for shelf in shelves:
            one, hand, coming = shelf.article, shelf.on_hand, shelf.inbound
            held, spoilt = shelf.reserved, shelf.unsellable
            working, receiving = coming // 4, coming // 6
            price = goods.prices[drawn.expected.shop, timeline.years[day], one]
            step = TICK if place.encoding == "cp932" else 100
            rows.append("\t".join((
                goods.sku[one], f"X00{one:07d}", asin(one), title(goods, shop, one), "New",
                written(int(price), step), "No", "", "Yes", str(hand + spoilt + held), str(hand),
                str(spoilt), str(held), str(hand + spoilt + held + coming),
                f"{goods.weight[one] * 0.12:.2f}", str(working),
                str(coming - working - receiving), str(receiving),
            )))  # fmt: skip
        yield (
            f"{shop}/{name}/fba-inventory-{name}.txt",
            tab_separated(INVENTORY, rows, place.encoding),
        )


def returns(after: Aftermath, timeline: Timeline, goods: Assortment) -> Exports:
    """Write what came back, by the year in which it came back."""
    sales = after.sales
    shop = sales.profile.id
    back = after.returns
    sequence = np.argsort(back.utc, kind="stable")
    days = back.day[sequence]
    for file in by_year(timeline):
        rows = []
        for row in sequence[(file.first <= days) & (days < file.after)].tolist():
            line = int(back.line[row])
            sku = int(sales.sku[line])
            reason, state, _ = REASONS[int(back.reason[row])]
            rows.append("\t".join((
                stamp(int(back.utc[row]), "%Y-%m-%dT%H:%M:%S+00:00"),
                order_id(shop, int(sales.order[line])), goods.sku[sku], asin(sku), f"X00{sku:07d}",
                title(goods, shop, sku), str(int(back.quantity[row])), f"FC{line % 9 + 1}",
                state, reason, "Unit returned to inventory" if state == "SELLABLE" else "",
                f"LPN{line:08d}", "",
            )))  # fmt: skip
        if rows:  # nobody keeps a download without a single return
            yield (
                f"{shop}/{file.name}/fba-returns-{file.name}.txt",
                tab_separated(RETURNS, rows, MARKETPLACES[shop].encoding),
            )
