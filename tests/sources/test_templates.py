"""Our own templates for warehouses of the company's own: what came back, and what lies there."""

from __future__ import annotations

from datetime import date

from .export_company import Company, table


def test_a_returns_log_keeps_orders_and_numbers_what_came_twice(company: Company) -> None:
    reading = company.read(
        "returns.csv",
        table(
            ",",
            ("store_id", "return_date", "order_id", "sku", "quantity", "reason", "disposition"),
            ("own-site", "2025-10-05", "#1001", "SKU-1", 1, "DEFECTIVE", "DEFECTIVE"),
            ("own-site", "2025-10-05", "#1001", "SKU-1", 2, "", ""),
            ("tiktok-th", "31/10/2025", "577000000000104729", "0007", 1, "UNWANTED_ITEM", ""),
            ("own-site", "2025-10-06", "#1002", "SKU-1", "one", "", ""),
        ),
    )  # fmt: skip
    assert (reading.source, reading.store_id) == ("returns_log", None)
    assert company.rows(
        reading, "returns", "store_id, local_date, order_id, sku, line_no, quantity, reason"
    ) == [
        ("own-site", date(2025, 10, 5), "#1001", "SKU-1", 1, 1, "DEFECTIVE"),
        ("own-site", date(2025, 10, 5), "#1001", "SKU-1", 2, 2, None),
        ("tiktok-th", date(2025, 10, 31), "577000000000104729", "0007", 1, 1, "UNWANTED_ITEM"),
    ]
    assert company.bad(reading) == [(5, "quantity", "one", "not_a_whole_number")]


def test_a_returns_log_may_lack_reasons(company: Company) -> None:
    header = ("store_id", "return_date", "order_id", "sku", "quantity")
    row = ("own-site", "2025-10-05", "#1001", "SKU-1", 1)
    reading = company.read("returns.csv", table(",", header, row))
    assert reading.source == "returns_log"
    assert company.rows(reading, "returns", "quantity") == [(1,)]


def test_a_stock_count_tells_nothing_from_none(company: Company) -> None:
    reading = company.read(
        "own-site/2025/stock.csv",
        table(
            ",",
            ("store_id", "count_date", "sku", "on_hand", "reserved", "inbound", "unsellable"),
            ("own-site", "2025-10-31", "SKU-1", 1250, 3, 40, 0),
            ("own-site", "2025-10-31", "SKU-2", 0, "", "", ""),
            ("tiktok-th", "2025-11-30", "SKU-1", 7, "", "", ""),
            ("nowhere", "2025-11-30", "SKU-1", 1, "", "", ""),
        ),
    )  # fmt: skip
    assert reading.source == "stock_count"
    columns = "store_id, local_date, sku, on_hand, reserved, inbound, unsellable"
    assert company.rows(reading, "inventory_snapshots", columns) == [
        ("own-site", date(2025, 10, 31), "SKU-1", 1250, 3, 40, 0),
        # What nobody counted stays unknown and is not taken for 0.
        ("own-site", date(2025, 10, 31), "SKU-2", 0, None, None, None),
        ("tiktok-th", date(2025, 11, 30), "SKU-1", 7, None, None, None),
    ]
    assert company.bad(reading) == [(5, "store_id", "nowhere", "unknown_store")]
