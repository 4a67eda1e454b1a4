"""Shopify's other exports: products, customers, and sales by day."""

from __future__ import annotations

import re

import numpy as np

from helpers.demo.aftermath import Aftermath
from helpers.demo.assortment import CATEGORIES, Assortment
from helpers.demo.demand import Drawn
from helpers.demo.money import Array, written
from helpers.demo.people import company_of, person, phone, remark, street
from helpers.demo.platforms.downloads import by_year, lately
from helpers.demo.platforms.files import Exports, comma_separated
from helpers.demo.stores import COUNTRY_NAMES
from helpers.demo.timeline import Timeline
from helpers.demo.titles import listed_as

PRODUCTS = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published",
    "Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name",
    "Option3 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker",
    "Variant Inventory Qty", "Variant Inventory Policy", "Variant Fulfillment Service",
    "Variant Price", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable",
    "Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title",
    "SEO Description", "Variant Image", "Variant Weight Unit", "Variant Tax Code",
    "Cost per item", "Status",
)  # fmt: skip
CUSTOMERS = (
    "First Name", "Last Name", "Email", "Accepts Email Marketing", "Company", "Address1",
    "Address2", "City", "Province", "Province Code", "Country", "Country Code", "Zip", "Phone",
    "Accepts SMS Marketing", "Total Spent", "Total Orders", "Tags", "Note", "Tax Exempt",
)  # fmt: skip
DAILY = (
    "Day", "Orders", "Gross sales", "Discounts", "Sales reversals", "Net sales",
    "Shipping charges", "Duties", "Additional fees", "Taxes", "Total sales",
)  # fmt: skip
#: Products were exported at the end of each month of the last quarter.
QUARTER = 3


def products(drawn: Drawn, timeline: Timeline, goods: Assortment) -> Exports:
    """Write the catalogue: one row per article, one more for each further picture."""
    shop = drawn.expected.profile.id
    listed = np.flatnonzero(drawn.expected.sessions.sum(axis=0) > 0)
    for file in lately(timeline, QUARTER):
        day = file.after - 1
        rows = []
        for one in listed.tolist():
            if goods.launched[one] > day:
                continue
            handle = re.sub(r"[^a-z0-9]+", "-", goods.name_en[one].lower()) + f"-{one + 1}"
            price = int(goods.prices[drawn.expected.shop, timeline.years[day], one])
            told = {
                "Handle": handle, "Title": listed_as(goods, one),
                "Body (HTML)": f"<p>{goods.name_en[one]}.</p>\n<ul><li>12\" wide</li></ul>",
                "Vendor": "Lantern", "Product Category": CATEGORIES[goods.category[one]][0],
                "Type": goods.name_en[one].split(",")[0],
                "Tags": "bestseller, kitchen" if one % 7 == 0 else "", "Published": "true",
                "Option1 Name": "Title", "Option1 Value": "Default Title",
                "Variant SKU": goods.sku[one],
                "Variant Grams": str(round(float(goods.weight[one]) * 1000)),
                "Variant Inventory Tracker": "shopify",
                "Variant Inventory Qty": str(int(drawn.on_hand[day, one])),
                "Variant Inventory Policy": "deny", "Variant Fulfillment Service": "manual",
                "Variant Price": written(price),
                "Variant Compare At Price": written(price * 12 // 10) if one % 5 == 0 else "",
                "Variant Requires Shipping": "true", "Variant Taxable": "true",
                "Variant Barcode": f"'69{one:011d}",
                "Image Src": f"https://shop.example.com/{handle}-1.jpg", "Image Position": "1",
                "Gift Card": "false", "Variant Weight Unit": "kg",
                "Status": "archived" if goods.retired[one] <= day else "active",
            }  # fmt: skip
            rows.append([told.get(column, "") for column in PRODUCTS])
            if one % 3 == 0:
                told = {"Handle": handle, "Image Position": "2",
                        "Image Src": f"https://shop.example.com/{handle}-2.jpg"}  # fmt: skip
                rows.append([told.get(column, "") for column in PRODUCTS])
        yield f"{shop}/{file.name}/products_export_1.csv", comma_separated(PRODUCTS, rows)


def customers(after: Aftermath, timeline: Timeline) -> Exports:
    """Write everybody who ever ordered, with what Shopify adds up for them."""
    sales = after.sales
    codes, last = list(sales.profile.ships_to), timeline.months[-1]
    orders: dict[int, list[int]] = {}
    paid = np.bincount(sales.order, sales.paid + sales.tax_on_top, minlength=len(sales.utc))
    for order in np.flatnonzero(~sales.cancelled).tolist():
        orders.setdefault(int(sales.customer[order]), []).append(order)
    rows = []
    for who, mine in orders.items():
        name, mail = person(who)
        given, family = name.split(" ", 1)
        code = codes[int(sales.country[mine[-1]])]
        spent = sum(int(paid[one]) + int(sales.shipping[one]) for one in mine)
        rows.append((
            given, family, mail, "yes" if who % 3 else "no", "" if who % 9 else company_of(who),
            street(mine[-1]), "", "Sampleton", "", "", COUNTRY_NAMES[code], code,
            f"'{mine[-1] % 90_000 + 10_000}", f"'{phone(who)}'", "no", written(spent),
            str(len(mine)), _tags(who, len(mine)), remark(who, who * 3), "no",
        ))  # fmt: skip
    yield f"{sales.profile.id}/{last}/customers_export.csv", comma_separated(CUSTOMERS, rows)


def _tags(who: int, orders: int) -> str:
    """Give a buyer's tags: vip from the fourth order on; who joined the shop's group."""
    joined = who % 11 == 4 or (orders > 1 and who % 3 == 1)
    return ", ".join([*(["vip"] if orders > 3 else []), *(["group"] if joined else [])])


def daily_sales(after: Aftermath, timeline: Timeline) -> Exports:
    """Write the shop's own sums: gross holds what was cancelled, reversals take it out again."""
    sales, back = after.sales, after.refunds
    days = len(timeline.days)

    def daily(day: Array, values: Array) -> Array:
        total = np.zeros(days, dtype=np.int64)
        np.add.at(total, day, values)
        return total

    gone = sales.cancelled[sales.order]
    gross = daily(sales.line_day, sales.listed)
    discounts = daily(sales.line_day, sales.seller_discount)
    reversals = daily(sales.line_day[gone], sales.paid[gone])
    # Here a refund has its own day, which the orders export does not tell.
    dated = sales.clock.day_of(back.utc)
    inside = dated < days
    reversals += daily(dated[inside], back.amount[inside])
    shipping = daily(sales.day[~sales.cancelled], sales.shipping[~sales.cancelled])
    taxes = daily(sales.line_day[~gone], sales.tax_on_top[~gone])
    orders = np.bincount(sales.day, minlength=days)
    for file in by_year(timeline):
        rows = []
        for day in range(file.first, file.after):
            net = int(gross[day] - discounts[day] - reversals[day])
            rows.append((
                timeline.days[day].isoformat(), str(int(orders[day])), written(int(gross[day])),
                written(-int(discounts[day])), written(-int(reversals[day])), written(net),
                written(int(shipping[day])), "0.00", "0.00", written(int(taxes[day])),
                written(net + int(shipping[day]) + int(taxes[day])),
            ))  # fmt: skip
        yield (
            f"{sales.profile.id}/{file.name}/Total sales over time - {file.name}.csv",
            comma_separated(DAILY, rows),
        )
