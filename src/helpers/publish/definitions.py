"""The definitions page: the catalogue in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.metrics.in_words import example_in_words, formula_in_words
from helpers.metrics.notes import TABLE_WORDS
from helpers.publish.content import markdown, shown_html
from helpers.publish.templates import heading, render
from helpers.publish.words import OWNERS, SOURCES, TABLES, UNITS, frame_words
from helpers.vocabulary.labels import Language

if TYPE_CHECKING:
    from helpers.metrics.catalogue import Metric


def definition_cells(language: Language, metrics: Mapping[str, Metric]) -> list[dict[str, Any]]:
    """Write every metric, grouped by what it is about, in the order a review is read."""
    words = frame_words(language)
    grouped: dict[str, list[dict[str, Any]]] = {owner: [] for owner in OWNERS}
    for metric in metrics.values():
        grouped.setdefault(metric.owner, []).append(_definition(metric, metrics, language))
    cells = [heading(words["definitions"]), markdown(words["definitions_intro"])]
    for owner, members in grouped.items():
        if members:
            name = OWNERS[owner].text(language) if owner in OWNERS else owner
            cells.append(markdown(f"## {name}"))
            given = {"metrics": members, "example_label": words["example"]}
            cells.append(shown_html(render("definitions.html", given)))
    return cells


def _definition(
    metric: Metric, metrics: Mapping[str, Metric], language: Language
) -> dict[str, Any]:
    words = frame_words(language)
    news = {
        "higher_is_better": words["higher"],
        "lower_is_better": words["lower"],
        "neutral": words["neutral"],
    }
    facts = [(words["formula"], formula_in_words(metric.formula, metrics, language))]
    if metric.definition:
        facts.append((words["note"], metric.definition.text(language)))
    if metric.benchmark:
        told = metric.benchmark
        source = SOURCES[told.source].text(language)
        facts.append(
            (words["benchmark"], words["told_by"].format(what=told.says.text(language), who=source))
        )
    for name, one in metric.variants.items():
        written = formula_in_words(one.formula, metrics, language)
        label = f"{words['variant']} {name} ({one.label.text(language)})"
        facts.append((label, written))
    return {
        "id": metric.id,
        "label": metric.label.text(language),
        "question": metric.question.text(language),
        "facts": facts,
        "example": example_in_words(metric.example),
        "traits": [
            UNITS[str(metric.unit)].text(language),
            news[str(metric.direction)],
            words["needs"].format(tables=_tables(metric.tables, language)),
        ],
    }


def _tables(tables: Sequence[str], language: Language) -> str:
    known = TABLE_WORDS | TABLES
    names = [known[one].text(language) if one in known else one for one in tables]
    return ("、" if language == "zh" else ", ").join(names)
