"""What differs between two editions, why, and how readers hear of it; figures written by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from helpers.config.publishing import Moved, Threshold
from helpers.metrics.catalogue import catalogue
from helpers.publish.changes.causes import UNKNOWN, Cause, Causes, Inputs
from helpers.publish.changes.comparing import Comparison, Side, earlier_editions
from helpers.publish.changes.differing import by_weight, differences
from helpers.publish.changes.page import PAGE, WhatChanged
from helpers.publish.changes.written import Written
from helpers.publish.content import Content, markdown
from helpers.publish.editions import Edition, PageRecord
from helpers.reviews.figures import Figure
from helpers.tables.batches import Batch, Cover
from helpers.vocabulary.labels import Label

from .pages_by_hand import HOSTILE, WORKSPACE

PAGES = (
    PageRecord(file="index", title=Label(en="Summary", zh="概要")),
    PageRecord(file="profit", title=Label(en="Profit", zh="利润")),
)


def figure(metric: str, value: float | None, period: str = "2025-11", **more: str) -> Figure:
    told = {"dimension": "", "member": "", "unit": "EUR", "status": "ok", "page": "index#cards"}
    return Figure(metric=metric, period=period, value=value, **{**told, **more})


def in_table(column: str, value: float, period: str = "2025-11", row: str = "de") -> Figure:
    return figure("", value, period, dimension="store", member=row, column=column,
                  exhibit="profit-stores", page="profit#profit-stores")  # fmt: skip


def edition(period: str = "2025-11", number: int = 1, pages=PAGES) -> Edition:
    return Edition(
        review="monthly", title=Label(en="Monthly review", zh="月报"), period=period,
        fiscal_start=1, number=number, status="final", data_through=date(2026, 1, 9), key="k",
        languages=("zh", "en"), pages=pages,
    )  # fmt: skip


def batch(name: str, file: str, table: str, first: str, last: str, store: str = "de") -> Batch:
    cover = Cover(table=table, fact=table, scope=store, store_id=store,
                  first=date.fromisoformat(first), last=date.fromisoformat(last))  # fmt: skip
    return Batch(
        batch_id=name, sha256=name, file=file, source="s", store_id=store, period=None,
        as_of=None, encoding="utf-8", delimiter=",", sheet=None, header_row=0, rows_read=1,
        rows_set_aside=0, rows_quarantined=0, rows_repeated=0, rows={table: 1}, covers=(cover,),
        read_with="r",
    )  # fmt: skip


def entry(files: str, table: str = "refunds", month: str = "2025-11", **more: str) -> dict:
    return {"table_name": table, "month": month, "store_id": "de", "measure": "amount",
            "files": files, **more}  # fmt: skip


BEFORE = Inputs(restatements=1, batches=("b1",), program="p", rates="r")
AFTER = BEFORE.model_copy(update={"restatements": 2, "batches": ("b1", "b2")})


def compared(before, after, *, old=None, new=None, inputs=(BEFORE, AFTER), behind=None, **known):
    behind = behind or {"profit-stores": ("order_lines", "refunds")}
    sides = [
        Side(one, tuple(figures), behind, given)
        for one, figures, given in zip(
            (old or edition(), new or edition(number=2)), (before, after), inputs, strict=True
        )
    ]
    causes = Causes(WORKSPACE, catalogue(), inputs[0], inputs[1], behind=behind, **known)
    return Comparison(sides[0], sides[1], causes)


# -- a late refund -------------------------------------------------------------------------------

#: Refunds of 1,250.00 come late for November: 48,000.00 less 1,250.00 is 46,750.00.
LATE = "inbox/de/2025-11/late refunds.csv"
WAS = [
    figure("gmv", 50_000.0), figure("net_sales", 48_000.0),
    figure("net_sales", 44_000.0, "2025-10"),
    figure("net_sales", 48_000.0, dimension="store", member="de"),
    in_table("net_sales", 48_000.0),
]  # fmt: skip
IS = [
    figure("gmv", 50_000.000000001), figure("net_sales", 46_750.0),
    figure("net_sales", 44_000.0, "2025-10"),
    figure("net_sales", 46_750.0, dimension="store", member="de"),
    in_table("net_sales", 46_750.0),
]  # fmt: skip


def late_refund(**more) -> Comparison:
    return compared(WAS, IS, entries=(entry(LATE),), **more)


def test_a_late_refund_is_told_with_its_file_and_nothing_else_is():
    told = late_refund().as_json()
    assert (told["before"], told["after"]) == ("monthly/2025-11/r1", "monthly/2025-11/r2")
    assert {(one["metric"], one["member"], one["exhibit"]) for one in told["differences"]} == {
        ("net_sales", "", ""), ("net_sales", "de", ""), ("", "de", "profit-stores"),
    }  # fmt: skip
    first = told["differences"][0]
    assert (first["before"], first["after"], first["difference"]) == (48_000.0, 46_750.0, -1_250.0)
    assert first["relative"] == pytest.approx(-1_250 / 48_000)
    for one in told["differences"]:
        assert one["causes"] == [{"kind": "file", "name": LATE, "sure": True}]
        assert one["period"] == "2025-11"
    assert json.dumps(told, allow_nan=False)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Net sales, November 2025: €48,000.00 before, €46,750.00 now (−€1,250.00). "
               f"Because of: file {LATE}."),
        ("zh", "净销售额，2025年11月：原为€48,000.00，现为€46,750.00（−€1,250.00）。"
               f"原因：文件 {LATE}。"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_when_from_to_and_why(language, sentence):
    comparison = late_refund()
    written = Written(WORKSPACE, catalogue(), language)
    (whole,) = [
        one for one in comparison.changes.of_the_catalogue if not one.figure.dimension
    ]  # fmt: skip
    assert written.moved(whole, comparison.causes) == sentence


# -- what counts as a difference -------------------------------------------------------------------


def test_another_period_only_restates_what_both_show():
    """A month's window moves on: what only one of them shows is neither new nor gone."""
    december = edition("2025-12")
    before = [figure("gmv", 5.0, "2022-11"), figure("gmv", 50.0), in_table("gmv", 3.0)]
    after = [figure("gmv", 51.0), figure("gmv", 60.0, "2025-12"), in_table("gmv", 4.0, "2025-12")]
    found = compared(before, after, new=december)
    assert [(one.figure.period, one.kind) for one in found.changes.every] == [
        ("2025-11", "restated")
    ]
    assert [(then.value, now.value) for then, now in found.news] == [(50.0, 60.0)]


