"""n/a is never 0, sources are never mixed over different stores, and money keeps its currency."""

from __future__ import annotations

from datetime import date

import pytest
from little_warehouse import LittleWarehouse

from helpers.metrics.compute import compute, compute_series
from helpers.metrics.notes import read_note, write_note
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.periods import Period, parse_period

OCTOBER = parse_period("2025-10")
STORES = {"shop-a": "amazon", "shop-b": "shopify"}


def ask(warehouse, metric, period: Period = OCTOBER, by=()):
    """Give one metric as member -> row."""
    answer = compute(warehouse, [metric], period, by)
    return {row.member: row for row in answer.itertuples()}


def is_empty(value) -> bool:
    return value != value


# -- no source ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "metric",
    ["ad_spend", "fees", "sessions", "stock_value", "returned_units", "refunds", "net_sales",
     "contribution", "gross_margin", "tacos", "acos", "store_cvr", "visitors", "cpc",
     "days_of_cover", "return_rate", "customers", "repurchase_rate"],
)  # fmt: skip
def test_without_a_source_there_is_no_value_and_not_0(metric):
    row = ask(LittleWarehouse({"order_lines": [{"gmv": 100}]}), metric)[""]
    assert row.status in ("no_source", "not_enough_data")
    assert is_empty(row.value)
    assert write_note(row.note, "en") and write_note(row.note, "zh")


def test_a_warehouse_without_any_rows_answers_everything_with_no_source():
    from helpers.metrics.catalogue import catalogue

    warehouse = LittleWarehouse({}, stores=STORES)
    answer = compute(warehouse, catalogue(), OCTOBER)
    assert list(answer["metric"]) == list(catalogue())
    assert set(answer["status"]) <= {"no_source", "not_enough_data", "no_baseline"}
    assert answer["value"].isna().all()


def test_a_month_without_refunds_between_months_with_refunds_is_a_true_0():
    warehouse = LittleWarehouse(
        {
            "order_lines": [{"gmv": 100}],
            "refunds": [
                {"local_date": "2025-09-10", "amount": 5},
                {"local_date": "2025-11-10", "amount": 5},
            ],
        }
    )
    assert ask(warehouse, "refunds")[""].value == 0
    assert ask(warehouse, "net_sales")[""].value == 100


def test_an_export_that_speaks_for_the_month_makes_no_refund_a_true_0():
    given = {"order_lines": [{"gmv": 100}]}
    covers = [("refunds", "shop-a", date(2025, 10, 1), date(2025, 10, 31))]
    assert ask(LittleWarehouse(given, covers=covers), "net_sales")[""].value == 100
    assert ask(LittleWarehouse(given), "net_sales")[""].status == "no_source"


def test_a_column_that_a_store_never_fills_is_no_source():
    warehouse = LittleWarehouse({"order_lines": [{}], "traffic": [{"inquiries": 3}]})
    assert ask(warehouse, "sessions")[""].status == "no_source"
    assert ask(warehouse, "inquiries")[""].value == 3


# -- scopes ---------------------------------------------------------------------------------------


def two_stores() -> LittleWarehouse:
    return LittleWarehouse(
        {
            "order_lines": [
                {"store_id": "shop-a", "gmv": 75, "landed_cost": 30},
                {"store_id": "shop-b", "gmv": 25, "landed_cost": 10, "order_id": "o2"},
            ],
            "refunds": [
                {"store_id": "shop-a", "amount": 5},
                {"store_id": "shop-b", "amount": 1},
            ],
            "settlement_lines": [{"store_id": "shop-a", "category": "commission", "amount": -10}],
            "ad_spend": [{"store_id": "shop-a", "spend": 8, "attributed_sales": 16}],
            "traffic": [{"store_id": "shop-a", "sessions": 20}],
        },
        stores=STORES,
    )


def test_additive_figures_cover_the_stores_that_have_the_source_and_say_so():
    row = ask(two_stores(), "fees")[""]
    assert (row.value, row.status) == (10, "ok")
    assert write_note(row.note, "en") == "covers 75.0% of GMV; missing: shop-b (fees)"


