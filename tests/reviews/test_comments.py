"""Commentary reaches its page by itself, withheld where the figures do not bear it out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from helpers.config.workspace import load_workspace
from helpers.reviews import page as page_module
from helpers.reviews.comments import (
    MIME,
    awaited_comments,
    check_comments,
    comment_on,
    with_comment,
)
from helpers.reviews.declarations import Reviews
from helpers.reviews.front import check_request
from helpers.tables.build import rebuild
from helpers.vocabulary.faults import DeclarationFaulty
from helpers.vocabulary.periods import parse_period
from warehouse_builder import make_workspace, order_line, write_table

STORE = {
    "id": "shop", "name": {"en": "Shop", "zh": "店"}, "platform": "own", "currency": "EUR",
    "time_zone": "Europe/Berlin", "tax_basis": "excluded",
}  # fmt: skip
FILE = "plan/2025/commentary/monthly-2025-10-stock.md"


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    """Give a shop that sold for 200 in September 2025 and for 210 in October."""
    root = tmp_path_factory.mktemp("company")
    workspace, paths = make_workspace(root, [STORE])
    rows = []
    for month, euros in (("2025-09", 200), ("2025-10", 210)):
        when = parse_period(month)
        rows += [
            order_line(
                store_id="shop", order_id=str(day), local_date=str(day), currency="EUR",
                list_amount=f"{euros / 2:.2f}",
            )
            for day in (when.start, when.end)
        ]  # fmt: skip
    write_table(paths, "order_lines", rows)
    rebuild(workspace, paths)
    return root


@pytest.fixture
def said(company, monkeypatch):
    """Write a commentary on October's page ``stock`` and show it."""
    monkeypatch.setattr(page_module, "_OPEN", [])

    def show(text: str, language: str = "en", zh: str = "见数字。", claims: str = ""):
        path = company / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"author: Anna & <b>Li</b>\nwritten_on: 2025-11-05\nclaims: [{claims}]\n"
        path.write_text(f"---\n{head}---\n# zh\n{zh}\n# en\n{text}\n", encoding="utf-8")
        return comment_on("monthly", "stock", "2025-10", language, str(company))

    yield show
    shutil.rmtree(company / "plan", ignore_errors=True)


def test_a_true_comment_is_shown_with_its_author_and_day(said):
    shown = said("GMV rose {gmv:mom}.\n\nMore boats.", zh="环比上升{gmv:mom}。")
    html = str(shown._repr_html_())
    assert html == (
        '<blockquote class="comment" id="comment" lang="en-GB"><p>GMV rose 5.0%.</p>'
        '<p>More boats.</p><p class="comment-by">'
        "Comment by Anna &amp; &lt;b&gt;Li&lt;/b&gt;, 5 November 2025</p></blockquote>"
    )
    assert MIME not in shown._repr_mimebundle_()
    (page,) = page_module._OPEN
    now = [one for one in page.figures if (one.metric, one.period) == ("gmv", "2025-10")]
    assert [(one.value, one.page) for one in now] == [(210.0, "comment")]
    assert "order_lines" in page.behind["comment"]


def test_a_comment_that_is_not_true_any_more_is_withheld_with_the_figure(said):
    shown = said("It fell {gmv:mom}: SECRET.", zh="环比下降{gmv:mom}。")
    html = str(shown._repr_html_())
    assert "SECRET" not in html and "notice withheld" in html
    assert (
        "A comment by Anna &amp; &lt;b&gt;Li&lt;/b&gt; of 5 November 2025 is withheld: it says "
        "that gross merchandise value fell against September 2025; it is now €210, +5.0%." in html
    )
    assert shown._repr_mimebundle_()[MIME].startswith(
        "a correction of the comment by Anna & <b>Li</b> of 5 November 2025: it says that"
    )
    chinese = said("It fell {gmv:mom}.", "zh", zh="环比下降{gmv:mom}。")
    assert "2025年11月5日的评论暂不展示：文中称成交总额（GMV）较2025年9月下降" in repr(chinese)
    assert page_module._OPEN[0].figures == []


