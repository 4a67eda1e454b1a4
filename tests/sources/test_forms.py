"""`review new template`: what is written can be filled in and comes back through the door."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from helpers.config.workspace import load_workspace
from helpers.sources.templates import chosen, explained, templates, write_templates
from helpers.tables.ingest import ingest
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import AskedWrongly

from .export_company import Company

#: What a person types below a header, by the kind of column. As a spreadsheet stores it.
TYPED = {
    "text": "x", "note": "write to ann@example.com", "id": "00123", "customer": "Ann@Example.com",
    "money": 12.5, "integer": 7, "percent": 0.25, "boolean": "是", "country": "德国",
    "date": datetime(2025, 10, 31), "timestamp": datetime(2025, 10, 31, 14, 5),
}  # fmt: skip
SAID = {
    ("content_sessions", "kind"): "短视频", ("inquiries", "channel"): "询盘",
    ("shipments", "mode"): "海运", ("fee_statement", "category"): "佣金",
    ("manual_kpis", "metric_id"): "gmv",
}  # fmt: skip


def fill(path: Path, name: str) -> None:
    """Fill in the row below the header, as a person would."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    source = templates()[name]
    for place, (column, about) in enumerate(source.columns.items(), 1):
        value = SAID.get((name, column), TYPED[about.type])
        if column == "store_id":
            value = "own-site"
        if column == "currency":
            value = "USD"
        sheet.cell(2, place).value = value
    book.save(path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_filled_in_comes_back_through_the_door(company: Company, language: str) -> None:
    sources = chosen(None, every=True)
    for path in write_templates(sources, company.root / "inbox", language):  # type: ignore[arg-type]
        fill(path, path.stem)
    workspace, paths = load_workspace(str(company.root))
    receipt = ingest(workspace, paths)
    told = {one.kind: (one.status, one.rows_read, one.rows_quarantined) for one in receipt.files}
    assert told == {source.source: ("accepted", 1, 0) for source in sources}
    assert not [one.message for one in receipt.files if "not read" in one.message]
    assert len(receipt.files) == len(sources) == 27
    with Warehouse.open(paths, workspace) as warehouse:

        def only(table: str, *columns: str) -> tuple[object, ...]:
            frame = warehouse.sql(f"SELECT {', '.join(columns)} FROM {table}")
            assert len(frame) == 1, table
            return tuple(frame.iloc[0])

        assert only("suppliers", "supplier_id", "is_backup", "country") == ("00123", True, "DE")
        # 14:05 in New York, on summer time until 2 November, is 18:05 in UTC.
        asked = only("inquiries", "asked_at", "CAST(local_date AS VARCHAR)", "channel")
        assert asked == (datetime(2025, 10, 31, 18, 5), "2025-10-31", "inquiry")
        assert only("content_sessions", "kind", "sales") == ("video", Decimal("12.5"))
        assert only("settlement_lines", "category", "amount") == ("commission", 12.5)
        assert only("shipments", "mode", "store_id", "is_lost") == ("sea", "own-site", True)
        assert only("account_health", "order_defect_rate") == (Decimal("0.25"),)
        assert only("manual_kpis", "value", "scope") == (0.25, "x")
        (body,) = only("reviews", "body")
        assert "example.com" not in str(body)
        keys = {only(table, "customer_key")[0] for table in ("members", "inquiries")}
        assert len(keys) == 1
        assert "Ann" not in str(keys)


def test_freight_may_belong_to_no_store(company: Company) -> None:
    header = "运单编号,店铺编号,承运商,发货日期,币种\n"
    reading = company.read(
        "freight.csv",
        header + "F-1,,Cosco,2025-10-05,USD\nF-2,own-site,DHL,2025-10-05,USD\n"
        "F-3,nowhere,DHL,2025-10-05,USD\n",
    )
    rows = company.rows(reading, "shipments", "shipment_id, store_id, shipped_on")
    day = date(2025, 10, 5)
    assert rows == [("F-1", None, day), ("F-2", "own-site", day)]
    assert company.bad(reading) == [(4, "店铺编号", "nowhere", "unknown_store")]


def test_a_member_is_the_buyer_of_the_stores_own_orders(company: Company) -> None:
    from helpers.sources.buyers import customer_key

    from .export_company import KEY

    reading = company.read(
        "members.csv",
        "store_id,customer,member_tier,valid_from\n"
        "own-site,Ann@Example.com,gold,2025-10-01\namazon-us,ann@example.com,gold,2025-10-01\n",
    )
    assert company.rows(reading, "members", "customer_key") == [
        (customer_key("ann@example.com", "shopify", KEY),),
        (customer_key("ann@example.com", "amazon", KEY),),
    ]


def test_a_form_explains_itself_and_holds_no_row(tmp_path: Path) -> None:
    (path,) = write_templates(chosen("content_sessions", every=False), tmp_path, "zh")
    book = openpyxl.load_workbook(path)
    form, how_to = book.worksheets
    assert form.max_row == 1
    assert [cell.value for cell in form[1]][:4] == ["店铺编号", "场次编号", "内容类型", "场次日期"]
    assert how_to.title == "填写说明"
    lines = {row[0]: row[1:] for row in how_to.iter_rows(min_row=2, values_only=True)}
    assert set(lines) == {cell.value for cell in form[1]}
    assert lines["内容类型"] == ("直播、短视频或图文", "直播、短视频、图文", "必填", "直播")
    assert lines["观看人次"][2] == "可留空"
    (choice, *_) = form.data_validations.dataValidation
    assert choice.formula1 == '"直播,短视频,图文"'
    assert form.column_dimensions["B"].number_format == "@"  # ids keep their zeros
    # An empty form in the inbox is no fault either.
    assert [one.value for row in how_to for one in row if str(one.value)[:1] in "=+-@"] == []


def test_a_form_offers_words_of_its_own_language() -> None:
    def offered(language: str) -> tuple[str, ...]:
        lines = explained(templates()["fee_statement"], language)  # type: ignore[arg-type]
        return next(line.allowed for line in lines if line.allowed)

    assert offered("en")[:3] == ("sale", "tax", "shipping")
    assert offered("zh")[:3] == ("销售", "税", "运费")
    assert len(offered("en")) == len(offered("zh")) == 12


def test_what_must_be_filled_is_what_the_table_requires() -> None:
    needed = {line.header for line in explained(templates()["purchase_orders"], "en")
              if line.needed == "needed"}  # fmt: skip
    assert needed == {"po_id", "supplier_id", "sku", "quantity", "currency", "ordered_on"}
    needed = {line.header for line in explained(templates()["shipments"], "en")
              if line.needed == "needed"}  # fmt: skip
    assert needed == {"shipment_id", "carrier", "shipped_on", "currency"}


def test_a_csv_form_is_its_header_and_nothing_is_written_over(tmp_path: Path) -> None:
    sources = chosen("suppliers", every=False)
    (path,) = write_templates(sources, tmp_path / "forms", "en", "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfsupplier_id,")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1
    with pytest.raises(AskedWrongly, match="is there already; move it"):
        write_templates(sources, tmp_path / "forms", "en", "csv")
    with pytest.raises(AskedWrongly, match="supplierz: is no template; did you mean 'suppliers'"):
        chosen("supplierz", every=False)
    with pytest.raises(AskedWrongly, match="--all"):
        chosen(None, every=False)


def test_of_two_copies_of_a_form_the_newer_one_holds(company: Company) -> None:
    header = "supplier_id,supplier_name\n"
    company.put("company/2025-10/suppliers.csv", header + "S-1,Old Name\nS-2,Other\n")
    company.put("company/2025-11/suppliers.csv", header + "S-1,New Name\n")
    lines = "po_id,supplier_id,sku,quantity,currency,ordered_on,received_on\n"
    company.put("b.csv", lines + "P-1,S-1,A-1,10,USD,2025-10-01,\n")
    company.put("a.csv", lines + "P-1,S-1,A-1,10,USD,2025-10-01,2025-11-20\n")
    workspace, paths = load_workspace(str(company.root))
    assert ingest(workspace, paths).ok
    with Warehouse.open(paths, workspace) as warehouse:
        named = warehouse.sql("SELECT supplier_id, name FROM suppliers ORDER BY 1").to_numpy()
        received = warehouse.sql("SELECT CAST(received_on AS VARCHAR) AS day FROM purchase_orders")
    assert named.tolist() == [["S-1", "New Name"], ["S-2", "Other"]]
    assert received.day.to_list() == ["2025-11-20"]
