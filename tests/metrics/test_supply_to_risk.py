"""What holds of supply, shelves, articles and risk beyond each metric's worked example."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_warehouse import LittleWarehouse

from helpers.metrics.compute import compute, compute_series
from helpers.metrics.notes import write_note
from helpers.vocabulary.periods import parse_period
from laws import examples

OCTOBER = parse_period("2025-10")


def answers(frame: pd.DataFrame) -> dict[str, float | str]:
    """Give each member's value, or its status where it has none."""
    return {
        row.member: row.value if row.value == row.value else row.status
        for row in frame.itertuples()
    }


PARCELS: dict[str, Any] = {
    "order_lines": [{"local_date": date(2025, 10, 1)}, {"local_date": date(2025, 10, 31)}],
    "shipments": [
        {"shipment_id": "s1", "mode": "parcel", "carrier": "UPS", "lane": "US-US",
         "shipped_on": date(2025, 10, 1), "promised_on": date(2025, 10, 6),
         "picked_up_on": date(2025, 10, 2), "delivered_on": date(2025, 10, 4)},
        {"shipment_id": "f1", "mode": "sea", "carrier": "COSCO", "lane": "CN-US", "store_id": None,
         "shipped_on": date(2025, 9, 1), "promised_on": date(2025, 10, 5),
         "picked_up_on": date(2025, 9, 2), "delivered_on": date(2025, 10, 9)},
    ],
}  # fmt: skip


def test_freight_is_the_companys_and_parcels_are_their_stores():
    house = LittleWarehouse(PARCELS)
    whole = compute(house, ["tracking_coverage", "shipments_due"], OCTOBER)
    # The container passed a border without a scan of its clearance.
    assert whole["value"].tolist() == [0.5, 2]
    by_store = compute(house, ["tracking_coverage"], OCTOBER, by=["store"])
    assert answers(by_store)["shop-a"] == 1


def test_carriers_and_lanes_are_told_apart():
    house = LittleWarehouse(PARCELS)
    assert answers(compute(house, ["carrier_delay"], OCTOBER, by=["carrier"])) == {
        "UPS": -2, "COSCO": 4,
    }  # fmt: skip
    assert answers(compute(house, ["delivery_days"], OCTOBER, by=["lane"])) == {"US-US": 3}


def test_suppliers_cannot_be_cut_by_store():
    house = LittleWarehouse(
        {**PARCELS, "suppliers": [{"supplier_id": "S", "active_from": date(2024, 1, 1)}]}
    )
    (row,) = compute(house, ["supplier_count"], OCTOBER, by=["store"]).itertuples()
    assert row.status == "no_source" and "no_dimension" in row.note
    (row,) = compute(house, ["supplier_score"], OCTOBER).itertuples()
    assert row.status == "no_source"


def test_a_score_of_nothing_received_is_no_nought():
    house = LittleWarehouse({
        **PARCELS,
        "purchase_orders": [
            {"po_id": "P1", "supplier_id": "S", "quantity": 5, "received_quantity": 5,
             "inspected_quantity": 5, "failed_quantity": 0, "ordered_on": date(2025, 8, 1),
             "promised_on": date(2025, 9, 9), "received_on": date(2025, 9, 9)},
        ],
    })  # fmt: skip
    periods = [parse_period("2025-09"), OCTOBER]
    found = compute_series(house, ["supplier_score", "supplier_otd"], periods)
    told = found.set_index(["metric", "period"])["value"]
    assert told["supplier_score", "2025-09"] == 100 and told["supplier_otd", "2025-09"] == 1
    assert told.isna()["supplier_score", "2025-10"] and told.isna()["supplier_otd", "2025-10"]


def test_several_windows_at_once_answer_as_each_alone():
    """Functions that shift their windows must not mix them up."""
    days = [date(2025, 1, 1) + timedelta(days=7 * one) for one in range(44)]
    house = LittleWarehouse({
        "order_lines": [{"local_date": day, "sku": "A", "quantity": 3, "gmv": 30} for day in days],
        "inventory_snapshots": [
            {"local_date": day, "sku": "A", "on_hand": (40 * n) % 70} for n, day in enumerate(days)
        ],
        "inquiries": [
            {"inquiry_id": str(n), "local_date": day, "sku": "A"} for n, day in enumerate(days)
        ],
        "compliance_items": [{"item_id": "c", "kind": "verification",
                              "done_on": date(2025, 5, 1)}],
        "suppliers": [
            {"supplier_id": "S", "tier": "core", "active_from": date(2024, 1, 1),
             "active_to": date(2025, 6, 10)},
            {"supplier_id": "T", "tier": "core", "active_from": date(2024, 1, 1)},
        ],
        "landed_costs": [
            {"sku": "A", "valid_from": date(2023, 1, 1), "unit_cost": 4},
            {"sku": "A", "valid_from": date(2025, 4, 1), "unit_cost": 5},
        ],
    })  # fmt: skip
    metrics = ["verified_supplier_effect", "supplier_retention", "tariff_cost_change",
               "stocking_accuracy", "stockout_loss", "overstock_value"]  # fmt: skip
    periods = [parse_period(f"2025-{month:02d}") for month in (3, 5, 6, 9)]
    together = compute_series(house, metrics, periods)
    alone = pd.concat([compute(house, [one], each) for one in metrics for each in periods])
    pd.testing.assert_frame_equal(together, alone.reset_index(drop=True))
    told = together.set_index(["metric", "period"])["value"]
    assert told["supplier_retention", "2025-06"] == 0.5
    assert told["supplier_retention", "2025-09"] == 1
    assert told["tariff_cost_change", "2025-05"] == 0.25
    assert told["tariff_cost_change", "2025-03"] == 0


