"""What to buy, move and clear, worked out by hand for an article that sells two a day."""

from datetime import date, timedelta

import pandas as pd
import pytest

from desk_of_tables import desk_of, sale
from desks import paper_desk
from helpers.analysis.inventory import takeaways
from helpers.analysis.inventory.acting import buying_list, moves, to_act_on
from helpers.analysis.inventory.ageing import ageing
from helpers.analysis.inventory.classes import abc_table, class_cover
from helpers.analysis.inventory.cover import cover_table
from helpers.analysis.inventory.imbalance import imbalance

END = date(2025, 12, 31)
#: Lead time 20 days, no spread: until the next review's order has come, 50 days sell 100.
GOODS = [{"sku": "A", "lead_time_days": 20, "launched_on": "2024-01-01"}]


def sold(store="shop-de", a_day=2, sku="A"):
    return [
        sale(store_id=store, sku=sku, quantity=a_day, gmv=a_day * 10,
             local_date=END - timedelta(days=n))
        for n in range(90)
    ]  # fmt: skip


def stock(on_hand, store="shop-de", inbound=0, sku="A", **given):
    return {"store_id": store, "local_date": END, "sku": sku, "on_hand": on_hand,
            "inbound": inbound, "stock_cost": on_hand * 5} | given  # fmt: skip


def company(stocks, lines=None, goods=GOODS, **tables):
    given = {"inventory_snapshots": stocks, "order_lines": lines or sold(), "products": goods}
    return desk_of(given | tables, first=date(2025, 9, 1))


def bought(*args, **how):
    desk = company(*args, **how)
    cover = cover_table(desk)
    return buying_list(desk, cover, moves(desk, cover))


def test_buy_what_sells_until_the_next_order_comes():
    # 100 - 30 on hand - 10 inbound, at 5 each; below the 40 of the lead time: 40 is just enough
    row = bought([stock(30, inbound=10)]).to_dict("records")[0]
    assert (row["forecast"], row["needed"], row["quantity"], row["cash"]) == (100, 60, 60, 300)
    assert (row["rule_quantity"], row["is_urgent"]) == (50, False)  # 1.5 x 60 - 40
    assert bought([stock(29, inbound=10)])["is_urgent"].tolist() == [True]
    assert bought([stock(100)]).empty


def test_the_order_minimum_is_met_and_said_aloud_where_it_lasts_long():
    goods = [GOODS[0] | {"order_minimum": 400}]
    row = bought([stock(30)], goods=goods).to_dict("records")[0]
    assert (row["needed"], row["quantity"], row["cash"]) == (70, 400, 2000)
    # 400 at two a day are 200 days
    assert row["months_of_sales"] == pytest.approx(200 / 30)
    assert row["is_minimum_heavy"]


def test_less_than_an_order_minimum_waits_unless_it_is_urgent():
    goods = [GOODS[0] | {"order_minimum": 80}]
    assert bought([stock(50)], goods=goods).empty  # lacks 50 of 80, and 50 > 40
    assert bought([stock(39)], goods=goods)["quantity"].tolist() == [80]


def test_stores_order_together():
    lines = sold() + sold("shop-uk")
    row = bought([stock(30), stock(20, "shop-uk")], lines).to_dict("records")[0]
    assert (row["stores"], row["quantity"]) == (2, 150)  # 70 + 80
    assert row["store_label"] == "2 stores"


def test_a_season_ahead_is_bought_for():
    then = END - timedelta(days=364)
    last_year = [
        sale(quantity=3 if n <= 0 else 6, local_date=then + timedelta(days=n))
        for n in range(-89, 61)
    ]
    desk = desk_of({"inventory_snapshots": [stock(30)], "order_lines": sold() + last_year,
                    "products": GOODS})  # fmt: skip
    row = buying_list(desk, cover_table(desk)).to_dict("records")[0]
    assert (row["season"], row["forecast"], row["needed"]) == (2, 200, 170)


def test_one_store_s_surplus_fills_another_s_gap_before_anything_is_bought():
    """Britain's two stores: one lies on 300 (90 days are 180), the other lacks 100 - 20."""
    lines = sold("shop-uk") + sold("shop-uk2")
    desk = company([stock(300, "shop-uk"), stock(20, "shop-uk2")], lines)
    cover = cover_table(desk)
    moved = moves(desk, cover).to_dict("records")
    assert [(one["from_store"], one["to_store"], one["quantity"], one["cash"]) for one in moved] \
        == [("shop-uk", "shop-uk2", 80, 400)]  # fmt: skip
    assert buying_list(desk, cover, moves(desk, cover)).empty
    acts = to_act_on(desk)
    # 120 to spare, 80 of them moved
    assert acts[["action", "quantity", "cash"]].values.tolist() == [
        ["move", 80, 400], ["clear", 40, 200],
    ]  # fmt: skip


