"""`review new source`: a first mapping that holds at the door, and what it asks."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from helpers.config.workspace import load_workspace
from helpers.sources.catalogue import read_source
from helpers.sources.first_mapping import _quoted, write_first_mapping
from helpers.vocabulary.faults import AskedWrongly, DataRefused
from laws import examples

from .export_company import Company, table

D = Decimal
RETAIL = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
536366,22633,HAND WARMER UNION JACK,6,2010-12-01 08:28:00,1.85,17850,EIRE
C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,14527,United Kingdom
536370,22728,ALARM CLOCK BAKELIKE PINK,24,2010-12-01 08:45:00,3.75,12583,France
"""
ERP = table(
    ",",
    ("订单号", "店铺账号", "下单时间", "订单状态", "SKU", "产品名称", "产品数量", "产品售价",
     "币种缩写", "订单金额", "收货人国家", "买家账号", "买家姓名", "收货人电话", "详细地址",
     "订单备注"),
    ("A1", "shop", "2025-10-01 09:00:00", "已发货", "0001", "茶杯", 2, "10.50", "GBP", "21.00",
     "美国", "buyer_1", "张三", "+86 138 0000 0000", "示例路1号", "请尽快"),
    ("A2", "shop", "2025-10-01 10:00:00", "已取消", "0002", "茶壶", 1, "30.00", "GBP", "30.00",
     "德国", "buyer_2", "李四", "+86 138 0000 0001", "示例路2号", ""),
    ("A3", "shop", "2025-10-31 23:59:00", "待付款", "0002", "茶壶", 3, "30.00", "GBP", "90.00",
     "德国", "buyer_2", "李四", "+86 138 0000 0001", "示例路2号", ""),
)  # fmt: skip
GERMAN = table(
    ";",
    ("Bestellnummer", "Bestelldatum", "Artikelnummer", "Bezeichnung", "Menge", "Einzelpreis",
     "Land", "E-Mail", "Straße", "PLZ", "Telefon", "Bemerkung"),
    ("10001", "31.10.2025", "0007", "Tasse", 2, "1.012,50", "Deutschland", "a@example.com",
     "Musterweg 1", "01067", "+49 351 000000", "bitte klingeln"),
    ("10002", "01.11.2025", "0008", "Kanne", 1, "19,90", "Österreich", "b@example.com",
     "Musterweg 2", "01068", "+49 351 000001", ""),
)  # fmt: skip


def guess(company: Company, name: str, content: bytes | str) -> tuple[Path, str, list[str]]:
    """Guess a file of the inbox; the mapping, its text, and what is asked."""
    path = company.put(f"shop/{name}", content)
    workspace, paths = load_workspace(str(company.root))
    target, questions = write_first_mapping(path, paths, None, workspace)
    return target, target.read_text(encoding="utf-8"), [str(one) for one in questions]


def test_invoices_of_a_shop_are_read_once_the_marked_points_are_confirmed(company: Company) -> None:
    target, text, asked = guess(company, "retail.csv", RETAIL)
    assert [one.split(": ")[1] for one in asked] == [
        "columns.ordered_at", "columns.country", "define.kind",
    ]  # fmt: skip
    assert text.count("CONFIRM") >= len(asked)
    # The person's part: where EIRE is.
    assert '      EIRE: ""' in text
    target.write_text(text.replace('EIRE: ""', "EIRE: IE"), encoding="utf-8")
    reading = company.read("shop/retail.csv")
    assert company.bad(reading) == []
    rows = company.rows(
        reading, "order_lines", "order_id, line_no, kind, country, sku, quantity, list_amount"
    )
    assert rows == [
        ("536365", 1, "sale", "GB", "85123A", 6, D("15.30")),
        ("536365", 2, "sale", "GB", "71053", 6, D("20.34")),
        ("536366", 1, "sale", "IE", "22633", 6, D("11.10")),
        ("C536379", 1, "return", "GB", "D", -1, D("-27.50")),
        ("536370", 1, "sale", "FR", "22728", 24, D("90.00")),
    ]
    assert company.rows(reading, "refunds", "order_id, local_date, amount") == [
        ("C536379", date(2010, 12, 1), D("27.50"))
    ]


