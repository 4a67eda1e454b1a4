"""Actions, risks, rivals and decisions, each against figures written here."""

from datetime import date
from types import SimpleNamespace

import pytest
from desk_by_hand import DeskByHand

from helpers.plan.actions import actions_frame, status_on
from helpers.plan.decisions import decisions
from helpers.plan.loading import Plan
from helpers.plan.models import Action, Capture, Risk, Rival
from helpers.plan.risks import risks_frame
from helpers.plan.rivals import price_index, rivals_frame
from helpers.vocabulary.labels import Label

LABEL = Label(en="words", zh="文字")


def action(**values):
    given = {
        "id": "a", "quarter": "Q4", "task": LABEL, "metric": "acos", "strategy": "s",
        "owner": LABEL, "started_on": date(2025, 10, 10), "due": date(2025, 11, 30),
        "status": "running", "resources": LABEL,
    }  # fmt: skip
    return Action(**(given | values))


def plan(**parts):
    return Plan(year=2025, folder=SimpleNamespace(), **parts)


@pytest.mark.parametrize(
    ("values", "day", "status"),
    [
        ({}, date(2025, 11, 1), "running"),
        ({}, date(2025, 12, 31), "overdue"),
        ({"done_on": date(2025, 11, 20), "status": "done"}, date(2025, 12, 31), "done"),
        # Seen from October it had not been finished yet.
        ({"done_on": date(2025, 11, 20), "status": "done"}, date(2025, 10, 31), "running"),
        ({"started_on": None, "status": "planned"}, date(2025, 11, 1), "planned"),
        ({"status": "dropped"}, date(2025, 12, 31), "dropped"),
    ],
)
def test_status_is_judged_on_the_day(values, day, status):
    assert status_on(action(**values), day) == status


@pytest.mark.parametrize(
    ("was", "now", "verdict"),
    [
        (0.20, 0.15, "as intended"),  # a lower advertising cost of sales is better
        (0.20, 0.25, "the wrong way"),
        (0.20, 0.201, "no clear move"),
        (0.20, None, "cannot be told"),
    ],
)
def test_effect_is_judged_by_the_metrics_direction(was, now, verdict):
    desk = DeskByHand({("acos", "", "2025-09"): was, ("acos", "", "2025-12"): now})
    row = actions_frame(plan(actions=(action(),)), desk).iloc[0]
    assert verdict in row["verdict"]


def risk(beyond, threshold):
    return Risk.model_validate(
        {
            "id": "r", "kind": "competition", "label": LABEL, "probability": 3, "impact": 4,
            "trigger": {"metric": "acos", "beyond": beyond, "threshold": threshold},
            "contingency": LABEL, "reviewed_on": "2025-11-01",
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("beyond", "threshold", "state"),
    [("above", 0.3, "clear"), ("above", 0.2, "triggered"), ("below", 0.3, "triggered")],
)
def test_triggers_are_looked_up(beyond, threshold, state):
    desk = DeskByHand({("acos", "", "2025-12"): 0.25})
    row = risks_frame(plan(risks=(risk(beyond, threshold),)), desk).iloc[0]
    assert (row["state"], row["score"], row["value"]) == (state, 12, "25.0%")


def test_no_figure_is_not_enough_data_and_never_clear():
    row = risks_frame(plan(risks=(risk("above", 0.3),)), DeskByHand({})).iloc[0]
    assert row["state"] == "not enough data" and not row["is_triggered"]


def capture(day, price, **more):
    given = {"main_image": "a", "detail_page": "b", "currency": "USD"}
    return Capture(captured_on=day, price=price, **(given | more))


def test_price_index_is_per_unit_and_after_promotion():
    own = [capture(date(2025, 12, 1), 20)]
    rival = capture(date(2025, 12, 5), 40, pack_size=2, promotion_depth="0.2")
    assert price_index(own, rival) == pytest.approx(20 / 16)


def test_prices_in_two_currencies_are_not_compared():
    own = [capture(date(2025, 12, 1), 20, currency="EUR")]
    assert price_index(own, capture(date(2025, 12, 5), 40)) is None


def test_rivals_say_what_changed_and_what_was_not_captured():
    rival = Rival(
        id="x", name="X", sku="SKU-0001", market="US", own=(capture(date(2025, 10, 1), 10),),
        captures=(capture(date(2025, 10, 2), 10), capture(date(2025, 11, 2), 8, main_image="new")),
    )  # fmt: skip
    row = rivals_frame(plan(rivals=(rival,)), DeskByHand({})).iloc[0]
    assert row["price_index"] == pytest.approx(1.25)
    assert row["index_change"] == pytest.approx(0.25)
    assert (row["main_image"], row["detail_page"]) == ("changed", "unchanged")
    assert row["state"] == "no capture this month" and row["product"] == "Kettle"


def test_decisions_name_what_is_due_and_say_when_there_is_nothing():
    desk = DeskByHand({("acos", "", "2025-12"): 0.25})
    said = decisions(plan(actions=(action(),), risks=(risk("above", 0.2),)), desk)
    assert len(said) == 2
    assert "Risk triggered" in said[0] and "25.0%" in said[0] and "20.0%" in said[0]
    assert "Overdue since 30 November 2025" in said[1]
    assert decisions(plan(), desk) == ["No overdue action, no triggered risk, no missed target."]
