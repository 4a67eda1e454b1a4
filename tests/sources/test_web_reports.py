"""What tells of a site of one's own: Google Analytics, Google Ads, Meta Ads, Shopify's lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from helpers.sources.buyers import customer_key

from .export_company import KEY, Company, table

D = Decimal

GA4 = """\
# ----------------------------------------
# Traffic acquisition: Session default channel group
# Account: Sample
# Property: Sample shop
# ----------------------------------------
#
# All Users
# Start date: 20260701
# End date: 20260731
Session default channel group,Total users,Sessions,Engagement rate,Purchase revenue,Totals
,900,1600,0.61,1234.50,Grand total
Organic Search,500,1000,0.625,1000.25
Paid Search,400,600,0.59,234.25

# ----------------------------------------
# Start date: 20260701
# End date: 20260731
Country,Total users,Sessions
United States,700,1200
Germany,200,400

Day,Nothing
1,2
"""


def test_analytics_by_channel_reads_its_table_and_tells_of_the_others(company: Company) -> None:
    reading = company.read("own-site/2026-07/traffic.csv", GA4)
    assert reading.source == "ga4_traffic" and str(reading.period) == "2026-07-01..2026-07-31"
    assert company.rows(
        reading, "traffic", "start_date, end_date, level, channel, visitors, sessions, sales"
    ) == [
        (date(2026, 7, 1), date(2026, 7, 31), "channel", "Organic Search", 500, 1000, D("1000.25")),
        (date(2026, 7, 1), date(2026, 7, 31), "channel", "Paid Search", 400, 600, D("234.25")),
    ]
    told = [str(one) for one in reading.warnings]
    assert reading.rows_read == 2
    assert "1 total" in told[0] and "of another table" in told[0]
    assert "from line 18 on 'Country, Total users, Sessions' (2 rows)" in told[1]
    assert "from line 22 on 'Day, Nothing' (1 row)" in told[1]


def test_a_table_below_the_fortieth_line_is_found_too(company: Company) -> None:
    pages = "".join(f"/page-{n},{n}\n" for n in range(1, 101))
    text = (
        "# Start date: 20260701\n# End date: 20260731\nLanding page,Sessions\n" + pages
        + "\n# Start date: 20260701\n# End date: 20260731\n"
        "Date,Active users,Sessions,Views\n,30,41,75,Grand total\n"
        "20260701,10,20,30\n20260702,20,21,45\n"
    )  # fmt: skip
    reading = company.read("own-site/traffic.csv", text)
    assert reading.source == "ga4_daily_traffic" and reading.as_of == date(2026, 7, 2)
    columns = "start_date, end_date, level, visitors, sessions, page_views"
    assert company.rows(reading, "traffic", columns) == [
        (date(2026, 7, 1), date(2026, 7, 1), "store", 10, 20, 30),
        (date(2026, 7, 2), date(2026, 7, 2), "store", 20, 21, 45),
    ]


def test_channels_by_day_speak_for_each_day(company: Company) -> None:
    text = table(
        ",", ("Date", "Session primary channel group (Default Channel Group)", "Users", "Sessions"),
        ("20260701", "Direct", 5, 6), ("20260702", "Direct", 7, 8),
    )  # fmt: skip
    reading = company.read("own-site/traffic.csv", text)
    assert reading.source == "ga4_traffic" and reading.period is None
    assert company.rows(reading, "traffic", "start_date, channel, sessions") == [
        (date(2026, 7, 1), "Direct", 6),
        (date(2026, 7, 2), "Direct", 8),
    ]


GOOGLE = (
    "Campaign report\n"
    '"August 1, 2026 - August 31, 2026"\n'
    "Campaign,Campaign status,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value\n"
    'Brand,Enabled,USD,"1,234.56","10,000",450,12.50,"2,500.00"\n'
    "Generic,Paused,USD, --, --, --, --, --\n"
    "Shopping,Enabled,EUR,10.00,1000,20,0.00,0.00\n"
    'Total: Account,,--,"1,244.56","11,000",470,12.50,"2,500.00"\n'
    'Total: Search,--,--,"1,234.56","10,000",450,12.50,"2,500.00"\n'
)


def test_google_ads_leaves_totals_out_and_knows_dashes_for_nothing(company: Company) -> None:
    # The same report as CSV, and as what Google calls Excel: UTF-16 between tabs.
    tabs = "\n".join(
        "\t".join(cell.strip('"') for cell in line.replace('","', '"\t"').split("\t"))
        for line in table(
            "\t", ("Campaign report",), ("August 1, 2026 - August 31, 2026",),
            GOOGLE.splitlines()[2].split(","),
            ("Brand", "Enabled", "USD", "1,234.56", "10,000", 450, "12.50", "2,500.00"),
            ("Generic", "Paused", "USD", " --", " –", "—", " --", " --"),
            ("Shopping", "Enabled", "EUR", "10.00", "1000", 20, "0.00", "0.00"),
            ("Total: Account", "", "--", "1,244.56", "11,000", 470, "12.50", "2,500.00"),
        ).splitlines()
    )  # fmt: skip
    for at, content in enumerate((GOOGLE.encode(), tabs.encode("utf-16"))):
        reading = company.read(f"own-site/google-{at}.csv", content)
        assert reading.source == "google_ads_campaigns"
        assert str(reading.period) == "2026-08-01..2026-08-31"
        columns = (
            "start_date, end_date, network, campaign, currency, spend, impressions, clicks,"
            " attributed_orders, attributed_sales"
        )
        first, last = date(2026, 8, 1), date(2026, 8, 31)
        assert company.rows(reading, "ad_spend", columns) == [
            (first, last, "google", "Brand", "USD", D("1234.56"), 10000, 450, 13, D("2500")),
            (first, last, "google", "Shopping", "EUR", D("10"), 1000, 20, 0, D("0")),
        ]
        assert not company.bad(reading)
        told = [str(one) for one in reading.warnings]
        assert "1 campaign without figures" in told[0] and "total" in told[0]
        assert (reading.rows_read, reading.rows_set_aside) == (2, 3 - at)


def test_google_ads_in_chinese_by_day(company: Company) -> None:
    text = (
        "广告系列报告\n2026年8月1日 - 2026年8月31日\n"
        "日,广告系列,广告系列状态,币种代码,费用,展示次数,点击次数\n"
        "2026-08-01,品牌,已启用,USD,12.30,100,5\n总计：帐号,,,USD,12.30,100,5\n"
    )
    reading = company.read("own-site/google.csv", text)
    assert reading.source == "google_ads_campaigns"
    assert company.rows(reading, "ad_spend", "start_date, end_date, campaign, spend") == [
        (date(2026, 8, 1), date(2026, 8, 1), "品牌", D("12.3"))
    ]


@pytest.mark.parametrize(
    ("separator", "header", "cells", "currency", "spend"),
    [
        (",", ("Reporting starts", "Reporting ends", "Campaign name", "Ad set name", "Ad name",
               "Amount spent (USD)", "Impressions", "Link clicks", "Results", "Result indicator",
               "Purchases", "Purchases conversion value"),
         ("1,234.56", "10000", "450", "12", "purchase", "12", "2500.00"), "USD", "1234.56"),
        (",", ("报告开始日期", "报告结束日期", "广告系列名称", "广告组名称", "广告名称",
               "已花费金额 (HKD)", "展示次数", "链接点击量", "成效", "成效指标",
               "购物次数", "购物转化价值"),
         ("1,234.56", "10000", "450", "12", "购物", "12", "2500.00"), "HKD", "1234.56"),
        (";", ("Début des rapports", "Fin des rapports", "Nom de la campagne",
               "Nom de l’ensemble de publicités", "Nom de la publicité", "Montant dépensé (EUR)",
               "Impressions", "Clics sur un lien", "Résultats", "Indicateur de résultats",
               "Achats", "Valeur de conversion des achats"),
         ("1234,56", "10000", "450", "12", "achats", "12", "2500,00"), "EUR", "1234.56"),
    ],
    ids=["en", "zh", "fr"],
)  # fmt: skip
def test_meta_ads_take_the_currency_from_the_header(
    company: Company,
    separator: str,
    header: tuple[str, ...],
    cells: tuple[str, ...],
    currency: str,
    spend: str,
) -> None:
    days = ("2026-07-01", "2026-07-31")
    text = table(separator, header, (*days, "", "", "", *cells), (*days, "C", "S", "A", *cells))
    reading = company.read("own-site/meta.csv", text)
    assert reading.source == "meta_ads" and reading.as_of == date(2026, 7, 31)
    assert company.rows(
        reading, "ad_spend",
        "network, start_date, end_date, campaign, ad_group, target, currency, spend, clicks,"
        " attributed_orders, attributed_sales",
    ) == [("meta", date(2026, 7, 1), date(2026, 7, 31), "C", "S", "A", currency, D(spend), 450,
           12, D("2500"))]  # fmt: skip
    told = [str(one) for one in reading.warnings]
    assert told == ["meta.csv: rows that are no data were set aside: 1 total"]


def test_products_by_variant_with_pictures_that_are_no_articles(company: Company) -> None:
    header = ("Handle", "Title", "Vendor", "Product Category", "Type", "Tags", "Option1 Name",
              "Option1 Value", "Option2 Value", "Variant SKU", "Variant Inventory Qty",
              "Variant Price", "Variant Compare At Price", "Image Src", "Cost per item",
              "Status")  # fmt: skip
    rows = [
        ("kettle", "Kettle", "Us", "Home > Kitchen", "Kettles", "new", "Colour", "Red", "", "'0012",
         5, "49.90", "59.90", "a.jpg", "12.00", "active"),
        ("kettle", "", "", "", "", "", "", "Blue", "", "K-B", -2, "49.90", "", "b.jpg", "", ""),
        ("kettle", "", "", "", "", "", "", "", "", "", "", "", "", "c.jpg", "", ""),
        ("mug", "Mug", "", "", "Mugs", "", "Size", "S", "White", "", 3, "9.00", "", "", "",
         "draft"),
    ]  # fmt: skip
    reading = company.read("own-site/2026-07/products.csv", table(",", header, *rows))
    assert reading.source == "shopify_products"
    assert company.rows(
        reading, "listings",
        "local_date, listing_id, sku, title, category, status, price, compare_at_price, on_hand",
    ) == [
        (date(2026, 7, 31), "kettle-0012", "0012", "Kettle", "Home > Kitchen", "active",
         D("49.9"), D("59.9"), 5),
        (date(2026, 7, 31), "kettle-K-B", "K-B", "Kettle", "Home > Kitchen", "active", D("49.9"),
         None, -2),
        (date(2026, 7, 31), "mug-S-White", None, "Mug", "Mugs", "draft", D("9"), None, 3),
    ]  # fmt: skip
    told = [str(one) for one in reading.warnings]
    assert told == ["products.csv: rows that are no data were set aside: 1 further picture"]


def test_customers_are_the_same_hashes_as_in_the_orders(company: Company) -> None:
    header = ("First Name", "Last Name", "Email", "Accepts Email Marketing", "Company", "Address1",
              "Address2", "City", "Province", "Province Code", "Country", "Country Code", "Zip",
              "Phone", "Accepts SMS Marketing", "Total Spent", "Total Orders", "Tags", "Note",
              "Tax Exempt")  # fmt: skip
    rows = [
        ("Jane", "Doe", "Jane@Example.org", "yes", "", "12 Sample Road", "", "Springfield", "", "",
         "United States", "US", "'00501", "", "no", "120.50", 3, "VIP", "likes tea", "no"),
        ("Max", "Muster", "", "no", "", "Musterstraße 12", "", "Berlin", "", "", "Germany", "DE",
         "10115", "'+49 30 5550100", "no", "0.00", 0, "ask max@example.org", "", "no"),
    ]  # fmt: skip
    reading = company.read("own-site/customers.csv", table(",", header, *rows))
    assert reading.source == "shopify_customers" and reading.warnings == ()
    assert company.rows(
        reading, "customers",
        "customer_key, country, accepts_marketing, stated_orders, stated_spent, tag",
    ) == [
        (customer_key("jane@example.org", "shopify", KEY), "US", True, 3, D("120.5"), "VIP"),
        (customer_key("+49 30 5550100", "shopify", KEY), "DE", False, 0, D("0"), "ask …"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("returns", "shipping"), [("Returns", "Shipping"), ("Sales reversals", "Shipping charges")]
)
def test_daily_sales_before_and_after_returns_were_renamed(
    company: Company, returns: str, shipping: str
) -> None:
    header = ("Day", "Orders", "Gross sales", "Discounts", returns, "Net sales", shipping, "Duties",
              "Additional fees", "Taxes", "Total sales")  # fmt: skip
    # 1000.00 - 50.00 - 30.00 = 920.00; + 12.50 + 76.00 = 1008.50
    row = ("2026-07-01", 20, "1,000.00", "-50.00", "-30.00", "920.00", "12.50", "0", "0", "76.00",
           "1,008.50")  # fmt: skip
    reading = company.read("own-site/sales.csv", table(",", header, row))
    assert reading.source == "shopify_daily_sales" and reading.warnings == ()
    assert company.rows(
        reading, "sales_statements",
        "local_date, orders, gross_sales, discounts, returned, net_sales, shipping, taxes,"
        " total_sales",
    ) == [(date(2026, 7, 1), 20, D("1000"), D("50"), D("30"), D("920"), D("12.5"), D("76"),
           D("1008.5"))]  # fmt: skip


def test_other_sheets_of_a_workbook_are_told_with_their_rows(company: Company) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Read me", "please"])
    meta = book.create_sheet("July")
    meta.append(["Reporting starts", "Reporting ends", "Campaign name", "Amount spent (USD)",
                 "Impressions"])  # fmt: skip
    meta.append(["2026-07-01", "2026-07-02", "C", 1.5, 10])
    google = book.create_sheet("Google")
    google.append(["Title"])
    google.append(["Day", "Campaign", "Cost", "Clicks", "Impr."])
    for day in (1, 2, 3):
        google.append([f"2026-07-0{day}", "C", 1.5, 10, 100])
    file = BytesIO()
    book.save(file)
    reading = company.read("own-site/meta.xlsx", file.getvalue())
    assert (reading.sheet, reading.rows_read) == ("July", 1)
    assert [str(one) for one in reading.warnings] == [
        "meta.xlsx: only one of its tables was read; not read: sheet 'Sheet' (1 row); sheet"
        " 'Google' (3 rows, Google Ads campaign report); save what you need of it as a file of its"
        " own"
    ]
