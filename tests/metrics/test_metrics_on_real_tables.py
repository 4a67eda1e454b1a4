"""The same answers from the real warehouse: contracts, build, rates and derived columns."""

from __future__ import annotations

from collections import defaultdict

import pytest

import warehouse_builder as build
from helpers.metrics.catalogue import catalogue
from helpers.metrics.compute import compute
from helpers.metrics.dimensions import DIMENSIONS
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period

OCTOBER = parse_period("2025-10")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    workspace, paths = build.make_workspace(tmp_path_factory.mktemp("company"))
    lines = [
        build.order_line(order_id="A", list_amount="119.00", tax_inside="19.00", quantity=2),
        build.order_line(order_id="B", list_amount="50.00", seller_discount="5.00",
                         tax_inside="0.00", local_date="2025-10-31"),
        build.order_line(order_id="C", list_amount="9.99", is_merchandise=False, sku="POST",
                         tax_inside="0.00"),
        build.order_line(store_id="shop-uk", order_id="A", currency="GBP", list_amount="20.00",
                         sku="SKU-2"),
    ]  # fmt: skip
    refund = {"store_id": "shop-de", "refund_id": "r1", "kind": "refund", "currency": "EUR",
              "local_date": "2025-10-20", "amount": "4.50", "sku": "SKU-1"}  # fmt: skip
    # Two files: one that held both would speak for the refunds of both shops.
    build.write_table(paths, "order_lines", lines)
    build.write_table(paths, "refunds", [refund])
    cost = {"sku": "SKU-1", "valid_from": "2025-01-01", "currency": "EUR", "unit_cost": "12.50"}
    build.write_table(paths, "landed_costs", [cost])
    with Warehouse.open(paths, workspace) as opened:
        yield opened


def values(warehouse, ids, by=()):
    answer = compute(warehouse, ids, OCTOBER, by)
    return {(row.metric, row.member): (row.value, row.status) for row in answer.itertuples()}


def test_sales_orders_and_tax(warehouse):
    found = values(warehouse, ["gmv", "orders_count", "tax", "units_sold"], ["store"])
    # 119 - 19, 50 - 5, 9.99 of postage; 20 pounds at the day's rate come beside it.
    assert found["gmv", "shop-de"] == (100 + 45 + 9.99, "ok")
    assert found["orders_count", "shop-de"] == (3, "ok")
    assert found["tax", "shop-de"] == (19, "ok")
    assert found["units_sold", "shop-de"] == (3, "ok")
    local = values(warehouse, ["gmv"], ["store", "currency"])
    assert local["gmv", "shop-uk|GBP"] == (20, "ok")


def test_net_sales_and_margin_only_where_sources_and_costs_are_whole(warehouse):
    found = values(warehouse, ["net_sales", "gross_profit", "landed_cost"], ["store"])
    assert found["net_sales", "shop-de"] == (154.99 - 4.5, "ok")
    assert found["landed_cost", "shop-de"] == (3 * 12.5, "ok")
    assert found["gross_profit", "shop-de"] == (112.99, "ok")  # 154.99 - 4.50 - 37.50
    assert found["net_sales", "shop-uk"][1] == "no_source"
    assert found["landed_cost", "shop-uk"][1] == "no_source"
    assert values(warehouse, ["net_sales"])["net_sales", ""][1] == "no_source"


def some_of_all_tables(turn: int) -> list[str]:
    """Give one metric for each set of tables that any metric reads; another one each turn."""
    alike = defaultdict(list)
    for one in catalogue().values():
        alike[frozenset(one.tables)].append(one.id)
    return [ids[turn % len(ids)] for ids in alike.values()]


def check_answered(warehouse, ids, by):
    answer = compute(warehouse, ids, OCTOBER, by)
    assert set(answer["metric"]) == set(ids)
    assert (answer["value"].isna() == ~answer["status"].isin(["ok", "preliminary"])).all()


@pytest.mark.parametrize("by", [(), ("market", "product")])
def test_every_metric_answers(warehouse, by):
    check_answered(warehouse, list(catalogue()), by)


@pytest.mark.parametrize(("turn", "by"), list(enumerate(DIMENSIONS)))
def test_every_table_answers_by_every_dimension(warehouse, turn, by):
    check_answered(warehouse, some_of_all_tables(turn), (by,))