@pytest.mark.parametrize("metric", ["contribution", "contribution_rate", "tacos", "store_cvr"])
def test_figures_of_several_sources_are_withheld_over_a_scope_with_a_gap(metric):
    row = ask(two_stores(), metric)[""]
    assert row.status == "no_source" and is_empty(row.value)
    notes = read_note(row.note)
    assert [one["code"] for one in notes] == ["mixed"]
    assert notes[0]["missing"].keys() == {"shop-b"}
    assert notes[0]["share"] == 0.75


def test_stores_without_the_gap_keep_their_figures():
    found = ask(two_stores(), "contribution", by=["store"])
    assert found["shop-a"].value == 75 - 5 - 30 - 10 - 8
    assert found["shop-b"].status == "no_source"
    by_platform = ask(two_stores(), "contribution", by=["platform"])
    assert by_platform["amazon"].value == found["shop-a"].value
    assert by_platform["shopify"].status == "no_source"


def test_figures_of_one_source_divide_over_the_stores_that_have_it():
    row = ask(two_stores(), "acos")[""]
    assert (row.value, row.numerator, row.denominator) == (0.5, 8, 16)


def test_every_declared_store_shows_by_store():
    found = ask(two_stores(), "ad_spend", by=["store"])
    assert found.keys() == STORES.keys()
    assert found["shop-b"].status == "no_source"


def test_missing_costs_withhold_the_margin_and_tell_the_coverage():
    warehouse = LittleWarehouse(
        {
            "order_lines": [
                {"gmv": 60, "landed_cost": 20},
                {"gmv": 40, "landed_cost": None, "sku": "B"},
            ],
            "refunds": [{"amount": 0}],
        }
    )
    for metric in ("landed_cost", "gross_profit", "gross_margin"):
        row = ask(warehouse, metric)[""]
        assert row.status == "no_source" and is_empty(row.value)
        assert "unit costs cover 60.0% of merchandise GMV" in write_note(row.note, "en")
    by_product = ask(warehouse, "landed_cost", by=["product"])
    assert by_product["A"].value == 20
    assert by_product["B"].status == "no_source"


def test_fees_that_name_no_product_withhold_contribution_by_product():
    warehouse = LittleWarehouse(
        {
            "order_lines": [{"gmv": 100, "landed_cost": 0}],
            "refunds": [{"amount": 0}],
            "settlement_lines": [
                {"category": "commission", "amount": -10},
                {"category": "storage", "amount": -5, "sku": None},
            ],
            "ad_spend": [{"spend": 1, "sku": "A"}],
        }
    )
    assert ask(warehouse, "contribution")[""].value == 84
    row = ask(warehouse, "contribution", by=["product"])["A"]
    assert row.status == "no_source"
    assert read_note(row.note)[0]["code"] == "unallocated"


# -- currency -------------------------------------------------------------------------------------


def two_currencies(rate="1.2") -> LittleWarehouse:
    return LittleWarehouse(
        {
            "order_lines": [
                {"gmv": 100, "currency": "EUR"},
                {"gmv": 10, "currency": "GBP", "store_id": "shop-b", "landed_cost": 3},
            ]
        },
        rates={"GBP": rate},
    )


def test_currencies_are_added_in_the_base_currency_only():
    row = ask(two_currencies(), "gmv")[""]
    assert (row.value, row.unit) == (112, "EUR")


def test_by_currency_money_is_local_and_the_unit_says_which():
    found = ask(two_currencies(), "gmv", by=["store", "currency"])
    assert {k: (r.value, r.unit) for k, r in found.items()} == {
        "shop-a|EUR": (100, "EUR"),
        "shop-b|GBP": (10, "GBP"),
    }


def test_what_is_billed_in_another_currency_is_no_nought_in_this_one():
    warehouse = LittleWarehouse(
        {
            "order_lines": [{"gmv": 100, "currency": "EUR"}],
            "ad_spend": [{"spend": 30, "currency": "GBP"}],
        },
        rates={"GBP": "1.2"},
    )
    row = ask(warehouse, "tacos", by=["currency"])["EUR"]
    assert row.status == "not_enough_data"
    assert write_note(row.note, "en") == "one part is in another currency: shop-a"
    assert ask(warehouse, "tacos")[""].value == pytest.approx(0.36)  # 30 x 1.2 of 100


def test_what_is_kept_in_base_currency_alone_is_not_given_by_currency():
    row = ask(two_currencies(), "landed_cost", by=["currency"])[""]
    assert row.status == "no_source"
    assert write_note(row.note, "en") == "kept in the base currency only"


