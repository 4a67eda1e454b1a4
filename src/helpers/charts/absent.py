"""When there is nothing to draw: a quiet box that says so, never an empty axis and never a nought.

Analysis gives an empty frame where a source or a baseline is missing. Notebooks hold no ``if``,
so every chart answers it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.charts.exhibit import Exhibit
from helpers.charts.markup import tag
from helpers.charts.subject import catalogued
from helpers.charts.words import headings
from helpers.vocabulary.labels import Label, Language

if TYPE_CHECKING:
    import pandas as pd

NOTHING = Label(
    en="n/a: the data of this period holds nothing to show here.",
    zh="无数据：本期数据中没有可展示的内容。",
)
_MEASURE = Label(en="No figures", zh="无数值")


def nothing_to_show(
    frame: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    language: Language,
    metric: str | None = None,
    measure: str | None = None,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Stand in for an exhibit without figures; it keeps its place, its words and its source."""
    declared = catalogued(metric) if metric else None
    named = declared.label.text(language) if declared is not None else _MEASURE.text(language)
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or named,
        source=source,
        alt=NOTHING.text(language),
        data=frame,
        table=tag("p", NOTHING.text(language), class_="ex-nothing"),
        language=language,
        notes=notes,
        kind="nothing",
        headings=headings(frame, language),
    )
