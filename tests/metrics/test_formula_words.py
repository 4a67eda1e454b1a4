"""Each word of the formula language does what its one sentence in ``metrics.formulas`` says."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from little_warehouse import LittleWarehouse

from helpers.metrics.catalogue import catalogue, catalogue_of, read_catalogue
from helpers.metrics.compute import compute, compute_series
from helpers.metrics.facts import facts
from helpers.metrics.formulas import Leaf
from helpers.metrics.measuring import Measuring
from helpers.metrics.notes import COLUMN_WORDS, TABLE_WORDS, write_note
from helpers.vocabulary.faults import DeclarationFaulty
from helpers.vocabulary.periods import parse_period
from helpers.vocabulary.units import Status

LABEL = {"en": "x", "zh": "某"}
#: What a metric must say and no test here is about.
REST = {
    "label": LABEL, "question": LABEL, "unit": "count", "direction": "neutral", "grain": "day",
    "additive": False, "owner": "sales", "example": {"given": {}, "expect": 1},
}  # fmt: skip


def ask(
    tmp_path: Path, rows: dict[str, Any], formulas: dict[str, Any], given: dict[str, Any],
    period: str = "2025-10", by: tuple[str, ...] = (), **warehouse: Any,
) -> dict[tuple[str, str], Any]:  # fmt: skip
    """Give the answer rows by metric and member."""
    named = {name: {"label": LABEL, **one} for name, one in rows.items()}
    metrics = {name: {**REST, "formula": formula} for name, formula in formulas.items()}
    file = tmp_path / "words.yml"
    file.write_text(yaml.safe_dump({"rows": named, "metrics": metrics}), encoding="utf-8")
    answer = compute_series(
        LittleWarehouse(given, **warehouse), list(formulas), [parse_period(period)], by,
        registry=read_catalogue([file]),
    )  # fmt: skip
    return {(row.metric, row.member): row for row in answer.itertuples()}


def day(number: int) -> date:
    return date(2025, 10, number)


TICKETS = [
    # answered after 2 h, 30 h, 0.5 h; one never
    {"ticket_id": str(n), "local_date": day(3), "opened_at": datetime(2025, 10, 3, 8),
     "first_reply_at": replied, "satisfaction": stars, "kind": kind}
    for n, (replied, stars, kind) in enumerate([
        (datetime(2025, 10, 3, 10), 5, "question"),
        (datetime(2025, 10, 4, 14), 2, "complaint"),
        (datetime(2025, 10, 3, 8, 30), 4, "question"),
        (None, None, "other"),
    ])
]  # fmt: skip
ANSWER = {"from": "opened_at", "to": "first_reply_at", "unit": "hours"}


def test_statistics_of_a_column_and_of_elapsed_time(tmp_path: Path):
    found = ask(
        tmp_path,
        {"tickets": {"table": "service_tickets"}},
        {
            "mean_hours": {"kind": "mean", "rows": "tickets", "elapsed": ANSWER},
            "median_hours": {"kind": "median", "rows": "tickets", "elapsed": ANSWER},
            "slowest": {"kind": "largest", "rows": "tickets", "elapsed": ANSWER},
            "fastest": {"kind": "smallest", "rows": "tickets", "elapsed": ANSWER},
            "mean_stars": {"kind": "mean", "rows": "tickets", "column": "satisfaction"},
            "nine_in_ten": {"kind": "quantile", "at": 0.9, "rows": "tickets",
                            "column": "satisfaction"},
            "within_a_day": {"kind": "count", "rows": "tickets",
                             "where": [{"elapsed": ANSWER, "at_most": 24}]},
            "too_few": {"kind": "median", "rows": "tickets", "elapsed": ANSWER, "minimum": 4},
        },
        {"service_tickets": TICKETS},
    )  # fmt: skip
    # 2, 30 and 0.5 hours: the ticket nobody answered is no zero hours
    assert found["mean_hours", ""].value == pytest.approx(32.5 / 3)
    assert found["median_hours", ""].value == 2
    assert found["slowest", ""].value == 30
    assert found["fastest", ""].value == 0.5
    assert found["mean_stars", ""].value == pytest.approx(11 / 3)
    # between 4 and 5, at 0.9 of the way from the first to the third: 4 + 0.8
    assert found["nine_in_ten", ""].value == pytest.approx(4.8)
    assert found["within_a_day", ""].value == 2
    assert found["too_few", ""].status == Status.NOT_ENOUGH_DATA
    assert '"rows": 3, "minimum": 4' in found["too_few", ""].note


def test_means_and_medians_are_those_of_all_rows_and_not_of_stores(tmp_path: Path):
    prices = [("shop-a", 10), ("shop-a", 20), ("shop-a", 30), ("shop-b", 100)]
    listings = [
        {"store_id": store, "listing_id": str(n), "local_date": day(9), "price": price}
        for n, (store, price) in enumerate(prices)
    ]
    formulas = {kind: {"kind": kind, "rows": "listed", "column": "price"}
                for kind in ("mean", "median", "largest")}  # fmt: skip
    rows = {"listed": {"table": "listings"}}
    total = ask(tmp_path, rows, formulas, {"listings": listings})
    assert total["mean", ""].value == 40  # 160 / 4, not (20 + 100) / 2
    assert total["median", ""].value == 25  # of 10 20 30 100, not of 20 and 100
    assert total["largest", ""].value == 100
    by_store = ask(tmp_path, rows, formulas, {"listings": listings}, by=("store",))
    assert by_store["median", "shop-a"].value == 20
    assert by_store["mean", "shop-b"].value == 100


def test_money_statistics_are_in_the_base_currency_and_say_what_has_no_rate(tmp_path: Path):
    listings = [
        {"listing_id": "1", "local_date": day(9), "price": 10},
        {"listing_id": "2", "local_date": day(9), "price": 10, "currency": "USD"},
    ]
    formula = {"mean": {"kind": "mean", "rows": "listed", "column": "price"}}
    rows = {"listed": {"table": "listings"}}
    rated = ask(tmp_path, rows, formula, {"listings": listings}, rates={"USD": "0.5"})
    assert rated["mean", ""].value == 7.5
    unrated = ask(tmp_path, rows, formula, {"listings": listings})
    assert unrated["mean", ""].status == Status.NO_SOURCE


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ({"column": "satisfaction", "at_least": 4}, 2),
        ({"column": "satisfaction", "above": 4}, 1),
        ({"column": "satisfaction", "at_most": 4}, 2),
        ({"column": "satisfaction", "below": 4}, 1),
        ({"column": "kind", "not_one_of": ["question"]}, 2),
        ({"elapsed": ANSWER, "above": 24}, 1),
        ({"elapsed": ANSWER, "is_known": False}, 1),
        ({"column": "first_reply_at", "after": "opened_at"}, 3),
        ({"column": "first_reply_at", "not_after": "opened_at"}, 0),
        ({"column": "stores.platform", "equals": "own"}, 4),
    ],
)
def test_conditions(tmp_path: Path, condition: dict[str, Any], count: int):
    found = ask(
        tmp_path, {"tickets": {"table": "service_tickets"}},
        {"some": {"kind": "count", "rows": "tickets", "where": [condition]}},
        {"service_tickets": TICKETS},
    )  # fmt: skip
    assert found["some", ""].value == count


def test_conditions_that_say_nothing_or_two_things_are_refused(tmp_path: Path):
    for condition in ({"column": "kind"}, {"column": "kind", "equals": "a", "above": 1},
                      {"above": 1}, {"elapsed": ANSWER, "equals": "a"},
                      {"elapsed": {"from": "kind", "to": "opened_at"}, "above": 1}):  # fmt: skip
        formula = {"kind": "count", "rows": "tickets", "where": [condition]}
        with pytest.raises(DeclarationFaulty):
            ask(tmp_path, {"tickets": {"table": "service_tickets"}}, {"some": formula}, {})


PURCHASES = [
    # promised, received; ordered in September all of them
    {"po_id": "1", "supplier_id": "north", "sku": "A", "ordered_on": date(2025, 9, 1),
     "promised_on": day(10), "received_on": day(9), "unit_cost": 1},
    {"po_id": "2", "supplier_id": "north", "sku": "A", "ordered_on": date(2025, 9, 1),
     "promised_on": day(20), "received_on": day(25), "unit_cost": 1},
    {"po_id": "3", "supplier_id": "south", "sku": "B", "ordered_on": date(2025, 9, 1),
     "promised_on": date(2025, 11, 2), "received_on": None, "unit_cost": 1},
]  # fmt: skip


def test_rows_count_on_the_day_their_set_names_and_belong_to_the_company(tmp_path: Path):
    rows = {"due": {"table": "purchase_orders", "day": "promised_on"},
            "ordered": {"table": "purchase_orders"}}  # fmt: skip
    formulas = {
        "due": {"kind": "count", "rows": "due"},
        "on_time": {"kind": "count", "rows": "due",
                    "where": [{"column": "received_on", "not_after": "promised_on"}]},
        "otd": {"kind": "ratio", "numerator": "on_time", "denominator": "due"},
        "ordered": {"kind": "count", "rows": "ordered"},
        "late_days": {"kind": "mean", "rows": "due",
                      "elapsed": {"from": "promised_on", "to": "received_on"}},
    }  # fmt: skip
    given = {"purchase_orders": PURCHASES, "order_lines": [{}, {"store_id": "shop-b"}]}
    found = ask(tmp_path, rows, formulas, given)
    assert found["due", ""].value == 2
    assert found["otd", ""].value == 0.5
    assert found["late_days", ""].value == 2  # one day early, five days late
    assert found["ordered", ""].status == Status.NO_SOURCE  # nobody speaks of orders in October
    assert ask(tmp_path, rows, formulas, given, "2025-09")["ordered", ""].value == 3
    by_supplier = ask(tmp_path, rows, formulas, given, by=("supplier",))
    assert by_supplier["otd", "north"].value == 0.5
    by_store = ask(tmp_path, rows, formulas, given, by=("store",))
    assert by_store["due", ""].status == Status.NO_SOURCE
    assert "no_dimension" in by_store["due", ""].note


def test_rows_stand_on_the_last_day_of_the_period(tmp_path: Path):
    suppliers = [
        {"supplier_id": "old", "active_from": date(2020, 1, 1), "active_to": day(30)},
        {"supplier_id": "new", "active_from": day(31), "active_to": None},
        {"supplier_id": "ever", "active_from": None, "active_to": None},
        {"supplier_id": "next", "active_from": date(2025, 11, 1), "active_to": None},
    ]
    rows = {"standing": {"table": "suppliers",
                         "standing": {"since": "active_from", "until": "active_to"}}}  # fmt: skip
    formula = {"suppliers": {"kind": "count", "rows": "standing"}}
    given = {"suppliers": suppliers, "order_lines": [{}]}
    assert ask(tmp_path, rows, formula, given)["suppliers", ""].value == 2  # new and ever
    assert ask(tmp_path, rows, formula, given, "2025-09")["suppliers", ""].value == 2  # old, ever
    nobody = ask(tmp_path, rows, formula, {"order_lines": [{}]})
    assert nobody["suppliers", ""].status == Status.NO_SOURCE


def test_rows_of_the_last_report_are_a_state(tmp_path: Path):
    listings = [
        {"store_id": store, "listing_id": listing, "local_date": day(on), "has_video": video,
         "quality_score": score}
        for store, listing, on, video, score in [
            ("shop-a", "1", 5, True, 1.0), ("shop-a", "1", 28, False, 4.0),
            ("shop-a", "2", 28, True, 5.0), ("shop-b", "3", 20, True, 3.0),
        ]
    ]  # fmt: skip
    rows = {"listed": {"table": "listings", "last_report": True}}
    formulas = {
        "with_video": {"kind": "count", "rows": "listed",
                       "where": [{"column": "has_video", "equals": True}]},
        "quality": {"kind": "mean", "rows": "listed", "column": "quality_score"},
        "middle": {"kind": "median", "rows": "listed", "column": "quality_score"},
    }  # fmt: skip
    found = ask(tmp_path, rows, formulas, {"listings": listings})
    assert found["with_video", ""].value == 2  # 2 and 3; the state of 5 October is past
    assert found["quality", ""].value == 4  # (4 + 5 + 3) / 3
    assert found["middle", ""].value == 4
    assert "snapshot_on" in found["with_video", ""].note


def test_rows_that_name_no_store_are_of_the_whole_company(tmp_path: Path):
    shipments = [
        {"shipment_id": "1", "store_id": None, "carrier": "sea", "shipped_on": day(2), "cost": 7},
        {"shipment_id": "2", "store_id": "shop-a", "carrier": "air", "shipped_on": day(2),
         "cost": 3},
    ]  # fmt: skip
    given = {"shipments": shipments, "order_lines": [{"gmv": 100}, {"store_id": "b", "gmv": 100}]}
    rows = {"sent": {"table": "shipments"},
            "sold": {"table": "order_lines"}}  # fmt: skip
    formulas = {
        "freight": {"kind": "sum", "rows": "sent", "column": "cost"},
        "sold": {"kind": "sum", "rows": "sold", "column": "gmv"},
        "share": {"kind": "ratio", "numerator": "freight", "denominator": "sold"},
    }
    found = ask(tmp_path, rows, formulas, given)
    assert found["freight", ""].value == 10
    assert found["share", ""].value == 0.05
    assert ask(tmp_path, rows, formulas, given, by=("carrier",))["freight", "sea"].value == 7


def test_typed_figures_carry_who_typed_them_and_on_what_evidence(tmp_path: Path):
    typed = [
        {"metric_id": "headcount", "local_date": day(5), "scope": None, "value": 40,
         "evidence": "payroll.xlsx", "entered_by": "HR"},
        {"metric_id": "headcount", "local_date": day(31), "scope": "", "value": 50,
         "evidence": "payroll-2.xlsx", "entered_by": "HR"},
        {"metric_id": "headcount", "local_date": day(31), "scope": "DE", "value": 7},
        {"metric_id": "other", "local_date": day(31), "scope": "", "value": 9},
        {"metric_id": "headcount", "local_date": date(2025, 11, 1), "scope": "", "value": 60},
    ]  # fmt: skip
    formulas = {
        "headcount": {"kind": "typed"},
        "sold": {"kind": "sum", "rows": "sold", "column": "gmv"},
        "per_head": {"kind": "ratio", "numerator": "sold", "denominator": "headcount"},
    }
    rows = {"sold": {"table": "order_lines"}}
    given = {"manual_kpis": typed, "order_lines": [{"gmv": 500}]}
    found = ask(tmp_path, rows, formulas, given)
    assert found["headcount", ""].value == 50
    assert found["headcount", ""].status == Status.OK
    assert write_note(found["headcount", ""].note, "en") == "typed in by HR: payroll-2.xlsx"
    assert found["per_head", ""].value == 10
    assert '"code": "typed"' in found["per_head", ""].note  # what rests on it says so too
    by_market = ask(tmp_path, rows, formulas, given, by=("market",))
    assert by_market["headcount", "DE"].value == 7
    nobody = ask(tmp_path, rows, formulas, given, "2025-09")
    assert nobody["headcount", ""].status == Status.NO_SOURCE
    assert nobody["headcount", ""].value != nobody["headcount", ""].value


def test_typed_figures_of_a_part_are_asked_by_its_name(tmp_path: Path):
    typed = [{"metric_id": "share", "local_date": day(5), "scope": scope, "value": value}
             for scope, value in (("DE", 0.08), ("FR", 0.0345))]  # fmt: skip
    given = {"manual_kpis": typed, "order_lines": [{}]}
    found = ask(tmp_path, {}, {"share": {"kind": "typed"}}, given, by=("market",))
    assert found["share", "DE"].value == 0.08
    assert found["share", "FR"].value == pytest.approx(0.0345)
    assert ask(tmp_path, {}, {"share": {"kind": "typed"}}, given)["share", ""].status == (
        Status.NO_SOURCE
    )


def test_lift_and_gap_set_two_figures_of_the_same_days_against_each_other(tmp_path: Path):
    lines = [{"gmv": 30, "country": "US", "order_id": "1"},
             {"gmv": 10, "country": "DE", "order_id": "2"},
             {"gmv": 30, "country": "DE", "order_id": "3"}]  # fmt: skip
    rows = {
        one: {"table": "order_lines", "where": [{"column": "country", "equals": one.upper()}]}
        for one in ("us", "de", "jp")
    }
    formulas: dict[str, Any] = {
        one: {"kind": "mean", "rows": one, "column": "gmv"} for one in ("us", "de", "jp")
    }
    formulas |= {
        "lift": {"kind": "lift", "of": "us", "over": "de"},
        "gap": {"kind": "gap", "of": "us", "over": "de"},
        "nobody": {"kind": "lift", "of": "us", "over": "jp"},
    }
    found = ask(tmp_path, rows, formulas, {"order_lines": lines})
    assert found["lift", ""].value == 0.5  # 30 against (10 + 30) / 2
    assert found["gap", ""].value == 10
    assert not Status(found["nobody", ""].status).has_value


@pytest.mark.parametrize(
    ("over", "sum_"), [("year_to_date", 6), ("last_180_days", 12), ("last_365_days", None)]
)
def test_windows_that_end_with_the_period(tmp_path: Path, over: str, sum_: float | None):
    lines = [
        {"gmv": 1, "local_date": date(2025, 5, 1)},  # before the last 180 days to 31 January
        {"gmv": 10, "local_date": date(2025, 8, 5)},  # 31 January 2026 - 179 days
        {"gmv": 2, "local_date": date(2026, 1, 1)},
        {"gmv": 0, "local_date": date(2025, 8, 4)},
        {"gmv": 4, "local_date": date(2026, 1, 31)},
    ]
    if over == "last_180_days":
        lines[2]["gmv"], lines[4]["gmv"] = 1, 1
    formula = {"sold": {"kind": "sum", "rows": "sold", "column": "gmv", "over": over}}
    found = ask(tmp_path, {"sold": {"table": "order_lines"}}, formula,
                {"order_lines": lines}, "2026-01")["sold", ""]  # fmt: skip
    if sum_ is None:
        assert found.status == Status.NOT_ENOUGH_DATA
    else:
        assert found.value == sum_


def test_money_at_constant_rates_grows_as_if_no_rate_had_moved():
    lines = [{"gmv": 10, "currency": "USD"}, {"gmv": 5}]
    warehouse = LittleWarehouse(
        {"order_lines": lines}, rates={"USD": "0.9"}, constant_rates={"USD": "0.8"}
    )
    october = parse_period("2025-10")
    assert compute(warehouse, ["gmv"], october)["value"].item() == 14  # 9 + 5
    assert compute(warehouse, ["gmv"], october, constant=True)["value"].item() == 13  # 8 + 5
    unknown = LittleWarehouse({"order_lines": [{"gmv": 10, "currency": "USD"}]})
    assert compute(unknown, ["gmv"], october, constant=True)["status"].item() == Status.NO_SOURCE


def test_a_list_speaks_until_the_data_end(tmp_path: Path):
    rows = {"launched": {"table": "products", "day": "launched_on"}}
    given = {"products": [{"sku": "A", "launched_on": date(2025, 8, 1)}], "order_lines": [{}]}
    found = ask(tmp_path, rows, {"new": {"kind": "count", "rows": "launched"}}, given)["new", ""]
    assert (found.value, found.status) == (0, Status.OK)


def test_a_company_chooses_one_of_several_usual_definitions():
    lines = [{"gmv": 20, "order_id": one, "customer_key": "anna"} for one in ("o1", "o2")]
    october = parse_period("2025-10")
    for definitions, value in (({}, 20), ({"aov": "per_customer"}, 40)):
        warehouse = LittleWarehouse({"order_lines": lines}, definitions=definitions)
        assert compute(warehouse, ["aov"], october)["value"].item() == value
    chosen = catalogue_of(LittleWarehouse({}, definitions={"aov": "per_customer"}).workspace)
    assert "buyer" in chosen["aov"].definition.en
    assert "orders_count" in str(catalogue()["aov"].formula)  # nobody else's has changed


@pytest.mark.parametrize("definitions", [{"aov": "per_moon"}, {"gmv": "net"}, {"moon": "full"}])
def test_a_definition_that_nobody_knows_is_refused(definitions: dict[str, str]):
    with pytest.raises(DeclarationFaulty, match="definitions"):
        catalogue().choosing(definitions)


def test_attainment_asks_the_target_s_own_year_scope_and_baseline():
    lines = [
        {"gmv": 100, "local_date": date(2024, 6, 1), "store_id": "shop-a"},
        {"gmv": 66, "local_date": date(2025, 2, 1), "store_id": "shop-a", "order_id": "o2"},
        {"gmv": 40, "local_date": date(2025, 10, 31), "store_id": "shop-b", "order_id": "o3"},
    ]
    targets = [
        {"id": "all", "metric": "gmv", "change_kind": "relative", "value": 0.2,
         "baseline": "2024"},
        {"id": "b", "metric": "gmv", "value": 80, "dimension": "store", "member": "shop-b"},
        {"id": "next", "metric": "gmv", "value": 1, "plan_year": "2026"},
        {"id": "no-baseline", "metric": "orders_count", "change_kind": "relative", "value": 0.1,
         "baseline": "2020"},
    ]  # fmt: skip
    warehouse = LittleWarehouse({"order_lines": lines, "targets": targets})
    found = compute(warehouse, ["target_attainment"], parse_period("2025-10"))
    # 106 of 120, 40 of 80; the third has no baseline and is told
    assert found["value"].item() == pytest.approx((106 / 120 + 0.5) / 2)
    assert "no-baseline" in found["note"].item()
    by_store = compute(warehouse, ["target_attainment"], parse_period("2025-10"), by=["store"])
    assert dict(zip(by_store["member"], by_store["value"], strict=True)) == {"shop-b": 0.5}
    nobody = compute(warehouse, ["target_attainment"], parse_period("2024-10"))
    assert nobody["status"].item() == Status.NO_SOURCE


def test_a_metric_about_one_platform_says_nothing_of_other_stores(tmp_path: Path):
    customers = [
        {"store_id": "a", "customer_key": "anna", "registered_on": date(2025, 10, 2)},
        {"store_id": "s", "customer_key": "ben", "registered_on": None},
    ]
    rows = {"site": {"table": "customers", "day": "registered_on",
                     "where": [{"column": "stores.platform", "equals": "shopify"}]}}  # fmt: skip
    formula = {"new": {"kind": "count", "rows": "site"}}
    given = {"customers": customers, "order_lines": [{"store_id": "a"}, {"store_id": "s"}]}
    stores = {"a": "amazon", "s": "shopify"}
    # Amazon's days of registration are no 0 of the own site, whose list has none.
    found = ask(tmp_path, rows, formula, given, stores=stores)
    assert found["new", ""].status == Status.NO_SOURCE
    customers[1]["registered_on"] = day(3)
    found = ask(tmp_path, rows, formula, given, stores=stores)
    assert (found["new", ""].value, found["new", ""].note) == (1, "")
    by_store = ask(tmp_path, rows, formula, given, by=("store",), stores=stores)
    assert [member for _, member in by_store] == ["s"]


def test_whatever_may_be_missing_has_a_name_in_both_languages():
    assert not set(facts()) - set(TABLE_WORDS)
    measuring = Measuring(LittleWarehouse({}), ())
    leaves = [one.formula for one in catalogue().values() if isinstance(one.formula, Leaf)]
    named = {source for leaf in leaves for source in measuring._sources(leaf) if source.column}
    nameless = {
        source.told for source in named if not {source.told, source.column} & set(COLUMN_WORDS)
    }
    assert not nameless
