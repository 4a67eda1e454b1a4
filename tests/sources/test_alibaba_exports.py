"""Alibaba.com: keywords, paid promotion by plan and by product, Trade Assurance orders."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .asian_company import old_sheet, rows_of, sheet
from .export_company import Company

D = Decimal
SEEN = json.loads((Path(__file__).parent / "headers_seen.json").read_text(encoding="utf-8"))
ORDERS: list[str] = SEEN["alibaba_ta_orders"]
PLAIN = [one.split("(")[0] for one in ORDERS]


def test_keywords_of_an_old_workbook(seller: Company) -> None:
    header = SEEN["alibaba_keywords"]
    rows = [
        ["electric kettle", 1200.0, 36.0, "3.00%", 500.0, 20.0, "30天", 310.5, 12.25, 250.0, 8.0],
        ["чайник", 10.0, 0.0, "0.00%", "-", "-", "-", "-", "-", 12.5, 120.0],
    ]
    content = old_sheet(["关键词,时间周期2026-09-01~2026-09-30"], [], header, *rows)
    reading = seller.read("alibaba/getKeywords-2026-09-30.xls", content)
    assert (reading.rows_read, reading.new_columns, reading.header_row) == (2, (), 3)
    assert seller.rows(
        reading, "keyword_ranks",
        "keyword, start_date, end_date, impressions, clicks, paid_impressions, paid_clicks,"
        " days_promoted, top10_impressions, top10_clicks, keyword_index, seller_index",
    ) == [
        ("electric kettle", date(2026, 9, 1), date(2026, 9, 30), 1200, 36, 500, 20, 30, 310.5,
         12.25, 250.0, 8.0),
        ("чайник", date(2026, 9, 1), date(2026, 9, 30), 10, 0, None, None, None, None, None, 12.5,
         120.0),
    ]  # fmt: skip


def test_the_plan_knows_what_was_spent_in_yuan(seller: Company) -> None:
    header = SEEN["alibaba_p4p_plan"]
    row = {"日期": "2026-09-01", "花费": 310.55, "全站商机量": 7, "曝光量": 4000, "点击量": 80,
           "全站商机成本": 44.36, "点击率": "2.00%", "全站商机-订单量": 1}  # fmt: skip
    total = {**row, "日期": "汇总", "花费": 621.1}
    content = sheet(*rows_of(header, [row, {**row, "日期": "2026-09-02"}, total], {}))
    reading = seller.read("alibaba/260901-260907.xlsx", content)
    assert (reading.rows_read, reading.rows_set_aside) == (2, 1)
    assert reading.as_of == date(2026, 9, 2)
    columns = "start_date, end_date, spend, currency, impressions, clicks, leads, attributed_orders"
    assert seller.rows(reading, "ad_spend", columns) == [
        (date(2026, 9, day), date(2026, 9, day), D("310.55"), "CNY", 4000, 80, 7, 1)
        for day in (1, 2)
    ]


def test_the_product_report_does_not_and_leaves_its_total_out(seller: Company) -> None:
    header = [
        "产品ID", "产品型号", "曝光量", "点击量", "点击率", "询盘量", "TM咨询量", "全站商机量",
        "订单量", "L1+全站商机量", "全站商机转化率",
    ]  # fmt: skip
    rows = [
        ["产品报告"], ["店铺"], ["统计说明"], header,
        ["汇总", "", 3000, 90, "3.00%", 3, 2, 5, 1, 2, "5.56%"],
        ["1600435888555", "K-1", 2000, 60, "3.00%", 2, 1, 3, 1, 1, "5.00%"],
        [1600435888556.0, "K-2", 1000, 30, "3.00%", 1, 1, 2, 0, 1, "6.67%"],
    ]  # fmt: skip
    content = sheet(*rows, name="产品报告", others={"说明": [["本报告…"]]})
    reading = seller.read("alibaba/2026-09/260901-260907.xlsx", content)
    assert (reading.sheet, reading.rows_read, reading.rows_set_aside) == ("产品报告", 2, 1)
    columns = "ad_group, impressions, clicks, leads, attributed_orders, start_date, end_date"
    month = (date(2026, 9, 1), date(2026, 9, 30))
    assert seller.rows(reading, "ad_spend", columns) == [
        ("1600435888555", 2000, 60, 3, 1, *month),
        ("1600435888556", 1000, 30, 2, 0, *month),
    ]
    # What nobody told is not 0.
    described = seller.con.execute(f'DESCRIBE "{reading.tables["ad_spend"]}"').fetchall()
    assert "spend" not in [column for column, *_ in described]


USUAL: dict[str, Any] = {}
FIRST: dict[str, Any] = {
    "订单编号": "28000000000000001", "订单创建时间": "2026-09-30 23:30:00",
    "邮箱": "Ann@Example.com", "公司名称": "Ann Trading", "买家名称": "Ann Other",
    "商品名称": "Kettle", "SKU规格": "K-1", "数量": "100 Pieces", "单价": "US $6.00/Piece",
    "订单总价": "USD 1,000.00", "运费": "USD 120.00", "折扣金额": "USD 50.00", "状态": "待卖家发货",
    "订单类型": "信保订单", "买家国家": "德国", "税费,仅美国卖家适用": "0",
    "收货地址": "1 Main St", "订单币种": "USD", "预付款": "300.00", "尾款": "770.00",
    "约定发货时间": "2026-10-20 00:00:00",
}  # fmt: skip
BELOW: dict[str, Any] = {
    "商品名称": "Pan", "SKU规格": "P-1", "数量": "200 Pieces", "单价": "US $2.00/Piece",
}  # fmt: skip
LINES = (
    "order_id, line_no, status, sku, quantity, list_amount, seller_discount, tax_on_top,"
    " shipping_income, country"
)


def trade(*rows: dict[str, Any], bilingual: bool = True) -> bytes:
    cells = rows_of(PLAIN, rows, USUAL)
    return sheet(ORDERS if bilingual else PLAIN, *cells[1:])


@pytest.mark.parametrize("bilingual", [True, False], ids=["bilingual", "plain"])
def test_the_worked_example(seller: Company, bilingual: bool) -> None:
    # 100 kettles at 6 and 200 pans at 2 are 600 + 400 = 1,000, the order's amount, which is that
    # of the goods. The seller takes 50 off: 30 and 20; 120 for shipping: 72 and 48. GMV 950.
    # The platform gives no discounts and holds no tax; samples can be a gift: 0.
    # Ordered are 1,000 - 50 + 120 = 1,070, of which 300 are paid in advance and 770 later.
    # No buyer pays at the door, and refunds have no amount here.
    sample = FIRST | {
        "订单编号": "2", "订单类型": "样品单", "数量": "1 Set", "单价": "0", "订单总价": "0",
        "运费": "0", "折扣金额": "0", "状态": "交易成功", "预付款": "0", "尾款": "0",
    }  # fmt: skip
    done = FIRST | {"订单编号": "3", "状态": "订单完成", "单价": "10", "实际发货时间": "2026-10-18"}
    closed = FIRST | {"订单编号": "4", "状态": "订单关闭"}
    unpaid = FIRST | {"订单编号": "5", "状态": "待买家付款"}
    asking = FIRST | {"订单编号": "6", "状态": "退款申请处理中"}
    content = trade(FIRST, BELOW, sample, done, closed, unpaid, asking, bilingual=bilingual)
    reading = seller.read("alibaba/orders.xlsx", content)
    assert reading.new_columns == () and reading.warnings == ()
    order = "28000000000000001"
    assert seller.rows(reading, "order_lines", LINES)[:3] == [
        (order, 1, "placed", "K-1", 100, D("600"), D("30"), D("0"), D("72"), "DE"),
        (order, 2, "placed", "P-1", 200, D("400"), D("20"), D("0"), D("48"), "DE"),
        ("2", 1, "placed", "K-1", 1, D("0"), D("0"), D("0"), D("0"), "DE"),
    ]
    # Half past eleven at night in Los Angeles is the next morning in UTC.
    day = "ordered_at, local_date, currency"
    assert set(seller.rows(reading, "order_lines", day)) == {
        (datetime(2026, 10, 1, 6, 30), date(2026, 9, 30), "USD")
    }
    assert seller.rows(
        reading, "orders",
        "order_id, order_type, stated_subtotal, deposit, balance, received, promised_on,"
        " shipped_on",
    ) == [
        (order, "trade_assurance", D("950"), D("300"), D("770"), D("300"), date(2026, 10, 20),
         None),
        ("2", "sample", D("0"), D("0"), D("0"), D("0"), date(2026, 10, 20), None),
        ("3", "trade_assurance", D("950"), D("300"), D("770"), D("1070"), date(2026, 10, 20),
         date(2026, 10, 18)),
        *((one, "trade_assurance", D("550"), D("300"), D("770"), None, date(2026, 10, 20), None)
          for one in "456"),
    ]  # fmt: skip
    assert seller.rows(reading, "order_lines", "order_id, status")[4:] == [
        ("4", "cancelled"), ("5", "pending"), ("6", "placed"),
    ]  # fmt: skip
    everything = str([
        seller.con.execute(f'FROM "{one}"').fetchall()
        for (one,) in seller.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    ]).lower()  # fmt: skip
    assert not [one for one in ("ann@", "ann trading", "main st") if one in everything]


def test_an_amount_that_holds_shipping_and_the_discount(seller: Company) -> None:
    # The same order where 1,070 is the total: 1,070 + 50 - 120 = 1,000 of goods.
    total = FIRST | {"订单总价": "USD 1,070.00"}
    reading = seller.read("alibaba-2/orders.xlsx", trade(total, BELOW))
    assert seller.rows(reading, "order_lines", LINES)[:2] == [
        ("28000000000000001", 1, "placed", "K-1", 100, D("600"), D("30"), None, D("72"), "DE"),
        ("28000000000000001", 2, "placed", "P-1", 200, D("400"), D("20"), None, D("48"), "DE"),
    ]
    assert seller.rows(reading, "orders", "stated_subtotal") == [(D("950"),)]
    # Read as goods it would be 70 too much: 1,020 of lines against 950 do not tie.
    reading = seller.read("alibaba/orders.xlsx", trade(total, BELOW))
    (lines,) = zip(
        *seller.rows(reading, "order_lines", "list_amount - seller_discount"), strict=True
    )
    assert (sum(lines), *seller.rows(reading, "orders", "stated_subtotal")) == (
        D("1020"), (D("950"),),
    )  # fmt: skip


def test_amounts_stand_once_even_where_a_file_repeats_them(seller: Company) -> None:
    repeated = BELOW | {
        key: FIRST[key] for key in ("订单总价", "运费", "折扣金额", "预付款", "尾款")
    }
    reading = seller.read("alibaba/orders.xlsx", trade(FIRST, repeated))
    columns = "sum(list_amount), sum(seller_discount), sum(shipping_income)"
    table = reading.tables["order_lines"]
    assert seller.con.execute(f'SELECT {columns} FROM "{table}"').fetchall() == [
        (D("1000"), D("50"), D("120"))
    ]
    assert seller.rows(reading, "orders", "deposit, balance") == [(D("300"), D("770"))]


def test_a_cell_with_two_numbers_is_none(seller: Company) -> None:
    odd = FIRST | {"数量": "10 Pieces / 2 Cartons"}
    reading = seller.read("alibaba/orders.xlsx", trade(odd, BELOW))
    assert [(line, reason) for line, _, _, reason in seller.bad(reading)] == [
        (2, "not_a_whole_number"), (3, "incomplete_order"),
    ]  # fmt: skip
