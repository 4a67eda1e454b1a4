"""Rules about promotions, tests and plans."""

from datetime import date

import pandas as pd
import pytest

from desk_of_tables import desk_of, sale
from helpers.analysis.rules.agenda import ACTION_COLUMNS, CAPTURE_COLUMNS, RISK_COLUMNS, Agenda
from helpers.analysis.rules.checking import check_rules


def answer(rule, agenda=None, folder=None, **tables):
    desk = desk_of(tables, **({"folder": folder} if folder else {}))
    return check_rules(desk, agenda, only=[rule])[0]


# -- R17 ------------------------------------------------------------------------------------


def promotion(first_day):
    return {"event_id": "e", "name_en": "Expo", "name_zh": "展会", "first_day": first_day,
            "last_day": first_day, "kind": "promo", "is_moving": False}  # fmt: skip


def test_milestones_fall_due_by_date():
    # 45 days before 1 March 2026 is 15 January, 30 days before is 30 January; 60 and 90 are past.
    found = answer("R17", calendar_events=[promotion("2026-03-01")])
    assert found.answer == "act"
    assert list(zip(found.items["action"], found.items["due"], strict=True)) == [
        ("stock_up", date(2026, 1, 15)), ("arrive", date(2026, 1, 30)),
    ]  # fmt: skip
    assert "the first on 15 January 2026" in found.sentence.en


def test_no_milestone_in_the_month_ahead_is_fine_and_no_promotion_says_nothing():
    assert answer("R17", calendar_events=[promotion("2026-01-10")]).answer == "fine"
    assert answer("R17").answer == "not_enough_data"


# -- R18, R19 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "cost", "verdict"),
    [
        ("R18", 5.5, "act"), ("R18", 4.5, "fine"), ("R18", None, "not_enough_data"),
        ("R19", 7.5, "act"), ("R19", 6.5, "fine"), ("R19", None, "not_enough_data"),
    ],
)  # fmt: skip
def test_no_discount_below_landed_cost(rule, cost, verdict):
    """Sold at 10: half of it does not pay for 5.50, 70 % of it does not pay for 7.50."""
    costs = [{"sku": "A", "valid_from": "2025-01-01", "currency": "EUR", "unit_cost": "5"}]
    found = answer(rule, order_lines=[sale(gmv=10, landed_cost=cost)], landed_costs=costs)
    assert found.answer == verdict
    assert list(found.items["item"]) == (["A"] if verdict == "act" else [])


def test_a_step_is_what_is_paid_and_not_what_is_taken_off():
    """5折 is half of the price, 7折 is 70 % of it: at a cost of 65 % only the first two lose."""
    costs = [{"sku": "A", "valid_from": "2025-01-01", "currency": "EUR", "unit_cost": "5"}]
    found = answer("R18", order_lines=[sale(gmv=10, landed_cost=6.5)], landed_costs=costs)
    assert found.items["detail"].iloc[0] == (
        "covers its cost down to 65.0% of today's price; loses at 50%, 60%"
    )


# -- R21 ------------------------------------------------------------------------------------


def experiments(count, visitors, lift="0.2"):
    return [
        {"store_id": "shop-de", "experiment_id": f"e{n:02}", "variant": arm,
         "started_on": "2025-11-01", "ended_on": "2025-11-28", "visitors": visitors,
         "conversions": visitors // 2, "smallest_effect": lift, "significance": "0.05",
         "decision": "keep B"}
        for n in range(count) for arm in "AB"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "visitors", "lift", "verdict"),
    [
        (13, 1000, "0.2", "fine"),  # 91 days are 13 weeks; half convert: 392 visitors are needed
        (13, 300, "0.2", "act"),
        (12, 1000, "0.2", "act"),
        (13, 1000, None, "not_enough_data"),
    ],
)
def test_one_test_a_week_each_with_enough_visitors(count, visitors, lift, verdict):
    found = answer("R21", experiments=experiments(count, visitors, lift))
    assert found.answer == verdict
    if verdict == "act":
        wanted = {"test_more"} if visitors == 1000 else {"repeat"}
        assert set(found.items["action"]) == wanted


# -- R23 ------------------------------------------------------------------------------------


def duty(due, country="DE", done=None, expires=None):
    return {"item_id": "d", "country": country, "requirement": "Papers", "due_on": due,
            "done_on": done, "expires_on": expires}  # fmt: skip


#: Germany has been sold to for years, Japan since October.
MARKETS = [sale(country="DE", local_date="2023-01-01"), sale(country="JP", local_date="2025-10-01")]


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        (duty("2026-01-30"), "act"),
        (duty("2026-01-31"), "fine"),
        (duty("2026-06-29", "JP"), "act"),  # 180 days in a new market
        (duty("2026-06-30", "JP"), "fine"),
        (duty("2025-01-01", done="2025-01-01"), "not_enough_data"),
        (duty("2025-01-01", done="2025-01-01", expires="2026-01-15"), "act"),
    ],
)
def test_duties_are_begun_in_time(item, verdict):
    assert answer("R23", compliance_items=[item], order_lines=MARKETS).answer == verdict


def test_a_policy_risk_is_looked_at_again():
    def agenda(day):
        row = ("ads", "Advertising law", "rule_change", day, ())
        return Agenda(risks=pd.DataFrame([row], columns=RISK_COLUMNS))

    assert answer("R23", agenda(date(2025, 9, 1))).answer == "act"
    assert answer("R23", agenda(date(2025, 12, 1))).answer == "fine"


# -- R28 ------------------------------------------------------------------------------------


def offer(rival, **given):
    return {
        "competitor": rival, "sku": "A", "captured_on": "2025-12-10", "line_no": 1,
        "currency": "EUR", "price": "9", "image_file": "a.jpg", "detail_text": "text",
    } | given  # fmt: skip


def test_three_rivals_are_recorded_in_full():
    assert answer("R28", competitor_offers=[offer(name) for name in "XYZ"]).answer == "fine"
    found = answer("R28", competitor_offers=[offer("X"), offer("Y", image_file=None)])
    assert found.answer == "act"
    assert dict(zip(found.items["item"], found.items["detail"], strict=True)) == {
        "Y": "main image missing", "more": "",
    }  # fmt: skip
    assert answer("R28").answer == "not_enough_data"


def test_what_people_noted_in_the_plan_counts():
    row = ("Z", date(2025, 12, 5), True, True, True, False)
    agenda = Agenda(captures=pd.DataFrame([row], columns=CAPTURE_COLUMNS))
    found = answer("R28", agenda, competitor_offers=[offer("X"), offer("Y")])
    assert found.answer == "fine"


# -- R30 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "verdict"), [("running", "act"), ("done", "fine"), (None, "not_enough_data")]
)
def test_phases_are_checked_against_the_plan(tmp_path, status, verdict):
    """Begun on 1 June: phase 1 ends 61 days later, in August."""
    rows = [
        (name, name, date(2025, 6, 1), date(2025, 12, 31), None,
         status if name == "one" else "done")
        for name in ("one", "two", "three")
    ]  # fmt: skip
    agenda = Agenda(actions=pd.DataFrame(rows if status else [], columns=ACTION_COLUMNS))
    steps = "{phase_1: [one], phase_2: [two], phase_3: [three]}"
    (tmp_path / "rules.yml").write_text(f"rules: {{R30: {{plan_actions: {steps}}}}}")
    found = answer("R30", agenda, tmp_path)
    assert found.answer == verdict
    if verdict == "act":
        assert list(found.items["item"]) == ["one"]
        assert list(found.items["due"]) == [date(2025, 8, 1)]
