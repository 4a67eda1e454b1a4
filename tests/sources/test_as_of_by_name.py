"""Of two exports alike but for a cancellation, the day in the file's name tells the newer."""

from datetime import date
from pathlib import Path

import pytest

from helpers.config.workspace import load_workspace
from helpers.sources.place import day_in
from helpers.tables.ingest import ingest
from helpers.tables.warehouse import Warehouse

HEAD = "Order ID,Order Status,SKU ID,Seller SKU,Product Name,Quantity,SKU Subtotal Before Discount,\
SKU Platform Discount,SKU Seller Discount,Order Refund Amount,Created Time\n"
LINE = "577,{status},1,S,Cup,1,10.00,0,0,0,03/10/2025 10:00:00\n"
WORKSPACE = """
company: {en: Test, zh: 测试}
base_currency: USD
time_zone: UTC
stores:
  - {id: tiktok-sg, name: {en: SG, zh: 新}, platform: tiktok, currency: USD, time_zone: UTC,
     country: SG, tax_basis: excluded, undated_refunds: order_day}
files:
  - {glob: "**/tiktok_*.csv", store: tiktok-sg, as_of: in_name}
"""


@pytest.mark.parametrize("cancelled_on", ["2025-11-02", "2025-11-20"])
def test_the_export_with_the_later_day_in_its_name_is_believed(tmp_path: Path, cancelled_on: str):
    other = "2025-11-02" if cancelled_on == "2025-11-20" else "2025-11-20"
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    for day, status in ((cancelled_on, "Canceled"), (other, "Completed")):
        text = HEAD + LINE.format(status=status)
        (inbox / f"tiktok_{day}.csv").write_text(text, encoding="utf-8")
    workspace, paths = load_workspace(str(tmp_path))
    assert ingest(workspace, paths).ok
    with Warehouse.open(paths, workspace) as warehouse:
        (gmv,) = warehouse.sql("SELECT sum(gmv) AS gmv FROM order_lines")["gmv"]
    assert gmv == (0 if cancelled_on == "2025-11-20" else 10)


def test_a_name_without_one_clear_day_says_nothing():
    assert day_in("orders_2026-01-05.csv") == date(2026, 1, 5)
    assert day_in("orders-20260105-2.csv") == date(2026, 1, 5)
    assert day_in("2026-01-01_2026-01-31.csv") is None, "a span is no day of download"
    assert day_in("order 5772026010512345.csv") is None
    assert day_in("2026-02-31.csv") is None
