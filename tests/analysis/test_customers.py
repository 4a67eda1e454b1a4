"""Who came back and what they were worth, on customers written down here."""

from datetime import date, timedelta

import numpy as np
import pytest

from helpers.analysis.customers.returning import repurchase
from helpers.analysis.customers.segments import HighValue, high_value, rfm, rfm_scores, tag_accuracy
from helpers.analysis.customers.worth import worth_so_far, worth_to_come
from helpers.analysis.desk import desk_at
from helpers.tables.warehouse import Warehouse
from warehouse_builder import make_workspace, order_line, write_table


class Book:
    """Orders of one British shop, as a test writes them down."""

    def __init__(self):
        self.lines = []

    def sold(self, customer, day, amount="10.00", **given):
        self.lines.append(
            order_line(
                store_id="shop-uk", order_id=f"o{len(self.lines)}", local_date=str(day),
                list_amount=amount, currency="GBP", country="GB", customer_key=customer, **given,
            )
        )  # fmt: skip

    def opened(self, folder, period, **tables):
        workspace, paths = make_workspace(folder, base_currency="GBP")
        write_table(paths, "order_lines", self.lines)
        for name, rows in tables.items():
            write_table(paths, name, rows)
        return desk_at(Warehouse.open(paths, workspace), period, "en")


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Forty customers of 1 February 2024: ten back after 19 days, five more after 100.

    One of the ten also orders twice on the first day, which is no coming back. An older customer
    opens the data in January, and ends them on 31 December 2025.
    """
    book = Book()
    book.sold("old", "2024-01-05")
    for one in range(40):
        book.sold(f"k{one:02}", "2024-02-01", sku="KNOWN" if one < 20 else "UNKNOWN")
        if one < 10:
            book.sold(f"k{one:02}", "2024-02-20", "30.00", sku="UNKNOWN")
        elif one < 15:
            book.sold(f"k{one:02}", "2024-05-11", "20.00", sku="UNKNOWN")
    book.sold("k20", "2024-02-01", sku="UNKNOWN")
    book.sold("old", "2025-12-31")
    cost = {"sku": "KNOWN", "valid_from": "2024-01-01", "unit_cost": "4.00", "currency": "GBP"}
    return book.opened(tmp_path_factory.mktemp("customers"), "2025-12", landed_costs=[cost])


def test_repurchase_states_its_window_and_leaves_the_opening_out(year):
    rates = repurchase(year)
    assert list(rates["days"]) == [30, 90, 180, 365]
    assert list(rates["customers"]) == [40] * 4
    assert list(rates["rate"]) == pytest.approx([10 / 40, 10 / 40, 15 / 40, 15 / 40])
    assert rates["first_to"].iloc[3] == date(2024, 12, 31)
    assert (rates["lower"] < rates["rate"]).all() and (rates["rate"] < rates["upper"]).all()


def test_longer_windows_never_hold_fewer(year):
    rates = repurchase(year, range(1, 121, 7))
    assert rates["rate"].is_monotonic_increasing
    assert rates.loc[rates["days"] == 15, "returned"].item() == 0
    assert rates.loc[rates["days"] == 22, "returned"].item() == 10


def test_a_window_that_has_not_ended_is_not_counted(year):
    # The last first order that had 700 days by the end of 2025 is of 31 January 2024.
    long = repurchase(year, [700, 30]).iloc[0]
    assert (long["customers"], long["status"]) == (0, "not_enough_data")
    assert repurchase(year, [700]).empty


def test_cohorts_are_worth_what_their_customers_paid(year):
    found = worth_so_far(year, months=24).set_index(["cohort", "days"])
    # 41 orders of 10 and ten of 30 within 90 days: 710 / 40; five of 20 more by 180: 810 / 40.
    assert found.loc[("2024-02", 90), "gmv_each"] == pytest.approx(17.75)
    assert found.loc[("2024-02", 180), "gmv_each"] == pytest.approx(20.25)
    # Twenty lines of 10 have a cost of 4, all others none: 120 / 40, and 200 of 710 are covered.
    assert found.loc[("2024-02", 90), "margin_each"] == pytest.approx(3.0)
    assert found.loc[("2024-02", 90), "cost_coverage"] == pytest.approx(200 / 710)
    assert found.loc[("2024-01", 90), "status"] == "not_enough_data"  # one customer
    assert found.loc[("2024-01", 90), "is_opening"]


def test_a_cohort_is_told_once_its_youngest_is_old_enough(year):
    book = Book()
    for one in range(40):
        book.sold(f"k{one}", date(2025, 9, 1) + timedelta(days=one % 30))
    book.sold("last", "2025-12-28")
    desk = book.opened(year.paths.root.parent / "young", "2025-12")
    cells = worth_so_far(desk, months=4).set_index(["cohort", "days"])
    assert not cells.loc[("2025-09", 90), "is_mature"]  # 30 September + 90 days: 29 December
    assert cells["gmv_each"].isna().all()


def test_a_model_of_forty_customers_is_refused(year):
    (told,) = worth_to_come(year)
    assert (told.scope, told.reason, told.orders) == ("retail", "few", None)
    assert told.customers == 41


@pytest.fixture(scope="module")
def segments(tmp_path_factory):
    """Thirty customers, 750 pounds: three with three orders each, all others with one of ten."""
    book = Book()
    for day in ("2025-11-01", "2025-12-01", "2025-12-20"):
        book.sold("high", day, "60.00")  # 180, the last 11 days ago
        book.sold("small", day, "40.00")  # 120: below 50 an order
    for day in ("2025-09-01", "2025-10-01", "2025-11-20"):
        book.sold("gone", day, "60.00")  # 180, the last 41 days ago
    for one in range(27):
        book.sold(f"k{one:02}", date(2025, 3, 1) + timedelta(days=one))
    book.sold(None, "2025-12-31")
    names = ["high", "small", "gone", *(f"k{one:02}" for one in range(27))]
    rows = [
        {"store_id": "shop-uk", "customer_key": name, "tag": "vip" if name == "high" else None,
         "tier": "A"}
        for name in names
    ]  # fmt: skip
    return book.opened(tmp_path_factory.mktemp("segments"), "2025-12", customers=rows)


def test_high_value_is_the_rule_and_nothing_else(segments):
    found = high_value(segments, HighValue(currency="GBP"))
    assert (found.customers, found.found, found.average) == (30, 1, 50.0)
    assert found.share == pytest.approx(1 / 30)
    assert found.gmv_share == pytest.approx(180 / 750)
    looser = high_value(segments, HighValue(currency="GBP", average=40.0, recency_days=60))
    assert looser.found == 3


def test_without_a_rate_nobody_is_judged(segments):
    found = high_value(segments, HighValue(currency="XTS"))
    assert found.found is None and found.share is None and found.customers == 30


def test_scores_follow_rank_and_equals_score_alike(segments):
    scores = rfm_scores(segments)
    assert scores["customers"].sum() == 30 and scores["gmv"].sum() == pytest.approx(750.0)
    # 27 of one order rank first in frequency and money, with 0 below them; the three rank 27th
    # of 29 steps and more: 5. In recency the two latest are 28th and 29th.
    often = scores[scores["f"] > 1]
    assert often["customers"].sum() == 3 and set(often["f"]) == {5} and set(often["m"]) == {5}
    assert set(often["r"]) == {5}
    # The others, a day apart, spread evenly: six to each of the four lower fifths, three above.
    others = scores[scores["f"] == 1].groupby("r")["customers"].sum()
    assert dict(others) == {1: 6, 2: 6, 3: 6, 4: 6, 5: 3}


def test_segments_hold_every_customer_once(segments):
    parts = rfm(segments).set_index("segment")
    assert parts["customers"].sum() == 30 and parts["share"].sum() == pytest.approx(1.0)
    assert parts["gmv"].sum() == pytest.approx(750.0)
    assert parts.loc["champion", "customers"] == 3  # the three with three orders, all of late
    assert parts.loc["champion", "orders"] == 9
    # One order is one order: nobody with a single one comes often, however many there are.
    assert set(parts.index) <= {"champion", "new", "promising", "asleep"}


def test_tags_are_held_against_their_rules(segments):
    found = tag_accuracy(segments, HighValue(currency="GBP")).set_index("tag")
    # 750 pounds; A while less than 600 lies before: gone (0), high (180), small (360), and those
    # of ten with 480 to 590 before them: twelve. B until 712.5: eleven. C: the last four.
    assert found.loc["A", "rule"] == "class"
    assert (found.loc["A", "customers"], found.loc["A", "agree"]) == (30, 15)
    assert found.loc["A", "share"] == pytest.approx(0.5)
    assert found.loc["A", "mostly"] == "B"
    assert found.loc["vip", "agree"] == 1
    assert found.loc["vip", "status"] == "not_enough_data"  # one tag is no share


def test_what_customers_may_bring_is_tried_on_the_half_year_before(tmp_path):
    """Shoppers who order about every ten weeks until they leave, over two years."""
    chance = np.random.default_rng(2)
    book = Book()
    for one in range(450):
        day = date(2024, 1, 1) + timedelta(days=int(chance.integers(0, 540)))
        rate, leaving, spends = chance.gamma(1.2, 1 / 85), chance.beta(1.2, 4.0), chance.gamma(9, 3)
        while day <= date(2025, 12, 31):
            book.sold(f"k{one:03}", day, f"{spends * chance.gamma(6, 1 / 6) + 0.01:.2f}")
            if chance.random() < leaving:
                break
            day += timedelta(days=1 + int(chance.exponential(1 / max(rate, 1e-5))))
    book.sold("last", "2025-12-31")
    (told,) = worth_to_come(book.opened(tmp_path, "2025-12"), days=180)
    assert told.reason == "" and told.customers == 451
    assert told.tried_orders > 100
    assert told.tried_expected == pytest.approx(told.tried_orders, rel=0.15)
    assert 0 < told.alive < 1
    # Orders are worth what customers pay: 27 on average.
    assert told.gmv / told.orders == pytest.approx(27, rel=0.15)
