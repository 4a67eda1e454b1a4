"""Amazon's reports in the wordings, date forms and number forms of its marketplaces."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from helpers.vocabulary.faults import DataRefused

from .export_company import Company, table

D = Decimal
TRAFFIC = "start_date, end_date, level, listing_id, sessions, page_views, units, orders, sales"


@pytest.mark.parametrize(
    ("place", "encoding", "separator", "header", "row"),
    [
        ("amazon-us", "utf-8-sig", ",",
         ("(Child) ASIN", "Sessions - Total", "Sessions - Total - B2B", "Page Views - Total",
          "Units Ordered", "Unit Session Percentage", "Ordered Product Sales", "Total Order Items"),
         ("B01", "1,234", 7, "2,345", 12, "0.97%", "$1,234.56", 11)),
        # Australia writes small letters, Canada an EN DASH; ― is the sixth kind.
        ("amazon-us", "utf-8", ",",
         ("(Child) ASIN", "Sessions – Total", "Sessions ― Total ― B2B", "Page Views − Total",
          "Units ordered", "Unit Session Percentage", "Ordered product sales", "Total order items"),
         ("B01", "1,234", 7, "2,345", 12, "0.97%", "$1,234.56", 11)),
        ("amazon-us", "gb18030", ",",
         ("（子）ASIN", "会话数 - 总计", "会话 - 总计 - B2B", "页面浏览量 - 总计", "已订购商品数量",
          "商品会话百分比", "已订购商品销售额", "订单商品总数"),
         ("B01", "1,234", 7, "2,345", 12, "0.97%", "US$1,234.56", 11)),
        ("amazon-us", "utf-8-sig", ",",
         ("（子）ASIN", "会话次数 – 总计", "会话次数 – 总计 – B2B", "页面浏览次数 – 总计",
          "已订购商品数量", "商品会话百分比", "已订购商品销售额", "订单商品总数"),
         ("B01", "1,234", 7, "2,345", 12, "0.97%", "US$1,234.56", 11)),
        ("amazon-de", "cp1252", ";",
         ("(Untergeordnete) ASIN", "Sitzungen – Summe", "Sitzungen – Summe – B2B",
          "Seitenaufrufe – Summe", "Bestellte Einheiten", "Prozentsatz der Einheiten pro Sitzung",
          "Durch bestellte Produkte erzielter Umsatz", "Zahl der Bestellposten"),
         ("B01", "1.234", 7, "2.345", 12, "0,97 %", "1.234,56 €", 11)),
        ("amazon-jp", "cp932", ",",
         ("（子）ASIN", "セッション数 - 合計", "セッション数 - 合計 - B2B", "ページビュー - 合計",
          "注文された商品点数", "ユニットセッション率", "注文商品の売上額", "注文品目総数"),
         ("B01", "1,234", 7, "2,345", 12, "0.97%", "￥123,456", 11)),
    ],
    ids=["US", "CA and AU", "zh", "zh, other wording", "de", "ja"],
)  # fmt: skip
def test_traffic_by_article_is_the_same_in_every_wording(
    company: Company,
    place: str,
    encoding: str,
    separator: str,
    header: tuple[str, ...],
    row: tuple[object, ...],
) -> None:
    text = table(separator, header, row).encode(encoding)
    reading = company.read(f"{place}/2026-07/business.csv", text)
    assert reading.source == "amazon_business_report_child_asin"
    assert reading.warnings == () and reading.encoding == encoding
    sales = D("123456") if place == "amazon-jp" else D("1234.56")
    assert company.rows(reading, "traffic", TRAFFIC) == [
        (date(2026, 7, 1), date(2026, 7, 31), "product", "B01", 1234, 2345, 12, 11, sales)
    ]


def test_a_tools_copy_by_article_and_day_needs_no_folder(company: Company) -> None:
    header = ("Date", "(Child) ASIN", "Sessions - Total", "Page Views - Total", "Units Ordered",
              "Ordered Product Sales")  # fmt: skip
    rows = (("2026-07-01", "B01", 10, 20, 1, "$9.99"), ("2026-07-02", "B01", 11, 21, 0, "$0.00"))
    reading = company.read("amazon-us/tool.csv", table(",", header, *rows))
    assert reading.source == "amazon_business_report_child_asin" and reading.period is None
    assert reading.as_of == date(2026, 7, 2)
    assert company.rows(reading, "traffic", "start_date, end_date, sessions") == [
        (date(2026, 7, 1), date(2026, 7, 1), 10),
        (date(2026, 7, 2), date(2026, 7, 2), 11),
    ]


@pytest.mark.parametrize(
    ("place", "encoding", "separator", "header", "days", "cells"),
    [
        ("amazon-us", "utf-8-sig", ",",
         ("Date", "Ordered Product Sales", "Units Ordered", "Total Order Items",
          "Sessions - Total", "Page Views - Total", "Order Item Session Percentage"),
         ("7/1/26", "7/13/26"), ("$1,234.56", 12, 11, "1,300", "2,345", "0.85%")),
        ("amazon-us", "utf-8", ",",
         ("Date", "Ordered product sales", "Units ordered", "Total order items",
          "Sessions – Total", "Page views – Total", "Order Item Session Percentage"),
         ("2026-07-01", "2026-07-13"), ("$1,234.56", 12, 11, "1,300", "2,345", "0.85%")),
        ("amazon-us", "utf-8-sig", ",",
         ("日期", "已订购商品销售额", "已订购商品数量", "订单商品总数", "会话次数 - 总计",
          "页面浏览次数 - 总计", "订单商品会话百分比"),
         ("2026. 7. 1", "2026. 7. 13"), ("US$1,234.56", 12, 11, "1,300", "2,345", "0.85%")),
        ("amazon-de", "utf-8-sig", ";",
         ("Datum", "Durch bestellte Produkte erzielter Umsatz", "Bestellte Einheiten",
          "Zahl der Bestellposten", "Sitzungen – Summe", "Seitenaufrufe – Summe",
          "Prozentsatz der Bestellposten pro Sitzung"),
         ("01.07.26", "13.07.26"), ("1.234,56 €", 12, 11, "1.300", "2.345", "0,85 %")),
        ("amazon-jp", "cp932", ",",
         ("日付", "注文商品の売上額", "注文された商品点数", "注文品目総数", "セッション数 - 合計",
          "ページビュー - 合計", "おすすめ出品（おすすめ商品）の獲得率"),
         ("2026/07/01", "2026/07/13"), ("￥1,235", 12, 11, "1,300", "2,345", "85%")),
    ],
    ids=["US", "CA", "zh", "de", "ja"],
)  # fmt: skip
def test_traffic_by_day_is_the_same_in_every_wording(
    company: Company,
    place: str,
    encoding: str,
    separator: str,
    header: tuple[str, ...],
    days: tuple[str, str],
    cells: tuple[object, ...],
) -> None:
    text = table(separator, header, *((day, *cells) for day in days)).encode(encoding)
    reading = company.read(f"{place}/by-date.csv", text)
    assert reading.source == "amazon_business_report_by_date" and reading.warnings == ()
    assert reading.period is None and reading.as_of == date(2026, 7, 13)
    sales = D("1235") if place == "amazon-jp" else D("1234.56")
    first, second = company.rows(reading, "traffic", TRAFFIC)
    day = date(2026, 7, 1)
    assert first == (day, day, "store", "", 1300, 2345, 12, 11, sales)
    assert second[0] == date(2026, 7, 13)
    assert company.rows(
        reading, "sales_statements", "local_date, orders, units, gross_sales"
    )[0] == (day, 11, 12, sales)  # fmt: skip


def test_days_that_leave_the_order_open_are_read_as_the_stores_country_writes_them(
    company: Company,
) -> None:
    header = ("Date", "Ordered Product Sales", "Units Ordered", "Sessions - Total")
    rows = (("7/1/26", "1.00", 1, 5), ("7/2/26", "2.00", 1, 5))
    days = []
    for store in ("amazon-us", "amazon-uk"):
        reading = company.read(f"{store}/by-date.csv", table(",", header, *rows))
        days.append([day for (day,) in company.rows(reading, "traffic", "start_date")])
    assert days == [
        [date(2026, 7, 1), date(2026, 7, 2)],
        [date(2026, 1, 7), date(2026, 2, 7)],
    ]
    # A day beyond the 12th decides against any habit.
    mixed = table(",", header, *rows, ("7/13/26", "3.00", 1, 5))
    reading = company.read("amazon-uk/by-date.csv", mixed)
    assert company.rows(reading, "traffic", "start_date")[0] == (date(2026, 7, 1),)


def test_without_a_country_an_open_order_of_days_is_asked(company: Company) -> None:
    workspace = company.root / "workspace.yml"
    said = workspace.read_text(encoding="utf-8").replace(
        "tax_basis: excluded, country: US", "tax_basis: excluded"
    )
    workspace.write_text(said, encoding="utf-8")
    header = ("Date", "Ordered Product Sales", "Units Ordered", "Sessions - Total")
    with pytest.raises(DataRefused) as caught:
        company.read("amazon-us/by-date.csv", table(",", header, ("7/1/26", "1.00", 1, 5)))
    assert "add country to the store" in str(caught.value)


TRANSACTIONS = (
    "date/time", "settlement id", "type", "order id", "sku", "description", "quantity",
    "marketplace", "account type", "fulfillment", "order city", "order state", "order postal",
    "tax collection model", "product sales", "product sales tax", "shipping credits",
    "shipping credits tax", "gift wrap credits", "giftwrap credits tax", "Regulatory Fee",
    "Tax On Regulatory Fee", "promotional rebates", "promotional rebates tax",
    "marketplace withheld tax", "selling fees", "fba fees", "other transaction fees", "other",
    "total",
)  # fmt: skip
ABOVE = "\ufeff" + "\n".join(
    ['"Includes Amazon Marketplace, Fulfillment by Amazon (FBA), and Amazon Webstore"',
     '"All amounts in USD, unless specified"', '"Definitions:"',
     '"Sales tax collected: Includes sales tax collected from buyers."',
     '"Selling fees: Includes variable closing fees and referral fees."',
     '"Other transaction fees: Includes shipping chargebacks."',
     '"Other: Includes non-order transaction amounts."', ""]
)  # fmt: skip


def transaction(when: str, kind: str, extra: tuple[object, ...] = (), **cells: object) -> list:
    usual: dict[str, object] = {
        "date/time": when, "settlement id": "190001", "type": kind, "order id": "111-1",
        "sku": "SKU-1", "description": "Kettle, steel", "quantity": 1, "order city": "SPRINGFIELD",
        "product sales": 0, "selling fees": 0, "fba fees": 0, "other transaction fees": 0,
        "other": 0, "total": 0,
    }  # fmt: skip
    usual |= {key.replace("_", " "): value for key, value in cells.items()}
    return [*(usual.get(column) for column in TRANSACTIONS), *extra]


def test_date_range_transactions_with_pacific_times_and_seven_lines_above(
    company: Company,
) -> None:
    # Every row's amounts add up to its total:
    #   40.00 + 3.30 tax - 3.30 withheld - 4.00 rebate - 5.40 referral - 4.20 fba = 26.40
    #   refund: -20.00 - 1.65 + 1.65 + 2.00 rebate + 1.62 commission back = -16.38
    rows = [
        transaction("Mar 7, 2026 11:03:05 PM PST", "Order", product_sales="40.00",
                    product_sales_tax="3.30", marketplace_withheld_tax="-3.30",
                    promotional_rebates="-4.00", selling_fees="-5.40", fba_fees="-4.20",
                    total="26.40"),
        # Summer time began on 8 March at 2:00; an hour later by the clock is the same distance.
        transaction("Mar 8, 2026 12:30:00 AM PST", "Order", product_sales="10.00", total="10.00"),
        transaction("Mar 8, 2026 11:30:00 PM PDT", "Refund", product_sales="-20.00",
                    product_sales_tax="-1.65", marketplace_withheld_tax="1.65",
                    promotional_rebates="2.00", selling_fees="1.62", total="-16.38"),
        transaction("Mar 9, 2026 12:10:00 AM PDT", "Service Fee", order_id="", sku="",
                    description="Cost of Advertising", other_transaction_fees="-120.55",
                    total="-120.55"),
        transaction("Mar 9, 2026 1:00:00 AM PDT", "FBA Inventory Fee", order_id="", sku="",
                    description="FBA storage fee", other="-33.10", total="-33.10"),
        transaction("Mar 10, 2026 1:00:00 AM PDT", "Transfer", order_id="", sku="",
                    description="To your account ending in: 123", other="-1,000.00",
                    total="-1,000.00"),
        transaction("Mar 10, 2026 2:00:00 AM PDT", "Adjustment", order_id="", sku="", total="0"),
    ]  # fmt: skip
    reading = company.read(
        "amazon-us/2026-03/transactions.csv", ABOVE + table(",", TRANSACTIONS, *rows)
    )
    assert reading.source == "amazon_date_range_transactions" and reading.header_row == 8
    assert (reading.rows_read, reading.warnings) == (7, ())
    assert reading.rows_read == company.lines_told(reading) and not company.bad(reading)
    assert company.rows(
        reading, "settlement_lines", "settlement_id, local_date, category, amount_type, amount"
    ) == [
        ("190001-2026-03-07", date(2026, 3, 7), "sale", "product sales", D("40")),
        ("190001-2026-03-07", date(2026, 3, 7), "tax", "product sales tax", D("3.3")),
        ("190001-2026-03-07", date(2026, 3, 7), "promotion", "promotional rebates", D("-4")),
        ("190001-2026-03-07", date(2026, 3, 7), "tax", "marketplace withheld tax", D("-3.3")),
        ("190001-2026-03-07", date(2026, 3, 7), "commission", "selling fees", D("-5.4")),
        ("190001-2026-03-07", date(2026, 3, 7), "fulfilment", "fba fees", D("-4.2")),
        ("190001-2026-03-08", date(2026, 3, 8), "sale", "product sales", D("10")),
        ("190001-2026-03-08", date(2026, 3, 8), "refund", "product sales", D("-20")),
        ("190001-2026-03-08", date(2026, 3, 8), "tax", "product sales tax", D("-1.65")),
        ("190001-2026-03-08", date(2026, 3, 8), "refund", "promotional rebates", D("2")),
        ("190001-2026-03-08", date(2026, 3, 8), "tax", "marketplace withheld tax", D("1.65")),
        ("190001-2026-03-08", date(2026, 3, 8), "commission", "selling fees", D("1.62")),
        ("190001-2026-03-09", date(2026, 3, 9), "advertising", "other transaction fees",
         D("-120.55")),
        ("190001-2026-03-09", date(2026, 3, 9), "storage", "other", D("-33.1")),
        ("190001-2026-03-10", date(2026, 3, 10), "reserve", "other", D("-1000")),
        # A row that holds no amount at all is kept too, so that every row is accounted for.
        ("190001-2026-03-10", date(2026, 3, 10), "sale", "product sales", D("0")),
    ]  # fmt: skip
    (keys,) = company.con.execute(
        f"SELECT count(DISTINCT (settlement_id, line_no)) FROM"
        f' "{reading.tables["settlement_lines"]}"'
    ).fetchone() or (0,)
    assert keys == 16
    assert company.rows(reading, "refunds", "order_id, sku, local_date, amount") == [
        ("111-1", "SKU-1", date(2026, 3, 8), D("18"))
    ]


def test_what_is_not_yet_released_waits_and_counts_on_the_day_it_is(company: Company) -> None:
    header = (*TRANSACTIONS, "Transaction Status", "Transaction Release Date")
    rows = [
        transaction("Jan 5, 2026 11:03:05 AM PST", "Order", ("Released", "Jan 20, 2026"),
                    product_sales="10.00", total="10.00"),
        transaction("Jan 6, 2026 11:03:05 AM PST", "Order", ("Deferred", ""),
                    product_sales="99.00", total="99.00", settlement_id=""),
    ]  # fmt: skip
    reading = company.read("amazon-us/2026-01/t.csv", ABOVE + table(",", header, *rows))
    assert company.rows(reading, "settlement_lines", "local_date, amount") == [
        (date(2026, 1, 20), D("10"))
    ]
    told = [str(one) for one in reading.warnings]
    assert told == ["t.csv: rows that are no data were set aside: 1 not yet released"]


def test_zone_names_and_offsets_of_other_marketplaces(company: Company) -> None:
    times = {
        # 16:30 UTC is half past one at night in Tokyo, a day later.
        "amazon-jp": ("17 July 2026 4:30:00 PM GMT", "2026/07/18 1:30:00 JST",
                      "17 July 2026 4:30:00 pm GMT+0", "2026-07-17T16:30:00+00:00"),
        "amazon-de": ("17.07.2026 22:30:00 UTC", "18.07.2026 00:30:00 CEST"),
        "amazon-uk": ("17 Jul 2026 23:30:00 UTC", "18 Jul 2026 00:30:00 BST",
                      "18 July 2026 8:30:00 am GMT+9"),
    }  # fmt: skip
    for store, said in times.items():
        rows = [transaction(when, "Order", product_sales="1.00", total="1.00") for when in said]
        reading = company.read(f"{store}/t.csv", table(",", TRANSACTIONS, *rows))
        assert not company.bad(reading)
        days = {day for (day,) in company.rows(reading, "settlement_lines", "local_date")}
        assert days == {date(2026, 7, 18)}, store


UNIFIED = ("Budget currency", "Date range", "Campaign name", "Ad group name", "Search term",
           "Target match type", "Impressions", "Clicks", "CTR", "Total cost", "Purchases", "Sales",
           "Units sold", "Advertised product marketplace")  # fmt: skip


def test_unified_advertising_of_the_whole_account_goes_to_its_stores(company: Company) -> None:
    week = "2026-07-06 - 2026-07-12"
    rows = [
        ("USD", week, "C1", "G1", "kettle", "EXACT", 1000, 10, "1.00%", "12.34", 2, "80.00", 3,
         "Amazon.com"),
        ("EUR", week, "C2", "G2", "wasserkocher", "BROAD", 500, 5, "1.00%", "6.5", 1, "30.00", 1,
         "Amazon.de"),
        ("SEK", week, "C3", "G3", "vattenkokare", "BROAD", 50, 1, "2.00%", "9.99", 0, "0", 0,
         "Amazon.se"),
        ("USD", "2026-07-06 ~ 2026-07-12", "C1", "G1", "jane@example.org", "EXACT", 1, 1, "100%",
         "0.50", 0, "0", 0, ""),
    ]  # fmt: skip
    reading = company.read("amazon-us/ads.csv", table(",", UNIFIED, *rows))
    assert reading.source == "amazon_sp_unified_search_term" and reading.store_id is None
    assert reading.as_of == date(2026, 7, 12)
    assert company.rows(
        reading, "ad_spend",
        "store_id, start_date, end_date, campaign, target, country, currency, spend,"
        " attributed_orders, attributed_units, attributed_sales",
    ) == [
        ("amazon-us", date(2026, 7, 6), date(2026, 7, 12), "C1", "kettle", "US", "USD",
         D("12.34"), 2, 3, D("80")),
        ("amazon-de", date(2026, 7, 6), date(2026, 7, 12), "C2", "wasserkocher", "DE", "EUR",
         D("6.5"), 1, 1, D("30")),
        ("amazon-us", date(2026, 7, 6), date(2026, 7, 12), "C1", "…", "US", "USD", D("0.5"), 0, 0,
         D("0")),
    ]  # fmt: skip
    # Nobody sells in Sweden: the row waits for a store and is not counted to another.
    assert company.bad(reading) == [
        (4, "Advertised product marketplace", "Amazon.se", "unknown_store")
    ]
    assert reading.rows_read == 4 == company.lines_told(reading)


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2026-07-06 - 2026-07-12", date(2026, 7, 6), date(2026, 7, 12)),
        ("2026-07-06 – 2026-07-12", date(2026, 7, 6), date(2026, 7, 12)),
        ("Jul 6, 2026 - Jul 12, 2026", date(2026, 7, 6), date(2026, 7, 12)),
        ("07/06/2026 - 07/13/2026", date(2026, 7, 6), date(2026, 7, 13)),
        ("2026年7月6日至2026年7月12日", date(2026, 7, 6), date(2026, 7, 12)),
        ("2026-07-06", date(2026, 7, 6), date(2026, 7, 6)),
    ],
)
def test_days_in_one_cell(company: Company, cell: str, first: date, last: date) -> None:
    header = ("Budget currency", "Date range", "Campaign name", "Ad group name",
              "Advertised product SKU", "Impressions", "Clicks", "Total cost", "Purchases",
              "Sales", "Units sold")  # fmt: skip
    row = ("USD", cell, "C", "G", "SKU-1", 1, 1, "1.00", 0, "0", 0)
    reading = company.read("amazon-us/ads.csv", table(",", header, row))
    assert reading.source == "amazon_sp_unified_advertised_product" and not company.bad(reading)
    assert company.rows(reading, "ad_spend", "start_date, end_date, sku") == [
        (first, last, "SKU-1")
    ]


def test_a_last_day_before_the_first_is_no_range(company: Company) -> None:
    header = ("Budget currency", "Date range", "Campaign name", "Ad group name",
              "Advertised product SKU", "Impressions", "Clicks", "Total cost", "Purchases",
              "Sales")  # fmt: skip
    row = ("USD", "2026-07-12 - 2026-07-06", "C", "G", "SKU-1", 1, 1, "1.00", 0, "0")
    reading = company.read("amazon-us/ads.csv", table(",", header, row))
    assert company.bad(reading) == [(2, "Date range", "2026-07-12 - 2026-07-06", "not_a_date")]


LEDGER = ("Date", "FNSKU", "ASIN", "MSKU", "Title", "Disposition", "Starting Warehouse Balance",
          "In Transit Between Warehouses", "Receipts", "Customer Shipments", "Customer Returns",
          "Vendor Returns", "Warehouse Transfer In/Out", "Found", "Lost", "Damaged", "Disposed",
          "Other Events", "Ending Warehouse Balance", "Unknown Events", "Location")  # fmt: skip


def test_the_ledger_keeps_signs_and_puts_the_month_first_everywhere(company: Company) -> None:
    # 100 + 20 received - 7 shipped + 1 returned - 2 lost = 112
    row = ("03/04/2026", "X001", "B01", "SKU-1", "Kettle", "SELLABLE", 100, 0, 20, -7, 1, 0, 0, 0,
           -2, 0, 0, 0, 112, 0, "DE")  # fmt: skip
    reading = company.read("amazon-de/ledger.csv", table(",", LEDGER, row))
    assert reading.source == "amazon_inventory_ledger" and reading.as_of == date(2026, 3, 4)
    assert company.rows(
        reading, "inventory_ledger",
        "local_date, location, disposition, sku, listing_id, opening, receipts, shipments,"
        " customer_returns, lost, closing",
    ) == [
        (date(2026, 3, 4), "DE", "SELLABLE", "SKU-1", "X001", 100, 20, -7, 1, -2, 112)
    ]  # fmt: skip


def test_the_older_advertising_report_in_english_and_in_two_countries(company: Company) -> None:
    header = ("Start Date", "End Date", "Currency", "Campaign Name", "Ad Group Name", "Country",
              "Advertised SKU", "Advertised ASIN", "Impressions", "Clicks", "Spend",
              "7 Day Total Sales ", "7 Day Total Orders (#)", "7 Day Total Units (#)",
              "Total Advertising Cost of Sales (ACOS) ")  # fmt: skip
    rows = [
        ("07/06/2026", "07/06/2026", "USD", "C", "G", "United States", "SKU-1", "B01", 100, 5,
         "$4.20", "$40.00", 1, 1, "10.5%"),
        ("07/06/2026", "07/06/2026", "EUR", "C", "G", "Germany", "SKU-1", "B01", 100, 5, "$4.20",
         "$40.00", 1, 1, "10.5%"),
    ]  # fmt: skip
    reading = company.read("amazon-us/ads.csv", table(",", header, *rows))
    assert reading.source == "amazon_sp_advertised_product" and reading.warnings == ()
    assert company.rows(reading, "ad_spend", "store_id, start_date, sku, country, spend") == [
        ("amazon-us", date(2026, 7, 6), "SKU-1", "US", D("4.2")),
        ("amazon-de", date(2026, 7, 6), "SKU-1", "DE", D("4.2")),
    ]
