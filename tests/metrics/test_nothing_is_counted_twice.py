"""What is only there to compare with changes no metric; what two sources tell counts once."""

from __future__ import annotations

import pytest

import warehouse_builder as build
from helpers.metrics.catalogue import catalogue
from helpers.metrics.compute import compute
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period

OCTOBER = parse_period("2025-10")
STORE = {"store_id": "shop-de", "currency": "EUR"}
COMPARED_WITH = {"erp_orders", "sales_statements", "inventory_ledger"}


def orders():
    return [
        build.order_line(order_id="1", local_date="2025-10-01", list_amount="60.00"),
        build.order_line(order_id="2", local_date="2025-10-31", list_amount="40.00"),
    ]


def statement(settlement, fee="-15.00", refund="20.00", advertising="-7.00"):
    """Give a settlement and the refunds in it, over the whole of October."""
    line = STORE | {"settlement_id": settlement, "local_date": "2025-10-01"}
    return {
        "settlement_lines": [
            line | {"line_no": 1, "category": "commission", "amount": fee},
            line | {"line_no": 2, "category": "advertising", "amount": advertising},
            line | {"line_no": 3, "category": "sale", "amount": "100.00"},
            line | {"line_no": 4, "category": "refund", "amount": f"-{refund}",
                    "local_date": "2025-10-31"},
        ],
        "refunds": [STORE | {"refund_id": f"{settlement}-4", "kind": "refund", "amount": refund,
                             "local_date": "2025-10-31", "order_id": "1"}],
    }  # fmt: skip


def ads(source_line="1"):
    row = STORE | {"start_date": "2025-10-01", "end_date": "2025-10-31", "campaign": "c"}
    return [row | {"line_no": int(source_line), "spend": "7.00"}]


def figures(paths, workspace, ids):
    with Warehouse.open(paths, workspace) as warehouse:
        answer = compute(warehouse, ids, OCTOBER, ["store"])
    return {row.metric: row.value for row in answer.itertuples() if row.member == "shop-de"}


def test_no_metric_reads_what_is_only_compared_with():
    readers = {one.id: COMPARED_WITH & set(one.tables) for one in catalogue().values()}
    assert not {metric: tables for metric, tables in readers.items() if tables}


def test_cash_adds_up_the_entries_whatever_total_a_settlement_states(tmp_path):
    """Of a settlement only its days count: the total it states is compared, never added."""
    told = []
    for total in ("58.00", "999.00"):
        workspace, paths = build.make_workspace(tmp_path / total)
        build.write_table(paths, "order_lines", orders(), source="amazon_all_orders")
        build.write_tables(paths, statement("S1"), source="amazon_settlement_v2")
        paid = STORE | {"settlement_id": "S1", "paid_on": "2025-10-31", "last_day": "2025-10-30"}
        build.write_tables(paths, {"settlements": [paid | {"stated_total": total}]},
                           source="amazon_settlement_v2")  # fmt: skip
        cash = [one.id for one in catalogue().values() if "settlements" in one.tables]
        assert "settled_cash" in cash
        told.append(figures(paths, workspace, cash))
    assert told[0] == told[1]
    assert told[0]["settled_cash"] == 58  # 100 - 15 - 7 - 20


def test_bringing_what_is_only_compared_with_changes_no_metric(tmp_path):
    workspace, paths = build.make_workspace(tmp_path)
    build.write_table(paths, "order_lines", orders(), source="amazon_all_orders")
    build.write_tables(paths, statement("S1"), source="amazon_settlement_v2")
    build.write_table(paths, "ad_spend", ads(), source="amazon_sp_advertised_product")
    build.write_table(paths, "inventory_snapshots", [
        {"store_id": "shop-de", "local_date": "2025-10-31", "sku": "SKU-1", "on_hand": 5}
    ])  # fmt: skip

    def everything():
        with Warehouse.open(paths, workspace) as warehouse:
            return compute(warehouse, catalogue(), OCTOBER, ["store"]).to_csv(index=False)

    before = everything()
    assert "gmv,2025-10,store,shop-de,100.0" in before
    build.write_tables(paths, {
        "erp_orders": [STORE | {"erp_order_id": "E1", "line_no": 1, "order_id": "1",
                                "local_date": "2025-10-01", "sku": "SKU-1", "quantity": 900,
                                "order_amount": "999", "line_amount": "999", "refunded": "9"}],
    }, source="lingxing_orders")  # fmt: skip
    build.write_tables(paths, {
        "sales_statements": [STORE | {"local_date": "2025-10-01", "orders": 9, "units": 9,
                                      "gross_sales": "999", "returned": "99"}],
    }, source="amazon_business_report_by_date")  # fmt: skip
    build.write_tables(paths, {
        "inventory_ledger": [{"store_id": "shop-de", "local_date": "2025-10-31", "sku": "SKU-1",
                              "opening": 50, "closing": 70, "customer_returns": 20}],
    }, source="amazon_inventory_ledger")  # fmt: skip
    assert everything() == before


