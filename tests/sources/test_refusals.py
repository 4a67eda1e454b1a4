from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from helpers.config.workspace import load_workspace
from helpers.sources import workbooks
from helpers.sources.door import read_export
from helpers.vocabulary.faults import DataRefused
from laws import examples

from .export_company import KEY, Company, table

HEADER = ("store_id", "date", "visitors", "page_views", "sales")
ROW = ("own-site", "2025-10-01", "100", "250", "99.50")
GOOD = table(",", HEADER, ROW)


def refusal(company: Company, place: str, content: bytes | str) -> str:
    with pytest.raises(DataRefused) as caught:
        company.read(place, content)
    leftovers = company.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert leftovers == [], "a refused file leaves nothing behind"
    return str(caught.value)


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "is empty"),
        (b"PK\x03\x04 and then nothing", "damaged or cut-off workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged or cut-off workbook"),
        (b"PAR1 cut off", "damaged or cut-off Parquet"),
        (b"\x1f\x8b\x08 packed", "unpack it"),
        (b"just one word", "nothing separates columns"),
        (b"<html><body>log in,again</body></html>", "web page"),
        (b"a,b,c\n1,2,3\n", "headers are those of no known export"),
    ],
)
def test_what_is_no_export_is_refused_with_a_way_out(
    company: Company, content: bytes, words: str
) -> None:
    told = refusal(company, "amazon-us/2025-10/file.csv", content)
    assert told.startswith("file.csv: ") and words in told and "; " in told


def test_a_number_no_calendar_reaches_is_refused_by_what_it_is(company: Company) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(HEADER))
    book.active.append(list(ROW))
    cell = book.active.cell(2, 1)
    cell.value, cell.number_format = 1e15, "[h]:mm:ss"
    file = io.BytesIO()
    book.save(file)
    told = refusal(company, "far.xlsx", file.getvalue())
    assert "a date or time format that no calendar reaches; correct or clear that cell" in told


def test_a_cut_off_workbook_at_every_length(company: Company) -> None:
    whole = workbook([list(HEADER), list(ROW)])
    assert company.read("good.xlsx", whole).rows_read == 1
    company.con.execute("DROP TABLE IF EXISTS export_1")
    for size in range(4, len(whole) - 1, 397):
        with pytest.raises(DataRefused, match="damaged or cut-off"):
            company.read("cut.xlsx", whole[:size])


def test_a_missing_column_is_named_with_the_nearest_header(company: Company) -> None:
    told = refusal(company, "t.csv", GOOD.replace("page_views", "page_view"))
    assert "'page_views'" in told and "'page_view'" in told and "Store traffic" in told
    text = table(",", ("sku", "name_en", "name_zh"), ("S", "a", "b"))
    assert company.read("p.csv", text).rows_read == 1


def test_a_required_column_beyond_the_signature_is_named(company: Company) -> None:
    text = table("\t", ("return-date", "order-id", "sku", "detailed-disposition", "reason", "qty"))
    told = refusal(company, "amazon-us/r.txt", text)
    assert told.startswith("r.txt, row 1: column 'quantity' of Amazon FBA customer returns")


def test_a_doubled_column_that_is_needed_is_refused(company: Company) -> None:
    text = table(",", (*HEADER, "visitors", "x", "x"), (*ROW, "7", "", ""))
    assert "column 'visitors' stands more than once (columns 3, 6)" in refusal(
        company, "t.csv", text
    )


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("loose.txt", "which store is this file from?"),
        ("amazon-uss/2025-10/f.txt", "did you mean 'amazon-us'?"),
        ("own-site/2025-10/f.txt", "store 'own-site' is on shopify"),
        ("amazon-us/f.txt", "which period is this file of?"),
        ("amazon-us/october/f.txt", "'october' is no period such as 2025-10"),
    ],
)
def test_store_and_period_are_asked_and_not_guessed(
    company: Company, place: str, words: str
) -> None:
    text = table("\t", ("sku", "asin", "afn-fulfillable-quantity", "afn-unsellable-quantity",
                        "afn-reserved-quantity"), ("S", "B", 1, 0, 0))  # fmt: skip
    assert words in refusal(company, place, text)


def test_a_path_cannot_name_a_store_from_outside_the_inbox(company: Company) -> None:
    outside = company.root / "amazon-us" / "2025-10" / "f.txt"
    outside.parent.mkdir(parents=True)
    outside.write_text(
        table("\t", ("sku", "asin", "afn-fulfillable-quantity", "afn-unsellable-quantity",
                     "afn-reserved-quantity"))
    )  # fmt: skip
    workspace, paths = load_workspace(str(company.root))
    trick = company.root / "inbox" / ".." / "amazon-us" / "2025-10" / "f.txt"
    (company.root / "inbox" / "amazon-us").mkdir()
    link = company.root / "inbox" / "amazon-us" / "f.txt"
    link.symlink_to(outside)
    for path in (trick, link):
        with pytest.raises(DataRefused, match="which store"):
            read_export(path, workspace, paths, company.con, below=paths.inbox, key=KEY)


