from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import xlwt

from helpers.sources.buyers import customer_key

from .export_company import KEY, Company, table

D = Decimal

SHOPIFY = (
    "Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes",
    "Total", "Discount Code", "Discount Amount", "Created at", "Lineitem quantity",
    "Lineitem name", "Lineitem price", "Lineitem sku", "Lineitem taxable", "Shipping Name",
    "Shipping Zip", "Shipping Country", "Shipping Phone", "Notes", "Cancelled at",
    "Payment Method", "Refunded Amount", "Lineitem discount",
)  # fmt: skip
TIKTOK = (
    "Order ID", "Order Status", "Cancelation/Return Type", "SKU ID", "Seller SKU", "Product Name",
    "Quantity", "SKU Unit Original Price", "SKU Subtotal Before Discount", "SKU Platform Discount",
    "SKU Seller Discount", "SKU Subtotal After Discount", "Shipping Fee After Discount",
    "Order Amount", "Order Refund Amount", "Created Time", "Cancelled Time", "Buyer Username",
    "Recipient", "Phone #", "Country",
)  # fmt: skip


def shopify(*orders: dict[str, object]) -> str:
    rows = []
    for cells in orders:
        row: dict[str, object] = {
            "Name": "#1001", "Created at": "2025-10-05 10:00:00 -0400", "Lineitem quantity": 1,
            "Lineitem name": "Kettle", "Lineitem price": "10.00", "Lineitem sku": "SKU-1",
            "Lineitem discount": "0.00",
        }  # fmt: skip
        if "Subtotal" in cells:
            row |= {
                "Email": "Ann@Example.com", "Financial Status": "paid", "Currency": "USD",
                "Shipping": "5.00", "Taxes": "0.00", "Discount Amount": "0.00",
                "Shipping Name": "Ann Other", "Shipping Zip": "'01234",
                "Shipping Country": "US", "Shipping Phone": "'+1 555 010 0200",
                "Notes": "call me\nafter six", "Refunded Amount": "0.00",
            }  # fmt: skip
        row |= cells
        rows.append([row.get(column) for column in SHOPIFY])
    return table(",", SHOPIFY, *rows)


def test_unit_price_continuation_rows_and_the_orders_discount_spread_once(company: Company) -> None:
    # Lines 3 x 10.00, 10.00 - 1.00 off the line, 10.00: 49.00. A code takes 10.00 off the order:
    # 30/49, 9/49 and 10/49 of 1000 cents are 612.24, 183.67, 204.08, so 612, 184, 204.
    # Tax 2.73 over 23.88, 7.16, 7.96 (39.00): 167.16, 50.12, 55.72 cents, so 167, 50, 56.
    reading = company.read(
        "own-site/2025-10/orders.csv",
        shopify(
            {"Subtotal": "39.00", "Discount Amount": "10.00", "Taxes": "2.73",
             "Lineitem quantity": 3},
            {"Lineitem discount": "1.00", "Lineitem sku": "SKU-2"},
            {"Lineitem sku": "SKU-3"},
        ),
    )  # fmt: skip
    assert company.rows(
        reading, "order_lines",
        "line_no, list_amount, seller_discount, tax_on_top, tax_inside, shipping_income, country,"
        " currency, status",
    ) == [
        (1, D("30"), D("6.12"), D("1.67"), None, D("5"), "US", "USD", "placed"),
        (2, D("10"), D("2.84"), D("0.50"), None, None, "US", "USD", "placed"),
        (3, D("10"), D("2.04"), D("0.56"), None, None, "US", "USD", "placed"),
    ]  # fmt: skip
    assert company.rows(reading, "orders", "order_id, stated_subtotal, local_date") == [
        ("#1001", D("39"), date(2025, 10, 5))
    ]
    # The note with a line break makes three rows take four lines of the file.
    assert [line for (line,) in company.rows(reading, "order_lines", "source_line")] == [2, 4, 5]


def test_offsets_decide_the_stores_day_across_the_end_of_summer_time(company: Company) -> None:
    reading = company.read(
        "own-site/orders.csv",
        shopify(
            {"Subtotal": "10.00", "Created at": "2025-11-02 01:30:00 -0400"},
            {"Subtotal": "10.00", "Name": "#2", "Created at": "2025-11-02 01:30:00 -0500"},
            # Half past midnight in Dubai is the day before in New York.
            {"Subtotal": "10.00", "Name": "#3", "Created at": "2025-11-02 00:30:00 +0400"},
        ),
    )
    assert company.rows(reading, "order_lines", "ordered_at, local_date") == [
        (datetime(2025, 11, 2, 5, 30), date(2025, 11, 2)),
        (datetime(2025, 11, 2, 6, 30), date(2025, 11, 2)),
        (datetime(2025, 11, 1, 20, 30), date(2025, 11, 1)),
    ]


def test_a_time_without_its_offset_is_not_guessed(company: Company) -> None:
    reading = company.read(
        "own-site/orders.csv",
        shopify({"Subtotal": "10.00", "Created at": "2025-11-02 01:30:00"}),
    )
    assert company.bad(reading) == [(2, "Created at", "2025-11-02 01:30:00", "not_a_date")]