def test_a_missing_rate_withholds_base_amounts_and_names_currency_and_days():
    warehouse = two_currencies(rate=None)
    row = ask(warehouse, "gmv")[""]
    assert row.status == "no_source" and is_empty(row.value)
    told = read_note(row.note)[0]
    assert (told["code"], told["currency"], told["rows"]) == ("no_rate", "GBP", 1)
    assert ask(warehouse, "gmv", by=["store"])["shop-a"].value == 100
    assert ask(warehouse, "gmv", by=["currency"])["GBP"].value == 10


def test_cents_survive_a_hundred_thousand_lines():
    warehouse = LittleWarehouse({"order_lines": [{"gmv": "0.10"}]})
    warehouse.connection.execute(
        "INSERT INTO order_lines SELECT o.* FROM order_lines o, range(99999)"
    )
    assert ask(warehouse, "gmv")[""].value == 10_000.0


# -- periods --------------------------------------------------------------------------------------


def test_an_incomplete_month_is_compared_like_for_like():
    warehouse = LittleWarehouse(
        {
            "order_lines": [
                {"local_date": "2024-12-01", "gmv": 100},
                {"local_date": "2024-12-09", "gmv": 100},
                {"local_date": "2024-12-20", "gmv": 5000},
                {"local_date": "2025-11-05", "gmv": 150},
                {"local_date": "2025-11-25", "gmv": 5000},
                {"local_date": "2025-12-09", "gmv": 300},
            ]
        }
    )
    december = parse_period("2025-12")
    year, month = ask(warehouse, "gmv_yoy", december)[""], ask(warehouse, "gmv_mom", december)[""]
    assert (year.value, year.numerator, year.denominator) == (0.5, 100, 200)
    assert (month.value, month.status) == (1.0, "preliminary")
    assert "2025-12-01..2025-12-09 against 2024-12-01..2024-12-09" in write_note(year.note, "en")
    assert ask(warehouse, "gmv", december)[""].status == "preliminary"


def test_growth_without_a_whole_baseline_is_no_baseline():
    warehouse = LittleWarehouse(
        {"order_lines": [{"local_date": "2025-09-15", "gmv": 10}, {"gmv": 10}]}
    )
    assert ask(warehouse, "gmv_mom")[""].status == "no_baseline"
    assert ask(warehouse, "gmv_yoy")[""].status == "no_baseline"


def test_growth_by_store_asks_each_store_for_its_own_baseline():
    warehouse = LittleWarehouse(
        {
            "order_lines": [
                {"local_date": "2025-09-01", "gmv": 10},
                {"local_date": "2025-10-31", "gmv": 20},
                {"local_date": "2025-09-25", "gmv": 1, "store_id": "shop-b"},
                {"local_date": "2025-10-31", "gmv": 50, "store_id": "shop-b"},
            ]
        }
    )
    found = ask(warehouse, "gmv_mom", by=["store"])
    assert found["shop-a"].value == 1.0
    assert found["shop-b"].status == "no_baseline"


def test_the_opening_month_has_no_new_customers():
    warehouse = LittleWarehouse(
        {
            "order_lines": [
                {"local_date": "2025-09-02", "customer_key": "anna"},
                {"local_date": "2025-10-02", "customer_key": "anna"},
                {"local_date": "2025-10-31", "customer_key": "ben"},
                {"local_date": "2025-10-31", "customer_key": None},
            ]
        }
    )
    assert ask(warehouse, "new_customers", parse_period("2025-09"))[""].status == "no_baseline"
    october = ask(warehouse, "new_customers")[""]
    assert (october.value, october.status) == (1, "ok")
    assert write_note(october.note, "en") == "1 of 3 sale lines have no customer"
    assert write_note(october.note, "zh") == "3条销售行中有1条没有客户信息"


def test_monthly_traffic_answers_for_whole_months_only():
    warehouse = LittleWarehouse(
        {
            "order_lines": [{"local_date": "2025-09-01"}, {}],
            "traffic": [
                {"start_date": "2025-09-01", "end_date": "2025-09-30", "sessions": 10},
                {"start_date": "2025-10-01", "end_date": "2025-10-31", "sessions": 20},
            ],
        }
    )
    assert ask(warehouse, "sessions", parse_period("2025-09..2025-10"))[""].value == 30
    week = ask(warehouse, "sessions", parse_period("2025-W41"))[""]
    assert week.status == "not_enough_data" and is_empty(week.value)


