"""What a figure may not claim: percentages of losses, baselines that are none, idle verdicts."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from charts.frames import WORDS, card, history
from helpers.charts.change_over_time import small_multiples, trend
from helpers.charts.deviation import variance_bars
from helpers.charts.magnitude import kpi_cards

LOSS = {"value": 136.0, "previous": -432.0, "previous_change": None}


def test_a_card_says_the_difference_from_a_loss_and_no_percentage():
    shown = kpi_cards(card(**LOSS, target=None, year_ago_change=None, year_ago=None),
                      id="k", **WORDS)._repr_html_()  # fmt: skip
    baselines = shown[shown.index("<dl") : shown.index("</dl>")]
    assert "+£568" in baselines and "−£432" in baselines
    assert "%" not in baselines
    # Nothing is known of last year.
    assert baselines.count("n/a (no baseline)") == 1


@pytest.mark.parametrize("before", [-432.0, 0.0])
def test_a_bar_from_a_loss_has_no_percentage(before):
    frame = pd.DataFrame(
        {"label": ["A"], "value": [136.0], "previous": [before], "unit": "money", "currency": "GBP"}
    )
    shown = variance_bars(frame, id="v", metric="contribution", **WORDS)
    words = re.sub(r"<[^>]*>", " ", str(shown.table))
    assert "+£568" in words or before == 0.0
    assert "%" not in words


def test_what_is_compared_with_last_year_is_not_saved_as_the_last_period():
    frame = pd.DataFrame(
        {"label": ["A"], "value": [136.0], "previous": [100.0], "change": [36.0], "unit": "money",
         "currency": "GBP"}
    )  # fmt: skip
    shown = variance_bars(frame, id="v", metric="gmv", against="year_ago", **WORDS)
    assert [shown.headings[name] for name in shown.data.columns if name.endswith("ago")] == [
        "Last year"
    ]
    assert "previous" not in shown.data.columns
    assert "£100 → £136" in str(shown.table)


def test_a_panel_of_a_loss_a_year_ago_has_no_percentage():
    frame = history([-50.0, *[10.0] * 11, 40.0]).assign(
        member="GB", label="GB", metric="contribution"
    )
    assert "ex-even" not in str(
        small_multiples(frame, id="s", metric="contribution", **WORDS).table
    )
    risen = history([20.0, *[10.0] * 11, 40.0]).assign(member="GB", label="GB")
    assert "+100.0%" in str(small_multiples(risen, id="s", metric="gmv", **WORDS).table)


def test_a_panel_of_a_month_still_running_has_no_change_on_a_whole_one():
    """40 of a month so far, 20 of all of it last year: +100 % would be said of nothing."""
    frame = history([20.0, *[10.0] * 11, 40.0]).assign(member="GB", label="GB")
    frame.loc[frame["month"] == frame["month"].max(), "status"] = "preliminary"
    shown = str(small_multiples(frame, id="s", metric="gmv", **WORDS).table)
    assert "£40" in shown and "ex-even" not in shown


@pytest.mark.parametrize(
    ("language", "measure"),
    [
        ("en", "Value of the period, against last year and target"),
        ("zh", "本期数值，对比去年同期与目标"),
    ],
)
def test_a_year_has_no_last_period(language, measure):
    """Its last period is last year: the notebook leaves the columns out, and so does the card."""
    frame = card().drop(columns=["previous", "previous_change"])
    shown = kpi_cards(frame, id="k", **WORDS, language=language)
    assert shown.measure == measure
    for words in ("last period", "no baseline", "上期", "无可比基期"):
        assert words not in shown._repr_html_()


def test_a_level_is_not_said_to_lack_history():
    untold = {"signal": "not_enough_data", "signal_method": "none", "metric_label": ""}
    stock = card(metric="stock_value", label="Stock value", **untold)
    assert "history" not in kpi_cards(stock, id="k", **WORDS)._repr_html_()
    sales = card(**untold)
    assert "Too little history" in kpi_cards(sales, id="k", **WORDS)._repr_html_()


@pytest.mark.parametrize(
    ("language", "only_now", "only_before"), [("en", "only now", "only before"),
                                              ("zh", "仅本期", "仅基期")]
)  # fmt: skip
def test_who_sold_in_one_period_only_is_not_called_new_or_gone(language, only_now, only_before):
    frame = pd.DataFrame(
        {"label": ["A", "B"], "value": [9.0, 0.0], "previous": [0.0, 7.0],
         "standing": ["entered", "left"], "unit": "money", "currency": "GBP"}
    )  # fmt: skip
    words = str(variance_bars(frame, id="v", metric="gmv", language=language, **WORDS).table)
    assert only_now in words and only_before in words
    for claim in (">new<", ">gone<", "新增", "退出"):
        assert claim not in words


def test_what_is_known_before_the_months_shown_only_leaves_nothing_to_draw():
    frame = history([5.0] + [None] * 13)
    drawn = trend(frame, id="t", metric="gmv", months=13, **WORDS)
    assert drawn.kind == "nothing"
    assert trend(frame, id="t", metric="gmv", months=14, **WORDS).kind == "trend"
