from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl

from .export_company import Company, table

D = Decimal

ORDERS = (
    "amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date", "order-status",
    "fulfillment-channel", "sales-channel", "order-channel", "url", "ship-service-level",
    "product-name", "sku", "asin", "item-status", "quantity", "currency", "item-price", "item-tax",
    "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax",
    "item-promotion-discount", "ship-promotion-discount", "ship-city", "ship-state",
    "ship-postal-code", "ship-country", "promotion-ids",
)  # fmt: skip
SETTLEMENT = (
    "settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date",
    "total-amount", "currency", "transaction-type", "order-id", "merchant-order-id",
    "adjustment-id", "shipment-id", "marketplace-name", "amount-type", "amount-description",
    "amount", "fulfillment-id", "posted-date", "posted-date-time", "order-item-code",
    "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased",
    "promotion-id",
)  # fmt: skip


def order(**cells: object) -> list[object]:
    """One All Orders row; what is not said is an ordinary shipped line."""
    usual: dict[str, object] = {
        "amazon-order-id": "111-1", "purchase-date": "2025-10-05T12:00:00+00:00",
        "last-updated-date": "2025-10-06T12:00:00+00:00", "order-status": "Shipped",
        "sales-channel": "Amazon.com", "product-name": "Kettle", "sku": "SKU-1", "asin": "B01",
        "item-status": "Shipped", "quantity": 2, "currency": "USD", "item-price": "40.00",
        "ship-country": "US",
    }  # fmt: skip
    usual |= {key.replace("_", "-"): value for key, value in cells.items()}
    return [usual.get(column) for column in ORDERS]


def abroad(domain: str, **cells: object) -> list[object]:
    return order(sales_channel=f"Amazon.{domain}", **cells)


def component(**cells: object) -> list[object]:
    usual: dict[str, object] = {
        "settlement-id": "900", "transaction-type": "Order", "order-id": "111-1",
        "amount-type": "ItemPrice", "amount-description": "Principal", "amount": "0",
        "posted-date-time": "2025-10-07 12:00:00 UTC", "sku": "SKU-1",
    }  # fmt: skip
    usual |= {key.replace("_", "-"): value for key, value in cells.items()}
    return [usual.get(column) for column in SETTLEMENT]


def test_item_price_is_the_line_total_and_days_are_the_stores(company: Company) -> None:
    reading = company.read(
        "amazon-us/2025-10/orders.txt",
        table(
            "\t", ORDERS,
            order(item_promotion_discount="3.00", item_tax="2.10", shipping_price="4.99"),
            order(amazon_order_id="111-1", sku="SKU-2", quantity=1, item_price="7.5"),
            # 6:30 UTC is still the day before in Los Angeles.
            order(amazon_order_id="111-2", purchase_date="2025-11-01T06:30:00+00:00"),
            # Los Angeles leaves summer time on 2 November at 9:00 UTC.
            order(amazon_order_id="111-3", purchase_date="2025-11-03T07:30:00+00:00"),
        ),
    )  # fmt: skip
    assert reading.source == "amazon_all_orders" and reading.store_id == "amazon-us"
    assert reading.rows_read == 4 and reading.as_of == date(2025, 11, 2)
    lines = company.rows(
        reading, "order_lines",
        "order_id, line_no, local_date, ordered_at, quantity, list_amount, seller_discount,"
        " tax_on_top, tax_inside, shipping_income, country, status, kind",
    )  # fmt: skip
    assert lines[0] == (
        "111-1", 1, date(2025, 10, 5), datetime(2025, 10, 5, 12), 2, D("40"), D("3"), D("2.1"),
        None, D("4.99"), "US", "placed", "sale",
    )  # fmt: skip
    assert [line[:3] for line in lines[1:]] == [
        ("111-1", 2, date(2025, 10, 5)),
        ("111-2", 1, date(2025, 10, 31)),
        ("111-3", 1, date(2025, 11, 2)),
    ]


def test_cancelled_at_order_or_item_and_pending_without_a_price(company: Company) -> None:
    reading = company.read(
        "amazon-us/2025-10/orders.txt",
        table(
            "\t", ORDERS,
            order(order_status="Cancelled", item_status="", item_price="", quantity=0),
            order(amazon_order_id="111-2", item_status="Cancelled", quantity=0),
            order(amazon_order_id="111-3", order_status="Pending", item_price=""),
            order(amazon_order_id="111-4", sales_channel="Non-Amazon US", item_price=""),
            order(amazon_order_id="111-5", item_price=""),
        ),
    )  # fmt: skip
    assert company.rows(reading, "order_lines", "kind, status, list_amount") == [
        ("sale", "cancelled", D("0")),
        ("sale", "cancelled", D("40")),
        ("sale", "pending", D("0")),
        ("adjustment", "placed", D("0")),
        ("sale", "placed", None),  # a price that is missing is for the contract to judge
    ]


