"""What a notebook sits down at: words reach every exhibit, and missing data is said quietly."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.config.files_read import FilesRead
from helpers.metrics.catalogue import catalogue
from helpers.plan.loading import Plan
from helpers.reviews import page as page_module
from helpers.reviews import takeaways
from helpers.reviews.columns import columns_of
from helpers.reviews.finishing import MISSING, finish
from helpers.reviews.notices import Notice, Sentences
from helpers.reviews.page import Page, write_down_reads
from helpers.tables.reads import ReadNotes
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.periods import parse_period
from helpers.vocabulary.units import Unit


class Warehouse:
    def __init__(self, *tables: str) -> None:
        self.held = tables
        self.notes = ReadNotes()
        self.notes.note("order_lines")

    def has(self, table: str) -> bool:
        return table in self.held

    def partitions(self, table: str) -> dict[str, str]:
        return {"2025-10": f"{table} in October"}


def desk_with(*tables: str, language: str = "en", baseline: bool = True) -> SimpleNamespace:
    month = parse_period("2025-10")
    return SimpleNamespace(
        language=language,
        currency="GBP",
        warehouse=Warehouse(*tables),
        period=month,
        elapsed=month,
        previous=month.previous() if baseline else None,
        year_ago=month.year_ago() if baseline else None,
        workspace=SimpleNamespace(fiscal_year_start=12, definitions={}),
        files_read=FilesRead(Path("nowhere")),
        source_line=lambda *names: f"Source: {' + '.join(names)}",
        metric_label=lambda metric: catalogue()[metric].label.en,
        member_label=lambda dimension, member: {"DE": "Germany", "GB": "Britain"}[member],
    )


def draw(frame, *args, id, takeaway, source, language="zh", currency="", notes=(), metric=None,
         name=None, rows=0):  # fmt: skip
    return SimpleNamespace(**locals())


def says(frame, desk, metric, against="previous"):
    return f"{metric} against {against}, {len(frame)} rows"


FRAME = pd.DataFrame({"metric": ["gmv", "ad_spend"], "value": [1.0, None]})


def test_words_reach_the_drawing_and_its_sentence():
    shown = Page(desk_with("order_lines")).show(
        draw, FRAME, "extra", id="one", says=says, metric="gmv", against="year_ago",
        defines=["gmv", "orders_count"], rows=3,
    )  # fmt: skip
    assert shown.args == ("extra",)
    assert shown.takeaway == "gmv against year_ago, 2 rows"
    assert (shown.language, shown.currency, shown.rows) == ("en", "GBP", 3)
    assert shown.source == "Source: ad_spend + order_lines", "the tables of the frame's metrics"
    definition = catalogue()["gmv"].definition
    assert definition is not None
    assert shown.notes[0].endswith(definition.en)


def test_sentence_may_be_about_another_frame():
    shown = Page(desk_with()).show(
        draw, FRAME, id="one", says=says, metric="gmv", about=FRAME.head(1)
    )
    assert shown.takeaway == "gmv against previous, 1 rows"


def test_misspelt_keyword_of_a_drawing_is_not_swallowed():
    with pytest.raises(TypeError, match="rwos"):
        Page(desk_with()).show(draw, FRAME, id="one", says=says, metric="gmv", rwos=3)


@pytest.mark.parametrize(
    ("desk", "sentence"),
    [
        (desk_with(), "supply advertising"),
        (desk_with(language="zh"), "请提供广告"),
        (desk_with("ad_spend", baseline=False), "no earlier period"),
        (desk_with("ad_spend"), "Nothing to report"),
    ],
)
@pytest.mark.parametrize("frame", [FRAME.head(0), FRAME.tail(1)], ids=["no rows", "no values"])
def test_missing_figures_become_one_sentence_that_says_what_to_supply(desk, sentence, frame):
    notice = Page(desk).show(
        draw, frame, id="one", says=says, metric="ad_spend", reads=["ad_spend"]
    )
    assert isinstance(notice, Notice)
    assert sentence in notice._repr_html_()
    assert 'id="one"' in notice._repr_html_()
    assert notice.is_missing == (sentence != "Nothing to report")


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "no year before"), ("zh", "没有可对比的上一年")]
)
def test_a_month_before_is_an_earlier_period(language, sentence):
    """Fourteen months of data: last month is there, and only last year is not."""
    desk = desk_with("order_lines", language=language)
    desk.year_ago = None
    notice = Page(desk).show(draw, FRAME.head(0), id="one", says=says, metric="gmv")
    assert sentence in notice._repr_html_()


def test_figures_that_would_say_nothing_without_a_table_are_not_drawn():
    page = Page(desk_with("order_lines"))
    notice = page.show(draw, FRAME, id="one", says=says, metric="gmv", needs=["products"])
    assert "the product master" in repr(notice)


def shown(cell_id: str, *missing: str) -> dict:
    outputs = [
        {"output_type": "execute_result", "metadata": {MISSING: one} if one else {}, "data": {}}
        for one in missing
    ]
    return {"cell_type": "code", "id": cell_id, "metadata": {}, "source": "x", "outputs": outputs}


def test_sections_without_a_source_are_listed_once_at_the_end():
    heading = lambda text: {  # noqa: E731
        "cell_type": "markdown", "id": text[:5], "metadata": {}, "source": f"## {text}"
    }  # fmt: skip
    notebook = {
        "cells": [
            shown("imports"),
            shown("first", "no traffic"),  # before any heading: stays
            heading("Who came?"), shown("came", "no traffic"),
            heading("How much?"), shown("much", ""),
            heading("Both?"), shown("both", "no traffic"), shown("other", ""),
            heading("Who left?"), shown("left", "no traffic"),
        ]
    }  # fmt: skip
    finish(notebook, "en")
    ids = [cell["id"] for cell in notebook["cells"]]
    assert ids == ["imports", "first", "How m", "much", "Both?", "both", "other", "not-shown"]
    assert notebook["cells"][-1]["source"].splitlines()[-1] == (
        "- no traffic Unanswered: Who came? Who left?"
    )


def test_plan_not_written_yet_is_named_by_its_folder():
    plan = Plan(2026, Path("plan/2026"))
    notice = Page(desk_with()).show(draw, FRAME.head(0), id="one", says=says, plan=plan)
    assert "plan/2026/" in repr(notice)


def test_plan_is_the_source_of_what_comes_from_it():
    plan = Plan(2026, Path("plan/2026"))
    shown = Page(desk_with()).show(draw, pd.DataFrame({"task": ["a"]}), id="one", plan=plan,
                                   says=lambda frame, desk: "done")  # fmt: skip
    assert shown.source == "the plan for 2026 (plan/2026/)"


def test_member_in_focus_is_the_one_named_or_the_largest():
    months = pd.DataFrame(
        {
            "dimension": "market",
            "member": ["DE", "GB", "DE", "GB"],
            "month": ["2025-09", "2025-09", "2025-10", "2025-10"],
            "value": [9.0, 1.0, 2.0, 3.0],
            "metric": "gmv",
        }
    )
    page = Page(desk_with("order_lines"))
    largest = page.show_member(draw, months, "", id="one", says=says, metric="gmv")
    assert largest.name.endswith("Britain")
    assert set(largest.frame["member"]) == {"GB"}
    named = page.show_member(draw, months, "DE", id="one", says=says, metric="gmv")
    assert named.name.endswith("Germany")


def test_sentences_are_text_and_never_markup():
    shown = Sentences("said", ("<script>", "b"), "en")._repr_html_()
    assert "<li>&lt;script&gt;</li><li>b</li>" in shown


def test_quarter_follows_the_business_year():
    # with a business year from December, October lies in its fourth quarter
    assert Page(desk_with()).quarter == "Q4"


def test_what_was_read_is_written_for_the_cache(tmp_path, monkeypatch):
    one, other = Page(desk_with()), Page(desk_with())
    one.desk.files_read.add("plan/2025/targets.yml")
    other.desk.warehouse.notes = ReadNotes()
    other.desk.warehouse.notes.note("ad_spend", (date(2025, 10, 1), date(2025, 10, 31)))
    monkeypatch.setattr(page_module, "_OPEN", [one, other])
    monkeypatch.setenv("REVIEW_READS_TO", str(tmp_path / "reads.json"))
    write_down_reads()
    assert json.loads((tmp_path / "reads.json").read_text(encoding="utf-8")) == {
        "tables": {
            "ad_spend": {"2025-10": "ad_spend in October"},
            "order_lines": {"2025-10": "order_lines in October"},
        },
        "read": {"ad_spend": [["2025-10-01", "2025-10-31"]], "order_lines": None},
        "asked": [],
        "files": {"plan/2025/targets.yml": "absent"},
        "plans": {},
    }


def test_columns_take_their_heading_and_unit_from_the_catalogue():
    columns = {one.name: one for one in columns_of("store_profit")}
    assert columns["gmv"].label == catalogue()["gmv"].label
    assert columns["gmv"].unit is Unit.MONEY
    assert columns["contribution_rate_change"].change_of is Unit.PERCENT
    with pytest.raises(AskedWrongly, match="no set named 'profits'; known: actions"):
        columns_of("profits")


ACTIONS = pd.DataFrame(
    {
        "status": ["done", "overdue", "in progress", "planned"],
        "is_overdue": [False, True, False, False],
        "verdict": ["better than its season, no proof of cause", "worse than its season", "", ""],
    }
)


def test_actions_are_counted():
    assert takeaways.actions_takeaway(ACTIONS, desk_with()) == (
        "4 actions: 1 done, 1 overdue, 1 in progress and 1 planned. "
        "The metric did better than its season for 1, worse for 1."
    )
    chinese = ACTIONS.assign(status=["已完成", "已逾期", "进行中", "未开始"], verdict="")
    assert takeaways.actions_takeaway(chinese, desk_with(language="zh")) == (
        "共4项行动：已完成1项、已逾期1项、进行中1项、未开始1项。"
    )


def test_planned_actions_name_owners_and_the_first_due_day():
    frame = pd.DataFrame({"owner": ["Sales", "Ads", "Sales"], "due": ["1 March 2026", "", ""]})
    assert takeaways.planned_takeaway(frame, desk_with()) == (
        "3 actions, owned by Sales and Ads; the first is due 1 March 2026."
    )
    assert takeaways.planned_takeaway(frame.head(1), desk_with(language="zh")) == (
        "共1项行动，负责人为Sales，截止1 March 2026。"
    )


def test_rivals_are_compared_by_price_index():
    frame = pd.DataFrame({"rival": ["A", "B", "C"], "price_index": [1.1, 0.9, None]})
    assert takeaways.rivals_takeaway(frame, desk_with()) == (
        "We are dearer than 1 of 2 rivals; most of all A, by 10.0%; 1 cannot be compared."
    )
    assert "No offer" in takeaways.rivals_takeaway(frame.tail(1), desk_with())


def test_problems_without_an_answer_are_not_counted_as_answered():
    frame = pd.DataFrame(
        {
            "problem": ["a", "a", "b", "c"],
            "strategy": ["s", "t", "no strategy answers it", "u"],
            "actions": ["x", "no action carries it out", "", "no action carries it out"],
        }
    )
    assert takeaways.loop_takeaway(frame, desk_with()).startswith("1 of 3 problems")


def test_targets_and_risks_name_the_first_to_look_at():
    smart = pd.DataFrame(
        {"label": ["GMV", "AOV"], "scope": ["all", "Germany"], "is_smart": [True, False]}
    )
    assert takeaways.smart_takeaway(smart, desk_with()) == (
        "1 of 2 targets pass all five checks; the first to mend: AOV (Germany)."
    )
    assert takeaways.smart_takeaway(smart.assign(scope="", is_smart=False), desk_with()) == (
        "0 of 2 targets pass all five checks; the first to mend: GMV."
    )
    risks = pd.DataFrame({"label": ["Port strike", "Tax"], "is_triggered": [True, False]})
    assert takeaways.risks_takeaway(risks, desk_with()) == (
        "1 of 2 risks have come true: Port strike."
    )
    assert takeaways.risks_takeaway(risks.tail(1), desk_with()).startswith("None of 1 risks")