def test_undated_refunds_count_on_the_orders_day_without_tax(company: Company) -> None:
    text = shopify(
        # Lines 30.00 + 2.10 tax and 10.00 + 0.70: the second line came back whole.
        {"Subtotal": "40.00", "Taxes": "2.80", "Lineitem quantity": 3, "Refunded Amount": "10.70"},
        {"Lineitem sku": "SKU-2"},
        # The whole order with its shipping: no more than its value.
        {"Name": "#2", "Subtotal": "10.00", "Taxes": "0.70", "Refunded Amount": "15.70"},
        # Any other sum: 5.35 x 10.00/10.70 = 5.00
        {"Name": "#3", "Subtotal": "10.00", "Taxes": "0.70", "Refunded Amount": "5.35"},
        # Cancelled orders have left already.
        {"Name": "#4", "Subtotal": "10.00", "Refunded Amount": "10.00",
         "Cancelled at": "2025-10-06 10:00:00 -0400"},
    )  # fmt: skip
    reading = company.read("own-site/orders.csv", text)
    assert company.rows(reading, "refunds", "refund_id, amount, local_date, country") == [
        ("#1001", D("10"), date(2025, 10, 5), "US"),
        ("#2", D("10"), date(2025, 10, 5), "US"),
        ("#3", D("5"), date(2025, 10, 5), "US"),
    ]
    # The European site does not say on which day: it has no refunds, rather than wrong ones.
    assert "refunds" not in company.read("own-eu/orders.csv", text).tables


def test_tax_inside_the_price_is_spread_over_the_lines(company: Company) -> None:
    reading = company.read(
        "own-eu/orders.csv",
        shopify(
            {"Subtotal": "40.00", "Taxes": "6.39", "Lineitem quantity": 3},
            {"Lineitem sku": "SKU-2"},
        ),
    )
    # 639 cents over 3:1 are 479.25 and 159.75: 479 and 160
    assert company.rows(reading, "order_lines", "tax_inside, tax_on_top") == [
        (D("4.79"), None), (D("1.60"), None),
    ]  # fmt: skip


def test_paid_later_and_never(company: Company) -> None:
    reading = company.read(
        "own-site/orders.csv",
        shopify(
            {"Subtotal": "10.00", "Financial Status": "pending"},
            {"Name": "#2", "Subtotal": "10.00", "Financial Status": "pending",
             "Payment Method": "Cash on Delivery (COD)"},
            {"Name": "#3", "Subtotal": "10.00", "Financial Status": "voided"},
            {"Name": "#4", "Subtotal": "10.00", "Financial Status": "refunded"},
        ),
    )  # fmt: skip
    assert [one for (one,) in company.rows(reading, "order_lines", "status")] == [
        "pending", "placed", "cancelled", "placed",
    ]  # fmt: skip


def test_buyers_become_hashes_and_people_are_not_read(company: Company) -> None:
    text = shopify(
        {"Subtotal": "10.00"}, {}, {"Name": "#2", "Subtotal": "1", "Email": "ann@example.com "}
    )
    reading = company.read("own-site/orders.csv", text)
    keys = {key for (key,) in company.rows(reading, "order_lines", "customer_key")}
    assert keys == {customer_key("ann@example.com", "shopify", KEY)}
    assert keys != {customer_key("ann@example.com", "shopify", b"another key")}
    everything = str([
        company.con.execute(f'FROM "{one}"').fetchall()
        for (one,) in company.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    ]).lower()  # fmt: skip
    for person in ("ann@", "ann other", "01234", "555 010", "after six"):
        assert person not in everything


def test_one_bad_line_holds_back_its_order(company: Company) -> None:
    reading = company.read(
        "own-site/orders.csv",
        shopify(
            {"Subtotal": "20.00", "Discount Amount": "2.00"},
            {"Lineitem price": "ten", "Lineitem sku": "SKU-2"},
            {"Name": "#2", "Subtotal": "10.00"},
        ),
    )
    # Each note with a line break takes two lines of the file.
    assert company.bad(reading) == [
        (2, "Name", None, "incomplete_order"),
        (4, "Lineitem price", "ten", "not_a_number"),
    ]
    assert company.rows(reading, "order_lines", "order_id") == [("#2",)]
    assert reading.rows_read == 3 == company.lines_told(reading)


