"""The profit statement: every line once, every row spread the same way, and all of it adds up."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.desk import desk_at
from helpers.analysis.statement import COSTS, TOTAL, spread, statement, statement_takeaway
from helpers.tables.warehouse import Warehouse
from warehouse_builder import STORES as BUILT
from warehouse_builder import make_workspace, order_line, write_table

weights = st.dictionaries(
    st.text(min_size=1, max_size=3), st.floats(-1e6, 1e6), min_size=1, max_size=8
)


@given(st.floats(-1e7, 1e7), weights)
def test_what_is_spread_adds_up_and_nobody_without_sales_bears_a_part(amount, sold):
    parts = spread(amount, sold)
    assert parts.keys() == sold.keys()
    assert math.isclose(sum(parts.values()), amount, rel_tol=1e-9, abs_tol=1e-6)
    if any(weight > 1e-3 for weight in sold.values()):
        assert all(parts[key] == 0 for key, weight in sold.items() if weight <= 0)


#: One shop; that it sells from Britain says nothing of where its buyers live.
STORES = [{key: value for key, value in store.items() if key != "country"} for store in BUILT[1:]]


def sale(order, amount, country, **given):
    """One unit sold by the British shop, whose prices hold no tax; the base is pounds."""
    return order_line(store_id="shop-uk", order_id=order, list_amount=amount, currency="GBP",
                      country=country, **given)  # fmt: skip


def fee(line, category, amount, country=None):
    return {"store_id": "shop-uk", "settlement_id": "s", "line_no": line, "currency": "GBP",
            "local_date": "2025-10-20", "category": category, "amount": amount,
            "country": country}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """October 2025: 300 sold to Britain, 100 to Ireland; some costs name a country, some none."""
    workspace, paths = make_workspace(
        tmp_path_factory.mktemp("profit"), STORES, base_currency="GBP"
    )
    write_table(paths, "order_lines", [
        sale("a", "300.00", "GB", sku="A"), sale("b", "100.00", "IE", sku="B"),
    ])  # fmt: skip
    write_table(paths, "refunds", [
        {"store_id": "shop-uk", "refund_id": "r", "order_id": "b", "local_date": "2025-10-21",
         "currency": "GBP", "amount": "20.00", "kind": "refund", "country": "IE"},
    ])  # fmt: skip
    write_table(paths, "landed_costs", [
        {"sku": sku, "valid_from": "2025-01-01", "currency": "GBP", "unit_cost": cost}
        for sku, cost in (("A", "90.00"), ("B", "40.00"))
    ])  # fmt: skip
    write_table(paths, "settlement_lines", [
        fee(1, "commission", "-30.00", "GB"), fee(2, "commission", "-10.00", "IE"),
        fee(3, "storage", "-8.00"),
    ])  # fmt: skip
    write_table(paths, "ad_spend", [
        {"store_id": "shop-uk", "start_date": "2025-10-10", "end_date": "2025-10-10",
         "network": "google", "campaign": "c", "target": "t", "line_no": 1, "impressions": 10,
         "clicks": 1, "spend": "16.00",
         "currency": "GBP"},
    ])  # fmt: skip
    write_table(paths, "shared_costs", [
        {"month_start": "2025-10-01", "category": "rent", "currency": "GBP", "amount": "40.00"},
        {"month_start": "2025-10-01", "category": "photographs", "scope": "shop-uk",
         "currency": "GBP", "amount": "36.00"},
        {"month_start": "2025-09-01", "category": "rent", "currency": "GBP", "amount": "999.00"},
    ])  # fmt: skip
    return desk_at(Warehouse.open(paths, workspace), "2025-10", "en")


def test_costs_that_name_no_market_are_spread_by_sales_and_told(desk):
    rows = statement(desk, "market").set_index("member")
    assert list(rows.index) == ["GB", "IE", TOTAL]
    # Storage 8 and advertising 16 name no country: 300 to 100 makes 6 and 2, 12 and 4.
    britain, ireland = rows.loc["GB"], rows.loc["IE"]
    assert (britain["storage_fees"], ireland["storage_fees"]) == (6.0, 2.0)
    assert (britain["ad_spend"], ireland["ad_spend"]) == (12.0, 4.0)
    assert (britain["spread"], ireland["spread"]) == (18.0, 6.0)
    # 300 - 90 - 30 - 6 - 12; (100 - 20) - 40 - 10 - 2 - 4
    assert (britain["contribution"], ireland["contribution"]) == (162.0, 24.0)
    # Shared costs by net sales, 300 to 80: of 76.
    assert britain["shared_costs"] == pytest.approx(60.0)
    assert ireland["operating_profit"] == pytest.approx(24.0 - 16.0)
    assert ireland["tacos"] == 0.04


@pytest.mark.parametrize("by", ["store", "platform", "market", "category", "product"])
def test_rows_add_up_to_the_company_and_the_company_to_its_metrics(desk, by):
    rows = statement(desk, by)
    body, total = rows.iloc[:-1], rows.iloc[-1]
    for column in ("gmv", "refunds", "net_sales", *COSTS, "contribution", "shared_costs",
                   "operating_profit"):  # fmt: skip
        assert body[column].sum() == pytest.approx(total[column], abs=1e-9), column
    for metric in ("gmv", "contribution", "shared_costs", "operating_profit"):
        assert total[metric] == pytest.approx(desk.value(metric), abs=1e-9)
    assert total["lacks"] == ""


def test_an_unknown_cost_leaves_the_result_empty_and_is_named(tmp_path):
    workspace, paths = make_workspace(tmp_path, STORES, base_currency="GBP")
    write_table(paths, "order_lines", [sale("a", "300.00", "GB")])
    rows = statement(desk_at(Warehouse.open(paths, workspace), "2025-10", "en"), "market")
    row = rows.iloc[0]
    assert row["gmv"] == 300.0
    assert pd.isna(row["contribution"]) and pd.isna(row["operating_profit"])
    assert row["lacks"].startswith("Refunds, Landed cost of sales, Commission")


@pytest.fixture(scope="module")
def half_costed(tmp_path_factory):
    """Britain buys A for 300 and B for 100, Ireland A for 60; only A has a cost, 90 a unit.

    Nobody bought postage: the 8 that Britain paid for it need no unit cost.
    """
    workspace, paths = make_workspace(
        tmp_path_factory.mktemp("coverage"), STORES, base_currency="GBP"
    )
    write_table(paths, "order_lines", [
        sale("a", "300.00", "GB", sku="A"), sale("b", "100.00", "GB", sku="B"),
        sale("c", "60.00", "IE", sku="A"),
        sale("a", "8.00", "GB", line_no=2, is_merchandise=False),
    ])  # fmt: skip
    write_table(paths, "landed_costs", [
        {"sku": "A", "valid_from": "2025-01-01", "currency": "GBP", "unit_cost": "90.00"},
    ])  # fmt: skip
    return Warehouse.open(paths, workspace)


@pytest.mark.parametrize(("by", "shares", "costs"), [
    # Of Britain's goods of 400 the cost of 300 is known; a result needs all of it.
    ("market", {"GB": 300 / 400, "IE": 1.0, TOTAL: 360 / 460}, {"IE": 90.0}),
    ("product", {"A": 1.0, "B": 0.0, TOTAL: 360 / 460}, {"A": 180.0}),
    ("store", {"shop-uk": 360 / 460, TOTAL: 360 / 460}, {}),
])  # fmt: skip
def test_each_row_says_of_how_much_of_its_goods_the_cost_is_known(half_costed, by, shares, costs):
    rows = statement(desk_at(half_costed, "2025-10", "en"), by).set_index("member")
    told = rows["cost_coverage"].dropna().to_dict()
    assert told == pytest.approx(shares)
    assert rows["landed_cost"].dropna().to_dict() == costs


@pytest.mark.parametrize(("language", "words"), [
    ("en", "Landed cost of sales (unit cost known for 78.3% of goods sold)"),
    ("zh", "销货到岸成本（已有成本的商品占销售额78.3%）"),
])  # fmt: skip
def test_the_missing_cost_is_named_with_what_is_known_of_it(half_costed, language, words):
    desk = desk_at(half_costed, "2025-10", language)
    rows = statement(desk, "store")
    assert words in rows["lacks"].iloc[-1] and words in statement_takeaway(rows, desk)


def test_the_middle_is_added_up_in_one_row(desk):
    rows = statement(desk, "market", most=1)
    assert list(rows["member"]) == ["GB", "others", TOTAL]
    assert rows["operating_profit"].iloc[:-1].sum() == pytest.approx(
        rows["operating_profit"].iloc[-1]
    )


def test_the_takeaway_names_who_earns_most_and_who_loses(desk):
    # Britain 162 - 60, Ireland 24 - 16
    assert statement_takeaway(statement(desk, "market"), desk) == (
        "United Kingdom earns most: operating profit £102."
    )
