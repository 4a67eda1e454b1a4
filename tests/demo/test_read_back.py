"""What the files say, read back line by line without any of our own reading, is the truth.

Rules here are the definitions of the product written a second time, in plain loops: GMV is
list value less seller discounts, tax out, by the shop's own day; refunds are tax out; a fee is
what the platform kept.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import defaultdict
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msoffcrypto
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
    for month, spend in amazon_ads(demo, store).items():
        read[month]["ads"] = spend
    compare(demo, store, read)


def amazon_ads(demo: Demo, store: str) -> dict[str, Decimal]:
    """Add up a shop's advertising from the reports that speak for it, each for its months."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for path in demo.inbox.glob(f"{store}/*/Sponsored-Products-*.xlsx"):
        # What the United States tell by product they tell by search term too.
        if "Advertised" in path.name and store == "amazon-us":
            continue
        header, *rows = sheet(path)
        spend = header.index("花费" if "花费" in header else "Spend")
        for row in rows:
            found[f"{row[0]:%Y-%m}"] += Decimal(str(row[spend]))
    channel = {"amazon-uk": "Amazon.co.uk", "amazon-de": "Amazon.de", "amazon-jp": "Amazon.co.jp"}
    for path in demo.inbox.glob("amazon-*/*/Amazon-Ads-*.csv"):
        for row in comma(path, "utf-8-sig"):
            if row["Marketplace"] == channel.get(store):
                found[row["Date range"][:7]] += money(row["Total cost"])
    return found


def test_what_amazon_tells_twice_it_tells_alike(demo: Demo) -> None:
    by_product: dict[str, Decimal] = defaultdict(Decimal)
    for path in demo.inbox.glob("amazon-us/*/Sponsored-Products-Advertised-*.xlsx"):
        header, *rows = sheet(path)
        for row in rows:
            by_product[f"{row[0]:%Y-%m}"] += Decimal(str(row[header.index("Spend")]))
    assert sorted(by_product) == ["2025-10", "2025-11", "2025-12"]
    by_term = amazon_ads(demo, "amazon-us")
    assert by_product == {month: by_term[month] for month in by_product}

    for store in ("amazon-us", "amazon-uk"):
        told: dict[str, Decimal] = defaultdict(Decimal)
        for path in demo.inbox.glob(f"{store}/*/*MonthlyTransaction.csv"):
            lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
            assert lines[7].startswith("date/time,")
            for row in csv.DictReader(lines[7:]):
                parts = [
                    money(row[name].replace(",", ""))
                    for name in list(row)[
                        list(row).index("product sales") : list(row).index("total")
                    ]
                ]
                assert sum(parts) == money(row["total"].replace(",", ""))
                fees = ("selling fees", "fba fees", "other transaction fees")
                told[path.parent.name] -= sum(money(row[one].replace(",", "")) for one in fees)
        assert len(told) == 3
        for month, fees_told in told.items():
            assert fees_told == Decimal(demo.totals(store)[month]["fees"])


def test_the_ledger_adds_up_and_ends_where_the_stock_report_does(demo: Demo) -> None:
    closing: dict[str, tuple[datetime, int]] = {}
    for path in sorted(demo.inbox.glob("amazon-us/*/inventory-ledger-*.csv")):
        for row in comma(path):
            events = list(row)[7:18]
            start, end = (
                int(row["Starting Warehouse Balance"]),
                int(row["Ending Warehouse Balance"]),
            )
            assert events[0] == "In Transit Between Warehouses" and events[-1] == "Other Events"
            assert start + sum(int(row[one]) for one in events) == end >= 0, row
            assert int(row["Customer Shipments"]) <= 0
            if row["Disposition"] == "SELLABLE":
                day = datetime.strptime(row["Date"], "%m/%d/%Y")
                before = closing.get(row["MSKU"])
                assert before is None or before[1] == start, "nothing happens between two rows"
                closing[row["MSKU"]] = day, end
    stock = tsv(demo.inbox / "amazon-us/2025-12/fba-inventory-2025-12.txt", "utf-8")
    left = {row["sku"]: int(row["afn-fulfillable-quantity"]) for row in stock}
    both = closing.keys() & left.keys()
    assert len(both) > 30
    assert all(closing[sku][1] == left[sku] for sku in both)


def sheet(path: Path, password: str | None = None, skip: int = 0) -> list[list[Any]]:
    """Read the first sheet of a workbook, with its password if it has one."""
    content = path.read_bytes()
    if password:
        held = io.BytesIO()
        lock = msoffcrypto.OfficeFile(io.BytesIO(content))
        lock.load_key(password=password)
        lock.decrypt(held)
        content = held.getvalue()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [list(row) for row in rows[skip:]]


