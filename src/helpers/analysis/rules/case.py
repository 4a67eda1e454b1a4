"""One rule before one company: thresholds, sentences and items, so that checks only judge."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import RootModel

from helpers.analysis.desk import Desk
from helpers.analysis.rules.agenda import Agenda
from helpers.analysis.rules.answer import ITEM_COLUMNS, Answer, Evidence, Verdict
from helpers.analysis.rules.rulebook import Rule, rulebook
from helpers.analysis.wordings import Template, joined
from helpers.config.declarations import read_declaration
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.units import Unit
from helpers.vocabulary.wording import write_date, write_value

if TYPE_CHECKING:
    import pandas as pd

#: A value to be written in both languages: (value, unit), (value, unit, currency), a day, or text.
Told = tuple[float | None, str] | tuple[float | None, str, str] | date | str | Label
TABLE_NAMES = Path(__file__).parent.with_name("table_names.yml")


class _TableNames(RootModel[dict[str, Label]]):
    """``table_names.yml``."""


@cache
def _table_names() -> Mapping[str, Label]:
    return read_declaration(TABLE_NAMES, _TableNames).root


@dataclass(frozen=True)
class Case:
    """A rule as a company has it, before its data."""

    id: str
    rule: Rule
    desk: Desk
    agenda: Agenda = field(default_factory=Agenda)

    # -- what is asked ---------------------------------------------------------------------

    @property
    def end(self) -> date:
        """The last day that is looked at."""
        return self.desk.elapsed.end

    @property
    def start(self) -> date:
        """The first day of the period."""
        return self.desk.period.start

    def days_back(self, days: float) -> date:
        """Give the first of the last ``days`` days."""
        return self.end - timedelta(days=int(days) - 1)

    def at(self, name: str) -> float:
        """Give a threshold; money of another currency at the last rate up to the end."""
        threshold = self.rule.thresholds[name]
        value = self.rule.at(name)
        if threshold.currency in (None, self.desk.currency):
            return value
        return value * self._rate(str(threshold.currency))

    def told_at(self, name: str) -> Told:
        """Give a threshold for a sentence, in its own currency."""
        threshold = self.rule.thresholds[name]
        return (threshold.value, threshold.unit, threshold.currency or self.desk.currency)

    def can_convert(self, name: str) -> bool:
        """Tell whether a money threshold can be held against the company's amounts.

        It cannot where no exchange rate of its currency is in the data.
        """
        return not math.isnan(self.at(name))

    def _rate(self, currency: str) -> float:
        found = self.desk.warehouse.sql(
            "SELECT rate::DOUBLE AS rate FROM fx_rates WHERE currency = ? AND day <= ? "
            "AND kind = 'daily' ORDER BY day DESC LIMIT 1",
            (currency, self.end),
        )
        return float(found["rate"].iloc[0]) if len(found) else float("nan")

    # -- what is answered ------------------------------------------------------------------

    def act(self, items: pd.DataFrame | Sequence[Mapping[str, Any]], **given: Any) -> Answer:
        """Answer that something is to be done; keywords as ``_answer`` takes them."""
        return self._answer("act", items, **given)

    def fine(self, **given: Any) -> Answer:
        """Answer that nothing needs doing, having seen enough to say so."""
        return self._answer("fine", (), **given)

    def unknown(self, **given: Any) -> Answer:
        """Answer that the data do not suffice; keywords as ``_answer`` takes them."""
        return self._answer("not_enough_data", (), **given)

    def lacks(self, tables: Iterable[str]) -> Answer:
        """Answer that a source is missing, and name what would have to be supplied."""
        wanted = tuple(tables)
        names = _table_names()
        texts = {
            language: joined([names[one].text(language) for one in wanted], language)
            for language in ("zh", "en")
        }
        tables_label = Label(en=texts["en"], zh=texts["zh"])
        sentence = fill(rulebook().no_source, self.desk.currency, tables=tables_label)
        return Answer(self.id, "not_enough_data", sentence, lacking=wanted)

    def _answer(
        self,
        verdict: Verdict,
        items: pd.DataFrame | Sequence[Mapping[str, Any]],
        *,
        figure: float | None = None,
        threshold: float | None = None,
        unit: str = "count",
        n: int = 0,
        interval: tuple[float, float] | None = None,
        not_judged: int = 0,
        plural: bool = True,
        **told: Told,
    ) -> Answer:
        import pandas as pd

        lower, upper = interval or (None, None)
        template = getattr(self.rule.says, verdict)
        frame = items if isinstance(items, pd.DataFrame) else self.items(items)
        return Answer(
            rule=self.id,
            answer=verdict,
            sentence=fill(template, self.desk.currency, plural=plural, **told),
            figure=figure,
            threshold=threshold,
            unit=unit,
            evidence=Evidence(n, lower, upper, not_judged),
            items=frame,
        )

    def items(self, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Give things to act on as ``ITEM_COLUMNS``; what a row does not say stays empty."""
        import pandas as pd

        language = self.desk.language
        told = [
            {
                "scope": "", "scope_label": "", "unit": "units", "cash_kind": "", "detail": "",
                **row,
                "rule": self.id,
                "action_label": rulebook().actions[row["action"]].text(language),
            }
            for row in rows
        ]  # fmt: skip
        return pd.DataFrame(told, columns=list(ITEM_COLUMNS))

    def in_store(self, store: str) -> dict[str, str]:
        """Give scope and its name for an item of one store."""
        return {"scope": f"store:{store}", "scope_label": self.desk.member_label("store", store)}

    def article(self, sku: str) -> dict[str, str]:
        """Give item and its name for an item about one article."""
        return {"item": sku, "label": self.desk.member_label("product", sku)}

    def words(self, key: str) -> Label:
        """Give words that stand in a sentence where a figure is missing."""
        return fill(rulebook().details[key], self.desk.currency)

    def detail(self, key: str, **told: Told) -> str:
        """Write what stands beside an item, in the desk's language."""
        words = fill(rulebook().details[key], self.desk.currency, plural=True, **told)
        return words.text(self.desk.language)


def fill(template: Template, currency: str, *, plural: bool = True, **told: Told) -> Label:
    """Fill one template in both languages.

    Args:
        template: Words with ``{names}``.
        currency: Of money that names none.
        plural: False where the counted thing is exactly one.
        told: What stands for the names, unwritten.
    """
    texts = {}
    for language in LANGUAGES:
        text = template.zh if language == "zh" else template.en
        chosen = template.en_one if language == "en" and not plural and template.en_one else text
        written = {name: _written(value, language, currency) for name, value in told.items()}
        texts[language] = chosen.format_map(written)
    return Label(en=texts["en"], zh=texts["zh"])


def _written(value: Told, language: Language, currency: str) -> str:
    match value:
        case Label():
            return value.text(language)
        case str():
            return value
        case date():
            return write_date(value, language)
        case (figure, unit):
            return _figure(figure, unit, language, currency)
        case (figure, unit, own):
            return _figure(figure, unit, language, own or currency)


def _figure(value: float | None, unit: str, language: Language, currency: str) -> str:
    return write_value(value, Unit(unit), language, currency)