IDS = ["gmv", "refunds", "net_sales", "fees", "ad_spend"]


@pytest.mark.parametrize("declared", [None, "amazon_settlement_v2"])
def test_two_reports_of_one_stores_money_count_once_and_both_are_kept(tmp_path, declared):
    store = build.STORES[0] | ({"authority": {"fees": declared, "refunds": declared}}
                               if declared else {})  # fmt: skip
    workspace, paths = build.make_workspace(tmp_path, [store, build.STORES[1]])
    build.write_table(paths, "order_lines", orders(), source="amazon_all_orders")
    build.write_tables(paths, statement("S1"), source="amazon_settlement_v2")
    transactions = statement("2025-10", fee="-15.01", refund="20.02")
    build.write_tables(paths, transactions, source="amazon_date_range_transactions")
    build.write_table(paths, "ad_spend", ads(), source="amazon_sp_advertised_product")
    by_term = [ads()[0] | {"target": "mug", "spend": "6.90"}]
    build.write_table(paths, "ad_spend", by_term, source="amazon_sp_search_term")
    # Undeclared, the alphabet decides between two of the platform's own reports.
    fee, refund = (15, 20) if declared else (15.01, 20.02)
    assert figures(paths, workspace, IDS) == pytest.approx(
        {"gmv": 100, "refunds": refund, "net_sales": 100 - refund, "fees": fee, "ad_spend": 7}
    )
    with Warehouse.open(paths, workspace) as warehouse:
        beside = warehouse.not_counted("settlement_lines")
        silent = "amazon_date_range_transactions" if declared else "amazon_settlement_v2"
        assert set(beside.source) == {silent}
        assert len(beside) == 4
        other = 15.01 if declared else 15
        assert float(beside[beside.category == "commission"].amount.sum()) == -other
        assert len(warehouse.not_counted("refunds")) == 1
        assert warehouse.not_counted("ad_spend").spend.astype(float).tolist() == [6.90]
        assert warehouse.not_counted("order_lines").empty
        told = [one for one in warehouse.warnings if "come from" in one.what]
    assert {one.where for one in told} == {
        "store shop-de: ads", "store shop-de: fees", "store shop-de: refunds"
    }  # fmt: skip
    assert all(bool(one.way_out) != (declared is not None and "ads" not in one.where)
               for one in told), "who has chosen is not asked to choose"  # fmt: skip


def test_what_two_networks_bill_is_two_costs(tmp_path):
    workspace, paths = build.make_workspace(tmp_path)
    build.write_table(paths, "order_lines", orders())
    google = [ads()[0] | {"network": "google", "spend": "3.00"}]
    meta = [ads()[0] | {"network": "meta", "spend": "4.50"}]
    build.write_table(paths, "ad_spend", google, source="google_ads_campaigns")
    build.write_table(paths, "ad_spend", meta, source="meta_ads")
    assert figures(paths, workspace, ["ad_spend"]) == {"ad_spend": 7.5}
    # The same report again, newer: it replaces its own network's days and no other's.
    build.write_table(paths, "ad_spend", [meta[0] | {"spend": "5.00"}], source="meta_ads")
    newer = figures(paths, workspace, ["ad_spend"])["ad_spend"]
    assert newer in (7.5, 8.0), "one of the two files of Meta, whichever has the last word"
    with Warehouse.open(paths, workspace) as warehouse:
        assert warehouse.warnings == ()
