"""Stock in several warehouses of one store is added up; an article stays one article."""

from __future__ import annotations

import pytest

import warehouse_builder as build
from helpers.metrics.compute import compute
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period

OCTOBER = parse_period("2025-10")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    workspace, paths = build.make_workspace(tmp_path_factory.mktemp("company"))

    def snapshot(day, warehouse, sku, on_hand, inbound=0):
        return {"store_id": "shop-de", "local_date": f"2025-10-{day}", "warehouse": warehouse,
                "sku": sku, "on_hand": on_hand, "inbound": inbound}  # fmt: skip

    # The platform counts on the 31st, the company's own warehouse counted on the 30th.
    platform = [snapshot("01", None, "A", 50), snapshot("31", None, "A", 10, 7),
                snapshot("31", None, "B", 4)]  # fmt: skip
    own = [snapshot("30", "深圳仓", "A", 20), snapshot("30", "深圳仓", "C", 6)]
    build.write_table(paths, "inventory_snapshots", platform, source="fba")
    build.write_table(paths, "inventory_snapshots", own, source="erp")
    cost = {"valid_from": "2025-01-01", "currency": "EUR"}
    build.write_table(paths, "landed_costs", [
        cost | {"sku": "A", "unit_cost": "2"}, cost | {"sku": "B", "unit_cost": "3"},
        cost | {"sku": "C", "unit_cost": "5"},
    ])  # fmt: skip
    # Sold in October: 24 of A, 4 of B, none of C. One year before, so that a year's mean has one.
    build.write_table(paths, "order_lines", [
        build.order_line(order_id="0", sku="Z", local_date="2024-10-01"),
        build.order_line(order_id="1", sku="A", quantity=24),
        build.order_line(order_id="2", sku="B", quantity=4, local_date="2025-10-31"),
    ])  # fmt: skip
    with Warehouse.open(paths, workspace) as opened:
        yield paths, opened


def test_metrics_add_up_the_warehouses(company):
    _, warehouse = company
    ids = ["on_hand_units", "inbound_units", "stock_value", "sell_through", "unsalable_rate",
           "below_safety_share", "average_stock_value"]  # fmt: skip
    answer = compute(warehouse, ids, OCTOBER)
    found = {row.metric: row.value for row in answer.itertuples()}
    assert found["on_hand_units"] == 40  # 10 + 4 on the 31st, 20 + 6 on the 30th
    assert found["inbound_units"] == 7
    assert found["stock_value"] == 102  # A 30 x 2, B 4 x 3, C 6 x 5
    assert found["sell_through"] == pytest.approx(2 / 3)  # A and B of three articles
    assert found["unsalable_rate"] == pytest.approx(30 / 102)  # C alone
    # A has 30 against 1.5 x 24 = 36, B 4 against 6; C sold nothing.
    assert found["below_safety_share"] == pytest.approx(2 / 3)
    # The platform's: (100 on the 1st + 32 on the 31st) / 2; the company's own: 70 once.
    assert found["average_stock_value"] == 66 + 70


def test_the_cover_table_adds_up_the_warehouses(company):
    from helpers.analysis.desk import open_desk
    from helpers.analysis.inventory.cover import cover_table

    paths, _ = company
    desk = open_desk(str(paths.root), "2025-10", "en")
    table = cover_table(desk).set_index("member")
    assert table["on_hand"].to_dict() == {"A": 30, "B": 4, "C": 6}
    assert table["stock_value"].to_dict() == {"A": 60, "B": 12, "C": 30}
    # Ordinary days: since 1 October, but for Amazon's two Big Deal Days.
    assert table.loc["A", "cover_days"] == pytest.approx(30 / (24 / 29))


def test_no_warning_is_raised_about_two_places(company):
    _, warehouse = company
    assert not [one for one in warehouse.warnings if "stock" in str(one)]
