"""The figures a page shows: known by what they say, in no language, and the same in both."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.charts.grids import Column
from helpers.reviews.figures import (
    Figure,
    beside,
    figures_in,
    gather,
    is_same,
    once,
    read_figures,
    write_figures,
)
from helpers.reviews.page import Page
from helpers.vocabulary.faults import WorkFailed
from helpers.vocabulary.periods import parse_period


def desk(elapsed: str = "2025-10", language: str = "en") -> SimpleNamespace:
    month = parse_period(elapsed)
    return SimpleNamespace(
        elapsed=month, previous=month.previous(), year_ago=month.year_ago(), currency="GBP",
        language=language, warehouse=SimpleNamespace(has=lambda table: True),
        source_line=lambda *names: "", workspace=SimpleNamespace(definitions={}),
    )  # fmt: skip


def said(figures) -> dict:
    return {
        (one.exhibit, one.metric, one.column, one.member, one.period): (one.value, one.unit)
        for one in figures
    }


COMPARED = pd.DataFrame(
    {
        "metric": ["gmv", "refund_rate"], "dimension": ["", ""], "member": ["", ""],
        "label": ["GMV", "Refunds"], "value": [120.0, None], "unit": ["money", "percent"],
        "currency": ["GBP", ""], "status": ["ok", "no_source"], "previous": [100.0, 0.05],
        "previous_change": [0.2, None], "year_ago": [90.0, None], "target": [110.0, None],
    }
)  # fmt: skip


def test_a_comparison_shows_three_periods_and_the_target():
    assert said(figures_in(COMPARED, desk(), "cards")) == {
        ("", "gmv", "", "", "2025-10"): (120.0, "GBP"),
        ("", "gmv", "", "", "2025-09"): (100.0, "GBP"),
        ("", "gmv", "", "", "2024-10"): (90.0, "GBP"),
        ("", "gmv", "target", "", "2025-10"): (110.0, "GBP"),
        ("", "refund_rate", "", "", "2025-10"): (None, "percent"),
        ("", "refund_rate", "", "", "2025-09"): (0.05, "percent"),
    }


def test_movers_are_compared_with_the_baseline_that_was_asked_for():
    moved = pd.DataFrame(
        {
            "metric": "gmv", "dimension": "market", "member": ["DE", "others"],
            "label": ["Germany", "All others"], "value": [7.0, 3.0], "previous": [5.0, 2.0],
            "unit": "money", "currency": "EUR", "status": "ok",
        }
    )  # fmt: skip
    found = said(figures_in(moved, desk(), "moved", against="year_ago"))
    assert found == {
        ("", "gmv", "", "DE", "2025-10"): (7.0, "EUR"),
        ("", "gmv", "", "DE", "2024-10"): (5.0, "EUR"),
    }, "who the others are depends on who is named"


def test_a_month_still_running_is_known_by_its_days():
    """A half month and the whole one are two figures, and not one that was restated."""
    months = pd.DataFrame(
        {
            "metric": "gmv", "dimension": "", "member": "", "month": ["2025-09", "2025-10"],
            "value": [1.0, 2.0], "unit": "money", "currency": "GBP", "status": "ok",
        }
    )  # fmt: skip
    half = desk("2025-10-01..2025-10-15")
    periods = [one.period for one in figures_in(months, half, "trend")]
    assert periods == ["2025-09", "2025-10-01..2025-10-15"]


def test_a_table_shows_its_columns_and_its_first_rows_only():
    rows = pd.DataFrame(
        {
            "member": ["A", "A", "B"], "label": ["一", "二", "三"], "units": [1, 2, 3],
            "cash": [5.0, None, 7.0], "hidden": [9, 9, 9], "currency": "CNY",
        }
    )  # fmt: skip
    columns = [Column("label"), Column("units", unit="units"), Column("cash", unit="money")]
    found = list(figures_in(rows, desk(), "list", columns=columns, rows=2))
    assert said(found) == {
        ("list", "", "units", "A", "2025-10"): (1.0, "units"),
        ("list", "", "cash", "A", "2025-10"): (5.0, "CNY"),
        ("list", "", "units", "A#2", "2025-10"): (2.0, "units"),
        ("list", "", "cash", "A#2", "2025-10"): (None, "CNY"),
    }
    assert found[3].status == "not_enough_data"


def test_costs_that_are_shared_are_a_figure_and_no_share():
    rows = pd.DataFrame(
        {
            "member": ["A"], "shared_costs": [96.0], "share": [0.5], "share_of_gmv": [0.4],
            "gmv_share": [0.4], "currency": "CNY",
        }
    )  # fmt: skip
    shares = [Column(one, unit="percent") for one in ("share", "share_of_gmv", "gmv_share")]
    columns = [Column("shared_costs", unit="money"), *shares]
    found = figures_in(rows, desk(), "statement", columns=columns)
    assert said(found) == {("statement", "", "shared_costs", "A", "2025-10"): (96.0, "CNY")}


def test_steps_of_a_bridge_are_not_the_metric_itself():
    steps = pd.DataFrame(
        {
            "metric": "gmv", "dimension": "", "member": "", "step": ["start", "traffic"],
            "label": ["September", "Traffic"], "value": [100.0, 20.0], "kind": ["start", "effect"],
            "currency": "GBP", "status": "ok",
        }
    )  # fmt: skip
    found = list(figures_in(steps, desk(), "bridge", metric="gmv"))
    assert [one.exhibit for one in found] == ["bridge", "bridge"]
    assert not any(one.is_of_the_catalogue for one in found)


def test_what_is_shown_is_noted_with_its_exhibit():
    page = Page(desk())

    def draw(frame, *, id, takeaway, source, language):
        return id

    page.show(draw, COMPARED, id="cards", says=lambda frame, desk: "said", reads=["refunds"])
    assert page.behind == {"cards": ("refunds",)}
    assert {one.page for one in page.figures} == {"cards"}
    assert len(page.figures) == 6


def test_noise_of_adding_is_no_difference_and_a_cent_is():
    assert is_same(sum([0.1] * 10), 1.0)
    assert is_same(95273.12050000001, 95273.1205)
    assert not is_same(95273.12, 95273.13)
    assert not is_same(0.0, None), "n/a is never nought"


def figure(value: float | None, page: str = "cards", member: str = "") -> Figure:
    return Figure("gmv", "2025-10", "market" if member else "", member, value, "GBP", "ok",
                  page=page)  # fmt: skip


def test_a_figure_shown_twice_is_kept_once_where_it_stands_first():
    kept = once([figure(None, "first"), figure(5.0, "second")])
    assert [(one.value, one.page) for one in kept] == [(5.0, "first")]


@pytest.fixture
def pages(tmp_path):
    """Two pages of an edition in two languages, with what they show kept beside them."""

    def keep(**shown):
        found = {}
        for language, each in shown.items():
            (tmp_path / language).mkdir(exist_ok=True)
            found[language] = []
            for name, figures in each.items():
                notebook = tmp_path / language / f"{name}.ipynb"
                write_figures(beside(notebook), figures)
                found[language].append((name, notebook))
        return found

    return keep


def test_an_edition_has_each_figure_once_and_in_one_order(pages, tmp_path):
    shown = {"index": [figure(5.0, "cards"), figure(3.0, "top", "GB")],
             "sales": [figure(2.0, "top", "DE"), figure(5.0, "trend")]}  # fmt: skip
    noise = {"index": [figure(3.0, "top", "GB"), figure(5.0000000000001, "cards")],
             "sales": shown["sales"]}  # fmt: skip
    gathered = gather(pages(zh=shown, en=noise))
    assert [(one.member, one.value, one.page) for one in gathered] == [
        ("", 5.0, "index#cards"), ("DE", 2.0, "sales#top"), ("GB", 3.0, "index#top")
    ]  # fmt: skip
    for name in ("a", "b"):
        write_figures(tmp_path / name, reversed(gathered) if name == "b" else gathered)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_figures(tmp_path / "a") == gathered
    assert len((tmp_path / "a").read_text(encoding="utf-8").splitlines()) == 3 + 3, "one a line"


def test_two_pages_that_show_one_figure_with_two_values_are_refused_by_both_names(pages):
    shown = {"index": [figure(5.0, "cards"), figure(3.0, "top", "GB")],
             "sales": [figure(5.01, "trend"), figure(3.0, "map", "GB")]}  # fmt: skip
    with pytest.raises(WorkFailed) as refused:
        gather(pages(zh=shown, en=shown))
    assert [(one.where, one.what) for one in refused.value.faults] == [
        ("index#cards", "gmv 2025-10 is 5 there and 5.01 on sales#trend")
    ]


def test_one_page_that_says_two_things_is_refused_as_well(pages):
    kept = once([figure(5.0, "cards"), figure(5.0, "table"), figure(6.0, "trend")])
    with pytest.raises(WorkFailed, match=r"index#cards: gmv .* 5 there and 6 on index#trend"):
        gather(pages(en={"index": kept}))


@pytest.mark.parametrize(
    "other",
    [
        replace(figure(6.0), unit="CNY"),
        replace(figure(6.0), column="target"),
        replace(figure(6.0), period="2025-11"),
        replace(figure(6.0), exhibit="a table of its own"),
        figure(None),
    ],
)
def test_another_currency_target_period_or_table_is_another_figure(pages, other):
    shown = {"index": [figure(5.0)], "sales": [replace(other, page="trend")]}
    assert figure(5.0).value in {one.value for one in gather(pages(en=shown))}


def test_languages_that_differ_are_refused_by_page_and_figure(pages):
    zh = {"index": [figure(5.0), figure(3.0, member="GB")]}
    en = {"index": [figure(5.1), figure(None, member="DE")]}
    with pytest.raises(WorkFailed) as refused:
        gather(pages(zh=zh, en=en))
    said = str(refused.value)
    assert "index: its languages show different figures" in said
    assert "gmv 2025-10: 5 in zh, 5.1 in en" in said
    assert "gmv market DE 2025-10: not shown in zh, n/a in en" in said
    assert "gmv market GB 2025-10: 3 in zh, not shown in en" in said
