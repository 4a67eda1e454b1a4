"""Date range transactions: the settlements' money again, side by side, by local time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import groupby

import numpy as np

from helpers.demo.aftermath import Aftermath
from helpers.demo.assortment import Assortment
from helpers.demo.money import written
from helpers.demo.platforms.amazon.marketplaces import MARKETPLACES
from helpers.demo.platforms.amazon.settlements import (
    Booked,
    book,
    settlement_bounds,
    settlement_id,
)
from helpers.demo.platforms.downloads import lately
from helpers.demo.platforms.files import Exports, comma_separated
from helpers.demo.timeline import Timeline, stamp

COLUMNS = (
    "date/time", "settlement id", "type", "order id", "sku", "description", "quantity",
    "marketplace", "account type", "fulfillment", "order city", "order state", "order postal",
    "tax collection model", "product sales", "product sales tax", "shipping credits",
    "shipping credits tax", "gift wrap credits", "giftwrap credits tax", "Regulatory Fee",
    "Tax On Regulatory Fee", "promotional rebates", "promotional rebates tax",
    "marketplace withheld tax", "selling fees", "fba fees", "other transaction fees", "other",
    "total", "Transaction Status", "Transaction Release Date",
)  # fmt: skip
#: (type, description) of a component -> the column in which it stands.
_PLACES = {
    ("ItemPrice", "Principal"): "product sales", ("ItemPrice", "Tax"): "product sales tax",
    ("ItemPrice", "Shipping"): "shipping credits",
    ("Promotion", "Principal"): "promotional rebates",
    ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"): "marketplace withheld tax",
    ("ItemFees", "Commission"): "selling fees", ("ItemFees", "RefundCommission"): "selling fees",
    ("ItemFees", "FBAPerUnitFulfillmentFee"): "fba fees",
}  # fmt: skip
#: How each shop's download calls what has no order.
_TYPES = {"Storage Fee": ("FBA Inventory Fee", "Storage", "fba fees"),
          "Subscription Fee": ("Service Fee", "Plan", "other transaction fees")}  # fmt: skip
_BRITISH = {"shipping credits": "postage credits", "fulfillment": "fulfilment"}
#: Two shops' people download them, for the last quarter.
SHOPS, MONTHS = ("amazon-us", "amazon-uk"), 3


def transactions(after: Aftermath, timeline: Timeline, goods: Assortment) -> Exports:
    """Write a file a month: seven lines of definitions, then one row per transaction."""
    sales = after.sales
    shop, clock = sales.profile.id, sales.clock
    place = MARKETPLACES[shop]
    bounds = settlement_bounds(clock, timeline, place.prefix % 11)
    booked = book(after, goods)
    american = shop == "amazon-us"
    columns = [one if american else _BRITISH.get(one, one) for one in COLUMNS]
    above = [
        "Includes Amazon Marketplace and Fulfillment by Amazon (FBA) transactions",
        f"All amounts in {sales.profile.currency}, unless specified", "Definitions:",
        "Sales tax collected: Includes sales tax collected from buyers for product sales.",
        "Selling fees: Includes variable closing fees and referral fees.",
        "Other transaction fees: Includes shipping chargebacks and sales tax collection fees.",
        "Other: Includes non-order transaction amounts. For more details, see the Type column.",
    ]  # fmt: skip
    for file in lately(timeline, MONTHS):
        first, last = int(clock.day_starts[file.first]), int(clock.day_starts[file.after])
        rows = []
        inside = [one for one in booked if first <= one.utc < last]
        for _, group in groupby(
            inside, key=lambda one: (one.utc, one.rank, one.transaction, one.order, one.sku)
        ):
            parts = list(group)
            told = _told(parts, american)
            number = settlement_id(shop, bisect_right(bounds, parts[0].utc) - 1)
            told |= {"date/time": _moment(after, parts[0].utc, american), "settlement id": number,
                     "marketplace": place.channel.lower()}  # fmt: skip
            told["Transaction Status"] = "Released"
            told["Transaction Release Date"] = told["date/time"]
            rows.append([told.get(one, "") for one in COLUMNS])
        name = f"{timeline.days[file.first]:%Y%b}MonthlyTransaction.csv"
        text = comma_separated(columns, rows).decode()
        head = "".join(f'"{line}"\n' for line in above)
        yield f"{shop}/{file.name}/{name}", ("\ufeff" + head + text).encode()


def _told(parts: Iterable[Booked], american: bool) -> dict[str, str]:
    """Put a transaction's components into their columns."""
    amounts = dict.fromkeys(COLUMNS[14:30], 0)
    told: dict[str, str] = {}
    for one in parts:
        kind, description, column = one.transaction, "", _PLACES.get((one.kind, one.description))
        if column is None:
            kind, description, column = _TYPES[one.description]
        amounts[column] += one.amount
        amounts["total"] += one.amount
        told = {
            "type": kind, "order id": one.order, "sku": one.sku, "description": description,
            "quantity": one.units, "account type": "Standard Orders" if one.order else "",
            "fulfillment": "Amazon" if one.order else "",
            "tax collection model": "MarketplaceFacilitator" if american and one.order else "",
        }  # fmt: skip
    return told | {name: _thousands(amount) for name, amount in amounts.items()}


def _thousands(ticks: int) -> str:
    """Write as the download does: 1,234.56, and 0 for nothing."""
    if not ticks:
        return "0"
    whole, _, part = written(ticks).partition(".")
    return f"{int(whole):,}.{part}" if int(whole) else f"{whole}.{part}"


def _moment(after: Aftermath, utc: int, american: bool) -> str:
    """Write a moment as the site does: by its own clock, the zone named."""
    if not american:
        return stamp(utc, "%d %b %Y %H:%M:%S UTC").lstrip("0")
    shift = int(after.sales.clock.offset(np.array([utc]))[0])
    zone = "PDT" if shift == -25_200 else "PST"
    text = stamp(utc + shift, "%b %d, %Y %I:%M:%S %p ") + zone
    return text.replace(" 0", " ", 1)
