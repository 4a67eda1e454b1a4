"""Rules that contradict each other, by their own numbers and by what is caught in between."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_of_tables import desk_of, sale
from helpers.analysis.rules.conflicts import caught, conflicts, policy_cover

END = date(2025, 12, 31)


def test_the_class_policy_comes_to_more_than_it_claims():
    # golden.json abc_cover: 0.6 x 90 + 0.1 x 15 = 55.5; (42 - 55.5) / 0.3 = -45
    found = policy_cover(0.6, 0.1, 90, 15, claimed=42)
    assert found.least == pytest.approx(55.5)
    assert found.b_needed == pytest.approx(-45)
    assert found.turns == pytest.approx(6.5766, abs=1e-4)  # 365 / 55.5
    assert found.a_needed == pytest.approx(67.5)  # (42 - 1.5) / 0.6


@given(
    st.floats(0.3, 0.7), st.floats(0.05, 0.25), st.floats(1, 200), st.floats(1, 200),
    st.floats(1, 200),
)  # fmt: skip
def test_the_days_that_class_b_needs_make_the_claim_true(a_share, c_share, a, c, claimed):
    needed = policy_cover(a_share, c_share, a, c, claimed=claimed).b_needed
    b_share = 1 - a_share - c_share
    assert a_share * a + c_share * c + b_share * needed == pytest.approx(claimed)


def sold(sku, amount):
    return [
        sale(sku=sku, quantity=1, gmv=amount, local_date=END - timedelta(days=n)) for n in range(90)
    ]


def stock(sku, on_hand):
    return {"store_id": "shop-de", "local_date": END, "sku": sku, "on_hand": on_hand,
            "stock_cost": on_hand * 5}  # fmt: skip


#: One a day each, so that what is on hand is the cover in days: A brings 70 %, B 22 %, C 8 %.
LINES = sold("A", 70) + sold("B", 22) + sold("C", 8)


def company(a, b, c, **how):
    stocks = [stock("A", a), stock("B", b), stock("C", c)]
    return desk_of({"order_lines": LINES, "inventory_snapshots": stocks}, **how)


def test_the_rules_as_they_ship_contradict_each_other_four_times():
    table = conflicts(company(100, 10, 20)).set_index("pair")
    assert list(table.index) == ["R07-R09", "R07-R10", "R08-R10", "R10-R10"]
    assert table["is_live"].to_dict() == {
        "R07-R09": False, "R07-R10": True, "R08-R10": True, "R10-R10": True,
    }  # fmt: skip
    # 1.5 x 30 = 45 days; 3 turns in 30 days leave 10; 30 / 45 is 0.67 turns; 10 / 30 is 0.33
    assert "45 days" in table.loc["R07-R09", "says"] and "10 days" in table.loc["R07-R09", "says"]
    assert "at most 0.67 turns in 30 days" in table.loc["R07-R09", "ends"]
    assert "counted over 135 days" in table.loc["R07-R09", "ends"]
    assert "a factor of at most 0.33" in table.loc["R07-R09", "ends"]
    assert "a factor of at most 0.50" in table.loc["R07-R10", "ends"]  # 15 / 30
    assert "clearance from 120 days for class A" in table.loc["R08-R10", "ends"]
    assert "come to 55.5 days" in table.loc["R10-R10", "says"]
    assert "class B would need −45 days" in table.loc["R10-R10", "says"]


def test_what_lies_between_two_rules_is_caught():
    # A at 100 days: cleared and held. B at 10: exactly the room, caught by none. C at 20: between
    # 15 and 45 for R10, between 10 and 45 for R09.
    found = caught(company(100, 10, 20))
    assert list(zip(found["pair"], found["member"], strict=True)) == [
        ("R07-R09", "C"), ("R07-R10", "C"), ("R08-R10", "A"),
    ]  # fmt: skip
    row = found.to_dict("records")[1]
    assert (row["first_says"], row["second_says"], row["cash"]) == (
        "R07: buy", "R10: run down", 100,
    )  # fmt: skip
    table = conflicts(company(100, 10, 20)).set_index("pair")
    assert table["caught"].to_dict() == {"R07-R09": 1, "R07-R10": 1, "R08-R10": 1, "R10-R10": 0}
    assert table.loc["R08-R10", "cash"] == 500


def test_the_numbers_that_would_end_it_end_it(tmp_path):
    (tmp_path / "rules.yml").write_text(
        """
        rules:
          R09: {thresholds: {turns: 0.66}}
          R10: {thresholds: {c_days: 45, a_days: 60, claimed_days: 56}}
        """
    )
    assert conflicts(company(100, 10, 20, folder=tmp_path)).empty
    assert caught(company(100, 10, 20, folder=tmp_path)).empty


def test_chinese_names_the_same_figures():
    table = conflicts(company(100, 10, 20, language="zh")).set_index("pair")
    assert "55.5天" in table.loc["R10-R10", "says"]
    assert "0.67次" in table.loc["R07-R09", "ends"]
