"""What a chart is about: a metric's name, unit and good direction, and the frame that holds it.

Belongs here: reading frames with care (missing columns are refused by name, missing numbers are
written as such) and writing a subject's values. Does not: arithmetic on figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.charts.markup import clean
from helpers.charts.notation import News, judged_news, says_a_number
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.units import Direction, Status, Unit
from helpers.vocabulary.wording import write_change, write_missing, write_value

if TYPE_CHECKING:
    import pandas as pd


#: So many figures are named before a shared note; more would bury it.
_NAMED = 4


@dataclass(frozen=True)
class Subject:
    """A metric as a chart needs it."""

    name: str
    unit: Unit
    direction: Direction
    currency: str
    language: Language

    def write(self, value: object, status: object = None, *, short: bool = True) -> str:
        """Write a value, or the reason why there is none."""
        number = number_of(value)
        if number is None:
            return write_missing(missing_status(status), self.language)
        return write_value(number, self.unit, self.language, self.currency, short=short)

    def write_signed(self, value: object) -> str:
        """Write a difference in the subject's own unit, with its sign."""
        number = number_of(value)
        if number is None:
            return write_missing(Status.NO_BASELINE, self.language)
        if self.unit.changes_in_points:
            return write_change(number, self.unit, self.language)
        written = write_value(number, self.unit, self.language, self.currency)
        return f"+{written}" if number > 0 and says_a_number(written) else written

    def write_change(self, change: object) -> str:
        """Write a relative change (or one in points, for rates), with its sign."""
        return write_change(number_of(change), self.unit, self.language)

    def news_of(self, row: Mapping[str, Any], column: str) -> News | None:
        """Say what a change is worth, by its direction and by the row's own signal."""
        change = number_of(row.get(column))
        if change is None:
            return None
        signal = text_of(row["signal"]) if "signal" in row else None
        return judged_news(change, self.direction, self.write_change(change), signal)

    @property
    def measured(self) -> str:
        """Name the measure with its unit, for the line under a takeaway."""
        unit = {
            Unit.MONEY: Label(en=self.currency or "money", zh=self.currency or "金额"),
            Unit.PERCENT: Label(en="per cent", zh="百分比"),
            Unit.TIMES: Label(en="times", zh="倍"),
            Unit.DAYS: Label(en="days", zh="天"),
            Unit.HOURS: Label(en="hours", zh="小时"),
            Unit.SECONDS: Label(en="seconds", zh="秒"),
            Unit.POINTS: Label(en="percentage points", zh="百分点"),
            Unit.UNITS: Label(en="units", zh="件"),
            Unit.KILOGRAMS: Label(en="kilograms", zh="公斤"),
        }.get(self.unit)
        if unit is None:
            return self.name
        comma = "，" if self.language == "zh" else ", "
        return f"{self.name}{comma}{unit.text(self.language)}"


def subject(
    metric: str | None,
    language: Language,
    *,
    unit: Unit | str | None = None,
    currency: str = "",
    direction: Direction | str | None = None,
    name: str | None = None,
    frame: pd.DataFrame | None = None,
) -> Subject:
    """Find out what a chart is about.

    What is given counts first, then what the frame says of itself in its columns ``unit``,
    ``currency``, ``direction`` and ``metric_label``, then the catalogue.

    Raises:
        DeclarationFaulty: The metric is not in the catalogue and name or unit were not given.
    """
    if frame is not None:
        unit = unit or only_one(frame, "unit")
        currency = currency or only_one(frame, "currency")
        direction = direction or only_one(frame, "direction")
        name = name or only_one(frame, "metric_label")
    if metric and not (unit and name and direction):
        declared = catalogued(metric)
        if declared is not None:
            unit = unit or declared.unit
            name = name or declared.label.text(language)
            direction = direction or declared.direction
    if not unit or not name:
        what = f"{metric!r} is not in the catalogue" if metric else "names no metric"
        raise DeclarationFaulty(Fault("chart", what, "correct metric=, or give unit= and name="))
    kind, money = read_unit(unit)
    return Subject(name, kind, Direction(direction or "neutral"), currency or money, language)


