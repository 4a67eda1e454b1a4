"""Rules about suppliers and logistics."""

from datetime import date, timedelta

import pytest

from desk_of_tables import desk_of, sale
from helpers.analysis.rules.checking import check_rules
from helpers.analysis.scorecards import carrier_scorecard


def answer(rule, **tables):
    return check_rules(desk_of(tables), only=[rule])[0]


def lot(n=1, quantity=500, received="2025-11-10", promised="2025-11-10", supplier="S", **given):
    return {
        "po_id": f"po{n}", "line_no": 1, "supplier_id": supplier, "sku": "A",
        "quantity": quantity, "currency": "EUR", "unit_cost": "2", "ordered_on": "2025-10-01",
        "promised_on": promised, "received_on": received, "received_quantity": quantity,
        "inspected_quantity": quantity, "failed_quantity": 0,
    } | given  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "sold", "verdict"),
    [(500, 500, "act"), (500, 499, "fine"), (499, 499, "not_enough_data")],
)
def test_a_large_lot_sold_out_in_thirty_days_earns_a_rebate(quantity, sold, verdict):
    lines = [
        sale(local_date="2025-11-10", quantity=sold),
        sale(order_id="late", local_date="2025-12-10", quantity=50),  # the 31st day
    ]
    found = answer("R15", purchase_orders=[lot(quantity=quantity)], order_lines=lines)
    assert found.answer == verdict
    if verdict == "act":
        assert found.cash == pytest.approx(150)  # 15 % of 500 x 2


def supplier(name, tier="ordinary", backup=False, certified=None):
    return {"supplier_id": name, "name": name, "tier": tier, "category": "Kettles",
            "is_backup": backup, "certified_on": certified}  # fmt: skip


CORE = supplier("main", "core")
BACKUPS = [supplier(name, backup=True, certified="2025-01-01") for name in ("b1", "b2")]


def test_a_core_category_has_two_backups_that_were_tried():
    tried = [lot(1, supplier="b1"), lot(2, supplier="b2")]
    fine = answer("R24", suppliers=[CORE, *BACKUPS], purchase_orders=tried)
    assert fine.answer == "fine"
    found = answer("R24", suppliers=[CORE, *BACKUPS], purchase_orders=tried[:1])
    assert found.answer == "act"
    assert list(found.items["quantity"]) == [1]
    assert found.items["detail"].iloc[0] == "2 named, 1 ready"
    unknown = answer("R24", suppliers=BACKUPS, purchase_orders=tried)
    assert unknown.answer == "not_enough_data"


@pytest.mark.parametrize(
    ("lines", "received", "failed", "verdict", "score"),
    [
        (5, "2025-11-10", 0, "fine", 100.0),
        (5, "2025-11-11", 0, "act", 60.0),  # never on time: 40 points
        (5, "2025-11-10", 250, "fine", 80.0),  # half of what was inspected: 20 points
        (4, "2025-11-11", 0, "not_enough_data", None),
    ],
)
def test_core_suppliers_are_scored(lines, received, failed, verdict, score):
    bought = [lot(n, received=received, supplier="main", failed_quantity=failed)
              for n in range(lines)]  # fmt: skip
    found = answer("R26", suppliers=[CORE], purchase_orders=bought)
    assert found.answer == verdict
    assert found.figure == (None if score is None else pytest.approx(score))


def shipment(n, late, carrier="Slow", lane="CN-US", **given):
    promised = date(2025, 12, 1)
    return {
        "shipment_id": f"{carrier}{n}", "carrier": carrier, "lane": lane, "mode": "sea",
        "shipped_on": "2025-11-01", "promised_on": promised,
        "delivered_on": promised + timedelta(days=late), "currency": "EUR", "cost": "3",
    } | given  # fmt: skip


@pytest.mark.parametrize(
    ("delays", "verdict"),
    [
        ((5, 5, 5, 6, 4), "act"),
        ((0, 0, 0, 0, 0), "fine"),
        ((5, 5, 5, 6), "not_enough_data"),
        ((0, 0, 0, 0, 16), "not_enough_data"),  # 3.2 on average, from one shipment
    ],
)
def test_a_carrier_that_is_late_is_switched(delays, verdict):
    rows = [shipment(n, late) for n, late in enumerate(delays)]
    found = answer("R16", shipments=[*rows, shipment(0, 0, "Quick")])
    assert found.answer == verdict
    if verdict == "act":
        assert found.figure == 5
        assert found.items["detail"].iloc[0] == (
            "5.0 days late on average; on this lane, too: Quick"
        )


def test_a_carrier_s_delay_has_an_interval():
    cards = carrier_scorecard(desk_of({"shipments": [shipment(n, d) for n, d in
                                                     enumerate((5, 5, 5, 6, 4))]}))  # fmt: skip
    row = cards.to_dict("records")[0]
    # Standard deviation 0.7071 of five; Student's t of 4 degrees is 2.7764: 0.878 either way.
    assert row["delay_lower"] == pytest.approx(5 - 0.878, abs=0.001)
    assert row["delay_upper"] == pytest.approx(5 + 0.878, abs=0.001)
    assert row["backups"] != row["backups"] or row["backups"] is None


@pytest.mark.parametrize(
    ("lane", "count", "verdict"),
    [("CN-DE", 30, "act"), ("DE-DE", 30, "fine"), ("CN-DE", 29, "not_enough_data")],
)
def test_established_goods_ship_from_within_the_country(lane, count, verdict):
    rows = [shipment(n, 0, lane=lane, store_id="shop-de", order_id=f"o{n}") for n in range(count)]
    lines = [sale(order_id=f"o{n}", local_date="2025-11-01") for n in range(count)]
    goods = [{"sku": "A", "launched_on": "2025-01-01"}]
    found = answer("R27", shipments=rows, order_lines=lines, products=goods)
    assert found.answer == verdict
    if verdict == "act":
        assert found.cash == 90  # 30 parcels at 3
