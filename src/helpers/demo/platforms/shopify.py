"""Shopify's orders export: one row per line, money of the order on its first row only."""

from __future__ import annotations

import numpy as np

from helpers.demo.aftermath import Aftermath
from helpers.demo.assortment import Assortment
from helpers.demo.money import Array, written
from helpers.demo.people import person, phone, remark, street
from helpers.demo.platforms.downloads import by_month
from helpers.demo.platforms.files import Exports, comma_separated
from helpers.demo.sales import US_STATES, Sales
from helpers.demo.timeline import Timeline, stamp
from helpers.demo.titles import listed_as

ORDERS = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at",
    "Accepts Marketing", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code",
    "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem compare at price", "Lineitem sku", "Lineitem requires shipping",
    "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Billing Street",
    "Billing Address1", "Billing Address2", "Billing Company", "Billing City", "Billing Zip",
    "Billing Province", "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street",
    "Shipping Address1", "Shipping Address2", "Shipping Company", "Shipping City", "Shipping Zip",
    "Shipping Province", "Shipping Country", "Shipping Phone", "Notes", "Note Attributes",
    "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor",
    "Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level",
    "Source", "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name", "Tax 2 Value",
    "Tax 3 Name", "Tax 3 Value", "Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Phone",
    "Receipt Number", "Duties", "Billing Province Name", "Shipping Province Name", "Payment ID",
    "Payment Terms Name", "Next Payment Due At", "Payment References",
)  # fmt: skip


#: So long after its launch an article is sold ahead, in small batches.
PRESALE_DAYS = 30


def order_id(order: int) -> str:
    """Give the name of an order."""
    return f"#{1001 + order}"


def listing(article: int) -> str:
    """Give the platform's number for one variant."""
    return str(44_700_000_000_000 + article * 32_771)


def refunded_by_order(after: Aftermath, with_tax: bool) -> Array:
    """Add up what each order got back."""
    total = np.zeros(len(after.sales.utc), dtype=np.int64)
    amount = after.refunds.amount + (after.refunds.tax if with_tax else 0)
    np.add.at(total, after.sales.order[after.refunds.line], amount)
    return total


def _is_presale(goods: Assortment, sales: Sales, lines: range) -> bool:
    """Tell whether an article of the order was new, which the shop sells ahead of its arrival."""
    age = [int(sales.line_day[one]) - int(goods.launched[sales.sku[one]]) for one in lines]
    return any(0 <= days < PRESALE_DAYS for days in age)


def orders(after: Aftermath, opens: int, timeline: Timeline, goods: Assortment) -> Exports:
    """Write orders exports by year, then by month, times with the offset of the shop's clock."""
    sales = after.sales
    shop = sales.profile
    first_line = np.flatnonzero(np.diff(sales.order, prepend=-1))
    bounds = np.append(first_line, len(sales.order)).tolist()
    refunded = refunded_by_order(after, with_tax=True).tolist()
    offsets = sales.clock.offset(sales.utc).tolist()
    ends = np.searchsorted(sales.day, np.arange(len(timeline.days) + 1)).tolist()
    place = {name: n for n, name in enumerate(ORDERS)}

    def local(order: int, later: int = 0) -> str:
        shift = offsets[order]
        sign = "-" if shift < 0 else "+"
        hours, minutes = divmod(abs(shift) // 60, 60)
        when = stamp(int(sales.utc[order]) + shift + later, "%Y-%m-%d %H:%M:%S")
        return f"{when} {sign}{hours:02d}{minutes:02d}"

    for file in by_month(timeline, opens):
        rows: list[list[str]] = []
        # The newest order stands first, as Shopify lists them.
        for order in range(ends[file.after] - 1, ends[file.first] - 1, -1):
            lines = range(bounds[order], bounds[order + 1])
            who, mail = person(int(sales.customer[order]))
            paid = int(sales.paid[lines[0] : lines[-1] + 1].sum())
            tax = int(sales.tax_on_top[lines[0] : lines[-1] + 1].sum())
            code = int(sales.code_discount[lines[0] : lines[-1] + 1].sum())
            fee, back = int(sales.shipping[order]), refunded[order]
            gone = bool(sales.cancelled[order])
            country = sales.code(order)
            state = US_STATES[int(sales.state[order])][0] if country == "US" else ""
            for line in lines:
                row = [""] * len(ORDERS)

                def put(column: str, value: str, row: list[str] = row) -> None:
                    row[place[column]] = value

                put("Name", order_id(order))
                put("Email", mail)
                put("Created at", local(order))
                sku = int(sales.sku[line])
                put("Lineitem quantity", str(int(sales.quantity[line])))
                put("Lineitem name", listed_as(goods, sku))
                put("Lineitem price", written(int(sales.unit_price[line])))
                put("Lineitem sku", goods.sku[sku])
                put("Lineitem requires shipping", "true")
                put("Lineitem taxable", "true")
                put("Lineitem fulfillment status", "pending" if gone else "fulfilled")
                put("Lineitem discount", written(int(sales.line_discount[line])))
                put("Vendor", "Lantern Trading")
                if line == lines[0]:
                    total = paid + tax + fee
                    status = "voided" if gone else "paid"
                    if back and not gone:
                        status = "refunded" if back >= total - fee else "partially_refunded"
                    put("Financial Status", status)
                    put("Paid at", "" if gone else local(order, 40))
                    put("Fulfillment Status", "unfulfilled" if gone else "fulfilled")
                    put("Fulfilled at", "" if gone else local(order, 93_600))
                    put("Accepts Marketing", "yes" if int(sales.customer[order]) % 3 else "no")
                    put("Currency", shop.currency)
                    put("Subtotal", written(paid))
                    put("Shipping", written(fee))
                    put("Taxes", written(tax))
                    put("Total", written(total))
                    put("Discount Code", "WELCOME10" if code else "")
                    put("Discount Amount", written(code))
                    put("Shipping Method", "Standard")
                    for side in ("Billing", "Shipping"):
                        put(f"{side} Name", who)
                        put(f"{side} Street", street(order))
                        put(f"{side} Address1", street(order))
                        put(f"{side} City", "Sampleton")
                        put(f"{side} Zip", f"'{order % 90_000 + 10_000}")
                        put(f"{side} Province", state)
                        put(f"{side} Country", country)
                        put(f"{side} Phone", f"'{phone(order)}")
                    put("Notes", remark(int(sales.customer[order]), order))
                    put("Tags", "presale" if _is_presale(goods, sales, lines) else "")
                    put("Cancelled at", local(order, 7_200) if gone else "")
                    put("Payment Method", "Shopify Payments")
                    put("Refunded Amount", written(back))
                    put("Outstanding Balance", "0.00")
                    put("Id", str(5_400_000_000_000 + order * 32_771))
                    put("Risk Level", "Low")
                    put("Source", "web")
                    if tax:
                        put("Tax 1 Name", f"{state} State Tax")
                        put("Tax 1 Value", written(tax))
                rows.append(row)
        if rows:
            yield (
                f"{shop.id}/{file.name}/orders_export_{file.name}.csv",
                comma_separated(ORDERS, rows),
            )