def test_an_erp_export_in_chinese(company: Company) -> None:
    _, text, asked = guess(company, "erp.csv", ERP.encode("gb18030"))
    source = read_source(company.root / "sources" / "erp.yml")
    headers = {column: about.header[0] for column, about in source.columns.items()}
    assert headers == {
        "order_id": "订单号", "store": "店铺账号", "ordered_at": "下单时间", "status": "订单状态",
        "sku": "SKU", "product_name": "产品名称", "quantity": "产品数量", "unit_price": "产品售价",
        "currency": "币种缩写", "amount": "订单金额", "country": "收货人国家",
        "customer": "买家账号",
    }  # fmt: skip
    assert source.columns["customer"].type == "customer"
    assert source.ignored == ("买家姓名", "收货人电话", "详细地址", "订单备注")
    assert "买家姓名 # a person's name; never read" in text
    assert any(
        "order_status: takes 1 statuses for cancelled, 1 for pending" in one for one in asked
    )
    reading = company.read("shop/erp.csv")
    rows = company.rows(
        reading, "order_lines", "store_id, order_id, status, sku, quantity, list_amount, ordered_at"
    )
    assert rows == [
        # 9:00 in London on summer time is 8:00 in UTC; on 31 October summer time is over.
        ("shop", "A1", "placed", "0001", 2, D("21"), datetime(2025, 10, 1, 8)),
        ("shop", "A2", "cancelled", "0002", 1, D("30"), datetime(2025, 10, 1, 9)),
        ("shop", "A3", "pending", "0002", 3, D("90"), datetime(2025, 10, 31, 23, 59)),
    ]


def test_a_german_file_with_decimal_commas(company: Company) -> None:
    _, text, _ = guess(company, "bestellungen_2025-10.csv", GERMAN.encode("cp1252"))
    source = read_source(company.root / "sources" / "bestellungen.yml")
    assert source.columns["unit_price"].decimal == "comma"
    assert source.columns["customer"].header == ("E-Mail",)
    assert source.ignored == ("Straße", "PLZ", "Telefon", "Bemerkung")
    # Nothing that a person may be known by got into the mapping.
    assert not re.search("example.com|Musterweg|klingeln|351", text)
    reading = company.read("shop/bestellungen_2025-10.csv")
    assert company.rows(reading, "order_lines", "sku, quantity, list_amount, country") == [
        ("0007", 2, D("2025"), "DE"),
        ("0008", 1, D("19.90"), "AT"),
    ]


def test_what_a_file_leaves_open_is_asked_and_not_decided(company: Company) -> None:
    _, text, asked = guess(
        company, "till.csv",
        "Order No,Date,Item,Qty,Price,Order status\n"
        "1,03/04/2025,A-1,2,\"1,234\",Done\n2,05/06/2025,A-2,1,\"2,500\",Cancelled\n",
    )  # fmt: skip
    told = " ".join(asked)
    assert "'Date' could be day first or month first; add order: dmy or order: mdy" in told
    assert "'Price' has numbers such as 1,234 only" in told
    assert "'Price' is taken for the price of one unit" in told
    assert "order:" not in text.split("columns:")[1].split("type: timestamp")[1].split("}")[0]
    with pytest.raises(DataRefused, match="could be a thousand or a fraction"):
        company.read("shop/till.csv")


