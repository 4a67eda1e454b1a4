"""Make the notebook of one page in one language: choose its cells, fill in its templates.

Notebooks are read as plain JSON: the checks in front of a run cost milliseconds, not the seconds
that nbformat takes to import.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import LANGUAGES, Language

Notebook = dict[str, Any]
Cell = dict[str, Any]

#: Every name that a templated cell may hold in braces.
TEMPLATE_NAMES = (
    "company",
    "compared_with",
    "currency",
    "data_until",
    "page_title",
    "period_label",
    "previous_label",
    "review_title",
    "year_ago_label",
)
_BRACES = re.compile(r"\{([^{}\n]*)\}")
_MARKS = re.compile(r"([\\`*_\[\]#|~$])")


def read_notebook(path: Path) -> Notebook:
    """Read a notebook.

    Raises:
        DeclarationFaulty: The file is missing or no notebook of format 4.5 or newer (whose cells
            have ids).
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DeclarationFaulty(Fault(str(path), "no such notebook", "write it")) from None
    except (UnicodeDecodeError, json.JSONDecodeError):
        fault = Fault(str(path), "is no notebook", "save it again from JupyterLab")
        raise DeclarationFaulty(fault) from None
    version = (content.get("nbformat"), content.get("nbformat_minor", 0))
    if version[0] != 4 or version[1] < 5:
        fault = Fault(str(path), "is in an old notebook format", "save it again from JupyterLab")
        raise DeclarationFaulty(fault)
    return content


def source_of(cell: Cell) -> str:
    """Give a cell's text, which JSON holds as a string or a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: Cell) -> list[str]:
    """Give a cell's tags."""
    return list(cell.get("metadata", {}).get("tags", []))


def cells_tagged(notebook: Notebook, tag: str) -> Iterator[Cell]:
    """Find the cells with a tag, in order."""
    return (cell for cell in notebook["cells"] if tag in tags_of(cell))


def prepare(
    notebook: Notebook, language: Language, words: Mapping[str, str], where: str
) -> Notebook:
    """Keep the cells of one language and fill in the templated ones.

    Args:
        notebook: As the analyst wrote it; it is not changed.
        language: Cells tagged for another language are left out.
        words: A value for each of ``TEMPLATE_NAMES``; values are text and never markup.
        where: Names the notebook in faults.

    Raises:
        DeclarationFaulty: A templated cell holds a name in braces that is none of them.
    """
    prepared = copy.deepcopy(notebook)
    others = {f"lang-{other}" for other in LANGUAGES if other != language}
    prepared["cells"] = [cell for cell in prepared["cells"] if not others & set(tags_of(cell))]
    faults = list(template_faults(prepared, where))
    if faults:
        raise DeclarationFaulty(faults)
    for cell in cells_tagged(prepared, "templated"):
        cell["source"] = _BRACES.sub(lambda found: _plain(words[found[1]]), source_of(cell))
    return prepared


def template_faults(notebook: Notebook, where: str) -> Iterator[Fault]:
    """Name every word in braces that no run could fill in."""
    known = ", ".join(TEMPLATE_NAMES)
    for cell in cells_tagged(notebook, "templated"):
        for name in _BRACES.findall(source_of(cell)):
            if name not in TEMPLATE_NAMES:
                place = f"{where}, cell {cell['id']}"
                yield Fault(place, f"'{{{name}}}' is no template name", f"known: {known}")


def _plain(text: str) -> str:
    """Keep a value from being read as markup: a company may be called what it likes."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", flat)