def test_tiktok_description_row_days_first_and_18_digits(company: Company) -> None:
    usual = ("577000000003104738\t", "Completed", "", "172948355677466578\t", "SKU-1", "Fan", 2,
             "107.00", "214.00", "10.00", "14.00", "190.00", "30.00", "220.00", "100.00",
             "03/11/2025 00:30:00\t", "", "mira_1", "Mira W", "(+66)5550100",
             "Thailand")  # fmt: skip
    second = list(usual)
    second[3:5] = ["172948355677466579\t", "SKU-2"]
    gone = ["577000000003104739\t", "ยกเลิกแล้ว", *usual[2:]]
    described = ["Platform unique order ID.", "Current order status.", *[""] * 19]
    text = table(",", TIKTOK, described, usual, second, gone)
    reading = company.read("tiktok-th/2025-11/orders.csv", text.encode("utf-8-sig"))
    assert (reading.rows_read, reading.rows_set_aside) == (3, 1)
    lines = company.rows(
        reading, "order_lines",
        "order_id, line_no, listing_id, list_amount, seller_discount, platform_discount,"
        " tax_inside, shipping_income, ordered_at, local_date, country, status",
    )  # fmt: skip
    # (214 - 14) x 7/107 = 13.0841...; 3 November is day first
    assert lines[0] == (
        "577000000003104738", 1, "172948355677466578", D("214"), D("14"), D("10"), D("13.0841"),
        D("30"), datetime(2025, 11, 2, 17, 30), date(2025, 11, 3), "TH", "placed",
    )  # fmt: skip
    # The order's shipping stands in each of its rows and counts once.
    assert (lines[1][1], lines[1][7], lines[2][11]) == (2, None, "cancelled")
    # 100 x 100/107 = 93.4579..., once for the order; the cancelled one has left already
    assert company.rows(reading, "refunds", "order_id, amount, local_date") == [
        ("577000000003104738", D("93.4579"), date(2025, 11, 3))
    ]


def test_alibaba_old_workbook_with_its_period_above(company: Company) -> None:
    header = ("产品ID", "产品名称", "是否橱窗", "搜索曝光次数", "搜索点击次数", "搜索点击率",
              "访问人数", "询盘个数", "询盘人数", "TM咨询人数", "提交订单个数", "RTS线上实收GMV",
              "全店曝光次数", "全店点击次数")  # fmt: skip
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    sheet.write(0, 0, "产品分析,时间周期2025-10-01~2025-10-31")
    for at, name in enumerate(header):
        sheet.write(5, at, name)
    values = (1600435888555, "Kettle", "是", 1000, 30, "3.00%", 200, 9, 8, 4, 2, 1234.5, 2500, 60)
    for at, cell in enumerate(values):
        sheet.write(6, at, cell)
    sheet.write(7, 0, "合计")
    sheet.write(7, 3, 1000)
    file = BytesIO()
    book.save(file)
    reading = company.read("alibaba/Products-2025-10-31.xls", file.getvalue())
    assert (reading.header_row, reading.rows_read, reading.rows_set_aside) == (6, 1, 1)
    assert str(reading.period) == "2025-10-01..2025-10-31"
    assert company.rows(
        reading, "traffic",
        "listing_id, start_date, end_date, impressions, clicks, visitors, inquiries, inquirers,"
        " tm_users, orders, sales, currency",
    ) == [("1600435888555", date(2025, 10, 1), date(2025, 10, 31), 2500, 60, 200, 9, 8, 4, 2,
           D("1234.5"), "USD")]  # fmt: skip


def test_templates_name_their_stores_in_a_column(company: Company) -> None:
    text = table(
        ",", ("store_id", "statement_id", "posted_date", "order_id", "category", "currency",
              "amount"),
        ("own-site", "S1", "2025-10-31", "#1", "commission", "USD", "-1.25"),
        ("tiktok-th", "S2", "31.10.2025", "", "storage", "THB", "(40.00)"),
        ("nowhere", "S3", "2025-10-31", "", "storage", "THB", "1"),
        ("", "S3", "2025-10-31", "", "storage", "THB", "1"),
    )  # fmt: skip
    reading = company.read("fees.csv", text)
    assert reading.store_id is None and reading.period is None
    assert company.rows(
        reading, "settlement_lines", "store_id, settlement_id, line_no, local_date, amount, country"
    ) == [
        ("own-site", "S1", 1, date(2025, 10, 31), D("-1.25"), None),
        ("tiktok-th", "S2", 1, date(2025, 10, 31), D("-40"), None),
    ]
    assert company.bad(reading) == [
        (4, "store_id", "nowhere", "unknown_store"),
        (5, "store_id", None, "missing_value"),
    ]


def test_the_master_of_articles_belongs_to_no_store(company: Company) -> None:
    book = openpyxl.Workbook()
    book.active.append(
        ["sku", "name_en", "name_zh", "launched_on", "is_exclusive", "lead_time_days"]
    )
    book.active.append(["SKU-1", "Kettle", "水壶", date(2024, 5, 1), "是", 30])
    book.active.append([10023, "Pan", "锅", "2024/6/2", False, "30 days"])
    file = BytesIO()
    book.save(file)
    reading = company.read("products.xlsx", file.getvalue())
    columns = "sku, name_zh, launched_on, is_exclusive, lead_time_days"
    assert company.rows(reading, "products", columns) == [
        ("SKU-1", "水壶", date(2024, 5, 1), True, 30)
    ]
    assert company.bad(reading) == [(3, "lead_time_days", "30 days", "not_a_whole_number")]