def test_tax_inside_is_the_exports_own_else_the_stores_rate(company: Company) -> None:
    reading = company.read(
        "amazon-de/orders.txt",
        table(
            "\t", ORDERS,
            abroad("de", item_price="119.00", item_tax="19.00", currency="EUR", ship_country="DE"),
            # 107.10 - 7.10 = 100.00; x 19/119 = 15.96638..., half up 15.9664
            abroad("de", item_price="107.10", item_promotion_discount="-7.10", currency="EUR"),
        ),
    )  # fmt: skip
    assert company.rows(reading, "order_lines", "tax_inside, tax_on_top, seller_discount") == [
        (D("19.0000"), None, None),
        (D("15.9664"), None, D("7.1000")),
    ]


def test_a_blank_tax_without_a_rate_is_not_guessed(company: Company) -> None:
    reading = company.read(
        "amazon-uk/orders.txt",
        table("\t", ORDERS, abroad("co.uk", item_price="12", item_tax="2"),
              abroad("co.uk", amazon_order_id="x"),
              abroad("co.uk", amazon_order_id="y", item_price="", order_status="Pending")),
    )  # fmt: skip
    assert company.bad(reading) == [(3, "item-tax", None, "tax_unknown")]
    assert reading.rows_read == 3 == company.lines_told(reading)


def test_decimal_commas_are_found_from_the_whole_column(company: Company) -> None:
    reading = company.read(
        "amazon-de/orders.txt",
        table("\t", ORDERS, abroad("de", item_price="1.119,00", item_tax="178,66"),
              abroad("de", sku="SKU-2", item_price="1.234", item_tax="197,03")),
    )  # fmt: skip
    assert company.rows(reading, "order_lines", "list_amount, tax_inside") == [
        (D("1119"), D("178.66")), (D("1234"), D("197.03")),
    ]  # fmt: skip


def test_japanese_and_german_encodings_are_told_apart(company: Company) -> None:
    def japanese(domain: str) -> str:
        row = abroad(domain, product_name="電気ケトル、ポット", ship_city="名古屋市")
        return table("\t", ORDERS, row)

    def german(domain: str) -> str:
        row = abroad(domain, product_name="Größere Körbe für Äpfel", ship_city="Köln")
        return table("\t", ORDERS, row)

    found = []
    for place, text, encoding in (
        ("amazon-jp/a.txt", japanese("co.jp"), "cp932"),
        ("amazon-de/b.txt", german("de"), "cp1252"),
        ("amazon-us/c.txt", japanese("com"), "utf-8"),
        ("amazon-us/d.txt", german("com"), "utf-16"),
        ("amazon-us/e.txt", german("com"), "utf-8-sig"),
    ):
        reading = company.read(place, text.encode(encoding))
        assert reading.encoding == encoding
        found += company.rows(reading, "order_lines", "product_name")
    assert [name for (name,) in found] == [
        "電気ケトル、ポット", "Größere Körbe für Äpfel", "電気ケトル、ポット",
        "Größere Körbe für Äpfel", "Größere Körbe für Äpfel",
    ]  # fmt: skip


def test_rows_may_end_early_and_quotes_mean_nothing(company: Company) -> None:
    text = table("\t", ORDERS, order(product_name='"Best" 5" kettle'), order(sku="SKU-2"))
    cut = "\n".join(line.rstrip("\t") for line in text.splitlines())
    reading = company.read("amazon-us/orders.txt", cut)
    assert company.rows(reading, "order_lines", "product_name")[0] == ('"Best" 5" kettle',)


