"""Large files take other roads than small ones, and arrive at the same tables."""

import shutil

import duckdb
import pytest

from helpers.config.workspace import load_workspace
from helpers.sources import straight
from helpers.tables import build, ingest, writing
from helpers.tables.build import current_generation
from helpers.tables.intake import reading

WORKSPACE = """\
company: {en: Large, zh: 大}
base_currency: EUR
time_zone: Europe/Berlin
stores:
  - id: amazon-de
    name: {en: Germany, zh: 德国}
    platform: amazon
    country: DE
    currency: EUR
    time_zone: Europe/Berlin
    tax_basis: included
"""
HEADER = (
    "amazon-order-id\tpurchase-date\torder-status\titem-status\tsku\tasin\tquantity\tcurrency"
    "\titem-price\titem-tax\tship-country"
)
#: Order, UTC time, article, quantity, price, tax. A's lines do not stand together; B is of
#: Berlin's June although of London's May.
LINES = (
    ("A", "2026-05-31T10:00:00+00:00", "x", "1", "11.90", "1.90"),
    ("B", "2026-05-31T22:30:00+00:00", "x", "2", "23.80", "3.80"),
    ("A", "2026-05-31T10:00:00+00:00", "y", "1", "5.95", "0.95"),
    ("C", "2026-06-02T10:00:00+00:00", " y ", "1", "5.95", "0.95"),
    ("A", "2026-05-31T10:00:00+00:00", "z", "3", "3.57", "0.57"),
)


def lines_of(folder, rows, large, monkeypatch):
    if large:
        monkeypatch.setattr(straight, "LARGE_TEXT", 0)
        monkeypatch.setattr(reading, "_MANY_ROWS", 0)
        monkeypatch.setattr(build, "MANY_ROWS", 0)
        monkeypatch.setattr(writing, "MANY_ROWS", 0)
    inbox = folder / "inbox" / "amazon-de"
    inbox.mkdir(parents=True)
    (folder / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    written = [
        f"{order}\t{at}\tShipped\tShipped\t{sku}\tB0{sku.strip()}\t{units}\tEUR\t{price}\t{tax}\tDE"
        for order, at, sku, units, price, tax in rows
    ]
    (inbox / "orders.txt").write_text("\n".join([HEADER, *written, ""]), encoding="utf-8")
    workspace, paths = load_workspace(str(folder))
    receipt = ingest.ingest(workspace, paths)
    generation = current_generation(paths)
    parts = f"{generation.folder}/order_lines/*/*.parquet"
    with duckdb.connect() as con:
        told = con.execute(
            "SELECT order_id, line_no, sku, local_date::VARCHAR, list_amount, tax_inside, gmv,"
            f" source_line FROM read_parquet('{parts}', hive_partitioning = false) ORDER BY ALL"
        ).fetchall()
    months = sorted(part.parent.name for part in generation.folder.glob("order_lines/*/*"))
    shutil.rmtree(folder)
    return [tuple(map(str, row)) for row in told], months, receipt.files[0]


def test_a_large_file_is_read_as_a_small_one_is(tmp_path, monkeypatch):
    small = lines_of(tmp_path / "c", LINES, False, monkeypatch)
    large = lines_of(tmp_path / "c", LINES, True, monkeypatch)
    assert large == small
    rows, months, _ = large
    assert months == ["month=2026-05", "month=2026-06"]
    # Lines of the file count from 1, and the header is the first.
    assert [(order, number, sku, day, line) for order, number, sku, day, *_, line in rows] == [
        ("A", "1", "x", "2026-05-31", "2"),
        ("A", "2", "y", "2026-05-31", "4"),
        ("A", "3", "z", "2026-05-31", "6"),
        ("B", "1", "x", "2026-06-01", "3"),
        ("C", "1", "y", "2026-06-02", "5"),
    ]
    assert rows[3][4:7] == ("23.8000", "3.8000", "20.0000")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (("D", "2026-06-03T10:00:00+00:00", "x", "many", "5.95", "0.95"), "whole number"),
        (("D", "2026-02-31T10:00:00+00:00", "x", "1", "5.95", "0.95"), "date"),
        (("C", "2026-06-02T10:00:00+00:00", "y", "1", "5,95", "0.95"), "number"),
    ],
)
def test_one_unusual_cell_is_dealt_with_as_ever(bad, reason, tmp_path, monkeypatch):
    rows = (*LINES, bad)
    small = lines_of(tmp_path / "c", rows, False, monkeypatch)
    large = lines_of(tmp_path / "c", rows, True, monkeypatch)
    assert large == small
    assert large[2].rows_quarantined == 1
    assert reason in large[2].message
