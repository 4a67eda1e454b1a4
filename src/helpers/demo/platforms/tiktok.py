"""TikTok Shop's orders export: a description under the header, local times, day before month."""

from __future__ import annotations

import numpy as np

from helpers.demo.aftermath import Aftermath
from helpers.demo.assortment import CATEGORIES, Assortment
from helpers.demo.money import written
from helpers.demo.people import person, remark, street
from helpers.demo.platforms.downloads import by_month
from helpers.demo.platforms.files import Exports, comma_separated, workbook
from helpers.demo.platforms.shopify import refunded_by_order
from helpers.demo.stores import COUNTRY_NAMES
from helpers.demo.timeline import Timeline, stamp
from helpers.demo.titles import listed_as

#: ``Cancelation`` has one l, and ``Sku Quantity of return`` a small k, in the platform's files.
ORDERS = (
    "Order ID", "Order Status", "Order Substatus", "Cancelation/Return Type",
    "Normal or Pre-order", "SKU ID", "Seller SKU", "Product Name", "Variation", "Quantity",
    "Sku Quantity of return", "SKU Unit Original Price", "SKU Subtotal Before Discount",
    "SKU Platform Discount", "SKU Seller Discount", "SKU Subtotal After Discount",
    "Shipping Fee After Discount", "Original Shipping Fee", "Shipping Fee Seller Discount",
    "Shipping Fee Platform Discount", "Payment platform discount", "Taxes", "Small Order Fee",
    "Order Amount", "Order Refund Amount", "Created Time", "Paid Time", "RTS Time", "Shipped Time",
    "Delivered Time", "Cancelled Time", "Cancel By", "Cancel Reason", "Fulfillment Type",
    "Warehouse Name", "Tracking ID", "Delivery Option", "Shipping Provider Name", "Buyer Message",
    "Buyer Username", "Recipient", "Phone #", "Zipcode", "Country", "Province", "District",
    "Detail Address", "Additional address information", "Payment Method", "Weight(kg)",
    "Product Category", "Package ID", "Seller Note", "Checked Status", "Checked Marked by",
)  # fmt: skip

_DESCRIBED = {
    "Order ID": "Platform unique order ID.",
    "Order Status": "Current order status.",
    "SKU ID": "Platform unique SKU ID.",
    "Seller SKU": "The SKU code maintained by the seller.",
    "Quantity": "Quantity of the SKU sold.",
    "SKU Unit Original Price": "Original price of one unit.",
    "Order Amount": "The amount the buyer paid for the whole order.",
    "Created Time": "Order created time.",
}


def listing(shop: str, article: int) -> str:
    """Give the platform's 18 digits for one offer."""
    return f"{172_948 if shop.endswith('my') else 173_102}{(article + 17) * 3_119_977_777:012d}"


def order_id(shop: str, order: int) -> str:
    """Give the platform's 18 digits for one order."""
    return str((577 if shop.endswith("my") else 578) * 10**15 + 104_729 + order * 1_000_003)


def handle(shop: str, customer: int) -> str:
    """Give the name under which the platform shows a buyer.

    It knows its buyers across its countries: other shops have other people.
    """
    who, _ = person(customer)
    return f"{who.split()[0].lower()}_{shop[-2:]}{customer:05d}"


def orders(after: Aftermath, opens: int, timeline: Timeline, goods: Assortment) -> Exports:
    """Write orders exports by year, then by month."""
    sales = after.sales
    shop = sales.profile
    first_line = np.flatnonzero(np.diff(sales.order, prepend=-1))
    bounds = np.append(first_line, len(sales.order)).tolist()
    refunded = refunded_by_order(after, with_tax=shop.tax_basis == "included").tolist()
    returned = np.zeros(len(sales.sku), dtype=np.int64)
    returned[after.refunds.line] = sales.quantity[after.refunds.line]
    offsets = sales.clock.offset(sales.utc).tolist()
    ends = np.searchsorted(sales.day, np.arange(len(timeline.days) + 1)).tolist()

    def local(order: int, later: int = 0) -> str:
        # The platform ends its times with a tab, so that Excel leaves them alone.
        moment = int(sales.utc[order]) + offsets[order] + later
        return stamp(moment, "%d/%m/%Y %H:%M:%S") + "\t"

    country = COUNTRY_NAMES[shop.country or "MY"]
    for file in by_month(timeline, opens):
        rows = [[_DESCRIBED.get(column, "") for column in ORDERS]]
        for order in range(ends[file.first], ends[file.after]):
            lines = range(bounds[order], bounds[order + 1])
            who, _ = person(int(sales.customer[order]))
            known_as = handle(shop.id, int(sales.customer[order]))
            gone, back = bool(sales.cancelled[order]), refunded[order]
            fee = int(sales.shipping[order])
            due = fee + sum(int(sales.paid[n]) - int(sales.platform_discount[n]) for n in lines)
            for line in lines:
                sku = int(sales.sku[line])
                seller, funded = int(sales.line_discount[line]), int(sales.platform_discount[line])
                listed = int(sales.listed[line])
                rows.append([
                    f"{order_id(shop.id, order)}\t",
                    "Canceled" if gone else "Completed", "Canceled" if gone else "Completed",
                    "Cancel" if gone else ("Return/Refund" if back else ""), "Normal",
                    f"{listing(shop.id, sku)}\t", goods.sku[sku], listed_as(goods, sku), "Default",
                    str(int(sales.quantity[line])), str(int(returned[line])),
                    written(int(sales.unit_price[line])), written(listed), written(funded),
                    written(seller), written(listed - seller - funded), written(fee), written(fee),
                    "0.00", "0.00", "0.00", "0.00", "0.00", written(due), written(back),
                    local(order), "" if gone else local(order, 95),
                    "" if gone else local(order, 30_000), "" if gone else local(order, 70_000),
                    "" if gone else local(order, 300_000), local(order, 5_400) if gone else "",
                    "Buyer" if gone else "", "Need to change address" if gone else "",
                    "Fulfillment by seller", "Main", "" if gone else f"TH{order:010d}\t",
                    "Standard shipping", "" if gone else "J&T Express",
                    remark(int(sales.customer[order]), order), known_as, who,
                    f"(+0)55501{order % 100:02d}", f"{order % 90_000 + 10_000}", country,
                    "Province", "District", street(order), "", "Online payment",
                    f"{goods.weight[sku]:.2f}", CATEGORIES[goods.category[sku]][0],
                    f"{1_150_000_000_000 + order}\t", "", "Unchecked", "",
                ])  # fmt: skip
        last_but_one = file.after == timeline.days_of(len(timeline.months) - 1)[0]
        if len(rows) > 1 and shop.id == "tiktok-my" and last_but_one:
            # The other form of the export; its stored extent is stale: one cell.
            yield (
                f"{shop.id}/{file.name}/All-order-{file.name}.xlsx",
                workbook("OrderSKUList", ORDERS, rows, dimension="A1"),
            )
        elif len(rows) > 1:
            yield (
                f"{shop.id}/{file.name}/All-order-{file.name}.csv",
                comma_separated(ORDERS, rows, "utf-8-sig"),
            )