def test_nothing_crosses_a_border():
    lines = sold("shop-de") + sold("shop-uk")
    desk = company([stock(300, "shop-de"), stock(20, "shop-uk")], lines)
    cover = cover_table(desk)
    assert moves(desk, cover).empty
    row = imbalance(desk, cover).to_dict("records")[0]
    assert (row["spare"], row["lacking"], row["is_movable"]) == (120, 80, False)


def test_what_a_long_lead_time_needs_is_not_cleared():
    """120 days to come and 30 to review sell 300: of 310 only 10 are spare, not 310 - 180."""
    goods = [GOODS[0] | {"lead_time_days": 120}]
    acts_on = to_act_on(company([stock(310)], goods=goods))
    assert acts_on[["action", "quantity"]].values.tolist() == [["clear", 10]]
    assert to_act_on(company([stock(310)]))["quantity"].tolist() == [130]


def test_without_a_lead_time_nothing_is_ordered():
    assert bought([stock(0)], goods=[]).empty


def test_ages_come_from_the_report_where_it_tells_them():
    desk = company([stock(30, age_0_90=10, age_91_180=15, age_181_plus=5)])
    row = ageing(desk).to_dict("records")[0]
    assert row["method"] == "snapshot"
    assert [row["age_0_90"], row["age_91_180"], row["age_181_plus"]] == [10, 15, 5]


def test_ages_come_from_the_newest_deliveries_where_it_does_not():
    """100 left: 40 came 31 days ago, 50 came 153 days ago; 10 are older than the data."""

    def delivery(n, day, units):
        return {"po_id": f"p{n}", "line_no": 1, "supplier_id": "S", "sku": "A", "quantity": units,
                "currency": "EUR", "ordered_on": day, "received_on": day,
                "received_quantity": units}  # fmt: skip

    orders = [delivery(1, "2025-11-30", 40), delivery(2, "2025-07-31", 50)]
    row = ageing(company([stock(100)], purchase_orders=orders)).to_dict("records")[0]
    assert row["method"] == "deliveries"
    assert [row[f"age_{name}"] for name in ("0_90", "91_180", "181_plus", "unknown")] == [
        40, 50, 0, 10,
    ]  # fmt: skip
    # Two more deliveries than are left: the older one has been sold.
    row = ageing(company([stock(30)], purchase_orders=orders)).to_dict("records")[0]
    assert [row["age_0_90"], row["age_91_180"], row["age_unknown"]] == [30, 0, 0]
    assert ageing(company([stock(30)])).to_dict("records")[0]["method"] == "none"


def test_classes_have_shares_and_cover():
    # A sells for 20 a day, B for 6, C for 2: 71 %, 21 %, 7 %
    lines = sold() + sold(sku="B", a_day=1) + sold(sku="C", a_day=1)
    lines = [one | {"gmv": {"A": 20, "B": 6, "C": 2}[one["sku"]]} for one in lines]
    lines = [one | {"gmv_base": one["gmv"]} for one in lines]
    desk = company([stock(180), stock(30, sku="B"), stock(50, sku="C")], lines)
    classes = abc_table(desk)
    assert classes["abc_class"].tolist() == ["A", "B", "C"]
    assert classes["share"].tolist() == pytest.approx([20 / 28, 6 / 28, 2 / 28])
    table = class_cover(desk, cover_table(desk), classes).set_index("abc_class")
    assert table["cover_days"].to_dict() == {"A": 90, "B": 30, "C": 50}
    assert table["on_hand_value"].to_dict() == {"A": 900, "B": 150, "C": 250}


def acts(*verdicts):
    return pd.DataFrame(
        {"action": "clear", "verdict": list(verdicts), "cash": [100.0] * len(verdicts)}
    )


@pytest.mark.parametrize(
    ("language", "verdicts", "says"),
    [
        ("en", ("overstock", "no_sales", "no_sales"),
         "3 stock positions (articles in a store) hold stock to clear (£300 tied up), 2 of them "
         "without a sale on ordinary days of the last 90."),
        ("en", ("overstock", "overstock"),
         "2 stock positions (articles in a store) hold stock to clear (£200 tied up)."),
        ("en", ("no_sales",),
         "One stock position (an article in a store) holds stock to clear (£100 tied up), "
         "without a sale on ordinary days of the last 90."),
        ("zh", ("overstock", "no_sales", "no_sales"),
         "3个库存位（店铺×商品）需清理库存（占用资金£300），其中2个近90天平日无销量。"),
    ],
)  # fmt: skip
def test_positions_without_sales_do_not_hold_days_of_sales(language, verdicts, says):
    assert takeaways.stock_takeaway(acts(*verdicts), paper_desk(language)) == says


def test_the_buying_list_says_what_it_takes():
    goods = [GOODS[0] | {"order_minimum": 400}]
    desk = company([stock(30)], goods=goods)
    frame = buying_list(desk, cover_table(desk))
    assert takeaways.buying_takeaway(frame, desk) == (
        "One article falls short, but its order minimum lasts more than six months: "
        "ask for less (€2,000)."
    )
