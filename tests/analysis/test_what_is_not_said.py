"""What a page may not claim: statements that would be false or mislead, one by one."""

import pandas as pd
import pytest

from desks import compared, paper_desk
from helpers.analysis import headlines
from helpers.analysis.attainment import pace
from helpers.analysis.comparison import compare, history, is_level, judge_last, leading
from helpers.analysis.desk import desk_at
from helpers.analysis.drivers import movers
from helpers.analysis.products import explain_products, top_products
from helpers.analysis.profit import by_store
from helpers.analysis.signal import judge_series
from helpers.tables.warehouse import Warehouse
from warehouse_builder import STORES, make_workspace, order_line, write_table


def sale(order, day, amount, **given):
    """One unit sold by the British store, whose prices hold no tax; base currency is pounds."""
    return order_line(
        store_id="shop-uk",
        order_id=order,
        local_date=day,
        list_amount=amount,
        currency="GBP",
        **({"country": "GB"} | given),
    )


def opened(folder, lines):
    workspace, paths = make_workspace(folder, base_currency="GBP", stores=STORES[1:])
    write_table(paths, "order_lines", lines)
    return Warehouse.open(paths, workspace)


@pytest.mark.parametrize(
    ("last", "value", "verdict"),
    [
        ("2025-12-31", 0.02, "missed"),
        ("2025-12-31", 0.09, "missed"),
        ("2025-12-31", 0.5, "met"),
        ("2025-11-30", 0.02, "at_risk"),
    ],
)
def test_a_rate_of_a_year_that_is_over_is_met_or_missed(tmp_path, last, value, verdict):
    """Sold for 100 and 10 of it refunded: 10 %; there is no pace left once the year has ended."""
    workspace, paths = make_workspace(tmp_path, base_currency="GBP", stores=STORES[1:])
    refund = {"store_id": "shop-uk", "refund_id": "R", "kind": "refund", "order_id": "A",
              "local_date": "2025-03-09", "currency": "GBP", "amount": "10.00"}  # fmt: skip
    write_table(paths, "refunds", [refund])
    write_table(paths, "order_lines", [sale("A", "2025-01-05", "50.00"), sale("B", last, "50.00")])
    targets = pd.DataFrame([{"metric": "refund_rate", "value": value, "period": "2025"}])
    desk = desk_at(Warehouse.open(paths, workspace), last[:7], "en")
    row = pace(desk, targets).to_dict("records")[0]
    assert row["actual"] == pytest.approx(0.1)
    assert row["verdict"] == verdict


def a_market_that_stopped(folder):
    """Britain sells 100 every month of 2024 and 2025; Ireland 40 until May 2025, France once."""
    lines = []
    for year in (2024, 2025):
        for month in range(1, 13):
            day = f"{year}-{month:02}-01"
            lines.append(sale(f"gb-{day}", day, "100.00"))
            if (year, month) <= (2025, 5):
                lines.append(sale(f"ie-{day}", day, "40.00", country="IE"))
    lines += [
        sale("fr", "2025-03-01", "7.00", country="FR"),
        sale("end", "2025-12-31", "0.01"),
    ]
    return opened(folder, lines)


def test_who_sold_nothing_has_a_nought_and_not_the_last_sale(tmp_path):
    desk = desk_at(a_market_that_stopped(tmp_path), "2025-12", "en")
    months = history(desk, ["gmv", "aov"], by=["market"])
    found = months.set_index(["metric", "member", "month"])
    assert found.loc[("gmv", "IE", "2025-05"), "value"] == 40.0
    assert found.loc[("gmv", "IE", "2025-12"), "value"] == 0.0
    assert found.loc[("gmv", "IE", "2025-12"), "status"] == "ok"
    # Before the data began nothing is known, and an average of no orders is none.
    assert ("gmv", "IE", "2023-12") not in found.index
    assert ("aov", "IE", "2025-12") not in found.index