def test_of_one_period_figures_appear_and_vanish():
    before = [figure("gmv", 5.0), figure("aov", None), figure("tacos", 0.1)]
    after = [figure("gmv", 5.0), figure("aov", 20.0), figure("tacos", None),
             figure("orders_count", 3.0)]  # fmt: skip
    kinds = {one.figure.metric: one.kind for one in compared(before, after).changes.every}
    assert kinds == {"aov": "appeared", "orders_count": "appeared", "tacos": "vanished"}


def test_a_page_that_is_gone_takes_its_figures_along_in_one_line():
    only_front = edition(number=2, pages=PAGES[:1])
    found = compared([figure("gmv", 5.0), in_table("gmv", 3.0)], [figure("gmv", 5.0)],
                     new=only_front)  # fmt: skip
    assert not found.changes.every
    assert [one.file for one in found.pages_removed] == ["profit"]
    stale = PAGES[1].model_copy(update={"stale_of": "monthly/2025-11/r1"})
    kept = compared([in_table("gmv", 3.0)], [], new=edition(number=2, pages=(PAGES[0], stale)))
    assert not kept.changes.every, "a stale page shows what it showed"


def test_amounts_in_two_currencies_have_no_difference():
    (one,) = differences([figure("gmv", 5.0)], [figure("gmv", 5.0, unit="GBP")]).every
    assert (one.difference, one.relative) == (None, None)


# -- causes ----------------------------------------------------------------------------------------


def causes_of(comparison: Comparison, metric: str = "net_sales") -> tuple[Cause, ...]:
    (one,) = [
        one for one in comparison.changes.every
        if one.figure.metric == metric and not one.figure.member
    ]  # fmt: skip
    return comparison.causes.of(one)


CHANGED = ([figure("net_sales", 1.0)], [figure("net_sales", 2.0)])
FILE, WAIVER = Cause("file", LATE), "plan/2025/waivers/a.yml"