def test_a_month_missing_between_reported_months_is_not_enough_data():
    warehouse = LittleWarehouse(
        {
            "order_lines": [{"local_date": "2025-08-01"}, {}],
            "traffic": [
                {"start_date": "2025-08-01", "end_date": "2025-08-31", "sessions": 10},
                {"start_date": "2025-10-01", "end_date": "2025-10-31", "sessions": 20},
            ],
        }
    )
    row = ask(warehouse, "sessions", parse_period("2025-08..2025-10"))[""]
    assert row.status == "not_enough_data"


def test_unique_visitors_are_never_added():
    days = [{"start_date": f"2025-10-{d}", "end_date": f"2025-10-{d}", "visitors": 5}
            for d in ("30", "31")]  # fmt: skip
    warehouse = LittleWarehouse({"order_lines": [{}], "traffic": days})
    row = ask(warehouse, "visitors")[""]
    assert row.status == "not_enough_data" and is_empty(row.value)
    assert ask(warehouse, "visitors", parse_period("2025-10-30"))[""].value == 5


def test_trailing_windows_need_their_days():
    warehouse = LittleWarehouse(
        {"order_lines": [{"local_date": "2025-06-01", "customer_key": "a"}, {"customer_key": "a"}]}
    )
    row = ask(warehouse, "repurchase_rate")[""]
    assert row.status == "not_enough_data"
    assert "365 days" in write_note(row.note, "en")


# -- dimensions -----------------------------------------------------------------------------------


def test_postage_never_ranks_among_products():
    warehouse = LittleWarehouse(
        {
            "order_lines": [
                {"sku": "A", "gmv": 1},
                {"sku": "B", "gmv": 2},
                {"sku": "POST", "gmv": 50, "is_merchandise": False},
            ],
            "refunds": [{"sku": "POST", "amount": 5}, {"sku": "A", "amount": 0.5}],
        }
    )
    ranked = compute(warehouse, ["gmv"], OCTOBER, ["product"], ranked=True)
    assert list(ranked["member"]) == ["B", "A"]
    assert ask(warehouse, "gmv")[""].value == 53
    assert ask(warehouse, "net_sales", by=["product"]).keys() == {"A", "B"}


def test_two_dimensions_are_joined_by_a_bar():
    found = compute(two_stores(), ["gmv"], OCTOBER, ["market", "platform"])
    assert list(found["dimension"].unique()) == ["market,platform"]
    assert list(found["member"]) == ["DE|amazon", "DE|shopify"]


def test_a_metric_that_cannot_be_cut_so_says_why():
    row = ask(two_stores(), "fees", by=["campaign"])[""]
    assert row.status == "no_source"
    assert write_note(row.note, "en") == "fees cannot be cut by campaign"


def test_orders_of_a_store_are_not_set_against_the_product_traffic_of_another():
    warehouse = LittleWarehouse(
        {
            "order_lines": [
                {"store_id": "shop-a"},
                {"store_id": "shop-b", "order_id": "o2"},
                {"store_id": "shop-a", "sku": "B", "order_id": "o3"},
            ],
            "traffic": [
                {"store_id": "shop-a", "level": "product", "sku": "A", "listing_id": "p1",
                 "sessions": 10},
                {"store_id": "shop-a", "level": "product", "sku": "B", "listing_id": "p2",
                 "sessions": 4},
                {"store_id": "shop-b", "sessions": 50},
            ],
        }
    )  # fmt: skip
    whole = ask(warehouse, "store_cvr")[""]
    assert (whole.numerator, whole.denominator) == (3, 64)
    assert "added up over products" in write_note(whole.note, "en")
    assert "added up" not in write_note(ask(warehouse, "sessions", by=["store"])["shop-b"].note,
                                        "en")  # fmt: skip
    found = ask(warehouse, "store_cvr", by=["product"])
    assert found["A"].status == "no_source"  # shop-b sold A too and has no sessions by product
    assert found["B"].value == 0.25


