"""What the generator knows before it writes a file: totals by shop and month, and the stories."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from helpers.demo.advertising import Advertising
from helpers.demo.aftermath import Aftermath
from helpers.demo.money import Array, written
from helpers.demo.timeline import Timeline

MONEY = (
    "list_value", "seller_discount", "platform_discount", "tax_inside", "tax_on_top", "refunds",
    "fees", "ads", "gmv",
)  # fmt: skip


def monthly_totals(
    after: Aftermath, ads: Advertising, timeline: Timeline
) -> list[dict[str, str | int]]:
    """Add up one shop by the months of its own clock; money as exact decimals."""
    sales, count = after.sales, len(timeline.months)
    month_of = timeline.month_of_day
    placed = sales.is_placed
    sale_month = month_of[sales.line_day[placed]]

    def summed(months: Array, values: Array) -> Array:
        total = np.zeros(count, dtype=np.int64)
        np.add.at(total, months, values)
        return total

    money = {
        "list_value": summed(sale_month, sales.listed[placed]),
        "seller_discount": summed(sale_month, sales.seller_discount[placed]),
        "platform_discount": summed(sale_month, sales.platform_discount[placed]),
        "tax_inside": summed(sale_month, sales.tax_inside[placed]),
        "tax_on_top": summed(sale_month, sales.tax_on_top[placed]),
        "refunds": summed(month_of[after.refunds.day], after.refunds.amount),
        "fees": _fees(after, month_of, count),
        "ads": summed(month_of[ads.day], ads.spend),
    }
    money["gmv"] = money["list_value"] - money["seller_discount"] - money["tax_inside"]
    units = summed(sale_month, sales.quantity[placed])
    returned = summed(month_of[after.returns.day], after.returns.quantity)
    kept = np.zeros(len(sales.utc), dtype=bool)
    kept[sales.order[placed]] = True
    orders = summed(month_of[sales.day[kept]], np.ones(int(kept.sum()), dtype=np.int64))
    found: list[dict[str, str | int]] = []
    for month, name in enumerate(timeline.months):
        if not any(int(one[month]) for one in money.values()):
            continue
        row: dict[str, str | int] = {
            "store": sales.profile.id, "month": name, "currency": sales.profile.currency,
            "ads_currency": sales.profile.ads_currency or sales.profile.currency,
        }  # fmt: skip
        row |= {key: written(int(money[key][month]), 1) for key in MONEY}
        row |= {"units": int(units[month]), "orders": int(orders[month])}
        found.append(row | {"returned": int(returned[month])})
    return found


def _fees(after: Aftermath, month_of: Array, count: int) -> Array:
    """Add what the platform kept: commission, parcels, storage, plans; less what it gave back."""
    total = np.zeros(count, dtype=np.int64)
    post, back = after.postings, after.refunds
    np.add.at(total, month_of[post.day], -(post.commission + post.fulfilment))
    if not after.sales.profile.undated_refunds:
        np.add.at(total, month_of[back.day], -(back.commission_back + back.commission_kept))
    for one in after.charges:
        total[month_of[one.day]] -= one.amount
    return total


def yearly_facts(
    totals: Sequence[dict[str, str | int]], rates: dict[str, float]
) -> dict[str, dict[str, dict[str, float]]]:
    """Sum the months to years and quarters in the base currency, as a plan would look back.

    The rates are rounded ones, good enough to set a target by and never used to check a figure.
    """
    facts: dict[str, dict[str, dict[str, float]]] = {}
    for row in totals:
        year, month = str(row["month"]).split("-")
        quarter = f"{year}-Q{(int(month) + 2) // 3}"
        rate, ads_rate = rates[str(row["currency"])], rates[str(row["ads_currency"])]
        for period in (year, quarter):
            for scope in ("all", f"store:{row['store']}"):
                kept = facts.setdefault(period, {}).setdefault(scope, {})
                for key in ("gmv", "refunds", "fees", "ads"):
                    per_unit = ads_rate if key == "ads" else rate
                    kept[key] = kept.get(key, 0.0) + float(Decimal(str(row[key]))) * per_unit
                for key in ("units", "orders"):
                    kept[key] = kept.get(key, 0.0) + float(row[key])
    return facts