def test_settlement_total_fees_and_refunds(company: Company) -> None:
    summary = [""] * len(SETTLEMENT)
    summary[0], summary[4], summary[5] = "900", "94,13", "EUR"
    # 23:30 UTC on the last of September is October in Berlin.
    summary[1:4] = ["30.09.2025 23:30:00 UTC", "14.10.2025 21:30:00 UTC", "16.10.2025 08:00:00 UTC"]
    rows = [
        component(amount="100,00"), component(amount_description="Tax", amount="19,00"),
        component(amount_type="ItemFees", amount_description="Commission", amount="-15,00"),
        component(amount_type="ItemFees", amount_description="FBAPerUnitFulfillmentFee",
                  amount="-3,50"),
        component(transaction_type="Refund", amount="-50,00"),
        component(transaction_type="Refund", amount_description="Tax", amount="-9,50"),
        component(transaction_type="Refund", amount_description="Shipping", amount="-4,00"),
        component(transaction_type="Refund", amount_type="Promotion", amount="5,00"),
        component(transaction_type="Refund", amount_type="ItemFees",
                  amount_description="RefundCommission", amount="-1,50"),
        component(transaction_type="ServiceFee", amount_type="Cost of Advertising",
                  amount_description="TransactionTotalAmount", amount="-20,00", order_id="",
                  sku=""),
        component(transaction_type="other-transaction", amount_type="other-transaction",
                  amount_description="Storage Fee", amount="-2,37", order_id="", sku="",
                  posted_date_time="31.10.2025 23:30:00 UTC"),
        component(transaction_type="other-transaction", amount_type="other-transaction",
                  amount_description="Subscription Fee", amount="-39,00", order_id="", sku=""),
        component(transaction_type="other-transaction", amount_type="other-transaction",
                  amount_description="Previous Reserve Amount Balance", amount="115,00"),
    ]  # fmt: skip
    reading = company.read("amazon-de/settlement.txt", table("\t", SETTLEMENT, summary, *rows))
    assert (reading.rows_read, reading.rows_set_aside) == (14, 0)
    assert reading.rows_read == company.lines_told(reading) and reading.warnings == ()
    assert company.rows(
        reading, "settlements",
        "settlement_id, first_day, last_day, paid_on, currency, stated_total",
    ) == [
        ("900", date(2025, 10, 1), date(2025, 10, 14), date(2025, 10, 16), "EUR", D("94.13")),
    ]  # fmt: skip
    lines = company.rows(
        reading, "settlement_lines", "category, amount, local_date, currency, settlement_id"
    )
    assert [line[0] for line in lines] == [
        "sale", "tax", "commission", "fulfilment", "refund", "tax", "shipping", "refund",
        "commission", "advertising", "storage", "other_fee", "reserve",
    ]  # fmt: skip
    # 23:30 UTC on the last of October is November in Berlin.
    assert lines[10][1:] == (D("-2.37"), date(2025, 11, 1), "EUR", "900")
    assert company.rows(reading, "refunds", "refund_id, order_id, amount, local_date, kind") == [
        ("900-5", "111-1", D("50"), date(2025, 10, 7), "refund"),
        ("900-8", "111-1", D("-5"), date(2025, 10, 7), "refund"),
    ]


def test_a_settlement_that_does_not_add_up_is_told(company: Company) -> None:
    summary = [""] * len(SETTLEMENT)
    summary[0], summary[4] = "900", "120.00"
    reading = company.read(
        "amazon-us/s.txt", table("\t", SETTLEMENT, summary, component(amount="100.25"))
    )
    assert "states a total of 120.00, but its rows add up to 100.25" in str(reading.warnings[-1])


def test_business_report_takes_its_month_from_the_folder(company: Company) -> None:
    # CA writes an EN DASH, AU small letters; the B2B column must not be taken for the total.
    header = ("(Parent) ASIN", "(Child) ASIN", "Title", "Sessions – Total – B2B",
              "Sessions  – Total ", "Page Views ‑ Total", "Units ordered",
              "Unit Session Percentage", "Ordered product sales", "Total order items")  # fmt: skip
    row = ("P1", "B01", "Kettle, steel", 7, "1,234", "2,000", 25, "2.03%", "$1,234.56", 24)
    reading = company.read("amazon-us/2025-10/BusinessReport.csv", table(",", header, row))
    assert str(reading.period) == "2025-10" and reading.as_of == date(2025, 10, 31)
    assert company.rows(
        reading, "traffic",
        "store_id, start_date, end_date, level, listing_id, listing_name, sessions, page_views,"
        " units, orders, sales, currency",
    ) == [("amazon-us", date(2025, 10, 1), date(2025, 10, 31), "product", "B01", "Kettle, steel",
           1234, 2000, 25, 24, D("1234.56"), "USD")]  # fmt: skip


def test_business_report_in_chinese_and_german(company: Company) -> None:
    chinese = table(",", ("（父）ASIN", "（子）ASIN", "标题", "会话数 - 总计", "页面浏览量 - 总计",
                          "已订购商品数量", "商品会话百分比", "已订购商品销售额", "订单商品总数"),
                    ("P", "B01", "水壶", "1,234", "3,000", 5, "0.41%", "US$99.95", 5))  # fmt: skip
    german = table(";", ("(Untergeordnete) ASIN", "Titel", "Sitzungen – Summe",
                         "Seitenaufrufe – Summe", "Bestellte Einheiten",
                         "Durch bestellte Produkte erzielter Umsatz", "Zahl der Bestellposten"),
                   ("B02", "Wasserkocher", "1.234", "3.000", "55", "5.255,61 €", "50"))  # fmt: skip
    one = company.read("amazon-us/2025-10/a.csv", chinese.encode("gb18030"))
    two = company.read("amazon-de/2025-10/b.csv", german.encode("utf-8-sig"))
    columns = "listing_id, listing_name, sessions, page_views, units, sales"
    assert company.rows(one, "traffic", columns) == [("B01", "水壶", 1234, 3000, 5, D("99.95"))]
    assert company.rows(two, "traffic", columns) == [
        ("B02", "Wasserkocher", 1234, 3000, 55, D("5255.61"))
    ]
    assert one.encoding == "gb18030" and two.delimiter == ";"