def test_a_sentence_above_panels_judges_the_members_they_show(tmp_path):
    desk = desk_at(a_market_that_stopped(tmp_path), "2025-12", "en")
    months = leading(history(desk, ["gmv"], by=["market"]), "gmv", top=2)
    assert set(months["member"]) == {"GB", "IE"}
    card = compare(desk, ["gmv"], by=["market"], members=months["member"])
    assert card.set_index("member")["value"].to_dict() == {"GB": 100.01, "IE": 0.0}
    # Twenty-three months before: the change shows, and says that it cannot be tested.
    text = headlines.comparison_takeaway(card, desk)
    assert "GMV (Ireland) to £0 (−100.0% on December 2024)" in text
    assert text.endswith("there is too little history to tell a change from chance.")


def test_a_card_and_the_trend_below_it_judge_by_the_same_months(tmp_path):
    """Four years, the first of them wild: a longer memory would see the last month otherwise."""
    lines, amounts = [], {}
    for place in range(48):
        year, month = 2022 + place // 12, place % 12 + 1
        wild = 10 * (1 + (place * 7) % 13) if place < 11 else 100 + place * place % 7
        amounts[year, month] = 150 if place == 47 else wild
        day = f"{year}-{month:02}-28"
        lines.append(sale(day, day, f"{amounts[year, month]}.00"))
    lines += [sale("start", "2022-01-01", "0.01"), sale("end", "2025-12-31", "0.01")]
    desk = desk_at(opened(tmp_path, lines), "2025-12", "en")
    card = compare(desk, ["gmv"]).to_dict("records")[0]
    months = history(desk, ["gmv"])
    trend = judge_last(desk, months, "gmv")
    assert (card["signal"], card["signal_method"]) == (trend.signal, trend.method)
    assert card["normal_high"] == pytest.approx(trend.upper)
    assert card["signal_points"] == trend.points == 36
    longer = history(desk, ["gmv"], months=48)
    assert judge_last(desk, longer, "gmv") == trend


def test_what_was_not_there_yet_is_no_history():
    assert judge_series([0.0] * 20 + [50.0]).method == "none"
    begun = judge_series([0.0] * 9 + [50.0, 52.0, 49.0, 51.0, 50.0, 53.0, 48.0, 50.0, 90.0], None)
    assert begun == judge_series([50.0, 52.0, 49.0, 51.0, 50.0, 53.0, 48.0, 50.0, 90.0], None)
    assert begun.signal == "signal_up"


@pytest.mark.parametrize("metric", ["stock_value", "on_hand_units", "repurchase_rate",
                                    "user_total", "turnover_days"])  # fmt: skip
def test_a_level_is_not_held_against_a_normal_range(metric):
    assert is_level(metric)


def test_stock_is_compared_but_not_judged(tmp_path):
    """Twenty months of stock, then a leap: a level drifts, and limits do not hold for it."""
    workspace, paths = make_workspace(tmp_path, base_currency="GBP", stores=STORES[1:])
    days = [f"{2024 + place // 12}-{place % 12 + 1:02}-28" for place in range(20)]
    write_table(paths, "order_lines", [sale("a", "2024-01-01", "1.00"),
                                       sale("b", "2025-08-31", "1.00")])  # fmt: skip
    write_table(paths, "inventory_snapshots", [
        {"store_id": "shop-uk", "local_date": day, "sku": "SKU-1",
         "on_hand": 500 if place == 19 else 100 + place % 2}
        for place, day in enumerate(days)
    ])  # fmt: skip
    warehouse = Warehouse.open(paths, workspace)
    for language in ("en", "zh"):
        desk = desk_at(warehouse, "2025-08", language)
        card = compare(desk, ["on_hand_units"])
        row = card.to_dict("records")[0]
        assert (row["value"], row["previous"]) == (500.0, 100.0)
        assert (row["signal"], row["signal_method"]) == ("not_enough_data", "none")
        told = " ".join([
            headlines.in_full(row, desk), headlines.standing(row, desk),
            headlines.comparison_takeaway(card, desk),
            headlines.trend_takeaway(history(desk, ["on_hand_units"]), desk, "on_hand_units"),
        ])  # fmt: skip
        for word in ("history", "normal", "usual", "chance", "正常", "历史"):
            assert word not in told, told