def test_a_store_that_opened_later_does_not_hide_the_returns_of_the_others():
    given = {
        "order_lines": [
            {"store_id": "shop-a", "order_id": "o1", "quantity": 10},
            {"store_id": "shop-a", "order_id": "o3", "local_date": date(2025, 12, 30)},
            {"store_id": "shop-b", "order_id": "o2", "local_date": date(2025, 11, 5)},
        ],
        "returns": [
            {"store_id": "shop-a", "order_id": "o1", "local_date": date(2025, 11, 20)},
            {"store_id": "shop-b", "order_id": "o2", "local_date": date(2025, 11, 25)},
        ],
    }
    # Of ten units sold in October one came back; shop-b sells since November.
    assert ask(LittleWarehouse(given), "return_rate")[""].value == pytest.approx(0.1)


def test_a_small_store_without_returns_does_not_hide_the_rate_of_the_others():
    given = {
        "order_lines": [
            {"store_id": "shop-a", "order_id": "o1", "quantity": 40, "gmv": 90, "sku": "A"},
            {"store_id": "shop-b", "order_id": "o2", "quantity": 60, "gmv": 10, "sku": "B"},
            {"store_id": "shop-a", "order_id": "o3", "local_date": date(2025, 12, 30)},
        ],
        "returns": [
            {"store_id": "shop-a", "order_id": "o1", "local_date": date(2025, 11, 20),
             "quantity": 2, "sku": "A"},
        ],
    }  # fmt: skip
    # 2 of the 40 units of shop-a; the 60 of shop-b, a tenth of GMV, are told by nobody.
    row = ask(LittleWarehouse(given), "return_rate")[""]
    assert (row.value, row.numerator, row.denominator) == (0.05, 2, 40)
    assert row.status == "ok"
    assert write_note(row.note, "en") == "covers 90.0% of GMV; missing: shop-b (returns)"
    assert write_note(row.note, "zh") == "覆盖GMV的90.0%；缺少：shop-b（退货）"
    found = ask(LittleWarehouse(given), "return_rate", by=["store"])
    assert found["shop-a"].value == 0.05
    assert found["shop-b"].status == "no_source" and is_empty(found["shop-b"].value)
    assert write_note(found["shop-b"].note, "en") == "no returns data for this scope and period"
    assert set(ask(LittleWarehouse(given), "return_rate", by=["product"])) == {"A"}
    # Nobody tells: there is no rate, and it is the returns that are missing.
    del given["returns"]
    nobody = ask(LittleWarehouse(given), "return_rate")[""]
    assert nobody.status == "no_source" and is_empty(nobody.value)
    assert write_note(nobody.note, "en") == "no returns data for this scope and period"


def test_returns_of_young_orders_stay_preliminary_where_a_store_is_missing():
    given = {
        "order_lines": [
            {"store_id": "shop-a", "order_id": "o1", "quantity": 10, "gmv": 75},
            {"store_id": "shop-b", "order_id": "o2", "quantity": 10, "gmv": 25},
        ],
        "returns": [{"store_id": "shop-a", "order_id": "o1", "quantity": 1}],
    }  # fmt: skip
    # The data end with October, and its orders may come back until 30 November: 1 of 10 so far.
    row = ask(LittleWarehouse(given), "return_rate")[""]
    assert (row.value, row.status) == (0.1, "preliminary")
    told = {one["code"]: one for one in read_note(row.note)}
    assert told["covers"]["share"] == 0.75 and told["immature"]["until"] == "2025-11-30"


# -- nothing to measure ---------------------------------------------------------------------------


def test_a_mean_of_nothing_is_not_a_missing_source():
    answered = {"kind": "request", "requested_on": date(2025, 9, 28)}
    house = LittleWarehouse({
        "order_lines": [{"local_date": date(2025, 9, 1)}, {}],
        "actions": [answered | {"answered_on": date(2025, 9, 30)}],
    })  # fmt: skip
    september = ask(house, "team_response_cycle", parse_period("2025-09"))[""]
    assert (september.value, september.status) == (2, "ok")
    row = ask(house, "team_response_cycle")[""]
    assert row.status == "not_enough_data" and is_empty(row.value)
    assert write_note(row.note, "en") == "nothing to measure in this period"
    assert write_note(row.note, "zh") == "本期没有可计算的记录"
    without = ask(LittleWarehouse({"order_lines": [{}]}), "team_response_cycle")[""]
    assert without.status == "no_source"


