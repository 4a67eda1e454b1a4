"""What may leave a notebook: outputs and words of one language, never code."""

from __future__ import annotations

import json

import pytest
from pages_by_hand import TITLES, code, fails, markdown, prints, said, shows, write_notebook

from helpers.publish.content import (
    PageBuilt,
    file_name,
    home_fragments,
    read_content,
    with_lineage,
)
from helpers.publish.home import HomeSummary


def page_of(tmp_path, *cells):
    notebook = write_notebook(tmp_path / "page.ipynb", list(cells))
    return PageBuilt("sales_and_markets", TITLES["sales_and_markets"], notebook)


def everything(content):
    return json.dumps(content.as_notebook(), ensure_ascii=False)


def test_code_and_printed_text_stay_behind(tmp_path):
    page = page_of(
        tmp_path,
        markdown("# Title"),
        code("password = 'hunter2'", prints("debugging"), prints("warned", "stderr")),
        code("show(figure)", shows("<p>kept</p>")),
    )
    text = everything(read_content(page, "en"))
    assert "kept" in text
    for leaked in ("hunter2", "debugging", "warned", "show(figure)", "SECRET-REPR"):
        assert leaked not in text


def test_only_one_language_is_kept(tmp_path):
    page = page_of(
        tmp_path, markdown("# 标题", "lang-zh"), markdown("# Title", "lang-en"), markdown("both")
    )
    chinese, english = everything(read_content(page, "zh")), everything(read_content(page, "en"))
    assert "标题" in chinese and "Title" not in chinese and "both" in chinese
    assert "Title" in english and "标题" not in english


def test_a_page_without_a_heading_gets_its_title(tmp_path):
    content = read_content(page_of(tmp_path, markdown("Words first.")), "zh")
    assert content.cells[0]["source"] == "# 销售与市场"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("**问题：**本期如何", "**问题**：本期如何"),
        ("**（注）**见下", "**（注**）见下"),
        ("**问题：** 本期", "**问题：** 本期"),
        ("**Question:** how", "**Question:** how"),
        ("2**3**4", "2**3**4"),
    ],
)
def test_strong_chinese_words_keep_their_stars_to_themselves(tmp_path, typed, kept):
    content = read_content(page_of(tmp_path, markdown("# T"), markdown(typed)), "zh")
    assert content.cells[1]["source"] == kept


def test_failed_cells_and_pictures_are_faults_all_at_once(tmp_path):
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "aGk="}}
    page = page_of(tmp_path, markdown("# T"), code("a", fails()), code("b", picture))
    faults = [str(one) for one in read_content(page, "en").faults]
    assert len(faults) == 2
    assert "failed with KeyError: 'gmv'" in faults[0]
    assert "picture without words" in faults[1]


def test_plain_text_is_shown_escaped(tmp_path):
    output = {"output_type": "execute_result", "metadata": {}, "execution_count": 1,
              "data": {"text/plain": ["<b>", "42"]}}  # fmt: skip
    text = everything(read_content(page_of(tmp_path, markdown("# T"), code("x", output)), "en"))
    assert "&lt;b&gt;42" in text


def test_every_cell_has_an_id_of_its_own(tmp_path):
    page = page_of(tmp_path, *(code(str(n), shows(f"<p>{n}</p>")) for n in range(5)))
    ids = [cell["id"] for cell in read_content(page, "en").as_notebook()["cells"]]
    assert len(set(ids)) == len(ids) == 6


@pytest.mark.parametrize(
    ("page", "place", "name"), [("executive", 0, "index"), ("profit_cash", 3, "profit-cash")]
)
def test_files_are_named_after_pages(page, place, name):
    assert file_name(page, place) == name


def test_home_takes_what_is_tagged_home(tmp_path):
    notebook = write_notebook(
        tmp_path / "e.ipynb",
        [
            code("cards", shows("<figure id=cards></figure>"), tags=("home",)),
            code("other", shows("<p>not on the first screen</p>")),
            code("answers", shows(said("x-answers", ("Sales < plan.", "Why?"))), tags=("home",)),
            code("decide", shows(said("x-decisions", ("Buy & ship",))), tags=("home",)),
        ],
    )
    assert len(home_fragments(notebook, "en")) == 3
    summary = HomeSummary.from_page(notebook, "en")
    assert summary.exhibits == ("<figure id=cards></figure>",)
    assert summary.sentences == ("Sales < plan.", "Why?")
    assert summary.actions == ("Buy & ship",)


def test_source_lines_lead_to_the_list_of_files(tmp_path):
    foot = '<span class="exhibit-source" data-behind="order_lines">Source: <b>x</b></span>'
    page = page_of(tmp_path, markdown("# Stock"), code("show()", shows(f"<p>{foot}</p>")))
    shown = read_content(page, "en")
    link = '<a class="exhibit-source" href="{}#quality-lineage">Source: <b>x</b></a>'
    assert json.dumps(link.format("data-quality.html"))[1:-1] in everything(
        with_lineage(shown, "stock")
    )
    assert json.dumps(link.format(""))[1:-1] in everything(with_lineage(shown, "data-quality"))
