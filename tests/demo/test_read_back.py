"""What the files say, read back line by line without any of our own reading, is the truth.

Rules here are the definitions of the product written a second time, in plain loops: GMV is
list value less seller discounts, tax out, by the shop's own day; refunds are tax out; a fee is
what the platform kept.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from made_up import Demo
from python_calamine import CalamineWorkbook

MARKETS = {
    "amazon-us": ("utf-8", "America/Los_Angeles", False),
    "amazon-uk": ("cp1252", "Europe/London", True),
    "amazon-de": ("cp1252", "Europe/Berlin", True),
    "amazon-jp": ("cp932", "Asia/Tokyo", True),
}
FEES = {"Commission", "RefundCommission", "FBAPerUnitFulfillmentFee", "Storage Fee",
        "Subscription Fee"}  # fmt: skip
MEASURES = ("list_value", "seller_discount", "platform_discount", "tax_inside", "tax_on_top",
            "refunds", "fees", "ads", "units", "orders", "returned", "gmv")  # fmt: skip

CENT = Decimal("0.01")

Read = dict[str, dict[str, Decimal]]


def tsv(path: Path, encoding: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding)), delimiter="\t"))


def comma(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding))))


def money(cell: str) -> Decimal:
    return Decimal(cell.replace(",", ".")) if cell else Decimal(0)


def compare(demo: Demo, store: str, read: Read) -> None:
    truth = demo.totals(store)
    assert sorted(read) == sorted(truth)
    for month, row in truth.items():
        said = read[month]
        said["gmv"] = said["list_value"] - said["seller_discount"] - said["tax_inside"]
        for measure in MEASURES:
            assert said[measure] == Decimal(str(row[measure])), (store, month, measure)


@pytest.mark.parametrize("store", MARKETS)
def test_amazons_files_say_what_the_generator_knows(demo: Demo, store: str) -> None:
    encoding, zone, inside = MARKETS[store]
    place = ZoneInfo(zone)
    read: Read = defaultdict(lambda: defaultdict(Decimal))
    # The newest file speaks for an order.
    orders: dict[str, list[dict[str, str]]] = {}
    for path in sorted(demo.inbox.glob(f"{store}/*/all-orders-*.txt")):
        fresh: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in tsv(path, encoding):
            fresh[row["amazon-order-id"]].append(row)
        orders |= fresh
    for lines in orders.values():
        placed = [
            row for row in lines if "Cancelled" not in (row["order-status"], row["item-status"])
        ]
        for row in placed:
            bought = datetime.fromisoformat(row["purchase-date"]).astimezone(place)
            said = read[f"{bought:%Y-%m}"]
            said["list_value"] += money(row["item-price"])
            said["seller_discount"] += money(row["item-promotion-discount"])
            said["tax_inside" if inside else "tax_on_top"] += money(row["item-tax"])
            said["units"] += int(row["quantity"])
        if placed:
            read[f"{bought:%Y-%m}"]["orders"] += 1
    for path in demo.inbox.glob(f"{store}/*/settlement-*.txt"):
        for row in tsv(path, encoding)[1:]:
            moment = datetime.strptime(row["posted-date-time"], "%Y-%m-%d %H:%M:%S UTC")
            said = read[f"{moment.replace(tzinfo=UTC).astimezone(place):%Y-%m}"]
            if row["amount-description"] in FEES:
                said["fees"] -= money(row["amount"])
            elif (row["transaction-type"], row["amount-description"]) == ("Refund", "Principal"):
                said["refunds"] -= money(row["amount"])
    for path in demo.inbox.glob(f"{store}/*/fba-returns-*.txt"):
        for row in tsv(path, encoding):
            came = datetime.fromisoformat(row["return-date"]).astimezone(place)
            read[f"{came:%Y-%m}"]["returned"] += int(row["quantity"])
    for path in demo.inbox.glob(f"{store}/*/Sponsored-*.xlsx"):
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        for row in rows[1:]:
            read[f"{row[0]:%Y-%m}"]["ads"] += Decimal(str(row[15]))
    compare(demo, store, read)


def add_templates(demo: Demo, store: str, read: Read) -> None:
    for path in demo.inbox.glob(f"{store}/*/fees.csv"):
        for row in comma(path):
            assert row["category"] in {"commission", "fulfilment", "storage", "other_fee"}
            read[row["posted_date"][:7]]["fees"] -= money(row["amount"])
    for path in demo.inbox.glob(f"{store}/*/ads.csv"):
        for row in comma(path):
            read[row["date"][:7]]["ads"] += money(row["spend"])
    for path in demo.inbox.glob(f"{store}/*/returns-log.csv"):
        for row in comma(path):
            read[row["return_date"][:7]]["returned"] += int(row["quantity"])


def test_shopifys_files_say_what_the_generator_knows(demo: Demo) -> None:
    read: Read = defaultdict(lambda: defaultdict(Decimal))
    for path in demo.inbox.glob("own-site/*/orders_export_*.csv"):
        rows = comma(path)
        gone = {row["Name"] for row in rows if row["Cancelled at"]}
        for row in rows:
            if row["Name"] in gone:
                continue
            # The offset stands in the row: the day is the shop's own day as written.
            said = read[row["Created at"][:7]]
            quantity = int(row["Lineitem quantity"])
            said["list_value"] += quantity * money(row["Lineitem price"])
            said["seller_discount"] += money(row["Lineitem discount"]) + money(
                row["Discount Amount"]
            )
            said["tax_on_top"] += money(row["Taxes"])
            said["units"] += quantity
            if row["Subtotal"]:
                said["orders"] += 1
                if back := money(row["Refunded Amount"]):
                    # A whole line with its share of the tax: tax over subtotal is one rate.
                    rate = (money(row["Taxes"]) / money(row["Subtotal"])).quantize(Decimal("0.001"))
                    net = (back / (1 + rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)
                    said["refunds"] += net
    add_templates(demo, "own-site", read)
    compare(demo, "own-site", read)


@pytest.mark.parametrize(("store", "rate"), [("tiktok-my", "0"), ("tiktok-th", "0.07")])
def test_tiktoks_files_say_what_the_generator_knows(demo: Demo, store: str, rate: str) -> None:
    read: Read = defaultdict(lambda: defaultdict(Decimal))
    part = Decimal(rate) / (1 + Decimal(rate))
    finest = Decimal("0.0001")
    for path in demo.inbox.glob(f"{store}/*/All-order-*.csv"):
        rows = comma(path, "utf-8-sig")
        assert rows[0]["Order ID"] == "Platform unique order ID."
        seen: set[str] = set()
        for row in rows[1:]:
            if row["Order Status"] == "Canceled":
                continue
            _day, month, year = row["Created Time"].split(" ")[0].split("/")
            said = read[f"{year}-{month}"]
            listed, seller = (money(row[f"SKU {name}"]) for name in
                              ("Subtotal Before Discount", "Seller Discount"))  # fmt: skip
            assert listed == int(row["Quantity"]) * money(row["SKU Unit Original Price"])
            platform = money(row["SKU Platform Discount"])
            assert money(row["SKU Subtotal After Discount"]) == listed - seller - platform
            said["list_value"] += listed
            said["seller_discount"] += seller
            said["platform_discount"] += platform
            said["tax_inside"] += ((listed - seller) * part).quantize(finest, ROUND_HALF_UP)
            said["units"] += int(row["Quantity"])
            if row["Order ID"] not in seen:
                seen.add(row["Order ID"])
                said["orders"] += 1
                back = money(row["Order Refund Amount"])
                said["refunds"] += back - (back * part).quantize(finest, ROUND_HALF_UP)
    add_templates(demo, store, read)
    compare(demo, store, read)


def own_lines(demo: Demo, store: str) -> list[tuple[str, str, str, int, int]]:
    """Day, order, article and units of every line, and the units for which money went back."""
    found = []
    for path in demo.inbox.glob(f"{store}/*/orders_export_*.csv"):
        rows = comma(path)
        refunds = {row["Name"]: money(row["Refunded Amount"]) for row in rows if row["Subtotal"]}
        rates = {
            row["Name"]: money(row["Taxes"]) / money(row["Subtotal"])
            for row in rows if money(row["Subtotal"])
        }  # fmt: skip
        coded = {row["Name"] for row in rows if money(row["Discount Amount"])}
        for row in rows:
            order, units = row["Name"], int(row["Lineitem quantity"])
            back = 0
            if refunds[order]:
                # All of an order with a code, of others the one line that explains the money.
                whole = units * money(row["Lineitem price"]) - money(row["Lineitem discount"])
                taxed = whole * (1 + rates[order])
                back = units if order in coded or abs(taxed - refunds[order]) <= CENT else 0
            found.append((row["Created at"][:10], order, row["Lineitem sku"], units, back))
    for path in demo.inbox.glob(f"{store}/*/All-order-*.csv"):
        for row in comma(path, "utf-8-sig")[1:]:
            day, month, year = row["Created Time"].split(" ")[0].split("/")
            order, units = row["Order ID"].strip(), int(row["Quantity"])
            back = int(row["Sku Quantity of return"])
            assert not back or money(row["Order Refund Amount"])
            found.append((f"{year}-{month}-{day}", order, row["Seller SKU"], units, back))
    return found


@pytest.mark.parametrize("store", ["own-site", "tiktok-my", "tiktok-th"])
def test_what_comes_back_was_sold_before_and_paid_back(demo: Demo, store: str) -> None:
    lines = own_lines(demo, store)
    sold = {(order, sku): (day, back) for day, order, sku, _, back in lines}
    (path,) = demo.inbox.glob(f"{store}/*/returns-log.csv")
    rows = comma(path)
    came = {(row["order_id"], row["sku"]): row for row in rows}
    assert len(came) == len(rows)
    for key, row in came.items():
        day, back = sold[key]
        assert int(row["quantity"]) == back > 0
        assert row["return_date"] > day
    # Some goods are not worth sending back, the latest are on their way; an order given back
    # whole comes whole.
    given_back = {key for key, (_, back) in sold.items() if back}
    orders, arrived = ({order for order, _ in keys} for keys in (given_back, came))
    assert 0.6 * len(orders) <= len(arrived) <= len(orders)
    assert came.keys() == {key for key in given_back if key[0] in arrived}


@pytest.mark.parametrize("store", ["own-site", "tiktok-my", "tiktok-th"])
def test_a_shelf_loses_no_more_than_was_sold(demo: Demo, store: str) -> None:
    (path,) = demo.inbox.glob(f"{store}/*/stock-count.csv")
    counts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in comma(path):
        assert row["sku"] not in counts[row["count_date"]]
        counts[row["count_date"]][row["sku"]] = int(row["on_hand"]), int(row["inbound"])
    days = sorted(counts)
    assert [day[:7] for day in days] == sorted(demo.totals(store))
    lines, received = own_lines(demo, store), 0
    for before, after in pairwise(days):
        gone: dict[str, int] = defaultdict(int)
        for day, _, sku, units, _ in lines:
            gone[sku] += units if before < day <= after else 0
        for sku, (on_hand, _) in counts[after].items():
            if sku in counts[before]:
                came = on_hand - counts[before][sku][0] + gone[sku]
                assert came >= 0, (sku, before, after)
                received += came
    # What was on its way arrived in the end, and what arrived had been on its way.
    assert received > 0
    assert all(inbound >= 0 for day in days for _, inbound in counts[day].values())