def test_search_terms_from_a_workbook_with_blanks_in_its_headers(company: Company) -> None:
    book = openpyxl.Workbook()
    book.active.append([
        "Start Date", "End Date", "Portfolio name", "Currency", "Campaign Name", "Ad Group Name",
        "Country", "Targeting", "Match Type", "Customer Search Term", "Impressions", "Clicks",
        "Spend", "7 Day Total Sales ", "7 Day Total Orders (#)", "7 Day Total Units (#)",
    ])  # fmt: skip
    day = datetime(2025, 10, 3)
    book.active.append([day, day, None, "USD", "C1", "G1", "United States", "kettle", "EXACT",
                        "kettle red", 1000, 12, 1.234, 55.5, 2, 3])  # fmt: skip
    file = BytesIO()
    book.save(file)
    reading = company.read("amazon-us/2025-10/ads.xlsx", file.getvalue())
    assert reading.sheet == "Sheet" and reading.rows_read == 1
    assert company.rows(
        reading, "ad_spend",
        "start_date, campaign, ad_group, target, country, clicks, spend, attributed_sales, line_no",
    ) == [
        (date(2025, 10, 3), "C1", "G1", "kettle red", "US", 12, D("1.234"), D("55.5"), 1),
    ]  # fmt: skip


def test_advertised_products_in_chinese(company: Company) -> None:
    header = ("开始日期", "结束日期", "货币", "广告活动名称", "广告组名称", "国家/地区", "广告SKU",
              "广告ASIN", "展示量", "点击量", "花费", "7天总销售额", "7天总订单数(#)",
              "7天总销售量(#)")  # fmt: skip
    row = ("2025-10-01", "2025-10-01", "USD", "活动", "组", "美国", "SKU-1", "B01", 900, 9, "8.10",
           "40.00", 1, 1)  # fmt: skip
    reading = company.read("amazon-us/2025-10/ads.csv", table(",", header, row))
    assert company.rows(reading, "ad_spend", "campaign, target, sku, country, spend") == [
        ("活动", "SKU-1", "SKU-1", "US", D("8.10"))
    ]


def test_inventory_is_stamped_with_the_last_day_of_its_period(company: Company) -> None:
    header = ("sku", "asin", "afn-fulfillable-quantity", "afn-unsellable-quantity",
              "afn-reserved-quantity", "afn-inbound-working-quantity",
              "afn-inbound-shipped-quantity", "afn-inbound-receiving-quantity")  # fmt: skip
    text = table("\t", header, ("SKU-1", "B01", 120, 1, 8, 10, 20, 5), ("SKU-2", "B02"))
    month = company.read("amazon-us/2025-10/stock.txt", text)
    day = company.read("amazon-us/2025-10-15/stock.txt", text)
    columns = "local_date, sku, on_hand, reserved, inbound, unsellable"
    assert company.rows(month, "inventory_snapshots", columns) == [
        (date(2025, 10, 31), "SKU-1", 120, 8, 35, 1),
        (date(2025, 10, 31), "SKU-2", 0, None, None, None),
    ]
    assert company.rows(day, "inventory_snapshots", "local_date")[0] == (date(2025, 10, 15),)


def test_returns_and_an_empty_month_of_them(company: Company) -> None:
    header = ("return-date", "order-id", "sku", "asin", "fnsku", "product-name", "quantity",
              "fulfillment-center-id", "detailed-disposition", "reason", "status",
              "license-plate-number", "customer-comments")  # fmt: skip
    row = ("2025-11-01T02:00:00+00:00", "111-1", "SKU-1", "B01", "X", "Kettle", 1, "FC", "SELLABLE",
           "UNWANTED_ITEM", "", "LPN", "call me: +1 555 0100")  # fmt: skip
    reading = company.read("amazon-us/2025-10/r.txt", table("\t", header, row))
    assert company.rows(reading, "returns", "order_id, local_date, quantity, reason, line_no") == [
        ("111-1", date(2025, 10, 31), 1, "UNWANTED_ITEM", 1)
    ]
    empty = company.read("amazon-us/2025-09/r.txt", table("\t", header))
    assert empty.rows_read == 0 and company.rows(empty, "returns", "*") == []
