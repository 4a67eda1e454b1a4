"""Notebooks name, call and show; anything more belongs in helpers. Nothing is run here."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

from helpers.config.declarations import read_declaration
from helpers.paths import NOTEBOOKS
from helpers.reviews.columns import DECLARATION, DeclaredColumns
from helpers.reviews.declarations import load_reviews
from helpers.reviews.parameters import read_parameters
from helpers.reviews.preparing import (
    cells_tagged,
    prepare,
    read_notebook,
    source_of,
    tags_of,
    template_faults,
)
from helpers.vocabulary.labels import LANGUAGES

LONGEST_CELL = 12
PAGES = sorted(NOTEBOOKS.rglob("*.ipynb"))
BANNED = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.AsyncFor,
    ast.While, ast.If, ast.IfExp, ast.Try, ast.With, ast.ListComp, ast.DictComp, ast.SetComp,
    ast.GeneratorExp,
)  # fmt: skip
TAGS = {"lang-zh", "lang-en", "templated", "parameters", "home"}
DECLARED = {page.notebook: page for review in load_reviews().reviews for page in review.pages}

each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@cache
def notebook(path: Path) -> dict:
    return read_notebook(path)


def code_cells(path: Path) -> list[dict]:
    return [cell for cell in notebook(path)["cells"] if cell["cell_type"] == "code"]


def imported(path: Path) -> set[str]:
    tree = ast.parse("\n".join(source_of(cell) for cell in code_cells(path)))
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_every_notebook_is_a_page_and_every_page_a_notebook():
    assert len(PAGES) >= 12
    assert {path.relative_to(NOTEBOOKS).as_posix() for path in PAGES} == set(DECLARED)


@each_page
def test_is_stripped(path):
    for cell in code_cells(path):
        assert cell["outputs"] == [], cell["id"]
        assert cell["execution_count"] is None, cell["id"]
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(notebook(path), ensure_ascii=False, indent=1) + "\n", "save as is"
    assert set(notebook(path)["metadata"]) == {"kernelspec", "language_info"}
    assert notebook(path)["metadata"]["kernelspec"]["name"] == "python3"


@each_page
def test_holds_no_logic(path):
    for cell in code_cells(path):
        lines = source_of(cell).splitlines()
        imports = cell["id"] == "imports"
        assert imports or len(lines) <= LONGEST_CELL, f"{cell['id']}: too long"
        assert max(map(len, lines)) <= 100, cell["id"]
        tree = ast.parse(source_of(cell))
        for node in ast.walk(tree):
            assert not isinstance(node, BANNED), f"{cell['id']}: move this into helpers"
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert imports, f"{cell['id']}: imports stand in the cell named so"
        if cell["id"] not in ("imports", "parameters", "page"):
            assert isinstance(tree.body[-1], ast.Expr), f"{cell['id']}: the last line is shown"


@each_page
def test_uses_what_it_imports_and_only_helpers(path):
    used = {
        node.id
        for cell in code_cells(path)
        for node in ast.walk(ast.parse(source_of(cell)))
        if isinstance(node, ast.Name)
    }
    assert imported(path) - used == set()
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(source_of(cell))):
            if isinstance(node, ast.ImportFrom):
                assert str(node.module).startswith("helpers."), node.module


@each_page
def test_parameters_are_typed_and_commented(path):
    known = {one.name: one for one in read_parameters(path)}
    assert list(known)[:3] == ["period", "language", "workspace"]
    defaults = [known[name].default for name in ("period", "language", "workspace")]
    assert defaults == ["last", "zh", "data/demo"]


@each_page
def test_cells_are_named(path):
    ids = [cell["id"] for cell in notebook(path)["cells"]]
    assert len(set(ids)) == len(ids)
    for one in ids:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", one), one
        assert not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}.*", one), f"{one}: name it"
    for cell in notebook(path)["cells"]:
        assert set(tags_of(cell)) <= TAGS, cell["id"]
    assert ids.index("parameters") < ids.index("imports") < ids.index("page")


@each_page
def test_words_stand_in_both_languages(path):
    """Every markdown cell belongs to a language, and has its twin beside it."""
    words = [cell for cell in notebook(path)["cells"] if cell["cell_type"] == "markdown"]
    for zh, en in zip(words[::2], words[1::2], strict=True):
        assert zh["id"].removesuffix("-zh") == en["id"].removesuffix("-en")
        assert "lang-zh" in tags_of(zh) and "lang-en" in tags_of(en)
        assert re.search(r"[\u4e00-\u9fff]", source_of(zh)), zh["id"]
        assert not re.search(r"[\u4e00-\u9fff]", source_of(en)), en["id"]
        assert source_of(zh).split(" ", 1)[0] == source_of(en).split(" ", 1)[0] or (
            not source_of(zh).startswith("#")
        )


@each_page
def test_opens_with_its_question_and_asks_one_above_each_exhibit(path):
    declared = DECLARED[path.relative_to(NOTEBOOKS).as_posix()]
    for language in LANGUAGES:
        cells = {
            cell["id"]: source_of(cell) for cell in cells_tagged(notebook(path), f"lang-{language}")
        }
        assert cells[f"title-{language}"] == f"# {declared.title.text(language)}"
        question = cells[f"question-{language}"]
        assert declared.question.text(language) in question
        names = ("问题", "读者", "决策") if language == "zh" else ("Question", "Reader", "Decides")
        assert all(name in question for name in names)
        headings = [text for text in cells.values() if text.startswith("## ")]
        assert headings
        for heading in headings:
            assert heading.endswith("？" if language == "zh" else "?"), heading


@each_page
def test_templates_can_be_filled_in_both_languages(path):
    from helpers.reviews.preparing import TEMPLATE_NAMES

    assert list(template_faults(notebook(path), str(path))) == []
    for language in LANGUAGES:
        prepared = prepare(notebook(path), language, dict.fromkeys(TEMPLATE_NAMES, "x"), path.name)
        assert all("{" not in source_of(c) for c in cells_tagged(prepared, "templated"))


@each_page
def test_exhibits_are_named_once(path):
    text = "\n".join(source_of(cell) for cell in code_cells(path))
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert ids, "a page shows something"
    assert len(set(ids)) == len(ids)
    for cell in code_cells(path)[3:]:
        assert 'id="' in source_of(cell), f"{cell['id']}: shows nothing by name"


def test_column_sets_are_declared_and_used():
    declared = set(read_declaration(DECLARATION, DeclaredColumns).sets)
    text = "\n".join(source_of(cell) for path in PAGES for cell in code_cells(path))
    assert set(re.findall(r'page\.columns\("([^"]+)"\)', text)) == declared


def test_front_pages_feed_the_home_page():
    for review in load_reviews().reviews:
        front = NOTEBOOKS / review.pages[0].notebook
        tagged = [cell["id"] for cell in cells_tagged(notebook(front), "home")]
        assert tagged[:2] == ["kpis", "answers"]