AGAINST_ITS_CHANGE = {
    "value": 512.0, "previous": 520.0, "previous_change": -0.016, "signal": "signal_up",
    "signal_method": "plain", "normal_low": 100.0, "normal_high": 400.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "given", "says"),
    [
        ("en", {}, "Beyond normal variation: orders (512, above its usual range, favourable)."),
        ("zh", {}, "超出正常波动：订单数（512，高于正常区间，有利）。"),
        ("en", {"previous_change": 0.016}, "Beyond normal variation: orders (+1.6%, favourable)."),
        (
            "en",
            {"signal_method": "seasonal", "year_ago_change": 0.1, "signal": "signal_down"},
            "Beyond normal variation: orders (512, below what is normal for the season, "
            "unfavourable).",
        ),
    ],
)
def test_a_change_that_contradicts_the_signal_is_not_called_good(language, given, says):
    desk = paper_desk(language)
    card = pd.DataFrame([compared(desk, **(AGAINST_ITS_CHANGE | given))])
    assert headlines.comparison_takeaway(card, desk) == says


def test_shares_are_only_of_what_adds_up():
    desk = paper_desk("en")
    frame = pd.DataFrame(
        {"label": ["United Kingdom", "Germany"], "value": [60.0, 40.0], "dimension": "market"}
    )
    told = {
        metric: headlines.ranking_takeaway(frame, desk, metric)
        for metric in ("customers", "new_customers", "orders_count", "gmv")
    }
    assert told["customers"] == "United Kingdom leads with 60, ahead of Germany with 40."
    assert "%" not in told["new_customers"]
    assert "60.0% of the total" in told["orders_count"]
    assert "60.0% of the total" in told["gmv"]
    by_category = headlines.ranking_takeaway(
        frame.assign(dimension="category"), desk, "orders_count"
    )
    assert "%" not in by_category


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Contribution came to £136 in November 2011; it was −£432 in October 2011."),
        ("zh", "2011年11月贡献利润为£136；2011年10月为−£432。"),
    ],
)
def test_no_percentage_stands_on_a_loss_and_the_loss_is_named(language, says):
    desk = paper_desk(language)
    row = compared(desk, "contribution", unit="money", value=136.0, previous=-432.0)
    row["label"] = row["metric_label"]
    assert headlines.in_full(row, desk) == says
    assert headlines.headline(row, desk) == says
    told = headlines.comparison_takeaway(pd.DataFrame([row]), desk)
    assert "earlier period" not in told and "基期" not in told


def test_merchandise_is_not_called_the_whole(tmp_path):
    """One article of 40 and 5 of postage, then 60 and 5: merchandise grew by 20."""
    lines = [
        sale("a", "2025-10-01", "40.00"),
        sale("a2", "2025-10-31", "5.00", sku="POST", is_merchandise=False),
        sale("b", "2025-11-01", "60.00", sku="SKU-2"),
        sale("b2", "2025-11-30", "5.00", sku="POST", is_merchandise=False),
    ]
    warehouse = opened(tmp_path, lines)
    desk = desk_at(warehouse, "2025-11", "en")
    assert headlines.drivers_takeaway(explain_products(desk), desk) == (
        "GMV of merchandise changed by +£20 on October 2025, mainly through products sold only "
        "this period (+£60); products sold only in the earlier period (−£40) worked the other way."
    )
    chinese = desk_at(warehouse, "2025-11", "zh")
    assert headlines.drivers_takeaway(explain_products(chinese), chinese) == (
        "商品GMV环比变动+£20，主要来自仅本期有售的产品（+£60）；仅基期有售的产品（−£40）反向抵消。"
    )
    moved = movers(desk, "product", metric="merchandise_gmv")
    assert headlines.movers_takeaway(moved, desk).startswith("GMV of merchandise changed by +£20")
    best = top_products(desk)
    assert "100.0% of merchandise sales" in headlines.ranking_takeaway(
        pd.concat([best, best.assign(value=0.0, share=0.0)]), desk, "merchandise_gmv"
    )


