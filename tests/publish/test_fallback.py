"""A page failed: readers keep the last edition, or that page's last good version with a banner."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date

import pytest
from pages_by_hand import HOSTILE, QUESTIONS, TITLES, WORKSPACE, summaries

from helpers.config.publishing import Publishing
from helpers.paths import WorkspacePaths
from helpers.publish.book import publish
from helpers.publish.editions import RECORD, Edition, editions_of
from helpers.publish.fallback import choose_pages, failures_of
from helpers.publish.rollbacks import ROLLBACKS
from helpers.reviews.declarations import Page, Review
from helpers.reviews.facts import Facts
from helpers.reviews.run import PageResult, RunReport
from helpers.vocabulary.faults import WorkFailed
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period

FACTS = Facts(date(2024, 1, 1), date(2025, 11, 6))
PAGES = {
    name: Page(id=name, notebook=f"monthly/{name}.ipynb", title=title, question=QUESTIONS[name])
    for name, title in TITLES.items()
}
WHOLE = "all-or-nothing"


def report_of(published, root, failed: dict[tuple[str, str], str]) -> RunReport:
    """Give the run of three pages of which some failed, each in a language with a message."""
    results = []
    for name, page in PAGES.items():
        for language in ("zh", "en"):
            message = failed.get((name, language), "")
            made = next(one for one in published.pages[language] if one.id == name).notebook
            results.append(
                PageResult(
                    page=page,
                    language=language,
                    status="failed" if message else "ran",
                    notebook=made,
                    output=None if message else made,
                    log=made,
                    seconds=1.0,
                    reason="",
                    message=message,
                )
            )
    review = Review(
        id="monthly",
        title=Label(en="Monthly review", zh="月度经营回顾"),
        period="month",
        pages=tuple(PAGES.values()),
    )
    paths = WorkspacePaths(root)
    return RunReport(WORKSPACE, paths, review, parse_period("2025-10"), FACTS, tuple(results))


@pytest.fixture
def copy(published, tmp_path):
    shutil.copytree(published.site, tmp_path / "site")
    return tmp_path


def test_all_or_nothing_publishes_nothing_and_says_what_readers_see(published, copy):
    report = report_of(published, copy, {("returns_and_stock", "en"): "KeyError: 'gmv'"})
    assert WORKSPACE.publishing.policy == Publishing().policy == WHOLE
    with pytest.raises(WorkFailed) as caught:
        choose_pages(report, copy / "site", WHOLE)
    said = str(caught.value)
    assert "pages failed (returns_and_stock); readers keep r2" in said
    assert "publishing: {policy: stale-page}" in said


def test_without_a_failure_both_policies_give_every_page_and_no_banner(published, copy):
    report = report_of(published, copy, {})
    for policy in (WHOLE, "stale-page"):
        chosen = choose_pages(report, copy / "site", policy)
        assert [page.id for page in chosen.pages["en"]] == list(TITLES)
        assert not any(page.banner for pages in chosen.pages.values() for page in pages)


def test_the_first_page_never_stands_in(published, copy):
    report = report_of(published, copy, {("executive_summary", "zh"): "KeyError: 'gmv'"})
    with pytest.raises(WorkFailed, match="its first page failed"):
        choose_pages(report, copy / "site", "stale-page")


def test_a_page_that_was_never_good_is_left_out_and_that_is_said(published, copy):
    for record in (copy / "site/monthly/2025-10").glob("r*/edition.json"):
        record.unlink()
    report = report_of(published, copy, {("returns_and_stock", "en"): "KeyError: 'gmv'"})
    chosen = choose_pages(report, copy / "site", "stale-page")
    assert [page.id for page in chosen.pages["zh"]] == ["executive_summary", "sales_and_markets"]
    assert [page.id for page in chosen.left_out] == ["returns_and_stock"]
    assert "Left out of this edition" in chosen.pages["en"][0].banner
    assert "本版略去的页面：退货与库存" in chosen.pages["zh"][0].banner


def test_a_page_that_stands_in_says_so_and_is_never_taken_from_one_that_stood_in(published, copy):
    """English failed; both languages stand in, from edition 2, whose data reach 31 October."""
    why = f"ValueError: {HOSTILE}"
    report = report_of(published, copy, {("returns_and_stock", "en"): why})
    chosen = choose_pages(report, copy / "site", "stale-page")
    assert [(page.id, origin.folder) for page, origin in chosen.stale] == [
        ("returns_and_stock", "monthly/2025-10/r2")
    ]
    made = publish(
        report.paths, WORKSPACE, "monthly", report.period, "preliminary", chosen.pages, "stale",
        summaries(published.pages), data_through=date(2025, 11, 6), metrics={},
    )  # fmt: skip
    assert made.number == 3
    page = {
        language: (made.edition / language / "returns-and-stock.html").read_text(encoding="utf-8")
        for language in ("zh", "en")
    }
    for text in page.values():
        # The words stand before the first figure.
        assert text.index('class="banner inside stale" role="note">') < text.index("<figure")
    # Head and foot bear the date of what is shown; the other pages that of the edition.
    assert page["en"].count("Data to 31 October 2025") == 2
    assert "6 November 2025" not in page["en"]
    assert "It shows what edition 2 showed, with data to 31 October 2025" in page["en"]
    assert "because its calculation failed (ValueError)" in page["en"]
    assert "此处沿用第 2 版的内容，数据截至2025年10月31日，" in page["zh"]
    assert "原因：计算出错（ValueError）。" in page["zh"]
    assert "<script>document" not in page["en"]
    # What is shown is what edition 2 showed: the same figures under the same headings.
    then = (copy / "site/monthly/2025-10/r2/en/returns-and-stock.html").read_text(encoding="utf-8")
    assert figures(page["en"]) == figures(then) != []
    assert headings(page["en"]) == headings(then) != []
    # Whoever reads the first page only is told as well; the other pages bear nothing.
    front = (made.edition / "en/index.html").read_text(encoding="utf-8")
    assert "Not up to date in this edition: Returns and stock (data to 31 October 2025)." in front
    other = (made.edition / "en/sales-and-markets.html").read_text(encoding="utf-8")
    assert "not up to date" not in other.lower()
    assert other.count("Data to 6 November 2025") == 2
    record = Edition.model_validate_json((made.edition / RECORD).read_text(encoding="utf-8"))
    stood_in = {one.file: one.stale_of for one in record.pages if one.stale_of}
    assert stood_in == {"returns-and-stock": "monthly/2025-10/r2"}
    # The next failure goes back to edition 2 again, not to what stood in for it.
    assert editions_of(copy / "site")[-1].number == 3
    again = choose_pages(report, copy / "site", "stale-page")
    assert again.stale[0][1].number == 2


def test_a_page_is_never_taken_from_an_edition_that_was_taken_back(published, copy):
    back = {
        "review": "monthly", "period": "2025-10", "to": 1, "over": 2, "by": "ann",
        "at": "2025-11-05T08:00:00+00:00", "because": "fees were counted twice",
    }  # fmt: skip
    (copy / "site" / ROLLBACKS).write_text(json.dumps([back]), encoding="utf-8")
    report = report_of(published, copy, {("returns_and_stock", "en"): "KeyError: 'gmv'"})
    chosen = choose_pages(report, copy / "site", "stale-page")
    assert [origin.number for _, origin in chosen.stale] == [1]
    with pytest.raises(WorkFailed, match="readers keep r1"):
        choose_pages(report, copy / "site", WHOLE)


def test_one_failure_in_both_languages_is_told_once(published, copy):
    both = {("returns_and_stock", one): "a cell took longer than 600 s" for one in ("zh", "en")}
    report = report_of(published, copy, both)
    assert [(str(title.en), why) for title, why in failures_of(report)] == [
        ("Returns and stock", "a cell took longer than 600 s")
    ]
    banner = choose_pages(report, copy / "site", "stale-page").pages["zh"][2].banner
    assert "计算未能完成" in banner


def figures(page: str) -> list[str]:
    return re.findall(r"<figure.*?</figure>", page, re.DOTALL)


def headings(page: str) -> list[str]:
    return re.findall(r"<h[12]>.*?</h[12]>", page)


def test_the_notebook_of_a_page_that_stands_in_holds_no_code(published, copy):
    report = report_of(published, copy, {("returns_and_stock", "en"): "KeyError: 'gmv'"})
    stood_in = choose_pages(report, copy / "site", "stale-page").pages["en"][2]
    cells = json.loads(stood_in.notebook.read_text(encoding="utf-8"))["cells"]
    assert {"".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"} == {"shown"}
