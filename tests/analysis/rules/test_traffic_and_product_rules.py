"""Rules about traffic and products, each with data that ask to act, are fine, or do not suffice."""

import pytest

from desk_of_tables import desk_of, sale
from helpers.analysis.rules.checking import check_rules

DOLLAR = {"day": "2025-12-30", "currency": "USD", "kind": "daily", "rate": "0.9"}


def answer(rule, tables, **how):
    return check_rules(desk_of(tables, **how), only=[rule])[0]


def term(name, clicks, orders, spend="10"):
    return {
        "store_id": "shop-de", "start_date": "2025-12-05", "end_date": "2025-12-05",
        "campaign": "C", "target": name, "line_no": 1, "currency": "EUR", "clicks": clicks,
        "attributed_orders": orders, "spend": spend,
    }  # fmt: skip


# -- R01 ------------------------------------------------------------------------------------


def test_entries_are_dropped_kept_or_left_alone():
    rows = [term("never sells", 149, 0, "40"), term("one click short", 148, 0),
            term("sells", 100, 3)]  # fmt: skip
    found = answer("R01", {"ad_spend": rows})
    assert found.answer == "act"
    assert list(found.items["item"]) == ["never sells"]
    assert found.cash == 40
    assert (found.evidence.n, found.evidence.undecided) == (3, 1)
    assert "One traffic entry converts below 2.0%" in found.sentence.en
    assert "花费€40" in found.sentence.zh


def test_entries_that_sell_are_fine_and_few_clicks_say_nothing():
    assert answer("R01", {"ad_spend": [term("sells", 100, 3)]}).answer == "fine"
    assert answer("R01", {"ad_spend": [term("short", 148, 0)]}).answer == "not_enough_data"
    missing = answer("R01", {})
    assert missing.answer == "not_enough_data"
    assert missing.lacking == ("ad_spend",)
    assert missing.sentence.zh == "无法判断：需补充广告数据。"


def test_a_channel_is_an_entry_too():
    row = {"store_id": "shop-uk", "start_date": "2025-12-01", "end_date": "2025-12-31",
           "level": "channel", "channel": "Referral", "visitors": 400, "orders": 1}  # fmt: skip
    found = answer("R01", {"ad_spend": [term("sells", 100, 3)], "traffic": [row]})
    # One order in 400 clicks: 236 would do.
    assert list(found.items["item"]) == ["Referral"]
    assert found.cash is None


# -- R22 ------------------------------------------------------------------------------------


def campaign(name, sku, clicks, spend, sales):
    return term(None, clicks, 5, spend) | {
        "campaign": name, "sku": sku, "attributed_sales": sales, "target": sku,
    }  # fmt: skip


GOODS = [{"sku": "NEW", "launched_on": "2025-11-15"}, {"sku": "OLD", "launched_on": "2024-01-01"}]


def click_rule(*campaigns, rates=(DOLLAR,)):
    return answer("R22", {"ad_spend": campaigns, "products": GOODS, "fx_rates": rates})


def test_a_new_product_s_click_may_not_cost_more_than_a_dollar():
    # A dollar is 0.90: 95 / 100 clicks is dearer, though 200 / 95 is above 1.5.
    found = click_rule(campaign("dear", "NEW", 100, "95", "200"))
    assert found.answer == "act"
    assert list(found.items["item"]) == ["dear"]
    assert found.figure == pytest.approx(200 / 95)


def test_an_established_product_must_return_three_times():
    found = click_rule(campaign("weak", "OLD", 100, "50", "100"),
                       campaign("strong", "OLD", 100, "50", "200"))  # fmt: skip
    assert list(found.items["item"]) == ["weak"]  # 2 against 3
    assert click_rule(campaign("strong", "OLD", 100, "50", "200")).answer == "fine"
    assert click_rule(campaign("young", "NEW", 100, "50", "100")).answer == "fine"  # 2 of 1.5


def test_few_clicks_or_no_rate_of_the_dollar_decide_nothing():
    assert click_rule(campaign("few", "OLD", 99, "50", "1")).answer == "not_enough_data"
    found = click_rule(campaign("weak", "OLD", 100, "50", "1"), rates=())
    assert found.answer == "not_enough_data"