def with_inputs(**changed) -> tuple[Inputs, Inputs]:
    return BEFORE, BEFORE.model_copy(update=changed)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry(LATE), entry("other.csv", month="2025-10")], (FILE,)),
        ([entry(LATE), entry("ads.csv", table="ad_spend")], (FILE,)),
        ([entry(f"{LATE}\nb.csv")], (Cause("file", "b.csv"), FILE)),
        ([entry("other.csv", month="2025-10")], (Cause("file", "other.csv"),)),
        ([entry("ads.csv", table="ad_spend")], (UNKNOWN,)),
    ],
    ids=["another month", "another table", "two files", "an earlier month only", "no table of it"],
)
def test_files_are_those_of_the_table_and_month(entries, expected):
    found = causes_of(compared(*CHANGED, entries=tuple(entries)))
    assert tuple(sorted(found)) == tuple(sorted(expected))


def test_a_store_is_changed_by_its_own_files():
    part = {"dimension": "store", "member": "de"}
    found = compared(
        [figure("net_sales", 1.0, **part)], [figure("net_sales", 2.0, **part)],
        entries=(entry(LATE), entry("fr.csv", store_id="fr")),
    )  # fmt: skip
    assert found.causes.of(found.changes.every[0]) == (FILE,)


def test_a_month_that_was_not_whole_is_filled_by_the_files_that_speak_for_it():
    files = (
        batch("b2", LATE, "refunds", "2025-11-20", "2025-12-02"),
        batch("b3", "october.csv", "refunds", "2025-10-01", "2025-10-31"),
        batch("b4", "ads.csv", "ad_spend", "2025-11-01", "2025-11-30"),
    )
    assert causes_of(compared(*CHANGED, files=files)) == (FILE,)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"program": "q"}, (Cause("program"),)),
        ({"workspace": {"stores": "x"}}, (Cause("workspace", "workspace.yml: stores"),)),
        ({"definitions": {"net_sales": "x"}}, (Cause("definition", "net_sales"),)),
        ({"rates": "s"}, (Cause("rates"),)),
        ({"files": {WAIVER: "x"}}, (Cause("plan", WAIVER),)),
        ({"files": {"rules/a.yml": "x"}}, (Cause("workspace", "rules/a.yml"),)),
        ({}, (UNKNOWN,)),
        ({"program": "q", "rates": "s"},
         (Cause("program", is_sure=False), Cause("rates", is_sure=False))),
    ],
)  # fmt: skip
def test_what_is_not_a_file_is_named_where_it_is_all_that_changed(after, expected):
    assert causes_of(compared(*CHANGED, inputs=with_inputs(**after))) == expected


def test_a_file_and_a_new_program_at_once_cannot_be_told_apart():
    found = causes_of(compared(*CHANGED, entries=(entry(LATE),), inputs=with_inputs(program="q")))
    assert found == (FILE, Cause("program", is_sure=False))


def test_a_target_follows_from_the_plan_and_from_no_export():
    before, after = ([figure("gmv", one, column="target")] for one in (9.0, 8.0))
    changed = with_inputs(files={"plan/2025/targets.yml": "x", "plan/2025/commentary/c.md": "y"})
    found = compared(before, after, inputs=changed, entries=(entry(LATE, table="order_lines"),))
    assert causes_of(found, "gmv") == (Cause("plan", "plan/2025/targets.yml"),)


def test_an_edition_that_kept_no_inputs_has_unknown_causes():
    assert causes_of(compared(*CHANGED, inputs=(None, AFTER))) == (UNKNOWN,)


# -- thresholds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "unit", "before", "after", "is_notable"),
    [
        ("gmv", "EUR", 100_000.0, 99_001.0, False),  # 999 of 100,000 is below 1 %
        ("gmv", "EUR", 100_000.0, 99_000.0, True),
        ("gmv", "EUR", 50.0, 149.0, False),  # 99 is below the floor of 100
        ("gmv", "EUR", 50.0, 150.0, True),
        ("refund_rate", "percent", 0.040, 0.0449, False),  # half a point
        ("refund_rate", "percent", 0.040, 0.0451, True),
        ("orders_count", "count", 40.0, 41.0, False),
        ("gmv", "EUR", 5.0, None, True),
        ("gmv", "EUR", None, 5.0, False),
        ("net_sales", "EUR", 100_000.0, 99_000.0, False),  # has a threshold of its own
        ("net_sales", "EUR", 100_000.0, 95_000.0, True),
    ],
)
def test_a_notice_needs_a_share_and_a_floor(metric, unit, before, after, is_notable):
    rule = Moved(metrics={"net_sales": Threshold(by=0.05)})
    assert rule.is_notable(metric, unit, before, after) is is_notable