def test_an_orders_total_that_repeats_is_spread_over_its_lines(company: Company) -> None:
    rows = [(f"O{at // 2}", "2025-10-15", f"S{at}", 1, 10 + at // 2) for at in range(12)]
    text = table(",", ("Order ID", "Order date", "SKU", "Quantity", "Total"), *rows)
    _, mapping, asked = guess(company, "flat.csv", text)
    assert "allocate: {amount: amount, by: quantity, within: order_id}" in mapping
    assert any("repeated in each line" in one for one in asked)
    reading = company.read("shop/flat.csv")
    amounts = [row[0] for row in company.rows(reading, "order_lines", "list_amount")]
    assert sum(amounts) == 10 + 11 + 12 + 13 + 14 + 15


def test_a_list_of_stock_becomes_stock(company: Company) -> None:
    guess(company, "lager.csv", "Artikelnummer;Lager;Bestand\n0007;Nord;12\n0008;Nord;0\n")
    reading = company.read("shop/2025-10/lager.csv", "Artikelnummer;Lager;Bestand\n0007;Nord;12\n")
    assert company.rows(reading, "inventory_snapshots", "sku, warehouse, on_hand, local_date") == [
        ("0007", "Nord", 12, date(2025, 10, 31))
    ]


@pytest.mark.parametrize(
    "header", ["Shipping City", "Customer Name", "Name", "State", "收货人手机", "備考", "ที่อยู่"]
)
def test_what_is_a_persons_is_never_read(company: Company, header: str) -> None:
    guess(company, "x.csv", f"Order ID,Quantity,Price,{header}\nA-1,1,2.50,Ann\nA-2,2,2.50,Bo\n")
    assert header in read_source(company.root / "sources" / "x.yml").ignored


def test_nothing_is_written_over_and_nothing_known_is_mapped(company: Company) -> None:
    target, text, _ = guess(company, "retail.csv", RETAIL)
    with pytest.raises(AskedWrongly, match="is there already"):
        guess(company, "retail.csv", RETAIL)
    workspace, paths = load_workspace(str(company.root))
    again = company.root / "inbox" / "shop" / "retail.csv"
    with pytest.raises(AskedWrongly, match="is known already: retail"):
        write_first_mapping(again, paths, "another", workspace)
    with pytest.raises(AskedWrongly, match="is no name"):
        write_first_mapping(again, paths, "../x", workspace)
    assert target.read_text(encoding="utf-8") == text
    with pytest.raises(DataRefused, match="looks neither like orders nor like stock"):
        guess(company, "odd.csv", "Alpha,Beta\nx,y\nz,w\n")


def test_headers_that_would_break_yaml_are_quoted(company: Company) -> None:
    text = (
        'Order ID,Quantity,Price,"a: b #c",no,"- x","{y}"\nA-1,1,2.50,q,q,q,q\nA-2,1,2.5,q,q,q,q\n'
    )
    target, _, _ = guess(company, "odd.csv", text)
    assert read_source(target).ignored == ("a: b #c", "no", "- x", "{y}")


@given(st.text(min_size=1, max_size=40))
def test_any_word_is_written_so_that_yaml_reads_it_back(word: str) -> None:
    written = f"{{header: {_quoted(word)}, type: id}}"
    assert yaml.safe_load(written) == {"header": word, "type": "id"}
    assert yaml.safe_load(f"names:\n  {_quoted(word)}: x") == {"names": {word: "x"}}
    assert "\n" not in _quoted(word)


def test_a_look_at_a_wide_file_and_an_empty_one(company: Company) -> None:
    headers = ["Order ID", "Order date", "Quantity", "Price", *(f"Extra {at}" for at in range(300))]
    row = ["1", "2025-10-31", "2", "2.50", *("x" for _ in range(300))]
    guess(company, "wide.csv", table(",", headers, row, ["2", *row[1:]]))
    assert len(read_source(company.root / "sources" / "wide.yml").ignored) == 300
    with pytest.raises(DataRefused, match="has no rows below its headers"):
        guess(company, "bare.csv", "Order ID,Order date,Quantity\n")


def test_the_same_guess_from_any_format(company: Company) -> None:
    """CSV, workbook and Parquet of the same rows get the same columns."""
    _, from_csv, _ = guess(company, "one.csv", RETAIL)
    text = company.root / "inbox" / "shop" / "one.csv"
    (company.root / "sources" / "one.yml").unlink()
    parquet = text.with_name("two.parquet")
    company.con.execute(f"COPY (SELECT * FROM '{text}') TO '{parquet}'")
    _, from_parquet, _ = guess(company, "two.parquet", parquet.read_bytes())
    (company.root / "sources" / "two.yml").unlink()
    book = openpyxl.Workbook()
    book.active.append(["Invoices of the shop"])
    for line in RETAIL.splitlines():
        book.active.append([int(c) if c.isdigit() else c for c in line.split(",")])
    book.save(text.with_name("three.xlsx"))
    _, from_book, _ = guess(company, "three.xlsx", text.with_name("three.xlsx").read_bytes())

    def columns(text: str) -> list[str]:
        lines = re.findall(r"^  (?:\w+: {header.*|    header: .*)$", text, re.M)
        return [re.sub(", decimal: point", "", line) for line in lines]

    assert columns(from_csv) == columns(from_parquet) == columns(from_book)
    assert len(columns(from_csv)) == 7


@given(
    st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=6), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t"]),
)
@examples(12, HealthCheck.function_scoped_fixture)
def test_any_rows_give_a_mapping_or_a_reason(
    company: Company, rows: list[list[str]], separator: str
) -> None:
    """Whatever stands in a file: a mapping that can be read, or words; never a traceback."""
    path = company.put("shop/any.csv", "")
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(["Order ID", "Date", "Qty", "Price", *rows[0]])
        writer.writerows([["1", "2025-10-31", "2", "2.50", *row] for row in rows])
        writer.writerows(rows)
    workspace, paths = load_workspace(str(company.root))
    target = paths.mappings / "any.yml"
    target.unlink(missing_ok=True)
    try:
        write_first_mapping(path, paths, "any", workspace)
    except (DataRefused, AskedWrongly):
        assert not target.exists()
        return
    assert yaml.safe_load(target.read_text(encoding="utf-8"))["source"] == "any"


def test_what_a_header_says_and_its_cells_do_not_is_told(company: Company) -> None:
    """A day that no calendar has and a row of sums: half of the days of a small file."""
    text = table(
        ",", ("订单编号", "日期", "货号", "数量", "实付金额"),
        ("001", "2025/11/3", "A", 1, "¥10.50"), ("002", "2025/11/31", "B", 1, "¥20.50"),
    )  # fmt: skip
    _, _, asked = guess(company, "till.csv", text)
    told = "\n".join(asked)
    assert "columns.ordered_at: '日期' says so, but only 50% of its cells are dates" in told
    assert "'实付金额' has amounts with ¥, and no column names a currency" in told