def test_what_is_false_in_one_language_is_withheld_in_both(said):
    assert said("See the figures.", zh="环比下降{gmv:mom}。").awaited


def test_a_file_that_cannot_be_read_is_withheld_too(said):
    shown = said("It was {gvm}.")
    assert repr(shown).startswith("A comment on this page is withheld: its file cannot be read")
    assert shown.awaited == "a sound file of the comment monthly-2025-10-stock.md"


def test_the_check_names_file_and_figure(said, company):
    said("It fell {gmv:mom}.", zh="见数字。")
    (company / FILE).with_name("monthly-2025-11-stock.md").write_text("x", encoding="utf-8")
    # A comment on a period that has no data yet waits for it.
    early = (company / FILE).read_text(encoding="utf-8")
    (company / "plan/2026/commentary").mkdir(parents=True)
    (company / "plan/2026/commentary/monthly-2026-01-stock.md").write_text(early, "utf-8")
    page = {"title": {"en": "S", "zh": "库"}, "question": {"en": "?", "zh": "？"}}
    reviews = Reviews.model_validate(
        {"reviews": [{
            "id": "monthly", "title": {"en": "M", "zh": "月"}, "period": "month",
            "pages": [{"id": "stock", "notebook": "monthly/stock.ipynb", **page}],
        }]}
    )  # fmt: skip
    with pytest.raises(DeclarationFaulty) as refused:
        check_comments(*load_workspace(str(company)), reviews)
    head, false = map(str, refused.value.faults)
    assert head.startswith("plan/2025/commentary/monthly-2025-11-stock.md, line 1: does not begin")
    assert false == (
        f"{FILE}: it says that gross merchandise value fell against September 2025; it is now "
        "€210, +5.0%; correct the comment or take the file away; until then it is withheld"
    )


def test_what_people_type_stays_text(said):
    html = str(said("A <script>alert(1)</script> & $100 \u202e.", zh="无")._repr_html_())
    assert "<p>A &lt;script&gt;alert(1)&lt;/script&gt; &amp; $100 .</p>" in html


def test_what_is_withheld_is_read_from_the_executed_page(said, tmp_path):
    bundle = said("It fell {gmv:mom}.")._repr_mimebundle_()
    cells = [{"cell_type": "code", "outputs": [{"output_type": "display_data", "data": bundle}]}]
    path = tmp_path / "stock.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (awaited,) = awaited_comments(path)
    assert awaited.startswith("a correction of the comment")


def test_a_comment_stands_after_the_first_section(studio):
    words, code = studio.words, studio.code
    made = {"cells": [
        words("t", "# Page"), code("o", "open"), words("a", "## One"), code("x", "1"),
        words("b", "## Two"), code("y", "2"),
    ]}  # fmt: skip
    ids = [cell["id"] for cell in with_comment(made, "monthly", "stock")["cells"]]
    assert ids == ["t", "o", "a", "x", "comment", "b", "y"]
    single = {"cells": [words("t", "# Page"), code("o", "open"), words("a", "## One")]}
    ids = [cell["id"] for cell in with_comment(single, "monthly", "stock")["cells"]]
    assert ids == ["t", "o", "a", "comment"]
    assert len(made["cells"]) == 6


def test_a_changed_commentary_makes_its_own_page_stale_and_no_other(studio, facts):
    for page in ("stock", "sales"):
        studio.write(page, studio.code("c", "1 + 1"))
    declared, paths = load_workspace(str(studio.workspace))

    def parts(name: str) -> list[dict]:
        asked = check_request(
            declared, paths, "monthly", "2025-10", notebooks=studio.notebooks, facts=facts
        )
        return [run.parts for run in asked.runs if run.page.id == name]

    stock, sales = parts("stock"), parts("sales")
    assert {one["commentary"] for one in (*stock, *sales)} == {"absent"}
    path = studio.workspace / FILE
    path.parent.mkdir(parents=True)
    path.write_text("x", encoding="utf-8")
    assert parts("sales") == sales
    changed = parts("stock")
    for before, after in zip(stock, changed, strict=True):
        assert {name for name in after if after[name] != before[name]} == {"commentary"}
