"""Laws that hold for any data: parts add up, ratios divide sums, growth is what it says."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_warehouse import LittleWarehouse

from helpers.metrics.catalogue import catalogue
from helpers.metrics.compute import compute
from helpers.vocabulary.faults import DeclarationFaulty
from helpers.vocabulary.periods import parse_period
from laws import examples

OCTOBER = parse_period("2025-10")
FIRST = date(2025, 9, 1)

cents = st.decimals(min_value=0, max_value=10**6, places=2)
lines = st.lists(
    st.fixed_dictionaries(
        {
            "store_id": st.sampled_from(["shop-a", "shop-b", "shop-c"]),
            "order_id": st.sampled_from([f"o{n}" for n in range(6)]),
            "local_date": st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n)),
            "status": st.sampled_from(["placed", "placed", "cancelled"]),
            "country": st.sampled_from(["DE", "FR", None]),
            "sku": st.sampled_from(["A", "B", None]),
            "currency": st.sampled_from(["EUR", "GBP"]),
            "customer_key": st.sampled_from(["anna", "ben", None]),
            "list_amount": cents,
            "quantity": st.integers(1, 9),
        }
    ),
    min_size=1,
    max_size=12,
)
laws = examples(8)


def warehouse_of(rows) -> LittleWarehouse:
    # One sale at each end keeps the periods whole.
    ends = [{"local_date": FIRST, "list_amount": 1, "order_id": "first"},
            {"local_date": date(2025, 10, 31), "list_amount": 1, "order_id": "last"}]  # fmt: skip
    return LittleWarehouse({"order_lines": [*rows, *ends]}, rates={"GBP": "1.25"})


def total(warehouse, metric, period=OCTOBER):
    (row,) = compute(warehouse, [metric], period).itertuples()
    return row


@laws
@given(lines)
def test_members_of_additive_metrics_add_up_to_the_total(rows):
    warehouse = warehouse_of(rows)
    ids = ["gmv", "list_value", "units_sold", "sale_lines", "orders_count"]
    whole = compute(warehouse, ids, OCTOBER).set_index("metric")["value"]
    for by in (["store"], ["platform"], ["store", "platform"]):
        parts = compute(warehouse, ids, OCTOBER, by).groupby("metric")["value"].sum()
        for one in ids:
            assert parts[one] == pytest.approx(whole[one], abs=1e-6)
    for by in (["market"], ["category"], ["market", "store"]):
        parts = compute(warehouse, ["gmv", "units_sold"], OCTOBER, by).groupby("metric")["value"]
        for one in ("gmv", "units_sold"):
            assert parts.sum()[one] == pytest.approx(whole[one], abs=1e-6)


@laws
@given(lines)
def test_gmv_is_the_exact_sum_worked_out_with_decimals(rows):
    expected = Decimal(1)
    for row in rows:
        if row["status"] == "placed" and row["local_date"] in OCTOBER:
            rate = Decimal("1.25") if row["currency"] == "GBP" else Decimal(1)
            expected += round(row["list_amount"] * rate, 4)
    assert total(warehouse_of(rows), "gmv").value == float(expected)


@laws
@given(lines)
def test_a_ratio_divides_the_sums_and_not_the_members_ratios(rows):
    warehouse = warehouse_of(rows)
    ratio = total(warehouse, "aov")
    assert ratio.numerator == total(warehouse, "gmv").value
    assert ratio.denominator == total(warehouse, "orders_count").value
    # Divided before either is rounded to a float: the last digit may differ.
    assert ratio.value == pytest.approx(ratio.numerator / ratio.denominator, rel=1e-12)


@laws
@given(lines)
def test_growth_is_the_change_over_the_baseline(rows):
    warehouse = warehouse_of(rows)
    now = total(warehouse, "gmv").value
    before = total(warehouse, "gmv", parse_period("2025-09")).value
    growth = total(warehouse, "gmv_mom")
    assert growth.numerator == pytest.approx(now - before)
    assert growth.denominator == pytest.approx(before)
    assert before * (1 + growth.value) == pytest.approx(now)


@laws
@given(lines)
def test_customers_and_orders_are_what_sets_of_them_hold(rows):
    warehouse = warehouse_of(rows)
    placed = [r for r in rows if r["status"] == "placed" and r["local_date"] in OCTOBER]
    orders = {(r["store_id"], r["order_id"]) for r in placed} | {("shop-a", "last")}
    assert total(warehouse, "orders_count").value == len(orders)
    buyers = {r["customer_key"] for r in placed} - {None}
    found = total(warehouse, "customers")
    if buyers:
        assert found.value == len(buyers)
    else:
        assert found.status == "no_source"
    earlier = {r["customer_key"] for r in rows
               if r["status"] == "placed" and r["local_date"] < OCTOBER.start}  # fmt: skip
    new = total(warehouse, "new_customers")
    if buyers:
        assert new.value == len(buyers - earlier)


# -- the catalogue --------------------------------------------------------------------------------

#: Ids that the business documents name (id -> unit, direction), frozen: reports, targets and
#: downloads refer to them, so they never change their meaning.
FROZEN = {
    "gmv": ("money", "+"), "gmv_yoy": ("percent", "+"), "gmv_mom": ("percent", "+"),
    "net_sales": ("money", "+"), "orders_count": ("count", "+"), "aov": ("money", "+"),
    "market_sales": ("money", "+"), "country_count": ("count", "0"),
    "top10_share": ("percent", "0"), "hits_over_1m": ("count", "+"),
    "new_product_share": ("percent", "+"), "exclusive_sku_share": ("percent", "+"),
    "gross_margin": ("percent", "+"), "user_total": ("count", "+"),
    "impressions": ("count", "+"), "visitors": ("count", "+"), "sessions": ("count", "+"),
    "page_views": ("count", "+"), "ctr": ("percent", "+"), "visitors_growth": ("percent", "+"),
    "inquiries": ("count", "+"), "tm_consults": ("count", "+"),
    "traffic_cost_change": ("percent", "-"), "store_cvr": ("percent", "+"),
    "add_to_cart_rate": ("percent", "+"), "inquiry_conversion": ("percent", "+"),
    "lead_rate": ("percent", "+"), "inquiry_to_order": ("percent", "+"),
    "ad_spend": ("money", "0"), "cpc": ("money", "-"), "ad_cvr": ("percent", "+"),
    "acos": ("percent", "-"), "roas": ("times", "+"), "repurchase_rate": ("percent", "+"),
    "return_rate": ("percent", "-"), "turnover_times": ("times", "+"),
    "turnover_days": ("days", "-"), "days_of_cover": ("days", "0"),
    "safety_stock": ("units", "0"), "below_safety_share": ("percent", "-"),
    "unsalable_rate": ("percent", "-"), "sell_through": ("percent", "+"),
    "logistics_cost_ratio": ("percent", "-"), "target_attainment": ("percent", "+"),
}  # fmt: skip
SIGNS = {"+": "higher_is_better", "-": "lower_is_better", "0": "neutral"}


@pytest.mark.parametrize("metric_id", FROZEN)
def test_ids_of_the_business_documents_keep_unit_and_direction(metric_id):
    metric = catalogue()[metric_id]
    unit, sign = FROZEN[metric_id]
    assert (metric.unit, metric.direction) == (unit, SIGNS[sign])


def test_supporting_ids_are_there():
    wanted = {
        "list_value", "seller_discount", "platform_discount", "tax", "refunds", "units_sold",
        "customers", "new_customers", "customer_coverage", "fees", "landed_cost", "cost_coverage",
        "contribution", "contribution_rate", "tacos", "returned_units", "stock_value",
        "on_hand_units", "inbound_units",
    }  # fmt: skip
    assert wanted <= catalogue().keys()


def declared(**changed):
    """Give a sound metric block with some keys changed."""
    return {
        "label": {"en": "GMV", "zh": "总额"},
        "question": {"en": "How much", "zh": "多少"},
        "formula": {"kind": "sum", "rows": "sold", "column": "gmv"},
        "unit": "money",
        "direction": "higher_is_better",
        "grain": "day",
        "additive": True,
        "owner": "sales",
        "example": {"given": {}, "expect": 1},
    } | changed


def read_blocks(folder, rows, metrics):
    from helpers.metrics.catalogue import read_catalogue

    path = folder / "sales.yml"
    path.write_text(json.dumps({"rows": rows, "metrics": metrics}), encoding="utf-8")
    return read_catalogue([path])


SOLD = {"sold": {"table": "order_lines", "label": {"en": "sold", "zh": "售出"}}}


def test_strangers_and_unused_rows_are_all_told_at_once(tmp_path):
    unused = {
        "table": "order_lines",
        "where": [{"column": "knd", "equals": "sale"}],
        "label": {"en": "u", "zh": "未"},
    }
    ratio = {"kind": "ratio", "numerator": "gmv", "denominator": "gmv"}
    metrics = {
        "gmv": declared(),
        "share": declared(additive=False, formula=ratio),
        "bad": declared(formula=ratio | {"numerator": "share", "denominator": "gmw"}),
        "cut": declared(formula={"kind": "sum", "rows": "sold", "column": "gnv"}),
        "lost": declared(formula={"kind": "sum", "rows": "solt", "column": "gmv"}),
        "odd": declared(example={"given": {"orderlines": []}, "by": ["shop"], "expect": 1}),
        "made": declared(
            formula={"kind": "computed", "function": "magic", "tables": ["order_lines"],
                     "says": {"en": "m", "zh": "魔"}}
        ),
    }  # fmt: skip
    with pytest.raises(DeclarationFaulty) as trouble:
        read_blocks(tmp_path, {**SOLD, "unused": unused}, metrics)
    told = str(trouble.value)
    for fault in (
        "order_lines has no column 'knd'; did you mean 'kind'?",
        "rows unused: is used by no metric",
        "'share' is a ratio, and a ratio takes totals only",
        "'gmw' is not a metric; did you mean 'gmv'?",
        "a ratio does not add up; additive: false",
        "has no column 'gnv'; did you mean 'gmv'?",
        "'solt' names no rows; did you mean 'sold'?",
        "'orderlines' is no table",
        "'shop' is no dimension",
        "metrics.computed has no 'magic'",
    ):
        assert fault in told


def test_half_a_label_and_an_unknown_key_are_refused(tmp_path):
    with pytest.raises(DeclarationFaulty) as trouble:
        read_blocks(tmp_path, SOLD, {"gmv": declared(label={"en": "GMV"}, colour="blue")})
    assert "gmv: label.zh: is missing" in str(trouble.value)
    assert "gmv: colour: is no known key" in str(trouble.value)


def test_a_metric_that_reads_itself_is_refused(tmp_path):
    metrics = {
        "gmv": declared(),
        "a": declared(formula={"kind": "difference", "plus": ["b"]}),
        "b": declared(formula={"kind": "difference", "plus": ["a"]}),
    }
    with pytest.raises(DeclarationFaulty, match="reads itself: a -> b -> a"):
        read_blocks(tmp_path, SOLD, metrics)


def test_months_add_up_to_a_year_where_they_do():
    adds = {one for one, metric in catalogue().items() if metric.adds_over_time}
    assert {"gmv", "net_sales", "orders_count", "units_sold", "sessions", "fees"} <= adds
    assert not {"customers", "stock_value", "aov", "visitors", "units_30d", "market_sales"} & adds


def test_every_metric_says_how_it_reads_in_the_definitions():
    from helpers.metrics.definitions import definitions

    table = definitions()
    assert list(table["metric"]) == list(catalogue())
    for column in ("label_en", "label_zh", "question_en", "question_zh", "formula", "owner"):
        assert table[column].str.len().gt(0).all()
    said = table.set_index("metric")["formula"]
    assert said["contribution"] == "net_sales − landed_cost − fees − ad_spend"
    assert said["aov"] == "gmv ÷ orders_count"
    assert said["gmv"] == "sum(gmv) over placed sale lines"
