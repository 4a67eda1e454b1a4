"""The company behaves: seasons, feasts, growth, empty shelves, and stories of a known size."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date

import numpy as np
import pytest
from made_up import Demo

from helpers.demo.company import PLANNING_RATES
from helpers.demo.life import Company, live_through
from helpers.demo.money import TICK, share_of, written
from helpers.demo.timeline import Clock, Timeline, black_friday, prime_days
from helpers.vocabulary.faults import AskedWrongly


@pytest.fixture(scope="module")
def company() -> Company:
    """The company at full size; only lived, not written."""
    return live_through(seed=7, months=30, until="2025-12", scale=1.0)


def value_by_month(company: Company, store: str) -> np.ndarray:
    """GMV of one store, or of all of them in the planning currency."""
    total = np.zeros(len(company.timeline.months))
    for shop in company.shops:
        sales = shop.after.sales
        if store not in ("all", sales.profile.id):
            continue
        rate = PLANNING_RATES[sales.profile.currency] if store == "all" else 1
        kept = sales.is_placed
        months = company.timeline.month_of_day[sales.line_day[kept]]
        np.add.at(total, months, sales.gmv[kept] / TICK * rate)
    return total


def test_the_company_is_as_large_as_it_says(company: Company) -> None:
    lines = sum(len(shop.after.sales.sku) for shop in company.shops)
    assert 60_000 <= lines <= 90_000
    assert 200 <= len(company.goods) <= 400


def test_the_company_grows_by_about_a_fifth_and_japan_does_not(company: Company) -> None:
    all_, japan = value_by_month(company, "all"), value_by_month(company, "amazon-jp")
    assert 0.12 < all_[18:30].sum() / all_[6:18].sum() - 1 < 0.28
    assert japan[18:30].sum() / japan[6:18].sum() - 1 < 0.02


def test_the_year_has_its_season(company: Company) -> None:
    value = value_by_month(company, "amazon-us")
    assert value[16] > 1.2 * value[14]  # November 2024 against September


def test_ramadan_moves_through_the_calendar(company: Company) -> None:
    shop = next(one for one in company.shops if one.after.sales.profile.id == "tiktok-my")
    by_day = np.bincount(shop.after.sales.day, minlength=len(company.timeline.days))

    def level(first: str, last: str) -> float:
        return float(by_day[company.timeline.marked(first, last)].mean())

    assert level("2024-03-11", "2024-04-08") > 1.15 * level("2024-02-10", "2024-03-09")
    assert level("2025-03-01", "2025-03-28") > 1.15 * level("2025-02-01", "2025-02-27")


def test_customers_come_back_where_they_can_be_known(company: Company) -> None:
    for shop in company.shops:
        sales = shop.after.sales
        if sales.profile.loyalty:
            orders = np.bincount(sales.customer)
            orders = orders[orders > 0]
            assert 0.08 < float((orders > 1).mean()) < 0.5
            assert int(sales.is_first.sum()) == len(orders)


def test_stories_have_sizes_that_can_be_found(company: Company) -> None:
    told = [story.told(company.timeline) for story in company.stories]
    assert {one["story"] for one in told} >= {
        "european_warehouse_delay", "kettle_hit", "japan_conversion_falls", "ad_cost_rises",
        "stock_out",
    }  # fmt: skip
    for one in told:
        assert 1 <= float(str(one["size"])) <= 4
        assert (float(str(one["factor"])) > 1) == (one["direction"] == "up")


def test_a_planted_delay_shows_in_the_numbers(company: Company) -> None:
    march = company.timeline.months.index("2025-03")
    for store in ("amazon-de", "amazon-uk"):
        value = value_by_month(company, store)
        usual = (value[march - 1] + value[march + 1]) / 2
        assert value[march] < 0.9 * usual


def test_the_kettle_becomes_a_hit(company: Company) -> None:
    sales = company.shops[0].after.sales
    kept = sales.is_placed & (sales.sku == 2)
    units = np.bincount(company.timeline.month_of_day[sales.line_day[kept]],
                        sales.quantity[kept], minlength=30)  # fmt: skip
    assert units[23:30].mean() > 1.7 * units[11:18].mean()


def test_a_click_costs_a_quarter_more(company: Company) -> None:
    ads = company.shops[0].ads
    assert ads is not None
    months = company.timeline.month_of_day[ads.day]
    clicks = np.bincount(months, ads.clicks, minlength=30)
    price = np.bincount(months, ads.spend, minlength=30) / np.maximum(clicks, 1)
    assert price[27:30].mean() > 1.15 * price[15:27].mean()


def test_goods_follow_the_money_back(company: Company) -> None:
    for shop in company.shops:
        sales, after = shop.after.sales, shop.after
        refunded = set(after.refunds.line.tolist())
        whole = {int(sales.order[line]) for line in refunded
                 if sales.code_discount[sales.order == sales.order[line]].any()}  # fmt: skip
        lines = after.returns.line.tolist()
        assert len(lines) == len(set(lines))
        for line, quantity in zip(lines, after.returns.quantity.tolist(), strict=True):
            is_paid_back = line in refunded or int(sales.order[line]) in whole
            # Where refunds have a day the goods come before the money, which may be after the end.
            assert is_paid_back or not sales.profile.undated_refunds
            assert quantity == sales.quantity[line] and sales.is_placed[line]


def test_an_empty_shelf_costs_sales(demo: Demo) -> None:
    story = next(one for one in demo.truth["stories"] if one["story"] == "stock_out")
    month, sku = story["period"], story["scope"]["product"]
    path = demo.inbox / f"amazon-us/{month}/fba-inventory-{month}.txt"
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t")
    row = next(one for one in rows if one["sku"] == sku)
    assert row["afn-fulfillable-quantity"] == "0"
    coming = sum(int(row[name]) for name in row if name.startswith("afn-inbound"))
    assert coming > 0
    sold: dict[str, int] = defaultdict(int)
    path = demo.inbox / f"amazon-us/{month}/all-orders-{month}.txt"
    for one in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t"):
        if one["sku"] == sku and one["purchase-date"] > f"{month}-29T12":
            sold[one["purchase-date"]] += 1
    assert not sold


def test_quiet_months_hold_no_story(demo: Demo) -> None:
    quiet = demo.truth["quiet_months"]
    assert len(quiet) >= 6
    for story in demo.truth["stories"]:
        first, _, last = story["period"].partition("..")
        assert not any(first <= month <= (last or first) for month in quiet)


def test_totals_tie_within_themselves(demo: Demo) -> None:
    for row in demo.truth["totals"]:
        cents = {key: round(float(row[key]) * TICK) for key in ("gmv", "list_value",
                 "seller_discount", "tax_inside")}  # fmt: skip
        assert cents["gmv"] == (
            cents["list_value"] - cents["seller_discount"] - cents["tax_inside"]
        )


def test_feasts_fall_on_their_days() -> None:
    assert black_friday(2024) == date(2024, 11, 29)
    assert black_friday(2023) == date(2023, 11, 24)
    assert prime_days(2024) == (date(2024, 7, 16), date(2024, 7, 17))
    assert prime_days(2025) == (date(2025, 7, 8), date(2025, 7, 11))


@pytest.mark.parametrize("until", ["2025", "2025-13", "last", "1999-12", "2041-01"])
def test_a_window_outside_the_calendar_is_refused(until: str) -> None:
    with pytest.raises(AskedWrongly, match="--until"):
        Timeline.ending(until, 30)


def test_a_clock_knows_the_day_around_midnight() -> None:
    timeline = Timeline.ending("2024-03", 1)
    clock = Clock("America/New_York", timeline)
    # 10 March 2024 has 23 hours in New York: it runs from 05:00 UTC to 04:00 UTC.
    assert int(clock.day_starts[10] - clock.day_starts[9]) == 23 * 3600
    moments = np.array([clock.day_starts[9] - 1, clock.day_starts[9], clock.day_starts[10] - 1])
    assert clock.day_of(moments).tolist() == [8, 9, 9]
    assert clock.offset(moments).tolist() == [-18_000, -18_000, -14_400]


def test_money_is_rounded_half_up_without_floats() -> None:
    assert share_of(np.array([250_00]), 10, 100, 100).tolist() == [2500]
    # 1980 yen hold 180 yen of ten per cent tax; 0.05 at a half goes up.
    assert share_of(np.array([1980 * TICK]), 100, 1100, TICK).tolist() == [180 * TICK]
    assert share_of(np.array([1000]), 5, 100, 100).tolist() == [100]
    assert [written(-5, 1), written(-50), written(1_234_500)] == ["-0.0005", "-0.00", "123.45"]
