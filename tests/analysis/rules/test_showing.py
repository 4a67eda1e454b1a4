"""Answers as a page shows them, and what it concludes from them."""

from datetime import date, timedelta

import pandas as pd
import pytest

from desk_of_tables import desk_of, sale
from helpers.analysis.rules import takeaways
from helpers.analysis.rules.checking import check_rules
from helpers.analysis.rules.conflicts import caught, conflicts
from helpers.analysis.rules.showing import answers_table, dated_table, items_table
from helpers.analysis.scorecards import carrier_scorecard, supplier_scorecard

END = date(2025, 12, 31)


def company(language="en"):
    """Two a day of one article: 50 in stock, a promotion ahead, and a term that never sells."""
    lines = [sale(quantity=2, local_date=END - timedelta(days=n)) for n in range(90)]
    term = {"store_id": "shop-de", "start_date": "2025-12-05", "end_date": "2025-12-05",
            "campaign": "C", "target": "kettle", "line_no": 1, "currency": "EUR", "clicks": 200,
            "attributed_orders": 0, "spend": "40"}  # fmt: skip
    expo = {"event_id": "e", "name_en": "Expo", "name_zh": "展会", "first_day": "2026-03-01",
            "last_day": "2026-03-01", "kind": "promo"}  # fmt: skip
    stock = {"store_id": "shop-de", "local_date": END, "sku": "A", "on_hand": 50,
             "stock_cost": 250}  # fmt: skip
    tables = {"order_lines": lines, "ad_spend": [term], "calendar_events": [expo],
              "inventory_snapshots": [stock]}  # fmt: skip
    return desk_of(tables, language=language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_asks_to_act_stands_in_one_list(language):
    desk = company(language)
    answers = check_rules(desk)
    table = answers_table(answers, desk).set_index("rule")
    assert {"R01", "R07", "R10", "R17"} <= set(table.index)
    assert table.loc["R01", "cash"] == 40
    assert table.loc["R07", "cash"] == 200  # 40 at 5
    assert pd.isna(table.loc["R17", "cash"])
    assert "90" in table.loc["R10", "sentence"]
    lacking = answers_table(answers, desk, "not_enough_data")
    assert "R16" in set(lacking["rule"])
    assert set(table.index) | set(lacking["rule"]) <= {one.rule for one in answers}
    # 130 at 5 are 650 for class A, more than in any other.
    said = takeaways.act_takeaway(answers_table(answers, desk), desk)
    assert (
        "Cover by ABC class” (€650)" if language == "en" else "“ABC分类备货天数”（€650）"
    ) in said


def test_items_stand_by_money_and_by_day():
    desk = company()
    answers = check_rules(desk)
    cut = items_table(answers, desk, ["R01", "R22"])
    assert cut[["rule", "item", "cash"]].values.tolist() == [["R01", "kettle", 40]]
    assert takeaways.items_takeaway(cut, desk) == ("One entry is to be acted on, €40 spent in all.")
    days = dated_table(answers, desk)
    assert days["due"].tolist() == [date(2026, 1, 15), date(2026, 1, 30)]
    assert takeaways.dated_takeaway(days, desk) == (
        "2 dates to keep; the next, 15 January 2026: Stock up, Expo."
    )


def test_money_that_is_not_at_stake_is_not_added_up():
    lines = [sale(order_id=f"o{n}", customer_key="k", gmv=50, local_date=day) for n, day in
             enumerate(("2025-10-01", "2025-11-01", "2025-12-05"))]  # fmt: skip
    rate = {"day": "2025-12-30", "currency": "USD", "kind": "daily", "rate": "0.9"}
    answer = check_rules(desk_of({"order_lines": lines, "fx_rates": [rate]}), only=["R11"])[0]
    assert answer.items["cash"].tolist() == [150]
    assert answer.cash is None


def test_nothing_to_act_on_is_said():
    desk = desk_of({})
    empty = answers_table([], desk)
    said = [
        takeaways.act_takeaway(empty, desk),
        takeaways.lacking_takeaway(empty, desk),
        takeaways.items_takeaway(items_table([], desk, ["R01"]), desk),
        takeaways.dated_takeaway(dated_table([], desk), desk),
        takeaways.conflicts_takeaway(conflicts(desk).iloc[:0], desk),
        takeaways.caught_takeaway(caught(desk), desk),
        takeaways.suppliers_takeaway(supplier_scorecard(desk), desk),
        takeaways.carriers_takeaway(carrier_scorecard(desk), desk),
    ]
    assert all(one.endswith(".") and one for one in said)


def test_conflicts_count_what_is_caught_between_rules_that_are_on():
    desk = company()
    table = conflicts(desk)
    # 25 days of cover: between 10 and 45, yet R09 is off; class A, below the clearance line.
    assert table.set_index("pair").loc["R07-R09", "caught"] == 1
    assert takeaways.conflicts_takeaway(table, desk) == (
        "4 pairs of rules contradict each other by their own numbers; 0 stock positions "
        "(articles in a store) are caught between those that are switched on."
    )


def test_the_best_the_worst_and_the_latest_are_named():
    desk = desk_of({})
    suppliers = pd.DataFrame(
        [("A", 95.2, 9), ("B", 60.0, 9), ("C", 10.0, 1)], columns=["label", "score", "deliveries"]
    )
    assert takeaways.suppliers_takeaway(suppliers, desk) == (
        "A scores best (95 of 100), B worst (60)."
    )
    carriers = pd.DataFrame(
        [("COSCO", "CN-US", 2.25, 10), ("UPS", "US-US", -1.0, 40)],
        columns=["carrier", "lane", "delay_days", "shipments"],
    )
    assert takeaways.carriers_takeaway(carriers, desk) == (
        "COSCO on CN-US is latest: 2.2 days past the promise on average (10 shipments)."
    )
