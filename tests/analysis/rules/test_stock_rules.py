"""Rules about stock: one article that sells two a day, with too little, enough, or too much."""

import random
from datetime import date, timedelta

import pytest

from desk_of_tables import desk_of, sale
from helpers.analysis.rules.checking import check_rules

END = date(2025, 12, 31)


def sold(sku="A", a_day=2, days=90, price=10, store="shop-de", since="2025-01-01"):
    """Sales of each of the last days, and one long ago: the article is not new."""
    days_back = [END - timedelta(days=n) for n in range(days)]
    line = {"sku": sku, "store_id": store, "quantity": a_day, "gmv": a_day * price}
    return [sale(**line, local_date=day) for day in days_back] + [
        sale(sku=sku, store_id=store, local_date=since)
    ]


def stock(on_hand, sku="A", inbound=0, store="shop-de", unit_cost=5):
    return {"store_id": store, "local_date": END, "sku": sku, "on_hand": on_hand,
            "inbound": inbound, "stock_cost": on_hand * unit_cost}  # fmt: skip


def answer(rule, stocks, lines, folder=None, **tables):
    given = {"inventory_snapshots": stocks, "order_lines": lines, **tables}
    return check_rules(desk_of(given, **({"folder": folder} if folder else {})), only=[rule])[0]


@pytest.mark.parametrize(("on_hand", "verdict"), [(50, "act"), (90, "fine")])
def test_the_house_rule_wants_one_and_a_half_months(on_hand, verdict):
    found = answer("R07", [stock(on_hand)], sold())
    assert found.answer == verdict
    if verdict == "act":  # 1.5 x 60 - 50 = 40, at 5 each
        assert list(found.items["quantity"]) == [40]
        assert found.cash == 200
        assert found.items["scope"].iloc[0] == "store:shop-de"


def test_what_is_inbound_counts():
    assert answer("R07", [stock(50, inbound=40)], sold()).answer == "fine"


def test_without_sales_the_house_rule_says_nothing():
    lines = [sale(local_date="2025-01-01")]
    assert answer("R07", [stock(50)], lines).answer == "not_enough_data"


@pytest.mark.parametrize(("on_hand", "verdict"), [(300, "act"), (180, "fine")])
def test_what_lasts_more_than_ninety_days_is_cleared(on_hand, verdict):
    found = answer("R08", [stock(on_hand)], sold())
    assert found.answer == verdict
    if verdict == "act":  # 300 - 90 x 2 = 120 at 5 each
        assert list(found.items["quantity"]) == [120]
        assert found.cash == 600
        assert "€600 is tied up" in found.sentence.en


def test_a_young_article_is_not_cleared():
    lines = sold(since="2025-10-03")  # 89 days old
    found = answer("R08", [stock(300)], lines)
    assert found.answer == "not_enough_data"
    assert found.evidence.undecided == 1


def test_slow_turns_are_off_until_a_company_switches_them_on(tmp_path):
    given = {"inventory_snapshots": [stock(50)], "order_lines": sold()}
    assert check_rules(desk_of(given), only=["R09"]) == []
    (tmp_path / "rules.yml").write_text("rules: {R09: {enabled: true}}")
    # 25 days of cover are 1.2 turns in 30 days; 10 days are 3 and not fewer.
    assert answer("R09", [stock(50)], sold(), tmp_path).answer == "act"
    assert answer("R09", [stock(20)], sold(), tmp_path).answer == "fine"
    none = answer("R09", [stock(20)], [sale(local_date="2025-01-01")], tmp_path)
    assert none.answer == "not_enough_data"


def test_a_hit_holds_its_layer_and_the_tail_is_made_to_order():
    # A sells for 20 a day, the tail for 0.1: its 0.5 % lie in the last 10 %.
    lines = sold() + sold(sku="T", a_day=1, price=0.1)
    found = answer("R06", [stock(50), stock(5, "T", inbound=10)], lines)
    assert found.answer == "act"
    told = found.items.set_index("item")
    assert told["action"].to_dict() == {"A": "buy", "T": "stop"}
    assert told["quantity"].to_dict() == {"A": 40, "T": 10}  # 1.5 x 60 - 50; what is inbound
    assert answer("R06", [stock(90)], sold()).answer == "fine"
    assert answer("R06", [stock(90)], [sale(local_date="2025-01-01")]).answer == "not_enough_data"


def test_classes_have_days_of_their_own():
    lines = sold() + sold(sku="T", a_day=1, price=0.1)
    found = answer("R10", [stock(50), stock(100, "T")], lines)
    told = found.items.set_index("item")
    # A: 90 x 2 - 50. The tail: 15 days, and 30 until the next review can act: 100 - 45.
    assert told["quantity"].to_dict() == {"A": 130, "T": 55}
    assert found.figure == pytest.approx(25)  # 50 at 2 a day
    assert answer("R10", [stock(200)], sold()).answer == "fine"
    assert answer("R10", [stock(200)], [sale(local_date="2025-01-01")]).answer == "not_enough_data"


def month_units(count, units):
    months = [(2025 - back // 12, 12 - back % 12) for back in range(count)]
    return [
        sale(order_id=f"{year}-{month}", local_date=date(year, month, 1), quantity=units(place))
        for place, (year, month) in enumerate(months)
    ]


TOSSED = random.Random(4)
JUMPS = [TOSSED.choice((10, 90)) for _ in range(30)]


def jumping(place):
    """10 or 90 by the toss of a coin: even the mean of both, 50, is wrong by 40."""
    return JUMPS[place]


@pytest.mark.parametrize(
    ("count", "units", "verdict"),
    [
        (30, jumping, "act"),
        (30, lambda place: 10, "fine"),  # always the same: nothing is missed
        (15, lambda place: 10, "not_enough_data"),
    ],
)
def test_demand_is_foreseen_by_back_test(count, units, verdict):
    found = answer("R25", [], month_units(count, units))
    assert found.answer == verdict
    if verdict == "fine":
        assert found.figure == pytest.approx(1.0)
    if verdict == "act":
        assert found.figure < 0.6


def test_a_month_that_is_not_over_is_no_month():
    """Fourteen months and a half: fifteen would be one too few, too, but say fourteen."""
    lines = month_units(15, lambda place: 10)
    desk = desk_of({"order_lines": lines})
    desk.coverage = (desk.coverage[0], date(2025, 12, 10))
    said = check_rules(desk, only=["R25"])[0].sentence.en
    assert said == "14 months of sales; a back-test needs 16."
