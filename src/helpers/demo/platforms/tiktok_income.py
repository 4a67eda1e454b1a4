"""TikTok Shop's income export: what was settled, one row per order or adjustment."""

from __future__ import annotations

from collections import defaultdict

from helpers.demo.advertising import Advertising
from helpers.demo.aftermath import Aftermath
from helpers.demo.money import CENT, share_of, written
from helpers.demo.platforms.downloads import lately
from helpers.demo.platforms.files import Exports, workbook
from helpers.demo.platforms.tiktok import order_id
from helpers.demo.timeline import Timeline

INCOME = (
    "Order/adjustment ID", "Type", "Order created time", "Order settled time", "Currency",
    "Total settlement amount", "Total Revenue", "Subtotal after seller discounts",
    "Subtotal before discounts", "Seller discounts", "Refund subtotal after seller discounts",
    "Total Fees", "Platform commission fee", "Payment fee", "Affiliate commission",
    "Shipping cost", "GMV Max ad fee", "Adjustment amount", "Related order ID",
    "Customer payment", "Customer refund",
)  # fmt: skip
#: One shop's people download it, since so many months; before that they kept fees by hand.
SHOPS, MONTHS = ("tiktok-th",), 3

#: One order in so many was sold by a creator; of its commission the platform hands on most.
CREATORS_ORDER, HANDED_ON = 5, 70

Row = dict[str, int]


def income(after: Aftermath, ads: Advertising, opens: int, timeline: Timeline) -> Exports:
    """Write a workbook a month: orders, refunds, warehouse fees, and the month's ad bill."""
    shop = after.sales.profile
    rows = _settled(after)
    for file in lately(timeline, MONTHS, opens):
        found: list[tuple[str, ...]] = []
        for (day, order), parts in sorted(rows.items()):
            if file.first <= day < file.after:
                found.append(_order(after, timeline, day, order, parts))
        for number, one in enumerate(after.charges):
            if file.first <= one.day < file.after:
                found.append(_adjusted(shop.currency, timeline, one.day, "Warehouse service fee",
                                       7_000 + number, one.amount))  # fmt: skip
        inside = (file.first <= ads.day) & (ads.day < file.after)
        bill = -int(ads.spend[inside].sum())
        if bill:
            found.append(_adjusted(shop.currency, timeline, file.after - 1,
                                   "GMV Max ad billing", 9_000 + file.first, bill))  # fmt: skip
        if found:
            yield (
                f"{shop.id}/{file.name}/income_{file.name}.xlsx",
                workbook("Order details", INCOME, found),
            )


def _settled(after: Aftermath) -> dict[tuple[int, int], Row]:
    """Add up what each order was credited and charged on each day."""
    sales, post, back = after.sales, after.postings, after.refunds
    rows: dict[tuple[int, int], Row] = defaultdict(lambda: defaultdict(int))
    for day, line, commission, parcel in zip(
        post.day.tolist(), post.line.tolist(), post.commission.tolist(),
        post.fulfilment.tolist(), strict=True,
    ):  # fmt: skip
        row = rows[day, int(sales.order[line])]
        row["before"] += int(sales.listed[line])
        row["off"] -= int(sales.line_discount[line])
        row["commission"] += commission
        row["parcel"] += parcel
        row["platform"] += int(sales.platform_discount[line])
    # Here a refund has its day; the orders export tells the amount only.
    dated = sales.clock.day_of(back.utc)
    for day, line, amount, tax in zip(
        dated.tolist(), back.line.tolist(), back.amount.tolist(), back.tax.tolist(), strict=True
    ):
        if day < len(sales.clock.day_starts) - 1:
            rows[day, int(sales.order[line])]["back"] -= amount + tax
    return rows


def _order(
    after: Aftermath, timeline: Timeline, day: int, order: int, parts: Row
) -> tuple[str, ...]:
    sales = after.sales
    revenue = parts["before"] + parts["off"] + parts["back"]
    fees = parts["commission"] + parts["parcel"]
    created = timeline.days[int(sales.day[order])]
    is_creators = order % CREATORS_ORDER == 2
    # Negative, as all that is kept from the seller.
    handed_on = -int(share_of(-parts["commission"], HANDED_ON * is_creators, 100, CENT))
    return (
        order_id(sales.profile.id, order), "Order" if parts["before"] else "Refund",
        f"{created:%Y/%m/%d}", f"{timeline.days[day]:%Y/%m/%d}", sales.profile.currency,
        written(revenue + fees), written(revenue), written(parts["before"] + parts["off"]),
        written(parts["before"]), written(parts["off"]), written(parts["back"]), written(fees),
        written(parts["commission"] - handed_on), "0.00", written(handed_on),
        written(parts["parcel"]), "0.00", "0.00", "/",
        written(max(parts["before"] + parts["off"] - parts["platform"], 0)),
        written(parts["back"]),
    )  # fmt: skip


def _adjusted(
    currency: str, timeline: Timeline, day: int, kind: str, number: int, amount: int
) -> tuple[str, ...]:
    told = dict.fromkeys(INCOME, "0.00") | {
        "Order/adjustment ID": f"74{number:016d}", "Type": kind, "Order created time": "/",
        "Order settled time": f"{timeline.days[day]:%Y/%m/%d}", "Currency": currency,
        "Total settlement amount": written(amount), "Adjustment amount": written(amount),
        "Related order ID": "/",
    }  # fmt: skip
    return tuple(told[column] for column in INCOME)
