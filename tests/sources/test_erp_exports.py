"""What an ERP says: copies of orders, which are only compared, and what lies where."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.vocabulary.faults import DataRefused

from .asian_company import rows_of, sheet, text
from .export_company import Company

D = Decimal
SEEN = json.loads((Path(__file__).parent / "headers_seen.json").read_text(encoding="utf-8"))
DIANXIAOMI: list[str] = SEEN["dianxiaomi_order_67"]
USUAL: dict[str, Any] = {
    "下单时间": "2026-09-30 23:30:00", "付款时间": "2026-09-30 23:31:00", "买家账号": "mira_1",
    "买家姓名": "Mira W", "买家Email": "mira@example.com", "收货人姓名": "Mira W",
    "详细地址": "1 Main St", "收货人电话": "+49 170 5550100", "SKU": "K-1",
    "产品ID": "1600435888555", "产品售价": "6.00", "产品数量": "2", "币种缩写": "USD",
    "订单金额": "32.00", "退款金额": "0",
    "包裹号": "XMA001", "订单号": "28000000000000001", "订单状态": "已发货",
    "店铺账号": "Main Shop", "订单备注": "call +49 170 5550100",
}  # fmt: skip
COLUMNS = (
    "store_id, erp_order_id, line_no, order_id, sku, quantity, order_amount, line_amount, refunded"
)


def test_dianxiaomi_has_67_columns_and_keeps_split_and_merged_orders(seller: Company) -> None:
    # One order in two parcels keeps its number in both; a parcel of two orders keeps both numbers.
    # The whole order's amount stands in each line; a line's own is 6 x 2.
    assert len(DIANXIAOMI) == 67
    rows = [
        {}, {"SKU": "P-1", "产品售价": "2.5", "产品数量": "8"}, {"包裹号": "XMA002"},
        {"包裹号": "XMA003", "订单号": "28000000000000002,28000000000000003"},
        {"店铺账号": "国际站一店", "包裹号": "XMA004", "退款金额": "5.00"},
        {"店铺账号": "nobody's", "包裹号": "XMA005"},
    ]  # fmt: skip
    content = sheet(*rows_of(DIANXIAOMI, rows, USUAL), name="order_")
    reading = seller.read("orders.xlsx", content)
    assert (reading.sheet, reading.store_id, reading.new_columns) == ("order_", None, ())
    order, whole, line = "28000000000000001", D("32"), D("12")
    assert seller.rows(reading, "erp_orders", COLUMNS) == [
        ("alibaba", "XMA001", 1, order, "K-1", 2, whole, line, D("0")),
        ("alibaba", "XMA001", 2, order, "P-1", 8, whole, D("20"), D("0")),
        ("alibaba", "XMA002", 1, order, "K-1", 2, whole, line, D("0")),
        ("alibaba", "XMA003", 1, "28000000000000002,28000000000000003", "K-1", 2, whole, line,
         D("0")),
        ("alibaba", "XMA004", 1, order, "K-1", 2, whole, line, D("5")),
    ]  # fmt: skip
    # By the shop's clock, in Los Angeles.
    days = seller.rows(reading, "erp_orders", "local_date, currency, status")
    assert set(days) == {(date(2026, 9, 30), "USD", "已发货")}
    assert [(column, reason) for _, column, _, reason in seller.bad(reading)] == [
        ("店铺账号", "unknown_store")
    ]
    everything = str([
        seller.con.execute(f'FROM "{one}"').fetchall()
        for (one,) in seller.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    ]).lower()  # fmt: skip
    assert not [one for one in ("mira", "main st", "5550100") if one in everything]


def test_eccang_names_no_store_and_no_amount(seller: Company) -> None:
    header = [
        "订单付款日期", "平台", "易仓单号", "订单号", "国家", "审单目的仓", "销售SKU", "仓库SKU",
        "数量", "最新状态", "采购单号",
    ]  # fmt: skip
    usual = {"订单付款日期": "2026-09-30", "平台": "alibaba", "易仓单号": "EC1", "订单号": "28001",
             "销售SKU": "K-1-US", "仓库SKU": "K-1", "数量": 2, "最新状态": "已发货"}  # fmt: skip
    rows = [{}, {"仓库SKU": "P-1"}]
    content = text(",", header, rows, usual).encode("gb18030")
    reading = seller.read("alibaba/erp.csv", content)
    assert (reading.encoding, reading.new_columns) == ("gb18030", ())
    said = (
        "store_id, erp_order_id, line_no, order_id, sku, quantity, listing_id, currency, local_date"
    )
    assert seller.rows(reading, "erp_orders", said) == [
        ("alibaba", "EC1", line, "28001", sku, 2, "K-1-US", "USD", date(2026, 9, 30))
        for line, sku in ((1, "K-1"), (2, "P-1"))
    ]  # fmt: skip


def test_lingxing_by_its_four_columns(seller: Company) -> None:
    header = [
        "订单号",
        "订购日期",
        "订单状态",
        "MSKU",
        "数量",
        "订单金额",
        "币种",
        "店铺",
        "买家姓名",
    ]
    row = {
        "订单号": "28001", "订购日期": "2026-09-30 08:00:00", "订单状态": "已发货",
        "MSKU": "K-1-US", "数量": 2, "订单金额": "12.5", "币种": "USD", "买家姓名": "Mira W",
    }  # fmt: skip
    reading = seller.read("alibaba/erp.xlsx", sheet(*rows_of(header, [row], {})))
    assert reading.source == "lingxing_orders" and reading.new_columns == ()
    assert seller.rows(reading, "erp_orders", COLUMNS) == [
        ("alibaba", "28001", 1, "28001", "K-1-US", 2, D("12.5"), None, None)
    ]


STOCK = ["仓库", "SKU", "品名", "可用库存", "锁定库存", "在途", "不良品"]
LYING = {"仓库": "美西仓", "SKU": "K-1", "可用库存": 120, "锁定库存": 5, "在途": 300, "不良品": "-"}


def test_stock_by_warehouse_at_the_end_of_its_period(seller: Company) -> None:
    rows = [{}, {"仓库": "深圳仓", "可用库存": 0}, {"仓库": "合计", "SKU": None, "可用库存": 120}]
    reading = seller.read("alibaba/2026-09/库存.xlsx", sheet(*rows_of(STOCK, rows, LYING)))
    assert (reading.rows_read, reading.rows_set_aside) == (2, 1)
    assert seller.rows(
        reading, "inventory_snapshots",
        "warehouse, sku, on_hand, reserved, inbound, unsellable, local_date",
    ) == [
        ("美西仓", "K-1", 120, 5, 300, None, date(2026, 9, 30)),
        ("深圳仓", "K-1", 0, 5, 300, None, date(2026, 9, 30)),
    ]  # fmt: skip


def test_stock_says_its_day_or_is_asked_for_it(seller: Company) -> None:
    dated = sheet(*rows_of([*STOCK, "库存日期"], [{"库存日期": "2026-09-15"}], LYING))
    reading = seller.read("alibaba/库存.xlsx", dated)
    assert seller.rows(reading, "inventory_snapshots", "local_date") == [(date(2026, 9, 15),)]
    with pytest.raises(DataRefused, match="which period is this file of"):
        seller.read("alibaba/库存2.xlsx", sheet(*rows_of(STOCK, [{}], LYING)))