def test_a_store_s_year_is_held_against_last_year(tmp_path):
    lines = [sale("a", "2024-01-01", "50.00"), sale("b", "2025-12-31", "80.00")]
    rows = by_store(desk_at(opened(tmp_path, lines), "2025-12", "en"))
    assert "contribution_rate_year_ago_change" in rows


def stocked(folder, snapshots, lines):
    """A German and a British store, with what was counted in them."""
    workspace, paths = make_workspace(folder, base_currency="GBP", stores=STORES)
    write_table(paths, "order_lines", lines)
    write_table(paths, "inventory_snapshots", [
        {"store_id": store, "local_date": day, "sku": "SKU-1", "on_hand": units}
        for store, day, units in snapshots
    ])  # fmt: skip
    return Warehouse.open(paths, workspace)


def test_a_month_in_which_nobody_counted_the_stock_has_no_stock_of_nought(tmp_path):
    """Counted 40 at the end of July and 30 in mid September; August is not known, and is not 0."""
    snapshots = [("shop-uk", "2025-07-31", 40), ("shop-uk", "2025-09-12", 30)]
    lines = [sale("a", "2025-07-01", "1.00"), sale("b", "2025-09-20", "1.00")]
    desk = desk_at(stocked(tmp_path, snapshots, lines), "2025-09", "en")
    months = history(desk, ["on_hand_units"], months=3).set_index("month")
    assert months.loc["2025-07", "value"] == 40
    assert pd.isna(months.loc["2025-08", "value"])
    assert months.loc["2025-08", "status"] == "no_source"
    # The first 20 days of September stand beside the first 20 of August.
    row = compare(desk, ["on_hand_units"]).to_dict("records")[0]
    assert (row["value"], row["previous"], row["previous_change"]) == (30.0, None, None)


def test_money_of_a_small_currency_is_not_judged_as_so_many_cases(tmp_path):
    """Advertising of 200 on sales of 1,000, then 300: whole numbers, yet nothing was drawn."""
    workspace, paths = make_workspace(tmp_path, base_currency="GBP", stores=STORES[1:])
    write_table(paths, "order_lines", [
        sale("a", "2025-08-01", "1000.00"), sale("b", "2025-09-30", "1000.00")
    ])  # fmt: skip
    write_table(paths, "ad_spend", [
        {"store_id": "shop-uk", "start_date": day, "end_date": day, "currency": "GBP",
         "campaign": "All", "spend": spend, "line_no": 1}
        for day, spend in (("2025-08-02", "200.00"), ("2025-09-02", "300.00"))
    ])  # fmt: skip
    desk = desk_at(Warehouse.open(paths, workspace), "2025-09", "en")
    row = compare(desk, ["tacos"]).to_dict("records")[0]
    assert (row["value"], row["previous"]) == (0.3, 0.2)
    assert (row["signal"], row["signal_method"]) == ("not_enough_data", "none")


def test_a_store_that_reports_for_the_first_time_is_no_growth(tmp_path):
    """Both stores sold in both months; the second counted its 50 in September only."""
    days = ("2025-08-01", "2025-08-31", "2025-09-01", "2025-09-30")
    lines = [sale(day, day, "1.00") for day in days]
    lines += [order_line(order_id=day, local_date=day) for day in days]
    first = [("shop-uk", "2025-08-31", 40), ("shop-uk", "2025-09-30", 40)]
    desk = desk_at(
        stocked(tmp_path, [*first, ("shop-de", "2025-09-30", 50)], lines), "2025-09", "en"
    )
    row = compare(desk, ["on_hand_units"]).to_dict("records")[0]
    assert (row["value"], row["previous"], row["previous_change"]) == (90.0, None, None)
    assert row["note"] == "not compared with 2025-08, which covers other stores: Shop DE"