# -- what readers see ------------------------------------------------------------------------------


def page_of(*comparisons: Comparison, mute=(), language="en") -> tuple[str, str]:
    """Give the front page and the page of changes as text."""
    side = comparisons[0].after if comparisons else Side(edition(), (), {}, BEFORE)
    changed = WhatChanged(WORKSPACE, side, comparisons, tuple(mute))
    front = Content((markdown("# Summary"), markdown("Below")), ())
    pages = changed.added_to({language: [front]})[language]
    return tuple(json.dumps(one.as_notebook(), ensure_ascii=False) for one in pages)


def test_the_first_edition_says_that_there_is_none_before_it():
    front, page = page_of()
    assert "no earlier one to compare it with" in page
    assert "moved" not in front
    assert "首次发布" in page_of(language="zh")[1]


def test_nothing_restated_is_said_plainly():
    front, page = page_of(compared(WAS, WAS))
    assert "No figure that was published then has changed." in page
    assert "banner" not in front


def test_the_notice_stands_below_the_title_and_leads_to_the_page():
    front, page = page_of(late_refund())
    assert front.index("# Summary") < front.index("no longer what was last published")
    assert front.index("no longer what was last published") < front.index("Below")
    assert f'href=\\"{PAGE.file}.html\\"' in front
    assert "2 figures are no longer" in front, "the whole company and the store"
    assert page.count("46,750.00") == 2


def test_the_last_reader_is_told_once():
    """Told by this period's last edition, a figure is no news against the one before that."""
    november = edition("2025-10")
    again = compared(WAS, IS, old=november, entries=(entry(LATE),))
    told = WhatChanged(WORKSPACE, again.after, (compared(IS, IS), again))
    assert told.moved_in("en") == ()
    assert len(WhatChanged(WORKSPACE, again.after, (again,)).moved_in("en")) == 2


def test_names_of_files_are_text():
    bad = f"inbox/{HOSTILE}.csv"
    comparison = compared(WAS, IS, entries=(entry(bad),))
    for text in page_of(comparison):
        assert "<script" not in text
        assert "<img" not in text
        assert "&lt;script&gt;" in text


def test_an_edition_that_kept_no_figures_is_named():
    _, page = page_of(mute=[edition("2025-10", 3)])
    assert "Edition 3 of October 2025" in page
    assert "cannot be compared" in page


def test_an_edition_is_compared_with_its_own_period_and_the_last_one():
    known = [
        edition("2025-09", 4),
        edition("2025-10", 1),
        edition("2025-10", 2),
        edition("2025-11"),
    ]
    found = earlier_editions(edition("2025-11", 2), known)
    assert [one.folder for one in found] == ["monthly/2025-11/r1", "monthly/2025-10/r2"]
    assert earlier_editions(edition("2025-08"), known) == ()


def test_figures_and_inputs_are_the_same_bytes_for_the_same_edition(tmp_path: Path):
    written = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        WhatChanged(WORKSPACE, late_refund().after).write(folder)
        written.append({one.name: one.read_bytes() for one in folder.iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {"figures.json", "inputs.json"}
    side = Side.kept_in(tmp_path, edition().model_copy(update={}))
    assert side.figures == ()
    assert not side.is_kept


def test_what_is_told_above_is_not_told_again():
    since_last_month = compared(WAS, IS, old=edition("2025-10"), entries=(entry(LATE),))
    _, page = page_of(late_refund(), since_last_month)
    once = ("the company's correction", "the store's", "the new period's headline")
    assert page.count("€46,750.00") == len(once)
    assert "The figures that have changed are told above." in page


def test_amounts_that_moved_far_stand_before_rates_that_moved_little():
    """A rate that trebles from 1 % to 3 % moved two points; sales that halved moved more."""
    before = [figure("refund_rate", 0.01, unit="percent"), figure("gmv", 100.0),
              figure("gmv", 90.0, dimension="store", member="de")]  # fmt: skip
    after = [figure("refund_rate", 0.03, unit="percent"), figure("gmv", 50.0),
             figure("gmv", 9.0, dimension="store", member="de")]  # fmt: skip
    found = by_weight(differences(before, after).every)
    assert [(one.figure.metric, one.figure.member) for one in found] == [
        ("gmv", ""), ("refund_rate", ""), ("gmv", "de"),
    ]  # fmt: skip
