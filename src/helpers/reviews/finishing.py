"""Make an executed notebook fit for readers: only what is for them, and nothing that is random.

Sections whose figures this company has no source for are taken out of their place and listed at
the end of the page with what would bring them: a reader is not led past a row of empty boxes.
"""

from __future__ import annotations

from helpers.reviews.preparing import Cell, Notebook, source_of, tags_of
from helpers.vocabulary.labels import Label, Language

#: The runner's own last cell, which writes down what the page read.
RECORD_READS = "record-reads"
#: Marks an output, in its metadata, as the place of something that could be supplied.
MISSING = "review_missing"
_NOT_SHOWN = "not-shown"
_HEADING = Label(en="What is missing here, and what would bring it", zh="本页暂缺的内容与所需数据")
_UNANSWERED = Label(en="{reason} Unanswered: {questions}", zh="{reason}暂未回答：{questions}")


def finish(notebook: Notebook, language: Language) -> None:
    """Tidy an executed notebook in place."""
    cells = [cell for cell in notebook["cells"] if RECORD_READS not in tags_of(cell)]
    for cell in cells:
        if "injected-parameters" in tags_of(cell):
            cell["id"] = "injected-parameters"  # papermill draws a new one for every run
        if cell["cell_type"] == "code":
            # what was said on stderr is in the log and in the report
            cell["outputs"] = [one for one in cell["outputs"] if not _is_stderr(one)]
    notebook["cells"] = _with_missing_last(cells, language)


def _is_stderr(output: Cell) -> bool:
    return output["output_type"] == "stream" and output["name"] == "stderr"


def _with_missing_last(cells: list[Cell], language: Language) -> list[Cell]:
    kept: list[Cell] = []
    missing: dict[str, list[str]] = {}
    for section in _sections(cells):
        reasons = _reasons(section)
        if reasons:
            question = source_of(section[0]).removeprefix("## ").strip()
            for reason in dict.fromkeys(reasons):
                missing.setdefault(reason, []).append(question)
        else:
            kept += section
    if missing:
        kept.append(_list_of(missing, language))
    return kept


def _sections(cells: list[Cell]) -> list[list[Cell]]:
    """Cut a page at its second-level headings; the first part is what stands before them."""
    sections: list[list[Cell]] = [[]]
    for cell in cells:
        if cell["cell_type"] == "markdown" and source_of(cell).startswith("## "):
            sections.append([])
        sections[-1].append(cell)
    return sections


def _reasons(section: list[Cell]) -> list[str]:
    """Give the reasons if a section shows nothing but that something is missing."""
    if not section or not source_of(section[0]).startswith("## "):
        return []
    outputs = [
        output for cell in section if cell["cell_type"] == "code" for output in cell["outputs"]
    ]
    reasons = [output.get("metadata", {}).get(MISSING) for output in outputs]
    return [str(one) for one in reasons] if all(reasons) else []


def _list_of(missing: dict[str, list[str]], language: Language) -> Cell:
    lines = [f"## {_HEADING.text(language)}", ""]
    for reason, questions in missing.items():
        asked = "" if language == "zh" else " "
        told = _UNANSWERED.text(language)
        lines.append("- " + told.format(reason=reason, questions=asked.join(questions)))
    return {
        "cell_type": "markdown",
        "id": _NOT_SHOWN,
        "metadata": {"tags": [_NOT_SHOWN]},
        "source": "\n".join(lines),
    }
