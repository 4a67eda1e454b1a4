"""Edges of what promotion, service and loyalty metrics say: n/a is never 0, nothing is guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_warehouse import LittleWarehouse

from helpers.metrics.compute import compute
from helpers.metrics.computed.experiments import CONTROLS
from helpers.metrics.computed.loyalty import _month
from helpers.metrics.notes import read_note, write_note
from helpers.vocabulary.periods import parse_period
from laws import examples

OCTOBER = parse_period("2025-10")
OPEN = {"local_date": date(2025, 8, 1)}


def ask(given, metric, by=(), **more):
    answer = compute(LittleWarehouse(given, **more), [metric], OCTOBER, by=by)
    return {row.member: row for row in answer.itertuples()}


@pytest.mark.parametrize("metric", ["ad_margin", "p4p_order_value", "cac_offsite"])
def test_money_without_a_rate_is_no_figure(metric):
    given = {
        "ad_spend": [{"currency": "TWD", "spend": 30, "attributed_sales": 80, "leads": 1,
                      "network": "google"}],
        "order_lines": [OPEN, {"currency": "TWD", "gmv": 100, "landed_cost": 60,
                               "customer_key": "anna", "order_id": "o2"}],
        "orders": [{"order_id": "o2", "order_type": "trade_assurance"}],
        "inquiries": [{"inquiry_id": "i"}],
    }  # fmt: skip
    row = ask(given, metric, rates={"TWD": None})[""]
    assert row.value != row.value
    assert "no_rate" in {one["code"] for one in read_note(row.note)}
    assert ask(given, metric, rates={"TWD": "0.5"})[""].status == "ok"


def trials(*pairs):
    """Give experiments of the kind image: visitors and conversions of A, then of B."""
    rows = []
    for number, (n0, x0, n1, x1) in enumerate(pairs):
        both = {"experiment_id": f"e{number}", "kind": "image", "started_on": date(2025, 10, 1),
                "ended_on": date(2025, 10, 20)}  # fmt: skip
        rows.append(both | {"variant": CONTROLS[number % 3], "visitors": n0, "conversions": x0})
        rows.append(both | {"variant": "B", "visitors": n1, "conversions": x1})
    return {"experiments": rows, "order_lines": [OPEN, {}]}


def test_experiments_are_never_thrown_into_one_pot():
    # In each of them B converts a fifth better; B had most of its visitors where all convert ill,
    # so that the pot would call it worse: (12 + 36) / 1100 against (100 + 3) / 1100.
    found = ask(trials((1000, 100, 100, 12), (100, 3, 1000, 36)), "image_test_lift")[""]
    assert found.value == pytest.approx(0.2)
    assert (12 + 36) / 1100 < (100 + 3) / 1100


def test_the_interval_of_one_experiment_is_that_of_a_risk_ratio():
    # By hand: ln(0.12 / 0.10) = 0.18232; variance 1/120 - 1/1000 + 1/100 - 1/1000 = 0.016333,
    # its root 0.12780; 0.18232 -+ 1.959964 x 0.12780 = -0.06817 and 0.43281, and e to the power
    # of these 0.93410 and 1.54158.
    row = ask(trials((1000, 100, 1000, 120)), "image_test_lift")[""]
    assert write_note(row.note, "en") == "95% interval -6.6% to +54.2% (1 tests, 2,000 visitors)"


def test_no_test_that_ended_is_no_lift_of_0():
    given = trials((1000, 100, 1000, 120))
    given["experiments"] = [row | {"ended_on": date(2025, 11, 2)} for row in given["experiments"]]
    assert ask(given, "image_test_lift")[""].status in ("no_source", "not_enough_data")


@examples(10)
@given(n=st.integers(200, 5000), x=st.integers(10, 100), times=st.integers(1, 3))
def test_a_variant_that_does_the_same_lifts_nothing(n, x, times):
    row = ask(trials((n, x, n * times, x * times)), "image_test_lift")[""]
    assert row.value == pytest.approx(0, abs=1e-4)


def test_a_company_without_inquiries_still_knows_its_response_times():
    tickets = [{"ticket_id": "t", "local_date": date(2025, 10, 7), "response_hours": 3.0}]
    given = {"service_tickets": tickets, "order_lines": [OPEN, {}]}
    assert ask(given, "first_response_time")[""].value == 3
    nobody = {"order_lines": [OPEN, {}]}
    assert ask(nobody, "first_response_time")[""].status == "no_source"


def test_nobody_answered_is_no_waiting_time_of_0():
    given = {"inquiries": [{"inquiry_id": "i", "response_hours": None}], "order_lines": [OPEN, {}]}
    row = ask(given, "first_response_time")[""]
    assert row.value != row.value
    assert row.status != "ok"


def test_a_market_is_weak_only_beside_the_others():
    rows = [{"store_id": "shop-a", "country": "DE", "sessions": 2000, "orders": 80},
            {"store_id": "shop-b", "country": "FR", "sessions": 2000, "orders": 20},
            {"store_id": "shop-c", "country": "IT", "sessions": 20, "orders": 0}]  # fmt: skip
    row = ask({"traffic": rows}, "market_cvr_gap")[""]
    # All: 100 of 4020; Italy's twenty visits tell nothing, France is the weakest: 0.01 - 0.024876
    assert row.value == pytest.approx(0.01 - 100 / 4020)
    assert "weakest: FR" in write_note(row.note, "en")
    # Three standard errors of 2000 visits: 3 x root(0.024876 x 0.975124 / 2000) = 1.04 %
    assert "-1.04% to +1.04% (2,000 visits)" in write_note(row.note, "en")


def test_a_level_given_for_coming_back_explains_no_coming_back():
    bought = [{"customer_key": "anna", "local_date": date(2025, 3, day), "order_id": f"a{day}"}
              for day in (1, 9)]  # fmt: skip
    given = {
        "order_lines": [{"local_date": date(2024, 6, 1), "customer_key": "zoe", "order_id": "z"},
                        *bought, {"customer_key": "ben", "order_id": "b"}],
        "members": [{"customer_key": "anna", "tier": "silver", "valid_from": date(2025, 3, 9)}],
    }  # fmt: skip
    # Anna was no member yet when the year began for her: there is no member to compare with.
    assert ask(given, "member_repurchase_gap")[""].status != "ok"


def test_value_of_a_cohort_with_goods_of_unknown_cost_is_no_figure():
    lines = [{"local_date": date(2024, 1, 1), "customer_key": "zoe", "order_id": "z"},
             {"local_date": date(2025, 7, 5), "customer_key": "anna", "order_id": "a",
              "gmv": 40, "landed_cost": None}, {}]  # fmt: skip
    row = ask({"order_lines": lines}, "ltv_90")[""]
    assert row.status == "no_source"
    lines[1]["landed_cost"] = Decimal(15)
    assert ask({"order_lines": lines}, "ltv_90")[""].value == 25


def test_months_are_counted_back_over_the_turn_of_the_year():
    assert _month(date(2025, 1, 31), 3) == (date(2024, 10, 1), date(2024, 10, 31))
    assert _month(date(2024, 3, 31), 1) == (date(2024, 2, 1), date(2024, 2, 29))
    assert _month(date(2025, 12, 5), 12) == (date(2024, 12, 1), date(2024, 12, 31))


def test_without_a_dollar_nobody_is_high_in_value_by_dollars():
    lines = [{"local_date": date(2024, 6, 1), "customer_key": "zoe", "order_id": "z"},
             {"customer_key": "anna", "order_id": "a", "gmv": 90}]  # fmt: skip
    row = ask({"order_lines": lines}, "rfm_high_value_users", rates={"USD": None})[""]
    assert (row.status, row.value == row.value) == ("no_source", False)
    assert ask({"order_lines": lines}, "rfm_high_value_users")[""].value == 0
