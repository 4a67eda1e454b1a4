"""Cash counts when it comes, at that day's rate; shared costs are told by whole months."""

from __future__ import annotations

from datetime import date

from little_warehouse import LittleWarehouse

from helpers.metrics.compute import compute
from helpers.metrics.notes import write_note
from helpers.vocabulary.periods import parse_period

STORES = {"shop-a": "amazon", "shop-b": "shopify"}
PAYOUTS = {
    "order_lines": [{"gmv": 100}, {"store_id": "shop-b", "gmv": 100}],
    "settlements": [
        {"settlement_id": "s1", "paid_on": date(2025, 10, 20), "last_day": date(2025, 10, 18),
         "currency": "USD", "stated_total": 1},
    ],
    "settlement_lines": [
        {"settlement_id": "s1", "currency": "USD", "category": "sale", "amount": 100},
        {"settlement_id": "s1", "currency": "USD", "category": "reserve", "amount": -18},
        # A bare list of fees is no settlement and says nothing of cash.
        {"store_id": "shop-b", "settlement_id": "fees-1", "category": "commission", "amount": -9},
    ],
}  # fmt: skip


def ask(warehouse, metric, period, by=()):
    answer = compute(warehouse, [metric], parse_period(period), by)
    return {row.member: row for row in answer.itertuples()}


def test_cash_is_told_of_the_stores_that_state_payouts_and_the_others_are_named():
    warehouse = LittleWarehouse(PAYOUTS, STORES, rates={"USD": "0.9"})
    total = ask(warehouse, "settled_cash", "2025-10")[""]
    assert total.value == 73.8  # (100 - 18) x 0.9
    assert write_note(total.note, "en") == ("covers 50.0% of GMV; missing: shop-b (settlements)")
    stores = ask(warehouse, "settled_cash", "2025-10", ["store"])
    assert stores["shop-a"].value == 73.8
    assert stores["shop-b"].status == "no_source"


def test_money_of_a_currency_without_a_rate_is_no_figure():
    warehouse = LittleWarehouse(PAYOUTS, STORES, rates={"USD": None})
    row = ask(warehouse, "settled_cash", "2025-10", ["store"])["shop-a"]
    assert row.status == "no_source"
    local = ask(warehouse, "settled_cash", "2025-10", ["currency"])["USD"]
    assert (local.value, local.unit) == (82, "USD")


def test_entries_of_other_days_without_a_rate_are_told_too():
    """What was booked in September is paid in October: October's own entries lack no rate."""
    told = {**PAYOUTS, "settlement_lines": [
        {**one, "local_date": date(2025, 9, 28)} for one in PAYOUTS["settlement_lines"]
    ]}  # fmt: skip
    warehouse = LittleWarehouse(told, STORES, rates={"USD": None})
    for metric in ("settled_cash", "platform_reserve"):
        row = ask(warehouse, metric, "2025-10", ["store"])["shop-a"]
        assert row.status == "no_source" and row.value != row.value, metric
        assert "no USD exchange rate for 2025-09-28" in write_note(row.note, "en"), metric


def test_a_week_holds_no_whole_month_of_shared_costs():
    month = {"month_start": date(2025, 10, 1), "end_date": date(2025, 10, 31), "category": "rent",
             "amount": 300}  # fmt: skip
    warehouse = LittleWarehouse({"order_lines": [{"gmv": 1}], "shared_costs": [month]})
    assert ask(warehouse, "shared_costs", "2025-10")[""].value == 300
    week = ask(warehouse, "shared_costs", "2025-W42")[""]
    assert week.status == "not_enough_data"
    assert write_note(week.note, "en") == (
        "shared costs are told for longer runs of days, which this period does not hold whole"
    )


def test_shared_costs_are_of_no_store():
    month = {"month_start": date(2025, 10, 1), "end_date": date(2025, 10, 31), "category": "rent",
             "amount": 300}  # fmt: skip
    warehouse = LittleWarehouse({"order_lines": [{"gmv": 1}], "shared_costs": [month]})
    (row,) = ask(warehouse, "operating_profit", "2025-10", ["store"]).values()
    assert row.status == "no_source"


def profit_with(first_sale_of_the_other: date):
    """October: 100 - 40 - 10 - 8 of one shop less a rent of 30; the other has nothing in it."""
    warehouse = LittleWarehouse(
        {
            "order_lines": [
                {"gmv": 100, "landed_cost": 40},
                {"store_id": "shop-b", "gmv": 50, "landed_cost": 20,
                 "local_date": first_sale_of_the_other},
            ],
            "refunds": [{"amount": 0}],
            "settlement_lines": [{"category": "commission", "amount": -10}],
            "ad_spend": [{"spend": 8}],
            "shared_costs": [{"month_start": date(2025, 10, 1), "end_date": date(2025, 10, 31),
                              "category": "rent", "amount": 30}],
        },
        STORES,
    )  # fmt: skip
    return ask(warehouse, "operating_profit", "2025-10")[""]


def test_a_shop_that_opens_later_has_nothing_to_lack():
    assert profit_with(date(2025, 11, 3)).value == 12
    already_open = profit_with(date(2025, 9, 3))
    assert already_open.status == "no_source"
    assert "shop-b" in write_note(already_open.note, "en")