def test_storage_is_shared_out_over_all_that_lies_in_the_store():
    house = LittleWarehouse({
        "order_lines": [{"sku": "A", "gmv": 100}],
        "inventory_snapshots": [
            {"sku": sku, "on_hand": units} for sku, units in (("A", 60), ("B", 30), ("C", 10))
        ],
        "settlement_lines": [{"category": "storage", "amount": -50}],
    })  # fmt: skip
    found = compute(house, ["longtail_storage_fees"], OCTOBER, by=["product"])
    assert answers(found) == {"B": 15, "C": 5}


def test_what_stores_owe_is_told_of_each():
    house = LittleWarehouse(
        {"order_lines": [{"store_id": "shop-a"}, {"store_id": "shop-b"}],
         "traffic": [{"store_id": "shop-a"}], "returns": [{"store_id": "shop-a"}]},
        stores={"shop-a": "amazon", "shop-b": "shopee"},
    )  # fmt: skip
    found = compute(house, ["data_integration_rate"], OCTOBER, by=["platform"])
    assert answers(found) == {"amazon": pytest.approx(3 / 7), "shopee": pytest.approx(1 / 7)}


def test_a_young_verification_is_not_judged():
    house = LittleWarehouse({
        "order_lines": [{"local_date": date(2025, 1, 1)}, {"local_date": date(2025, 10, 31)}],
        "inquiries": [{"inquiry_id": "i", "local_date": date(2025, 10, 20)}],
        "compliance_items": [
            {"item_id": "c", "kind": "verification", "done_on": date(2025, 10, 5)}
        ],
    })  # fmt: skip
    (row,) = compute(house, ["verified_supplier_effect"], OCTOBER).itertuples()
    assert row.status == "not_enough_data" and "no_verification" in row.note


def test_the_effect_of_a_verification_names_its_day():
    lines = [{"local_date": date(2025, 1, 1)}, {"local_date": date(2025, 10, 31)}]
    days = [date(2025, 9, 20), date(2025, 10, 5), date(2025, 10, 6)]
    house = LittleWarehouse({
        "order_lines": lines,
        "inquiries": [{"inquiry_id": str(d), "local_date": d} for d in days],
        "compliance_items": [
            {"item_id": "c", "kind": "verification", "done_on": date(2025, 10, 2)}
        ],
    })  # fmt: skip
    # Two inquiries in the thirty days from 2 October on, one in the thirty before: 2 / 1 - 1.
    (row,) = compute(house, ["verified_supplier_effect"], OCTOBER).itertuples()
    assert row.value == 1
    assert write_note(row.note, "en") == "of the verification of 2025-10-02"
    assert write_note(row.note, "zh") == "对应2025-10-02的认证"


def test_a_currency_without_a_constant_rate_is_told():
    house = LittleWarehouse({"order_lines": [{"currency": "USD", "gmv": 10, "gmv_base": 9}]})
    (row,) = compute(house, ["fx_impact"], OCTOBER).itertuples()
    assert row.status == "not_enough_data" and "no_constant_rate" in row.note


@examples(10)
@given(st.lists(st.integers(1, 9_999), min_size=1, max_size=12))
def test_every_article_sold_has_one_class_and_the_first_is_always_a(amounts: list[int]):
    house = LittleWarehouse(
        {"order_lines": [{"sku": f"P{n:02d}", "gmv": one} for n, one in enumerate(amounts)]}
    )
    found = compute(house, ["abc_class", "abc_class_b", "abc_class_c"], OCTOBER)
    counts = found["value"].tolist()
    assert sum(counts) == len(amounts) and counts[0] >= 1
    # What the A articles sell reaches 60 %, and without the last of them it would not.
    order = sorted(amounts, reverse=True)
    a = int(counts[0])
    assert sum(order[:a]) >= 0.6 * sum(order) > sum(order[: a - 1]) or a == len(order)


@examples(8)
@given(st.lists(st.integers(0, 200), min_size=1, max_size=8))
def test_life_stages_part_the_articles_on_sale(ages: list[int]):
    end = date(2025, 10, 31)
    house = LittleWarehouse({
        "products": [
            {"sku": f"P{n}", "launched_on": end - timedelta(days=age)}
            for n, age in enumerate(ages)
        ]
    })  # fmt: skip
    ids = ["lifecycle_test", "lifecycle_burst", "lifecycle_extension", "lifecycle_stage"]
    told = compute(house, ids, OCTOBER)["value"].tolist()
    assert told[:3] == [
        sum(age <= 30 for age in ages),
        sum(30 < age <= 90 for age in ages),
        sum(age > 90 for age in ages),
    ]
    assert told[3] == len(ages)


@pytest.mark.parametrize(("days", "left"), [(3, 1.0), (4, 0.0)])
def test_an_order_has_three_days_to_leave(days: int, left: float):
    house = LittleWarehouse({
        "order_lines": [
            {"order_id": "o1", "local_date": date(2025, 10, 10)},
            {"store_id": "shop-b", "order_id": "o9", "local_date": date(2025, 10, 31)},
        ],
        "shipments": [
            {"shipment_id": "s0", "mode": "parcel", "order_id": "o0",
             "shipped_on": date(2025, 10, 1)},
            {"shipment_id": "s1", "mode": "parcel", "order_id": "o1",
             "shipped_on": date(2025, 10, 10) + timedelta(days=days)},
        ],
    })  # fmt: skip
    found = compute(house, ["capacity_guarantee"], OCTOBER, by=["store"])
    assert answers(found)["shop-a"] == left
