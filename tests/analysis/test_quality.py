"""The data behind one month, small enough to be counted by hand; October 2025, three shops."""

import csv
import html
import io
from datetime import date
from pathlib import Path

import duckdb
import pytest

from helpers.analysis import quality, quality_takeaways
from helpers.analysis.desk import desk_at
from helpers.charts.download import csv_text
from helpers.charts.grids import Column, table
from helpers.tables.build import rebuild
from helpers.tables.models import load_models
from helpers.tables.warehouse import Warehouse
from warehouse_builder import STORES, accept, make_reading, make_workspace, order_line

TAIWAN = {
    "id": "shop-tw", "name": {"en": "Shop TW", "zh": "台湾店"}, "platform": "shopee",
    "currency": "TWD", "time_zone": "Asia/Taipei", "tax_basis": "excluded", "country": "TW",
}  # fmt: skip


def sold(store: str, order: str, day: str, currency: str = "EUR", **more):
    return order_line(store_id=store, order_id=order, local_date=day, currency=currency, **more)


def visits(day: str, count: int):
    return {"store_id": "shop-de", "start_date": day, "end_date": day, "level": "store",
            "sessions": count}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory):
    workspace, paths = make_workspace(tmp_path_factory.mktemp("company"), [*STORES, TAIWAN])
    every_day = [f"2025-10-{day:02d}" for day in range(1, 32)]
    files = {
        # 31 orders; one cell cannot be read, and the platform has a column nobody has seen.
        "de.csv": (
            {"order_lines": [sold("shop-de", f"D{day}", day) for day in every_day]},
            {"bad_cells": [(99, "quantity", "hans.mueller@example.com", "not_a_whole_number")],
             "new_columns": ("loyalty_points", "gift wrap"), "as_of": date(2025, 10, 31)},
        ),
        # The same 31 of October once more, and newer: all lines of the first give way but two.
        "de-late.csv": (
            {"order_lines": [sold("shop-de", f"D{day}", day) for day in every_day[2:]]},
            {"as_of": date(2025, 11, 3)},
        ),
        # Taiwan's dollars have no rate; nobody knows the article behind listing L1.
        "tw.csv": (
            {"order_lines": [
                sold("shop-tw", "T1", "2025-10-05", "TWD", sku=None, listing_id="L1", quantity=3),
                sold("shop-tw", "T2", "2025-10-31", "TWD")]},
            {},
        ),
        # UK: no order between the 10th and the 20th, in two files without silent days.
        "uk-1.csv": ({"order_lines": [sold("shop-uk", f"U{d}", d, "GBP", sku=None,
                                           listing_id="B7", list_amount="12.00")
                                      for d in every_day[:9]]}, {}),
        "uk-2.csv": ({"order_lines": [sold("shop-uk", f"U{d}", d, "GBP")
                                      for d in every_day[20:]]}, {}),
        "visits.csv": ({"traffic": [visits(day, 0 if day == "2025-10-04" else 5)
                                    for day in every_day]}, {"settles_after": 3}),
        "november.csv": ({"order_lines": [sold("shop-de", "N", "2025-11-09")]}, {}),
        "master.csv": ({"products": [{"sku": "S", "name_en": "Kettle", "name_zh": "水壶"}]}, {}),
    }  # fmt: skip
    with duckdb.connect() as con:
        for name, (tables, how) in files.items():
            accept(paths, workspace, make_reading(con, tables, path=Path(name), **how), con)
    rebuild(workspace, paths)
    with Warehouse.open(paths, workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(warehouse):
    return desk_at(warehouse, "2025-10", "en")


def test_every_row_that_was_read_is_accounted_for(desk):
    files = quality.files_behind(desk).set_index("file")
    assert "november.csv" not in files.index and "master.csv" in files.index
    assert tuple(files.loc["de.csv", ["read", "kept", "quarantined", "overruled"]]) == (
        32, 2, 1, 29)  # fmt: skip
    sums = quality.totals(quality.files_behind(desk))
    assert sums.read == sums.kept + sums.quarantined + sums.duplicate + sums.overruled
    # 32 + 29 + 2 + 9 + 11 + 31 + 1
    assert (sums.files, sums.read, sums.overruled) == (7, 115, 29)
    assert quality_takeaways.files_takeaway(quality.files_behind(desk), desk) == (
        "115 rows of 7 files were read: 85 kept, 1 set aside, 0 repeated, 29 overruled by newer or "
        "other exports."
    )


def test_lineage_counts_the_rows_of_the_period_and_nothing_else(desk):
    lines = quality.lineage(desk).set_index("table")
    # 2 and 29 of shop-de, 2 of shop-tw, 9 + 11 of shop-uk; not the one of November
    assert tuple(lines.loc["order_lines", ["files", "rows"]]) == (5, 53)
    assert lines.loc["products", "rows"] == 1


def test_what_was_set_aside_is_counted_and_never_shown(desk):
    frame = quality.quarantined(desk)
    assert frame.to_dict("records") == [
        {"file": "de.csv", "store_label": "Shop DE", "column": "quantity",
         "reason": "is no whole number", "rows": 1, "first_line": 99}
    ]  # fmt: skip
    assert "hans" not in frame.to_csv()


def test_new_columns_are_told_per_file(desk):
    frame = quality.warnings(desk)
    assert frame[["file", "what", "is_drift"]].values.tolist() == [
        ["de.csv", "“loyalty_points” and “gift wrap”", True]
    ]
    assert quality_takeaways.warnings_takeaway(frame, desk) == (
        "One file has columns that were not there before."
    )


def test_money_without_a_rate_and_listings_without_an_article_are_named(desk):
    rates = quality.missing_rates(desk)
    assert rates[["currency", "rows"]].values.tolist() == [["TWD", 2]]
    unmapped = quality.unmapped_listings(desk)
    assert unmapped[["listing_id", "units"]].values.tolist() == [["B7", 9], ["L1", 3]]


def test_the_days_of_a_store_are_told_in_runs(desk):
    runs = quality.days_of_period(desk)
    orders = runs[(runs["group"] == "Shop UK") & (runs["label"] == "Orders")]
    assert orders[["state", "length"]].values.tolist() == [
        ["rows", 9], ["missing", 11], ["rows", 11]
    ]  # fmt: skip
    assert set(orders["detail"]) == {"10–20 October 2025"}
    seen = runs[(runs["group"] == "Shop DE") & (runs["label"] == "Traffic")]
    assert seen[["state", "length"]].values.tolist() == [["rows", 3], ["zero", 1], ["rows", 27]]
    assert quality_takeaways.days_takeaway(runs, desk) == (
        "Days of October 2025 are missing in Shop UK orders."
    )


def test_months_so_far_are_as_bad_as_their_worst_day(desk):
    runs = quality.months_so_far(desk)
    orders = runs[(runs["group"] == "Shop UK") & (runs["label"] == "Orders")]
    assert orders[["state", "length"]].values.tolist() == [["missing", 1]]
    assert "Shop UK orders (11 days)" in quality_takeaways.months_takeaway(runs, desk)


def test_status_comes_first_where_something_lacks(warehouse, desk):
    frame = quality.states_by_fact(desk)
    assert frame.iloc[0][["fact_label", "status", "stores"]].tolist() == [
        "Orders", "partial", "Shop UK"
    ]  # fmt: skip
    (traffic,) = frame[frame["fact_label"] == "Traffic"].query("status == 'settling'").index
    assert frame.loc[traffic, "settled_on"] == date(2025, 11, 3)
    assert "4 October 2025" in frame.loc[traffic, "remark"]
    chinese = desk_at(warehouse, "2025-10", "zh")
    assert quality_takeaways.overview(chinese)[0] == (
        "2025年10月的数据缺少：英国店2025年10月10日至20日的订单。"
    )


def test_every_table_has_a_name_for_readers(desk):
    assert set(quality._table_names()) == set(load_models())


#: Names that a file may have, each of which does something somewhere.
HOSTILE_NAMES = (
    "<script>alert(1)</script>.csv", "=cmd|'/c calc'!A1.csv", "{{7*7}}.csv", "$(id).csv",
    "[x](javascript:alert(1)).csv", "@SUM(A1).csv", "`a` *b* ${c} $x^2$.csv",
)  # fmt: skip


def test_names_of_hostile_files_and_columns_are_only_text(tmp_path):
    """On the page as they are written, and in the download nothing that a spreadsheet runs."""
    workspace, paths = make_workspace(tmp_path / "company", STORES)
    with duckdb.connect() as con:
        for at, name in enumerate(HOSTILE_NAMES):
            lines = [sold("shop-de", f"H{at}", f"2025-10-{at + 1:02d}")]
            reading = make_reading(
                con, {"order_lines": lines}, path=Path(name.replace("/", "_")), new_columns=(name,),
                bad_cells=[(99, name, "x", "not_a_whole_number")],
            )  # fmt: skip
            accept(paths, workspace, reading, con)
    rebuild(workspace, paths)
    with Warehouse.open(paths, workspace) as opened:
        desk = desk_at(opened, "2025-10", "en")
        frames = [quality.files_behind(desk), quality.warnings(desk), quality.quarantined(desk)]
    for frame in frames:
        assert len(frame) == len(HOSTILE_NAMES)
        for row in csv.reader(io.StringIO(csv_text(frame))):
            assert not [cell for cell in row if cell[:1] in tuple("=+-@")]
        columns = [Column(name) for name in frame.columns if name in ("file", "what", "column")]
        drawn = table(frame, columns, id="names", takeaway=HOSTILE_NAMES[0], source="x").html()
        assert "<script>" not in drawn and "&lt;script&gt;alert(1)&lt;" in drawn
        assert 'href="javascript' not in drawn
        shown = html.unescape(drawn)
        assert not [name for name in HOSTILE_NAMES if name.replace("/", "_") not in shown]
