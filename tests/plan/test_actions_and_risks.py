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
from helpers.plan.rivals import compared, rivals_frame
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
    ("metric", "figures", "verdict"),
    [
        # was, now, and the same two months a year before
        ("acos", (0.20, 0.15, 0.20, 0.20), "better than its season"),  # lower is better
        ("acos", (0.20, 0.25, 0.20, 0.20), "worse than its season"),
        ("acos", (0.20, 0.25, 0.16, 0.21), "as the season would have it"),
        ("gmv", (60, 81, 45, 60), "as the season would have it"),  # +35 %, and +33 % without it
        ("gmv", (60, 120, 45, 60), "better than its season"),
        ("gmv", (60, 120, None, None), "cannot be told"),
        ("gmv", (60, None, 45, 60), "cannot be told"),
    ],
)
def test_effect_takes_the_season_out(metric, figures, verdict):
    months = ("2025-09", "2025-12", "2024-09", "2024-12")
    desk = DeskByHand({(metric, "", m): v for m, v in zip(months, figures, strict=True)})
    row = actions_frame(plan(actions=(action(metric=metric),)), desk).iloc[0]
    assert verdict in row["verdict"]
    assert row["was"].endswith("(2025-09)")


def test_now_is_the_month_under_review_and_not_the_month_it_was_done():
    done = action(metric="gmv", started_on=date(2025, 4, 7), done_on=date(2025, 6, 20),
                  due=date(2025, 6, 30), status="done", quarter="Q2")  # fmt: skip
    desk = DeskByHand({("gmv", "", "2025-03"): 5, ("gmv", "", "2025-12"): 9,
                       ("gmv", "", "2025-06"): 7})  # fmt: skip
    assert actions_frame(plan(actions=(done,)), desk).iloc[0]["now"].endswith("(2025-12)")


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


def test_price_index_is_after_promotion():
    own = [capture(date(2025, 12, 1), 20), capture(date(2025, 12, 9), 99)]
    rival = capture(date(2025, 12, 5), 20, promotion_depth="0.2")
    assert compared(own, rival, DeskByHand({})) == (pytest.approx(20 / 16), ())


def test_packs_of_different_size_are_named_and_not_compared():
    own, rival = [capture(date(2025, 12, 1), 20)], capture(date(2025, 12, 5), 40, pack_size=2)
    assert compared(own, rival, DeskByHand({})) == (None, ("pack",))
    assert compared([], rival, DeskByHand({})) == (None, ("no_own",))


def test_prices_in_two_currencies_meet_in_the_base_currency(monkeypatch):
    rates = {"EUR": 8.0, "USD": 7.0}
    monkeypatch.setattr(
        "helpers.plan.rivals.in_base",
        lambda desk, amount, currency, day: amount * rates[currency] if currency in rates else None,
    )
    own = [capture(date(2025, 12, 1), 20, currency="EUR")]
    index, _ = compared(own, capture(date(2025, 12, 5), 40), DeskByHand({}))
    assert index == pytest.approx(20 * 8 / (40 * 7))
    foreign = capture(date(2025, 12, 5), 40, currency="THB")
    assert compared(own, foreign, DeskByHand({})) == (None, ("no_rate",))


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


def test_what_is_cut_is_counted():
    late = tuple(action(id=f"a{n}") for n in range(9))
    said = decisions(plan(actions=late), DeskByHand({}), most=6)
    assert len(said) == 7 and said[-1].startswith("And 3 more")


def test_targets_behind_are_judged_on_the_year_and_the_widest_gap_comes_first(monkeypatch):
    import pandas as pd

    def row(metric, actual, target, verdict, expected=None):
        return {"target_id": metric, "metric": metric, "label": metric, "dimension": "",
                "scope": "", "unit": "count", "actual": actual, "target": target,
                "expected": expected, "verdict": verdict}  # fmt: skip

    frame = pd.DataFrame([
        row("orders", 105, 100, "met"),
        row("a", 95, 200, "behind", expected=100),
        row("b", 40, 200, "at_risk", expected=100),
    ])  # fmt: skip
    monkeypatch.setattr("helpers.plan.decisions.pace", lambda desk, targets, lands: frame)
    said = decisions(plan(), DeskByHand({}))
    assert [one.split(": ")[1].split(" ")[0] for one in said] == ["b", "a"]
    assert "40 against 100" in said[0]