def told_rows(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """Name the cells of each row by the header."""
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


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
    networks: dict[str, Decimal] = defaultdict(Decimal)
    encodings = set()
    for path in demo.inbox.glob("own-site/*/Campaign report *.csv"):
        wide = path.read_bytes().startswith(codecs.BOM_UTF16)
        encodings.add(wide)
        text = path.read_bytes().decode("utf-16" if wide else "utf-8")
        for row in csv.DictReader(text.splitlines()[2:], delimiter="\t" if wide else ","):
            if row["Day"]:
                read[row["Day"][:7]]["ads"] += money(row["Cost"].replace(",", ""))
                networks["google"] += money(row["Cost"].replace(",", ""))
    for path in demo.inbox.glob("own-site/*/Lantern-Ads-*.csv"):
        for row in comma(path, "utf-8-sig"):
            if row.get("Campaign name") or row.get("广告系列名称"):
                spend = row.get("Amount spent (USD)") or row["已花费金额 (USD)"]
                read[(row.get("Reporting starts") or row["报告开始日期"])[:7]]["ads"] += money(
                    spend
                )
                networks["meta"] += money(spend)
    assert encodings == {True, False} and min(networks.values()) > 0
    compare(demo, "own-site", read)


@pytest.mark.parametrize(("store", "rate"), [("tiktok-my", "0"), ("tiktok-th", "0.07")])
def test_tiktoks_files_say_what_the_generator_knows(demo: Demo, store: str, rate: str) -> None:
    read: Read = defaultdict(lambda: defaultdict(Decimal))
    part = Decimal(rate) / (1 + Decimal(rate))
    finest = Decimal("0.0001")
    for path in demo.inbox.glob(f"{store}/*/All-order-*"):
        rows = told_rows(sheet(path)) if path.suffix == ".xlsx" else comma(path, "utf-8-sig")
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
    add_income(demo, store, read)
    compare(demo, store, read)


def add_income(demo: Demo, store: str, read: Read) -> None:
    """Add the fees that TikTok's income export tells; what it bills for ads stands elsewhere."""
    billed: dict[str, Decimal] = defaultdict(Decimal)
    for path in demo.inbox.glob(f"{store}/*/income_*.xlsx"):
        for row in told_rows(sheet(path)):
            month = row["Order settled time"][:7].replace("/", "-")
            amounts = [money(row[name]) for name in (
                "Subtotal after seller discounts", "Refund subtotal after seller discounts",
                "Platform commission fee", "Affiliate commission", "Shipping cost",
                "Adjustment amount")]  # fmt: skip
            assert sum(amounts) == money(row["Total settlement amount"])
            fees = sum(amounts[2:5])
            if "ad" in row["Type"].split():
                billed[month] -= amounts[5]
            else:
                fees += amounts[5]
            read[month]["fees"] -= fees
    for month, bill in billed.items():
        assert bill == read[month]["ads"]


WORDS = {
    "shopee-sg": ("Order ID", "Order Status", "Order Creation Date", "Original Price", "Deal Price",
                  "Quantity", "Discount Voucher Amount Sponsored by Seller",
                  "Discount Voucher Amount Sponsored by Shopee", "Cancelled", "0.09"),
    "shopee-tw": ("訂單編號", "訂單狀態", "訂單成立日期", "商品原價", "商品活動價格", "數量",
                  "賣場優惠券",
                  "優惠券", "不成立", "0.05"),
    "shopee-th": ("หมายเลขคำสั่งซื้อ", "สถานะการสั่งซื้อ", "วันที่ทำการสั่งซื้อ", "ราคาตั้งต้น", "ราคาขาย",
                  "จำนวน", "โค้ดส่วนลดชำระโดยผู้ขาย", "โค้ดส่วนลดชำระโดย Shopee", "ยกเลิกแล้ว", "0.07"),
}  # fmt: skip


@pytest.mark.parametrize("store", WORDS)
def test_shopees_files_say_what_the_generator_knows(demo: Demo, store: str) -> None:
    order, status, day, listed, paid, count, voucher, theirs, gone, rate = WORDS[store]
    passwords = (demo.folder / "passwords.yml").read_text(encoding="utf-8")
    password = dict(re.findall(r"^(\S+): (\S+)$", passwords, re.MULTILINE)).get(store)
    part = Decimal(rate) / (1 + Decimal(rate))
    read: Read = defaultdict(lambda: defaultdict(Decimal))
    locked = 0
    for path in sorted(demo.inbox.glob(f"{store}/*/Order.all.*.xlsx")):
        is_locked = not path.read_bytes().startswith(b"PK")
        locked += is_locked
        seen: set[str] = set()
        for row in told_rows(sheet(path, password if is_locked else None)):
            if row[status] == gone:
                continue
            said, units = read[row[day][:7]], int(row[count])
            is_first = row[order] not in seen
            seen.add(row[order])
            # What is said of an order stands on all its rows or on the first; it counts once.
            off, given = (
                money(row[name]) if is_first else Decimal(0) for name in (voucher, theirs)
            )
            value, cut = units * money(row[listed]), units * (money(row[listed]) - money(row[paid]))
            said["list_value"] += value
            said["seller_discount"] += cut + off
            said["platform_discount"] += given
            net = value - cut - off
            said["tax_inside"] += (net * part).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            said["units"] += units
            said["orders"] += is_first
    for path in demo.inbox.glob(f"{store}/*/refunds.csv"):
        for row in comma(path):
            said = read[row["paid back on"][:7]]
            said["refunds"] += money(row["paid back"]) - money(row["tax in it"])
    for path in demo.inbox.glob(f"{store}/*/Shopee-Ads-*.csv"):
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        whole, *rows = csv.DictReader(lines[7:])
        cost = "花費" if "花費" in whole else "Expense"
        assert sum(money(row[cost]) for row in rows) == money(whole[cost])
        read[path.parent.name]["ads"] += money(whole[cost])
    add_templates(demo, store, read)
    assert (locked > 0) == (store == "shopee-tw")
    compare(demo, store, read)


def test_lazadas_files_say_what_the_generator_knows(demo: Demo) -> None:
    store, read = "lazada-my", defaultdict(lambda: defaultdict(Decimal))
    for path in demo.inbox.glob(f"{store}/*/orders-*.xlsx"):
        orders: dict[str, str] = {}
        for row in told_rows(sheet(path)):
            if row["status"] == "canceled":
                continue
            month = f"{datetime.strptime(row['createTime'], '%d %b %Y %H:%M'):%Y-%m}"
            said, own = read[month], -money(row["sellerDiscountTotal"])
            said["list_value"] += money(row["unitPrice"])
            said["seller_discount"] += own
            said["platform_discount"] += money(row["unitPrice"]) - own - money(row["paidPrice"])
            said["units"] += 1
            orders[row["orderNumber"]] = month
        for month in orders.values():
            read[month]["orders"] += 1
    kept = {
        "Commission",
        "Reversal Commission",
        "Shipping Fee Charged by Lazada",
        "FBL Storage Fee",
    }
    for path in demo.inbox.glob(f"{store}/*/finance-statement-*.csv"):
        for row in comma(path, "utf-8-sig"):
            said = read[f"{datetime.strptime(row['Transaction Date'], '%d %b %Y'):%Y-%m}"]
            said["fees"] -= money(row["Amount"]) if row["Fee Name"] in kept else 0
            if row["Fee Name"] == "Reversal Item Price":
                said["refunds"] -= money(row["Amount"])
    add_templates(demo, store, read)
    compare(demo, store, read)


def test_alibabas_files_say_what_the_generator_knows(demo: Demo) -> None:
    store, read = "alibaba", defaultdict(lambda: defaultdict(Decimal))

    def plain(cell: str) -> Decimal:
        return Decimal(re.sub(r"[^0-9.]", "", cell))

    left: dict[str, Decimal] = {}
    several, order = 0, ""
    for path in demo.inbox.glob(f"{store}/*/TradeAssuranceOrders-*.xlsx"):
        for row in told_rows(sheet(path)):
            several += not row["订单编号(Order Number)"]
            if number := row["订单编号(Order Number)"]:
                order = "" if row["状态(Status)"] == "订单关闭" else number
                month = row["订单创建时间(Order Create Time)"][:7]
            if not order:
                continue
            said, units = read[month], plain(row["数量(Quantity)"])
            if number:
                total, freight, off, ahead, rest = (plain(row[name]) for name in (
                    "订单总价(Order Amount)", "运费(Shipping Fee)", "折扣金额(Discount Amount)",
                    "预付款(Initial Payment)", "尾款(Balance Payment)"))  # fmt: skip
                assert ahead + rest == total
                left[order] = total - freight + off
                said["list_value"] += left[order]
                said["seller_discount"] += off
                said["orders"] += 1
            said["units"] += units
            left[order] -= units * plain(row["单价(Unit Price)"])
    assert several and not any(left.values())
    for path in demo.inbox.glob(f"{store}/*/*-计划报告.xlsx"):
        for row in told_rows(sheet(path))[:-1]:
            read[row["日期"][:7]]["ads"] += Decimal(str(row["花费"]))
    for path in demo.inbox.glob(f"{store}/*/refunds.csv"):
        for row in comma(path):
            said = read[row["paid back on"][:7]]
            said["refunds"] += money(row["paid back"]) - money(row["tax in it"])
    assert sum(said["refunds"] for said in read.values())
    add_templates(demo, store, read)
    for month, row in demo.totals(store).items():
        assert row["ads_currency"] == "CNY" and row["currency"] == "USD", month
    compare(demo, store, read)


def test_firms_get_money_back_for_what_they_received(demo: Demo) -> None:
    orders: dict[str, dict[str, str]] = {}
    paid: dict[tuple[str, str], Decimal] = {}
    for path in demo.inbox.glob("alibaba/*/TradeAssuranceOrders-*.xlsx"):
        for row in told_rows(sheet(path)):
            if row["订单编号(Order Number)"]:
                order = row["订单编号(Order Number)"]
                orders[order] = row
            units = Decimal(row["数量(Quantity)"].split()[0])
            paid[order, row["SKU规格(Sku Specification)"]] = units * money(row["单价(Unit Price)"])
    (path,) = demo.inbox.glob("alibaba/2023-07..2025-12/refunds.csv")
    for row in comma(path):
        told = orders[row["order"]]
        assert told["状态(Status)"] != "订单关闭"
        assert told["实际发货时间(Actual Delivery Time)"] < row["paid back on"]
        assert 0 < money(row["paid back"]) <= paid[row["order"], row["article"]]
        assert not money(row["tax in it"])


def test_a_shops_overview_agrees_with_its_products(demo: Demo) -> None:
    (path,) = demo.inbox.glob("alibaba/2023-07..2025-12/traffic.csv")
    rows = comma(path)
    assert [row["date"][:7] for row in rows] == sorted(demo.totals("alibaba"))
    for row in rows:
        sessions, visitors, views, asked, chatted = (
            int(row[name])
            for name in ("sessions", "visitors", "page_views", "inquirers", "tm_users")
        )
        (path,) = demo.inbox.glob(f"alibaba/*/Products-{row['end_date']}.xls")
        products = told_rows(sheet(path, skip=5))
        for people, header in (
            (visitors, "访问人数"),
            (asked, "询盘人数"),
            (chatted, "TM咨询人数"),
        ):
            each = [int(float(one[header])) for one in products]
            # Who saw two products is one visitor; nobody was there without seeing any.
            assert max(each) <= people <= sum(each), (row["date"], header)
        assert max(asked, chatted) <= visitors < sessions < views


def test_a_wholesale_shelf_loses_no_more_than_was_sold(demo: Demo) -> None:
    sold: list[tuple[str, str, int]] = []
    for path in demo.inbox.glob("alibaba/*/TradeAssuranceOrders-*.xlsx"):
        for row in told_rows(sheet(path)):
            if row["订单编号(Order Number)"]:
                day = row["订单创建时间(Order Create Time)"][:10]
                counts = row["状态(Status)"] != "订单关闭"
            if counts:
                units = int(row["数量(Quantity)"].split()[0])
                sold.append((day, row["SKU规格(Sku Specification)"], units))
    (path,) = demo.inbox.glob("alibaba/2023-07..2025-12/stock-count.csv")
    held = {(row["count_date"], row["sku"]): row for row in comma(path)}
    days = sorted({day for day, _ in held})
    assert [day[:7] for day in days] == sorted(demo.totals("alibaba"))
    for before, after in pairwise(days):
        for sku in {sku for day, sku in held if day == before}:
            if (after, sku) not in held:
                continue
            gone = sum(units for day, one, units in sold if one == sku and before < day <= after)
            came = int(held[after, sku]["on_hand"]) - int(held[before, sku]["on_hand"]) + gone
            assert came == int(held[before, sku]["inbound"]) >= 0, (sku, after)


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
    for path in demo.inbox.glob(f"{store}/*/All-order-*"):
        rows = told_rows(sheet(path)) if path.suffix == ".xlsx" else comma(path, "utf-8-sig")
        for row in rows[1:]:
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