def only_one(frame: pd.DataFrame, column: str) -> str:
    """Give what a column says when it says one thing throughout, else nothing."""
    if column not in frame.columns:
        return ""
    found = {text for value in frame[column] if (text := text_of(value))}
    return found.pop() if len(found) == 1 else ""


def catalogued(metric: str) -> Any | None:
    """Give the metric's declaration, or None where the catalogue has none of that id."""
    from helpers.metrics.catalogue import catalogue

    return catalogue().get(metric)


def read_unit(unit: Unit | str) -> tuple[Unit, str]:
    """Read a unit as frames write it; an ISO code is money in that currency.

    >>> read_unit("GBP")
    (<Unit.MONEY: 'money'>, 'GBP')
    """
    text = str(unit)
    if len(text) == 3 and text.isupper():
        return Unit.MONEY, text
    return Unit(text), ""


def needs(frame: pd.DataFrame, exhibit_id: str, *columns: str) -> None:
    """Refuse a frame without rows or without one of the columns, telling all that are missing.

    Raises:
        DeclarationFaulty: Names the exhibit and each missing column.
    """
    where = f"exhibit {exhibit_id!r}"
    faults = [
        Fault(where, f"the frame has no column {column!r}", f"found {list(frame.columns)}")
        for column in columns
        if column not in frame.columns
    ]
    if not faults and frame.empty:
        faults = [Fault(where, "the frame has no rows", "show a sentence instead of a figure")]
    if faults:
        raise DeclarationFaulty(faults)


def number_of(value: object) -> float | None:
    """Give a finite float, or None for anything that is no number (NaN, NA, None, text)."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def text_of(value: object) -> str:
    """Give the text of a cell; missing is empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = clean(value).strip()
    return "" if text in ("<NA>", "NaT", "nan") else text


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows as dictionaries."""
    return [
        {str(key): value for key, value in row.items()} for row in frame.to_dict(orient="records")
    ]


def label_of(row: Mapping[str, Any]) -> str:
    """Name a row: its label, else its member, else its metric."""
    for column in ("label", "member", "sku", "metric", "step"):
        if text := text_of(row.get(column)):
            return text
    return "?"


def missing_status(status: object) -> Status:
    """Read why a value is missing; without a reason it had no source."""
    try:
        found = Status(text_of(status))
    except ValueError:
        return Status.NO_SOURCE
    return Status.NO_SOURCE if found.has_value else found


def notes_of(frame: pd.DataFrame, language: Language) -> tuple[str, ...]:
    """Write the notes that stand beside the figures: each once, with the figures it is about."""
    if "note" not in frame.columns:
        return ()
    about: dict[str, list[str]] = {}
    for row in rows_of(frame):
        if words := written_note(text_of(row["note"]), language):
            name = text_of(row.get("metric_label")) if len(frame) > 1 else ""
            if text_of(row.get("member")) or not name:
                name = label_of(row)
            names = about.setdefault(words, [])
            if name not in names:
                names.append(name)
    colon, comma = ("：", "、") if language == "zh" else (": ", ", ")
    return tuple(
        words
        if len(names) == len(frame) or len(frame) == 1
        else f"{comma.join(names[:_NAMED])}{'…' if len(names) > _NAMED else ''}{colon}{words}"
        for words, names in about.items()
    )


def written_note(note: str, language: Language) -> str:
    """Metrics give notes as JSON codes, because they are read in two languages."""
    if not note.startswith("["):
        return note
    from helpers.metrics.notes import write_note

    return write_note(note, language)


def sentence(parts: Iterable[str], language: Language) -> str:
    """Join parts as a list that can be read aloud."""
    return ("；" if language == "zh" else "; ").join(part for part in parts if part)


def ended(text: str, language: Language) -> str:
    """Close a sentence."""
    return text + ("。" if language == "zh" else ".")