def test_a_share_of_nothing_is_told_by_its_denominator():
    # Tickets are kept in September and in November; in October there is no order to divide by.
    house = LittleWarehouse({
        "order_lines": [{"local_date": date(2025, 9, 1)}, {"local_date": date(2025, 11, 30)}],
        "service_tickets": [
            {"ticket_id": "t1", "local_date": date(2025, 9, 2)},
            {"ticket_id": "t2", "local_date": date(2025, 11, 2)},
        ],
    })  # fmt: skip
    row = ask(house, "enquiry_volume")[""]
    assert row.status == "not_enough_data"
    assert write_note(row.note, "en") == "the denominator is 0"


def test_each_column_comes_from_the_first_level_that_reports_it():
    store = {"start_date": date(2025, 10, 1), "end_date": date(2025, 10, 31)}
    warehouse = LittleWarehouse(
        {
            "order_lines": [{}],
            "traffic": [
                # The platform's overview knows visits and people, and nothing of what was shown.
                store | {"sessions": 50, "visitors": 40, "inquirers": 6, "tm_users": 2},
                store | {"level": "product", "listing_id": "p1", "visitors": 30, "inquiries": 5,
                         "inquirers": 5, "impressions": 700, "clicks": 21},
                store | {"level": "product", "listing_id": "p2", "visitors": 25, "inquiries": 3,
                         "inquirers": 3, "impressions": 300, "clicks": 9},
            ],
        }
    )  # fmt: skip
    # One order, 50 visits; 6 of 40 people asked; 8 inquiries on 30 clicks; 30 of 1000 seen.
    for metric, value in {
        "sessions": 50, "store_cvr": 1 / 50, "visitors": 40, "inquirers": 6,
        "inquiry_conversion": 6 / 40, "tm_consults": 2, "leads": 8, "inquiries": 8, "clicks": 30,
        "impressions": 1000, "inquiries_per_click": 8 / 30, "ctr": 0.03,
    }.items():  # fmt: skip
        row = ask(warehouse, metric)[""]
        assert (row.status, row.value) == ("ok", pytest.approx(value)), metric


def test_unknown_ids_and_dimensions_are_told_all_at_once():
    with pytest.raises(AskedWrongly, match="did you mean gmv") as trouble:
        compute(two_stores(), ["gmw", "orders"], OCTOBER)
    assert len(trouble.value.faults) == 2
    with pytest.raises(AskedWrongly, match="'markt' is no dimension; did you mean 'market'"):
        compute(two_stores(), ["gmv"], OCTOBER, ["markt"])


# -- series ---------------------------------------------------------------------------------------


def test_a_series_gives_what_each_period_gives_alone():
    import pandas as pd

    warehouse = LittleWarehouse(
        {
            "order_lines": [
                {"local_date": f"2025-{m:02d}-{d:02d}", "gmv": m * 10 + d, "order_id": f"{m}{d}",
                 "customer_key": f"c{(m * d) % 5}"}
                for m in range(1, 11) for d in (1, 15, 28)
            ] + [{"gmv": 7}],
            "refunds": [{"local_date": f"2025-{m:02d}-20", "amount": m} for m in range(1, 11)],
        }
    )  # fmt: skip
    ids = ["gmv", "net_sales", "gmv_mom", "orders_count", "aov", "customers", "new_customers"]
    periods = [*OCTOBER.last_months(6), parse_period("2025-Q2"), parse_period("2025-08-10")]
    together = compute_series(warehouse, ids, periods)
    for period in periods:
        alone = compute(warehouse, ids, period)
        part = together[together["period"] == period.text].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone)


def test_many_windows_take_one_query_that_is_written_once(monkeypatch):
    from helpers.metrics import measuring, spans

    asked, written = [], []
    fetched, compiled = measuring.fetched, spans.Spans.text
    monkeypatch.setattr(measuring, "fetched", lambda one: asked.append(one) or fetched(one))

    def text(own, shape, query):
        return compiled(own, shape, lambda: written.append(shape) or query())

    monkeypatch.setattr(spans.Spans, "text", text)
    warehouse, ids = two_stores(), ["gmv", "orders_count", "aov"]
    # Overlapping ones as well: months, their quarters, and the year.
    for periods in (
        OCTOBER.last_months(2),
        OCTOBER.last_months(24),
        [OCTOBER, parse_period("2025"), parse_period("2025-Q4"), parse_period("2025-Q2")],
    ):
        asked.clear()
        compute_series(warehouse, ids, periods)
        assert len(asked) == 1
    assert len(written) == 1
