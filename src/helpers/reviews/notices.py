"""What stands where a figure would: why it is missing, and lists of sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.charts.markup import clean, tag
from helpers.config.declarations import read_declaration
from helpers.reviews.finishing import MISSING
from helpers.vocabulary.labels import Declared, Label, Language

if TYPE_CHECKING:
    from helpers.analysis.desk import Desk
    from helpers.plan.loading import Plan

_LOCALES = {"zh": "zh-CN", "en": "en-GB"}


@dataclass(frozen=True)
class Notice:
    """One quiet sentence in the place of an exhibit.

    ``is_missing`` says that something could be supplied: the runner collects such sections at
    the end of the page (see ``finishing``). Otherwise there was simply nothing to report.
    """

    id: str
    sentence: str
    language: Language
    is_missing: bool = False

    def _repr_html_(self) -> str:
        return tag("p", self.sentence, class_="notice", id=self.id, lang=_LOCALES[self.language])

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, str]]:
        shown = {"text/html": str(self._repr_html_()), "text/plain": repr(self)}
        return shown, ({MISSING: clean(self.sentence)} if self.is_missing else {})

    def __repr__(self) -> str:
        return clean(self.sentence)


@dataclass(frozen=True)
class Sentences:
    """Sentences made from numbers, one to a line."""

    id: str
    sentences: tuple[str, ...]
    language: Language

    def _repr_html_(self) -> str:
        items = [tag("li", one) for one in self.sentences]
        return tag("ul", items, class_="sentences", id=self.id, lang=_LOCALES[self.language])

    def __repr__(self) -> str:
        return "\n".join(map(clean, self.sentences))


class Supplies(Declared):
    """``supplies.yml``: what a table holds, and which exports bring it."""

    plan_source: Label
    no_source: Label
    no_plan: Label
    no_baseline: Label
    no_year_ago: Label
    nothing: Label
    tables: dict[str, Label]


@cache
def _supplies() -> Supplies:
    return read_declaration(Path(__file__).with_name("supplies.yml"), Supplies)


def plan_source(plan: Plan, language: Language) -> str:
    """Name a plan as the source of figures."""
    return _supplies().plan_source.text(language).format(year=plan.year)


def absent(id: str, desk: Desk, tables: Sequence[str], plan: Plan | None = None) -> Notice:
    """Say why there is nothing to draw, and what would have to be supplied."""
    language, words = desk.language, _supplies()
    if plan is not None and plan.is_empty:
        sentence = words.no_plan.text(language).format(year=plan.year)
        return Notice(id, sentence, language, is_missing=True)
    missing = sorted(table for table in tables if not desk.warehouse.has(table))
    if missing:
        joint = "；" if language == "zh" else "; "
        known: Mapping[str, Label] = words.tables
        what = joint.join(
            dict.fromkeys(known[one].text(language) if one in known else one for one in missing)
        )
        sentence = words.no_source.text(language).format(what=what)
        return Notice(id, sentence, language, is_missing=True)
    if desk.previous is None or desk.year_ago is None:
        lacking = words.no_baseline if desk.previous is None else words.no_year_ago
        return Notice(id, lacking.text(language), language, is_missing=True)
    return Notice(id, words.nothing.text(language), language)