def test_rules_of_the_workspace_name_store_and_period(company: Company) -> None:
    declaration = company.root / "workspace.yml"
    declaration.write_text(
        declaration.read_text(encoding="utf-8")
        + "files:\n  - {glob: '**/us_*.txt', store: amazon-us, period: '2025-09'}\n",
        encoding="utf-8",
    )
    text = table("\t", ("sku", "asin", "afn-fulfillable-quantity", "afn-unsellable-quantity",
                        "afn-reserved-quantity"), ("S", "B", 1, 0, 0))  # fmt: skip
    reading = company.read("downloads/us_stock.txt", text)
    assert (reading.store_id, str(reading.period)) == ("amazon-us", "2025-09")


def test_repeated_headers_totals_notes_and_blank_rows_are_no_data(company: Company) -> None:
    text = table(
        ",", HEADER, ROW, ("", "", "", "", ""), HEADER,
        ("own-site", "2025-10-02", "110", "260", "1.50"),
        ("Total", "", "210", "510", "101.00"),
    )  # fmt: skip
    reading = company.read("t.csv", text + "\n")
    assert (reading.rows_read, reading.rows_set_aside) == (2, 2)
    assert str(reading.warnings[0]) == (
        "t.csv: rows that are no data were set aside: 1 repeated header, 1 total"
    )
    assert company.rows(reading, "traffic", "source_line, visitors") == [(2, 100), (5, 110)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_encodings(company: Company, encoding: str) -> None:
    text = table(",", ("sku", "name_en", "name_zh"), ("S1", "Kettle", "电热水壶，升级版"))
    reading = company.read("p.csv", text.encode(encoding))
    assert company.rows(reading, "products", "name_zh") == [("电热水壶，升级版",)]


def test_a_damaged_byte_does_not_hide_the_rest(company: Company) -> None:
    text = table(",", ("sku", "name_en", "name_zh"), ("S1", "Kettle", "壶"), ("S2", "Pan", "锅"))
    broken = text.encode().replace("壶".encode(), b"\xff\xfe\x81")
    reading = company.read("p.csv", broken)
    assert [sku for (sku,) in company.rows(reading, "products", "sku")] == ["S1", "S2"]


def test_null_bytes_spoil_only_their_cell(company: Company) -> None:
    reading = company.read("t.csv", GOOD.encode().replace(b"250", b"2\x000") + GOOD.encode()[43:])
    assert company.bad(reading)[0][3] == "not_a_whole_number"


def test_a_row_with_too_many_cells_is_set_apart_without_its_content(company: Company) -> None:
    many = "own-site,2025-10-02,1,2,3,someone@example.com,x,y,z\n"
    reading = company.read("t.csv", GOOD + many + "own-site,2025-10-03,5,6\n")
    assert company.bad(reading) == [(3, None, None, "too_many_cells")]
    assert [row[0] for row in company.rows(reading, "traffic", "visitors")] == [100, 5]


def test_what_a_spreadsheet_rounded_is_not_taken_for_an_id(company: Company) -> None:
    header = ("store_id", "listing_id", "sku")
    text = table(",", header, ("own-site", "1.72948E+17", "S1"), ("own-site", "'0012", "S2"),
                 ("own-site", '="0034"', "S3"),
                 ("own-site", "172948355677466578", "S4"))  # fmt: skip
    reading = company.read("m.csv", text)
    assert company.bad(reading) == [(2, "listing_id", "1.72948E+17", "digits_lost")]
    assert [row[0] for row in company.rows(reading, "sku_map", "listing_id")] == [
        "0012", "0034", "172948355677466578",
    ]  # fmt: skip
    book = company.read("m.xlsx", workbook([list(header), ["own-site", 172948355677466578, "S1"]]))
    assert company.bad(book)[0][3] == "digits_lost"


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        (("03/04/2025", "05/06/2025"), "could be day first or month first"),
        (("13/04/2025", "04/13/2025"), "the day first and dates with the month first"),
        (("13/04/2025", "04/05/2025"), ""),
        (("04/13/2025", "04/05/2025"), ""),
        (("13.04.2025", "04.05.2025"), ""),
        (("2025-04-13", "2025/5/4"), ""),
        (("20250413", "20250504"), ""),
    ],
)
def test_the_order_of_day_and_month_is_found_or_asked(
    company: Company, dates: tuple[str, ...], told: str
) -> None:
    rows = [("own-site", day, "1", "2", "3") for day in dates]
    text = table(",", HEADER, *rows)
    if told:
        assert told in refusal(company, "t.csv", text)
        return
    reading = company.read("t.csv", text)
    found = [f"{day:%d.%m.%Y}" for (day,) in company.rows(reading, "traffic", "start_date")]
    assert sorted(found) == sorted(["13.04.2025", "05.04.2025" if dates[0] == "04/13/2025"
                                    else "04.05.2025"])  # fmt: skip


