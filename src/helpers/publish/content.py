"""What a notebook may show to a reader: its words and its exhibits, never its code.

Notebooks arrive executed. Whatever a reader must not see is taken out here, before the builder
gets the page, so that no setting of a theme can bring it back.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from helpers.vocabulary.faults import Fault
from helpers.vocabulary.labels import LANGUAGES, Label, Language

Cell = Mapping[str, Any]

HOME_TAG = "home"
#: The page that says which files stand behind each table, and the exhibit that lists them.
LINEAGE_FILE, LINEAGE_EXHIBIT = "data-quality", "quality-lineage"
_SOURCE = re.compile(r'<span class="exhibit-source" data-behind="[^"]*">(.*?)</span>', re.DOTALL)
#: Best first. Pictures are not among them: without words nobody could hear them (see `_shown`).
_SHOWN = ("text/html", "text/markdown", "text/plain")
_CLOSING = re.compile(r"\*\*([^*\n]+?)([：；，。、！？）》”]+)\*\*(?=[^\s*])")
_HIDDEN_TAGS = {"remove-cell", "remove-output", "parameters", "injected-parameters"}


@dataclass(frozen=True)
class PageBuilt:
    """One executed page in one language.

    Args:
        id: The page's id in ``reviews.yml``; its file is named after it.
        title: What menus call it, in both languages.
        notebook: The executed notebook.
        question: What the page answers, for the list on the home page.
        banner: What a reader must know before the first figure, in the page's language.
        stale_of: The edition that the page is taken from, where it could not be made anew.
    """

    id: str
    title: Label
    notebook: Path
    question: Label | None = None
    banner: str = ""
    stale_of: str = ""


@dataclass(frozen=True)
class Content:
    """A page without its code: what the builder gets and what the home page may repeat."""

    cells: tuple[dict[str, Any], ...]
    faults: tuple[Fault, ...]

    def as_notebook(self) -> dict[str, Any]:
        """Write the page as a notebook, for the builder."""
        return as_notebook(self.cells)


def file_name(page_id: str, place: int) -> str:
    """Name a page's file: the first page of a review is its front page.

    >>> file_name("executive_summary", 0), file_name("sales_and_markets", 1)
    ('index', 'sales-and-markets')
    """
    return "index" if place == 0 else page_id.replace("_", "-")


def read_content(page: PageBuilt, language: Language) -> Content:
    """Take what may be published from an executed notebook.

    Faults (a cell that failed, a picture without words) are collected, not raised, so that all
    pages are looked at before a publication is refused.
    """
    notebook = json.loads(page.notebook.read_text(encoding="utf-8"))
    faults: list[Fault] = []
    cells = list(_cells(notebook["cells"], page, language, faults))
    heads = (text_of(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    if not next(heads, "").lstrip().startswith("# "):
        cells.insert(0, markdown(f"# {page.title.text(language)}"))
    if page.banner:
        banner = f'<p class="banner inside stale" role="note">{html.escape(page.banner)}</p>'
        cells.insert(1, shown_html(banner))
    return Content(tuple(cells), tuple(faults))


def with_lineage(content: Content, file: str) -> Content:
    """Lead from the source line under each exhibit to the list of files behind the tables."""
    page = "" if file == LINEAGE_FILE else f"{LINEAGE_FILE}.html"
    link = rf'<a class="exhibit-source" href="{page}#{LINEAGE_EXHIBIT}">\1</a>'

    def linked(cell: dict[str, Any]) -> dict[str, Any]:
        if cell["cell_type"] != "code":
            return cell
        outputs = [
            {**one, "data": {form: _SOURCE.sub(link, text) for form, text in one["data"].items()}}
            for one in cell["outputs"]
        ]
        return {**cell, "outputs": outputs}

    return replace(content, cells=tuple(linked(cell) for cell in content.cells))


def home_fragments(notebook: Path, language: Language) -> tuple[str, ...]:
    """Give the HTML that cells tagged ``home`` show, in order, for the home page."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    page = PageBuilt("home", Label(en="Home", zh="首页"), notebook)
    tagged = [cell for cell in content["cells"] if HOME_TAG in tags_of(cell)]
    return tuple(
        text_of(output["data"]["text/html"])
        for cell in _cells(tagged, page, language, [])
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
        if "text/html" in output["data"]
    )


def as_notebook(cells: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Make a notebook of cells; each gets an id of its own."""
    return {
        "cells": [{**cell, "id": f"cell-{place}"} for place, cell in enumerate(cells)],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def markdown(source: str) -> dict[str, Any]:
    """Make a Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def shown_html(markup: str) -> dict[str, Any]:
    """Make a cell that shows HTML and has no code."""
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": markup}}
    return _code_cell([output])


def text_of(source: str | list[str]) -> str:
    """Give a text that JSON holds as one string or as lines."""
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: Cell) -> set[str]:
    """Give a cell's tags."""
    return set(cell.get("metadata", {}).get("tags", ()))


def _code_cell(outputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        # MyST-NB drops cells without a source; `nb_remove_code_source` keeps this word to itself.
        "source": "shown",
        "outputs": outputs,
    }


def _cells(
    cells: list[Cell], page: PageBuilt, language: Language, faults: list[Fault]
) -> Iterator[dict[str, Any]]:
    others = {f"lang-{other}" for other in LANGUAGES if other != language}
    for place, cell in enumerate(cells):
        tags = tags_of(cell)
        if tags & others:
            continue
        where = f"{page.id} ({language}), cell {cell.get('id', place)}"
        if cell["cell_type"] == "markdown" and "remove-cell" not in tags:
            yield markdown(_strong_in_chinese(text_of(cell["source"])))
        elif cell["cell_type"] == "code":
            faults.extend(_failures(cell, where))
            if not tags & _HIDDEN_TAGS:
                outputs = list(_shown(cell, where, faults))
                if outputs:
                    yield _code_cell(outputs)


def _strong_in_chinese(source: str) -> str:
    """Move closing punctuation out of strong text: CommonMark prints ``**问：**答`` with its stars.

    >>> _strong_in_chinese("**问题：**做得如何？")
    '**问题**：做得如何？'
    """
    return _CLOSING.sub(r"**\1**\2", source)


def _failures(cell: Cell, where: str) -> Iterator[Fault]:
    for output in cell.get("outputs", ()):
        if output["output_type"] == "error":
            trouble = f"{output.get('ename', 'Error')}: {output.get('evalue', '')}".strip(": ")
            yield Fault(where, f"failed with {trouble}", "mend and run the page again")


def _shown(cell: Cell, where: str, faults: list[Fault]) -> Iterator[dict[str, Any]]:
    """Give a cell's outputs, each in one form; what was printed stays in the run's log."""
    from helpers.charts.exhibit import without_style

    for output in cell.get("outputs", ()):
        if output["output_type"] not in ("display_data", "execute_result"):
            continue
        data = output.get("data", {})
        form = next((kind for kind in _SHOWN if kind in data), None)
        if form != "text/html" and any(kind.startswith("image/") for kind in data):
            fault = "shows a picture without words"
            faults.append(Fault(where, fault, "show it as an exhibit of helpers.charts"))
            continue
        if form is None:
            continue
        text = text_of(data[form])
        if form == "text/html":
            text = without_style(text)
        elif form == "text/plain":
            form, text = "text/html", f'<pre class="plain">{html.escape(text)}</pre>'
        yield {"output_type": "display_data", "metadata": {}, "data": {form: text}}


def letters_of(*texts: str) -> set[str]:
    """Collect the characters of texts, for the font."""
    found: set[str] = set()
    for text in texts:
        found.update(html.unescape(text))
    return found
