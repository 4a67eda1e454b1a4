"""What a position sells on an ordinary day: stock-outs and promotions do not distort it."""

from datetime import date, timedelta

import pytest

from desk_of_tables import desk_of, sale
from helpers.analysis.inventory.cover import cover_table
from helpers.analysis.inventory.demand import season_factors
from helpers.analysis.inventory.lost_sales import lost_sales

END = date(2025, 12, 31)


def days_back(first, last):
    return [END - timedelta(days=n) for n in range(first, last)]


def selling(days, units=2, sku="A", **given):
    return [sale(sku=sku, quantity=units, local_date=day, **given) for day in days]


OLD = sale(local_date="2025-01-01")


def snapshot(on_hand, day=END, **given):
    return {"store_id": "shop-de", "local_date": day, "sku": "A", "on_hand": on_hand,
            "stock_cost": on_hand * 5} | given  # fmt: skip


def row(lines, stocks, **tables):
    desk = desk_of({"order_lines": [OLD, *lines], "inventory_snapshots": stocks, **tables})
    return cover_table(desk).to_dict("records")[0]


def test_an_ordinary_quarter():
    found = row(selling(days_back(0, 90)), [snapshot(50)])
    assert (found["base_days"], found["daily_units"], found["daily_spread"]) == (90, 2, 0)
    assert (found["cover_days"], found["units_30d"]) == (25, 60)
    assert found["unit_cost"] == 5


def test_days_of_a_ledger_without_stock_are_left_out():
    """Ten days empty and nothing sold: still two a day. The closing of a day lasts until moved."""
    lines = selling([*days_back(0, 20), *days_back(30, 90)])
    empty = {"store_id": "shop-de", "sku": "A", "disposition": "SELLABLE", "location": "DE"}
    ledger = [
        empty | {"local_date": END - timedelta(days=30), "opening": 4, "closing": 0},
        empty | {"local_date": END - timedelta(days=19), "opening": 0, "closing": 100},
    ]
    found = row(lines, [snapshot(50)], inventory_ledger=ledger)
    # Empty from 29 to 20 days back; on the 30th it still sold, on the 19th it was filled.
    assert (found["out_days"], found["base_days"]) == (10, 80)
    assert found["daily_units"] == 2


def test_days_of_daily_reports_without_stock_are_left_out():
    lines = selling([*days_back(0, 20), *days_back(30, 90)])
    stocks = [snapshot(0 if 20 <= n < 30 else 50, END - timedelta(days=n)) for n in range(90)]
    found = row(lines, stocks)
    assert (found["out_days"], found["daily_units"]) == (10, 2)


def test_monthly_reports_tell_no_days_without_stock():
    stocks = [snapshot(0, date(2025, 11, 30)), snapshot(50)]
    found = row(selling(days_back(0, 90)), stocks)
    assert found["out_days"] == 0


def promotion(first, last, **given):
    return {"event_id": str(first), "name_en": "Sale", "name_zh": "大促", "first_day": first,
            "last_day": last, "kind": "promo"} | given  # fmt: skip


def test_days_of_a_promotion_are_left_out():
    """Five days of fifty: the ordinary day still sells two, the house rule sees them all."""
    peak = days_back(5, 10)
    lines = selling([*days_back(0, 5), *days_back(10, 90)]) + selling(peak, 50)
    event = promotion(peak[-1], peak[0], platform="amazon")
    found = row(lines, [snapshot(50)], calendar_events=[event])
    assert (found["peak_days"], found["base_days"], found["daily_units"]) == (5, 85, 2)
    assert found["units_30d"] == 2 * 25 + 5 * 50
    elsewhere = promotion(peak[-1], peak[0], platform="shopify")
    assert row(lines, [snapshot(50)], calendar_events=[elsewhere])["peak_days"] == 0


def test_a_season_of_a_month_is_no_peak():
    event = promotion("2025-12-01", "2025-12-31")
    assert row(selling(days_back(0, 90)), [snapshot(50)], calendar_events=[event])["peak_days"] == 0


