"""What lies in Amazon's warehouses, what moved there, and what buyers sent back."""

from __future__ import annotations

import numpy as np

from helpers.demo.aftermath import REASONS, Aftermath
from helpers.demo.assortment import Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import TICK, written
from helpers.demo.people import remark
from helpers.demo.platforms.amazon.marketplaces import MARKETPLACES, asin, order_id, title
from helpers.demo.platforms.downloads import before, by_year, lately
from helpers.demo.platforms.files import Exports, comma_separated, tab_separated
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
    # Where the warehouse paused, its people looked that month all the same: an empty file.
    paused = sales.profile.intake_paused
    files = by_year(timeline)
    if paused is not None:
        files = [*before(timeline, paused + 1), *lately(timeline, paused + 1)]
    for file in files:
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
                f"LPN{line:08d}",
                remark(line, line),
            )))  # fmt: skip
        if rows or (paused is not None and file in files[-paused - 1 : -paused]):
            yield (
                f"{shop}/{file.name}/fba-returns-{file.name}.txt",
                tab_separated(RETURNS, rows, MARKETPLACES[shop].encoding),
            )


LEDGER = (
    "Date", "FNSKU", "ASIN", "MSKU", "Title", "Disposition", "Starting Warehouse Balance",
    "In Transit Between Warehouses", "Receipts", "Customer Shipments", "Customer Returns",
    "Vendor Returns", "Warehouse Transfer In/Out", "Found", "Lost", "Damaged", "Disposed",
    "Other Events", "Ending Warehouse Balance", "Unknown Events", "Location",
)  # fmt: skip
#: One shop's people keep the ledger, of the last months only: it has a row per article and day.
LEDGER_SHOPS, LEDGER_MONTHS = ("amazon-us",), 2


def ledger(after: Aftermath, drawn: Drawn, timeline: Timeline, goods: Assortment) -> Exports:
    """Write what came and went by day and article: what was there and what happened is what is.

    Sellable goods follow the shelf; what buyers sent back damaged comes in and is disposed of on
    the same day. Days without any event, and shelves without goods, have no row.
    """
    shop = drawn.expected.profile.id
    hand = drawn.on_hand
    before = np.vstack([hand[:1] + drawn.units[:1], hand[:-1]])
    came = hand - before + drawn.units
    spoilt = np.zeros_like(hand)
    np.add.at(spoilt, (after.returns.day, after.sales.sku[after.returns.line]),
              after.returns.quantity)  # fmt: skip
    for file in lately(timeline, LEDGER_MONTHS):
        rows = []
        for day in range(file.first, file.after):
            on = f"{timeline.days[day]:%m/%d/%Y}"
            moved = (came[day] != 0) | (drawn.units[day] > 0)
            for one in np.flatnonzero(moved).tolist():
                change = int(came[day, one])
                # A shelf that loses goods nobody bought was counted anew.
                receipts, other = max(change, 0), min(change, 0)
                rows.append([
                    on, f"X00{one:07d}", asin(one), goods.sku[one], title(goods, shop, one),
                    "SELLABLE", str(int(before[day, one])), "0", str(receipts),
                    str(-int(drawn.units[day, one])), "0", "0", "0", "0", "0", "0", "0",
                    str(other), str(int(hand[day, one])), "0", "US",
                ])  # fmt: skip
            for one in np.flatnonzero(spoilt[day]).tolist():
                back = int(spoilt[day, one])
                rows.append([
                    on, f"X00{one:07d}", asin(one), goods.sku[one], title(goods, shop, one),
                    "CUSTOMER_DAMAGED", "0", "0", "0", "0", str(back), "0", "0", "0", "0", "0",
                    str(-back), "0", "0", "0", "US",
                ])  # fmt: skip
        yield f"{shop}/{file.name}/inventory-ledger-{file.name}.csv", comma_separated(LEDGER, rows)
