"""Net sales and contribution: what two reports tell of one refund, fee or ad is subtracted once.

One store, one month, every report that tells of the same euros:

    order A   list 119.00, tax inside 19.00                                   GMV  100.00
    order B   list  71.40, seller discount 11.90, tax inside 9.50             GMV   50.00
    GMV                                                                            150.00
    refund    23.80 back to the buyer of A, 3.80 of it tax: in the settlement,
              in the refunds made of it, as a return line of the order, and as
              a unit in the warehouse's returns                                    -20.00
    net sales                                                                      130.00
    goods     3 units at 20.00; what came back is no credit                        -60.00
    fees      commission 15.00, less 3.00 given back with the refund,
              and fulfilment 6.00                                                  -18.00
    ads       8.00: in the settlement, in the report by product and, as 7.90,
              in the report by search term                                          -8.00
    contribution                                                                    44.00
"""

from __future__ import annotations

import math

import pytest

import warehouse_builder as build
from helpers.metrics.compute import compute
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period

OCTOBER = parse_period("2025-10")
STORE = {"store_id": "shop-de", "currency": "EUR"}
EXPECTED = {
    "gmv": 150, "refunds": 20, "net_sales": 130, "landed_cost": 60, "gross_profit": 70,
    "fees": 18, "ad_spend": 8, "contribution": 44, "contribution_rate": 44 / 130,
    "returned_units": 1,
}  # fmt: skip
#: Told in the settlement as well, for the cash: neither fee nor cost there.
ELSEWHERE = ("refund", "advertising", "sale", "tax")


def orders():
    sold = {"sku": "SKU-1", "local_date": "2025-10-01"}
    return [
        build.order_line(order_id="A", quantity=2, list_amount="119.00", tax_inside="19.00",
                         **sold),
        build.order_line(order_id="B", list_amount="71.40", seller_discount="11.90",
                         tax_inside="9.50", **sold | {"local_date": "2025-10-31"}),
        build.order_line(order_id="A", line_no=2, kind="return", list_amount="-23.80",
                         **sold | {"local_date": "2025-10-20"}),
    ]  # fmt: skip


def settlement():
    told = [
        ("sale", "150.00"), ("tax", "28.50"), ("commission", "-15.00"), ("fulfilment", "-6.00"),
        ("refund", "-20.00"), ("tax", "-3.80"), ("commission", "3.00"), ("advertising", "-8.00"),
    ]  # fmt: skip
    return [
        STORE | {"settlement_id": "S1", "line_no": number, "category": category, "amount": amount,
                 "local_date": "2025-10-01" if number == 1 else "2025-10-31"}
        for number, (category, amount) in enumerate(told, start=1)
    ]  # fmt: skip


def ads(spend, **more):
    row = {"start_date": "2025-10-01", "end_date": "2025-10-31", "campaign": "c", "line_no": 1}
    return [STORE | row | {"spend": spend} | more]


def write(folder, settled, with_ads=True):
    """Bring every report of the month, each as a file of its own."""
    workspace, paths = build.make_workspace(folder)
    build.write_table(paths, "landed_costs", [
        {"sku": "SKU-1", "valid_from": "2025-01-01", "currency": "EUR", "unit_cost": "20.00"}
    ])  # fmt: skip
    build.write_table(paths, "order_lines", orders(), source="amazon_all_orders")
    refund = STORE | {"refund_id": "S1-5", "kind": "refund", "amount": "20.00", "order_id": "A",
                      "local_date": "2025-10-31"}  # fmt: skip
    build.write_tables(
        paths, {"settlement_lines": settled, "refunds": [refund]}, source="amazon_settlement_v2"
    )
    build.write_table(paths, "returns", [
        {"store_id": "shop-de", "order_id": "A", "sku": "SKU-1", "local_date": "2025-10-20",
         "line_no": 1, "quantity": 1}
    ], source="amazon_fba_returns")  # fmt: skip
    if with_ads:
        build.write_table(paths, "ad_spend", ads("8.00"), source="amazon_sp_advertised_product")
        build.write_table(
            paths, "ad_spend", ads("7.90", target="mug"), source="amazon_sp_search_term"
        )
    return workspace, paths


def ask(workspace, paths):
    with Warehouse.open(paths, workspace) as warehouse:
        answer = compute(warehouse, EXPECTED, OCTOBER, ["store"])
    return {row.metric: row for row in answer.itertuples() if row.member == "shop-de"}


def test_refund_return_fee_and_ad_are_subtracted_once_each(tmp_path):
    found = ask(*write(tmp_path, settlement()))
    assert {one: row.value for one, row in found.items()} == pytest.approx(EXPECTED)
    assert {row.status for row in found.values()} == {"ok"}


def test_what_the_settlement_tells_of_refunds_and_ads_changes_nothing(tmp_path):
    fees_only = [row for row in settlement() if row["category"] not in ELSEWHERE]
    found = ask(*write(tmp_path, fees_only))
    assert {one: row.value for one, row in found.items()} == pytest.approx(EXPECTED)


def test_without_the_ad_report_there_is_no_contribution_rather_than_a_better_one(tmp_path):
    found = ask(*write(tmp_path, settlement(), with_ads=False))
    assert found["contribution"].status == "no_source"
    assert math.isnan(found["contribution"].value), "52 would be the settlement's ads forgotten"
    assert found["net_sales"].value == 130