def test_the_day_of_a_mass_mailing_is_a_peak_and_a_greeting_is_not():
    mail = {"store_id": "shop-de", "campaign": "x", "local_date": END - timedelta(days=5),
            "currency": "EUR"}  # fmt: skip
    lines = selling(days_back(0, 90))
    assert row(lines, [snapshot(50)], campaign_sends=[mail | {"kind": "news"}])["peak_days"] == 1
    assert row(lines, [snapshot(50)], campaign_sends=[mail | {"kind": "7d"}])["peak_days"] == 0


def test_an_article_counts_from_its_first_day_in_the_store():
    new = [sale(sku="N", local_date=day) for day in days_back(0, 20)]
    desk = desk_of({"order_lines": [OLD, *new], "inventory_snapshots": [snapshot(50, sku="N")]})
    found = cover_table(desk).to_dict("records")[0]
    assert (found["base_days"], found["daily_units"], found["is_young"]) == (20, 1, True)


def test_too_few_ordinary_days_tell_nothing():
    new = [sale(sku="N", local_date=day) for day in days_back(0, 6)]
    desk = desk_of({"order_lines": [OLD, *new], "inventory_snapshots": [snapshot(50, sku="N")]})
    found = cover_table(desk).to_dict("records")[0]
    assert found["verdict"] == "too_new"
    assert found["cover_days"] is None or found["cover_days"] != found["cover_days"]


def test_the_noise_holds_days_without_a_sale():
    # Two on every second day: 45 x 4 = 180 squares, 90 units in 90 days: (180 - 90) / 89
    found = row(selling(days_back(0, 90)[::2]), [snapshot(50)])
    assert found["daily_spread"] == pytest.approx((90 / 89) ** 0.5)


def test_deliveries_tell_the_spread_of_lead_times():
    def delivered(n, days):
        return {"po_id": f"p{n}", "line_no": 1, "supplier_id": "S", "sku": "A", "quantity": 1,
                "currency": "EUR", "ordered_on": date(2025, 6, 1),
                "received_on": date(2025, 6, 1) + timedelta(days=days)}  # fmt: skip

    orders = [delivered(n, days) for n, days in enumerate((18, 19, 20, 21, 22))]
    found = row(selling(days_back(0, 90)), [snapshot(50)], purchase_orders=orders)
    assert found["lead_time_days"] == 20  # nobody declares one: the mean
    assert found["lead_spread"] == pytest.approx(2.5**0.5)  # (4 + 1 + 0 + 1 + 4) / 4
    # 1.6449 x 2 a day x 1.5811 days; sales show no noise
    assert found["safety_stock"] == pytest.approx(5.2013, abs=0.001)
    assert found["safety_stock_rule"] == 90
    assert found["rule_service_level"] == pytest.approx(1.0)


def test_lost_sales_are_the_empty_days_at_an_ordinary_day_s_sales():
    lines = selling([*days_back(0, 20), *days_back(30, 90)])
    stocks = [snapshot(0 if 20 <= n < 30 else 50, END - timedelta(days=n)) for n in range(90)]
    desk = desk_of({"order_lines": [OLD, *lines], "inventory_snapshots": stocks})
    found = lost_sales(desk, cover_table(desk)).to_dict("records")
    assert len(found) == 1
    assert (found[0]["out_days"], found[0]["units"], found[0]["sales"]) == (10, 20, 200)


def test_the_season_ahead_is_last_year_s():
    """A year ago 3 a day for 90 days and then 6 a day for 60: twice as much."""
    then = END - timedelta(days=364)
    base = [sale(quantity=3, local_date=then - timedelta(days=n)) for n in range(90)]
    ahead = [sale(quantity=6, local_date=then + timedelta(days=n)) for n in range(1, 61)]
    assert season_factors(desk_of({"order_lines": base + ahead})) == {"shop-de": 2.0, "": 2.0}
    few = [one | {"quantity": 1} for one in base]
    assert season_factors(desk_of({"order_lines": few + ahead})) == {}
    assert season_factors(desk_of({"order_lines": base}, first=date(2025, 1, 1))) == {}