# -- R02, R03 -------------------------------------------------------------------------------


def listing(day, impressions, clicks):
    return {
        "store_id": "shop-de", "start_date": day, "end_date": day, "level": "product",
        "listing_id": "L", "sku": "A", "impressions": impressions, "clicks": clicks,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("clicks", "verdict"),
    # 5 % before. 500: lift 0, at most 26.8 % (1.645 x 0.1446 on the log scale). 700: lift 40 %.
    [(500, "act"), (700, "fine"), (29, "not_enough_data")],
)
def test_a_launch_of_the_burst_stage_lifts_its_click_rate(clicks, verdict):
    tables = {
        "products": [{"sku": "A", "launched_on": "2025-10-20"}],
        "traffic": [listing("2025-10-25", 1000, 50), listing("2025-12-01", 10_000, clicks)],
    }
    found = answer("R02", tables)
    assert found.answer == verdict
    assert list(found.items["item"]) == (["A"] if verdict == "act" else [])


def test_a_product_past_day_ninety_is_in_no_burst():
    tables = {
        "products": [{"sku": "A", "launched_on": "2025-09-01"}],
        "traffic": [listing("2025-09-05", 1000, 50), listing("2025-11-01", 10_000, 100)],
    }
    assert answer("R02", tables).answer == "not_enough_data"


@pytest.mark.parametrize(
    ("discount", "lines", "verdict"),
    [("0.5", 30, "act"), ("1", 30, "fine"), ("0.5", 29, "not_enough_data")],
)
def test_old_users_get_ten_per_cent(discount, lines, verdict):
    bought = [
        sale(order_id=f"o{n}", customer_key="k", local_date="2025-12-10", list_amount=10,
             seller_discount=discount)
        for n in range(lines)
    ]  # fmt: skip
    first = sale(order_id="first", customer_key="k", local_date="2025-11-01")
    tables = {"order_lines": [first, *bought],
              "products": [{"sku": "A", "launched_on": "2025-01-01"}]}  # fmt: skip
    found = answer("R03", tables)
    assert found.answer == verdict
    if verdict == "act":  # 30 x 10 listed: 30 off wanted, 15 given
        assert found.figure == pytest.approx(0.05)
        assert found.cash == pytest.approx(15)


# -- R05, R29 -------------------------------------------------------------------------------


def reviews(n, bad):
    return [
        {"store_id": "shop-de", "review_id": f"r{one}", "local_date": "2025-12-01",
         "competitor": "Rival", "aspect": "handle",
         "sentiment": "negative" if one < bad else "positive"}
        for one in range(n)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("n", "bad", "verdict"),
    # Wilson: 6 of 10 is 31 % at least, 1 of 40 is 13 % at most, 3 of 10 is 11 to 60 %.
    [(10, 6, "act"), (40, 1, "fine"), (10, 3, "not_enough_data"), (9, 9, "not_enough_data")],
)
def test_what_rivals_do_badly(n, bad, verdict):
    found = answer("R05", {"reviews": reviews(n, bad)})
    assert found.answer == verdict
    assert list(found.items["item"]) == (["Rival: handle"] if verdict == "act" else [])


def test_pricing_needs_rivals_costs_and_prices_that_moved():
    sold = [
        sale(order_id=f"o{price}", gmv=price, list_amount=price, local_date="2025-12-02")
        for price in (10, 11, 12)
    ]
    whole = {
        "order_lines": sold,
        "competitor_offers": [{"competitor": "R", "sku": "A", "captured_on": "2025-12-03",
                               "line_no": 1, "currency": "EUR"}],
        "landed_costs": [{"sku": "A", "valid_from": "2025-01-01", "currency": "EUR"}],
    }  # fmt: skip
    assert answer("R29", whole).answer == "fine"
    found = answer("R29", whole | {"landed_costs": [], "order_lines": sold[:2]})
    assert found.answer == "act"
    assert found.items["detail"].iloc[0] == (
        "no landed cost · own price never moved: no elasticity"
    )
    old = [sale(local_date="2025-01-01")]
    assert answer("R29", {"order_lines": old}).answer == "not_enough_data"