def test_a_thousand_or_a_fraction_is_asked(company: Company) -> None:
    one = table(";", HEADER, ("own-site", "2025-10-01", "1", "2", "1,234"))
    assert "'1,234' could be a thousand or a fraction; write decimal: point" in refusal(
        company, "t.csv", one
    )
    two = table(";", HEADER, ("own-site", "2025-10-01", "1", "2", "1,234"),
                ("own-site", "2025-10-02", "1", "2", "0,5"))  # fmt: skip
    reading = company.read("u.csv", two)
    assert [str(x) for (x,) in company.rows(reading, "traffic", "sales")] == ["1.2340", "0.5000"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$1,234.56", "1234.56"), ("USD 12.50", "12.5"), ("12.50 €", "12.5"), ("−3.10", "-3.1"),
        ("(3.10)", "-3.1"), ("3.10-", "-3.1"), ("1 234.50", "1234.5"), ("¥12.00", "12"),
        ("1e-05", "0"), ("+7.10", "7.1"), (".5", "0.5"), ("12,34", None), ("1,23.45", None),
        ("abc", None), ("12.50x", None), ("1.2.3", None), ("--", None),
    ],
)  # fmt: skip
def test_how_people_write_money(company: Company, written: str, meant: str | None) -> None:
    text = table(";", HEADER, (*ROW[:4], written), (*ROW[:4], "1.25"), (*ROW[:4], "8.75"))
    reading = company.read("t.csv", text)
    found = {
        line: amount for line, amount in company.rows(reading, "traffic", "source_line, sales")
    }
    assert found.get(2) == (None if meant is None else Decimal(meant))
    assert len(company.bad(reading)) == (meant is None)


def test_columns_that_nobody_knows_are_told(company: Company) -> None:
    reading = company.read("t.csv", table(",", (*HEADER, "mood"), (*ROW, "good")))
    assert "columns that were not there before: 'mood'" in str(reading.warnings[0])


def test_bombs_are_refused(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 1 << 20)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (1 << 21))
    assert "unpacks to more than" in refusal(company, "bomb.xlsx", file.getvalue())


@pytest.mark.parametrize(
    ("corner", "cells"),
    [("XFD1048576", "17,179,869,184"), ("ZZZZZZZ1", "16,706,165,164"), ("a9999999999", "")],
)
def test_a_cell_far_outside_is_refused(company: Company, corner: str, cells: str) -> None:
    far = io.BytesIO(workbook([list(HEADER), list(ROW)]))
    stray = io.BytesIO()
    with zipfile.ZipFile(far) as old, zipfile.ZipFile(stray, "w") as new:
        for one in old.namelist():
            content = old.read(one).replace(b'r="E2"', f'r="{corner}"'.encode())
            new.writestr(one, content)
    assert f"claims {cells}" in refusal(company, "stray.xlsx", stray.getvalue())


def test_an_archive_of_exports_is_asked_to_be_unpacked(company: Company) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("orders.csv", GOOD)
    assert "unpack it and add the files inside" in refusal(company, "all.zip", file.getvalue())


def test_order_of_rows_survives_a_hasty_connection(company: Company) -> None:
    company.con.execute("SET preserve_insertion_order = false")
    reading = company.read("t.csv", GOOD)
    assert company.rows(reading, "traffic", "source_line") == [(2,)]
    assert company.con.execute("SELECT current_setting('preserve_insertion_order')").fetchone() == (
        False,
    )


CELL = st.one_of(
    st.sampled_from(["", "own-site", "2025-10-01", "12", "1,5", "total", "x", "Total", "nan",
                     "1e9", "2025-13-45", "-3", "store_id", "page_views", "\u3000", "a\nb", '"',
                     "'", ";"]),
    st.text(max_size=8).filter(lambda text: "\r" not in text and "\0" not in text),
)  # fmt: skip


@examples(30, HealthCheck.function_scoped_fixture)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=7), max_size=12))
def test_every_row_is_in_a_table_or_told_to_be_bad(company: Company, rows: list[list[str]]) -> None:
    import csv

    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([HEADER, ROW, *rows, ROW])
    path: Path = company.put("t.csv", file.getvalue())
    try:
        reading = company.read(path.name)
    except DataRefused as refused:
        assert all(fault.way_out for fault in refused.faults)
        return
    assert company.lines_told(reading) == reading.rows_read
    filled = sum(any(cell.strip() for cell in row) for row in rows) + 2
    assert reading.rows_read + reading.rows_set_aside <= filled
